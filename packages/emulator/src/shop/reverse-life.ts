/** Cancellations that a buyer asks for, refunds and returns: from the request to the money. */
import type { Platform } from '../platform.ts'
import { nowOf, ShopRefusal } from './call.ts'
import { settleRefund } from './finance-books.ts'
import { idPrefix, newId } from './ids.ts'
import { amountText } from './money.ts'
import { cancelLines, completeOrder, liveLines, tellCancellation, touchOrder } from './order-life.ts'
import { demandReason } from './reverse-reasons.ts'
import type { CancellationRow, OrderLine, OrderRow, ReturnRow, ReturnStatus, ShopRow } from './state.ts'
import { stockId } from './stock.ts'
import { tellShop } from './tell.ts'

const moves: Readonly<Record<string, readonly ReturnStatus[]>> = {
  RETURN_OR_REFUND_REQUEST_PENDING: [
    'REFUND_OR_RETURN_REQUEST_REJECT',
    'AWAITING_BUYER_SHIP',
    'AWAITING_BUYER_RESPONSE',
    'RETURN_OR_REFUND_REQUEST_SUCCESS',
    'RETURN_OR_REFUND_REQUEST_CANCEL',
  ],
  AWAITING_BUYER_RESPONSE: [
    'RETURN_OR_REFUND_REQUEST_SUCCESS',
    'RETURN_OR_REFUND_REQUEST_PENDING',
    'RETURN_OR_REFUND_REQUEST_CANCEL',
  ],
  AWAITING_BUYER_SHIP: ['BUYER_SHIPPED_ITEM', 'RETURN_OR_REFUND_REQUEST_CANCEL'],
  BUYER_SHIPPED_ITEM: ['REJECT_RECEIVE_PACKAGE', 'RETURN_OR_REFUND_REQUEST_SUCCESS'],
  RETURN_OR_REFUND_REQUEST_SUCCESS: ['RETURN_OR_REFUND_REQUEST_COMPLETE'],
  REPLACEMENT_REQUEST_PENDING: [
    'REPLACEMENT_REQUEST_REJECT',
    'REPLACEMENT_REQUEST_COMPLETE',
    'REPLACEMENT_REQUEST_REFUND_SUCCESS',
    'REPLACEMENT_REQUEST_CANCEL',
  ],
}

export function registerReverseLife(platform: Platform): void {
  const { timers, world } = platform
  timers.on('shop.cancelPaid', (id) => {
    const row = world.shop.cancellations.get(id)
    if (row?.status !== 'CANCELLATION_REQUEST_SUCCESS') return
    world.shop.cancellations.patch(row, {
      status: 'CANCELLATION_REQUEST_COMPLETE',
      updatedAt: nowOf(platform),
    })
    tellCancellation(platform, row)
  })
  timers.on('shop.refundPaid', (id) => {
    const row = world.shop.returns.get(id)
    if (row?.status === 'RETURN_OR_REFUND_REQUEST_SUCCESS') payRefund(platform, row)
  })
}

/** @throws {ShopRefusal} when an order in this state cannot be cancelled by a buyer */
export function askToCancel(platform: Platform, order: OrderRow, reason: string): CancellationRow {
  const world = platform.world.shop
  const { region } = world.shops.get(order.shop) as ShopRow
  demandReason(reason, { by: 'BUYER', action: 'cancel', status: order.status, region })
  if (order.cancelRequested === true) throw new ShopRefusal(25001011, 'A cancellation is under way.')
  // Free within the remorse window.
  if (order.status !== 'AWAITING_SHIPMENT')
    return cancelLines(platform, order, liveLines(order), { by: 'BUYER', reason })
  const now = nowOf(platform)
  const row = world.cancellations.put({
    id: newId(platform, idPrefix.reverse),
    shop: order.shop,
    order: order.id,
    lines: liveLines(order).map(({ id }) => id),
    type: 'BUYER_CANCEL',
    role: 'BUYER',
    status: 'CANCELLATION_REQUEST_PENDING',
    reason,
    createdAt: now,
    updatedAt: now,
  })
  touchOrder(platform, order, { cancelRequested: true })
  tellCancellation(platform, row)
  tellShop(platform, world.shops.get(order.shop) as ShopRow, 2, {
    order_id: order.id,
    reverse_order_id: row.id,
    reverse_event_type: 'ORDER_REQUEST_CANCEL',
    update_time: now,
  })
  return row
}

