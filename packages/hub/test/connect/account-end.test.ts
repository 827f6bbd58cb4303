import { cryptoRandom } from '@tockwork/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { AccountWorld, type Tenant } from '../account-world.ts'

let world: AccountWorld
let tenant: Tenant
beforeAll(async () => {
  world = await AccountWorld.start()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.emulator.reset()
  tenant = await world.tenant()
  world.removed.length = 0
})

const now = () => world.emulator.clock.now()
const get = async (id: string) => (await world.call(tenant, 'GET', `/v1/connected-accounts/${id}`)).json
const disconnect = (id: string) => world.call(tenant, 'POST', `/v1/connected-accounts/${id}/disconnect`)
const erase = (id: string) => world.call(tenant, 'DELETE', `/v1/connected-accounts/${id}`)
const TIKTOK_DOWN = { match: { path: '/v2/oauth/*' }, action: { status: 503 } }

test('disconnecting while TikTok is down changes nothing and says when to try again', async () => {
  const id = await world.connect(tenant)
  world.emulator.addFault(TIKTOK_DOWN)
  const answer = await disconnect(id)
  expect(answer.json).toMatchObject({ status: 502, code: 'upstream_failed' })
  expect(await get(id)).toMatchObject({ status: 'connected' })
  world.emulator.clearFaults()
  expect((await disconnect(id)).json).toMatchObject({
    status: 'disconnected',
    status_reason: 'disconnected_by_us',
  })
  const tokens = await world.services.tokens.accessToken(tenant.workspaceId, id)
  expect(tokens).toMatchObject({ ok: false, failure: { code: 'disconnected', needs: 'reconnect' } })
})

test('disconnecting a grant that the creator took back already is done at once', async () => {
  const id = await world.connect(tenant)
  const grant = world.emulator.world.grants.get('tw-demo-app:mika')!
  world.emulator.world.grants.patch(grant, { endedAt: now(), endReason: 1 })
  for (const kind of ['accessTokens', 'refreshTokens'] as const)
    for (const token of world.emulator.world[kind].where('grant', grant.id))
      world.emulator.world[kind].delete(token.id)
  expect((await disconnect(id)).json).toMatchObject({ status: 'disconnected' })
})

test("TikTok's authorization.removed ends the grant, however often it comes", async () => {
  const id = await world.connect(tenant)
  const openId = (await get(id)).external_id
  await world.emulator.advance(60)
  const event = { clientKey: 'tw-demo-app', openId, reason: 1, createTime: Math.floor(now() / 1000) }
  const events = world.process.events.length
  expect(await world.services.accountEnd.authorizationRemoved(event)).toMatchObject([{ id }])
  expect(await world.services.accountEnd.authorizationRemoved(event)).toEqual([])
  expect(await get(id)).toMatchObject({
    status: 'reauthorization_required',
    status_reason: 'removed_by_creator',
    capabilities: { direct_post: { available: false, reason: 'reauthorization_required' } },
  })
  expect(world.process.events.slice(events)).toMatchObject([
    { type: 'account.reauthorization_required', reason: 'removed_by_creator' },
  ])
  const { rows } = await world.database.pool.query('select 1 from token_vault where account_id = $1', [id])
  expect(rows).toEqual([])
})

test('a removal that is older than the present grant, or of nobody we know, is about something else', async () => {
  const id = await world.connect(tenant)
  const openId = (await get(id)).external_id
  const before = Math.floor(now() / 1000) - 1
  const { accountEnd } = world.services
  for (const event of [
    { clientKey: 'tw-demo-app', openId, reason: 1, createTime: before },
    { clientKey: 'another-app', openId, reason: 1, createTime: before + 100 },
    { clientKey: 'tw-demo-app', openId: 'nobody', reason: 1, createTime: before + 100 },
  ])
    expect(await accountEnd.authorizationRemoved(event)).toEqual([])
  expect(await get(id)).toMatchObject({ status: 'connected' })
  // Of the very same second: TikTok is asked instead of believing either.
  await accountEnd.authorizationRemoved({
    clientKey: 'tw-demo-app',
    openId,
    reason: 1,
    createTime: before + 1,
  })
  expect(await get(id)).toMatchObject({ status: 'connected' })
  const { rows } = await world.database.pool.query('select due_at from token_vault where account_id = $1', [
    id,
  ])
  expect(rows[0].due_at.getTime()).toBe(now())
})

