import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { assumed, documented, observed } from './claim.ts'
import { type Answered, form, frozenEmulator, send } from './client.ts'

const APP = { client_key: 'tw-research-app', client_secret: 'tw-research-secret' }
const US = { and: [{ operation: 'EQ', field_name: 'region_code', field_values: ['US'] }] }
const MAY = { start_date: '20260501', end_date: '20260530' }
const CLIENTS = 'public clients of the Research API'

let emulator: Emulator
let token: string

beforeEach(async () => {
  emulator = await frozenEmulator({ settings: { researchVideos: 40_000, researchNotReady: 0 } })
  token = await clientToken()
})
afterEach(() => emulator.close())

async function clientToken(app = APP): Promise<string> {
  const { body } = await form(emulator, '/v2/oauth/token/', { ...app, grant_type: 'client_credentials' })
  return body.access_token as string
}

const call = (path: string, json: unknown, fields?: string): Promise<Answered> =>
  send(emulator, 'POST', `/v2/research/${path}${fields === undefined ? '' : `?fields=${fields}`}`, {
    json,
    headers: { authorization: `Bearer ${token}` },
  })

const search = (more: object = {}, fields = 'id,create_time,region_code') =>
  call('video/query/', { query: US, ...MAY, max_count: 100, ...more }, fields)

type Row = Record<string, unknown> & { id: bigint; username: string }

/** Every page of a search. */
async function everything(more: object = {}): Promise<{ rows: Row[]; pages: number[] }> {
  const rows: Row[] = []
  const pages: number[] = []
  let next: object = {}
  for (;;) {
    const { body } = await search({ ...more, ...next })
    rows.push(...(body.data.videos as Row[]))
    pages.push(body.data.videos.length as number)
    if (body.data.has_more !== true) return { rows, pages }
    next = { cursor: Number(body.data.cursor), search_id: body.data.search_id }
  }
}

async function aUser(test: (name: string) => Promise<boolean>): Promise<string> {
  for (const { username } of (await search({}, 'username')).body.data.videos as Row[])
    if (await test(username)) return username
  throw new Error('no such user among a hundred')
}

