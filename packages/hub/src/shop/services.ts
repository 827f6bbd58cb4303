/** TikTok Shop, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { AccountEnd } from '../connect/account-end.ts'
import { RateGovernor } from '../governor/governor.ts'
import type { PlainRoute } from '../http/ports.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import { shopHandlers } from '../routes/shops.ts'
import type { Database } from '../storage/database.ts'
import { shopBacklog } from '../storage/shop-syncs.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { ShopReading } from '../tiktok/shop/shop-reading.ts'
import type { Platforms } from '../tokens/platforms.ts'
import type { TokenService } from '../tokens/token-service.ts'
import type { Vault } from '../vault/sealing.ts'
import { ShopInbound } from './inbound.ts'
import type { OnAuthorizationEnding } from './sellers.ts'
import { shopAccess } from './shop-access.ts'
import { ShopCaller } from './shop-caller.ts'
import type { ShopDueParts } from './sync-due.ts'
import { tellOfEndings } from './tell.ts'

export interface ShopServiceParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  /** Names this process in leases; another one for every start. */
  holder: string
  tokens: TokenService
  platforms: Platforms
  accountEnd: AccountEnd
  /** Whose clock the rate windows go by. */
  rateTime?: 'database' | 'clock' | undefined
  /** Told when an authorization is about to end; subscribers of webhooks are unless told. */
  onAuthorizationEnding?: OnAuthorizationEnding | undefined
}

/**
 * Windows of a second need less room around them than those of a minute: 50 calls in 1.1 seconds still let a shop's orders
 * be read at 45 pages a second.
 */
const MARGIN_MS = 100

/** `handlers` and `plainRoutes` go to the HTTP server, `shopDueParts` to `startShopLoop`. */
export function createShopServices(parts: ShopServiceParts) {
  const { db, clock, random, tokens, platforms } = parts
  const reading = new ShopReading(shopAccess({ clock, tokens, platforms }))
  const governor = new RateGovernor({ db, clock, marginMs: MARGIN_MS, time: parts.rateTime ?? 'database' })
  const onAuthorizationEnding = parts.onAuthorizationEnding ?? tellOfEndings({ clock, random })
  const shopDueParts: ShopDueParts = { ...parts, governor, reading, onAuthorizationEnding }
  const caller = new ShopCaller({ clock, governor, reading })
  const inbound = new ShopInbound(parts)
  const plainRoutes: PlainRoute[] = [inbound.route()]
  return {
    shopDueParts,
    inbound,
    plainRoutes,
    handlers: shopHandlers({ db, clock, caller }),
  }
}

/** How far behind the reading of shops is, at `/metrics`. */
export function watchShops({ db, clock }: { db: Database; clock: Clock }, metrics: Metrics): void {
  const due = metrics.gauge('shop_sync_due', 'Readings of shops that are due and not under way', [])
  const lag = metrics.gauge('shop_sync_lag_seconds', 'Since when the longest waiting of them is due', [])
  metrics.onScrape(async () => {
    const now = clock.now()
    const backlog = await shopBacklog(db, now)
    due.set(backlog.due)
    lag.set(backlog.oldestAt === undefined ? 0 : Math.max(0, (now - backlog.oldestAt) / 1000))
  })
}
