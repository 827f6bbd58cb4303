/** Calls about a shop for somebody who waits for the answer. */
import type { Clock } from '@tockwork/kernel'
import type { RateGovernor } from '../governor/governor.ts'
import type { ShopWithAccount } from '../storage/shops.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import {
  SANDBOX_RULE,
  type ShopReadCall,
  type ShopReading,
  type ShopRef,
} from '../tiktok/shop/shop-reading.ts'
import { isPassing } from './shop-run.ts'

export interface ShopCallerParts {
  clock: Clock
  governor: RateGovernor
  reading: ShopReading
}

const TRIES = 3
const PAUSE_MS = 500
/** How long a caller waits for room in a window, and for a pause that TikTok asked for. */
const PATIENCE_MS = 5_000

export class ShopCaller {
  readonly #parts: ShopCallerParts

  constructor(parts: ShopCallerParts) {
    this.#parts = parts
  }

  /**
   * Within the windows; what passes is tried again. For calls that do no harm when they are made twice: those that read,
   * and those that set a number.
   */
  async call<T>(
    shop: ShopWithAccount,
    call: ShopReadCall,
    make: (reading: ShopReading, ref: ShopRef) => Promise<PlatformResult<T>>,
  ): Promise<PlatformResult<T>> {
    const { clock, reading } = this.#parts
    const { workspaceId, accountId, appId, externalId, cipher } = shop
    const ref = { workspaceId, accountId, appId, id: externalId, cipher }
    for (let tried = 1; ; tried += 1) {
      const full = await this.#waitForRoom(shop, call)
      if (full !== undefined) return full
      const result = await make(reading, ref)
      if (result.ok) return result
      const { until = 0 } = result.failure
      if (!isPassing(result.failure) || tried >= TRIES || until > clock.now() + PATIENCE_MS) return result
      await clock.sleep(Math.max(PAUSE_MS * 2 ** tried, until - clock.now()))
    }
  }

  async #waitForRoom(
    { appId, id: shopId, environment }: ShopWithAccount,
    call: ShopReadCall,
  ): Promise<Extract<PlatformResult<never>, { ok: false }> | undefined> {
    for (const rule of environment === 'sandbox' ? [SANDBOX_RULE, call.rule] : [call.rule]) {
      const ticket = `${shopId}:wanted:${rule.endpoint}`
      const wish = { appId, accountId: shopId, rule, lane: 'person', ticket } as const
      const slot = await this.#parts.governor.wait(wish, PATIENCE_MS)
      if (slot.granted) continue
      const message = "TikTok's limit for this shop is used up for now."
      return { ok: false, failure: { code: 'rate_limited', message, retry: 'after', sent: 'no' } }
    }
    return undefined
  }
}