describe('video search', () => {
  test(
    'pages hold what fits, in decreasing order of id, until there is no more',
    documented('research-api-specs-query-videos'),
    async () => {
      const { rows } = await everything()
      expect(rows.length).toBeGreaterThan(100)
      expect(rows.every(({ region_code }) => region_code === 'US')).toBe(true)
      const ids = rows.map(({ id }) => BigInt(id))
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => (a < b ? 1 : -1)))
      const times = rows.map(({ create_time }) => Number(create_time))
      expect(Math.min(...times)).toBeGreaterThanOrEqual(Date.UTC(2026, 4, 1) / 1000)
      expect(Math.max(...times)).toBeLessThan(Date.UTC(2026, 4, 31) / 1000)
    },
  )

  test('ids are JSON numbers beyond 2^53', documented('research-api-specs-query-videos'), async () => {
    const { text } = await search({ max_count: 1 })
    expect(text).toMatch(/"id":7\d{18}[,}]/)
    expect(text).toMatch(/"search_id":"7\d{18}"/)
  })

  test('the cursor counts candidates, so that pages come short', observed(CLIENTS), async () => {
    const { pages } = await everything({ max_count: 50 })
    expect(pages.slice(0, -1).some((length) => length < 50)).toBe(true)
    expect((await search({ max_count: 50 })).body.data.cursor).toBe(50)
  })

  test(
    'only the fields that were asked for, and of those none without a value',
    observed(CLIENTS),
    async () => {
      const { body } = await search({}, 'id,playlist_id')
      for (const video of body.data.videos as Row[])
        expect(Object.keys(video).every((name) => ['id', 'playlist_id'].includes(name))).toBe(true)
      expect((body.data.videos as Row[]).some((video) => !('playlist_id' in video))).toBe(true)
    },
  )

  test('a result set may be refused at first and is taken soon after', observed(CLIENTS), async () => {
    emulator.configure({ researchNotReady: 1 })
    const { body } = await search({ max_count: 10 })
    const next = { max_count: 10, cursor: 10, search_id: body.data.search_id }
    const early = await search(next)
    expect(early.status).toBe(400)
    expect(early.body.error).toMatchObject({
      code: 'invalid_params',
      message: `Search Id ${body.data.search_id} is invalid or expired`,
    })
    expect((await search(next)).status).toBe(200)
  })

  test('a search id belongs to its query, and a cursor to a search id', observed(CLIENTS), async () => {
    const { body } = await search({ max_count: 10 })
    const other = await search({ start_date: '20260502', cursor: 10, search_id: body.data.search_id })
    expect(other.body.error.message).toMatch(/^Search Id \d+ is invalid or expired$/)
    expect((await search({ cursor: 10 })).body.error.message).toBe('Invalid count or cursor')
  })

  test('null, an empty text and 0 ask for the first page', observed(CLIENTS), async () => {
    const first = (await search()).body.data
    for (const more of [
      { cursor: null, search_id: null, is_random: false },
      { cursor: 0 },
      { search_id: '' },
    ])
      expect((await search(more)).body.data).toEqual(first)
  })

  test('groups that are empty do not count when one is not', observed(CLIENTS), async () => {
    expect((await search({ query: { ...US, or: [], not: [] } })).status).toBe(200)
    expect((await search({ query: { and: [], or: [], not: [] } })).body.error.code).toBe('invalid_params')
  })

  test('new videos are found after two days', documented('research-api-faq'), async () => {
    const { body } = await search({ start_date: '20261120', end_date: '20261124' })
    const times = (body.data.videos as Row[]).map(({ create_time }) => Number(create_time))
    expect(Math.max(...times)).toBeLessThan(Date.UTC(2026, 10, 22, 12) / 1000)
  })

  test(
    'random videos come without order and without further pages',
    documented('research-api-specs-query-videos'),
    async () => {
      const { body } = await search({ is_random: true, max_count: 60 })
      const ids = (body.data.videos as Row[]).map(({ id }) => BigInt(id))
      expect(body.data.has_more).toBe(false)
      expect(ids).not.toEqual([...ids].sort((a, b) => (a < b ? 1 : -1)))
    },
  )

  test.each([
    ['31 days', { end_date: '20260601' }, 'end_date: at most 30 days after start_date, and it is 31'],
    ['backwards', { end_date: '20260401' }, 'end_date: must not be before start_date'],
    ['no day', { start_date: '20260532' }, 'start_date: a day that exists'],
    ['101 videos', { max_count: 101 }, 'max_count: 1 to 100'],
    [
      'an unknown field',
      { query: { and: [{ operation: 'EQ', field_name: 'likes', field_values: ['1'] }] } },
      'query.and.0.field_name',
    ],
    [
      'a wrong operation',
      { query: { and: [{ operation: 'GT', field_name: 'region_code', field_values: ['US'] }] } },
      'region_code takes EQ, IN, not GT',
    ],
    [
      'EQ with two values',
      { query: { not: [{ operation: 'EQ', field_name: 'region_code', field_values: ['US', 'CA'] }] } },
      'EQ takes exactly one value',
    ],
    [
      'a region that is none',
      { query: { or: [{ operation: 'IN', field_name: 'region_code', field_values: ['US', 'XX'] }] } },
      'query.or.0.field_values.1',
    ],
  ])(
    'refuses %s by name',
    assumed('that it is refused is documented or observed; the words are ours'),
    async (_what, more, words) => {
      const { status, body } = await search(more)
      expect([status, body.error.code]).toEqual([400, 'invalid_params'])
      expect(body.error.message).toContain(words)
    },
  )

  test('unknown fields of a video are refused', assumed('no page says what happens'), async () => {
    expect((await search({}, 'id,favourites_count')).body.error.message).toContain('fields')
  })
})

describe('access and quotas', () => {
  test(
    'a user token, an unapproved app and an expired token do not do',
    documented('tiktok-api-v2-error-handling'),
    async () => {
      emulator.plant({ apps: [{ client_key: 'plain', client_secret: 's', scopes: ['user.info.basic'] }] })
      token = await clientToken({ client_key: 'plain', client_secret: 's' })
      const refused = await search()
      expect([refused.status, refused.body.error.code]).toEqual([401, 'scope_not_authorized'])
      token = await clientToken()
      await emulator.advance(7201)
      const expired = await search()
      expect([expired.status, expired.body.error.code]).toEqual([401, 'access_token_invalid'])
    },
  )

  test(
    'an earlier token stays good when another is fetched',
    assumed('clients fetch one before every request'),
    async () => {
      await clientToken()
      expect((await search()).status).toBe(200)
    },
  )

  test(
    'the quota of the day is renewed at 00:00 UTC; followers have one of their own',
    documented('research-api-faq'),
    async () => {
      emulator.configure({ researchDailyRequests: 2 })
      expect((await search()).status).toBe(200)
      expect((await search()).status).toBe(200)
      const over = await search()
      expect([over.status, over.body.error.code]).toEqual([429, 'daily_quota_limit_exceeded'])
      const other = await call('user/followers/', { username: 'nobody1' })
      expect(other.body.error.code).toBe('invalid_params')
      await emulator.advance(12 * 3600)
      token = await clientToken()
      expect((await search()).status).toBe(200)
    },
  )

  test("failures of TikTok's own count", observed(CLIENTS), async () => {
    emulator.configure({ researchDailyRequests: 2, researchFailures: 1 })
    expect((await search()).body.error.code).toBe('internal_error')
    expect((await search()).status).toBe(500)
    expect((await search()).body.error.code).toBe('daily_quota_limit_exceeded')
  })
})

