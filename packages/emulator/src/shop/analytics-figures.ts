/** What was sold, counted from the orders of the emulated world. */
import { type ShopCall, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { amountText, toDollars } from './money.ts'
import type { OrderLine, OrderRow, ShopRow, ShopWorld } from './state.ts'

const DAY = 86_400
/** Observed: about 180 days back at most. */
const FURTHEST_BACK = 180
const OUT_OF_RANGE = 28001022

export interface Span {
  /** Epoch seconds; the end is not in it. */
  from: number
  to: number
}

export interface Sale {
  order: OrderRow
  line: OrderLine
}

/** `start_date_ge` and `end_date_lt` of a call. @throws {ShopRefusal} when they are no days, or too far back */
export function spanOf({ query, now }: Pick<ShopCall, 'query' | 'now'>): Span {
  const from = dayOf(query, 'start_date_ge')
  const to = dayOf(query, 'end_date_lt')
  if (to <= from) query.refuse('end_date_lt', 'must be after start_date_ge')
  if (from < now - (FURTHEST_BACK + 1) * DAY)
    throw new ShopRefusal(OUT_OF_RANGE, `start_date_ge: at most ${FURTHEST_BACK} days back.`)
  return { from, to }
}

function dayOf(query: Fields, name: string): number {
  const text = query.text(name)
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? query.refuse(name, 'must be a day: YYYY-MM-DD') : at / 1000
}

export function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

/** Days up to yesterday are counted whole. */
export function latestDate(now: number): string {
  return dateText(now - DAY)
}

/** `1D` gives a span for each day, anything else the whole. */
export function intervalsOf(span: Span, granularity: string | undefined): Span[] {
  if (granularity !== '1D') return [span]
  const days: Span[] = []
  for (let from = span.from; from < span.to; from += DAY)
    days.push({ from, to: Math.min(from + DAY, span.to) })
  return days
}

/** Just as long, and just before. */
export function before({ from, to }: Span): Span {
  return { from: from - (to - from), to: from }
}

/** Lines of orders that were paid within a span; what was cancelled counts, as sales before refunds do. */
export function salesOf(
  world: ShopWorld,
  shop: ShopRow,
  span: Span,
  wanted: (sale: Sale) => boolean = () => true,
): Sale[] {
  const sales: Sale[] = []
  for (const order of world.orders.where('shop', shop.id)) {
    if (order.paidAt === undefined || order.paidAt < span.from || order.paidAt >= span.to) continue
    for (const line of order.lines) if (wanted({ order, line })) sales.push({ order, line })
  }
  return sales
}

export interface Figures {
  gmv: number
  items: number
  orders: number
  skuOrders: number
  customers: number
  cancelled: number
  refunded: number
  refunds: number
}

export function figuresOfSales(sales: readonly Sale[]): Figures {
  const sum = (value: (sale: Sale) => number): number => sales.reduce((total, sale) => total + value(sale), 0)
  return {
    gmv: sum(({ line }) => line.price),
    items: sales.length,
    orders: new Set(sales.map(({ order }) => order.id)).size,
    skuOrders: new Set(sales.map(({ order, line }) => `${order.id}:${line.sku}`)).size,
    customers: new Set(sales.map(({ order }) => order.buyer)).size,
    cancelled: sum(({ line }) => Number(line.cancelled !== undefined)),
    refunded: sum(({ line }) => Number(line.refunded === true)),
    refunds: sum(({ line }) => (line.refunded === true || line.cancelled !== undefined ? line.price : 0)),
  }
}

export const sources = ['VIDEO', 'LIVE', 'PRODUCT_CARD'] as const

/** Money in the shop's currency, or in dollars when the call asks for it. */
export function moneyOf({
  query,
  shop,
}: Pick<ShopCall, 'query' | 'shop'>): (minor: number) => { amount: string; currency: string } {
  const dollars = query.oneOf('currency', ['USD', 'LOCAL']) === 'USD'
  return (minor) =>
    dollars
      ? { amount: amountText(toDollars(minor, shop.currency), 'USD'), currency: 'USD' }
      : { amount: amountText(minor, shop.currency), currency: shop.currency }
}

/** Sales by a key, the most first. */
export function grouped(
  sales: readonly Sale[],
  key: (sale: Sale) => string | undefined,
): { key: string; sales: Sale[]; figures: Figures }[] {
  const groups = new Map<string, Sale[]>()
  for (const sale of sales) {
    const name = key(sale)
    if (name === undefined) continue
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [sale])
    else known.push(sale)
  }
  return [...groups].map(([name, list]) => ({ key: name, sales: list, figures: figuresOfSales(list) }))
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '0.00%' : `${((part / whole) * 100).toFixed(2)}%`
}
