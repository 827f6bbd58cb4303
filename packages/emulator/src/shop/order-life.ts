/** An order from checkout to completion. Source: partner.tiktokshop.com/docv2, order API overview. */
import type { ShopOrderStatus } from '@tockwork/contracts/shop'
import type { Platform } from '../platform.ts'
import { priceNow } from './activity-prices.ts'
import { commissionOf, followOrder } from './affiliate-life.ts'
import { nowOf, ShopRefusal } from './call.ts'
import { settleOrder } from './finance-books.ts'
import { idPrefix, newId } from './ids.ts'
import { pricedAt } from './money.ts'
import type { CancellationRow, OrderLine, OrderRow, PackageRow, ShopRow } from './state.ts'
import { countOf, release, reserve } from './stock.ts'
import { tellStock } from './stock-told.ts'
import { tellShop } from './tell.ts'

const PAY = 'shop.pay'
const UNPAID = 'shop.unpaid'
const HOLD = 'shop.hold'
const COMPLETE = 'shop.complete'

const moves: Readonly<Record<ShopOrderStatus, readonly ShopOrderStatus[]>> = {
  UNPAID: ['ON_HOLD', 'CANCELLED'],
  ON_HOLD: ['AWAITING_SHIPMENT', 'CANCELLED'],
  AWAITING_SHIPMENT: ['PARTIALLY_SHIPPING', 'AWAITING_COLLECTION', 'CANCELLED'],
  PARTIALLY_SHIPPING: ['AWAITING_COLLECTION', 'IN_TRANSIT', 'CANCELLED'],
  AWAITING_COLLECTION: ['IN_TRANSIT', 'DELIVERED', 'CANCELLED'],
  IN_TRANSIT: ['DELIVERED'],
  DELIVERED: ['COMPLETED'],
  COMPLETED: [],
  CANCELLED: [],
}

export interface Checkout {
  items: { sku: string; quantity: number }[]
  buyer?: string | undefined
  shippingType?: 'TIKTOK' | 'SELLER' | undefined
  cod?: boolean | undefined
  message?: string | undefined
  source?: OrderRow['source'] | undefined
  content?: string | undefined
  sample?: boolean | undefined
}

export function registerOrderLife(platform: Platform): void {
  const { timers, world } = platform
  const on = (kind: string, status: ShopOrderStatus, act: (order: OrderRow) => void): void =>
    timers.on(kind, (id) => {
      const order = world.shop.orders.get(id)
      if (order?.status === status) act(order)
    })
  on(PAY, 'UNPAID', (order) => payOrder(platform, order))
  on(UNPAID, 'UNPAID', (order) =>
    cancelLines(platform, order, order.lines, { by: 'SYSTEM', reason: 'system_cancel_unpaid_time_out' }),
  )
  on(HOLD, 'ON_HOLD', (order) => endHold(platform, order))
  on(COMPLETE, 'DELIVERED', (order) => completeOrder(platform, order))
}

/** @throws {ShopRefusal} when something is not for sale or not in stock; then nothing is taken */
export function placeOrder(platform: Platform, shop: ShopRow, checkout: Checkout): OrderRow {
  const { world, timers, settings } = platform
  const now = nowOf(platform)
  const { lines, touched } = takeLines(platform, shop, checkout, now)
  const order = world.shop.orders.put({
    id: newId(platform, idPrefix.order),
    shop: shop.id,
    status: 'UNPAID',
    buyer: checkout.buyer ?? newId(platform, '7494'),
    lines,
    shippingFee: checkout.sample === true ? 0 : pricedAt(4, shop.currency),
    currency: shop.currency,
    shippingType: checkout.shippingType ?? 'TIKTOK',
    warehouse: lines[0]?.warehouse ?? '',
    cod: checkout.cod ?? false,
    message: checkout.message ?? '',
    createdAt: now,
    updatedAt: now,
    source: checkout.source ?? 'PRODUCT_CARD',
    ...(checkout.content === undefined ? {} : { content: checkout.content }),
    ...(checkout.sample === true ? { sample: true } : {}),
  })
  tellOrder(platform, order)
  for (const { product, sku, before } of touched)
    tellStock(platform, shop, product, sku, before, 'order_created')
  if (order.cod) payOrder(platform, order)
  else {
    timers.after(settings.shopPaymentSeconds, PAY, order.id)
    timers.after(settings.shopUnpaidSeconds, UNPAID, order.id)
  }
  return order
}

