import { ManualClock, PlatformError } from '@tockwork/kernel'
import { TikTok } from '@tockwork/sdk'
import { CommercialContent, Research } from '@tockwork/sdk/research'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeServer, fakeServer, ok, type Received, type Reply, refuse } from '../fake-server.ts'
import { withClock } from '../with-clock.ts'

let server: FakeServer
let clock: ManualClock
let answer: (request: Received, nth: number) => Reply

beforeEach(async () => {
  clock = new ManualClock('2026-06-01T12:00:00Z')
  server = await fakeServer((request) =>
    request.path === '/v2/oauth/token/'
      ? { body: { access_token: 'clt.x', expires_in: 7200, token_type: 'Bearer' } }
      : answer(request, calls().length),
  )
})
afterEach(() => server[Symbol.asyncDispose]())

const client = () => new TikTok({ clientKey: 'k', clientSecret: 's', origin: server.origin, clock })
const research = () => new Research(client(), { clock })
const calls = () => server.requests.filter(({ path }) => path !== '/v2/oauth/token/')

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

test('comments are read to the thousandth, replies by the comment', async () => {
  answer = (request) => {
    const { cursor = 0 } = JSON.parse(request.body) as { cursor?: number }
    return ok({ comments: [{ id: cursor }], cursor: cursor + 100, has_more: true })
  }
  expect(await all(research().comments('7080213458555737386'))).toHaveLength(10)
  expect(calls()[0]?.body).toContain('"video_id":7080213458555737386')
  answer = () => ok({ comments: [], cursor: 1, has_more: false })
  await all(research().replies('7110960551064404782'))
  expect(calls().at(-1)?.body).toContain('"comment_id":7110960551064404782')
})

test('followers go back in time, and spend their own quota', async () => {
  answer = (_request, nth) =>
    ok({ user_followers: [{ username: `u${nth}` }], cursor: 1_700_000_000 - nth, has_more: nth < 3 })
  const reader = research()
  expect((await all(reader.followers('mika'))).map(({ username }) => username)).toEqual(['u1', 'u2', 'u3'])
  expect(calls()[1]?.body).toContain('"cursor":1699999999')
  const { general, relations } = await reader.quota()
  expect([general.requests, relations.requests, relations.records]).toEqual([0, 3, 3])
})

test('a cursor that does not move ends in an error instead of turning for ever', async () => {
  answer = () => ok({ user_following: [], cursor: 5, has_more: true })
  await expect(all(research().following('mika'))).rejects.toMatchObject({ code: 'cursor_stuck' })
  expect(calls()).toHaveLength(2)
})

test('reposts are read under either of their names; pinned videos and a profile at once', async () => {
  answer = () => ok({ user_reposted_videos: [{ id: 1 }], has_more: false })
  expect(await all(research().repostedVideos('mika'))).toEqual([{ id: '1' }])
  answer = () => ok({ pinned_videos_list: [{ id: 2 }] })
  expect(await research().pinnedVideos('mika')).toEqual([{ id: '2' }])
  answer = () => ok({ display_name: 'Mika', follower_count: 12_345_678_901 })
  expect(await research().user('mika')).toEqual({ display_name: 'Mika', follower_count: 12_345_678_901 })
  await expect(research().user('@mika')).rejects.toThrow('without @')
})

test('a profile or a playlist that comes whole as HTTP 500 is read; what is not whole is asked for again', async () => {
  const list = { playlist_id: 7, playlist_video_ids: ['7080213458555737386'], has_more: false }
  for (const error of [undefined, {}, { code: '', message: '' }]) {
    answer = () => ({ status: 500, body: { data: list, ...(error === undefined ? {} : { error }) } })
    expect(await research().playlist('7')).toMatchObject({ playlist_video_ids: ['7080213458555737386'] })
  }
  answer = () => ({ status: 500, body: { data: { display_name: 'Mika' }, error: {} } })
  expect(await research().user('mika')).toEqual({ display_name: 'Mika' })
  const before = calls().length
  const broken: Reply[] = [
    { status: 500, body: { data: {} } },
    { status: 500, body: { data: { playlist_id: 'seven' } } },
    {
      status: 500,
      body: { data: list, error: { code: 'internal_error', message: 'Something went wrong.' } },
    },
  ]
  answer = () => broken[calls().length - before - 1] ?? ok(list)
  await withClock(clock, research().playlist('7'))
  expect(calls()).toHaveLength(before + 4)
  // An endpoint of which nobody reported it: the status counts.
  answer = () => ({ status: 500, body: { data: { pinned_videos_list: [{ id: 1 }] } } })
  await expect(withClock(clock, research().pinnedVideos('mika'))).rejects.toThrow()
})

