import { API_SCOPES } from '@tockwork/api'
import { cryptoRandom, ManualClock } from '@tockwork/kernel'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { looksLikeApiKey } from '../../src/tenancy/api-key-format.ts'
import { IdempotencyKeys } from '../../src/tenancy/idempotency.ts'
import { AccountWorld, type Tenant } from '../account-world.ts'

let world: AccountWorld
let ours: Tenant
let theirs: Tenant
let theirAccount: string
beforeAll(async () => {
  world = await AccountWorld.start()
  ours = await world.tenant('Ours')
  theirs = await world.tenant('Theirs')
  theirAccount = await world.connect(theirs)
})
afterAll(() => world.close())

const anyKey = (key: string) => world.call({ key }, 'GET', '/v1/workspaces')

describe('another workspace', () => {
  test('cannot read or change anything by its id, and is not told that it exists', async () => {
    const session = await world.call(theirs, 'POST', '/v1/connect-sessions', { app_id: theirs.appId })
    const key = await world.call(theirs, 'POST', '/v1/api-keys', { name: 'x', scopes: ['posts:read'] })
    const attempts: ['GET' | 'POST' | 'PATCH' | 'DELETE', string, object?][] = [
      ['GET', `/v1/connected-accounts/${theirAccount}`],
      ['GET', `/v1/connected-accounts/${theirAccount}/consents`],
      ['POST', `/v1/connected-accounts/${theirAccount}/disconnect`],
      ['DELETE', `/v1/connected-accounts/${theirAccount}`],
      ['GET', `/v1/apps/${theirs.appId}`],
      ['PATCH', `/v1/apps/${theirs.appId}`, { client_secret: 'stolen' }],
      ['DELETE', `/v1/apps/${theirs.appId}`],
      ['POST', '/v1/connect-sessions', { app_id: theirs.appId }],
      ['GET', `/v1/connect-sessions/${session.json.id}`],
      ['GET', `/v1/api-keys/${key.json.id}`],
      ['POST', `/v1/api-keys/${key.json.id}/rotate`, {}],
      ['DELETE', `/v1/api-keys/${key.json.id}`],
    ]
    for (const [method, url, body] of attempts) {
      const answer = await world.call(ours, method, url, body)
      expect(answer.status, `${method} ${url}`).toBe(404)
      const nothing = await world.call(ours, method, url.replace(/_[0-9A-Z]{20}/, `_${'0'.repeat(20)}`), body)
      expect({ ...answer.json, request_id: '' }).toEqual({ ...nothing.json, request_id: '' })
    }
    expect((await anyKey(key.json.key)).status).toBe(403)
    const { json } = await world.call(theirs, 'GET', `/v1/connected-accounts/${theirAccount}`)
    expect(json.status).toBe('connected')
  })

  test('sees none of it in any list, with filters and with cursors of the other', async () => {
    const lists = ['api-keys', 'apps', 'connect-sessions', 'connected-accounts', 'audit-log']
    for (const list of lists) {
      const seen = (await world.call(theirs, 'GET', `/v1/${list}`)).json.data.map(
        ({ id }: { id: string }) => id,
      )
      expect(seen.length, list).toBeGreaterThan(0)
      const mine = (await world.call(ours, 'GET', `/v1/${list}?limit=100`)).json.data
      expect(
        mine.filter(({ id }: { id: string }) => seen.includes(id)),
        list,
      ).toEqual([])
    }
    const filtered = await world.call(ours, 'GET', `/v1/connected-accounts?app_id=${theirs.appId}`)
    expect(filtered.json.data).toEqual([])
    const page = await world.call(theirs, 'GET', '/v1/audit-log?limit=1')
    const crossed = await world.call(ours, 'GET', `/v1/audit-log?cursor=${page.json.next_cursor}&limit=100`)
    for (const entry of crossed.json.data) expect(entry.actor).not.toContain(theirAccount)
  })

  test('gets no token, in storage functions either', async () => {
    const crossed = await world.services.tokens.accessToken(ours.workspaceId, theirAccount)
    expect(crossed).toMatchObject({ ok: false, failure: { code: 'account_not_found' } })
    await expect(world.services.platforms.of(ours.workspaceId, theirs.appId)).rejects.toMatchObject({
      code: 'app_not_found',
    })
  })

  test('may have the same app and the same creator, apart from each other', async () => {
    const ourAccount = await world.connect(ours)
    expect(ourAccount).not.toBe(theirAccount)
    const [a, b] = await Promise.all([
      world.call(ours, 'GET', `/v1/connected-accounts/${ourAccount}`),
      world.call(theirs, 'GET', `/v1/connected-accounts/${theirAccount}`),
    ])
    expect(a.json.external_id).toBe(b.json.external_id)
  })
})

