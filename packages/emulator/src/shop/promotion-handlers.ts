/** Activities that change prices. Codes: TikTok's list for promotion/activities. */

import { turn, watch } from './activity-life.ts'
import { FLASH } from './activity-prices.ts'
import { activityOf, demandOpen, removeProducts, updateProducts } from './activity-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { newId } from './ids.ts'
import { amountText } from './money.ts'
import { pageOf, slice } from './paging.ts'
import type { ActivityItem, ActivityRow, ShopRow } from './state.ts'
import { tellShop } from './tell.ts'

const DAY = 86_400
const TYPES = ['FIXED_PRICE', 'DIRECT_DISCOUNT', FLASH, 'SHIPPING_DISCOUNT', 'BUY_MORE_SAVE_MORE'] as const
const LEVELS = ['PRODUCT', 'VARIATION', 'SHOP'] as const

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
  const { platform, world, shop, body, now } = call
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
  tellShop(platform, shop, 63, { activity_id: copy.id, change_type: 'CREATE', update_time: now })
  return { activity_id: copy.id }
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
}
