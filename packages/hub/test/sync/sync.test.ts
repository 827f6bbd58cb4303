import { accountDataOperations } from '@tockwork/api'
import { cryptoRandom } from '@tockwork/kernel'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RateGovernor } from '../../src/governor/governor.ts'
import { createServer } from '../../src/http/server.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { dayOf, storePoints, thinPoints } from '../../src/storage/metrics.ts'
import { createSyncServices } from '../../src/sync/services.ts'
import { syncDue } from '../../src/sync/sync-due.ts'
import { AccountWorld, type Process, type Tenant } from '../account-world.ts'

const DAY = 86_400

let world: AccountWorld
let tenant: Tenant
let server: FastifyInstance
let sync: ReturnType<typeof createSyncServices>

function syncOf({ services }: Process, holder: string) {
  const { clock } = world.emulator
  const { db } = world.database
  const governor = new RateGovernor({ db, clock, time: 'clock' })
  const { platforms, tokens } = services
  const parts = { db, clock, random: cryptoRandom, log: silentLog, holder, governor, platforms, tokens }
  return createSyncServices(parts)
}

beforeEach(async () => {
  world = await AccountWorld.start()
  tenant = await world.tenant()
  sync = syncOf(world.process, 'one')
  server = await createServer({
    operations: accountDataOperations,
    handlers: sync.handlers,
    plainRoutes: [],
    access: world.services.apiKeys,
    idempotency: world.services.idempotency,
    metrics: new Metrics({ process: false }),
    log: createLogger({ level: 'error', destination: { write: (line: string) => console.error(line) } }),
    clock: world.emulator.clock,
    random: cryptoRandom,
    checks: {},
    version: '0.0.0',
  })
})

afterEach(async () => {
  await server.close()
  await world.close()
})

async function call(method: 'GET' | 'POST', url: string) {
  const headers = { authorization: `Bearer ${tenant.key}` }
  const answer = await server.inject({ method, url, headers })
  return { status: answer.statusCode, json: answer.json() }
}

const of = (id: string, what: string) => `/v1/connected-accounts/${id}/${what}`
const run = () => world.whileMoving(syncDue(sync.syncDueParts))
const listCalls = () => world.emulator.requests().filter(({ endpoint }) => endpoint === 'display.videoList')

async function allVideos(id: string) {
  const found = []
  let cursor = ''
  for (;;) {
    const { json } = await call('GET', of(id, `videos?limit=20${cursor}`))
    found.push(...json.data)
    if (json.next_cursor === null) return found
    cursor = `&cursor=${json.next_cursor}`
  }
}

test('reads 34 videos over pages, a new one later, marks what is gone, and keeps a point a day', async () => {
  const id = await world.connect(tenant, 'mika')
  expect(await run()).toMatchObject({ claimed: 1, done: 1 })
  expect(listCalls()).toHaveLength(2)
  const videos = await allVideos(id)
  expect(new Set(videos.map(({ id: video }) => video)).size).toBe(34)
  expect(videos[0]).toMatchObject({ gone_at: null, source: { call: 'display.videoList' } })
  const profile = (await call('GET', of(id, 'profile'))).json
  expect(profile).toMatchObject({
    profile: { username: 'mika', video_count: 34 },
    source: { call: 'display.userInfo' },
    sync: { state: 'scheduled', skipped: [] },
  })

  const rows = world.emulator.world.videos
  const [first] = [...rows.values()].filter(({ creator }) => creator === 'mika')
  if (first === undefined) throw new Error('mika has no video')
  rows.put({ ...first, id: '7399999999999999999', createdAt: world.emulator.clock.now(), title: 'new' })
  rows.put({ ...first, public: false })
  for (let day = 0; day < 3; day += 1) {
    await world.emulator.advance(DAY)
    expect(await run()).toMatchObject({ done: 1 })
  }
  const later = await allVideos(id)
  expect(later).toHaveLength(35)
  expect(later.filter(({ gone_at }) => gone_at !== null).map(({ id: video }) => video)).toEqual([first.id])
  const history = (await call('GET', '/v1/videos/7399999999999999999/metrics')).json.data
  const views = history.map((point: { views: number }) => point.views)
  expect(views).toHaveLength(3)
  expect(views).toEqual([...views].sort((a, b) => a - b))
  expect(views[2]).toBeGreaterThan(views[0])
  const followers = (await call('GET', of(id, 'metrics?granularity=day'))).json.data
  expect(followers).toHaveLength(4)
  expect(followers[3].followers).toBeGreaterThan(followers[0].followers)
})

