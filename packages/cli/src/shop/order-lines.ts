/** Orders for a person: a row of a table, or all that is known of one. */
import type { ShopOrder } from '@tockwork/sdk/shop'
import { table } from '../output/output.ts'
import { shorten, timeText } from './options.ts'

export function ordersTable(orders: readonly ShopOrder[]): string[] {
  return table([['id', 'created', 'status', 'items', 'total', 'what'], ...orders.map(rowOf)])
}

function rowOf(order: ShopOrder): string[] {
  return [
    order.id,
    timeText(order.create_time),
    order.status ?? '-',
    String(order.line_items?.length ?? 0),
    totalOf(order),
    shorten(whatOf(order), 60),
  ]
}

/** One line of `watch`. */
export function orderLine(order: ShopOrder, before: string | undefined): string {
  const status = before === undefined ? (order.status ?? '-') : `${before} → ${order.status ?? '-'}`
  return `${timeText(order.update_time)}  ${order.id}  ${status}  ${totalOf(order)}  ${shorten(whatOf(order), 60)}`
}

export function orderDetails(order: ShopOrder): string[] {
  const lines = order.line_items ?? []
  return [
    `${order.id}  ${order.status ?? '-'}  ${totalOf(order)}`,
    ...table(
      [
        ['  created', timeText(order.create_time)],
        ['  paid', timeText(order.paid_time)],
        ['  updated', timeText(order.update_time)],
        ['  shipping', order.shipping_type ?? '-'],
        ['  packages', (order.packages ?? []).map(({ id }) => id).join(', ') || '-'],
        ['  message', order.buyer_message || '-'],
        ['  cancelled', order.cancel_reason || '-'],
      ].filter(([, value]) => value !== '-'),
    ),
    ...table(
      lines.map((line) => [
        '  ·',
        shorten(line.product_name ?? '-', 40),
        line.sku_name ?? '',
        line.seller_sku || (line.sku_id ?? ''),
        `${line.sale_price ?? '-'} ${line.currency ?? ''}`,
        line.display_status ?? '',
      ]),
    ),
  ]
}

function totalOf({ payment }: ShopOrder): string {
  return payment?.total_amount == null ? '-' : `${payment.total_amount} ${payment.currency ?? ''}`.trim()
}

/** Each unit is a line of its own in an order; a person counts. */
function whatOf({ line_items: lines = [] }: ShopOrder): string {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const name = line.product_name ?? line.sku_id ?? '?'
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(', ')
}
