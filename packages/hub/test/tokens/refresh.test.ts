import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { cryptoRandom } from '@tockwork/kernel'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { silentLog } from '../../src/observability/log.ts'
import { leaseTokens, makeDue } from '../../src/storage/token-vault.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { refreshDue } from '../../src/tokens/refresh-due.ts'
import { LEASE_MS } from '../../src/tokens/refresh-policy.ts'
import { TokenRefresher } from '../../src/tokens/token-refresher.ts'
import { openTokens, tokenPlace } from '../../src/tokens/token-seal.ts'
import { AccountWorld, TEST_MASTER_KEY, type Tenant } from '../account-world.ts'

let world: AccountWorld
let tenant: Tenant
beforeAll(async () => {
  world = await AccountWorld.start()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.emulator.reset()
  world.emulator.configure({ refreshRotation: 'rotate', accessTokenSeconds: 86_400, refreshGraceSeconds: 60 })
  // Each test has accounts of its own; those of the others must not come due in it.
  await world.database.db.updateTable('token_vault').set({ due_at: null }).execute()
  tenant = await world.tenant()
})

const HOUR = 3_600
const now = () => world.emulator.clock.now()
const due = (process = world.process) => refreshDue(process.services.refreshDueParts)
const refreshes = () =>
  world.emulator.requests().filter(({ endpoint }) => endpoint === 'oauth.refreshToken').length

async function row(accountId: string) {
  return world.database.db
    .selectFrom('token_vault')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst()
}