/** What can still be paid back of a line. */
export function refundable(lines: readonly OrderLine[]): number {
  return lines.reduce(
    (sum, line) => sum + (line.refunded === true || line.cancelled !== undefined ? 0 : line.price + line.tax),
    0,
  )
}

export interface ReturnRequest {
  type: ReturnRow['type']
  role: 'BUYER' | 'SELLER'
  reason: string
  lines: readonly OrderLine[]
  /** Absent: all that can be paid back. */
  amount?: number | undefined
}

/** @throws {ShopRefusal} when the order's state, the reason or the amount does not allow it */
export function openReturn(platform: Platform, order: OrderRow, request: ReturnRequest): ReturnRow {
  const world = platform.world.shop
  const shop = world.shops.get(order.shop) as ShopRow
  const now = nowOf(platform)
  const { type, role, reason, lines } = request
  if (order.status === 'COMPLETED' || order.status === 'CANCELLED')
    throw new ShopRefusal(25001051, `Nothing can be returned of an order that is ${order.status}.`)
  const allowed = type === 'REFUND' ? ['AWAITING_COLLECTION', 'IN_TRANSIT', 'DELIVERED'] : ['DELIVERED']
  if (!allowed.includes(order.status)) throw new ShopRefusal(25001003, `The order is ${order.status}.`)
  demandReason(reason, {
    by: role,
    action: type === 'REFUND' ? 'refund' : 'return',
    status: order.status,
    region: shop.region,
  })
  const open = world.returns.where('order', order.id).filter(({ status }) => !ENDED.has(status))
  if (
    lines.length === 0 ||
    lines.some((line) => line.refunded === true || open.some((row) => row.lines.includes(line.id)))
  )
    throw new ShopRefusal(25005011, 'Some of these lines are returned already.')
  const most = refundable(lines)
  const refund = type === 'REPLACEMENT' ? 0 : (request.amount ?? most)
  if (refund > most)
    throw new ShopRefusal(25005005, `At most ${amountText(most, order.currency)} can be paid back.`)
  const row = world.returns.put({
    id: newId(platform, idPrefix.reverse),
    shop: order.shop,
    order: order.id,
    lines: lines.map(({ id }) => id),
    type,
    role,
    status: type === 'REPLACEMENT' ? 'REPLACEMENT_REQUEST_PENDING' : 'RETURN_OR_REFUND_REQUEST_PENDING',
    reason,
    refund,
    rma: newId(platform, idPrefix.reverse),
    createdAt: now,
    updatedAt: now,
    records: [
      { at: now, event: 'ORDER_RETURN_REQUESTED', role, text: 'The request was made.', note: reason },
    ],
  })
  tellReturn(platform, row)
  tellShop(platform, shop, 64, {
    aftersales_request_id: row.id,
    return_role: role,
    aftersales_request_status: 'PENDING_REQUEST_REVIEW',
    aftersales_request_create_time: now,
    aftersales_request_update_time: now,
  })
  // A seller's own request needs no answer of theirs.
  if (role === 'SELLER')
    moveReturn(platform, row, type === 'REFUND' ? 'RETURN_OR_REFUND_REQUEST_SUCCESS' : 'AWAITING_BUYER_SHIP')
  return row
}

export const ENDED: ReadonlySet<ReturnStatus> = new Set([
  'REFUND_OR_RETURN_REQUEST_REJECT',
  'REJECT_RECEIVE_PACKAGE',
  'RETURN_OR_REFUND_REQUEST_CANCEL',
  'RETURN_OR_REFUND_REQUEST_COMPLETE',
  'REPLACEMENT_REQUEST_REJECT',
  'REPLACEMENT_REQUEST_REFUND_SUCCESS',
  'REPLACEMENT_REQUEST_CANCEL',
  'REPLACEMENT_REQUEST_COMPLETE',
])

