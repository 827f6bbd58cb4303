import { API_SCOPES, type ApiScope } from '@tockwork/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { updateWorkspace } from '../../src/storage/workspaces.ts'
import type { Tenant } from '../account-world.ts'
import { PostWorld } from './post-world.ts'

let world: PostWorld
/** Holds a key with every scope, such as an agency's client who approves. */
let tenant: Tenant
/** Writes posts and may not approve. */
let author: Tenant
let mika: string
let asset: string

beforeAll(async () => {
  world = await PostWorld.start()
})
afterAll(() => world?.close())
beforeEach(async () => {
  await world.emulator.reset()
  tenant = await world.accounts.tenant()
  author = await withKey(API_SCOPES.filter((scope) => scope !== 'posts:approve'))
  mika = await world.accounts.connect(tenant, 'mika')
  asset = await world.upload(tenant)
  await world.db.updateTable('posts').set({ step_at: null }).execute()
})

const HOUR = 3_600_000

async function withKey(scopes: readonly ApiScope[]): Promise<Tenant> {
  const { apiKeys } = world.accounts.services
  const { secret } = await world.db
    .transaction()
    .execute((tx) => apiKeys.create(tx, tenant.workspaceId, { name: 'other', mode: 'live', scopes }, 'hub'))
  return { ...tenant, key: secret.reveal() }
}

const direct = (more: object = {}) => ({
  mode: 'direct',
  video: { asset_id: asset },
  options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup' },
  ...more,
})
const inOneHour = () => ({ scheduled_at: new Date(world.now() + HOUR).toISOString() })

async function waiting(more: object = {}, by: Tenant = author): Promise<string> {
  const [id = ''] = await world.post(by, [mika], direct({ approval: 'required', ...more }))
  return id
}
const approve = (id: string, body: object = {}, by: Tenant = tenant) =>
  world.call(by, 'POST', `/v1/posts/${id}/approve`, body)
const reject = (id: string, body: object = { reason: 'Too salty' }, by: Tenant = tenant) =>
  world.call(by, 'POST', `/v1/posts/${id}/reject`, body)