describe('API keys', () => {
  test('are shown once, kept as a hash, and never answered again', async () => {
    const made = await world.call(ours, 'POST', '/v1/api-keys', { name: 'ci', scopes: ['posts:read'] })
    expect(made.status).toBe(201)
    expect(looksLikeApiKey(made.json.key)).toBe(true)
    expect(made.json).toMatchObject({ prefix: made.json.key.slice(0, 13), mode: 'live', last_used_at: null })
    const read = await world.call(ours, 'GET', `/v1/api-keys/${made.json.id}`)
    expect(read.text).not.toContain(made.json.key)
    const { rows } = await world.database.pool.query('select k::text from api_keys k')
    expect(JSON.stringify(rows)).not.toContain(made.json.key)
  })

  test('unknown, damaged, revoked and expired ones are all the same to the outside', async () => {
    const soon = new Date(world.emulator.clock.now() + 60_000).toISOString()
    const wish = { name: 'short', scopes: ['workspaces:read'], expires_at: soon }
    const short = (await world.call(ours, 'POST', '/v1/api-keys', wish)).json
    const revoked = (
      await world.call(ours, 'POST', '/v1/api-keys', { name: 'r', scopes: ['workspaces:read'] })
    ).json
    expect((await anyKey(short.key)).status).toBe(200)
    await world.call(ours, 'DELETE', `/v1/api-keys/${revoked.id}`)
    await world.emulator.advance(61)
    const answers = await Promise.all(
      [short.key, revoked.key, `${ours.key.slice(0, -1)}0`, `twk_live_${'0'.repeat(49)}`, 'x'].map(anyKey),
    )
    for (const { status, json } of answers)
      expect({ status, code: json.code }).toEqual({ status: 401, code: 'unauthenticated' })
    expect(new Set(answers.map(({ json }) => json.detail)).size).toBe(1)
  })

  test('do only what their scopes allow, and hand on no more than they have', async () => {
    const wish = { name: 'keys', scopes: ['keys:write', 'apps:read'] }
    const { key } = (await world.call(ours, 'POST', '/v1/api-keys', wish)).json
    expect((await world.call({ key }, 'GET', '/v1/apps')).status).toBe(200)
    expect((await world.call({ key }, 'GET', '/v1/connected-accounts')).json.code).toBe('scope_missing')
    const more = await world.call({ key }, 'POST', '/v1/api-keys', { name: 'up', scopes: ['posts:write'] })
    expect(more.json).toMatchObject({ status: 403, code: 'scope_missing', field: 'scopes' })
    const same = await world.call({ key }, 'POST', '/v1/api-keys', { name: 'same', scopes: ['apps:read'] })
    expect(same.status).toBe(201)
    // Rotating another key must not be a way to its rights.
    const strong = (await world.call(ours, 'POST', '/v1/api-keys', { name: 's', scopes: ['posts:write'] }))
      .json
    expect((await world.call({ key }, 'POST', `/v1/api-keys/${strong.id}/rotate`, {})).status).toBe(403)
  })

  test('are rotated with an overlap in which both work, once', async () => {
    const old = (await world.call(ours, 'POST', '/v1/api-keys', { name: 'old', scopes: ['workspaces:read'] }))
      .json
    const next = await world.call(ours, 'POST', `/v1/api-keys/${old.id}/rotate`, { overlap_seconds: 600 })
    expect(next.json).toMatchObject({ name: 'old', scopes: ['workspaces:read'], expires_at: null })
    for (const key of [old.key, next.json.key]) expect((await anyKey(key)).status).toBe(200)
    expect((await world.call(ours, 'GET', `/v1/api-keys/${old.id}`)).json.replaced_by).toBe(next.json.id)
    expect((await world.call(ours, 'POST', `/v1/api-keys/${old.id}/rotate`, {})).status).toBe(409)
    await world.emulator.advance(600)
    expect((await anyKey(old.key)).status).toBe(401)
    expect((await anyKey(next.json.key)).status).toBe(200)
  })

  test('note their last use at most once a minute', async () => {
    const key = (await world.call(ours, 'POST', '/v1/api-keys', { name: 'u', scopes: ['workspaces:read'] }))
      .json
    const lastUse = async () => (await world.call(ours, 'GET', `/v1/api-keys/${key.id}`)).json.last_used_at
    await anyKey(key.key)
    const first = await lastUse()
    expect(first).toBe(new Date(world.emulator.clock.now()).toISOString())
    await world.emulator.advance(59)
    await anyKey(key.key)
    expect(await lastUse()).toBe(first)
    await world.emulator.advance(1)
    await anyKey(key.key)
    expect(await lastUse()).not.toBe(first)
  })

  test('of the test mode reach sandbox apps and their accounts only', async () => {
    const scopes = API_SCOPES.filter((scope) => scope !== 'workspaces:write')
    const made = await world.call(ours, 'POST', '/v1/api-keys', { name: 't', mode: 'test', scopes })
    const tester = { key: made.json.key as string }
    expect(tester.key).toMatch(/^twk_test_/)
    expect((await world.call(tester, 'GET', '/v1/apps')).json.data).toEqual([])
    expect((await world.call(tester, 'GET', `/v1/apps/${ours.appId}`)).status).toBe(404)
    expect((await world.call(tester, 'GET', '/v1/connected-accounts')).json.data).toEqual([])
    const app = { name: 'S', client_key: 'sbx', client_secret: 'x', environment: 'production' }
    expect((await world.call(tester, 'POST', '/v1/apps', app)).status).toBe(403)
    const sandbox = await world.call(tester, 'POST', '/v1/apps', { ...app, environment: 'sandbox' })
    expect(sandbox.status).toBe(201)
    expect(
      (await world.call(tester, 'POST', '/v1/connect-sessions', { app_id: sandbox.json.id })).status,
    ).toBe(201)
    expect((await world.call(tester, 'GET', '/v1/connect-sessions')).json.data).toHaveLength(1)
    const live = { name: 'l', mode: 'live', scopes: ['apps:read'] }
    expect((await world.call(tester, 'POST', '/v1/api-keys', live)).status).toBe(403)
    await world.call(tester, 'DELETE', `/v1/apps/${sandbox.json.id}`)
  })

  test('of requests at the same moment are told apart, also from one that has ended and one that never was', async () => {
    const made = await world.call(ours, 'POST', '/v1/api-keys', { name: 'gone', scopes: ['posts:read'] })
    const gone = { key: made.json.key }
    await world.call(ours, 'DELETE', `/v1/api-keys/${made.json.id}`)
    const never = { key: `${made.json.key.slice(0, -1)}${made.json.key.endsWith('0') ? '1' : '0'}` }
    const callers = Array.from(
      { length: 40 },
      (_, n) => [ours, theirs, gone, never][n % 4] as { key: string },
    )
    const answers = await Promise.all(callers.map((caller) => world.call(caller, 'GET', '/v1/api-keys')))
    const idsOf = (answer: (typeof answers)[number] | undefined) =>
      answer?.json.data.map(({ id }: { id: string }) => id)
    expect(idsOf(answers[0])).toContain(made.json.id)
    expect(idsOf(answers[1])).not.toContain(made.json.id)
    for (const [n, answer] of answers.entries())
      if (n % 4 < 2) expect(idsOf(answer)).toEqual(idsOf(answers[n % 4]))
      else expect(answer.status).toBe(401)
  })
})

