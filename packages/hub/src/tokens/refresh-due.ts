/** Finds the accounts that are due and refreshes them. Any number of processes do so side by side. */
import type { Clock } from '@tockwork/kernel'
import { inParallel, startDueLoop } from '../jobs/due-loop.ts'
import type { Log } from '../observability/log.ts'
import type { Database } from '../storage/database.ts'
import { claimDueTokens, type LeasedTokens } from '../storage/token-vault.ts'
import { LEASE_MS } from './refresh-policy.ts'
import type { TokenRefresher } from './token-refresher.ts'

export interface RefreshDueParts {
  db: Database
  clock: Clock
  log: Log
  refresher: TokenRefresher
  /** Names this process in leases. */
  holder: string
  /** How many accounts are leased at once. 200. */
  batch?: number
  /** How many refreshes are under way at once. 32. */
  concurrency?: number
}

export interface RefreshReport {
  claimed: number
  renewed: number
  failed: number
  gone: number
  superseded: number
}

const BATCH = 200
const CONCURRENCY = 32

/** Refreshes everything that is due now; stops between batches when the signal says so. */
export async function refreshDue(parts: RefreshDueParts, signal?: AbortSignal): Promise<RefreshReport> {
  const { db, clock, refresher, holder, batch = BATCH, concurrency = CONCURRENCY } = parts
  const report: RefreshReport = { claimed: 0, renewed: 0, failed: 0, gone: 0, superseded: 0 }
  await refresher.retryUnsaved()
  // What fails at once and is due again must not keep this call going for ever.
  const claimAt = clock.now()
  while (signal?.aborted !== true) {
    const lease = { holder, now: Math.min(claimAt, clock.now()), until: clock.now() + LEASE_MS }
    const leased = await claimDueTokens(db, lease, batch)
    report.claimed += leased.length
    await inParallel(leased, concurrency, async (one) => {
      report[await refreshOne(parts, one)] += 1
    })
    if (leased.length < batch) break
  }
  return report
}

async function refreshOne(
  { refresher, log }: RefreshDueParts,
  leased: LeasedTokens,
): Promise<'renewed' | 'failed' | 'gone' | 'superseded'> {
  try {
    return (await refresher.refresh(leased)).kind
  } catch (error) {
    // The database went away, most likely. The lease runs out and the account is due again.
    log.error({ err: error, account: leased.accountId }, 'a refresh was interrupted')
    return 'failed'
  }
}

/** Looks for due accounts every `everyMs` until it is stopped. `stop` waits for what is under way. */
export function startRefreshLoop(parts: RefreshDueParts, everyMs = 5_000): { stop(): Promise<void> } {
  const { clock, log, refresher } = parts
  const what = 'token refreshes'
  const loop = startDueLoop({ clock, log, what, everyMs, run: (signal) => refreshDue(parts, signal) })
  return {
    stop: async () => {
      await loop.stop()
      await refresher.retryUnsaved()
    },
  }
}
