import { ManualClock } from '@tockwork/kernel'
import {
  AuthError,
  ContractError,
  PlatformError,
  RateLimitError,
  type TikTokEvent,
  TransportError,
  UsageError,
} from '@tockwork/sdk'
import { TikTokBusiness } from '@tockwork/sdk/business'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FakeServer, fakeServer, type Received, type Reply } from '../fake-server.ts'
import { failure, withClock } from '../with-clock.ts'

const ok = (data: unknown, code = 0): Reply => ({ body: { code, message: 'OK', request_id: 'R1', data } })
const refuse = (code: number, message = ''): Reply => ({
  body: { code, message, request_id: 'R2', data: {} },
})
let serial = 0
const tokens = (): Reply => {
  serial += 1
  return ok({
    access_token: `act.${serial}`,
    token_type: 'Bearer',
    scope: 'user.info.basic,user.insights,video.list,comment.list,comment.list.manage',
    expires_in: 86_400,
    refresh_token: `rft.${serial}`,
    refresh_token_expires_in: 31_536_000,
    open_id: 'me',
  })
}

let server: FakeServer
let clock: ManualClock
let events: TikTokEvent[]
const TOKEN = '/open_api/v1.3/tt_user/oauth2/token/'
const REFRESH = '/open_api/v1.3/tt_user/oauth2/refresh_token/'

beforeAll(async () => {
  server = await fakeServer(() => ok({}))
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.requests.length = 0
  clock = new ManualClock(Date.parse('2026-11-24T12:00:00Z'))
  events = []
})

/** A client with a connected account; the server answers tokens by itself and the rest as the test says. */
async function connected(respond: (request: Received, call: number) => Reply, limits = {}) {
  let calls = 0
  server.respond = (request) => {
    if (request.path === TOKEN || request.path === REFRESH) return tokens()
    calls += 1
    return respond(request, calls)
  }
  const business = new TikTokBusiness({
    appId: '7',
    appSecret: 'secret',
    origin: server.origin,
    redirectUri: 'https://example.com/callback/',
    clock,
    limits,
    onEvent: (event) => events.push(event),
  })
  await business.auth.exchange({ code: 'c' })
  server.requests.length = 0
  return { business, account: business.as('me') }
}

const sent = () => server.requests.map(({ path }) => path.replace('/open_api/v1.3', ''))

describe('consent', () => {
  test('goes to the page of TikTok with the app’s id as client_key, and without PKCE', async () => {
    server.respond = () => tokens()
    const business = new TikTokBusiness({ appId: '7', appSecret: 's', origin: server.origin, clock })
    const started = await business.auth.start({
      scopes: ['user.insights', 'video.list'],
      redirectUri: 'https://example.com/',
    })
    const url = new URL(started.url)
    expect(url.pathname).toBe('/v2/auth/authorize/')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_key: '7',
      scope: 'user.insights,video.list',
    })
    expect(url.searchParams.has('code_challenge')).toBe(false)
    const grant = await business.auth.finish(
      `https://example.com/?code=a%2Ab&state=${started.state}`,
      started,
    )
    expect(grant).toMatchObject({ openId: 'me', missingScopes: [] })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      client_id: '7',
      client_secret: 's',
      grant_type: 'authorization_code',
      auth_code: 'a*b',
      redirect_uri: 'https://example.com/',
    })
  })

  test('a used code wants a new consent, a wrong secret other credentials', async () => {
    for (const [code, needs] of [
      [40_110, 'reconnect'],
      [40_101, 'credentials'],
    ] as const) {
      server.respond = () => refuse(code)
      const business = new TikTokBusiness({
        appId: '7',
        appSecret: 's',
        origin: server.origin,
        clock,
        redirectUri: 'https://example.com/',
      })
      expect(await failure(business.auth.exchange({ code: 'x' }))).toMatchObject({
        constructor: AuthError,
        code: String(code),
        needs,
        retry: 'never',
        logId: 'R2',
      })
    }
  })
})