function takeLines(platform: Platform, shop: ShopRow, { items, content, sample }: Checkout, now: number) {
  const world = platform.world.shop
  const wanted = items.map(({ sku, quantity }) => {
    const product = world.products.get(world.stock.where('sku', sku)[0]?.product ?? '')
    const part = product?.content.skus.find(({ id }) => id === sku)
    if (product === undefined || part === undefined || product.shop !== shop.id)
      throw new ShopRefusal(12052036, `sku: this shop has no SKU ${sku}.`)
    if (product.status !== 'ACTIVATE' || part.disabled === true)
      throw new ShopRefusal(12052048, `sku: ${sku} is not for sale.`)
    return { product, part, quantity }
  })
  const taken: { sku: string; warehouse: string; quantity: number }[] = []
  const lines: OrderLine[] = []
  const touched = wanted.map(({ product, part }) => ({
    product: product.id,
    sku: part.id,
    before: countOf(world, part.id),
  }))
  for (const { product, part, quantity } of wanted) {
    const warehouse = reserve(world, shop, part.id, quantity)
    if (warehouse === undefined) {
      for (const each of taken) release(world, each.sku, each.warehouse, each.quantity)
      throw new ShopRefusal(12052146, `sku: there are not ${quantity} of ${part.id} in one warehouse.`)
    }
    taken.push({ sku: part.id, warehouse, quantity })
    const offer = priceNow(world, shop.id, product.id, part, now)
    // A sample costs its creator nothing.
    const { price, activity } = sample === true ? { price: 0, activity: undefined } : offer
    const commission = sample === true ? undefined : commissionOf(world, shop.id, product.id, content, now)
    for (let unit = 0; unit < quantity; unit += 1)
      lines.push({
        id: newId(platform, idPrefix.order),
        product: product.id,
        sku: part.id,
        sellerSku: part.sellerSku,
        productName: product.content.title,
        skuName: part.attributes.map(({ valueName }) => valueName).join(', ') || 'Default',
        image: product.content.images[0] ?? '',
        warehouse,
        listPrice: part.price,
        sellerDiscount: part.price - price,
        platformDiscount: 0,
        price,
        tax: shop.region === 'US' ? Math.round(price * 0.08) : 0,
        ...(activity === undefined ? {} : { activity }),
        ...(commission === undefined ? {} : { commission }),
      })
  }
  return { lines, touched }
}

/** @throws {Error} when the table of moves does not have it: a mistake of the emulator */
export function moveOrder(
  platform: Platform,
  order: OrderRow,
  to: ShopOrderStatus,
  fields: Partial<OrderRow> = {},
): void {
  if (!moves[order.status].includes(to)) throw new Error(`an order cannot go from ${order.status} to ${to}`)
  platform.world.shop.orders.patch(order, { ...fields, status: to, updatedAt: nowOf(platform) })
  tellOrder(platform, order)
  if (order.sample === true) followOrder(platform, order)
}

/** Changed without another status. */
export function touchOrder(platform: Platform, order: OrderRow, fields: Partial<OrderRow>): void {
  platform.world.shop.orders.patch(order, { ...fields, updatedAt: nowOf(platform) })
}

function tellOrder(platform: Platform, order: OrderRow): void {
  const shop = platform.world.shop.shops.get(order.shop)
  if (shop === undefined) return
  tellShop(platform, shop, 1, {
    order_id: order.id,
    // The webhook has a word of its own for it.
    order_status: order.status === 'CANCELLED' ? 'CANCEL' : order.status,
    is_on_hold_order: order.status === 'ON_HOLD',
    update_time: order.updatedAt,
  })
}

/** Webhook 3. @returns false once something of the order is on its way, or it ended */
export function changeAddress(
  platform: Platform,
  order: OrderRow,
  address: OrderRow['address'] & object,
): boolean {
  if (!['UNPAID', 'ON_HOLD', 'AWAITING_SHIPMENT'].includes(order.status)) return false
  touchOrder(platform, order, { address })
  tellShop(platform, platform.world.shop.shops.get(order.shop) as ShopRow, 3, {
    order_id: order.id,
    update_time: order.updatedAt,
  })
  return true
}

export function payOrder(platform: Platform, order: OrderRow): void {
  moveOrder(platform, order, 'ON_HOLD', { paidAt: nowOf(platform) })
  platform.timers.after(platform.settings.shopRemorseSeconds, HOLD, order.id)
}

/** The remorse window is over. Outside the US the package exists from here on. */
export function endHold(platform: Platform, order: OrderRow): void {
  moveOrder(platform, order, 'AWAITING_SHIPMENT')
  const shop = platform.world.shop.shops.get(order.shop)
  if (shop !== undefined && shop.region !== 'US') makePackage(platform, [order], liveLines(order))
}

export function completeOrder(platform: Platform, order: OrderRow): void {
  moveOrder(platform, order, 'COMPLETED', { completedAt: nowOf(platform) })
  settleOrder(platform, order)
}

export function liveLines(order: OrderRow): OrderLine[] {
  return order.lines.filter(({ cancelled }) => cancelled === undefined)
}

