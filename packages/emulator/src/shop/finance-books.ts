/** The books: what a completed order or a refund earns, one statement a shop and day, and its payment. */
import type { Platform } from '../platform.ts'
import { nowOf } from './call.ts'
import { fixedId, idPrefix, newId } from './ids.ts'
import type { OrderRow, ReturnRow, ShopWorld, StatementRow, TransactionRow } from './state.ts'

const DAY = 86_400
/** Of what a seller earns; TikTok's own share differs by market and category. */
const COMMISSION = 0.06
/** What a parcel costs the seller, of the shipping fee or at least of one per cent of the goods. */
const CARRIAGE = 0.05

type Figures = Pick<
  TransactionRow,
  'revenue' | 'discount' | 'subtotal' | 'fee' | 'shipping' | 'settlement' | 'lines'
>

/** What an order brings if it is settled as it stands. `settlement = revenue + fee + shipping`; fees are negative. */
export function figuresOf(order: OrderRow): Figures {
  const live = order.lines.filter(({ cancelled, refunded }) => cancelled === undefined && refunded !== true)
  const lines = new Map<string, Figures['lines'][number]>()
  for (const line of live) {
    const known = lines.get(line.sku) ?? {
      sku: line.sku,
      name: line.productName,
      skuName: line.skuName,
      revenue: 0,
      subtotal: 0,
      discount: 0,
      fee: 0,
    }
    // The platform's own discount is made good to the seller.
    known.subtotal += line.listPrice
    known.discount -= line.sellerDiscount
    known.revenue += line.listPrice - line.sellerDiscount
    lines.set(line.sku, known)
  }
  for (const line of lines.values()) line.fee = -Math.round(line.revenue * COMMISSION)
  const all = [...lines.values()]
  const sum = (field: 'revenue' | 'subtotal' | 'discount' | 'fee'): number =>
    all.reduce((total, line) => total + line[field], 0)
  const revenue = sum('revenue')
  const fee = sum('fee')
  const cost = order.shippingType === 'TIKTOK' && live.length > 0 ? -Math.round(revenue * CARRIAGE) : 0
  const shipping = (live.length > 0 ? order.shippingFee : 0) + cost
  return {
    revenue,
    discount: sum('discount'),
    subtotal: sum('subtotal'),
    fee,
    shipping,
    settlement: revenue + fee + shipping,
    lines: all,
  }
}

/** Puts a completed order into today's statement, once. */
export function settleOrder(platform: Platform, order: OrderRow): void {
  const world = platform.world.shop
  if (order.settled === true) return
  world.orders.patch(order, { settled: true })
  const figures = figuresOf(order)
  if (figures.lines.length === 0) return
  post(platform, order, 'ORDER', figures)
}

/** Takes back what an order that was settled had earned with these lines. */
export function settleRefund(platform: Platform, order: OrderRow, refund: ReturnRow): void {
  if (order.settled !== true) return
  const share = refund.refund
  const fee = Math.round(share * COMMISSION)
  post(platform, order, 'REFUND', {
    revenue: -share,
    discount: 0,
    subtotal: -share,
    fee,
    shipping: 0,
    settlement: -share + fee,
    lines: order.lines
      .filter(({ id }) => refund.lines.includes(id))
      .map((line) => ({
        sku: line.sku,
        name: line.productName,
        skuName: line.skuName,
        revenue: -line.price,
        subtotal: -line.price,
        discount: 0,
        fee: Math.round(line.price * COMMISSION),
      })),
  })
}

function post(platform: Platform, order: OrderRow, type: TransactionRow['type'], figures: Figures): void {
  const world = platform.world.shop
  const now = nowOf(platform)
  const statement = statementOf(world, order.shop, now)
  world.transactions.put({
    ...figures,
    id: newId(platform, idPrefix.finance),
    shop: order.shop,
    order: order.id,
    type,
    statement: statement.id,
    createdAt: now,
    orderCreatedAt: order.createdAt,
  })
  world.statements.patch(statement, {
    revenue: statement.revenue + figures.revenue,
    fee: statement.fee + figures.fee,
    shipping: statement.shipping + figures.shipping,
    settlement: statement.settlement + figures.settlement,
  })
}

function statementOf(world: ShopWorld, shop: string, now: number): StatementRow {
  const time = Math.floor(now / DAY) * DAY
  const id = fixedId(idPrefix.finance, `statement:${shop}:${time}`)
  return (
    world.statements.get(id) ??
    world.statements.put({
      id,
      shop,
      time,
      closed: false,
      revenue: 0,
      fee: 0,
      shipping: 0,
      adjustment: 0,
      settlement: 0,
      state: 'PROCESSING',
    })
  )
}

/** At midnight: yesterday's statements are closed and their payment starts; those that were under way are paid. */
export function closeDay(platform: Platform): void {
  const world = platform.world.shop
  const now = nowOf(platform)
  for (const statement of world.statements.values()) {
    if (statement.closed && statement.state === 'PROCESSING') {
      world.statements.patch(statement, { state: 'PAID', paidAt: now })
      const payment = world.payments.get(statement.payment ?? '')
      if (payment !== undefined) world.payments.patch(payment, { status: 'PAID', paidAt: now })
    } else if (!statement.closed && statement.time + DAY <= now) {
      const payment = world.payments.put({
        id: newId(platform, idPrefix.finance),
        shop: statement.shop,
        amount: statement.settlement,
        createdAt: now,
        status: 'PROCESSING',
      })
      world.statements.patch(statement, { closed: true, payment: payment.id })
    }
  }
}
