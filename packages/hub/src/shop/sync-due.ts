/** Finds the shops that are due and reads them. Any number of processes do so side by side. */
import { startDueLoop } from '../jobs/due-loop.ts'
import type { Log } from '../observability/log.ts'
import { claimDueShopSync, type LeasedShopSync } from '../storage/shop-syncs.ts'
import { runKind } from './kinds.ts'
import { SHOP_LEASE_MS } from './policy.ts'
import { readDueSellers, type SellerParts, warnSellers } from './sellers.ts'
import { RunLostError, RunWaitsError, ShopRun, type ShopSyncParts } from './shop-run.ts'

export interface ShopDueParts extends ShopSyncParts, SellerParts {
  log: Log
  /** Names this process in leases. */
  holder: string
  /** How many syncs are carried on at once. 4. */
  lanes?: number
}

export interface ShopSyncReport {
  claimed: number
  done: number
  waiting: number
  lost: number
  failed: number
}

const LANES = 4
const EVERY_MS = 2_000

/** Reads everything that is due now; stops between pages when the signal says so. */
export async function shopSyncDue(parts: ShopDueParts, signal?: AbortSignal): Promise<ShopSyncReport> {
  const { db, clock, holder, lanes = LANES } = parts
  const report: ShopSyncReport = { claimed: 0, done: 0, waiting: 0, lost: 0, failed: 0 }
  report.claimed += await readDueSellers(parts, signal)
  report.claimed += await warnSellers(parts)
  // What waits and is due again must not keep this call going for ever.
  const claimAt = clock.now()
  const lane = async (): Promise<void> => {
    while (signal?.aborted !== true) {
      const lease = { holder, now: claimAt, until: clock.now() + SHOP_LEASE_MS }
      const leased = await claimDueShopSync(db, lease)
      if (leased === undefined) return
      report.claimed += 1
      report[await readOne(parts, leased, signal)] += 1
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return report
}

async function readOne(
  parts: ShopDueParts,
  leased: LeasedShopSync,
  signal: AbortSignal | undefined,
): Promise<'done' | 'waiting' | 'lost' | 'failed'> {
  try {
    await runKind(new ShopRun(parts, leased, signal))
    return 'done'
  } catch (error) {
    if (error instanceof RunWaitsError) return 'waiting'
    if (error instanceof RunLostError) return 'lost'
    // The lease runs out and the sync is due again, from its last page on.
    parts.log.error({ err: error, shop: leased.shopId, kind: leased.kind }, 'reading a shop was interrupted')
    return 'failed'
  }
}

/** Looks for due shops until it is stopped. `stop` waits for the pages under way. */
export function startShopLoop(parts: ShopDueParts): { stop(): Promise<void> } {
  const { clock, log } = parts
  return startDueLoop({
    clock,
    log,
    what: 'shops',
    everyMs: EVERY_MS,
    run: (signal) => shopSyncDue(parts, signal),
  })
}
