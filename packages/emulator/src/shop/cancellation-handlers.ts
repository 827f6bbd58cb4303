/** Cancellations, as sellers make and answer them. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { orderOf } from './order-handlers.ts'
import { cancelLines, liveLines, tellCancellation, touchOrder } from './order-life.ts'
import { amounts, DAY, lineFacts, readLines, remember, repeated, searchRows } from './reverse-parts.ts'
import { cancelRejections, demandReason, demandRejection } from './reverse-reasons.ts'
import type { CancellationRow, OrderRow } from './state.ts'

const CANCELLABLE = ['UNPAID', 'ON_HOLD', 'AWAITING_SHIPMENT', 'AWAITING_COLLECTION']

function cancelOrder(call: ShopCall): object {
  const { platform, shop, body } = call
  const order = orderOf(call, body.text('order_id'))
  const reason = body.text('cancel_reason')
  if (order.status === 'CANCELLED') throw new ShopRefusal(25001010, 'The order is cancelled already.')
  if (!CANCELLABLE.includes(order.status))
    throw new ShopRefusal(25001045, `The order is ${order.status} and cannot be stopped.`)
  demandReason(reason, { by: 'SELLER', action: 'cancel', status: order.status, region: shop.region })
  const lines = readLines(order, body)
  const partial = lines.length < liveLines(order).length
  const outOfStock = /out_of_stock/.test(reason)
  // Single items only where the law of the market and the reason allow it.
  if (partial && !(['US', 'GB'].includes(shop.region) && outOfStock))
    throw new ShopRefusal(25005010, 'Single items can be cancelled in US and GB, for want of stock.')
  const row = cancelLines(platform, order, lines, { by: 'SELLER', reason })
  return { cancel_id: row.id, cancel_status: apiStatus(row) }
}

/** Webhooks and lists write `_CANCELLED`, this answer does not. */
function apiStatus({ status }: CancellationRow): string {
  return status === 'CANCELLATION_REQUEST_CANCELLED' ? 'CANCELLATION_REQUEST_CANCEL' : status
}

function cancellationOf({ world, shop, path }: ShopCall): CancellationRow {
  const row = world.cancellations.get(path.cancel_id ?? '')
  if (row?.shop !== shop.id)
    throw new ShopRefusal(25007006, `The shop has no cancellation ${path.cancel_id}.`)
  return row
}

function answerCancellation(call: ShopCall, approve: boolean): object {
  const { platform, world, shop, body, now } = call
  const row = cancellationOf(call)
  if (repeated(call)) return {}
  const order = orderOf(call, row.order)
  if (row.status !== 'CANCELLATION_REQUEST_PENDING')
    throw new ShopRefusal(25001003, `The request is ${row.status}.`)
  if (approve) {
    cancelLines(
      platform,
      order,
      order.lines.filter(({ id }) => row.lines.includes(id)),
      { by: 'BUYER', reason: row.reason, request: row },
    )
  } else {
    const reason = body.text('reject_reason')
    demandRejection(reason, cancelRejections, shop.region)
    world.cancellations.patch(row, {
      status: 'CANCELLATION_REQUEST_CANCELLED',
      rejection: { reason, comment: body.optional('comment') ?? '' },
      updatedAt: now,
    })
    touchOrder(platform, order, { cancelRequested: false })
    tellCancellation(platform, row)
  }
  remember(call)
  return {}
}

function searchCancellations(call: ShopCall): object {
  const { body, world } = call
  const ids = body.texts('cancel_ids')
  const types = body.texts('cancel_types')
  const statuses = body.texts('cancel_status')
  const found = searchRows<CancellationRow>(
    call,
    world.cancellations,
    1,
    (row) =>
      (ids.length === 0 || ids.includes(row.id)) &&
      (types.length === 0 || types.includes(row.type)) &&
      (statuses.length === 0 || statuses.includes(row.status) || statuses.includes(apiStatus(row))),
  )
  return {
    cancellations: found.rows.map((row) => {
      const order = world.orders.get(row.order) as OrderRow
      const lines = order.lines.filter(({ id }) => row.lines.includes(id))
      return {
        cancel_id: row.id,
        order_id: row.order,
        cancel_type: row.type,
        cancel_status: row.status,
        cancel_reason: row.reason,
        cancel_reason_text: row.reason.replaceAll('_', ' '),
        role: row.role,
        refund_amount: amounts(lines, order),
        cancel_line_items: lines.map((line) => ({
          cancel_line_item_id: line.id,
          ...lineFacts(call, line, order),
        })),
        seller_next_action_response:
          row.status === 'CANCELLATION_REQUEST_PENDING'
            ? [{ action: 'SELLER_RESPOND_CANCEL', deadline: row.createdAt + 2 * DAY }]
            : [],
        create_time: row.createdAt,
        update_time: row.updatedAt,
      }
    }),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

export const cancellationHandlers: ShopHandlers = {
  'return_refund.CancelOrder': cancelOrder,
  'return_refund.SearchCancellations': searchCancellations,
  'return_refund.ApproveCancellation': (call) => answerCancellation(call, true),
  'return_refund.RejectCancellation': (call) => answerCancellation(call, false),
}