test('shop pages are read until one is short, also without an error member', async () => {
  answer = (request) => {
    const { page_start } = JSON.parse(request.body) as { page_start: number }
    return {
      body: {
        data: {
          product_data: Array.from({ length: page_start < 3 ? 10 : 4 }, () => ({ product_name: 'cup' })),
        },
      },
    }
  }
  expect(await all(research().products('7495123456789012345'))).toHaveLength(24)
  expect(calls()).toHaveLength(3)
})

test('collected ids are checked as a file of lines, and what is gone is what does not come back', async () => {
  const states = ['Processing', 'Processing', 'Completed']
  answer = (request) => {
    if (request.path.endsWith('/create/'))
      return { body: '{"data":{"task_id":12345678910987654321},"error":{"code":"ok","message":"ok."}}' }
    if (request.path.endsWith('/get/')) return ok({ task_status: states.shift() })
    return {
      headers: { 'content-type': 'text/plain' },
      body: '7080213458555737386\r\n7080213458555737388\r\n',
    }
  }
  const ids = ['7080213458555737386', '7080213458555737387', '7080213458555737388']
  const valid = await withClock(clock, research().validIds('video', ids), 5_000)
  expect([...valid]).toEqual(['7080213458555737386', '7080213458555737388'])
  const [created, asked] = calls()
  expect(created?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  expect(created?.body).toContain('name="file_data"; filename="file_data.txt"')
  expect(created?.body).toContain(
    '\r\n\r\n7080213458555737386\n7080213458555737387\n7080213458555737388\n\r\n',
  )
  expect(created?.body).toContain('name="category"\r\n\r\nvideo\r\n')
  expect(asked?.body).toBe('{"task_id":12345678910987654321}')
})

test('of a task that failed, or an answer that is not understood, nothing is concluded', async () => {
  answer = (request) =>
    request.path.endsWith('/create/') ? ok({ task_id: 1 }) : ok({ task_status: 'Failed' })
  await expect(research().validIds('video', ['1'])).rejects.toMatchObject({ code: 'compliance_task_failed' })
  answer = (request) =>
    request.path.endsWith('/create/')
      ? ok({ task_id: 1 })
      : request.path.endsWith('/get/')
        ? ok({ task_status: 'Completed' })
        : { headers: { 'content-type': 'text/plain' }, body: 'valid: 1 of 20' }
  await expect(research().validIds('video', ['1'])).rejects.toBeInstanceOf(PlatformError)
  await expect(research().validIds('video', ['7a'])).rejects.toThrow('is no id')
})

test('ads come once each although pages repeat them; the search id of each page is sent back', async () => {
  answer = (_request, nth) =>
    ok({
      ads: [{ ad: { id: nth } }, { ad: { id: nth + 1 } }],
      has_more: nth < 3 ? 'true' : false,
      search_id: `s${nth}`,
    })
  const ads = new CommercialContent(client(), { clock }).ads({
    filters: { ad_published_date_range: { min: '20260101', max: '20260131' } },
    search_term: 'coffee',
  })
  expect((await all(ads)).map(({ ad }) => ad?.id)).toEqual(['1', '2', '3', '4'])
  expect(calls().map(({ body }) => (JSON.parse(body) as { search_id?: string }).search_id)).toEqual([
    undefined,
    's1',
    's2',
  ])
})

test('a commercial day that is used up says until when', async () => {
  answer = () => refuse(429, 'daily_quota_limit_exceeded')
  await expect(new CommercialContent(client(), { clock }).advertisers('x')).rejects.toMatchObject({
    code: 'daily_quota_limit_exceeded',
    until: Date.UTC(2026, 5, 2),
  })
})

test('dates before October 2022 and unknown countries are refused before a request is spent', async () => {
  const library = new CommercialContent(client(), { clock })
  await expect(
    library.report({ ad_published_date_range: { min: '20220901', max: '20221101' } }),
  ).rejects.toThrow('after 20221001')
  await expect(
    library.report({ ad_published_date_range: { min: '20230901', max: '20231101' }, country_code: 'US' }),
  ).rejects.toThrow('ALL or a country that is covered')
  await expect(
    all(
      library.content({
        content_published_date_range: { min: '20230901', max: '20231101' },
        creator_country_code: 'GB',
      }),
    ),
  ).rejects.toThrow('creator_country_code')
  expect(server.requests).toHaveLength(0)
})
