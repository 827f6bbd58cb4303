/** Money as whole minor units, so that sums are exact. */

export const currencies: Readonly<Record<string, { currency: string; decimals: number }>> = {
  US: { currency: 'USD', decimals: 2 },
  GB: { currency: 'GBP', decimals: 2 },
  DE: { currency: 'EUR', decimals: 2 },
  ES: { currency: 'EUR', decimals: 2 },
  FR: { currency: 'EUR', decimals: 2 },
  IE: { currency: 'EUR', decimals: 2 },
  IT: { currency: 'EUR', decimals: 2 },
  BR: { currency: 'BRL', decimals: 2 },
  MX: { currency: 'MXN', decimals: 2 },
  MY: { currency: 'MYR', decimals: 2 },
  PH: { currency: 'PHP', decimals: 2 },
  SG: { currency: 'SGD', decimals: 2 },
  TH: { currency: 'THB', decimals: 2 },
  ID: { currency: 'IDR', decimals: 0 },
  JP: { currency: 'JPY', decimals: 0 },
  VN: { currency: 'VND', decimals: 0 },
}

const decimalsOf = new Map(Object.values(currencies).map(({ currency, decimals }) => [currency, decimals]))
/** Units of a currency for a dollar, fixed: rates of a world that stands still. */
const DOLLAR: Readonly<Record<string, number>> = {
  USD: 1,
  GBP: 0.76,
  EUR: 0.87,
  BRL: 5.4,
  MXN: 18.4,
  MYR: 4.15,
  PHP: 58.9,
  SGD: 1.3,
  THB: 32.4,
  IDR: 16_650,
  JPY: 156,
  VND: 26_350,
}

/** `"12.50"` */
export function amountText(minor: number, currency: string): string {
  return (minor / 10 ** (decimalsOf.get(currency) ?? 2)).toFixed(decimalsOf.get(currency) ?? 2)
}

/** Minor units, or nothing when it is no amount of this currency. */
export function parseAmount(text: string, currency: string): number | undefined {
  if (!/^\d{1,12}(\.\d{1,4})?$/.test(text)) return undefined
  const minor = Number(text) * 10 ** (decimalsOf.get(currency) ?? 2)
  return Math.abs(minor - Math.round(minor)) < 1e-6 ? Math.round(minor) : undefined
}

/** In the minor units of dollars. */
export function toDollars(minor: number, currency: string): number {
  return Math.round((minor / 10 ** (decimalsOf.get(currency) ?? 2) / (DOLLAR[currency] ?? 1)) * 100)
}

/** A price that reads well in the shop's currency for so many dollars. */
export function pricedAt(dollars: number, currency: string): number {
  const local = dollars * (DOLLAR[currency] ?? 1)
  const decimals = decimalsOf.get(currency) ?? 2
  return decimals === 0 ? Math.max(100, Math.round(local / 100) * 100) : Math.round(local * 100)
}