describe('calls', () => {
  test('carry the token without Bearer, the account, and lists as JSON text', async () => {
    const { account } = await connected(() => ok({ username: 'mika', new_field: 1 }))
    const profile = await account.profile(['username', 'followers_count'])
    expect(profile).toEqual({ username: 'mika', new_field: 1 })
    const [request] = server.requests
    expect(request?.headers['access-token']).toMatch(/^act\./)
    expect(request?.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      business_id: 'me',
      fields: '["username","followers_count"]',
    })
  })

  test('an audience that TikTok does not give is empty', async () => {
    const { account } = await connected(() => ok({ audience_ages: [{ age: '18-24', percentage: 0.5 }] }))
    expect(await account.audience()).toEqual({
      ages: [{ age: '18-24', percentage: 0.5 }],
      genders: [],
      countries: [],
      cities: [],
    })
  })

  test('days are asked for as UTC days', async () => {
    const { account } = await connected(() => ok({ metrics: [{ date: '2026-11-20', likes: 3 }] }))
    const range = { from: new Date('2026-11-20T23:00:00Z'), to: '2026-11-21' }
    expect(await account.days(range, { fields: ['likes'] })).toEqual([{ date: '2026-11-20', likes: 3 }])
    expect(server.requests[0]?.query.get('start_date')).toBe('2026-11-20')
    await expect(account.days({ from: 'yesterday' })).rejects.toThrow(UsageError)
  })

  test('a scope that was not granted is told before anything is sent', async () => {
    const { account } = await connected(() => ok({}))
    expect(await failure(account.profile(['is_business_account']))).toMatchObject({ needs: 'scope' })
    expect(await failure(account.publishing.settings())).toMatchObject({ needs: 'scope' })
    expect(server.requests).toEqual([])
  })

  test('a token from elsewhere is asked whose it is', async () => {
    const { business } = await connected(({ path }) =>
      path.endsWith('/token_info/get/')
        ? ok({ app_id: '7', scope: 'user.info.basic', creator_id: 'them' })
        : ok({ display_name: 'T' }),
    )
    const account = await business.withToken('act.other')
    expect(await account.profile(['display_name'])).toEqual({ display_name: 'T' })
    expect(server.requests[1]?.query.get('business_id')).toBe('them')
    expect(server.requests[1]?.headers['access-token']).toBe('act.other')
  })
})

describe('tokens', () => {
  test('one that is refused is renewed once for all callers, and the call goes again', async () => {
    const refused = new Set<unknown>()
    const { account } = await connected(({ headers }) => {
      const token = headers['access-token']
      if (refused.size === 0) refused.add(token)
      return refused.has(token) ? refuse(40_105) : ok({ display_name: 'M' })
    })
    const all = await Promise.all([1, 2, 3].map(() => account.profile(['display_name'])))
    expect(all).toEqual([1, 2, 3].map(() => ({ display_name: 'M' })))
    expect(sent().filter((path) => path.endsWith('/refresh_token/'))).toHaveLength(1)
  })

  test('one that is due is renewed before it is used', async () => {
    const { account } = await connected(() => ok({ display_name: 'M' }))
    await clock.advance(86_400_000 - 60_000)
    await account.profile(['display_name'])
    expect(sent()).toEqual(['/tt_user/oauth2/refresh_token/', '/business/get/'])
  })

  test('a refresh that TikTok will never take is not asked for again', async () => {
    const { account, business } = await connected(() => refuse(40_105))
    server.respond = ({ path }) => (path === REFRESH ? refuse(40_103) : refuse(40_105))
    for (const _ of [1, 2])
      expect(await failure(account.profile(['display_name']))).toMatchObject({
        code: '40103',
        needs: 'reconnect',
      })
    expect(sent().filter((path) => path.endsWith('/refresh_token/'))).toHaveLength(1)
    await business.auth.revoke('me')
    expect(await business.auth.grant('me')).toBeUndefined()
  })

  test('printing a client or an error shows none', async () => {
    const { business, account } = await connected(() => refuse(40_002, 'fields: act.secret0123456789abcdef'))
    const error = await failure(account.profile(['display_name']))
    expect(JSON.stringify([error, business, events])).not.toMatch(/act\.\d|rft\.\d|"secret"/)
  })
})

