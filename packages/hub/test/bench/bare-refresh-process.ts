/**
 * What refreshing costs in PostgreSQL alone: the two statements of a batch, claim and store, with bytes of the same size
 * and no tokens opened, asked for or sealed. Database; prints `{"seconds","accounts"}`.
 */
import { systemClock } from '@tockwork/kernel'
import { openDatabase } from '../../src/storage/database.ts'
import { claimDueTokens, storeRotatedTokens } from '../../src/storage/token-vault.ts'

const [url = ''] = process.argv.slice(2)
const { db, close } = openDatabase({ url, max: 1 })
const HOUR = 3_600_000
let accounts = 0
const from = performance.now()
for (;;) {
  const now = systemClock.now()
  const leased = await claimDueTokens(db, { holder: 'bare', now, until: now + 30_000 }, 200)
  if (leased.length === 0) break
  accounts += leased.length
  await storeRotatedTokens(
    db,
    leased.map(({ accountId, workspaceId, generation, sealed }) => ({
      accountId,
      workspaceId,
      replaces: generation,
      sealed,
      keyVersion: 1,
      accessExpiresAt: now + 24 * HOUR,
      refreshExpiresAt: now + 8_760 * HOUR,
      dueAt: now + 18 * HOUR,
    })),
    now,
  )
}
const seconds = (performance.now() - from) / 1000
await close()
process.stdout.write(`${JSON.stringify({ seconds, accounts })}\n`)
