/** The Accounts API over HTTP, by a plain client. Everything rests on the reference; no client of others was at hand. */
import {
  accountFields,
  audienceFields,
  BUSINESS_PREFIX,
  businessEndpoints,
  businessVideoFields,
} from '@tockwork/contracts/business'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { Emulator } from '../src/index.ts'
import { assumed, observed } from './claim.ts'
import { consent, frozenEmulator, REDIRECT, send } from './client.ts'

const APP = { client_id: '7000000000000000001', client_secret: 'tw-business-secret' }
const SCOPES = [
  'user.info.basic',
  'user.info.username',
  'user.info.profile',
  'user.info.stats',
  'user.account.type',
  'user.insights',
  'video.list',
  'video.insights',
  'video.publish',
  'video.upload',
  'comment.list',
  'comment.list.manage',
]
const NOTES = 'field tables of the reference'

let emulator: Emulator
beforeAll(async () => {
  emulator = await frozenEmulator({ settings: { rateLimits: false } })
})
beforeEach(async () => {
  emulator.configure({ strict: false, refreshRotation: 'rotate', rateLimits: false })
  emulator.clearFaults()
})
afterAll(() => emulator.close())

const post = (path: string, json: unknown, headers: Record<string, string> = {}) =>
  send(emulator, 'POST', `${BUSINESS_PREFIX}${path}`, { json, headers })

async function connect(user = 'mika', scopes: readonly string[] = SCOPES) {
  const scope = scopes.join(',')
  const callback = await consent(emulator, user, { client_key: APP.client_id, scope })
  const code = callback.get('code') as string
  const grant = { ...APP, grant_type: 'authorization_code', redirect_uri: REDIRECT }
  const { body } = await post('/tt_user/oauth2/token/', { ...grant, auth_code: code })
  const tokens = body.data
  const headers = { 'access-token': tokens?.access_token as string }
  const business_id = tokens?.open_id as string
  const call = async (method: 'GET' | 'POST', path: string, values: Record<string, unknown> = {}) => {
    const all: Record<string, unknown> = { business_id, ...values }
    const query = Object.entries(all).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ])
    const answer =
      method === 'GET'
        ? await send(emulator, 'GET', `${BUSINESS_PREFIX}${path}?${new URLSearchParams(query)}`, { headers })
        : await post(path, all, headers)
    expect(answer.status).toBe(200)
    if (answer.body.code === 0) fits(method, path, answer.body.data)
    return answer.body
  }
  return {
    code,
    tokens,
    headers,
    get: (path: string, values?: Record<string, unknown>) => call('GET', path, values),
    post: (path: string, values?: Record<string, unknown>) => call('POST', path, values),
  }
}

/** Every answer is one that the contract reads. */
function fits(method: string, path: string, data: unknown): void {
  const endpoint = businessEndpoints.find(
    (each) => each.method === method && each.path === `${BUSINESS_PREFIX}${path}`,
  )
  const read = z.safeDecode(endpoint?.output as z.ZodMiniType, data)
  expect(read.error?.issues ?? [], path).toEqual([])
}

