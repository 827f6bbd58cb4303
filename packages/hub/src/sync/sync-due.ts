/** Finds the accounts that are due and reads them. Any number of processes do so side by side. */
import { startDueLoop } from '../jobs/due-loop.ts'
import type { Log } from '../observability/log.ts'
import { claimDueSyncs, type LeasedSync } from '../storage/account-syncs.ts'
import { runSync, type SyncOutcome, type SyncParts } from './run-sync.ts'
import { SYNC_LEASE_MS } from './sync-policy.ts'

export interface SyncDueParts extends SyncParts {
  log: Log
  /** Names this process in leases. */
  holder: string
  /** How many accounts are read at once. 8. */
  lanes?: number
}

const LANES = 8

export interface SyncReport {
  claimed: number
  done: number
  waiting: number
  lost: number
  failed: number
}

/** Reads everything that is due now; stops between pages when the signal says so. */
export async function syncDue(parts: SyncDueParts, signal?: AbortSignal): Promise<SyncReport> {
  const { db, clock, holder, lanes = LANES } = parts
  const report: SyncReport = { claimed: 0, done: 0, waiting: 0, lost: 0, failed: 0 }
  // What waits and is due again must not keep this call going for ever.
  const claimAt = clock.now()
  // Each lane takes one account after the other: a creator with thousands of videos does not hold up the rest, and no
  // lease runs while its account waits for a lane.
  const lane = async (): Promise<void> => {
    while (signal?.aborted !== true) {
      const until = clock.now() + SYNC_LEASE_MS
      const [leased] = await claimDueSyncs(db, { holder, now: claimAt, until }, 1)
      if (leased === undefined) return
      report.claimed += 1
      report[await readOne(parts, leased, signal)] += 1
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return report
}

async function readOne(
  parts: SyncDueParts,
  leased: LeasedSync,
  signal: AbortSignal | undefined,
): Promise<SyncOutcome | 'failed'> {
  try {
    return await runSync(parts, leased, signal)
  } catch (error) {
    // The lease runs out and the account is due again, from its last page on.
    parts.log.error({ err: error, account: leased.accountId }, 'a reading was interrupted')
    return 'failed'
  }
}

/** Looks for due accounts every `everyMs` until it is stopped. `stop` waits for what is under way. */
export function startSyncLoop(parts: SyncDueParts, everyMs = 5_000): { stop(): Promise<void> } {
  const { clock, log } = parts
  const what = 'account readings'
  return startDueLoop({ clock, log, what, everyMs, run: (signal) => syncDue(parts, signal) })
}