describe('a post that needs approval', () => {
  it('waits however long, and goes out at once when its time has gone by', async () => {
    const id = await waiting(inOneHour())
    await world.run()
    await world.emulator.advance(7200)
    await world.run()
    expect(await world.read(author, id)).toMatchObject({
      state: 'waiting_for_approval',
      next_step_at: null,
      approval: { decision: null },
    })
    expect(world.emulator.world.publishes.size).toBe(0)
    expect(await approve(id, { if_late: 'refuse' })).toMatchObject({
      status: 409,
      json: { code: 'post_late' },
    })
    expect(await approve(id, { reason: 'Lovely' })).toMatchObject({
      status: 200,
      json: { state: 'accepted', approval: { decision: 'approved', reason: 'Lovely' } },
    })
    await world.runUntilState(author, id, 'published')
    expect((await world.story(author, id)).slice(0, 3)).toEqual([
      'waiting_for_approval: created',
      'accepted: approved',
      'checking: due',
    ])
  })

  it('that is approved in time goes out at its time', async () => {
    const id = await waiting(inOneHour())
    await approve(id)
    await world.run()
    expect(await world.read(author, id)).toMatchObject({ state: 'waiting_for_time' })
    expect(world.emulator.world.publishes.size).toBe(0)
    await world.emulator.advance(3600)
    await world.run()
    expect(world.emulator.world.publishes.size).toBe(1)
  })

  it('is approved by a key that may, and not by the one that made it unless the workspace allows it', async () => {
    const id = await waiting({}, tenant)
    expect(await approve(id, {}, author)).toMatchObject({ status: 403, json: { code: 'scope_missing' } })
    expect(await reject(id, undefined, author)).toMatchObject({ status: 403 })
    expect(await approve(id)).toMatchObject({ status: 403, json: { code: 'approval_own_post' } })
    const other = await withKey(API_SCOPES)
    expect(await approve(id, {}, other)).toMatchObject({ status: 200 })
    const own = await waiting({}, tenant)
    await updateWorkspace(world.db, tenant.workspaceId, { ownApprovalAllowed: true })
    expect(await approve(own)).toMatchObject({ status: 200 })
    expect(await approve(own)).toMatchObject({ status: 409, json: { code: 'post_wrong_state' } })
  })

  it('is rejected with a reason, and waits again when it is changed', async () => {
    const id = await waiting()
    expect(await reject(id, {})).toMatchObject({ status: 400 })
    const rejected = await reject(id)
    expect(rejected).toMatchObject({
      status: 200,
      json: { state: 'rejected', approval: { decision: 'rejected', reason: 'Too salty' } },
    })
    expect(rejected.json.approval.decided_by).toMatch(/^key:key_/)
    expect(await approve(id)).toMatchObject({ status: 409 })
    const options = { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'less salt' }
    expect(await world.call(author, 'PATCH', `/v1/posts/${id}`, { options })).toMatchObject({
      status: 200,
      json: { state: 'waiting_for_approval', approval: { decision: null, decided_by: null, reason: null } },
    })
    await approve(id)
    await world.runUntilState(author, id, 'published')
  })

  it('asks again when it is changed after the approval, by whoever', async () => {
    const id = await waiting(inOneHour())
    await approve(id)
    await world.run()
    const options = { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'not what you saw' }
    await world.call(author, 'PATCH', `/v1/posts/${id}`, { options })
    await world.emulator.advance(7200)
    await world.run()
    expect(await world.read(author, id)).toMatchObject({ state: 'waiting_for_approval' })
    expect(world.emulator.world.publishes.size).toBe(0)
  })

  it('is not approved as another than the one that was looked at', async () => {
    const id = await waiting()
    const { version } = await world.read(tenant, id)
    const options = { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'swapped' }
    await world.call(author, 'PATCH', `/v1/posts/${id}`, { options })
    expect(await approve(id, { version })).toMatchObject({ status: 409, json: { code: 'post_changed' } })
    expect(await reject(id, { version, reason: 'no' })).toMatchObject({ status: 409 })
    expect(await approve(id, { version: version + 1 })).toMatchObject({ status: 200 })
  })

  it('keeps waiting at another time, and can be cancelled', async () => {
    const id = await waiting(inOneHour())
    const later = { scheduled_at: new Date(world.now() + 2 * HOUR).toISOString() }
    expect(await world.call(author, 'POST', `/v1/posts/${id}/reschedule`, later)).toMatchObject({
      status: 200,
      json: { state: 'waiting_for_approval', ...later, next_step_at: null },
    })
    expect(await world.call(author, 'POST', `/v1/posts/${id}/cancel`)).toMatchObject({
      json: { state: 'cancelled' },
    })
    expect(await approve(id)).toMatchObject({ status: 409 })
  })

  it('stands in the audit log with who decided', async () => {
    const id = await waiting()
    await reject(id)
    const rows = await world.db
      .selectFrom('audit_log')
      .select(['action', 'actor', 'detail'])
      .where('subject', '=', id)
      .orderBy('id')
      .execute()
    expect(rows.map(({ action }) => action)).toEqual(['post.created', 'post.rejected'])
    expect(rows[0]?.actor).not.toBe(rows[1]?.actor)
    expect(rows[1]?.detail).toEqual({ reason: 'Too salty' })
  })
})

describe('a workspace that requires approval', () => {
  beforeEach(async () => {
    await updateWorkspace(world.db, tenant.workspaceId, { approvalRequired: true })
  })

  it('lets posts of keys that may not approve wait, and others not', async () => {
    const [mine = ''] = await world.post(author, [mika], direct())
    const [theirs = ''] = await world.post(tenant, [mika], direct())
    expect(await world.read(author, mine)).toMatchObject({ state: 'waiting_for_approval' })
    expect(await world.read(author, theirs)).toMatchObject({ state: 'accepted', approval: null })
  })

  it('is not got round by changing somebody else’s post', async () => {
    const [id = ''] = await world.post(tenant, [mika], direct(inOneHour()))
    const options = { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'slipped in' }
    expect(await world.call(author, 'PATCH', `/v1/posts/${id}`, { options })).toMatchObject({
      json: { state: 'waiting_for_approval' },
    })
  })
})
