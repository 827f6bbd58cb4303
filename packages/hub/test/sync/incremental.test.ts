import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AccountReading } from '../../src/sync/account-reading.ts'
import { of, SyncWorld } from './sync-world.ts'

let world: SyncWorld

beforeEach(async () => {
  world = await SyncWorld.start()
})
afterEach(() => world.close())

const HOUR = 3_600
const DAY = 24 * HOUR
const TABLES = ['account_syncs', 'profiles', 'videos', 'metric_points'] as const

/** A video every three days for 300 days: five pages, of which half a page is recent. */
const AGES = Array.from({ length: 100 }, (_, index) => 0.5 + index * 3)
const connect = (user = 'mika') => world.accounts.connect(world.tenant, user)

async function dueIn(id: string): Promise<number> {
  const { json } = await world.call('GET', of(id, 'sync'))
  return (Date.parse(json.runs_at) - world.now()) / 1000
}

function tiktokReading(): AccountReading {
  const reading = world.sync.syncDueParts.readingOf('tiktok')
  if (reading === undefined) throw new Error('TikTok is not read')
  return reading
}

/** Moves the clock to the next reading and does it; answers how many pages it took. */
async function next(id: string): Promise<number> {
  await world.emulator.advance(Math.max(0, await dueIn(id)))
  const before = world.listCalls()
  expect(await world.run()).toMatchObject({ done: 1 })
  return world.listCalls() - before
}

async function goneIds(id: string): Promise<string[]> {
  const videos = await world.allVideos(id)
  return videos.filter(({ gone_at }) => gone_at !== null).map(({ id: video }) => video)
}

test('reads recent videos often and all of them once a week, and notices at each what is gone of it', async () => {
  const videos = world.give('mika', AGES)
  const id = await connect()
  expect(await next(id)).toBe(5)
  expect(await world.allVideos(id)).toHaveLength(100)
  // The newest video is half a day old: counters move, and it is read every three hours, a fifth more or less.
  expect(await dueIn(id)).toBeGreaterThanOrEqual(2.4 * HOUR)
  expect(await dueIn(id)).toBeLessThanOrEqual(3.6 * HOUR)

  world.hide(videos[3] ?? '')
  world.hide(videos[90] ?? '')
  expect(await next(id)).toBe(1)
  expect(await goneIds(id)).toEqual([videos[3]])
  const pages = []
  const started = world.now()
  while ((await goneIds(id)).length === 1) pages.push(await next(id))
  expect(pages.at(-1)).toBe(5)
  expect(new Set(pages.slice(0, -1))).toEqual(new Set([1]))
  expect((world.now() - started) / 1000).toBeGreaterThan(6 * DAY)
  expect((world.now() - started) / 1000).toBeLessThan(8 * DAY)
  // Two days without a new one: twice a day.
  expect(await dueIn(id)).toBeGreaterThanOrEqual(9.6 * HOUR)
  const read = (await world.allVideos(id)).find(({ id: video }) => video === videos[50])
  expect((world.now() - Date.parse(read?.source.at ?? '')) / 1000).toBeLessThan(HOUR)

  // One that is public again is no longer gone.
  const row = world.emulator.world.videos.get(videos[3] ?? '')
  if (row !== undefined) world.emulator.world.videos.put({ ...row, public: true })
  expect(await next(id)).toBe(1)
  expect(await goneIds(id)).toEqual([videos[90]])
})

test('an account without news for a month is read once a day', async () => {
  world.give('mika', [45, 60])
  const id = await connect()
  await next(id)
  expect(await dueIn(id)).toBeGreaterThanOrEqual(0.8 * DAY)
  expect(await next(id)).toBe(1)
})

test('killed at every page, it loses none and reads none twice', async () => {
  world.give('mika', AGES)
  const id = await connect()
  const reading = tiktokReading()
  let calls = 0
  const dying: AccountReading = Object.assign(Object.create(reading), {
    profile: reading.profile.bind(reading),
    videos: (...asked: Parameters<typeof reading.videos>) => {
      calls += 1
      // The answer came, and the process died before it was written down.
      if (calls % 2 === 1) return reading.videos(...asked).then(() => Promise.reject(new Error('killed')))
      return reading.videos(...asked)
    },
  })
  const shaky = { syncDueParts: { ...world.sync.syncDueParts, readingOf: () => dying } } as never
  for (let page = 1; page <= 5; page += 1) {
    expect(await world.run(shaky)).toMatchObject({ claimed: 1, failed: 1 })
    await world.emulator.advance(61)
    expect(await world.allVideos(id)).toHaveLength((page - 1) * 20)
  }
  expect(await world.run()).toMatchObject({ done: 1 })
  expect(await world.allVideos(id)).toHaveLength(100)
  // Five that were written, five that were not.
  expect(world.listCalls()).toBe(10)
})

test('an erasure in the middle of a run leaves nothing, and the run writes nothing more', async () => {
  world.give('mika', AGES)
  const id = await connect()
  const reading = tiktokReading()
  let pages = 0
  const erasing: AccountReading = Object.assign(Object.create(reading), {
    profile: reading.profile.bind(reading),
    videos: async (...asked: Parameters<typeof reading.videos>) => {
      const answer = await reading.videos(...asked)
      pages += 1
      if (pages === 3) {
        const erased = await world.accounts.call(world.tenant, 'DELETE', `/v1/connected-accounts/${id}`)
        expect(erased.json.erased).toMatchObject({ videos: 40, metric_points: 41 })
      }
      return answer
    },
  })
  const parts = { syncDueParts: { ...world.sync.syncDueParts, readingOf: () => erasing } } as never
  expect(await world.run(parts)).toMatchObject({ claimed: 1, lost: 1 })
  expect(pages).toBe(3)
  for (const table of TABLES) expect(await world.db.selectFrom(table).selectAll().execute()).toEqual([])
})

