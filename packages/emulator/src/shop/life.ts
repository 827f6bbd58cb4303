/** The days of the emulated Shop: what comes due at midnight, and the end of authorizations. */
import type { Platform } from '../platform.ts'
import { nowOf } from './call.ts'
import { closeDay } from './finance-books.ts'
import type { ShopGrantRow } from './state.ts'
import { tellGrant } from './tell.ts'

const DAY_TIMER = 'shop.day'
const DAY = 86_400
/** Webhook 7 comes daily from this long before the end. */
const WARN_BEFORE = 30 * DAY

export function registerDays(platform: Platform): void {
  platform.timers.on(DAY_TIMER, () => {
    setNextDay(platform)
    endOfDay(platform)
  })
}

/** Begins to look at each midnight, once there is something to look at. */
export function watchAuthorization(platform: Platform): void {
  if (platform.world.meta.get('shopDay') === undefined) setNextDay(platform)
}

function setNextDay(platform: Platform): void {
  const now = nowOf(platform)
  const next = (Math.floor(now / DAY) + 1) * DAY
  platform.world.meta.put({ id: 'shopDay', value: next })
  platform.timers.after(next - platform.clock.now() / 1000, DAY_TIMER, '')
}

function endOfDay(platform: Platform): void {
  const { world } = platform
  const now = nowOf(platform)
  for (const grant of [...world.shop.grants.values()]) {
    if (grant.endsAt === undefined) continue
    if (grant.endsAt <= now) endShopGrant(platform, grant)
    else if (grant.endsAt - now <= WARN_BEFORE)
      tellGrant(platform, grant, 7, {
        message: 'The authorization of this seller ends soon.',
        expiration_time: String(grant.endsAt),
      })
  }
  closeDay(platform)
}

/** The authorization is over: its tokens are dead, and only a new consent helps. */
export function endShopGrant(platform: Platform, grant: ShopGrantRow): void {
  const { world } = platform
  const kind = world.shop.accounts.get(grant.account)?.kind
  if (kind === 'creator') tellGrant(platform, grant, 20, { cancel_time: nowOf(platform) })
  else tellGrant(platform, grant, 6, { message: 'The seller has deauthorized the app.' })
  for (const token of world.shop.tokens.where('grant', grant.id)) world.shop.tokens.delete(token.id)
  world.shop.grants.delete(grant.id)
}
