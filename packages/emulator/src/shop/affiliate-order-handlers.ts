/** Orders that creators led to, as the shop and the creator see them. */
import { usernameOf } from './affiliate-people.ts'
import type { ShopCall, ShopHandlers } from './call.ts'
import { amountText } from './money.ts'
import { pageOf, slice } from './paging.ts'
import type { OrderLine, OrderRow } from './state.ts'

/** Source: partner.tiktokshop.com/docv2 (affiliate orders): three months at most. */
const WINDOW_SECONDS = 92 * 86_400

interface Promoted {
  order: OrderRow
  lines: OrderLine[]
}

function promoted(
  call: ShopCall,
  orders: Iterable<OrderRow>,
  mine: (line: OrderLine) => boolean,
): Promoted[] {
  const { body, now } = call
  const from = body.integer('create_time_ge') ?? now - WINDOW_SECONDS
  const to = body.integer('create_time_lt') ?? now + 1
  if (to - from > WINDOW_SECONDS + 1)
    body.refuse('create_time_ge', 'at most three months before create_time_lt')
  const found: Promoted[] = []
  for (const order of orders) {
    if (order.paidAt === undefined || order.createdAt < from || order.createdAt >= to) continue
    const lines = order.lines.filter((line) => line.commission !== undefined && mine(line))
    if (lines.length > 0) found.push({ order, lines })
  }
  return found.sort((a, b) => b.order.createdAt - a.order.createdAt || (a.order.id < b.order.id ? 1 : -1))
}

function statusOf(order: OrderRow): string {
  if (order.status === 'CANCELLED') return 'CANCELLED'
  return order.settled === true ? 'COMPLETED' : 'PROCESSING'
}

/** A line is a unit; what is paid for is counted by SKU. */
function bySku(lines: readonly OrderLine[]): OrderLine[][] {
  return [...Map.groupBy(lines, ({ sku, commission }) => `${sku} ${commission?.collaboration}`).values()]
}

function skuView(order: OrderRow, lines: readonly OrderLine[]): Record<string, unknown> {
  const [line] = lines as [OrderLine]
  const { commission } = line
  const money = (minor: number): object => ({
    amount: amountText(minor, order.currency),
    currency: order.currency,
  })
  const live = lines.filter(({ cancelled, refunded }) => cancelled === undefined && refunded !== true)
  const base = lines.reduce((sum, { price }) => sum + price, 0)
  const due = live.reduce((sum, { price }) => sum + price, 0)
  const rate = commission?.rate ?? 0
  const share = (amount: number): number => Math.round((amount * rate) / 10_000)
  const settled = order.settled === true
  return {
    id: line.sku,
    product_id: line.product,
    product_name: line.productName,
    price: money(line.price),
    quantity: lines.length,
    refunded_quantity: lines.filter(({ refunded }) => refunded === true).length,
    returned_quantity: 0,
    content_id: order.content ?? '',
    content_type: order.source === 'PRODUCT_CARD' ? 'SHOP' : order.source,
    commission_model: 'STANDARD',
    open_collaboration_id: commission?.kind === 'OPEN' ? commission.collaboration : '',
    target_collaboration_id: commission?.kind === 'TARGET' ? commission.collaboration : '',
    estimated_commission_base: money(base),
    actual_commission_base: money(settled ? due : 0),
    estimated: money(share(base)),
    actual: money(settled ? share(due) : 0),
  }
}

function orderView({ order }: Promoted, skus: object[]): object {
  return {
    id: order.id,
    status: statusOf(order),
    create_time: order.createdAt,
    delivery_time: order.deliveredAt ?? 0,
    skus,
  }
}

function forSeller(call: ShopCall): object {
  const { world, shop, query } = call
  const found = promoted(call, world.orders.where('shop', shop.id), () => true)
  const { items, ...rest } = slice(found, pageOf(query, { max: 100 }))
  return {
    orders: items.map((each) =>
      orderView(
        each,
        bySku(each.lines).map((lines) => {
          const { estimated, actual, ...view } = skuView(each.order, lines)
          return {
            ...view,
            creator_username: usernameOf(lines[0]?.commission?.creator ?? ''),
            commission_rate: String(lines[0]?.commission?.rate ?? 0),
            shop_ads_commission_rate: '0',
            estimated_paid_commission: estimated,
            actual_paid_commission: actual,
          }
        }),
      ),
    ),
    ...rest,
  }
}

function forCreator(call: ShopCall): object {
  const { world, account, query } = call
  const found = promoted(call, world.orders.values(), ({ commission }) => commission?.creator === account.id)
  const { items, ...rest } = slice(found, pageOf(query, { max: 100 }))
  return {
    orders: items.map((each) =>
      orderView(
        each,
        bySku(each.lines).map((lines) => {
          const { estimated, actual, ...view } = skuView(each.order, lines)
          return {
            ...view,
            shop_name: world.shops.get(each.order.shop)?.name ?? '',
            commission_rate: lines[0]?.commission?.rate ?? 0,
            shop_ads_commission_rate: 0,
            estimated_commission: estimated,
            actual_commission: actual,
          }
        }),
      ),
    ),
    ...rest,
  }
}

export const affiliateOrderHandlers: ShopHandlers = {
  'affiliate_seller.SearchSellerAffiliateOrders.202410': forSeller,
  'affiliate_creator.SearchCreatorAffiliateOrders.202410': forCreator,
}