describe('refusals', () => {
  test('what cannot succeed is not repeated; what passes is, with pauses', async () => {
    const { account } = await connected((_request, call) =>
      call === 1 ? refuse(40_002, 'fields: wrong') : ok({}),
    )
    const error = await failure(account.profile(['display_name']))
    expect(error).toBeInstanceOf(PlatformError)
    expect(error).toMatchObject({
      code: '40002',
      retry: 'never',
      message: expect.stringContaining('fields: wrong'),
    })
    const flaky = await connected((_request, call) => (call < 3 ? refuse(51_065) : ok({ display_name: 'M' })))
    expect(await withClock(clock, flaky.account.profile(['display_name']))).toEqual({ display_name: 'M' })
    expect(sent()).toHaveLength(3)
  })

  test('a comment whose answer was lost is not written twice', async () => {
    const { account } = await connected(() => refuse(50_000))
    const error = await failure(account.comments.create('1', 'Thank you'))
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({ retry: 'outcome-unknown' })
    expect(sent()).toHaveLength(1)
  })

  test('a limit of the app holds up every endpoint of it for five minutes', async () => {
    const { account } = await connected(
      (_request, call) => (call === 1 ? refuse(40_100) : ok({ videos: [], comments: [] })),
      {
        maxWaitMs: 1_000,
      },
    )
    expect(await failure(account.profile(['display_name']))).toBeInstanceOf(RateLimitError)
    expect(await failure(account.comments.replies('1', '2').pages().next())).toMatchObject({
      constructor: RateLimitError,
      until: clock.now() + 300_000,
    })
    expect(sent()).toHaveLength(1)
  })

  test('ten calls a second leave, the others wait; forty a minute at one endpoint', async () => {
    const { account } = await connected(() => ok({ display_name: 'M' }))
    const started = clock.now()
    await withClock(clock, Promise.all(Array.from({ length: 41 }, () => account.profile(['display_name']))))
    expect(clock.now() - started).toBeGreaterThanOrEqual(60_000)
    expect(events.filter(({ type }) => type === 'wait').length).toBeGreaterThanOrEqual(31)
  })

  test('done in part is a success with a warning', async () => {
    const { account } = await connected(() => ok({ display_name: 'M' }, 20_001))
    expect(await account.profile(['display_name'])).toEqual({ display_name: 'M' })
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'partly_done' }))
  })

  test('what stands in front of the API answers with text, and a success must fit', async () => {
    const lost = await connected(() => ({
      status: 404,
      body: '404 page not found',
      headers: { 'content-type': 'text/plain' },
    }))
    expect(await failure(lost.account.profile(['display_name']))).toMatchObject({
      code: 'http_404',
      retry: 'never',
    })
    const odd = await connected(() => ok({ audience_ages: 'many' }))
    expect(await failure(odd.account.audience())).toBeInstanceOf(ContractError)
    const page = await connected(() => ({ body: '<html>' }))
    expect(await failure(page.account.audience())).toBeInstanceOf(ContractError)
  })
})

describe('lists', () => {
  test('posts: short pages are gone through, ids keep their digits, the filter travels', async () => {
    const ids = ['7602997517160123666', '7602997517160123665', '7602997517160123664']
    const { account } = await connected((_request, call) =>
      ok({
        videos: call === 2 ? [] : [{ item_id: ids[call === 1 ? 0 : 1], create_time: '1763990000' }],
        cursor: 1_763_990_000_000 - call,
        has_more: call < 3,
      }),
    )
    const found = []
    for await (const video of account.videos.list({
      fields: ['create_time'],
      ids,
      before: new Date(1_764_000_000_000),
    }))
      found.push(video)
    expect(found).toEqual([
      { item_id: ids[0], create_time: 1_763_990_000 },
      { item_id: ids[1], create_time: 1_763_990_000 },
    ])
    const queries = server.requests.map(({ query }) => Object.fromEntries(query))
    expect(queries.map(({ cursor }) => cursor)).toEqual(['1764000000000', '1763989999999', '1763989999998'])
    expect(queries[0]).toMatchObject({
      fields: '["item_id","create_time"]',
      filters: JSON.stringify({ video_ids: ids }),
      max_count: '20',
    })
  })

  test('comments: what comes twice is given once, in each iteration', async () => {
    const { account } = await connected(({ query }) =>
      query.get('cursor') === null
        ? ok({ comments: [{ comment_id: '1' }, { comment_id: '2' }], cursor: 2, has_more: true })
        : ok({ comments: [{ comment_id: '2' }, { comment_id: '3' }], cursor: 4, has_more: false }),
    )
    const list = account.comments.list('9', { includeReplies: true, sort: { by: 'likes', order: 'desc' } })
    for (const _ of [1, 2]) {
      const ids = []
      for await (const { comment_id } of list) ids.push(comment_id)
      expect(ids).toEqual(['1', '2', '3'])
    }
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toMatchObject({
      video_id: '9',
      include_replies: 'true',
      sort_field: 'likes',
      sort_order: 'desc',
      max_count: '30',
    })
  })
})

test('comments are written, answered, liked, hidden and deleted by their documented calls', async () => {
  const { account } = await connected(() => ok({ comment_id: '5', create_time: '1763990000' }))
  expect(await account.comments.create('9', 'Hi')).toEqual({ comment_id: '5', create_time: 1_763_990_000 })
  await account.comments.reply('9', '5', 'Hello')
  await account.comments.like('5')
  await account.comments.unhide('9', '5')
  await account.comments.delete('5')
  expect(server.requests.map(({ path, body }) => [path.split('/comment/')[1], JSON.parse(body)])).toEqual([
    ['create/', { business_id: 'me', video_id: '9', text: 'Hi' }],
    ['reply/create/', { business_id: 'me', video_id: '9', comment_id: '5', text: 'Hello' }],
    ['like/', { business_id: 'me', comment_id: '5', action: 'LIKE' }],
    ['hide/', { business_id: 'me', video_id: '9', comment_id: '5', action: 'UNHIDE' }],
    ['delete/', { business_id: 'me', comment_id: '5' }],
  ])
  await expect(account.comments.create('9', 'x'.repeat(1_201))).rejects.toThrow(UsageError)
})