describe('tokens', () => {
  test('a consent gives tokens, once, and they belong to this platform alone', assumed(NOTES), async () => {
    const { code, tokens, headers } = await connect()
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      scope: SCOPES.join(','),
      expires_in: 86_400,
      refresh_token_expires_in: 31_536_000,
    })
    const again = await post('/tt_user/oauth2/token/', {
      ...APP,
      grant_type: 'authorization_code',
      auth_code: code,
      redirect_uri: REDIRECT,
    })
    expect(again.body).toMatchObject({ code: 40_110, data: {} })
    const info = await post('/tt_user/token_info/get/', {
      app_id: APP.client_id,
      access_token: tokens.access_token,
    })
    expect(info.body.data).toEqual({
      app_id: APP.client_id,
      scope: SCOPES.join(','),
      creator_id: tokens.open_id,
    })
    const open = await send(emulator, 'GET', '/v2/user/info/?fields=open_id', {
      headers: { authorization: `Bearer ${headers['access-token']}` },
    })
    expect(open.body.error.code).toBe('access_token_invalid')
    const form = new URLSearchParams({
      client_key: APP.client_id,
      client_secret: APP.client_secret,
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    })
    const mixed = await send(emulator, 'POST', '/v2/oauth/token/', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    expect(mixed.body.error).toBe('invalid_client')
  })

  test('a refresh rotates the token and does not begin its year anew', assumed(NOTES), async () => {
    const { tokens } = await connect('noor')
    await emulator.advance(86_400 * 10)
    const renew = (refresh_token: string) =>
      post('/tt_user/oauth2/refresh_token/', { ...APP, grant_type: 'refresh_token', refresh_token })
    const { body } = await renew(tokens.refresh_token)
    expect(body.data.refresh_token_expires_in).toBe(31_536_000 - 864_000)
    expect((await renew(tokens.refresh_token)).body.code).toBe(40_107)
    const expired = await post('/tt_user/oauth2/revoke/', { ...APP, access_token: tokens.access_token })
    expect([40_102, 40_105]).toContain(expired.body.code)
    const access_token = body.data.access_token
    expect((await post('/tt_user/oauth2/revoke/', { ...APP, access_token })).body).toMatchObject({ code: 0 })
    expect((await renew(body.data.refresh_token)).body.code).toBe(40_107)
  })

  test('wrong credentials have codes of their own', assumed(NOTES), async () => {
    const body = { grant_type: 'authorization_code', auth_code: 'x', redirect_uri: REDIRECT }
    const code = async (more: object) =>
      (await post('/tt_user/oauth2/token/', { ...APP, ...body, ...more })).body.code
    expect(await code({})).toBe(40_110)
    expect(await code({ client_secret: 'wrong' })).toBe(40_101)
    expect(await code({ client_id: 'tw-demo-app' })).toBe(40_113)
    expect(await code({ client_id: undefined })).toBe(40_002)
  })

  test('a code ends after ten minutes', assumed(NOTES), async () => {
    const callback = await consent(emulator, 'lane', { client_key: APP.client_id, scope: 'user.insights' })
    await emulator.advance(601)
    const { body } = await post('/tt_user/oauth2/token/', {
      ...APP,
      grant_type: 'authorization_code',
      auth_code: callback.get('code'),
      redirect_uri: REDIRECT,
    })
    expect(body.code).toBe(40_131)
  })

  test('the consent page knows which scopes are whose', assumed(NOTES), async () => {
    const ask = (client_key: string, scope: string) =>
      consent(emulator, 'mika', { client_key, scope }).then(
        (callback) => callback.get('scopes'),
        () => 'refused',
      )
    expect(await ask(APP.client_id, 'comment.list')).toContain('comment.list')
    expect(await ask('tw-demo-app', 'comment.list')).toBe('refused')
    expect(await ask(APP.client_id, 'portability.all.single')).toBe('refused')
  })
})

