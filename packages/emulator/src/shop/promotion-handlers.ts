/** Activities that change prices, and coupons. Codes: TikTok's list for promotion/activities. */

import { turn, watch } from './activity-life.ts'
import { FLASH } from './activity-prices.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { newId } from './ids.ts'
import { amountText, parseAmount } from './money.ts'
import { pageOf, slice } from './paging.ts'
import { productOf } from './product-handlers.ts'
import type { ActivityItem, ActivityProduct, ActivityRow, CouponRow, ShopRow } from './state.ts'
import { availableOf } from './stock.ts'
import { tellShop } from './tell.ts'

const DAY = 86_400
const TYPES = ['FIXED_PRICE', 'DIRECT_DISCOUNT', FLASH, 'SHIPPING_DISCOUNT', 'BUY_MORE_SAVE_MORE'] as const
const LEVELS = ['PRODUCT', 'VARIATION', 'SHOP'] as const

function activityOf({ world, shop, path }: ShopCall): ActivityRow {
  const row = world.activities.get(path.activity_id ?? '')
  if (row === undefined) throw new ShopRefusal(17029009, `There is no activity ${path.activity_id}.`)
  if (row.shop !== shop.id) throw new ShopRefusal(17029028, `The activity ${row.id} is of another shop.`)
  return row
}

function readTitle({ world, shop }: ShopCall, body: Fields, own?: string): string {
  const title = body.optional('title')
  if (title === undefined) throw new ShopRefusal(17029003, 'title: is required.')
  if ([...title].length > 50) throw new ShopRefusal(17029002, 'title: must have at most 50 characters.')
  if (
    world.activities
      .where('shop', shop.id)
      .some((row) => row.title === title && row.id !== own && row.status !== 'DEACTIVATED')
  )
    throw new ShopRefusal(17029004, 'title: another activity has it.')
  return title
}

function readTimes(
  body: Fields,
  now: number,
  type: string,
): Pick<ActivityRow, 'begin' | 'end' | 'indefinite'> {
  const indefinite = body.oneOf('duration_type', ['NORMAL', 'INDEFINITE']) === 'INDEFINITE'
  if (indefinite && type !== 'SHIPPING_DISCOUNT')
    body.refuse('duration_type', 'INDEFINITE is for shipping discounts')
  const begin = body.requiredInteger('begin_time')
  const end = body.requiredInteger('end_time')
  if (indefinite) return { begin: now, end: 0, indefinite }
  if (begin < now) throw new ShopRefusal(17029005, 'begin_time: must not be past.')
  if (end - begin < 600) throw new ShopRefusal(17029006, 'end_time: an activity lasts at least ten minutes.')
  if (end - begin > 365 * DAY) throw new ShopRefusal(17029007, 'end_time: an activity lasts at most a year.')
  if (type === FLASH && end - begin > 3 * DAY)
    throw new ShopRefusal(17029008, 'end_time: a flash sale lasts at most three days.')
  return { begin, end, indefinite }
}

function create(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const type = body.requiredOneOf('activity_type', TYPES)
  const level = body.requiredOneOf('product_level', LEVELS)
  if (type === 'SHIPPING_DISCOUNT' && level === 'VARIATION')
    body.refuse('product_level', 'VARIATION is not for shipping discounts')
  if (
    type === 'SHIPPING_DISCOUNT' &&
    level === 'SHOP' &&
    world.activities
      .where('shop', shop.id)
      .some((row) => row.type === type && row.level === 'SHOP' && row.status === 'ONGOING')
  )
    throw new ShopRefusal(17003203, 'A shipping discount of the whole shop is under way.')
  const row = world.activities.put({
    id: newId(platform, '7136'),
    shop: shop.id,
    type,
    level,
    title: readTitle(call, body),
    status: 'NOT_START',
    ...readTimes(body, now, type),
    discount: body.raw.discount,
    participation: body.raw.participation_limit,
    targetUsers: body.raw.target_user_info,
    products: [],
    createdAt: now,
    updatedAt: now,
  })
  watch(platform, row)
  tellShop(platform, shop, 63, { activity_id: row.id, change_type: 'CREATE', update_time: now })
  return { activity_id: row.id, status: row.status, create_time: now, update_time: now }
}

function update(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const row = activityOf(call)
  demandOpen(row)
  const title = readTitle(call, body, row.id)
  const times =
    row.status === 'ONGOING' && body.requiredInteger('begin_time') !== row.begin
      ? refuseBegin()
      : row.status === 'ONGOING'
        ? { begin: row.begin, end: body.requiredInteger('end_time'), indefinite: row.indefinite }
        : readTimes(body, now, row.type)
  world.activities.patch(row, {
    title,
    ...times,
    ...(body.has('discount') ? { discount: body.raw.discount } : {}),
    updatedAt: now,
  })
  watch(platform, row)
  tellShop(platform, shop, 63, { activity_id: row.id, change_type: 'UPDATE', update_time: now })
  return { activity_id: row.id, title, update_time: now }
}

function refuseBegin(): never {
  throw new ShopRefusal(17029011, 'begin_time: cannot be changed once the activity has begun.')
}

