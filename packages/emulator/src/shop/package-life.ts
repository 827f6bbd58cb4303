/** A package from being handed over to being delivered. */
import type { Platform } from '../platform.ts'
import { nowOf, ShopRefusal } from './call.ts'
import { newId } from './ids.ts'
import { followPackages } from './order-life.ts'
import type { OrderRow, PackageRow, ShopRow } from './state.ts'
import { countOf, ship } from './stock.ts'
import { tellStock } from './stock-told.ts'
import { tellShop } from './tell.ts'

const COLLECT = 'shop.collect'
const DELIVER = 'shop.deliver'

/** Carriers of this world; each market has the same two. */
export const providers = [
  { id: '7117858858072016686', name: 'Harbour Post' },
  { id: '7117859084333745966', name: 'Swift Parcel' },
] as const

export function providerName(id: string): string {
  return providers.find((each) => each.id === id)?.name ?? ''
}

export function registerPackageLife(platform: Platform): void {
  const { timers, world } = platform
  timers.on(COLLECT, (id) => {
    const row = world.shop.packages.get(id)
    if (row?.stage === 'shipped') collectPackage(platform, row)
  })
  timers.on(DELIVER, (id) => {
    const row = world.shop.packages.get(id)
    if (row?.stage === 'transit') deliverPackage(platform, row)
  })
}

export interface Shipping {
  provider?: string | undefined
  tracking?: string | undefined
  handover?: 'PICKUP' | 'DROP_OFF' | undefined
  slot?: { start: number; end: number } | undefined
}

/** @throws {ShopRefusal} when it is gone already, or its orders may not be shipped yet */
export function shipPackage(platform: Platform, row: PackageRow, shipping: Shipping): void {
  const { world, timers, settings } = platform
  const now = nowOf(platform)
  const orders = ordersOf(platform, row)
  if (row.status === 'CANCELLED') throw new ShopRefusal(21011041, `The package ${row.id} is cancelled.`)
  if (row.stage !== 'new') throw new ShopRefusal(21011040, `The package ${row.id} is shipped already.`)
  for (const order of orders) demandShippable(platform, order)
  const own = row.shippingType === 'SELLER'
  if (own && (shipping.tracking === undefined || shipping.provider === undefined))
    throw new ShopRefusal(36009004, 'self_shipment: is required where the seller ships')
  if (shipping.provider !== undefined && providerName(shipping.provider) === '')
    throw new ShopRefusal(21011022, `There is no shipping provider ${shipping.provider}.`)
  world.shop.packages.patch(row, {
    stage: 'shipped',
    status: 'FULFILLING',
    provider: shipping.provider ?? (row.provider || providers[0].id),
    tracking: shipping.tracking ?? (row.tracking || trackingNumber(platform)),
    handover: shipping.handover ?? 'DROP_OFF',
    ...(shipping.slot === undefined ? {} : { slot: shipping.slot }),
    shippedAt: now,
    updatedAt: now,
    events: [...row.events, { at: now, text: 'The seller is preparing the parcel.' }],
  })
  const shop = world.shop.shops.get(row.shop) as ShopRow
  for (const order of orders)
    for (const line of order.lines) {
      if (!row.lines.includes(line.id)) continue
      const before = countOf(world.shop, line.sku)
      ship(world.shop, line.sku, line.warehouse, 1)
      tellStock(platform, shop, line.product, line.sku, before, 'order_shipped')
    }
  for (const order of orders) followPackages(platform, order)
  timers.after(settings.shopCollectionSeconds, COLLECT, row.id)
}

export function trackingNumber(platform: Platform): string {
  return `TW${newId(platform, '5').slice(0, 14)}`
}

/** @throws {ShopRefusal} with the documented code, also where an invoice must come first */
export function demandShippable(platform: Platform, order: OrderRow): void {
  if (order.status !== 'AWAITING_SHIPMENT' && order.status !== 'PARTIALLY_SHIPPING')
    throw new ShopRefusal(21011003, `An order that is ${order.status} cannot be shipped.`)
  if (order.cancelRequested === true)
    throw new ShopRefusal(21011007, `A cancellation of order ${order.id} waits for an answer.`)
  const { shops, packages } = platform.world.shop
  const invoiced = order.lines.some(
    ({ package: id }) => id !== undefined && packages.get(id)?.invoice === 'SUCCESS',
  )
  if (shops.get(order.shop)?.region === 'BR' && !invoiced)
    throw new ShopRefusal(21004006, 'The invoice must be uploaded first.')
}

export function collectPackage(platform: Platform, row: PackageRow): void {
  step(platform, row, 'transit', 'The carrier has the parcel.')
  platform.timers.after(platform.settings.shopTransitSeconds, DELIVER, row.id)
}

export function deliverPackage(platform: Platform, row: PackageRow): void {
  step(platform, row, 'delivered', 'The parcel was delivered.', 'COMPLETED')
}

export function failDelivery(platform: Platform, row: PackageRow, reason: string): void {
  step(platform, row, 'failed', `Delivery failed: ${reason}.`)
}

function step(
  platform: Platform,
  row: PackageRow,
  stage: PackageRow['stage'],
  text: string,
  status: PackageRow['status'] = row.status,
): void {
  const now = nowOf(platform)
  platform.world.shop.packages.patch(row, {
    stage,
    status,
    updatedAt: now,
    events: [...row.events, { at: now, text }],
  })
  for (const order of ordersOf(platform, row)) followPackages(platform, order)
}

export function ordersOf(platform: Platform, { orders }: PackageRow): OrderRow[] {
  return orders.flatMap((id) => platform.world.shop.orders.get(id) ?? [])
}

/** Webhook 4. */
export function tellPackages(
  platform: Platform,
  shop: ShopRow,
  change: string,
  rows: readonly PackageRow[],
): void {
  tellShop(platform, shop, 4, {
    sc_type: change,
    role_type: 'ROLE_SELLER',
    package_list: rows.map(({ id, orders }) => ({ package_id: id, order_id_list: orders })),
    update_time: nowOf(platform),
  })
}