/** @throws {ShopRefusal} when it cannot go there from where it is */
export function moveReturn(
  platform: Platform,
  row: ReturnRow,
  to: ReturnStatus,
  note: { role?: 'BUYER' | 'SELLER' | 'SYSTEM'; text?: string } = {},
): void {
  if (moves[row.status]?.includes(to) !== true)
    throw new ShopRefusal(25001003, `The request is ${row.status}.`)
  const world = platform.world.shop
  const now = nowOf(platform)
  const record = { at: now, event: to, role: note.role ?? 'SELLER', text: note.text ?? to, note: '' }
  const before = row.status
  world.returns.patch(row, { status: to, updatedAt: now, records: [...row.records, record] })
  tellReturn(platform, row)
  if (before === 'RETURN_OR_REFUND_REQUEST_PENDING') tellReviewed(platform, row)
  if (to === 'BUYER_SHIPPED_ITEM') tellRma(platform, row, 'PENDING_PACKAGE_REVIEW')
  if (to === 'RETURN_OR_REFUND_REQUEST_SUCCESS') {
    if (before === 'BUYER_SHIPPED_ITEM') {
      tellRma(platform, row, 'PACKAGE_REVIEW_COMPLETED')
      restock(platform, row)
    }
    platform.timers.after(60, 'shop.refundPaid', row.id)
  }
  if (to === 'REPLACEMENT_REQUEST_REFUND_SUCCESS') {
    const order = world.orders.get(row.order)
    if (order !== undefined)
      world.returns.patch(row, { refund: refundable(order.lines.filter(({ id }) => row.lines.includes(id))) })
    repay(platform, row)
  }
}

/** The money goes back; an order with nothing left is completed. */
function payRefund(platform: Platform, row: ReturnRow): void {
  moveReturn(platform, row, 'RETURN_OR_REFUND_REQUEST_COMPLETE', {
    role: 'SYSTEM',
    text: 'The money was paid back.',
  })
  repay(platform, row)
}

function repay(platform: Platform, row: ReturnRow): void {
  const world = platform.world.shop
  const order = world.orders.get(row.order)
  const shop = world.shops.get(row.shop)
  if (order === undefined || shop === undefined) return
  settleRefund(platform, order, row)
  const whole = row.refund >= refundable(order.lines.filter(({ id }) => row.lines.includes(id)))
  if (whole) for (const line of order.lines) if (row.lines.includes(line.id)) line.refunded = true
  touchOrder(platform, order, {})
  tellShop(platform, shop, 67, {
    aftersales_request_id: row.id,
    rma_id: row.rma,
    line_items: order.lines
      .filter(({ id }) => row.lines.includes(id))
      .map((line) => ({ main_order_id: order.id, return_line_item_id: line.id, sku_id: line.sku })),
    refund_currency: order.currency,
    refund_total: amountText(row.refund, order.currency),
    refund_status: 'REFUND_SUCCESS',
    refund_timestamp: nowOf(platform),
  })
  const left = liveLines(order).filter(({ refunded }) => refunded !== true)
  if (left.length === 0 && order.status === 'DELIVERED') completeOrder(platform, order)
}

/** What came back can be sold again. */
function restock(platform: Platform, row: ReturnRow): void {
  const world = platform.world.shop
  const order = world.orders.get(row.order)
  for (const line of order?.lines ?? []) {
    const stock = row.lines.includes(line.id) ? world.stock.get(stockId(line.sku, line.warehouse)) : undefined
    if (stock !== undefined) world.stock.patch(stock, { available: stock.available + 1 })
  }
}

function tellReturn(platform: Platform, row: ReturnRow): void {
  const shop = platform.world.shop.shops.get(row.shop) as ShopRow
  tellShop(platform, shop, 12, {
    order_id: row.order,
    return_role: row.role,
    return_type: row.type,
    return_status: row.status,
    return_id: row.id,
    create_time: row.createdAt,
    update_time: row.updatedAt,
  })
}

function tellReviewed(platform: Platform, row: ReturnRow): void {
  const shop = platform.world.shop.shops.get(row.shop) as ShopRow
  tellShop(platform, shop, 64, {
    aftersales_request_id: row.id,
    return_role: row.role,
    aftersales_request_status: 'REQUEST_REVIEW_COMPLETED',
    aftersales_request_create_time: row.createdAt,
    aftersales_request_update_time: row.updatedAt,
  })
  if (row.status === 'AWAITING_BUYER_SHIP') tellRma(platform, row, 'RMA_CREATED')
}

function tellRma(platform: Platform, row: ReturnRow, status: string): void {
  const shop = platform.world.shop.shops.get(row.shop) as ShopRow
  tellShop(platform, shop, 65, {
    rma_id: row.rma,
    aftersales_request_id: row.id,
    return_role: row.role,
    rma_status: status,
    rma_create_time: row.createdAt,
    rma_update_time: row.updatedAt,
  })
}
