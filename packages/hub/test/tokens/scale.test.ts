import { cryptoRandom, ManualClock, Secret } from '@tockwork/kernel'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../src/observability/log.ts'
import { claimDueQuery } from '../../src/storage/token-vault.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import type { PlatformTokens } from '../../src/tiktok/tokens.ts'
import { refreshDue } from '../../src/tokens/refresh-due.ts'
import { TokenRefresher } from '../../src/tokens/token-refresher.ts'
import { sealTokens, tokenPlace } from '../../src/tokens/token-seal.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'
import { type TestDatabase, testDatabase } from '../database.ts'

const DUE = 20_000
/** As many again are not due and must not be looked at. */
const RESTING = 20_000
const HOUR = 3_600_000

let database: TestDatabase
const clock = new ManualClock('2026-11-24T12:00:00Z')
const vault = new Vault(parseMasterKeys(Buffer.alloc(32, 7).toString('base64')))
const tokens: PlatformTokens = {
  openId: 'o',
  accessToken: new Secret('act.x'.padEnd(80, 'x')),
  refreshToken: new Secret('rft.x'.padEnd(80, 'x')),
  scopes: ['video.publish'],
  obtainedAt: clock.now(),
  expiresAt: clock.now() + 24 * HOUR,
  refreshExpiresAt: clock.now() + 8_760 * HOUR,
}

beforeAll(async () => {
  database = await testDatabase({ max: 12 })
  const { db } = database
  await sql`insert into workspaces (id, name, created_at) values ('ws_1', 'w', now())`.execute(db)
  await sql`insert into apps (id, workspace_id, name, environment, client_key, secret_sealed, key_version, created_at)
    values ('app_1', 'ws_1', 'a', 'production', 'k', '', 1, now())`.execute(db)
  const at = new Date(clock.now())
  await sql`insert into accounts (id, workspace_id, app_id, platform, external_id, status, scopes, connected_at, changed_at)
    select 'acc_' || n, 'ws_1', 'app_1', 'tiktok', 'o' || n, 'connected', '{}', ${at}, ${at}
    from generate_series(1, ${DUE + RESTING}) n`.execute(db)
  const rows = await Promise.all(
    Array.from({ length: DUE }, async (_, n) => {
      const id = `acc_${n + 1}`
      return { id, sealed: (await sealTokens(vault, tokens, tokenPlace('ws_1', id, 1))).sealed }
    }),
  )
  const columns = sql.raw(`insert into token_vault
    (account_id, workspace_id, app_id, sealed, key_version, access_expires_at, refresh_expires_at, due_at, changed_at)`)
  await sql`${columns} select id, 'ws_1', 'app_1', sealed, 1, ${at}, ${at}, ${at}::timestamptz - n * interval '1 ms', ${at}
    from unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ sealed }) => Buffer.from(sealed))}::bytea[])
      with ordinality as given(id, sealed, n)`.execute(db)
  await sql`${columns} select 'acc_' || n, 'ws_1', 'app_1', '', 1, ${at}, ${at}, ${at}::timestamptz + interval '1 hour', ${at}
    from generate_series(${DUE + 1}::int, ${DUE + RESTING}::int) n`.execute(db)
  await sql`analyze`.execute(db)
}, 60_000)
afterAll(() => database.close())

function processOf(holder: string, seen: Set<string>, doubled: string[]) {
  const { db } = database
  const refresher = new TokenRefresher({
    db,
    unitOfWork: createUnitOfWork(db, { send: async () => null }),
    vault,
    clock,
    random: cryptoRandom,
    log: silentLog,
    onAccountEvent: async () => undefined,
    portOf: async () => ({ refresh: async () => ({ ok: true, value: tokens }) }),
  })
  const refresh = refresher.refresh.bind(refresher)
  refresher.refresh = (leased) => {
    if (seen.has(leased.accountId)) doubled.push(leased.accountId)
    seen.add(leased.accountId)
    return refresh(leased)
  }
  return { db, clock, log: silentLog, refresher, holder, batch: 500, concurrency: 500 }
}

test('20,000 due accounts are found by index and refreshed once each by two processes', async () => {
  const { db } = database
  const lease = { holder: 'plan', now: clock.now(), until: clock.now() + 1 }
  const claim = claimDueQuery(db, lease, 200)
  const { rows } = await database.pool.query(`explain (format json) ${claim.sql}`, [...claim.parameters])
  const plan = JSON.stringify(rows[0]['QUERY PLAN'])
  expect(plan).toContain('token_vault_due')
  expect(plan).not.toContain('"Seq Scan"')

  const seen = new Set<string>()
  const doubled: string[] = []
  const started = performance.now()
  const reports = await Promise.all(
    ['one', 'two'].map((holder) => refreshDue(processOf(holder, seen, doubled))),
  )
  const seconds = (performance.now() - started) / 1000
  expect(reports[0]!.renewed + reports[1]!.renewed).toBe(DUE)
  expect(seen.size).toBe(DUE)
  expect(doubled).toEqual([])
  const left = await database.pool.query<{ generation: string; n: number }>(
    'select generation, count(*)::int as n from token_vault where lease_until is null group by 1 order by 1',
  )
  expect(left.rows.map(({ n }) => n)).toEqual([RESTING, DUE])
  // 11.6 a second is what a million accounts with one refresh a day need.
  expect(DUE / seconds).toBeGreaterThan(500)
  console.log(`refreshed ${DUE} accounts in ${seconds.toFixed(1)} s: ${Math.round(DUE / seconds)} a second`)
}, 60_000)
