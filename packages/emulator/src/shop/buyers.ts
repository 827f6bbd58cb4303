/** Buyers that come by themselves, at a rate that is set for a shop. */
import type { Platform } from '../platform.ts'
import { ShopRefusal } from './call.ts'
import { type Checkout, placeOrder } from './order-life.ts'
import type { OrderRow, ShopRow } from './state.ts'
import { availableOf } from './stock.ts'

const COME = 'shop.buyer'

export function registerBuyers(platform: Platform): void {
  platform.timers.on(COME, (id) => {
    const shop = platform.world.shop.shops.get(id)
    if (shop === undefined || shop.ordersPerHour <= 0) return
    comeAgain(platform, shop)
    shopAtRandom(platform, shop)
  })
}

/** 0 sends them away. */
export function setBuyers(platform: Platform, shop: ShopRow, ordersPerHour: number): void {
  const idle = shop.ordersPerHour <= 0
  platform.world.shop.shops.patch(shop, { ordersPerHour })
  if (idle && ordersPerHour > 0) comeAgain(platform, shop)
}

/** Gaps are of exponential length, as those between people who know nothing of each other are. */
function comeAgain(platform: Platform, shop: ShopRow): void {
  const gap = (-Math.log(1 - draw(platform)) * 3600) / shop.ordersPerHour
  platform.timers.after(Math.max(0.001, gap), COME, shop.id)
}

/** From 0 to 1, the same again under the same seed. */
function draw(platform: Platform): number {
  return Number.parseInt(platform.ids.hex(8), 16) / 2 ** 32
}

/** One checkout of something that is in stock, with what is wished otherwise; nothing when all is sold out. */
export function shopAtRandom(
  platform: Platform,
  shop: ShopRow,
  wishes: Omit<Checkout, 'items'> = {},
): OrderRow | undefined {
  const world = platform.world.shop
  const offered = world.products
    .where('shop', shop.id)
    .filter(({ status }) => status === 'ACTIVATE')
    .flatMap(({ content }) => content.skus)
    .filter((sku) => sku.disabled !== true && availableOf(world, sku.id) > 0)
  const sku = offered[Math.floor(draw(platform) * offered.length)]
  if (sku === undefined) return undefined
  const contents = world.contents.where('shop', shop.id)
  const content = draw(platform) < 0.6 ? contents[Math.floor(draw(platform) * contents.length)] : undefined
  if (content !== undefined)
    world.contents.patch(content, { views: content.views + 20 + Math.floor(draw(platform) * 60) })
  const quantity = draw(platform) < 0.8 ? 1 : 2
  try {
    return placeOrder(platform, shop, {
      items: [{ sku: sku.id, quantity: Math.min(quantity, availableOf(world, sku.id)) }],
      source: content?.kind ?? 'PRODUCT_CARD',
      ...(content === undefined ? {} : { content: content.id }),
      ...Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== undefined)),
    })
  } catch (error) {
    // Two units may lie in two warehouses, and no order is split over them.
    if (error instanceof ShopRefusal) return undefined
    throw error
  }
}