async function status(accountId: string) {
  const { json } = await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}`)
  return { status: json.status, reason: json.status_reason }
}

const access = (accountId: string, process = world.process) =>
  process.services.tokens.accessToken(tenant.workspaceId, accountId)

/** An hour before its end every token is due. */
async function untilDue(): Promise<void> {
  await world.emulator.advance(23 * HOUR)
}

test('tokens are refreshed ahead of what TikTok answered, spread over a part of their life', async () => {
  world.emulator.configure({ accessTokenSeconds: 7_200 })
  const accountId = await world.connect(tenant)
  const dueAt = (await row(accountId))!.due_at!.getTime()
  expect(dueAt).toBeGreaterThanOrEqual(now() + 0.7 * 7_200_000)
  expect(dueAt).toBeLessThanOrEqual(now() + 0.85 * 7_200_000)
  await world.emulator.advance(0.7 * 7_200 - 1)
  expect(await due()).toMatchObject({ claimed: 0 })
  await world.emulator.advance(0.15 * 7_200 + 2)
  expect(await due()).toMatchObject({ claimed: 1, renewed: 1 })
  expect(await due()).toMatchObject({ claimed: 0 })
  const granted = await access(accountId)
  expect(granted).toMatchObject({ ok: true, value: { expiresAt: now() + 7_200_000 } })
  expect((await row(accountId))!.generation).toBe(2)
})

test('many callers in several processes bring about one refresh', async () => {
  const accountId = await world.connect(tenant)
  await world.emulator.advance(25 * HOUR)
  const others = [world.anotherProcess('two'), world.anotherProcess('three')]
  const asked = [world.process, ...others].flatMap((process) =>
    Array.from({ length: 5 }, () => access(accountId, process)),
  )
  const all = Promise.all([...asked, due(others[0])])
  const settled = await world.whileMoving(all)
  const tokens = settled.slice(0, 15).map((one) => one as Awaited<(typeof asked)[0]>)
  const texts = tokens.map((one) => (one.ok ? one.value.token.reveal() : one.failure.code))
  expect(texts[0]).toMatch(/^act\./)
  expect(texts).toEqual(texts.map(() => texts[0]))
  expect(refreshes()).toBe(1)
})

test('a token that TikTok refuses in a call is renewed once and the call repeated', async () => {
  const accountId = await world.connect(tenant)
  const platform = await world.services.platforms.of(tenant.workspaceId, tenant.appId)
  const fault = { status: 401, code: 'access_token_invalid' }
  world.emulator.addFault({ match: { endpoint: 'posting.creatorInfo' }, times: 1, action: fault })
  const call = () =>
    world.services.tokens.withAccess(tenant.workspaceId, accountId, ({ token }) =>
      platform.creatorInfo(token),
    )
  expect(await call()).toMatchObject({ ok: true, value: { creator_username: 'mika' } })
  expect(refreshes()).toBe(1)
  // Refused again right after a renewal: said, not repeated for ever, and the grant is not given up for it.
  world.emulator.addFault({ match: { endpoint: 'posting.creatorInfo' }, times: 2, action: fault })
  expect(await call()).toMatchObject({
    ok: false,
    failure: { code: 'access_token_invalid', needs: 'refresh' },
  })
  expect(refreshes()).toBe(2)
  expect(await status(accountId)).toEqual({ status: 'connected', reason: null })
})

test.each([
  ['a 500', { status: 500 }],
  ['a 429', { status: 429, code: 'rate_limit_exceeded' }],
  ['an HTML page', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
  ['server_error', { status: 200, code: 'server_error' }],
  ['wrong app credentials', { status: 200, code: 'invalid_client' }],
  ['a cut connection', { drop: 'before' as const }],
])(
  '%s backs off, never gives the grant up, and hands out the old token while it lives',
  async (_name, action) => {
    const accountId = await world.connect(tenant)
    await untilDue()
    world.emulator.addFault({ match: { path: '/v2/oauth/token/' }, times: 6, action })
    const pauses: number[] = []
    for (let tries = 1; tries <= 6; tries += 1) {
      expect(await due()).toMatchObject({ claimed: 1, failed: 1 })
      const after = (await row(accountId))!
      expect(after).toMatchObject({ failures: tries, lease_until: null, generation: 1 })
      pauses.push(after.due_at!.getTime() - now())
      expect(await due()).toMatchObject({ claimed: 0 })
      expect(await access(accountId)).toMatchObject({ ok: true })
      await world.emulator.advance(pauses.at(-1)! / 1000)
    }
    expect(pauses[0]).toBeGreaterThanOrEqual(1_000)
    expect(pauses[5]).toBeGreaterThan(30_000)
    expect(await status(accountId)).toEqual({ status: 'connected', reason: null })
    expect(await due()).toMatchObject({ claimed: 1, renewed: 1 })
    expect(await row(accountId)).toMatchObject({ failures: 0, last_failure: null, generation: 2 })
  },
)

test('while refreshes fail and the old token is over, callers are told when to ask again; TikTok is left alone', async () => {
  const accountId = await world.connect(tenant)
  await world.emulator.advance(25 * HOUR)
  world.emulator.addFault({ match: { path: '/v2/oauth/token/' }, action: { status: 503 } })
  const first = await access(accountId)
  expect(first).toMatchObject({ ok: false, failure: { retry: 'after' } })
  const asked = refreshes()
  for (let times = 0; times < 5; times += 1)
    expect(await access(accountId)).toMatchObject({
      ok: false,
      failure: { code: 'internal_error', retry: 'after' },
    })
  expect(refreshes()).toBe(asked)
  world.emulator.clearFaults()
  const until = !first.ok && first.failure.until
  await world.emulator.advance((Number(until) - now()) / 1000)
  expect(await access(accountId)).toMatchObject({ ok: true })
})

test('a grant that the creator took back is given up after TikTok has said so twice, with an event', async () => {
  const accountId = await world.connect(tenant)
  const grant = world.emulator.world.grants.get('tw-demo-app:mika')!
  await untilDue()
  world.emulator.world.grants.patch(grant, { endedAt: now(), endReason: 1 })
  for (const token of world.emulator.world.refreshTokens.where('grant', grant.id))
    world.emulator.world.refreshTokens.delete(token.id)
  expect(await due()).toMatchObject({ claimed: 1, failed: 1, gone: 0 })
  expect(await status(accountId)).toEqual({ status: 'connected', reason: null })
  await world.emulator.advance(31)
  expect(await due()).toMatchObject({ claimed: 1, gone: 1 })
  expect(await status(accountId)).toEqual({ status: 'reauthorization_required', reason: 'grant_gone' })
  expect(await row(accountId)).toBeUndefined()
  expect(world.process.events.at(-1)).toMatchObject({
    type: 'account.reauthorization_required',
    accountId,
    reason: 'grant_gone',
  })
  expect(await access(accountId)).toMatchObject({
    ok: false,
    failure: { needs: 'reconnect', retry: 'never' },
  })
  const { data } = (await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}/consents`)).json
  expect(data[0]).toMatchObject({ end_reason: 'grant_gone' })
  await world.emulator.advance(HOUR)
  expect(await due()).toMatchObject({ claimed: 0 })

  expect(await world.connect(tenant)).toBe(accountId)
  expect(await status(accountId)).toEqual({ status: 'connected', reason: null })
})

