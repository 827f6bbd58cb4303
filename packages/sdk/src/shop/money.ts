/** Money of TikTok Shop: decimal text beside a currency. It is reckoned in whole units of the last place, never in floats. */
import { UsageError } from '@tockwork/kernel'

/** Prices say `amount`; statements and payments say `value`. */
export interface ShopMoney {
  currency: string
  amount: string
}

const AMOUNT = /^(-?)(\d{1,24})(?:\.(\d{1,12}))?$/

interface Scaled {
  units: bigint
  places: number
}

function parse(amount: string, field = 'amount'): Scaled {
  const [, sign, whole, part = ''] = AMOUNT.exec(amount) ?? []
  if (whole === undefined)
    throw new UsageError(`${field}: ${JSON.stringify(String(amount).slice(0, 40))} is no decimal amount`, {
      field,
      action: 'Hand over decimal text as TikTok sends it: "12.50".',
    })
  const units = BigInt(`${whole}${part}`)
  return { units: sign === '-' ? -units : units, places: part.length }
}

function text({ units, places }: Scaled): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0')
  const at = digits.length - places
  return `${units < 0n ? '-' : ''}${digits.slice(0, at)}${places === 0 ? '' : `.${digits.slice(at)}`}`
}

function atPlaces({ units, places }: Scaled, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - places)
}

/** The sum, with as many decimal places as the most exact of them: `addAmounts('0.1', '0.20')` is `0.30`. */
export function addAmounts(...amounts: readonly string[]): string {
  const all = amounts.map((amount) => parse(amount))
  const places = Math.max(0, ...all.map((each) => each.places))
  return text({ units: all.reduce((sum, each) => sum + atPlaces(each, places), 0n), places })
}

/** The amount of so many pieces. @param quantity a whole number */
export function multiplyAmount(amount: string, quantity: number): string {
  if (!Number.isSafeInteger(quantity))
    throw new UsageError('quantity: a whole number is needed', { field: 'quantity' })
  const { units, places } = parse(amount)
  return text({ units: units * BigInt(quantity), places })
}

/** Below, equal or above by value: `1.5` and `1.50` are equal. */
export function compareAmounts(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [parse(a, 'a'), parse(b, 'b')]
  const places = Math.max(left.places, right.places)
  const difference = atPlaces(left, places) - atPlaces(right, places)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The sum of money in one currency. @throws {UsageError} when the list is empty or mixes currencies */
export function sumMoney(list: readonly ShopMoney[]): ShopMoney {
  const [first] = list
  if (first === undefined) throw new UsageError('The sum of nothing has no currency.', { field: 'list' })
  const other = list.find(({ currency }) => currency !== first.currency)
  if (other !== undefined)
    throw new UsageError(`currency: ${first.currency} and ${other.currency} cannot be added`, {
      field: 'currency',
    })
  return { currency: first.currency, amount: addAmounts(...list.map(({ amount }) => amount)) }
}
