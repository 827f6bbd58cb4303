import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations, requestFor, TwoTenants } from './two-tenants.ts'

let world: TwoTenants
beforeAll(async () => {
  world = await TwoTenants.start()
}, 60_000)
afterAll(() => world?.close())

const about = operations.filter(({ params }) => params !== undefined)
const lists = operations.filter(({ method, params }) => method === 'GET' && params === undefined)

describe('things of another workspace', () => {
  test('there are operations to try, and one of everything to try them on', () => {
    expect(about.length).toBeGreaterThan(30)
    expect(Object.values(world.a.ids).every((id) => typeof id === 'string' && id.length > 10)).toBe(true)
  })

  // By name, so that an operation that is added is tried by itself.
  test.each(about.map((operation) => [operation.id, operation] as const))(
    '%s: not found, and nothing changed',
    async (_id, operation) => {
      const { path, body } = requestFor(operation, world.a.ids)
      const headers = operation.body === 'stream' ? { 'content-type': 'application/octet-stream' } : {}
      const before = await world.stored()
      for (const key of [world.b.key, world.b.testKey]) {
        const answer = await world.call(key, operation.method, path, body, headers)
        // Renaming any workspace at all is for whoever runs the installation; no tenant has that scope.
        const expected = operation.scope === 'workspaces:write' ? [403, 'scope_missing'] : [404, 'not_found']
        expect([answer.status, answer.json?.code], answer.text).toEqual(expected)
        // The same words as for something that is nowhere: an answer must not tell that it exists.
        if (operation.scope !== 'workspaces:write') {
          const nowhere = requestFor(
            operation,
            Object.fromEntries(Object.entries(world.a.ids).map(([name, id]) => [name, elsewhere(id)])),
          )
          const other = await world.call(key, operation.method, nowhere.path, nowhere.body, headers)
          expect([other.status, other.json?.detail]).toEqual([answer.status, answer.json?.detail])
        }
      }
      expect(await world.stored()).toEqual(before)
    },
  )

  test.each(lists.map((operation) => [operation.id, operation] as const))(
    '%s: shows none of them',
    async (_id, { path }) => {
      const own = await world.call(world.b.key, 'GET', path)
      expect(own.status).toBe(200)
      for (const id of Object.values(world.a.ids)) expect(own.text).not.toContain(id)
      expect(own.text).not.toMatch(/user-of-A|App of A|of A"/)
    },
  )

  test('are not found through filters, cursors, or a body that names them', async () => {
    const { a, b } = world
    for (const path of [
      `/v1/posts?account_id=${a.ids.account_id}`,
      `/v1/connected-accounts?app_id=${a.ids.app_id}`,
      `/v1/webhook-deliveries?endpoint_id=${a.ids.endpoint_id}`,
      `/v1/audit-log?subject=${a.ids.account_id}`,
      '/v1/connected-accounts?external_user_id=user-of-A',
    ]) {
      const { status, json, text } = await world.call(b.key, 'GET', path)
      expect([200, 400], `${path} ${text}`).toContain(status)
      if (status === 200) expect(json.data, path).toEqual([])
    }
    const first = await world.must(a.key, 'GET', '/v1/api-keys?limit=1')
    const turned = await world.must(b.key, 'GET', `/v1/api-keys?limit=50&cursor=${first.next_cursor}`)
    const theirs = (await world.must(a.key, 'GET', '/v1/api-keys?limit=50')).data.map(
      ({ id }: { id: string }) => id,
    )
    for (const { id } of turned.data) expect(theirs).not.toContain(id)

    const before = await world.stored()
    const tries: [string, object][] = [
      ['/v1/connect-sessions', { app_id: a.ids.app_id }],
      ['/v1/posts', { accounts: [a.ids.account_id], mode: 'draft', video: { asset_id: b.ids.asset_id } }],
      [
        '/v1/posts',
        {
          accounts: [b.ids.account_id, a.ids.account_id],
          mode: 'draft',
          video: { asset_id: b.ids.asset_id },
        },
      ],
      ['/v1/posts', { accounts: [b.ids.account_id], mode: 'draft', video: { asset_id: a.ids.asset_id } }],
    ]
    for (const [path, body] of tries) {
      const { status, text } = await world.call(b.key, 'POST', path, body)
      expect([404, 422], text).toContain(status)
      expect(text).not.toMatch(/of A|user-of-A/)
    }
    expect(await world.stored()).toEqual(before)
  })

  test('nor are answers that were kept for another workspace’s idempotency key', async () => {
    const body = { app_id: world.a.ids.app_id }
    const same = { 'idempotency-key': 'the-same-for-both' }
    const first = await world.call(world.a.key, 'POST', '/v1/connect-sessions', body, same)
    expect(first.status).toBe(201)
    const other = await world.call(world.b.key, 'POST', '/v1/connect-sessions', body, same)
    expect([other.status, other.headers.get('idempotent-replayed')]).toEqual([404, null])
    expect(other.text).not.toContain(first.json.id)
  })
})

describe('a test key', () => {
  // What an environment has: a key, an asset and the workspace belong to none.
  const ofAnEnvironment = about.filter(({ path }) =>
    /\{(app|account|post|session|endpoint|delivery)_id\}/.test(path),
  )
  test.each(ofAnEnvironment.map((operation) => [operation.id, operation] as const))(
    'does not reach what is live: %s',
    async (_id, operation) => {
      const { path, body } = requestFor(operation, world.a.ids)
      const before = await world.stored()
      const answer = await world.call(world.a.testKey, operation.method, path, body)
      expect([answer.status, answer.json?.code], answer.text).toEqual([404, 'not_found'])
      expect(await world.stored()).toEqual(before)
    },
  )
})

/** An id of the same kind that nothing has. */
function elsewhere(id: string): string {
  return id.replace(/[0-9A-Z]{26}$/, '0'.repeat(26))
}
