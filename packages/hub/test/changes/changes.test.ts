/** The change watch on a real database: what was called, what touches it, the calendar, and the events before a day comes. */
import { changeOperations, WEBHOOK_EVENTS } from '@tockwork/api'
import { cryptoRandom, Secret } from '@tockwork/kernel'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChangeServices } from '../../src/changes/services.ts'
import { createServer } from '../../src/http/server.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { noteCalls } from '../../src/storage/changes.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { allChanges, type Change } from '../../src/tiktok/changes.ts'
import { TikTokPlatform } from '../../src/tiktok/platform.ts'
import { WebhookEndpoints } from '../../src/webhooks/endpoints.ts'
import { AccountWorld, type Tenant } from '../account-world.ts'

let world: AccountWorld
let server: FastifyInstance
let tenant: Tenant
let other: Tenant
let changes: ReturnType<typeof createChangeServices>
const DAY_S = 86_400

const change = (id: string, due: string | null, endpoints: string[]): Change => ({
  id,
  kind: 'ends',
  date: due,
  announced: null,
  what: `${id} ends.`,
  action: 'Call another.',
  due,
  touches: { endpoints, addresses: [], fields: [] },
  source: 'https://developers.tiktok.com/doc/changelog',
  provenance: 'documented',
})
/** The world's day is 2026-11-24. */
const planned = [
  change('list-ends', '2027-02-01', ['display.videoList']),
  change('query-ends', '2027-02-01', ['display.videoQuery']),
  change('renewal-changes', '2026-12-10', ['oauth.refreshToken']),
  change('renewal-changed', '2026-11-01', ['oauth.refreshToken']),
  change('some-day', null, ['display.videoList']),
]

beforeAll(async () => {
  world = await AccountWorld.start()
  const { database, emulator } = world
  const log = createLogger({ level: 'fatal' })
  const parts = {
    db: database.db,
    unitOfWork: createUnitOfWork(database.db, { send: async () => null }),
    clock: emulator.clock,
    random: cryptoRandom,
    log,
    publicUrl: world.origin,
  }
  changes = createChangeServices({ ...parts, changes: () => planned })
  server = await createServer({
    operations: changeOperations,
    handlers: changes.handlers,
    plainRoutes: changes.plainRoutes,
    access: world.services.apiKeys,
    idempotency: world.services.idempotency,
    metrics: new Metrics({ process: false }),
    log,
    clock: emulator.clock,
    random: cryptoRandom,
    checks: {},
    version: '0.0.0',
  })
  tenant = await world.tenant()
  other = await world.tenant('Other')
}, 60_000)
afterAll(async () => {
  await server?.close()
  await world?.close()
})

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, by = tenant) {
  const answer = await server.inject({ method, url, headers: { authorization: `Bearer ${by.key}` } })
  return { status: answer.statusCode, text: answer.body, headers: answer.headers }
}
const listed = async (query = '', by = tenant) =>
  (JSON.parse((await call('GET', `/v1/changes${query}`, by)).text) as { data: Record<string, unknown>[] })
    .data

test('what the platform calls is known after it was written down, of the workspace that called', async () => {
  const { emulator } = world
  const platform = new TikTokPlatform({
    clientKey: 'tw-demo-app',
    clientSecret: new Secret('tw-demo-secret'),
    origin: emulator.origin,
    clock: emulator.clock,
    random: cryptoRandom,
    onCall: (endpoint) => changes.calls.note(tenant.workspaceId, tenant.appId, endpoint),
  })
  const refused = await platform.refresh({
    accessToken: new Secret('a'),
    refreshToken: new Secret('made-up'),
    scopes: [],
    externalId: 'x',
    obtainedAt: 0,
    expiresAt: 0,
    refreshExpiresAt: 0,
  } as never)
  expect(refused.ok).toBe(false)
  expect(await listed()).toEqual([])
  await changes.calls.flush()
  expect(await listed()).toMatchObject([
    {
      id: 'renewal-changes',
      days_left: 16,
      used: [{ app_id: tenant.appId, endpoint: 'oauth.refreshToken' }],
    },
    { id: 'renewal-changed', days_left: -23 },
  ])
  expect(await listed('?since=2026-11-24')).toMatchObject([{ id: 'renewal-changes' }])
  expect((await listed('?scope=all')).map(({ id, used }) => [id, (used as []).length])).toEqual([
    ['list-ends', 0],
    ['query-ends', 0],
    ['renewal-changes', 1],
    ['renewal-changed', 1],
    ['some-day', 0],
  ])
  expect(await listed('', other)).toEqual([])
  expect((await call('GET', '/v1/changes?since=yesterday')).status).toBe(400)
})