test('one invalid_grant in error does not cost the grant', async () => {
  const accountId = await world.connect(tenant)
  await untilDue()
  const action = { status: 200, code: 'invalid_grant' }
  world.emulator.addFault({ match: { path: '/v2/oauth/token/' }, times: 1, action })
  expect(await due()).toMatchObject({ failed: 1 })
  await world.emulator.advance(31)
  expect(await due()).toMatchObject({ renewed: 1 })
  expect(await row(accountId)).toMatchObject({ refused_at: null, failures: 0 })
})

// A crash between TikTok's answer and the write, and an answer that is lost on the way, are the same to the database:
// a refresh was sent, and what came of it is not written down.
test('with a grace period a lost answer costs nothing: the old refresh token works once more', async () => {
  world.emulator.configure({ refreshRotation: 'grace' })
  const accountId = await world.connect(tenant)
  await untilDue()
  world.emulator.addFault({ match: { path: '/v2/oauth/token/' }, times: 1, action: { drop: 'after' } })
  expect(await due()).toMatchObject({ failed: 1 })
  expect((await row(accountId))!.refresh_sent_at).not.toBeNull()
  await world.emulator.advance(3)
  expect(await due()).toMatchObject({ renewed: 1 })
  expect(await row(accountId)).toMatchObject({ refresh_sent_at: null, failures: 0, generation: 2 })
  expect(await status(accountId)).toEqual({ status: 'connected', reason: null })
})

test('without a grace period a lost answer ends in a state that says so, and the old token serves to its end', async () => {
  const accountId = await world.connect(tenant)
  await untilDue()
  world.emulator.addFault({ match: { path: '/v2/oauth/token/' }, times: 1, action: { drop: 'after' } })
  expect(await due()).toMatchObject({ failed: 1 })
  await world.emulator.advance(3)
  expect(await due()).toMatchObject({ failed: 1 })
  await world.emulator.advance(31)
  expect(await due()).toMatchObject({ gone: 1 })
  expect(await status(accountId)).toEqual({
    status: 'reauthorization_required',
    reason: 'refresh_answer_lost',
  })
  const still = await access(accountId)
  expect(still).toMatchObject({ ok: true })
  const platform = await world.services.platforms.of(tenant.workspaceId, tenant.appId)
  const token = still.ok ? still.value.token : undefined
  expect(await platform.creatorInfo(token!)).toMatchObject({ ok: true })
  await world.emulator.advance(HOUR)
  expect(await access(accountId)).toMatchObject({ ok: false, failure: { needs: 'reconnect' } })
  // Revoking is no longer possible, and disconnecting says that the grant is gone.
  const ended = await world.call(tenant, 'POST', `/v1/connected-accounts/${accountId}/disconnect`)
  expect(ended.json.status).toBe('disconnected')
})