test('a creator who connects anew while we disconnect stays connected', async () => {
  const id = await world.connect(tenant)
  await world.emulator.advance(1)
  world.emulator.addFault({ match: { path: '/v2/oauth/revoke/' }, times: 1, action: { delay_ms: 300 } })
  const [ended] = await Promise.all([disconnect(id), world.connect(tenant)])
  expect(ended.json).toMatchObject({ status: 409, code: 'conflict' })
  expect(await get(id)).toMatchObject({ status: 'connected' })
})

test('erasing takes posts, and media that nobody else uses, and answers what it erased', async () => {
  const id = await world.connect(tenant, 'mika', { external_user_id: 'crm-1' })
  const other = await world.connect(tenant, 'noor')
  const own = await asset(tenant, 'own', 1000)
  const sharedByPosts = await asset(tenant, 'shared', 50)
  const elsewhere = await world.tenant()
  const sameBytes = await asset(tenant, 'same bytes', 7)
  await asset(elsewhere, 'same bytes', 7)
  await post(tenant, id, own)
  await post(tenant, id, sharedByPosts)
  await post(tenant, id, sameBytes)
  await post(tenant, other, sharedByPosts)

  const report = await erase(id)
  expect(report.json).toMatchObject({
    account_id: id,
    grant_at_tiktok: 'revoked',
    revocation_failure: null,
    erased: {
      token_pairs: 1,
      profile_fields: 5,
      consents_anonymised: 1,
      connect_sessions: 1,
      posts: 3,
      assets: 2,
      asset_bytes: 1007,
    },
  })
  expect(world.emulator.world.grants.get('tw-demo-app:mika')).toMatchObject({ endReason: 5 })
  const kept = await world.database.pool.query<{ id: string }>(
    'select id from assets where workspace_id = $1',
    [tenant.workspaceId],
  )
  expect(kept.rows).toEqual([{ id: sharedByPosts }])
  // The same bytes belong to another workspace too, so they stay in the store.
  expect(world.removed.map((hash) => Buffer.from(hash).toString())).toEqual(['own'.padEnd(32)])
  expect((await erase(id)).json.erased).toMatchObject({ token_pairs: 0, posts: 0, assets: 0 })
  expect((await get(other)).status).toBe('connected')

  const again = await world.connect(tenant, 'mika')
  expect(again).not.toBe(id)
  expect(await get(id)).toMatchObject({ status: 'erased' })
})

test('erasing does not wait for TikTok, and says that the grant could not be revoked', async () => {
  const id = await world.connect(tenant)
  world.emulator.addFault(TIKTOK_DOWN)
  expect((await erase(id)).json).toMatchObject({
    grant_at_tiktok: 'not_revoked',
    revocation_failure: 'internal_error',
    erased: { token_pairs: 1 },
  })
  expect(await get(id)).toMatchObject({ status: 'erased', username: null })
  expect((await disconnect(id)).json).toMatchObject({ status: 409 })
})

async function asset(owner: Tenant, content: string, size: number): Promise<string> {
  const id = newId('ast', world.emulator.clock, cryptoRandom)
  const hash = Buffer.from(content.padEnd(32))
  const { db } = world.database
  const blob = { hash, size_bytes: size, check_at: null }
  await db
    .insertInto('blobs')
    .values(blob)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await db
    .insertInto('assets')
    .values({
      id,
      workspace_id: owner.workspaceId,
      hash,
      size_bytes: size,
      content_type: 'video/mp4',
      name: null,
      created_at: new Date(now()),
    })
    .execute()
  return id
}

async function post(owner: Tenant, accountId: string, assetId: string): Promise<void> {
  await world.database.db
    .insertInto('posts')
    .values({
      id: newId('post', world.emulator.clock, cryptoRandom),
      workspace_id: owner.workspaceId,
      group_id: newId('grp', world.emulator.clock, cryptoRandom),
      account_id: accountId,
      kind: 'video',
      mode: 'direct',
      state: 'published',
      options: JSON.stringify({ title: 'mine' }),
      source: JSON.stringify({}),
      asset_id: assetId,
      created_at: new Date(now()),
      changed_at: new Date(now()),
    })
    .execute()
}
