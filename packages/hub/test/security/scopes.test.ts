import { API_SCOPES, type ApiScope } from '@tockwork/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations, requestFor, TwoTenants } from './two-tenants.ts'

let world: TwoTenants
/** Without that one scope, and with it alone; of keys that a tenant can have. */
const without = new Map<ApiScope, string>()
const only = new Map<ApiScope, string>()
const OF_A_TENANT = API_SCOPES.filter((scope) => scope !== 'workspaces:write')

beforeAll(async () => {
  world = await TwoTenants.start()
  for (const scope of OF_A_TENANT) {
    without.set(
      scope,
      await world.keyWith(
        world.a,
        OF_A_TENANT.filter((other) => other !== scope),
      ),
    )
    only.set(scope, await world.keyWith(world.a, [scope]))
  }
}, 60_000)
afterAll(() => world?.close())

const named = (kept: (typeof operations)[number][]) =>
  kept.map((operation) => [operation.id, operation] as const)
const scoped = operations.filter(({ scope }) => scope !== null && scope !== 'public')

describe('every operation', () => {
  test.each(named([...operations].filter(({ scope }) => scope !== 'public')))(
    '%s: needs a key, and one that is whole',
    async (_id, operation) => {
      const { path, body } = requestFor(operation, world.a.ids)
      const { key } = world.a
      const last = key.endsWith('0') ? '1' : '0'
      for (const wrong of [
        null,
        'x',
        key.slice(0, -1),
        key.slice(0, -1) + last,
        key.replace('live', 'test'),
        key.toLowerCase(),
      ]) {
        const answer = await world.call(wrong, operation.method, path, body)
        expect([answer.status, answer.json?.code]).toEqual([401, 'unauthenticated'])
      }
    },
  )

  test.each(named(scoped))(
    '%s: is refused to a key that has every scope but its own, and changes nothing',
    async (_id, operation) => {
      const scope = operation.scope as ApiScope
      const { path, body } = requestFor(operation, world.a.ids)
      const before = await world.stored()
      const key = without.get(scope) ?? world.a.key
      const answer = await world.call(
        key,
        operation.method,
        path,
        body,
        operation.body === 'stream' ? { 'content-type': 'application/octet-stream' } : {},
      )
      expect([answer.status, answer.json?.code], answer.text).toEqual([403, 'scope_missing'])
      expect(answer.json.detail).toContain(scope)
      expect(await world.stored()).toEqual(before)
    },
  )

  test.each(named(scoped.filter(({ scope }) => scope !== 'workspaces:write')))(
    '%s: is open to a key with that scope alone',
    async (_id, operation) => {
      const nowhere = Object.fromEntries(
        Object.entries(world.a.ids).map(([name, id]) => [name, id.replace(/[0-9A-Z]{26}$/, '0'.repeat(26))]),
      )
      const { path, body } = requestFor(operation, nowhere)
      const answer = await world.call(
        only.get(operation.scope as ApiScope) ?? '',
        operation.method,
        path,
        body,
      )
      expect([401, 403, 500], answer.text).not.toContain(answer.status)
    },
  )
})

describe('a key', () => {
  test('hands on no more than it has, whichever way it is asked', async () => {
    const { a } = world
    const few = await world.keyWith(a, ['keys:read', 'keys:write', 'posts:read'])
    for (const scopes of [['posts:write'], ['workspaces:write'], ['posts:read', 'accounts:read']])
      expect(await world.call(few, 'POST', '/v1/api-keys', { name: 'more', scopes })).toMatchObject({
        status: 403,
      })
    expect(
      (await world.call(a.key, 'POST', '/v1/api-keys', { name: 'all', scopes: ['workspaces:write'] })).status,
    ).toBe(403)
    // Rotating one that can do more would hand its powers on.
    const keys = await world.must(a.key, 'GET', '/v1/api-keys?limit=100')
    const first = keys.data.find(({ name }: { name: string }) => name === 'first key')
    const stolen = await world.call(few, 'POST', `/v1/api-keys/${first.id}/rotate`, {})
    expect([stolen.status, stolen.text.includes('twk_live_')]).toEqual([403, false])
    // And a test key makes no live one.
    const live = await world.call(a.testKey, 'POST', '/v1/api-keys', {
      name: 'live',
      mode: 'live',
      scopes: ['posts:read'],
    })
    expect(live.status === 403 || live.json?.mode === 'test', live.text).toBe(true)
  })

  test('that was ended is over at once, and an answer kept for it is given to no one', async () => {
    const made = await world.must(world.a.key, 'POST', '/v1/api-keys', {
      name: 'brief',
      scopes: ['posts:read'],
    })
    expect((await world.call(made.key, 'GET', '/v1/posts')).status).toBe(200)
    await world.call(world.a.key, 'DELETE', `/v1/api-keys/${made.id}`)
    expect((await world.call(made.key, 'GET', '/v1/posts')).status).toBe(401)
  })

  test('stands in no answer but the one that made it, and in no line of the log', async () => {
    for (const { method, path, params } of operations) {
      if (method !== 'GET' || params !== undefined) continue
      expect((await world.call(world.a.key, 'GET', path)).text).not.toMatch(/twk_(live|test)_[0-9A-Za-z]{30}/)
    }
    const log = world.lines.join('')
    expect(log.length).toBeGreaterThan(1000)
    for (const secret of [world.a.key, world.a.testKey, world.adminKey, 'tw-demo-secret'])
      expect(log.includes(secret)).toBe(false)
    expect(log).not.toMatch(/act\.[A-Za-z0-9]{8}|rft\.[A-Za-z0-9]{8}/)
  })
})