describe('workspaces', () => {
  test('are made with a first key, which sees its own workspace alone', async () => {
    const made = await world.call(ours, 'POST', '/v1/workspaces', { name: 'New one' })
    expect(made.status).toBe(201)
    const key = { key: made.json.api_key.key as string }
    const listed = await world.call(key, 'GET', '/v1/workspaces')
    expect(listed.json.data).toEqual([made.json.workspace])
    expect((await world.call(key, 'GET', `/v1/workspaces/${ours.workspaceId}`)).status).toBe(404)
    expect((await world.call(key, 'POST', '/v1/workspaces', { name: 'Another' })).status).toBe(403)
    expect((await world.call(ours, 'GET', '/v1/workspaces')).json.data.length).toBeGreaterThanOrEqual(3)
    const url = `/v1/workspaces/${made.json.workspace.id}`
    expect((await world.call(ours, 'PATCH', url, { name: ' Renamed ' })).json.name).toBe('Renamed')
    const rules = { approval_required: true, own_approval_allowed: false }
    expect(made.json.workspace).toMatchObject({ approval_required: false, own_approval_allowed: false })
    expect((await world.call(ours, 'PATCH', url, { approval_required: true })).json).toMatchObject(rules)
    expect((await world.call(ours, 'PATCH', url, { own_approval_allowed: true })).json).toMatchObject({
      ...rules,
      own_approval_allowed: true,
      name: 'Renamed',
    })
    expect((await world.call(ours, 'PATCH', url, {})).status).toBe(200)
    // Whoever works in the workspace does not change its rules.
    expect((await world.call(key, 'PATCH', url, { approval_required: false })).status).toBe(403)
  })
})