test('profiles and playlists can come whole as HTTP 500, other answers not', observed(CLIENTS), async () => {
  emulator.configure({ researchFalseFailures: 1 })
  const name = await aUser(async () => true)
  const { status, body } = await call('user/info/', { username: name }, 'display_name')
  expect([status, body.data.display_name, body.error]).toEqual([500, expect.any(String), {}])
  expect((await search()).status).toBe(200)
})

describe('comments', () => {
  const fields = 'id,video_id,text,like_count,reply_count,parent_comment_id,create_time,display_name'

  test(
    'of a video to the thousandth, replies by the comment',
    documented('research-api-specs-query-video-comments'),
    async () => {
      const { body } = await search(
        { query: { and: [{ operation: 'GT', field_name: 'comment_count', field_values: ['1500'] }] } },
        'id',
      )
      const video = body.data.videos[0].id as bigint
      const found: Row[] = []
      let cursor = 0
      for (;;) {
        const page = (
          await call('video/comment/list/', { video_id: String(video), max_count: 100, cursor }, fields)
        ).body.data
        found.push(...page.comments)
        cursor = Number(page.cursor)
        if (page.has_more !== true) break
      }
      expect(cursor).toBe(1000)
      expect(found.every(({ parent_comment_id }) => parent_comment_id === video)).toBe(true)
      expect(found.some(({ text }) => text === 'call me on 40******59')).toBe(false)
      expect(found.some(({ text }) => text === 'call me on 40******30')).toBe(true)
      expect(found.some(({ text }) => text === 'write to p****@***********')).toBe(true)
      const asked = found.find(({ reply_count }) => Number(reply_count) > 2) as Row
      const replies = (
        await call('video/comment/list/', { comment_id: String(asked.id), max_count: '100' }, fields)
      ).body.data
      expect(
        (replies.comments as Row[]).every(({ parent_comment_id }) => parent_comment_id === asked.id),
      ).toBe(true)
      expect(
        (await call('video/comment/list/', { video_id: String(video), cursor: 1000 }, fields)).body.error
          .message,
      ).toBe('Invalid count or cursor')
    },
  )

  test('never of both', documented('research-api-specs-query-video-comments'), async () => {
    const both = await call('video/comment/list/', { video_id: 1, comment_id: 2 }, fields)
    expect(both.body.error.message).toContain('exactly one of video_id and comment_id')
  })
})

describe('users', () => {
  test(
    'a profile without its handle; users that are not there or not open are told apart',
    observed(CLIENTS),
    async () => {
      const name = await aUser(
        async (username) => (await call('user/info/', { username }, 'display_name')).status === 200,
      )
      const { body } = await call(
        'user/info/',
        { username: name },
        'display_name,follower_count,video_count,is_verified',
      )
      expect(Object.keys(body.data).sort()).toEqual([
        'display_name',
        'follower_count',
        'is_verified',
        'video_count',
      ])
      expect(
        (await call('user/info/', { username: 'nobody1' }, 'display_name')).body.error.message,
      ).toContain('is invalid: cannot find the user')
    },
  )

  test(
    'followers go back in time to the last, all different pages',
    documented('research-api-specs-query-user-followers'),
    async () => {
      const username = await aUser(async (name) => {
        const { body } = await call('user/info/', { username: name }, 'follower_count')
        return body.data.follower_count > 250 && body.data.follower_count < 2000
      })
      const names: string[] = []
      let cursor = 0
      for (let pages = 0; pages < 100; pages += 1) {
        const { data } = (await call('user/followers/', { username, max_count: 100, cursor })).body
        names.push(...(data.user_followers as Row[]).map((row) => row.username))
        if (data.has_more !== true) break
        if (cursor !== 0) expect(Number(data.cursor)).toBeLessThan(cursor)
        cursor = Number(data.cursor)
      }
      expect(names.length).toBeGreaterThan(200)
    },
  )

  test(
    'likes are seldom open, in milliseconds; reposts have the name of the sample',
    documented('research-api-specs-query-user-liked-videos'),
    async () => {
      const open = await aUser(async (username) => {
        const { body } = await call('user/liked_videos/', { username, max_count: 5 }, 'id,create_time')
        return body.data?.has_more === true
      })
      const first = (await call('user/liked_videos/', { username: open, max_count: 5 }, 'id,create_time'))
        .body.data
      expect(Number(first.cursor)).toBeGreaterThan(1e12)
      const second = (
        await call(
          'user/liked_videos/',
          { username: open, max_count: 5, cursor: Number(first.cursor) },
          'id,create_time',
        )
      ).body.data
      const [last] = (first.user_liked_videos as Row[]).slice(-1)
      for (const row of second.user_liked_videos as Row[])
        expect(Number(row.create_time)).toBeLessThan(Number(last?.create_time))
      const closed = await aUser(
        async (username) => (await call('user/liked_videos/', { username }, 'id')).status === 400,
      )
      expect((await call('user/liked_videos/', { username: closed }, 'id')).body.error.message).toMatch(
        /information cannot be returned|is private|cannot return this user/,
      )
      const { data } = (await call('user/reposted_videos/', { username: open, cursor: 0 }, 'id,video_tag'))
        .body
      expect(data).toHaveProperty('reposted_videos')
      expect((await call('user/pinned_videos/', { username: open }, 'id')).body.data).toHaveProperty(
        'pinned_videos_list',
      )
    },
  )

  test(
    'a playlist leads to its videos and back',
    documented('research-api-specs-query-playlist-info'),
    async () => {
      const { body } = await search({}, 'id,playlist_id')
      const { playlist_id: id } = (body.data.videos as Row[]).find((row) => 'playlist_id' in row) as Row
      const { data } = (await call('playlist/info/', { playlist_id: String(id) }, 'playlist_id')).body
      expect(data.playlist_id).toBe(id)
      expect(data.playlist_item_total).toBeGreaterThan(0)
      expect((await call('playlist/info/', { playlist_id: '5' })).status).toBe(400)
    },
  )
})