test('a process that dies with a lease is followed by another one when the lease is over', async () => {
  world.emulator.configure({ refreshRotation: 'grace' })
  const accountId = await world.connect(tenant)
  await untilDue()
  // It has sent the refresh and TikTok has answered; then it is killed.
  const { db } = world.database
  const lease = { holder: 'killed', now: now(), until: now() + LEASE_MS }
  const leased = (await leaseTokens(db, tenant.workspaceId, accountId, 1, lease))!
  const place = tokenPlace(tenant.workspaceId, accountId, 1)
  const tokens = await openTokens(world.vault, leased.sealed, place)
  const platform = await world.services.platforms.of(tenant.workspaceId, tenant.appId)
  expect(await platform.refresh(tokens)).toMatchObject({ ok: true })

  expect(await due()).toMatchObject({ claimed: 0 })
  await world.emulator.advance(LEASE_MS / 1000)
  expect(await due(world.anotherProcess('two'))).toMatchObject({ claimed: 1, renewed: 1 })
  expect(await status(accountId)).toEqual({ status: 'connected', reason: null })
})

test('a slow process that comes back after its lease does not overwrite a newer pair', async () => {
  const accountId = await world.connect(tenant)
  const { db } = world.database
  const lease = { holder: 'slow', now: now(), until: now() + LEASE_MS }
  const leased = (await leaseTokens(db, tenant.workspaceId, accountId, 1, lease))!
  await world.emulator.advance(LEASE_MS / 1000 + 1)
  // Meanwhile the creator connects anew.
  await world.connect(tenant)
  const fresh = await access(accountId)
  expect(await world.services.refresher.refresh({ ...leased, leaseUntil: now() + LEASE_MS })).toEqual(
    expect.objectContaining({ kind: 'superseded' }),
  )
  const after = await access(accountId)
  expect(after.ok && after.value.token.reveal()).toBe(fresh.ok && fresh.value.token.reveal())
  expect((await row(accountId))!.generation).toBe(2)
})

test('a pair that the database would not take is kept and stored before anything else is asked', async () => {
  const accountId = await world.connect(tenant)
  await untilDue()
  const { pool } = world.database
  await pool.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$`,
  )
  await pool.query(
    `create trigger refuse before update of sealed on token_vault for each row execute function refuse()`,
  )
  const report = await world.whileMoving(due())
  expect(report).toMatchObject({ claimed: 1, failed: 1 })
  expect(refreshes()).toBe(1)
  expect((await row(accountId))!.generation).toBe(1)
  await expect(due()).rejects.toThrow('disk full')
  await pool.query('drop trigger refuse on token_vault')
  await pool.query('drop function refuse')
  expect(await due()).toMatchObject({ claimed: 0 })
  expect(await row(accountId)).toMatchObject({ generation: 2, failures: 0, lease_until: null })
  expect(refreshes()).toBe(1)
  expect(await access(accountId)).toMatchObject({ ok: true, value: { expiresAt: expect.any(Number) } })
})

test('a late pair takes back that the grant was given up', async () => {
  const accountId = await world.connect(tenant)
  await untilDue()
  const { db } = world.database
  const lease = { holder: 'stalled', now: now(), until: now() + LEASE_MS }
  const leased = (await leaseTokens(db, tenant.workspaceId, accountId, 1, lease))!
  const old = await openTokens(world.vault, leased.sealed, tokenPlace(tenant.workspaceId, accountId, 1))
  const platform = await world.services.platforms.of(tenant.workspaceId, tenant.appId)
  const renewed = await platform.refresh(old)
  if (!renewed.ok) throw new Error(renewed.failure.code)
  // Others find the old refresh token dead, twice.
  await world.emulator.advance(31)
  expect(await due()).toMatchObject({ failed: 1 })
  await world.emulator.advance(31)
  expect(await due()).toMatchObject({ gone: 1 })
  expect((await status(accountId)).reason).toBe('refresh_answer_lost')
  // The stalled process goes on where it stood, with TikTok's answer in hand.
  let sent = false
  const refresher = new TokenRefresher({
    db,
    unitOfWork: createUnitOfWork(db, { send: async () => null }),
    vault: world.vault,
    clock: world.emulator.clock,
    random: cryptoRandom,
    log: silentLog,
    onAccountEvent: async () => undefined,
    portOf: async () => ({
      refresh: async () => {
        sent = true
        return renewed
      },
    }),
  })
  expect(await refresher.refresh({ ...leased, leaseUntil: now() + LEASE_MS })).toMatchObject({
    kind: 'renewed',
  })
  expect(sent).toBe(true)
  expect(await access(accountId)).toMatchObject({ ok: true })
})

test('a scope that a refresh no longer answers is missing from then on', async () => {
  const accountId = await world.connect(tenant, 'mika', {}, ['user.info.stats'])
  const grant = world.emulator.world.grants.get('tw-demo-app:mika')!
  world.emulator.world.grants.patch(grant, {
    scopes: grant.scopes.filter((scope) => scope !== 'video.publish'),
  })
  await untilDue()
  expect(await due()).toMatchObject({ renewed: 1 })
  const { json } = await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}`)
  expect(json.missing_scopes.sort()).toEqual(['user.info.stats', 'video.publish'])
  expect(json.capabilities.direct_post).toMatchObject({ available: false, reason: 'scope_missing' })
})