describe('apps', () => {
  test('keep their secret to themselves and are unique for a workspace', async () => {
    const app = { name: 'B', client_key: 'second', client_secret: 'hush-hush', environment: 'sandbox' }
    const made = await world.call(ours, 'POST', '/v1/apps', app)
    expect(made.status).toBe(201)
    expect(made.json.redirect_uri).toBe('http://localhost:4848/connect/callback')
    expect(made.text).not.toContain('hush')
    expect((await world.call(ours, 'POST', '/v1/apps', app)).json).toMatchObject({
      status: 409,
      field: 'client_key',
    })
    const changed = await world.call(ours, 'PATCH', `/v1/apps/${made.json.id}`, { audited: true, name: 'C' })
    expect(changed.json).toMatchObject({ audited: true, name: 'C', client_key: 'second' })
    expect((await world.call(ours, 'DELETE', `/v1/apps/${made.json.id}`)).status).toBe(204)
    expect((await world.call(theirs, 'DELETE', `/v1/apps/${theirs.appId}`)).status).toBe(409)
  })

  test('use a changed secret from the next call on', async () => {
    const tenant = await world.tenant()
    const accountId = await world.connect(tenant, 'lane')
    await world.call(tenant, 'PATCH', `/v1/apps/${tenant.appId}`, { client_secret: 'wrong' })
    await world.emulator.advance(86_400)
    const refused = await world.services.tokens.accessToken(tenant.workspaceId, accountId)
    expect(refused).toMatchObject({ ok: false, failure: { code: 'invalid_client', retry: 'after' } })
    await world.call(tenant, 'PATCH', `/v1/apps/${tenant.appId}`, { client_secret: 'tw-demo-secret' })
    await world.emulator.advance(3)
    expect(await world.services.tokens.accessToken(tenant.workspaceId, accountId)).toMatchObject({ ok: true })
  })
})

