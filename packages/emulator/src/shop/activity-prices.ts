/** What promotions do to prices. */
import type { ActivityItem, ActivityRow, ShopWorld } from './state.ts'

export const FLASH = 'FLASHSALE'

/** Ongoing activities of products in which this SKU takes part. */
export function activitiesOf(
  world: ShopWorld,
  shop: string,
  product: string,
  sku: string,
  now: number,
): ActivityRow[] {
  return world.activities
    .where('shop', shop)
    .filter(
      (activity) =>
        activity.status === 'ONGOING' &&
        activity.begin <= now &&
        (activity.indefinite || now < activity.end) &&
        itemOf(activity, product, sku) !== undefined,
    )
}

function itemOf(activity: ActivityRow, product: string, sku: string): ActivityItem | undefined {
  const entry = activity.products.find(({ id }) => id === product)
  if (entry === undefined) return undefined
  return activity.level === 'VARIATION' ? entry.skus.find(({ id }) => id === sku) : entry
}

/** The price that a buyer pays now, in minor units, and by which activity: a flash deal wins over other discounts. */
export function priceNow(
  world: ShopWorld,
  shop: string,
  product: string,
  sku: { id: string; price: number },
  now: number,
): { price: number; activity?: string } {
  const offers = activitiesOf(world, shop, product, sku.id, now).flatMap((activity) => {
    const item = itemOf(activity, product, sku.id)
    const price =
      item?.price ??
      (item?.discount === undefined ? undefined : Math.round(sku.price * (1 - Number(item.discount) / 100)))
    return price === undefined || price >= sku.price || price <= 0
      ? []
      : [{ price, activity: activity.id, flash: activity.type === FLASH }]
  })
  const best = offers.sort((a, b) => Number(b.flash) - Number(a.flash) || a.price - b.price)[0]
  return best === undefined ? { price: sku.price } : { price: best.price, activity: best.activity }
}
