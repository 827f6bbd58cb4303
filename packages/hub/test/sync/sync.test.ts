import { afterEach, beforeEach, expect, test } from 'vitest'
import { Metrics } from '../../src/observability/metrics.ts'
import { ACCOUNT, dayOf, storePoints, thinPoints } from '../../src/storage/metrics.ts'
import { syncDue } from '../../src/sync/sync-due.ts'
import { watchSync } from '../../src/sync/watch-sync.ts'
import { of, SyncWorld } from './sync-world.ts'

const DAY = 86_400

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})
afterEach(() => world.close())

const call: SyncWorld['call'] = (...args) => world.call(...args)
const run = () => world.run()

test('reads 34 videos over pages, a new one later, marks what is gone, and keeps a point a day', async () => {
  const id = await world.accounts.connect(world.tenant, 'mika')
  expect(await run()).toMatchObject({ claimed: 1, done: 1 })
  expect(world.listCalls()).toBe(2)
  const videos = await world.allVideos(id)
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
  const later = await world.allVideos(id)
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
  const id = await world.accounts.connect(world.tenant, 'mika')
  world.emulator.addFault({
    match: { endpoint: 'display.videoList', nth: 2 },
    times: 1,
    action: { status: 429, code: 'rate_limit_exceeded' },
  })
  expect(await run()).toMatchObject({ waiting: 1 })
  expect(await world.allVideos(id)).toHaveLength(20)
  const standing = (await call('GET', of(id, 'sync'))).json
  expect(standing).toMatchObject({ state: 'scheduled', last_failure: 'rate_limit_exceeded' })
  expect(Date.parse(standing.runs_at)).toBeGreaterThan(world.emulator.clock.now())
  expect(await run()).toMatchObject({ claimed: 0 })
  // A wish does not cut the pause short that the 429 asked for.
  expect((await call('POST', of(id, 'sync'))).json.runs_at).toBe(standing.runs_at)
  expect(await run()).toMatchObject({ claimed: 0 })

  // The process that goes on dies with its page unwritten: its lease runs out.
  await world.emulator.advance(600)
  const broken = {
    ...world.sync.syncDueParts,
    readingOf: () =>
      Object.assign(Object.create(world.sync.syncDueParts.readingOf('tiktok') ?? {}), {
        videos: () => Promise.reject(new Error('killed')),
      }),
  }
  expect(await syncDue(broken as never)).toMatchObject({ failed: 1 })
  expect(await run()).toMatchObject({ claimed: 0 })
  await world.emulator.advance(61)
  const before = world.listCalls()
  expect(await run()).toMatchObject({ done: 1 })
  expect(world.listCalls() - before).toBe(1)
  expect(await world.allVideos(id)).toHaveLength(34)
})

test('without video.list videos are left out, and it says why; only granted fields are asked for', async () => {
  const id = await world.accounts.connect(world.tenant, 'lane', {}, ['video.list', 'user.info.stats'])
  expect(await run()).toMatchObject({ done: 1 })
  expect(world.listCalls()).toBe(0)
  const { profile, sync: standing } = (await call('GET', of(id, 'profile'))).json
  expect(profile.username).toBe('lane')
  expect(profile).not.toHaveProperty('follower_count')
  expect(standing.skipped).toEqual([
    { part: 'stats', reason: 'scope_missing', scope: 'user.info.stats' },
    { part: 'videos', reason: 'scope_missing', scope: 'video.list' },
  ])
})

test('two processes never read one account at once; a wish comes five minutes after the last reading', async () => {
  const id = await world.accounts.connect(world.tenant, 'mika')
  const other = world.another('two')
  const reports = await world.accounts.whileMoving(
    Promise.all([syncDue(world.sync.syncDueParts), syncDue(other.syncDueParts)]),
  )
  expect(reports.map(({ claimed }) => claimed).sort()).toEqual([0, 1])
  expect(world.listCalls()).toBe(2)
  const now = world.emulator.clock.now()
  const wish = await call('POST', of(id, 'sync'))
  expect(wish.status).toBe(202)
  expect(Date.parse(wish.json.runs_at) - now).toBe(300_000)
  expect((await call('POST', of(id, 'sync'))).json.runs_at).toBe(wish.json.runs_at)
})

test('an erased account leaves nothing, and no reading under way writes afterwards', async () => {
  const id = await world.accounts.connect(world.tenant, 'mika')
  await run()
  const erased = await world.accounts.call(world.tenant, 'DELETE', `/v1/connected-accounts/${id}`)
  expect(erased.json.erased).toMatchObject({ videos: 34, metric_points: 35 })
  for (const table of ['account_syncs', 'profiles', 'videos', 'metric_points'] as const)
    expect(await world.db.selectFrom(table).selectAll().execute()).toEqual([])
  expect(await run()).toMatchObject({ claimed: 0 })
  expect((await call('POST', of(id, 'sync'))).status).toBe(409)
})

test('points older than 90 days are thinned to one a week, older than a year to one a month', async () => {
  const id = await world.accounts.connect(world.tenant, 'mika')
  const { db } = world
  const now = world.emulator.clock.now()
  for (let ago = 150; ago >= 0; ago -= 1)
    await db
      .transaction()
      .execute((tx) =>
        storePoints(tx, id, now - ago * DAY * 1000, [{ videoId: ACCOUNT, counts: { followers: ago } }]),
      )
  await thinPoints(db, id, now)
  expect(await thinPoints(db, id, now)).toBe(0)
  const days = await db.selectFrom('metric_points').select('at').execute()
  const recent = days.filter(({ at }) => dayOf(at.getTime()) >= dayOf(now - 90 * DAY * 1000))
  expect(recent).toHaveLength(91)
  expect(days.length - recent.length).toBeLessThanOrEqual(10)
  expect(days.length - recent.length).toBeGreaterThanOrEqual(8)
  const later = now + 400 * DAY * 1000
  await thinPoints(db, id, later)
  expect(await thinPoints(db, id, later)).toBe(0)
  const months = await db.selectFrom('metric_points').select('at').orderBy('at').execute()
  const names = months.map(({ at }) => at.toISOString().slice(0, 7))
  expect(names).toEqual(['2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11'])
  const from = '2026-06-01&to=2026-12-31'
  const shown = (await call('GET', of(id, `metrics?granularity=month&from=${from}`))).json
  expect(shown.granularity).toBe('month')
  expect(shown.data.map(({ day }: { day: string }) => day)).toEqual(names.map((name) => `${name}-01`))
  // Of what the weeks left: the Sunday 25 October, 30 days before; the next one is in November.
  expect(shown.data[4]).toMatchObject({ read_at: '2026-10-25T12:00:00.000Z', followers: 30 })
})

test('the metrics say how many accounts wait, and how long', async () => {
  await world.accounts.connect(world.tenant, 'mika')
  await world.accounts.connect(world.tenant, 'lane')
  const metrics = new Metrics({ process: false })
  watchSync({ db: world.db, clock: world.emulator.clock }, metrics)
  await world.emulator.advance(90)
  expect((await metrics.text()).body).toMatch(
    /tockwork_sync_due_accounts 2\n[\s\S]*tockwork_sync_lag_seconds 90\n/,
  )
  await run()
  expect((await metrics.text()).body).toMatch(
    /tockwork_sync_due_accounts 0\n[\s\S]*tockwork_sync_lag_seconds 0\n/,
  )
})