test('a crash between pages goes on with the next page, and a 429 is waited for', async () => {
  const id = await world.connect(tenant, 'mika')
  world.emulator.addFault({
    match: { endpoint: 'display.videoList', nth: 2 },
    times: 1,
    action: { status: 429, code: 'rate_limit_exceeded' },
  })
  expect(await run()).toMatchObject({ waiting: 1 })
  expect(await allVideos(id)).toHaveLength(20)
  const standing = (await call('GET', of(id, 'sync'))).json
  expect(standing).toMatchObject({ state: 'scheduled', last_failure: 'rate_limit_exceeded' })
  expect(Date.parse(standing.runs_at)).toBeGreaterThan(world.emulator.clock.now())
  expect(await run()).toMatchObject({ claimed: 0 })
  // A wish does not cut the pause short that the 429 asked for.
  expect((await call('POST', of(id, 'sync'))).json.runs_at).toBe(standing.runs_at)
  expect(await run()).toMatchObject({ claimed: 0 })

  // The process that goes on dies with its page unwritten: its lease runs out.
  await world.emulator.advance(600)
  const broken = { ...sync.syncDueParts, reading: { videos: () => Promise.reject(new Error('killed')) } }
  expect(await syncDue(broken as never)).toMatchObject({ failed: 1 })
  expect(await run()).toMatchObject({ claimed: 0 })
  await world.emulator.advance(61)
  const before = listCalls().length
  expect(await run()).toMatchObject({ done: 1 })
  expect(listCalls().length - before).toBe(1)
  expect(await allVideos(id)).toHaveLength(34)
})

test('without video.list videos are left out, and it says why; only granted fields are asked for', async () => {
  const id = await world.connect(tenant, 'lane', {}, ['video.list', 'user.info.stats'])
  expect(await run()).toMatchObject({ done: 1 })
  expect(listCalls()).toHaveLength(0)
  const { profile, sync: standing } = (await call('GET', of(id, 'profile'))).json
  expect(profile.username).toBe('lane')
  expect(profile).not.toHaveProperty('follower_count')
  expect(standing.skipped).toEqual([
    { part: 'stats', reason: 'scope_missing', scope: 'user.info.stats' },
    { part: 'videos', reason: 'scope_missing', scope: 'video.list' },
  ])
})

test('two processes never read one account at once; a wish comes five minutes after the last reading', async () => {
  const id = await world.connect(tenant, 'mika')
  const other = syncOf(world.anotherProcess('two'), 'two')
  const reports = await world.whileMoving(
    Promise.all([syncDue(sync.syncDueParts), syncDue(other.syncDueParts)]),
  )
  expect(reports.map(({ claimed }) => claimed).sort()).toEqual([0, 1])
  expect(listCalls()).toHaveLength(2)
  const now = world.emulator.clock.now()
  const wish = await call('POST', of(id, 'sync'))
  expect(wish.status).toBe(202)
  expect(Date.parse(wish.json.runs_at) - now).toBe(300_000)
  expect((await call('POST', of(id, 'sync'))).json.runs_at).toBe(wish.json.runs_at)
})

test('an erased account leaves nothing, and no reading under way writes afterwards', async () => {
  const id = await world.connect(tenant, 'mika')
  await run()
  const erased = await world.call(tenant, 'DELETE', `/v1/connected-accounts/${id}`)
  expect(erased.json.erased).toMatchObject({ videos: 34, metric_points: 35 })
  for (const table of ['account_syncs', 'profiles', 'videos', 'metric_points'] as const)
    expect(await world.database.db.selectFrom(table).selectAll().execute()).toEqual([])
  expect(await run()).toMatchObject({ claimed: 0 })
  expect((await call('POST', of(id, 'sync'))).status).toBe(409)
})

test('points older than 90 days are thinned to one a week', async () => {
  const id = await world.connect(tenant, 'mika')
  const { db } = world.database
  const now = world.emulator.clock.now()
  for (let ago = 150; ago >= 0; ago -= 1)
    await db
      .transaction()
      .execute((tx) => storePoints(tx, id, now - ago * DAY * 1000, [{ videoId: '1', counts: { views: 1 } }]))
  await thinPoints(db, id, now)
  expect(await thinPoints(db, id, now)).toBe(0)
  const days = await db.selectFrom('metric_points').select('at').execute()
  const recent = days.filter(({ at }) => dayOf(at.getTime()) >= dayOf(now - 90 * DAY * 1000))
  expect(recent).toHaveLength(91)
  expect(days.length - recent.length).toBeLessThanOrEqual(10)
  expect(days.length - recent.length).toBeGreaterThanOrEqual(8)
})
