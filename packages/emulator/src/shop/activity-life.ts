import type { Platform } from '../platform.ts'
import { nowOf } from './call.ts'
import type { ActivityRow } from './state.ts'
import { tellShop } from './tell.ts'

const TURN = 'shop.activity'

/** Begins and ends activities at their times. */
export function registerActivities(platform: Platform): void {
  platform.timers.on(TURN, (id) => {
    const row = platform.world.shop.activities.get(id)
    if (row === undefined) return
    const now = nowOf(platform)
    if (row.status === 'NOT_START' && row.begin <= now) turn(platform, row, 'ONGOING')
    else if (row.status === 'ONGOING' && !row.indefinite && row.end <= now) turn(platform, row, 'EXPIRED')
  })
}

export function turn(platform: Platform, row: ActivityRow, status: ActivityRow['status']): void {
  const world = platform.world.shop
  world.activities.patch(row, { status, updatedAt: nowOf(platform) })
  const shop = world.shops.get(row.shop)
  if (shop === undefined) return
  tellShop(platform, shop, 39, {
    activity_id: row.id,
    activity_type: row.type,
    product_level: row.level,
    status,
    update_time: row.updatedAt,
  })
}

/** Sets the times at which it begins and ends. */
export function watch(platform: Platform, row: ActivityRow): void {
  const now = platform.clock.now() / 1000
  platform.timers.after(Math.max(0, row.begin - now), TURN, row.id)
  if (!row.indefinite) platform.timers.after(Math.max(0, row.end - now), TURN, row.id)
}
