/** Finds the accounts that are due and reads them. Any number of processes do so side by side. */
import type { Log } from '../observability/log.ts'
import { claimDueSyncs } from '../storage/account-syncs.ts'
import { runSync, type SyncParts } from './run-sync.ts'
import { SYNC_LEASE_MS } from './sync-policy.ts'

export interface SyncDueParts extends SyncParts {
  log: Log
  /** Names this process in leases. */
  holder: string
  /** How many accounts are leased and read at once. 8. */
  batch?: number
}

export interface SyncReport {
  claimed: number
  done: number
  waiting: number
  lost: number
  failed: number
}

/** Reads everything that is due now; stops between pages when the signal says so. */
export async function syncDue(parts: SyncDueParts, signal?: AbortSignal): Promise<SyncReport> {
  const { db, clock, holder, log, batch = 8 } = parts
  const report: SyncReport = { claimed: 0, done: 0, waiting: 0, lost: 0, failed: 0 }
  // What waits and is due again must not keep this call going for ever.
  const claimAt = clock.now()
  while (signal?.aborted !== true) {
    const until = clock.now() + SYNC_LEASE_MS
    const leased = await claimDueSyncs(db, { holder, now: claimAt, until }, batch)
    report.claimed += leased.length
    await Promise.all(
      leased.map(async (one) => {
        try {
          report[await runSync(parts, one, signal)] += 1
        } catch (error) {
          // The lease runs out and the account is due again, from its last page on.
          report.failed += 1
          log.error({ err: error, account: one.accountId }, 'a reading was interrupted')
        }
      }),
    )
    if (leased.length < batch) break
  }
  return report
}

/** Looks for due accounts every `everyMs` until it is stopped. `stop` waits for what is under way. */
export function startSyncLoop(parts: SyncDueParts, everyMs = 5_000): { stop(): Promise<void> } {
  const ending = new AbortController()
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const report = await syncDue(parts, ending.signal)
        if (report.claimed > 0) parts.log.info(report, 'account readings')
      } catch (error) {
        parts.log.error({ err: error }, 'looking for due readings failed; it goes on')
      }
      await parts.clock.sleep(everyMs, ending.signal).catch(() => undefined)
    }
  }
  const running = run()
  return {
    stop: async () => {
      ending.abort()
      await running
    },
  }
}