test(
  'shops, products and reviews: fields in the body, pages of ten, no error member',
  documented('research-api-specs-query-tiktok-shop-reviews'),
  async () => {
    const shops = await call('tts/shop/', {
      shop_name: 'cup',
      limit: 10,
      fields: 'shop_id,shop_name,shop_rating',
    })
    expect(shops.body).not.toHaveProperty('error')
    const [shop] = shops.body.data.shop_data as Row[]
    expect(shop?.shop_rating).toMatch(/^\d\.\d$/)
    const inQuery = await call(
      'tts/product/',
      { shop_id: String(shop?.shop_id), page_start: 1, page_size: 10 },
      'product_id,product_price,product_review_count',
    )
    const product = (inQuery.body.data.product_data as Row[]).find(
      (row) => Number(row.product_review_count) > 10,
    ) as Row
    expect((product.product_price as string[])[0]).toMatch(/^\d+\.\d\dEUR$/)
    const reviews = await call('tts/review/', {
      product_id: String(product.product_id),
      page_start: 2,
      page_size: 10,
      fields: 'review_rating,create_time',
    })
    expect(reviews.body.data.review_data.length).toBeGreaterThan(0)
    expect(Number(reviews.body.data.review_data[0].create_time)).toBeGreaterThan(1e12)
    expect((await call('tts/product/', { shop_id: '1', page_size: 11, fields: 'product_id' })).status).toBe(
      400,
    )
  },
)

describe('compliance', () => {
  const create = (ids: string, category = 'video') => {
    const data = new FormData()
    data.set('file_data', new Blob([ids]), 'ids.txt')
    data.set('category', category)
    return fetch(`${emulator.origin}/v2/research/validation_task/create/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: data,
    })
  }

  test('what was deleted since does not come back', documented('batch-compliance-apis'), async () => {
    const { rows } = await everything()
    await emulator.advance(200 * 86_400)
    token = await clientToken()
    const created = await (await create(rows.map(({ id }) => `${id}\n`).join(''))).text()
    const task = /"task_id":(\d{20})/.exec(created)?.[1]
    const status = () =>
      send(emulator, 'POST', '/v2/research/validation_task_status/get/', {
        body: `{"task_id":${task}}`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })
    expect((await status()).body.data.task_status).toBe('Processing')
    await emulator.advance(30)
    expect((await status()).body.data.task_status).toBe('Completed')
    const { text, headers } = await send(emulator, 'POST', '/v2/research/validation_task/download/', {
      body: `{"task_id":${task}}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    expect(headers.get('content-type')).toContain('text/plain')
    const valid = new Set(text.trim().split('\n'))
    const gone = rows.filter(({ id }) => !valid.has(String(id)))
    expect(gone.length).toBeGreaterThan(0)
    expect(gone.length).toBeLessThan(rows.length / 5)
    const again = await search({
      query: { and: [{ operation: 'EQ', field_name: 'video_id', field_values: [String(gone[0]?.id)] }] },
    })
    expect(again.body.data.videos).toEqual([])
  })

  test('at most 10,000 ids, and nothing but ids', documented('batch-compliance-apis'), async () => {
    const many = await create('7000000000000000000\n'.repeat(10_001))
    expect([many.status, await many.text()]).toEqual([400, expect.stringContaining('invalid_file_upload')])
    expect(await (await create('12\nx\n')).text()).toContain('line 2 is no id')
    expect(await (await create('12\n', 'user')).text()).toContain('category')
  })
})
