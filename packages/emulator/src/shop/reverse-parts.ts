/** What cancellations, refunds and returns have in common: their lines, sums, filters and repeated answers. */
import { type ShopCall, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { amountText } from './money.ts'
import { liveLines } from './order-life.ts'
import { page, pageOf, sorted } from './paging.ts'
import { imageUrl } from './product-view.ts'
import type { CancellationRow, OrderLine, OrderRow, ReturnRow } from './state.ts'

export const DAY = 86_400

/** Lines by their ids, or so many of a SKU, or all that are left. @throws {ShopRefusal} */
export function readLines(order: OrderRow, body: Fields): OrderLine[] {
  const open = liveLines(order).filter(({ refunded }) => refunded !== true)
  const ids = [
    ...body.texts('order_line_item_ids'),
    ...body.list('order_line_list').map((line) => line.text('order_line_item_id')),
  ]
  if (ids.length > 0) return ids.map((id) => open.find((line) => line.id === id) ?? refuseLine(id))
  const skus = body.list('skus')
  if (skus.length === 0) return open
  return skus.flatMap((sku) => {
    const id = sku.text('sku_id')
    const quantity = sku.requiredInteger('quantity', { min: 1 })
    const lines = open.filter((line) => line.sku === id).slice(0, quantity)
    return lines.length === quantity ? lines : refuseLine(id)
  })
}

function refuseLine(id: string): never {
  throw new ShopRefusal(25005011, `The order has no, or not so many, open lines of ${id}.`)
}

/** An answer that was given already with this key is not given again. */
export function repeated({ world, query, operation, path, now }: ShopCall): boolean {
  const key = query.optional('idempotency_key')
  const id = `${operation.name}:${path.cancel_id ?? path.return_id}:${key}`
  return key !== undefined && (world.idempotency.get(id)?.expiresAt ?? 0) > now
}

export function remember({ world, query, operation, path, now }: ShopCall): void {
  const key = query.optional('idempotency_key')
  const id = `${operation.name}:${path.cancel_id ?? path.return_id}:${key}`
  if (key !== undefined) world.idempotency.put({ id, answer: '{}', expiresAt: now + DAY })
}

export function amounts(lines: readonly OrderLine[], order: OrderRow, total?: number): object {
  const goods = lines.reduce((sum, { price }) => sum + price, 0)
  const tax = lines.reduce((sum, line) => sum + line.tax, 0)
  const money = (minor: number): string => amountText(minor, order.currency)
  return {
    currency: order.currency,
    refund_subtotal: money(goods),
    refund_tax: money(tax),
    refund_shipping_fee: money(0),
    refund_total: money(total ?? goods + tax),
    retail_delivery_fee: money(0),
    buyer_service_fee: money(0),
  }
}

function within(body: Fields, name: string, at: number): boolean {
  return (
    at >= (body.integer(`${name}_ge`) ?? 0) && at < (body.integer(`${name}_lt`) ?? Number.MAX_SAFE_INTEGER)
  )
}

type Reverse = CancellationRow | ReturnRow

export function searchRows<T extends Reverse>(
  call: ShopCall,
  collection: ShopCall['world']['cancellations'] | ShopCall['world']['returns'],
  minSize: number,
  wanted: (row: T, order: OrderRow) => boolean,
) {
  const { world, shop, query, body } = call
  const request = pageOf(query, { default: 10, min: minSize, max: 50 })
  const field = query.oneOf('sort_field', ['create_time', 'update_time']) ?? 'create_time'
  const descending = query.oneOf('sort_order', ['ASC', 'DESC']) === 'DESC'
  const orders = body.texts('order_ids')
  const buyers = body.texts('buyer_user_ids')
  const by = {
    name: field,
    value: field === 'create_time' ? (row: T) => row.createdAt : (row: T) => row.updatedAt,
  }
  return page(
    sorted(collection as never, 'shop', shop.id, by) as readonly T[],
    by.value,
    { ...request, descending },
    (row) => {
      const order = world.orders.get(row.order)
      if (order === undefined) return false
      if (orders.length > 0 && !orders.includes(row.order)) return false
      if (buyers.length > 0 && !buyers.includes(order.buyer)) return false
      return (
        within(body, 'create_time', row.createdAt) &&
        within(body, 'update_time', row.updatedAt) &&
        wanted(row, order)
      )
    },
  )
}

export function lineFacts(call: ShopCall, line: OrderLine, order: OrderRow): object {
  return {
    order_line_item_id: line.id,
    product_name: line.productName,
    product_image: { url: imageUrl(call.platform, line.image), width: 800, height: 800 },
    seller_sku: line.sellerSku,
    sku_id: line.sku,
    sku_name: line.skuName,
    refund_amount: amounts([line], order),
  }
}