test('a call is noted once an hour; one of an app that is gone is left out', async () => {
  const { db } = world.database
  const at = world.emulator.clock.now()
  const one = { workspaceId: tenant.workspaceId, appId: tenant.appId, endpoint: 'display.videoList', at }
  await noteCalls(db, [one, { ...one, appId: 'app_gone' }, { ...one, workspaceId: other.workspaceId }])
  changes.calls.note(tenant.workspaceId, tenant.appId, 'display.videoList')
  await noteCalls(db, [{ ...one, at: at + 5000 }])
  await changes.calls.flush()
  const rows = await db
    .selectFrom('called_endpoints')
    .selectAll()
    .where('endpoint', '=', 'display.videoList')
    .execute()
  expect(
    rows.map((row) => [row.app_id, row.first_called_at.getTime(), row.last_called_at.getTime()]),
  ).toEqual([[tenant.appId, at, at + 5000]])
})

test('an event when 90, 30 and 7 days are left, once each, by any number of processes', async () => {
  const { clock } = world.emulator
  const { db } = world.database
  const endpoints = new WebhookEndpoints({
    unitOfWork: createUnitOfWork(db, { send: async () => null }),
    vault: world.vault,
    clock,
    random: cryptoRandom,
    rules: { toLoopback: true },
  })
  const wish = { url: 'http://127.0.0.1:9/hooks', description: null, events: [], environment: null }
  await endpoints.create(tenant.workspaceId, wish, 'test', async () => undefined)
  const told = async (): Promise<[string, number][]> => {
    const rows = await db
      .selectFrom('webhook_events')
      .where('type', '=', 'api_change.due')
      .selectAll()
      .execute()
    for (const { data } of rows) WEBHOOK_EVENTS['api_change.due'].data.strict().parse(data)
    return rows
      .map(({ data }) => data as { change_id: string; days_left: number })
      .map(({ change_id, days_left }): [string, number] => [change_id, days_left])
      .sort((a, b) => a[0].localeCompare(b[0]) || b[1] - a[1])
  }
  await Promise.all([changes.watch.tell(), changes.watch.tell()])
  const first: [string, number][] = [
    ['list-ends', 69],
    ['renewal-changes', 16],
  ]
  expect(await told()).toEqual(first)
  await changes.watch.tell()
  expect(await told()).toEqual(first)
  clock.advance(10 * DAY_S * 1000)
  await changes.watch.tell()
  expect(await told()).toEqual([...first, ['renewal-changes', 6]])
  clock.advance(31 * DAY_S * 1000)
  await changes.watch.tell()
  expect(await told()).toEqual([
    ['list-ends', 69],
    ['list-ends', 28],
    ...first.slice(1),
    ['renewal-changes', 6],
  ])
})

test('a calendar by an address that nobody guesses; another one ends it, and so does deleting it', async () => {
  const made = await call('POST', '/v1/change-calendar')
  expect(made.status).toBe(201)
  const { url } = JSON.parse(made.text) as { url: string }
  expect(url).toMatch(/^http:\/\/localhost:4848\/calendars\/[\w-]{43}\.ics$/)
  const { pathname } = new URL(url)
  const get = (path: string) => server.inject({ method: 'GET', url: path })
  const calendar = await get(pathname)
  expect(calendar.statusCode).toBe(200)
  expect(calendar.headers['content-type']).toBe('text/calendar; charset=utf-8')
  expect(calendar.body).toContain('UID:list-ends@tockwork')
  // What is not in use is in nobody's calendar.
  expect(calendar.body).not.toContain('query-ends')
  const stored = await world.database.db.selectFrom('change_calendars').selectAll().execute()
  expect(JSON.stringify(stored)).not.toContain(pathname.slice(11, 54))
  for (const path of ['/calendars/x.ics', `/calendars/${'A'.repeat(43)}.ics`, pathname.slice(0, -4)])
    expect((await get(path)).statusCode).toBe(404)
  const second = JSON.parse((await call('POST', '/v1/change-calendar')).text) as { url: string }
  expect((await get(pathname)).statusCode).toBe(404)
  expect((await get(new URL(second.url).pathname)).statusCode).toBe(200)
  expect((await call('DELETE', '/v1/change-calendar', other)).status).toBe(404)
  expect((await call('DELETE', '/v1/change-calendar')).status).toBe(204)
  expect((await get(new URL(second.url).pathname)).statusCode).toBe(404)
})

test('what is known is of both APIs, by day', () => {
  const ids = allChanges().map(({ id }) => id)
  expect(ids).toContain('v1-end')
  expect(ids).toContain('shop-https-only')
})