test.each(['grace', 'rotate'] as const)(
  "a process killed between TikTok's answer and the write (%s)",
  async (refreshRotation) => {
    world.emulator.configure({ refreshRotation })
    const accountId = await world.connect(tenant)
    await untilDue()
    const { pool, url } = world.database
    // The write waits for a lock that this test holds, so the process has TikTok's answer and nothing else.
    const holder = await pool.connect()
    await holder.query('select pg_advisory_lock(77)')
    await pool.query(`create or replace function wait_here() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(77); return new; end $$`)
    await pool.query(
      'create trigger wait_here before update of sealed on token_vault for each row execute function wait_here()',
    )
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, 'refreshing-process.ts'),
        url,
        world.emulator.origin,
        String(now()),
        TEST_MASTER_KEY,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    )
    try {
      const waiting = `select pid from pg_locks where locktype = 'advisory' and objid = 77 and not granted`
      await vi.waitFor(async () => expect((await pool.query(waiting)).rows).toHaveLength(1), 10_000)
      expect(refreshes()).toBe(1)
      child.kill('SIGKILL')
      await once(child, 'exit')
      // With its process the server's side of the connection is gone, and with it the write.
      await pool.query(`select pg_terminate_backend(pid) from (${waiting}) as them`)
    } finally {
      child.kill('SIGKILL')
      await pool.query('drop trigger wait_here on token_vault')
      await holder.query('select pg_advisory_unlock(77)')
      holder.release()
    }
    expect(await row(accountId)).toMatchObject({ generation: 1, lease_holder: 'doomed' })
    expect(await due()).toMatchObject({ claimed: 0 })
    await world.emulator.advance(30)
    if (refreshRotation === 'grace') {
      expect(await due()).toMatchObject({ claimed: 1, renewed: 1 })
      expect(await status(accountId)).toEqual({ status: 'connected', reason: null })
    } else {
      expect(await due()).toMatchObject({ claimed: 1, failed: 1 })
      await world.emulator.advance(31)
      expect(await due()).toMatchObject({ claimed: 1, gone: 1 })
      expect((await status(accountId)).reason).toBe('refresh_answer_lost')
      expect(await access(accountId)).toMatchObject({ ok: true })
    }
  },
)

test('a changed row does not open, and says so without telling what is in it', async () => {
  const first = await world.connect(tenant, 'mika')
  const second = await world.connect(tenant, 'noor')
  const { sealed } = (await row(first))!
  await world.database.db
    .updateTable('token_vault')
    .set({ sealed })
    .where('account_id', '=', second)
    .execute()
  expect(await access(second)).toMatchObject({
    ok: false,
    failure: { code: 'envelope_does_not_open', retry: 'never' },
  })
  await makeDue(world.database.db, tenant.workspaceId, second, now())
  expect(await due()).toMatchObject({ claimed: 1, failed: 1 })
  expect(await row(second)).toMatchObject({ last_failure: 'envelope_does_not_open', failures: 1 })
  expect(await status(second)).toEqual({ status: 'connected', reason: null })
})
