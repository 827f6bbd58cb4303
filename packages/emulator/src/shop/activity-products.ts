/** Which products an activity is about, and at what price. Codes: TikTok's list for promotion/activities. */
import { FLASH } from './activity-prices.ts'
import { type ShopCall, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { parseAmount } from './money.ts'
import { productOf } from './product-handlers.ts'
import type { ActivityItem, ActivityProduct, ActivityRow, ShopRow } from './state.ts'
import { availableOf } from './stock.ts'
import { tellShop } from './tell.ts'

/** @throws {ShopRefusal} when the shop has no such activity */
export function activityOf({ world, shop, path }: ShopCall): ActivityRow {
  const row = world.activities.get(path.activity_id ?? '')
  if (row === undefined) throw new ShopRefusal(17029009, `There is no activity ${path.activity_id}.`)
  if (row.shop !== shop.id) throw new ShopRefusal(17029028, `The activity ${row.id} is of another shop.`)
  return row
}

export function demandOpen(row: ActivityRow): void {
  if (row.status === 'DEACTIVATED') throw new ShopRefusal(17029010, 'The activity is deactivated.')
  if (row.status === 'EXPIRED') throw new ShopRefusal(17029012, 'The activity is over.')
}

/** A price or a percentage, whichever the type of activity takes. */
function readItem(entry: Fields, row: ActivityRow, shop: ShopRow, full: number): Omit<ActivityItem, 'id'> {
  const limit = Number(entry.optional('quantity_limit') ?? -1)
  const perUser = Number(entry.optional('quantity_per_user') ?? -1)
  for (const [name, value] of [
    ['quantity_limit', limit],
    ['quantity_per_user', perUser],
  ] as const)
    if (!Number.isInteger(value) || (value !== -1 && (value < 1 || value > 99)))
      throw new ShopRefusal(17029050, `${name}: must be -1 or 1 to 99.`)
  const price = entry.optional('activity_price_amount')
  const discount = entry.optional('discount')
  if (row.type === 'DIRECT_DISCOUNT') {
    if (price !== undefined)
      throw new ShopRefusal(17029029, 'activity_price_amount: a direct discount takes a discount.')
    const percent = Number(discount)
    if (discount === undefined || !(percent > 0 && percent < 100))
      throw new ShopRefusal(17029041, 'discount: must be above 0 and below 100.')
    if (percent > 90) throw new ShopRefusal(17029020, 'discount: at most 90 per cent.')
    return { discount, limit, perUser }
  }
  if (row.type === 'FIXED_PRICE' || row.type === FLASH) {
    if (discount !== undefined) throw new ShopRefusal(17029030, 'discount: this activity takes a price.')
    const amount = price === undefined ? undefined : parseAmount(price, shop.currency)
    if (price === undefined) throw new ShopRefusal(17029042, 'activity_price_amount: is required.')
    if (amount === undefined || amount <= 0 || amount > full)
      throw new ShopRefusal(17029034, 'activity_price_amount: must be above 0 and at most the price.')
    return { price: amount, limit, perUser }
  }
  return { limit, perUser }
}

export function updateProducts(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const row = activityOf(call)
  demandOpen(row)
  const entries = body.list('products')
  if (entries.length === 0) throw new ShopRefusal(17029033, 'products: is empty.')
  const added = entries.map((entry): ActivityProduct => {
    const product = productOf(call, entry.text('id'))
    if (product.status !== 'ACTIVATE')
      throw new ShopRefusal(17029056, `The product ${product.id} is ${product.status}.`)
    refuseElsewhere(call, row, product.id)
    const cheapest = Math.min(...product.content.skus.map(({ price }) => price))
    const skus = entry.list('skus')
    if (row.level === 'PRODUCT' && skus.length > 0)
      throw new ShopRefusal(17029013, 'skus: this activity is about whole products.')
    if (row.level !== 'VARIATION')
      return { id: product.id, ...readItem(entry, row, shop, cheapest), skus: [] }
    if (skus.length === 0)
      throw new ShopRefusal(17029037, 'skus: is required for an activity about variations.')
    return {
      id: product.id,
      limit: -1,
      perUser: -1,
      skus: skus.map((sku) => {
        const id = sku.text('id')
        const part = product.content.skus.find((each) => each.id === id)
        if (part === undefined) throw new ShopRefusal(17029053, `The SKU ${id} is not of this product.`)
        const item = readItem(sku, row, shop, part.price)
        if (item.limit > availableOf(world, id))
          throw new ShopRefusal(17029018, `quantity_limit: there are not so many of ${id}.`)
        return { id, ...item }
      }),
    }
  })
  const ids = new Set(added.map(({ id }) => id))
  if (ids.size !== added.length) throw new ShopRefusal(17029039, 'products: one comes twice.')
  const kept = row.products.filter(({ id }) => !ids.has(id))
  world.activities.patch(row, { products: [...kept, ...added], updatedAt: now })
  tellShop(platform, shop, 63, {
    activity_id: row.id,
    change_type: 'UPDATE',
    product_update_list: { product_ids: [...ids] },
    update_time: now,
  })
  return {
    activity_id: row.id,
    title: row.title,
    status: row.status,
    total_count: row.products.length,
    update_time: now,
  }
}

/** Two discounts of the same type on one product would contend. */
function refuseElsewhere({ world, shop }: ShopCall, row: ActivityRow, product: string): void {
  const other = world.activities
    .where('shop', shop.id)
    .find(
      (each) =>
        each.id !== row.id &&
        each.type === row.type &&
        ['ONGOING', 'NOT_START'].includes(each.status) &&
        each.begin < row.end &&
        row.begin < each.end &&
        each.products.some(({ id }) => id === product),
    )
  if (other !== undefined)
    throw new ShopRefusal(17029022, `The product ${product} is in the activity ${other.id} at that time.`)
}

export function removeProducts(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const row = activityOf(call)
  const products = new Set(body.texts('product_ids', { max: 300 }))
  const skus = new Set(body.texts('sku_ids', { max: 300 }))
  const left = row.products
    .filter(({ id }) => !products.has(id))
    .map((product) => ({ ...product, skus: product.skus.filter(({ id }) => !skus.has(id)) }))
    .filter((product) => row.level !== 'VARIATION' || product.skus.length > 0)
  const count = (list: readonly ActivityProduct[]): number =>
    list.reduce((sum, product) => sum + 1 + product.skus.length, 0)
  if (count(left) === count(row.products))
    throw new ShopRefusal(17029023, 'None of these is in the activity.')
  world.activities.patch(row, { products: left, updatedAt: now })
  tellShop(platform, shop, 63, {
    activity_id: row.id,
    change_type: 'UPDATE',
    product_remove_list: { product_ids: [...products], sku_ids: [...skus] },
    update_time: now,
  })
  return { activity_id: row.id, status: row.status, update_time: now }
}