describe('the door', () => {
  test(
    'a missing token is 40104 with HTTP 200 and empty data',
    observed('a public probe of the API'),
    async () => {
      const { status, body } = await send(emulator, 'GET', `${BUSINESS_PREFIX}/business/get/?business_id=x`)
      expect([status, body.code, body.data]).toEqual([200, 40_104, {}])
    },
  )

  test('a POST without its slash is text with HTTP 404', observed('a public probe of the API'), async () => {
    const answer = await send(emulator, 'POST', `${BUSINESS_PREFIX}/tt_user/oauth2/refresh_token`, {
      json: {},
    })
    expect([answer.status, answer.text]).toEqual([404, '404 page not found'])
  })

  test(
    'Bearer, foreign accounts, missing scopes and wrong parameters are refused',
    assumed(NOTES),
    async () => {
      const mika = await connect('mika', ['user.info.basic', 'video.list'])
      const bearer = await send(emulator, 'GET', `${BUSINESS_PREFIX}/business/get/?business_id=x`, {
        headers: { 'access-token': `Bearer ${mika.headers['access-token']}` },
      })
      expect(bearer.body.code).toBe(40_105)
      expect((await mika.get('/business/get/', { business_id: 'other' })).code).toBe(40_001)
      const scope = await mika.get('/business/comment/list/', { video_id: '1' })
      expect(scope).toMatchObject({ code: 40_001, message: expect.stringContaining('comment.list') })
      expect((await mika.get('/business/get/', { fields: ['audience_ages'] })).code).toBe(40_001)
      expect(
        (await mika.get('/business/video/list/', { fields: ['item_id', 'reach', 'new_followers'] })).message,
      ).toContain('video.insights')
      expect(await mika.get('/business/video/list/', { fields: 'item_id' })).toMatchObject({
        code: 40_002,
        message: 'fields: expected JSON text',
      })
      expect((await mika.get('/business/video/list/', { max_count: 21 })).message).toMatch(/^max_count: /)
    },
  )

  test('the host decides as well as the path, and what is not emulated says so', assumed(NOTES), async () => {
    const other = await send(emulator, 'GET', `${BUSINESS_PREFIX}/campaign/get/`, {
      headers: { 'x-forwarded-host': 'business-api.tiktok.com' },
    })
    expect([other.status, Object.keys(other.body)]).toEqual([501, ['emulator']])
    expect((await send(emulator, 'GET', '/open_api/v1.2/user/info/')).body.code).toBe(40_051)
    expect((await send(emulator, 'GET', `${BUSINESS_PREFIX}/business/comment/like/`)).status).toBe(405)
  })

  test(
    'limits: 40 a minute for an account at an endpoint, and ten a second for the app',
    assumed(NOTES),
    async () => {
      const mika = await connect()
      emulator.configure({ rateLimits: true })
      const codes = []
      for (let i = 0; i < 41; i += 1) {
        if (i % 8 === 0) await emulator.advance(1)
        codes.push((await mika.get('/business/get/')).code)
      }
      expect(codes.slice(0, 40).every((code) => code === 0)).toBe(true)
      expect(codes[40]).toBe(40_133)
      await emulator.advance(400)
      const burst = []
      for (let i = 0; i < 11; i += 1) burst.push((await mika.get('/business/get/')).code)
      expect(burst[10]).toBe(40_100)
    },
  )

  test('faults come in this envelope', assumed(NOTES), async () => {
    const mika = await connect()
    emulator.addFault({
      match: { endpoint: 'business.get', user: 'mika' },
      times: 1,
      action: { code: '51065' },
    })
    expect(await mika.get('/business/get/')).toMatchObject({ code: 51_065, data: {} })
    expect((await mika.get('/business/get/')).code).toBe(0)
  })
})

