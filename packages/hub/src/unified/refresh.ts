/** Readings that somebody asks for: they come soon, and a webhook tells of what they brought. */
import type { Clock } from '@tockwork/kernel'
import { findSync, requestSync } from '../storage/account-syncs.ts'
import type { Database } from '../storage/database.ts'
import { forgetWholeReading, type UnifiedAccount } from '../storage/unified-accounts.ts'
import { notConnected } from '../sync/refresh-videos.ts'
import { ON_DEMAND_EVERY_MS } from '../sync/sync-policy.ts'

/**
 * Brings the next reading of an account forward; one that is five minutes old at most is fresh enough.
 * @param historic goes back to the first content, not only a month
 * @throws {Problem} `account_not_connected`
 */
export async function askForReading(
  { db, clock }: { db: Database; clock: Clock },
  account: UnifiedAccount,
  historic = false,
): Promise<void> {
  const before = await findSync(db, account.accountId)
  if (account.status !== 'connected' || before === undefined) throw notConnected()
  if (historic) await forgetWholeReading(db, account.accountId)
  const now = clock.now()
  const wishAt = Math.max(now, (before.completedAt ?? 0) + ON_DEMAND_EVERY_MS)
  await requestSync(db, account.accountId, { now, wishAt })
}