/** A package of lines of one order, or of several that are combined. */
export function makePackage(
  platform: Platform,
  orders: readonly OrderRow[],
  lines: readonly OrderLine[],
  fields: Partial<PackageRow> = {},
): PackageRow {
  const now = nowOf(platform)
  const [first] = orders as [OrderRow]
  const row = platform.world.shop.packages.put({
    id: newId(platform, idPrefix.package),
    shop: first.shop,
    orders: orders.map(({ id }) => id),
    lines: lines.map(({ id }) => id),
    status: 'PROCESSING',
    stage: 'new',
    shippingType: first.shippingType,
    provider: '',
    tracking: '',
    createdAt: now,
    updatedAt: now,
    trackingChanges: 0,
    events: [],
    ...fields,
  })
  for (const line of lines) line.package = row.id
  for (const order of orders) touchOrder(platform, order, {})
  return row
}

export interface Cancelling {
  by: 'BUYER' | 'SELLER' | 'SYSTEM' | 'OPERATOR'
  reason: string
  /** When it was asked for before, the row of that. */
  request?: CancellationRow
}

/** Takes lines out of an order that has not left; the whole order ends when none is left. */
export function cancelLines(
  platform: Platform,
  order: OrderRow,
  lines: readonly OrderLine[],
  { by, reason, request }: Cancelling,
): CancellationRow {
  const world = platform.world.shop
  const now = nowOf(platform)
  const shop = world.shops.get(order.shop) as ShopRow
  for (const line of lines) {
    if (line.cancelled !== undefined) continue
    line.cancelled = { by, reason }
    if (!shop.noRestock.includes(line.sku)) {
      const before = countOf(world, line.sku)
      release(world, line.sku, line.warehouse, 1)
      tellStock(platform, shop, line.product, line.sku, before, 'order_canceled')
    }
  }
  leavePackages(platform, order)
  const role = by === 'OPERATOR' ? 'SYSTEM' : by
  const row =
    request ??
    world.cancellations.put({
      id: newId(platform, idPrefix.reverse),
      shop: order.shop,
      order: order.id,
      lines: lines.map(({ id }) => id),
      type: 'CANCEL',
      role,
      status: 'CANCELLATION_REQUEST_SUCCESS',
      reason,
      createdAt: now,
      updatedAt: now,
    })
  const paid = order.paidAt !== undefined
  // With nothing to pay back it is over at once.
  world.cancellations.patch(row, {
    status: paid ? 'CANCELLATION_REQUEST_SUCCESS' : 'CANCELLATION_REQUEST_COMPLETE',
    updatedAt: now,
  })
  tellCancellation(platform, row)
  if (paid) platform.timers.after(60, 'shop.cancelPaid', row.id)
  const fields = { cancelReason: reason, cancelledBy: role, cancelRequested: false }
  if (liveLines(order).length === 0) moveOrder(platform, order, 'CANCELLED', { ...fields, cancelledAt: now })
  else touchOrder(platform, order, { cancelRequested: false })
  return row
}

function leavePackages(platform: Platform, order: OrderRow): void {
  const { packages } = platform.world.shop
  const gone = new Set(order.lines.filter(({ cancelled }) => cancelled !== undefined).map(({ id }) => id))
  for (const id of new Set(order.lines.map((line) => line.package))) {
    const row = id === undefined ? undefined : packages.get(id)
    if (row === undefined || row.stage !== 'new') continue
    const lines = row.lines.filter((line) => !gone.has(line))
    packages.patch(row, {
      lines,
      updatedAt: nowOf(platform),
      ...(lines.length === 0 ? { status: 'CANCELLED' } : {}),
    })
  }
}

export function tellCancellation(platform: Platform, row: CancellationRow): void {
  const shop = platform.world.shop.shops.get(row.shop) as ShopRow
  tellShop(platform, shop, 11, {
    order_id: row.order,
    cancellations_role: row.role,
    cancel_status: row.status,
    cancel_id: row.id,
    create_time: row.createdAt,
  })
}

/** The order follows its packages. */
export function followPackages(platform: Platform, order: OrderRow): void {
  const { packages } = platform.world.shop
  const stages = liveLines(order).map(({ package: id }) =>
    id === undefined ? 'new' : (packages.get(id)?.stage ?? 'new'),
  )
  if (stages.length === 0 || stages.every((stage) => stage === 'new')) return
  const all = (...wanted: string[]): boolean => stages.every((stage) => wanted.includes(stage))
  const now = nowOf(platform)
  const to: ShopOrderStatus = all('delivered')
    ? 'DELIVERED'
    : all('transit', 'delivered', 'failed')
      ? 'IN_TRANSIT'
      : stages.includes('new')
        ? 'PARTIALLY_SHIPPING'
        : 'AWAITING_COLLECTION'
  if (order.status === to || !moves[order.status].includes(to)) return void touchOrder(platform, order, {})
  if (to === 'DELIVERED') {
    moveOrder(platform, order, to, { deliveredAt: now })
    platform.timers.after(platform.settings.shopAfterSalesSeconds, COMPLETE, order.id)
  } else if (to === 'IN_TRANSIT') moveOrder(platform, order, to, { collectedAt: now })
  else moveOrder(platform, order, to, { rtsAt: now })
}
