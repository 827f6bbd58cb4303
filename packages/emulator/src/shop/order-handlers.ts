/** Orders, read and searched. */
import { orderStatuses, shopRules } from '@tockwork/contracts/shop'
import { stringifyJson } from '@tockwork/kernel'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { amountText } from './money.ts'
import { orderView, recipient, sums } from './order-view.ts'
import { page, pageOf, sorted } from './paging.ts'
import type { OrderRow } from './state.ts'

/** Observed: an order that is not the shop's. */
const NOT_OWNED = 21008111

/** @throws {ShopRefusal} when the shop has no such order */
export function orderOf({ world, shop }: Pick<ShopCall, 'world' | 'shop'>, id: string): OrderRow {
  const order = world.orders.get(id)
  if (order?.shop !== shop.id) throw new ShopRefusal(NOT_OWNED, `The shop has no order ${id.slice(0, 40)}.`)
  return order
}

function searchOrders({ platform, world, shop, query, body }: ShopCall): object {
  const request = pageOf(query, { default: 20, max: shopRules.maxPageSize })
  const field = query.oneOf('sort_field', ['create_time', 'update_time']) ?? 'create_time'
  const descending = query.oneOf('sort_order', ['ASC', 'DESC']) !== 'ASC'
  const status = body.oneOf('order_status', orderStatuses)
  const shipping = body.oneOf('shipping_type', ['TIKTOK', 'SELLER'])
  const buyer = body.optional('buyer_user_id')
  const cancelRequested = body.flag('is_buyer_request_cancel')
  const warehouses = body.texts('warehouse_ids', { max: 100 })
  const within = (name: string): ((at: number) => boolean) => {
    const from = body.integer(`${name}_ge`) ?? 0
    const to = body.integer(`${name}_lt`) ?? Number.MAX_SAFE_INTEGER
    return (at) => at >= from && at < to
  }
  const created = within('create_time')
  const updated = within('update_time')
  const by = {
    name: field,
    value: field === 'create_time' ? (row: OrderRow) => row.createdAt : (row: OrderRow) => row.updatedAt,
  }
  const found = page(
    sorted(world.orders, 'shop', shop.id, by),
    by.value,
    { ...request, descending },
    (order) => {
      if (status !== undefined && order.status !== status) return false
      if (shipping !== undefined && order.shippingType !== shipping) return false
      if (buyer !== undefined && order.buyer !== buyer) return false
      if (cancelRequested !== undefined && (order.cancelRequested ?? false) !== cancelRequested) return false
      if (warehouses.length > 0 && !order.lines.some(({ warehouse }) => warehouses.includes(warehouse)))
        return false
      return created(order.createdAt) && updated(order.updatedAt)
    },
    stringifyJson(body.raw),
  )
  return {
    orders: found.rows.map((order) => orderView(platform, shop, order)),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

function getOrders(call: ShopCall): object {
  const ids = call.query.texts('ids', { required: true, max: shopRules.maxOrderIds })
  return { orders: ids.map((id) => orderView(call.platform, call.shop, orderOf(call, id))) }
}

/** For those who may see whole addresses. */
function getPrivileged(call: ShopCall): object {
  const ids = call.query.texts('ids', { required: true, max: shopRules.maxOrderIds })
  return {
    orders: ids.map((id) => {
      const order = orderOf(call, id)
      return {
        ...orderView(call.platform, call.shop, order),
        recipient_address: order.status === 'ON_HOLD' ? {} : recipient(order, call.shop, { whole: true }),
      }
    }),
  }
}

function priceDetail(call: ShopCall): object {
  const order = orderOf(call, call.path.order_id ?? '')
  const money = (minor: number): string => amountText(minor, order.currency)
  const { list, seller, platform, goods, tax, total } = sums(order)
  return {
    currency: order.currency,
    sku_list_price: money(list),
    sku_sale_price: money(goods),
    subtotal: money(goods),
    subtotal_deduction_seller: money(seller),
    subtotal_deduction_platform: money(platform),
    subtotal_tax_amount: money(tax),
    tax_amount: money(tax),
    shipping_list_price: money(order.shippingFee),
    shipping_sale_price: money(order.shippingFee),
    shipping_fee_deduction_seller: money(0),
    shipping_fee_deduction_platform: money(0),
    net_price_amount: money(goods),
    payment: money(total),
    total: money(total),
    line_items: order.lines.map((line) => ({
      id: line.id,
      currency: order.currency,
      sku_list_price: money(line.listPrice),
      sku_sale_price: money(line.price),
      subtotal: money(line.price),
      subtotal_deduction_seller: money(line.sellerDiscount),
      subtotal_deduction_platform: money(line.platformDiscount),
      subtotal_tax_amount: money(line.tax),
      tax_amount: money(line.tax),
      net_price_amount: money(line.price),
      payment: money(line.price + line.tax),
      total: money(line.price + line.tax),
    })),
  }
}

const PLATFORMS = [
  'SHOPIFY',
  'WOOCOMMERCE',
  'BIGCOMMERCE',
  'MAGENTO',
  'SALESFORCE_COMMERCE_CLOUD',
  'CHANNEL_ADVISOR',
  'AMAZON',
  'ORDER_MANAGEMENT_SYSTEM',
  'WAREHOUSE_MANAGEMENT_SYSTEM',
  'ERP_SYSTEM',
] as const

function addReferences(call: ShopCall): object {
  const { world, shop, body } = call
  const errors: object[] = []
  for (const entry of body.list('orders', { required: true, max: 100 })) {
    const external = entry.requiredObject('external_order')
    const id = entry.text('id')
    const platform = external.requiredOneOf('platform', PLATFORMS)
    const externalId = external.text('id')
    const lines = external
      .list('line_items', { required: true, max: 100 })
      .map((line) => ({ id: line.text('id'), originId: line.text('origin_id') }))
    const order = world.orders.get(id)
    const unknown = lines.find(({ originId }) => order?.lines.some((line) => line.id === originId) !== true)
    if (order?.shop !== shop.id || unknown !== undefined) {
      const message =
        order?.shop === shop.id
          ? `The order has no line ${unknown?.originId}.`
          : `The shop has no order ${id}.`
      errors.push({
        code: String(NOT_OWNED),
        message,
        detail: { order_id: id, external_order: { id: externalId, platform } },
      })
    } else
      world.externalOrders.put({
        id: `${id}:${platform}:${externalId}`,
        shop: shop.id,
        order: id,
        platform,
        externalId,
        lines,
      })
  }
  return { errors }
}

function referenceView({
  externalId,
  platform,
  lines,
}: {
  externalId: string
  platform: string
  lines: { id: string; originId: string }[]
}): object {
  return {
    id: externalId,
    platform,
    line_items: lines.map(({ id, originId }) => ({ id, origin_id: originId })),
  }
}

/** What was in a box that is bought unseen; kept, and shown nowhere else. */
export const orderHandlers: ShopHandlers = {
  'order.GetOrderList': searchOrders,
  'order.GetOrderDetail': getOrders,
  'order.GetPrivilegedOrderDetail': getPrivileged,
  'order.GetPriceDetail': priceDetail,
  'order.AddExternalOrderReferences': addReferences,
  'order.GetExternalOrderReferences': (call) => {
    const order = orderOf(call, call.path.order_id ?? '')
    const platform = call.query.requiredOneOf('platform', PLATFORMS)
    const rows = call.world.externalOrders.where('order', order.id).filter((row) => row.platform === platform)
    return { external_orders: rows.map(referenceView) }
  },
  'order.SearchOrderByExternalOrderReference': ({ world, shop, query }) => {
    const platform = query.requiredOneOf('platform', PLATFORMS)
    const external = query.text('external_order_id')
    const rows = [...world.externalOrders.values()].filter(
      (row) => row.shop === shop.id && row.platform === platform && row.externalId === external,
    )
    return { orders: rows.map((row) => ({ id: row.order, external_order: referenceView(row) })) }
  },
  // Nothing in this world is printed on demand, so no line has such details.
  'order.PodDetails': (call) => {
    const order = orderOf(call, call.body.text('main_order_id'))
    return { pod_details: [], main_order_id: order.id }
  },
}
