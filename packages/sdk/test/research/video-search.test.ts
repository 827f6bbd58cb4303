import { ManualClock } from '@tockwork/kernel'
import { TikTok } from '@tockwork/sdk'
import {
  eq,
  MemoryQuota,
  QuotaError,
  Research,
  type ResearchOptions,
  type ResearchWait,
  type SearchPosition,
  videoQueryOf,
} from '@tockwork/sdk/research'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeServer, fakeServer, type Received, type Reply, refuse } from '../fake-server.ts'
import { withClock } from '../with-clock.ts'

const query = videoQueryOf({ all: [eq('region_code', 'US')] })
const first = Date.UTC(2026, 0, 1) / 1000
const DAY = 86_400

/** TikTok as the recorded answers show it: `cursor` counts candidates, one in three of which is not delivered. */
interface Corpus {
  videos: { id: bigint; at: number }[]
  /** Refuses what was just given out, so many times. */
  notReady?: number
  /** Answers instead of the next requests. */
  instead?: (Reply | undefined)[]
}

let server: FakeServer
let clock: ManualClock
let corpus: Corpus
let waits: ResearchWait[]

beforeEach(async () => {
  clock = new ManualClock('2026-06-01T12:00:00Z')
  corpus = {
    videos: Array.from({ length: 250 }, (_, n) => ({
      id: 7_000_000_000_000_000_001n + BigInt(n),
      at: first + n * 9_000,
    })),
  }
  waits = []
  server = await fakeServer(answer)
})
afterEach(() => server[Symbol.asyncDispose]())

function answer(request: Received): Reply {
  if (request.path === '/v2/oauth/token/')
    return { body: { access_token: 'clt.x', expires_in: 7200, token_type: 'Bearer' } }
  const planned = corpus.instead?.shift()
  if (planned !== undefined) return planned
  const body = JSON.parse(request.body) as {
    start_date: string
    end_date: string
    max_count: number
    cursor?: number
    search_id?: string
  }
  const from = epoch(body.start_date)
  const to = epoch(body.end_date) + DAY
  if (body.search_id !== undefined && (corpus.notReady ?? 0) > 0) {
    corpus.notReady = (corpus.notReady ?? 0) - 1
    return refuse(400, 'invalid_params', `Search Id ${body.search_id} is invalid or expired`)
  }
  const all = corpus.videos.filter(({ at }) => at >= from && at < to)
  const start = body.cursor ?? 0
  const page = all.slice(start, start + body.max_count)
  const text = page
    .filter(({ id }) => id % 3n !== 0n)
    .map(({ id, at }) => `{"id":${id},"create_time":${at}}`)
    .join(',')
  const cursor = start + body.max_count
  return {
    body: `{"data":{"videos":[${text}],"cursor":${cursor},"has_more":${cursor < all.length},"search_id":"${from}"},"error":{"code":"ok","message":"","log_id":"L"}}`,
  }
}

function epoch(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6))) / 1000
}

function research(options: Partial<ResearchOptions> = {}): Research {
  const tiktok = new TikTok({ clientKey: 'k', clientSecret: 's', origin: server.origin, clock })
  return new Research(tiktok, { clock, onWait: (wait) => waits.push(wait), ...options })
}

const delivered = () => corpus.videos.filter(({ id }) => id % 3n !== 0n).map(({ id }) => String(id))
const asked = () => server.requests.filter(({ path }) => path.endsWith('/query/'))

async function ids(videos: AsyncIterable<{ id?: string | undefined }>): Promise<string[]> {
  const found: string[] = []
  for await (const { id } of videos) found.push(id ?? '')
  return found
}

test('every video of a range comes once, ids whole, over windows and short pages', async () => {
  const search = research().videos({ query, from: '2026-01-01', to: '2026-01-27', pageSize: 20 })
  expect(await ids(search)).toEqual(delivered())
  corpus.videos.push({ id: 9_000_000_000_000_000_001n, at: first + 40 * DAY })
  const long = research().videos({ query, from: '2026-01-01', to: '2026-03-31' })
  expect(await ids(long)).toEqual(delivered())
  for (const { body } of asked()) {
    const { start_date, end_date } = JSON.parse(body) as { start_date: string; end_date: string }
    expect((epoch(end_date) - epoch(start_date)) / DAY).toBeLessThanOrEqual(30)
  }
  expect(asked()[0]?.query.get('fields')).toContain('create_time')
})

test('a search id that is not ready yet is asked with again, some seconds later', async () => {
  corpus.notReady = 3
  const search = research().videos({ query, from: '2026-01-01', to: '2026-01-27', pageSize: 50 })
  expect(await withClock(clock, ids(search), 5_000)).toEqual(delivered())
  expect(waits.map(({ reason }) => reason)).toEqual(['not-ready', 'not-ready', 'not-ready'])
})

test('a result set that stays lost is begun anew, and nothing comes twice', async () => {
  corpus.notReady = 3
  const search = research({ maxNotReady: 1 }).videos({
    query,
    from: '2026-01-01',
    to: '2026-01-27',
    pageSize: 50,
  })
  expect(await withClock(clock, ids(search), 5_000)).toEqual(delivered())
})