describe('figures', () => {
  test('every field of an account comes, and shares are shares', assumed(NOTES), async () => {
    const mika = await connect()
    const { data } = await mika.get('/business/get/', { fields: accountFields })
    for (const field of accountFields) expect(data[field] ?? data.metrics?.[0]?.[field], field).toBeDefined()
    expect(data).toMatchObject({ username: 'mika', is_business_account: true })
    for (const field of audienceFields) {
      const sum = data[field].reduce(
        (total: number, { percentage }: { percentage: number }) => total + percentage,
        0,
      )
      expect(sum).toBeGreaterThan(0.4)
      expect(sum).toBeLessThan(1.01)
    }
  })

  test('by default a name and a picture; the audience from 100 followers on', assumed(NOTES), async () => {
    emulator.plant({ creators: [{ username: 'tiny', followers: 99, videos: 1 }] })
    const tiny = await connect('tiny')
    expect(Object.keys((await tiny.get('/business/get/')).data)).toEqual(['display_name', 'profile_image'])
    expect((await tiny.get('/business/get/', { fields: ['audience_ages'] })).data).toEqual({
      audience_ages: [],
    })
  })

  test(
    'a day is counted 24 to 48 hours after its end, and adds up with the posts',
    assumed(NOTES),
    async () => {
      const mika = await connect()
      const today = Math.floor(emulator.clock.now() / 86_400_000) * 86_400_000
      const dayBefore = (days: number) => new Date(today - days * 86_400_000).toISOString().slice(0, 10)
      const { data } = await mika.get('/business/get/', {
        fields: ['video_views', 'audience_activity'],
        start_date: dayBefore(60),
        end_date: dayBefore(0),
      })
      const dates = data.metrics.map(({ date }: { date: string }) => date)
      expect(dates).toContain(dayBefore(4))
      expect(dates).not.toContain(dayBefore(1))
      expect(dates).not.toContain(dayBefore(0))
      expect(data.metrics[0].audience_activity).toHaveLength(24)
      expect(data.metrics.every(({ video_views }: { video_views: number }) => video_views > 0)).toBe(true)
      const early = await mika.get('/business/get/', { fields: ['likes'], start_date: dayBefore(61) })
      expect(early).toMatchObject({ code: 40_002, message: 'start_date: is more than 60 days ago' })
      const turned = { fields: ['likes'], start_date: dayBefore(2), end_date: dayBefore(3) }
      expect((await mika.get('/business/get/', turned)).code).toBe(40_002)
    },
  )

  test(
    'posts: every field, pages by a cursor of milliseconds, some of them short',
    assumed(NOTES),
    async () => {
      const mika = await connect()
      const seen: string[] = []
      const sizes: number[] = []
      let cursor: number | undefined
      for (let more = true; more; ) {
        const { data } = await mika.get('/business/video/list/', {
          fields: businessVideoFields,
          max_count: 5,
          ...(cursor === undefined ? {} : { cursor }),
        })
        for (const video of data.videos) {
          for (const field of businessVideoFields) expect(video[field], field).toBeDefined()
          expect(typeof video.create_time).toBe('string')
          seen.push(video.item_id)
        }
        sizes.push(data.videos.length)
        more = data.has_more
        cursor = data.cursor
        expect(cursor).toBeGreaterThan(1e12)
      }
      expect(new Set(seen).size).toBe(34)
      expect(sizes.slice(0, -1).some((size) => size < 5)).toBe(true)
      const { data } = await mika.get('/business/video/list/', { filters: { video_ids: seen.slice(3, 5) } })
      expect(data.videos).toEqual(seen.slice(3, 5).map((item_id) => ({ item_id })))
    },
  )

  test('figures stand still a year after posting', assumed(NOTES), async () => {
    emulator.plant({ creators: [{ username: 'old', followers: 1_000_000, videos: 1 }] })
    const views = async () => {
      const old = await connect('old')
      return (await old.get('/business/video/list/', { fields: ['item_id', 'video_views'] })).data.videos[0]
    }
    await emulator.advance(365 * 86_400)
    const before = await views()
    await emulator.advance(100 * 86_400)
    expect(await views()).toEqual(before)
  })
})