describe('idempotent requests', () => {
  const create = (key: string, body: object, tenant = ours) =>
    world.call(tenant, 'POST', '/v1/api-keys', body, { 'idempotency-key': key })
  const wish = { name: 'once', scopes: ['posts:read'] }
  const count = async () =>
    (await world.call(ours, 'GET', '/v1/api-keys?limit=100')).json.data.filter(
      ({ name }: { name: string }) => name === 'once',
    ).length

  test('are carried out once and answered alike, with what is shown only once sealed in the database', async () => {
    const first = await create('k1', wish)
    const second = await create('k1', wish)
    expect(second.status).toBe(201)
    expect(second.text).toBe(first.text)
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect(await count()).toBe(1)
    const { rows } = await world.database.pool.query('select i::text from idempotency_keys i')
    const stored = JSON.stringify(rows)
    expect(stored).not.toContain(first.json.key)
    expect(stored).not.toContain(Buffer.from(first.json.key).toString('hex'))
    // The same key of another workspace is another key.
    expect((await create('k1', wish, theirs)).json.id).not.toBe(first.json.id)
  })

  test('with another body or another path are refused', async () => {
    await create('k2', wish)
    expect((await create('k2', { ...wish, name: 'twice' })).json).toMatchObject({
      status: 409,
      code: 'idempotency_key_reused',
    })
    const elsewhere = await world.call(
      ours,
      'POST',
      '/v1/workspaces',
      { name: 'x' },
      { 'idempotency-key': 'k2' },
    )
    expect(elsewhere.status).toBe(409)
  })

  test('that were refused leave the key free, and a day later it is free again', async () => {
    expect((await create('k3', { ...wish, expires_at: '2020-01-01T00:00:00Z' })).status).toBe(400)
    const first = await create('k3', wish)
    expect(first.status).toBe(201)
    await world.emulator.advance(86_401)
    const later = await create('k3', wish)
    expect(later.json.id).not.toBe(first.json.id)
    expect(await world.services.housekeeping()).toEqual({
      idempotencyKeys: expect.any(Number),
      connectSessions: 0,
    })
    const { rows } = await world.database.pool.query("select key from idempotency_keys where key <> 'k3'")
    expect(rows).toEqual([])
    await world.emulator.advance(31 * 86_400)
    expect((await world.services.housekeeping()).connectSessions).toBeGreaterThan(0)
  })

  test('at the same moment wait for the first; one whose process died is carried on by the next after its lease', async () => {
    const before = await count()
    const answers = await world.whileMoving(Promise.all(Array.from({ length: 6 }, () => create('k4', wish))))
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
    expect(await count()).toBe(before + 1)

    const { idempotency } = world.services
    const request = requestOf('k5')
    expect(await idempotency.begin(request)).toEqual({ kind: 'first' })
    expect(await world.whileMoving(idempotency.begin({ ...request }))).toEqual({ kind: 'running' })
    await endLease('k5')
    expect(await idempotency.begin({ ...request, hash: new Uint8Array(32).fill(1) })).toEqual({
      kind: 'reused',
    })
    const next = { ...request }
    expect(await idempotency.begin(next)).toEqual({ kind: 'first' })

    // The first one was alive after all. It cannot commit what it did, nor take the key from the one that took over.
    const late = world.database.db
      .transaction()
      .execute((tx) => idempotency.store(request, { status: 201, body: '"first"' }, tx))
    await expect(late).rejects.toMatchObject({ code: 'idempotency_in_progress', retryAfter: 1 })
    await idempotency.release(request)
    await idempotency.store(next, { status: 201, body: '"second"' })
    const answer = { status: 201, body: '"second"' }
    expect(await idempotency.begin({ ...request })).toEqual({ kind: 'repeat', answer })
  })

  test('keep their key for as long as they are at work, and no longer than 30 s when their process is killed', async () => {
    const leaseClock = new ManualClock()
    const { database } = world
    const parts = { db: database.db, clock: world.emulator.clock, random: cryptoRandom, vault: world.vault }
    const keys = new IdempotencyKeys({ ...parts, leaseClock })
    const request = requestOf('k6')
    expect(await keys.begin(request)).toEqual({ kind: 'first' })
    const secondsLeft = async (): Promise<number> => {
      const { rows } = await database.pool.query(
        "select extract(epoch from locked_until - clock_timestamp())::float as left from idempotency_keys where key = 'k6'",
      )
      return rows[0]?.left
    }
    expect(await secondsLeft()).toBeGreaterThan(5)
    expect(await secondsLeft()).toBeLessThanOrEqual(30)
    await endLease('k6')
    expect(await secondsLeft()).toBeLessThanOrEqual(0)
    await vi.waitFor(() => expect(leaseClock.sleeping).toBe(1), { timeout: 20_000 })
    await leaseClock.advance(5_000)
    await vi.waitFor(async () => expect(await secondsLeft()).toBeGreaterThan(5), { timeout: 20_000 })
    await keys.store(request, { status: 200, body: '{}' })
    expect(leaseClock.sleeping).toBe(0)
  })

  const requestOf = (key: string) => ({
    caller: { keyId: 'key_x', workspaceId: ours.workspaceId, scopes: [] },
    key,
    operation: 'x',
    hash: new Uint8Array(32),
  })
  const endLease = (key: string) =>
    world.database.pool.query('update idempotency_keys set locked_until = clock_timestamp() where key = $1', [
      key,
    ])
})

test('pages go on where they ended, and only our cursors are taken', async () => {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`
    const page: { json: { data: { id: string }[]; next_cursor: string | null } } = await world.call(
      ours,
      'GET',
      `/v1/api-keys?limit=3${query}`,
    )
    expect(page.json.data.length).toBeLessThanOrEqual(3)
    ids.push(...page.json.data.map(({ id }) => id))
    cursor = page.json.next_cursor
  } while (cursor !== null)
  const all = (await world.call(ours, 'GET', '/v1/api-keys?limit=100')).json.data
  expect(ids).toEqual(all.map(({ id }: { id: string }) => id))
  expect(new Set(ids).size).toBe(ids.length)
  for (const forged of [
    'abc',
    Buffer.from("v1:' or 1=1").toString('base64url'),
    Buffer.from('v1:').toString('base64url'),
  ])
    expect((await world.call(ours, 'GET', `/v1/api-keys?cursor=${forged}`)).json.code).toBe('invalid_cursor')
})