test('a window that TikTok fails on is halved; the day that stays bad is named and the rest is there', async () => {
  const bad = epoch('20260110')
  server.respond = (request) => {
    if (request.path !== '/v2/oauth/token/') {
      const { start_date, end_date } = JSON.parse(request.body) as { start_date: string; end_date: string }
      // The last day that is asked for is only there to be dropped.
      if (epoch(start_date) <= bad && epoch(end_date) - DAY >= bad) return refuse(500, 'internal_error')
    }
    return answer(request)
  }
  const options = { query, from: '2026-01-01', to: '2026-01-27', whenFailing: 'skip' } as const
  const search = research({ maxFailures: 0 }).videos(options)
  const found = await withClock(clock, ids(search), 5_000)
  const day = corpus.videos.filter(({ at }) => at >= bad && at < bad + DAY).map(({ id }) => String(id))
  expect(found).toEqual(delivered().filter((id) => !day.includes(id)))
  expect(search.missed).toEqual([
    expect.objectContaining({ window: { from: '20260110', to: '20260110' }, code: 'internal_error' }),
  ])
  const strict = research({ maxFailures: 0 }).videos({ ...options, whenFailing: 'throw' })
  await expect(withClock(clock, ids(strict), 5_000)).rejects.toMatchObject({ code: 'internal_error' })
})

test('a search goes on from any page, as plain data', async () => {
  const options = { query, from: '2026-01-01', to: '2026-01-27', pageSize: 30, windowDays: 7 }
  const found: string[] = []
  let position: SearchPosition | undefined
  for (let steps = 0; ; steps += 1) {
    const search = research().videos({ ...options, ...(position === undefined ? {} : { resume: position }) })
    for await (const page of search.pages()) {
      found.push(...page.videos.map(({ id }) => id ?? ''))
      position = JSON.parse(JSON.stringify(page.next)) as SearchPosition
      break
    }
    if (position?.windows.length === 0) break
    expect(steps).toBeLessThan(100)
  }
  expect(found).toEqual(delivered())
})

describe('the quota of the day', () => {
  const small = () => new MemoryQuota(clock, { general: { requests: 3 } })
  const options = { query, from: '2026-01-01', to: '2026-01-27', pageSize: 20 }

  test('ends a search with an error that says until when, before a request is wasted', async () => {
    const search = research({ quota: small() }).videos(options)
    const failure = await ids(search).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(QuotaError)
    expect(failure).toMatchObject({ until: Date.UTC(2026, 5, 2), quota: 'general', retry: 'after' })
    expect(asked()).toHaveLength(3)
  })

  test('or is waited for, to the next 00:00 UTC', async () => {
    const search = research({ quota: small(), whenExhausted: 'wait' }).videos(options)
    expect(await withClock(clock, ids(search), 900_000)).toEqual(delivered())
    // 13 pages, 3 a day.
    expect(new Date(clock.now()).toISOString()).toMatch(/^2026-06-05T00:/)
  })

  test("TikTok's own word ends the day, whatever was counted", async () => {
    corpus.instead = [undefined, refuse(429, 'daily_quota_limit_exceeded')]
    const reader = research()
    await expect(ids(reader.videos(options))).rejects.toBeInstanceOf(QuotaError)
    expect(asked()).toHaveLength(2)
    expect((await reader.quota()).general).toMatchObject({ requests: 2, refused: true })
  })

  test('and is asked again after an hour, since a renewed quota may go on being refused', async () => {
    const still = refuse(429, 'daily_quota_limit_exceeded')
    corpus.instead = [undefined, still, still]
    const search = research({ whenExhausted: 'wait' }).videos(options)
    expect(await withClock(clock, ids(search), 600_000)).toEqual(delivered())
    expect(new Date(clock.now()).toISOString()).toMatch(/^2026-06-01T14:/)
  })

  test('failures count towards it, and a short-term limit is another thing', async () => {
    corpus.instead = [
      refuse(500, 'internal_error'),
      refuse(429, 'rate_limit_exceeded'),
      { status: 503, body: '<html>', headers: { 'content-type': 'text/html' } },
    ]
    const reader = research()
    expect(await withClock(clock, ids(reader.videos({ ...options, pageSize: 100 })), 5_000)).toEqual(
      delivered(),
    )
    expect(waits.map(({ reason }) => reason)).toEqual(['failing', 'throttled', 'failing'])
    expect((await reader.quota()).general).toMatchObject({ requests: 6, records: delivered().length })
  })
})

test('what can never succeed is not repeated', async () => {
  corpus.instead = [refuse(400, 'invalid_params', 'field_name is wrong')]
  await expect(ids(research().videos({ query, from: '2026-01-01', to: '2026-01-27' }))).rejects.toMatchObject(
    { code: 'invalid_params' },
  )
  expect(asked()).toHaveLength(1)
})

test('what is wrong is told before a request is spent', async () => {
  const reader = research()
  expect(() => reader.videos({ query, from: '2026-02-01', to: '2026-01-01' })).toThrow('is before')
  expect(() => reader.videos({ query, from: '2026-01-01', to: '2026-01-02', pageSize: 101 })).toThrow(
    '1 to 100',
  )
  expect(() =>
    reader.videos({ query, from: '2026-01-01', to: '2026-01-02', fields: ['likes' as never] }),
  ).toThrow('no field "likes"')
  await expect(
    ids(
      reader.videos({
        query: { and: [{ operation: 'GT', field_name: 'region_code', field_values: ['US'] }] },
        from: '2026-01-01',
        to: '2026-01-02',
      }),
    ),
  ).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('region_code takes EQ, IN') as string,
  })
  await expect(reader.randomVideos({ query, from: '2026-01-01', to: '2026-02-01' })).rejects.toThrow(
    'at most 30 days after start_date, and it is 31',
  )
  expect(server.requests).toHaveLength(0)
})
