/** What creators lead to: commissions of orders, and samples on their way. It knows nothing of how orders come about. */
import type { Platform } from '../platform.ts'
import { creatorNamed } from './affiliate-people.ts'
import { nowOf } from './call.ts'
import type { OrderRow, ShopWorld } from './state.ts'
import type {
  LineCommission,
  OpenCollaborationRow,
  SampleRow,
  SampleStatus,
  TargetCollaborationRow,
} from './state-affiliate.ts'
import { tellShop } from './tell.ts'

const DUE = 'shop.sample'
const DAY = 86_400
/** Stand-ins: how long a seller has to answer and to ship, and a creator to post. */
export const SAMPLE_SECONDS = { answer: 7 * DAY, ship: 7 * DAY, post: 14 * DAY } as const

export function registerSamples(platform: Platform): void {
  platform.timers.on(DUE, (id) => {
    const row = platform.world.shop.samples.get(id)
    if (row === undefined || nowOf(platform) < row.expiresAt) return
    if (row.status === 'PENDING') moveSample(platform, row, 'OVERDUE_CANCELLED')
    else if (row.status === 'CONTENT_PENDING') moveSample(platform, row, 'UNFULFILL_CANCELLED')
  })
}

export function isOpenNow(row: OpenCollaborationRow, now: number): boolean {
  return row.endsAt === undefined || row.endsAt > now
}

export function isTargetLive(row: TargetCollaborationRow, now: number): boolean {
  return row.endTime > now
}

/** The rate that a creator has for a product: a target collaboration goes before an open one. */
export function rateFor(
  world: ShopWorld,
  shop: string,
  product: string,
  creator: string,
  now: number,
): LineCommission | undefined {
  for (const row of world.targetCollaborations.where('shop', shop)) {
    const part = row.products.find(({ id }) => id === product)
    if (part !== undefined && row.creators.includes(creator) && isTargetLive(row, now))
      return { creator, rate: part.rate, kind: 'TARGET', collaboration: row.id }
  }
  const open = openOf(world, product, now)
  if (open === undefined || open.removed.includes(creator)) return undefined
  return { creator, rate: open.rate, kind: 'OPEN', collaboration: open.id }
}

export function openOf(world: ShopWorld, product: string, now: number): OpenCollaborationRow | undefined {
  return world.openCollaborations.where('product', product).find((row) => isOpenNow(row, now))
}

/** Whose commission a line is that a video or live led to. */
export function commissionOf(
  world: ShopWorld,
  shop: string,
  product: string,
  content: string | undefined,
  now: number,
): LineCommission | undefined {
  const creator = creatorNamed(world, world.contents.get(content ?? '')?.username ?? '')
  return creator === undefined ? undefined : rateFor(world, shop, product, creator.id, now)
}

/** Webhook 56. */
export function moveSample(platform: Platform, row: SampleRow, status: SampleStatus): void {
  const { samples, shops } = platform.world.shop
  const shop = shops.get(row.shop)
  const now = nowOf(platform)
  const wait = {
    PENDING: SAMPLE_SECONDS.answer,
    AWAITING_SHIPMENT: SAMPLE_SECONDS.ship,
    CONTENT_PENDING: SAMPLE_SECONDS.post,
  }[status as string]
  samples.patch(row, { status, updatedAt: now, ...(wait === undefined ? {} : { expiresAt: now + wait }) })
  if (wait !== undefined) platform.timers.after(wait, DUE, row.id)
  if (shop === undefined) return
  tellShop(platform, shop, 56, {
    application_id: row.id,
    new_status: status,
    product_id: row.product,
    sku_id: row.sku,
    ...(row.order === undefined ? {} : { order_id: row.order }),
    update_time: now,
  })
}

/** The sample goes with its order. */
export function followOrder(platform: Platform, order: OrderRow): void {
  const [row] = platform.world.shop.samples.where('order', order.id)
  if (row === undefined) return
  if (order.status === 'AWAITING_COLLECTION' && row.status === 'AWAITING_SHIPMENT')
    moveSample(platform, row, 'SHIPPED')
  else if (order.status === 'DELIVERED') moveSample(platform, row, 'CONTENT_PENDING')
  else if (order.status === 'CANCELLED') moveSample(platform, row, 'SELLER_NOT_SHIP_CANCELLED')
}