test('a grant that ends in the middle of a run stops it; connecting anew reads everything', async () => {
  world.give('mika', AGES)
  const id = await connect()
  const reading = tiktokReading()
  let pages = 0
  const ending: AccountReading = Object.assign(Object.create(reading), {
    profile: reading.profile.bind(reading),
    videos: (...asked: Parameters<typeof reading.videos>) => {
      pages += 1
      if (pages === 3) world.withdraw('mika')
      return reading.videos(...asked)
    },
  })
  const parts = { syncDueParts: { ...world.sync.syncDueParts, readingOf: () => ending } } as never
  // TikTok's no to a refresh is asked for once more before it is believed.
  for (let tries = 0; tries < 5; tries += 1) {
    await world.run(parts)
    await world.emulator.advance(120)
  }
  const standing = (await world.call('GET', of(id, 'sync'))).json
  expect(standing).toMatchObject({ state: 'stopped', runs_at: null })
  expect(await world.allVideos(id)).toHaveLength(40)
  expect((await world.call('POST', of(id, 'sync'))).json).toMatchObject({ code: 'account_not_connected' })
  const asked = world.listCalls()
  await world.emulator.advance(30 * DAY)
  expect(await world.run()).toMatchObject({ claimed: 0 })
  expect(world.listCalls()).toBe(asked)

  expect(await connect()).toBe(id)
  expect(await next(id)).toBe(5)
  expect(await world.allVideos(id)).toHaveLength(100)
})

test('videos are refreshed at once: counters, covers, and what is gone', async () => {
  const videos = world.give('mika', AGES)
  const id = await connect()
  await next(id)
  const [first = '', second = ''] = videos
  const before = (await world.allVideos(id))[0]
  expect(Date.parse(before.cover_expires_at) - Date.parse(before.source.at)).toBe(6 * HOUR * 1000)
  await world.emulator.advance(7 * HOUR)
  world.hide(second)
  const foreign = [...world.emulator.world.videos.values()].find(({ creator }) => creator !== 'mika')?.id
  const answer = await world.call('POST', of(id, 'videos/refresh'), {
    video_ids: [first, second, first, foreign],
  })
  expect(answer.status).toBe(200)
  expect(answer.json.data).toMatchObject([
    { id: first, gone_at: null, source: { call: 'display.videoQuery' } },
    { id: second, gone_at: new Date(world.now()).toISOString() },
  ])
  const [now] = answer.json.data
  expect(Date.parse(now.cover_expires_at)).toBe(world.now() + 6 * HOUR * 1000)
  expect(now.video.view_count).toBeGreaterThanOrEqual(before.video.view_count)
  const { data } = (await world.call('GET', `/v1/videos/${first}/metrics`)).json
  expect(data.at(-1)).toMatchObject({ read_at: now.source.at, views: now.video.view_count })
})

test('a refresh is refused with the reason: scope, window, 429, ids', async () => {
  const videos = world.give('mika', [1, 2])
  const id = await connect()
  const refresh = (account: string, ids: unknown[] = videos) =>
    world.call('POST', of(account, 'videos/refresh'), { video_ids: ids })
  expect((await refresh(id, [])).status).toBe(400)
  expect(
    (
      await refresh(
        id,
        Array.from({ length: 21 }, (_, n) => String(n)),
      )
    ).status,
  ).toBe(400)
  expect((await refresh(id, ['1; drop'])).status).toBe(400)
  const narrow = await world.accounts.connect(world.tenant, 'lane', {}, ['video.list'])
  expect(await refresh(narrow)).toMatchObject({ status: 409, json: { code: 'account_scope_missing' } })

  world.emulator.addFault({
    match: { endpoint: 'display.videoQuery' },
    times: 1,
    action: { status: 429, code: 'rate_limit_exceeded' },
  })
  const limited = await world.accounts.whileMoving(refresh(id))
  expect(limited).toMatchObject({ status: 429, json: { code: 'too_many_requests' } })
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
  // What TikTok asked for holds for the next caller too, who does not ask TikTok in vain.
  const asked = world.emulator.requests().length
  expect((await world.accounts.whileMoving(refresh(id))).status).toBe(429)
  expect(world.emulator.requests()).toHaveLength(asked)
})

test('background readings do not take the room of a person', async () => {
  const videos = world.give('mika', AGES)
  const id = await connect()
  const appId = world.tenant.appId
  // A window of one call, which readings of the background queue for.
  const { videosById } = tiktokReading().calls
  const rule = { ...videosById.rule, requests: 1 }
  const call = (lane: 'background' | 'person', ticket: string) =>
    world.governor.take({ appId, accountId: id, rule, lane, ticket })
  expect(await call('background', 'first')).toMatchObject({ granted: true })
  expect(await call('background', 'second')).toMatchObject({ granted: false })
  const person = await call('person', 'person')
  expect(person).toMatchObject({ granted: false })
  await world.emulator.advance(62)
  expect(await call('background', 'second')).toMatchObject({ granted: false })
  expect(await call('person', 'person')).toMatchObject({ granted: true })
  // Readings and refreshes have windows of their own to begin with.
  expect(videos).toHaveLength(100)
  expect(videosById.rule.endpoint).not.toBe('display.videoList')
})