function demandOpen(row: ActivityRow): void {
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

function updateProducts(call: ShopCall): object {
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

function removeProducts(call: ShopCall): object {
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

function summary(row: ActivityRow): Record<string, unknown> {
  return {
    title: row.title,
    activity_type: row.type,
    product_level: row.level,
    status: row.status,
    begin_time: row.begin,
    end_time: row.end,
    duration_type: row.indefinite ? 'INDEFINITE' : 'NORMAL',
    ...(row.discount === undefined ? {} : { discount: row.discount }),
    ...(row.participation === undefined ? {} : { participation_limit: row.participation }),
    ...(row.targetUsers === undefined ? {} : { target_user_info: row.targetUsers }),
    create_time: row.createdAt,
    update_time: row.updatedAt,
  }
}

function itemView({ currency }: ShopRow) {
  return ({ id, price, discount, limit, perUser }: ActivityItem): object => ({
    id,
    quantity_limit: limit,
    quantity_per_user: perUser,
    ...(price === undefined ? {} : { activity_price: { amount: amountText(price, currency), currency } }),
    ...(discount === undefined ? {} : { discount }),
  })
}

/** Size and token of the page stand in the body here, and 0 is a size. */
function search({ world, shop, body }: ShopCall): object {
  const type = body.oneOf('activity_type', TYPES)
  const status = body.oneOf('status', [
    'DRAFT',
    'NOT_START',
    'ONGOING',
    'EXPIRED',
    'DEACTIVATED',
    'NOT_EFFECTIVE',
  ])
  const title = body.optional('activity_title')
  const rows = world.activities
    .where('shop', shop.id)
    .filter(
      (row) =>
        (type === undefined || row.type === type) &&
        (status === undefined || row.status === status) &&
        (title === undefined || row.title.includes(title)),
    )
  const { items, ...rest } = slice(rows, pageOf(body, { default: 50, min: 0, max: 100 }))
  return { activities: items.map((row) => ({ id: row.id, ...summary(row) })), ...rest }
}

/** For a new period, under a new id. */
function republish(call: ShopCall): object {
  const { platform, world, body, now } = call
  const row = activityOf(call)
  if (row.status !== 'EXPIRED' && row.status !== 'DEACTIVATED')
    throw new ShopRefusal(36009004, `The activity is ${row.status}.`)
  if (!['FIXED_PRICE', 'DIRECT_DISCOUNT', FLASH].includes(row.type))
    throw new ShopRefusal(17029036, 'Product discounts and flash sales only.')
  const length = row.end - row.begin
  const begin = body.integer('begin_time') ?? now
  const copy = world.activities.put({
    ...structuredClone(row),
    id: newId(platform, '7136'),
    status: 'NOT_START',
    begin,
    end: body.integer('end_time') ?? begin + length,
    createdAt: now,
    updatedAt: now,
  })
  watch(platform, copy)
  return { activity_id: copy.id }
}

function couponView(row: CouponRow, { currency }: ShopRow, now: number): object {
  const money = (minor: number): object => ({ amount: amountText(minor, currency), currency })
  return {
    id: row.id,
    title: row.title,
    display_type: row.displayType,
    status: couponStatus(row, now),
    creation_source: 'SELLER_CENTER',
    product_scope: 'FULL_SHOP',
    target_buyer_segment: 'ALL',
    discount:
      row.percent === undefined
        ? { type: 'AMOUNT_OFF', reduction_amount: money(row.amount ?? 0) }
        : { type: 'PERCENT_OFF', percentage: String(row.percent) },
    threshold: row.minimum === 0 ? { type: 'NONE' } : { type: 'MIN_SPEND', min_spend: money(row.minimum) },
    claim_duration: { start_time: row.begin, end_time: row.end },
    redemption_duration: { type: 'ABSOLUTE', start_time: row.begin, end_time: row.end },
    usage_limits: { single_buyer_claim_limit: 1, total_claim_limit: 10_000, redemption_limit: 10_000 },
    ...(row.code === undefined ? {} : { promo_code: row.code }),
    create_time: row.createdAt,
    update_time: row.createdAt,
  }
}

function couponStatus({ begin, end }: CouponRow, now: number): string {
  return now < begin ? 'NOT_START' : now < end ? 'ONGOING' : 'EXPIRED'
}

export const promotionHandlers: ShopHandlers = {
  'promotion.CreateActivity': create,
  'promotion.UpdateActivity': update,
  'promotion.GetActivity': (call) => {
    const row = activityOf(call)
    const item = itemView(call.shop)
    return {
      activity_id: row.id,
      ...summary(row),
      products: row.products.map((product) => ({ ...item(product), skus: product.skus.map(item) })),
    }
  },
  'promotion.SearchActivities': search,
  'promotion.DeactivateActivity': (call) => {
    const row = activityOf(call)
    demandOpen(row)
    turn(call.platform, row, 'DEACTIVATED')
    return { activity_id: row.id, status: row.status, title: row.title, update_time: row.updatedAt }
  },
  'promotion.UpdateActivityProduct': updateProducts,
  'promotion.RemoveActivityProduct': removeProducts,
  'promotion.RepublishActivity': republish,
  'promotion.SearchCoupons': ({ world, shop, query, body, now }) => {
    const statuses = body.texts('status')
    const title = body.optional('title_keyword')
    const rows = world.coupons
      .where('shop', shop.id)
      .filter(
        (row) =>
          (statuses.length === 0 || statuses.includes(couponStatus(row, now))) &&
          (title === undefined || row.title.includes(title)),
      )
    const { items, ...rest } = slice(rows, pageOf(query, { default: 20, max: 100 }))
    return { coupons: items.map((row) => couponView(row, shop, now)), ...rest }
  },
  'promotion.GetCoupon': ({ world, shop, path, now }) => {
    const row = world.coupons.get(path.coupon_id ?? '')
    if (row?.shop !== shop.id) throw new ShopRefusal(17029009, `There is no coupon ${path.coupon_id}.`)
    return {
      coupon: {
        ...couponView(row, shop, now),
        usage_stats: { claimed_count: row.claimed, redeemed_count: row.redeemed },
      },
    }
  },
}