describe('comments', () => {
  const newest = async (account: Awaited<ReturnType<typeof connect>>): Promise<string> =>
    (await account.get('/business/video/list/', { max_count: 20 })).data.videos.at(-1).item_id

  test(
    'all of them come, once each, in every order, and as many as the counter says',
    assumed(NOTES),
    async () => {
      const noor = await connect('mika')
      const video_id = await newest(noor)
      const { data } = await noor.get('/business/video/list/', {
        fields: ['item_id', 'comments'],
        filters: { video_ids: [video_id] },
      })
      const all = []
      for (let cursor = 0, more = true; more; ) {
        const page = (
          await noor.get('/business/comment/list/', {
            video_id,
            cursor,
            max_count: 30,
            sort_field: 'create_time',
            sort_order: 'asc',
            include_replies: true,
          })
        ).data
        all.push(...page.comments)
        more = page.has_more && cursor < 480
        cursor = page.cursor
      }
      const times = all.map(({ create_time }) => Number(create_time))
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(new Set(all.map(({ comment_id }) => comment_id)).size).toBe(all.length)
      const replies = all.reduce((sum, comment) => sum + comment.replies, 0)
      if (all.length < 500) expect(all.length + replies).toBe(Math.min(2000, data.videos[0].comments))
      const answered = all.find((comment) => comment.replies > 0)
      expect(answered.reply_list.length).toBe(Math.min(3, answered.replies))
      const list = await noor.get('/business/comment/reply/list/', {
        video_id,
        comment_id: answered.comment_id,
      })
      expect(list.data.comments[0].parent_comment_id).toBe(answered.comment_id)
      const [first] = all
      const some = await noor.get('/business/comment/list/', { video_id, comment_ids: [first.comment_id] })
      expect(some.data.comments.map(({ comment_id }: { comment_id: string }) => comment_id)).toEqual([
        first.comment_id,
      ])
    },
  )

  test('writing, answering, liking, hiding, deleting', assumed(NOTES), async () => {
    const mika = await connect()
    const video_id = await newest(mika)
    const counted = async () =>
      (
        await mika.get('/business/video/list/', {
          fields: ['item_id', 'comments'],
          filters: { video_ids: [video_id] },
        })
      ).data.videos[0].comments
    const before = await counted()
    const viewer = await send(emulator, 'POST', '/_emulator/comments', {
      json: { video: video_id, text: 'Where is the recipe?', username: 'soupfan' },
    })
    const comment_id = viewer.body.id
    const reply = await mika.post('/business/comment/reply/create/', {
      video_id,
      comment_id,
      text: 'In the bio.',
    })
    expect(reply.data).toMatchObject({ parent_comment_id: comment_id, text: 'In the bio.' })
    expect(await counted()).toBe(before + 2)
    await mika.post('/business/comment/like/', { comment_id, action: 'LIKE' })
    await mika.post('/business/comment/like/', { comment_id, action: 'LIKE' })
    await send(emulator, 'PATCH', `/_emulator/comments/${comment_id}`, { json: { pinned: true } })
    const { data } = await mika.get('/business/comment/list/', { video_id, include_replies: true })
    expect(data.comments[0]).toMatchObject({
      comment_id,
      username: 'soupfan',
      liked: true,
      likes: 1,
      pinned: true,
      owner: false,
      replies: 1,
      reply_list: [{ owner: true, username: 'mika' }],
    })
    await mika.post('/business/comment/hide/', { video_id, comment_id, action: 'HIDE' })
    const shown = async (status: string) =>
      (await mika.get('/business/comment/list/', { video_id, status, comment_ids: [comment_id] })).data
        .comments
    expect(await shown('PUBLIC')).toEqual([])
    expect(await shown('ALL')).toMatchObject([{ status: 'HIDDEN' }])
    expect((await mika.post('/business/comment/delete/', { comment_id })).code).toBe(40_001)
    const own = reply.data.comment_id
    expect((await mika.post('/business/comment/delete/', { comment_id: own })).code).toBe(0)
    expect((await mika.post('/business/comment/delete/', { comment_id: own })).code).toBe(40_007)
    expect(await counted()).toBe(before + 1)
    const long = await mika.post('/business/comment/create/', { video_id, text: 'x'.repeat(1_201) })
    expect(long).toMatchObject({ code: 40_002, message: expect.stringMatching(/^text: /) })
  })

  test('only on one’s own posts, and not where comments are off', assumed(NOTES), async () => {
    const mika = await connect()
    const lane = await connect('lane')
    const video_id = await newest(mika)
    expect((await lane.get('/business/comment/list/', { video_id })).code).toBe(40_002)
    const text = 'hello'
    expect((await lane.post('/business/comment/create/', { video_id: await newest(lane), text })).code).toBe(
      40_002,
    )
  })

  test('far down a comment may come twice', assumed(NOTES), async () => {
    emulator.plant({ creators: [{ username: 'loud', followers: 2_000_000, videos: 1 }] })
    await emulator.advance(86_400 * 30)
    const loud = await connect('loud')
    const video_id = await newest(loud)
    const at = async (cursor: number) =>
      (await loud.get('/business/comment/list/', { video_id, cursor, max_count: 30 })).data.comments.map(
        ({ comment_id }: { comment_id: string }) => comment_id,
      )
    const earlier = await at(480)
    expect((await at(510))[0]).toBe(earlier.at(-1))
  })
})

test('publishing ends in a reason when the file cannot be fetched', assumed(NOTES), async () => {
  const mika = await connect()
  const { data } = await mika.post('/business/video/publish/', {
    video_url: 'http://127.0.0.1:9/clip.mp4',
    post_info: { caption: 'Soup' },
  })
  expect(data.share_id).toMatch(/^v_pub_url~v1\.\d+$/)
  await emulator.advance(3_700)
  const status = await connect().then((again) =>
    again.get('/business/publish/status/', { publish_id: data.share_id }),
  )
  expect(status.data).toEqual({ status: 'FAILED', post_ids: [], reason: 'video_pull_failed' })
  expect((await mika.get('/business/publish/status/', { publish_id: 'v_pub_url~v1.1' })).code).toBe(40_007)
  expect((await mika.get('/business/video/settings/')).data.max_video_post_duration_sec).toBe(600)
})
