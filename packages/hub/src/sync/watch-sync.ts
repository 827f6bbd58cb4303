import type { Clock } from '@tockwork/kernel'
import type { Metrics } from '../observability/metrics.ts'
import { syncBacklog } from '../storage/account-syncs.ts'
import type { Database } from '../storage/database.ts'

/** Shows how far the readings are behind: the same numbers from every process, since they are the database's. */
export function watchSync({ db, clock }: { db: Database; clock: Clock }, metrics: Metrics): void {
  const waiting = metrics.gauge(
    'sync_due_accounts',
    'Accounts whose reading is due and that nobody reads now',
    [],
  )
  const lag = metrics.gauge('sync_lag_seconds', 'How long the account that is due longest has waited', [])
  metrics.onScrape(async () => {
    const now = clock.now()
    const { due, oldestAt } = await syncBacklog(db, now)
    waiting.set(due)
    lag.set(oldestAt === undefined ? 0 : Math.max(0, now - oldestAt) / 1000)
  })
}
