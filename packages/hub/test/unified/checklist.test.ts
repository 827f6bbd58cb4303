/**
 * What a product relies on that was written against a hosted creator API, one block for each line of the list by which such
 * APIs are compared. The expectations are written down here from their documentation and live answers, not taken from the
 * schemas that the hub answers by.
 */
import { createHmac } from 'node:crypto'
import { cryptoRandom } from '@tockwork/kernel'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bindAccount } from '../../src/unified/bind-account.ts'
import { Receiver } from './receiver.ts'
import { misfits, SHAPE_NAMES } from './shapes.ts'
import { basic, UnifiedWorld } from './unified-world.ts'

const TIKTOK = 'de55aeec-0dc8-4119-bf90-16b3d1f0c987'
const NOBODY = '00000000-0000-4000-8000-000000000000'
const NAIVE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[34][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const PRODUCTS = ['identity', 'engagement', 'income', 'switch', 'activity', 'publish_content']
const EVENTS = [
  'ACCOUNTS.CONNECTED',
  'ACCOUNTS.DISCONNECTED',
  'ACCOUNTS.REMOVED',
  'SESSION.EXPIRED',
  'PROFILES.ADDED',
  'PROFILES.UPDATED',
  'CONTENTS.ADDED',
  'CONTENTS.UPDATED',
  'CONTENTS.PUBLISH_SUCCESS',
  'CONTENTS.PUBLISH_READY',
  'CONTENTS.PUBLISH_FAILURE',
]

let world: UnifiedWorld
let receiver: Receiver
/** The account as the unified API and as the hub's own names it. */
let account: string
let own: string

beforeAll(async () => {
  world = await UnifiedWorld.start()
  receiver = await Receiver.start()
  const made = await world.post('/v1/webhooks', { url: receiver.url, name: 'product', events: EVENTS })
  if (made.status !== 201) throw new Error(made.text)
  own = await world.connect('mika', { external_user_id: 'person-1' })
  account = (await world.get('/v1/accounts')).json.data[0].id
  await vi.waitFor(
    async () => {
      const { json } = await world.get(`/v1/accounts/${account}`)
      expect(json.data.engagement.status).toBe('SYNCED')
    },
    { timeout: 60_000, interval: 250 },
  )
}, 90_000)
afterAll(async () => {
  await world?.close()
  await receiver?.close()
})

test('1. Basic access that is missing or wrong: 401 in the error envelope', async () => {
  for (const authorization of ['', basic(world.clientId, 'wrong')]) {
    const { status, json } = await world.get('/v1/accounts', { authorization })
    expect(status).toBe(401)
    expect(Object.keys(json.error)).toEqual([
      'type',
      'code',
      'error_code',
      'message',
      'status_code',
      'http_status_code',
      'request_id',
    ])
  }
})

test('2. a user is made, a second with the same external_id is refused, and found by it', async () => {
  const body = { name: 'Ana', external_id: 'person-2' }
  const { json: made } = await world.post('/v1/users', body)
  expect((await world.post('/v1/users', body)).status).toBe(409)
  expect((await world.get('/v1/users/external_id/person-2')).json).toEqual(made)
})

test('3. an SDK token for an unknown user: incorrect_user_id', async () => {
  const { status, json } = await world.post('/v1/sdk-tokens', { user_id: NOBODY, products: ['IDENTITY'] })
  expect([status, json.error.type, json.error.error_code]).toEqual([
    404,
    'RECORD_NOT_FOUND',
    'incorrect_user_id',
  ])
})

describe('4. work platforms', () => {
  test('TikTok is found by name, with its id and the six products', async () => {
    const { json } = await world.get('/v1/work-platforms?name=TikTok')
    expect(json.data).toHaveLength(1)
    const [platform] = json.data
    expect(platform).toMatchObject({ id: TIKTOK, name: 'TikTok', category: 'SOCIAL', status: 'ACTIVE' })
    expect(Object.keys(platform)).toEqual([
      'id',
      'name',
      'logo_url',
      'category',
      'status',
      'url',
      'created_at',
      'updated_at',
      'products',
    ])
    expect(Object.keys(platform.products)).toEqual(PRODUCTS)
    expect(platform.products.identity).toEqual({ is_supported: true, audience: { is_supported: false } })
    const logo = await fetch(platform.logo_url.replace(/^https?:\/\/[^/]+/, world.hub.url))
    expect([logo.status, logo.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  })

  test('every id that products have stored resolves', async () => {
    const { json } = await world.get('/v1/work-platforms?limit=100')
    const ids = json.data.map(({ id }: { id: string }) => id)
    for (const id of ['9bb8913b-ddd9-430b-a66a-d74d846e6c66', '14d9ddf5-51c6-415e-bde6-f8ed36ad7054'])
      expect(ids).toContain(id)
    expect((await world.get(`/v1/work-platforms/${TIKTOK}`)).json.name).toBe('TikTok')
    const unknown = await world.get(`/v1/work-platforms/${NOBODY}`)
    expect(unknown.json.error.error_code).toBe('incorrect_work_platform_id')
  })
})

describe('5. a creator connects', () => {
  test('and the event names account and user', async () => {
    const { json } = await receiver.event('ACCOUNTS.CONNECTED')
    const user = (await world.get('/v1/users/external_id/person-1')).json
    expect(json).toEqual({
      event: 'ACCOUNTS.CONNECTED',
      name: 'account is connected',
      id: expect.stringMatching(UUID),
      data: {
        account_id: account,
        user_id: user.id,
        last_updated_time: expect.stringMatching(NAIVE),
      },
    })
  })

  test('what the embedding page is told are the three ids of the unified API', async () => {
    const { json: user } = await world.get('/v1/users/external_id/person-2')
    const { rows } = await world.database.pool.query('select workspace_id from accounts where id = $1', [own])
    const bond = {
      workspaceId: rows[0].workspace_id,
      accountId: own,
      userId: user.id,
      products: ['IDENTITY', 'ENGAGEMENT', 'PUBLISH.CONTENT'],
      now: Date.now(),
    }
    const told = await world.database.db.transaction().execute((tx) => bindAccount(tx, bond, cryptoRandom))
    expect(told).toEqual({ accountId: account, workPlatformId: TIKTOK, userId: user.id })
    const { json } = await world.get(`/v1/accounts?user_id=${user.id}&work_platform_id=${TIKTOK}`)
    expect(json.data).toMatchObject([{ id: account, user: { id: user.id, name: 'Ana' } }])
    // The hub's own API names the same person.
    const hub = await world.own('GET', `/v1/connected-accounts/${own}`)
    expect(hub.json.external_user_id).toBe('person-2')
  })

  test('and the account has every key, whether or not there is anything to say', async () => {
    const { json } = await world.get(`/v1/accounts/${account}`)
    expect(Object.keys(json)).toEqual([
      'id',
      'created_at',
      'updated_at',
      'user',
      'work_platform',
      'username',
      'platform_username',
      'profile_pic_url',
      'status',
      'platform_profile_name',
      'platform_profile_id',
      'platform_profile_published_at',
      'disconnection_source',
      'data',
    ])
    expect(json).toMatchObject({
      status: 'CONNECTED',
      disconnection_source: null,
      work_platform: { id: TIKTOK, name: 'TikTok' },
      data: {
        identity: {
          status: 'SYNCED',
          monitor_type: 'STANDARD',
          last_sync_at: expect.stringMatching(NAIVE),
          audience: { status: 'NOT_SUPPORTED', monitor_type: 'STANDARD', last_sync_at: null },
        },
        engagement: {
          status: 'SYNCED',
          monitor_type: 'STANDARD',
          last_sync_at: expect.stringMatching(NAIVE),
          refresh_since: expect.stringMatching(NAIVE),
          data_available_from: expect.stringMatching(NAIVE),
          audience: { status: 'NOT_SUPPORTED' },
        },
        publish: { status: 'SYNCED' },
      },
    })
  })
})

describe('6. a profile of TikTok', () => {
  test('has exactly the 38 keys, in their order, and 11 of reputation', async () => {
    const { json } = await world.get(`/v1/profiles?account_id=${account}`)
    expect(json.data).toHaveLength(1)
    const [profile] = json.data
    expect(Object.keys(profile).join(' ')).toBe(
      'id created_at updated_at user account work_platform username platform_username full_name first_name ' +
        'last_name nick_name url introduction image_url date_of_birth external_id platform_account_type category ' +
        'website reputation emails phone_numbers addresses gender country platform_profile_name ' +
        'platform_profile_id platform_profile_published_at is_verified is_business work_experiences education ' +
        'publications certifications volunteer_experiences honors projects',
    )
    expect(Object.keys(profile.reputation).join(' ')).toBe(
      'follower_count following_count subscriber_count paid_subscriber_count content_count content_group_count ' +
        'watch_time_in_hours average_open_rate average_click_rate like_count connection_count',
    )
    expect((await world.get(`/v1/profiles/${profile.id}`)).json).toEqual(profile)
  })

  test('says what the hub says of it', async () => {
    const [profile] = (await world.get(`/v1/profiles?account_id=${account}`)).json.data
    const { json } = await world.own('GET', `/v1/connected-accounts/${own}/profile`)
    const said = json.profile
    expect(profile).toMatchObject({
      username: said.username,
      platform_username: said.username,
      full_name: said.display_name,
      introduction: said.bio_description,
      image_url: said.avatar_large_url,
      external_id: said.open_id,
      platform_profile_id: said.open_id,
      is_verified: said.is_verified,
      reputation: {
        follower_count: said.follower_count,
        following_count: said.following_count,
        like_count: said.likes_count,
        content_count: said.video_count,
        subscriber_count: null,
      },
    })
    expect(profile.account).toEqual({
      id: account,
      platform_username: said.username,
      username: said.username,
    })
  })
})

describe('7. contents', () => {
  const list = (query: string, headers = {}) =>
    world.get(`/v1/social/contents?account_id=${account}&${query}`, headers)

  test.each(['', 'account_id=', `account_id=${NOBODY}`, 'limit=10'])(
    'need an account: "%s"',
    async (query) => {
      const { status } = await world.get(`/v1/social/contents?${query}`)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    },
  )

  test.each(['limit=0', 'limit=101', 'from_date=yesterday', 'from_date=2026-11-02&to_date=2026-11-01'])(
    'are refused for %s',
    async (query) => expect((await list(query)).status).toBe(400),
  )

  test('have exactly these keys, and those of engagement', async () => {
    const [content] = (await list('limit=1')).json.data
    expect(Object.keys(content).join(' ')).toBe(
      'id created_at updated_at user account work_platform engagement authors audience platform external_id title ' +
        'format type url media_url duration description visibility thumbnail_url persistent_thumbnail_url ' +
        'published_at platform_profile_id platform_profile_name sponsored collaboration ' +
        'is_owned_by_platform_user hashtags content_tags mentions media_urls',
    )
    expect(Object.keys(content.engagement).join(' ')).toBe(
      'like_count dislike_count comment_count impression_organic_count reach_organic_count save_count view_count ' +
        'replay_count watch_time_in_hours avg_watch_time_in_sec share_count impression_paid_count reach_paid_count ' +
        'email_open_rate email_click_rate unsubscribe_count spam_report_count click_count repost_count ' +
        'additional_info',
    )
    expect(content).toMatchObject({ format: 'VIDEO', type: 'VIDEO', visibility: 'PUBLIC' })
    expect(content.external_id).toMatch(/^\d{19}$/)
    expect(content.published_at).toMatch(NAIVE)
  })

  test('come by offset without a gap, newest first, and are those of the hub', async () => {
    const paged = []
    for (let offset = 0; ; offset += 2) {
      const { json } = await list(`limit=2&offset=${offset}`)
      expect(json.metadata).toEqual({ offset, limit: 2, from_date: null, to_date: null })
      paged.push(...json.data)
      if (json.data.length < 2) break
    }
    const { json } = await world.own('GET', `/v1/connected-accounts/${own}/videos?limit=100`)
    expect(paged.length).toBeGreaterThan(2)
    expect(
      paged.map((content) => ({
        id: content.external_id,
        at: `${content.published_at.slice(0, 23)}Z`,
        url: content.url,
        text: content.description,
        cover: content.thumbnail_url,
        seconds: content.duration,
        counts: [
          content.engagement.view_count,
          content.engagement.like_count,
          content.engagement.comment_count,
          content.engagement.share_count,
        ],
      })),
    ).toEqual(
      json.data.map((row: { id: string; posted_at: string; video: Record<string, unknown> }) => ({
        id: row.id,
        at: row.posted_at,
        url: row.video.share_url,
        text: row.video.video_description,
        cover: row.video.cover_image_url,
        seconds: row.video.duration,
        counts: [row.video.view_count, row.video.like_count, row.video.comment_count, row.video.share_count],
      })),
    )
  })

  test('are narrowed by days, both ends included', async () => {
    const all = (await list('limit=100')).json.data
    const day = all[1].published_at.slice(0, 10)
    const { json } = await list(`from_date=${day}&to_date=${day}&limit=100`)
    expect(json.metadata).toMatchObject({ from_date: day, to_date: day })
    expect(json.data).toEqual(
      all.filter(({ published_at }: { published_at: string }) => published_at.startsWith(day)),
    )
    expect(json.data.length).toBeGreaterThan(0)
  })

  test('tell a total, a cursor, times with a zone and their source to those who ask', async () => {
    const headers = { 'tockwork-extend': 'paging, utc, source' }
    const first = await list('limit=2', headers)
    const all = (await list('limit=100')).json.data
    expect(first.json.metadata.total).toBe(all.length)
    const second = await list(`limit=2&cursor=${first.json.metadata.next_cursor}`, headers)
    expect(second.json.data.map(({ id }: { id: string }) => id)).toEqual([all[2].id, all[3].id])
    expect(first.json.data[0].published_at).toBe(`${all[0].published_at.slice(0, 23)}Z`)
    expect(first.json.data[0].source).toEqual({
      call: 'display.videoList',
      read_at: expect.stringMatching(/Z$/),
    })
  })

  test('have a history of their counters', async () => {
    const [content] = (await list('limit=1')).json.data
    const { json } = await world.get(`/v1/social/contents/${content.id}/metrics`)
    expect(json.data).toHaveLength(1)
    expect(json.data[0]).toMatchObject({
      view_count: content.engagement.view_count,
      like_count: content.engagement.like_count,
    })
  })
})

test('8. search: 101 ids are refused, unknown ones are left out, the order is that of the ids', async () => {
  const all = (await world.get(`/v1/social/contents?account_id=${account}&limit=100`)).json.data
  const many = Array.from({ length: 101 }, (_value, at) =>
    NOBODY.replace(/.{3}$/, String(at).padStart(3, '0')),
  )
  expect((await world.post('/v1/social/contents/search', { ids: many })).status).toBe(400)
  const ids = [all[2].id, NOBODY, all[0].id]
  expect((await world.post('/v1/social/contents/search', { ids })).json).toEqual({ data: [all[2], all[0]] })
  expect((await world.get(`/v1/social/contents/${all[1].id}`)).json).toEqual(all[1])
  const unknown = await world.get(`/v1/social/contents/${NOBODY}`)
  expect([unknown.status, unknown.json.error.error_code]).toEqual([404, 'incorrect_content_id'])
})

test('9. audience is one object without a list around it', async () => {
  const { status, json } = await world.get(`/v1/audience?account_id=${account}`)
  expect(status).toBe(200)
  expect(Object.keys(json).join(' ')).toBe(
    'id created_at updated_at user account work_platform countries cities gender_age_distribution',
  )
  expect((await world.get(`/v1/audience?account_id=${NOBODY}`)).json.error.error_code).toBe(
    'incorrect_account_id',
  )
})

describe('every object fits what is documented and what live answers look like', () => {
  const one = async (path: string) => (await world.get(path)).json
  const first = async (path: string) => (await one(path)).data[0]
  const objects: Record<string, () => Promise<unknown>> = {
    user: () => first('/v1/users'),
    'sdk token': async () =>
      (
        await world.post('/v1/sdk-tokens', {
          user_id: (await first('/v1/users')).id,
          products: ['IDENTITY'],
        })
      ).json,
    'work platform': () => first('/v1/work-platforms?name=tiktok'),
    account: () => first('/v1/accounts'),
    profile: () => first('/v1/profiles'),
    content: () => first(`/v1/social/contents?account_id=${account}`),
    audience: () => one(`/v1/audience?account_id=${account}`),
    webhook: () => first('/v1/webhooks'),
    error: () => one(`/v1/users/${NOBODY}`),
    'list metadata': async () => (await one('/v1/accounts')).metadata,
    // Its own test ends the account.
    'disconnected account': async () => undefined,
  }

  test('and what does not fit is noticed', async () => {
    const user = await first('/v1/users')
    const { name, ...nameless } = user
    for (const wrong of [{ ...user, more: 1 }, nameless, { ...user, status: 'X' }, { ...user, id: 1 }, null])
      expect(misfits('user', wrong), name).not.toEqual([])
  })

  test('and each has something to try', () =>
    expect(Object.keys(objects).sort()).toEqual([...SHAPE_NAMES].sort()))

  test.each(SHAPE_NAMES.filter((name) => name !== 'disconnected account'))('%s', async (name) => {
    expect(misfits(name, await objects[name]?.())).toEqual([])
  })
})

describe('what a platform does not have', () => {
  const days = (name: string) => `${name}_from_date=2026-01-01&${name}_to_date=2026-02-01`
  test.each([
    ['/v1/social/content-groups', ''],
    ['/v1/social/comments', ''],
    ['/v1/publications/contents', ''],
    ['/v1/social/income/transactions', days('transaction')],
    ['/v1/social/income/payouts', days('payout')],
    ['/v1/commerce/income/transactions', days('transaction')],
    ['/v1/commerce/income/payouts', days('payout')],
    ['/v1/commerce/income/balances', days('balance')],
    ['/v1/media/activity/artists', ''],
    ['/v1/media/activity/contents', ''],
  ])('%s is an empty list, and needs its days where it has some', async (path, query) => {
    const { status, json } = await world.get(`${path}?account_id=${account}&${query}`)
    expect([status, json.data]).toEqual([200, []])
    if (query !== '') expect((await world.get(`${path}?account_id=${account}`)).status).toBe(400)
  })

  test('and asking for a reading of it is refused', async () => {
    const { status, json } = await world.post('/v1/social/income/transactions/refresh', {
      account_id: account,
    })
    expect([status, json.error.error_code]).toEqual([400, 'product_not_supported'])
  })
})

describe('10. webhooks', () => {
  test('are signed with the client secret over the raw bytes', async () => {
    const { headers, raw } = await receiver.event('CONTENTS.ADDED')
    expect(headers['webhook-signatures']).toBe(createHmac('sha256', world.key).update(raw).digest('hex'))
  })

  test('name what came: a profile, and contents that can be searched for', async () => {
    const { json: profiles } = await world.get(`/v1/profiles?account_id=${account}`)
    const added = await receiver.event('PROFILES.ADDED')
    expect(added.json).toMatchObject({ name: 'profile added', data: { profile_id: profiles.data[0].id } })
    const { json } = await receiver.event('CONTENTS.ADDED')
    expect(json.data.items.length).toBeLessThanOrEqual(100)
    const { json: found } = await world.post('/v1/social/contents/search', { ids: json.data.items })
    expect(found.data).toHaveLength(json.data.items.length)
  })

  test('a mock event is sent, and tried again under the same id when the receiver fails', async () => {
    receiver.answers.push(500)
    const payload = { event: 'PROFILES.UPDATED', name: 'try', data: { account_id: account, marker: 1 } }
    expect((await world.post('/v1/webhooks/send', { payload })).json).toEqual({ payload })
    const mine = () => receiver.told.filter(({ json }) => json.data.marker === 1)
    await vi.waitFor(() => expect(mine()).toHaveLength(2), { timeout: 30_000, interval: 200 })
    const [first, second] = mine()
    expect(second?.json).toEqual(first?.json)
    expect(first?.json).toMatchObject({ event: 'PROFILES.UPDATED', name: 'try', data: payload.data })
    const [webhook] = (await world.get('/v1/webhooks')).json.data
    const { json } = await world.get(`/v1/webhooks/${webhook.id}/deliveries?limit=1`)
    expect(json.data[0]).toMatchObject({ state: 'delivered', attempts: 2, body: first?.json })
    expect(json.data[0].log.map(({ status }: { status: number }) => status)).toEqual([500, 200])
  })

  test('are listed, changed, switched off and removed', async () => {
    const body = { url: receiver.url, name: 'other', events: ['PAYOUTS.ADDED'] }
    const made = await world.post('/v1/webhooks', body)
    expect(made.json).toEqual({
      id: expect.stringMatching(UUID),
      created_at: expect.stringMatching(NAIVE),
      updated_at: expect.stringMatching(NAIVE),
      ...body,
      is_active: true,
    })
    const list = await world.get('/v1/webhooks')
    expect(list.json.metadata).toEqual({ offset: null, limit: null, from_date: null, to_date: null })
    expect(list.json.data[0]).toEqual(made.json)
    const path = `/v1/webhooks/${made.json.id}`
    const put = await world.call('PUT', path, { ...body, events: ['BALANCES.ADDED'], is_active: false })
    expect(put.json).toMatchObject({ events: ['BALANCES.ADDED'], is_active: false })
    expect((await world.get(path)).json).toEqual(put.json)
    const gone = await world.call('DELETE', path)
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect((await world.get(path)).json.error.error_code).toBe('incorrect_webhook_id')
    for (const wrong of [{ ...body, events: ['NEVER.HEARD'] }, { ...body, url: 'ftp://x' }, { events: [] }])
      expect((await world.post('/v1/webhooks', wrong)).status).toBeGreaterThanOrEqual(400)
    // The hub's own list has none of them: their events are not of its catalogue.
    expect((await world.own('GET', '/v1/webhook-endpoints')).json.data).toEqual([])
    expect((await world.own('GET', '/v1/webhook-deliveries')).json.data).toEqual([])
  })

  test('changed with another client secret, both sign', async () => {
    const [webhook] = (await world.get('/v1/webhooks')).json.data
    const second = await world.own('POST', '/v1/api-keys', {
      name: 'next',
      mode: 'live',
      scopes: ['webhooks:read', 'webhooks:write'],
    })
    const { url, name, events } = webhook
    const authorization = basic(second.json.id, second.json.key)
    const put = await world.call(
      'PUT',
      `/v1/webhooks/${webhook.id}`,
      { url, name, events },
      { authorization },
    )
    expect(put.status).toBe(200)
    const payload = { event: 'PROFILES.UPDATED', name: 'try', data: { marker: 2 } }
    await world.post('/v1/webhooks/send', { payload })
    const { headers, raw } = await receiver.wait(({ json }) => json.data.marker === 2)
    const by = (key: string) => createHmac('sha256', key).update(raw).digest('hex')
    expect(headers['webhook-signatures']?.split(',')).toEqual([by(second.json.key), by(world.key)])
  })
})

describe('reading again', () => {
  test('tells what came and what changed', async () => {
    const { videos } = world.emulator.world
    const row = [...videos.values()].find(({ creator }) => creator === 'mika')
    if (row === undefined) throw new Error('mika has no video')
    videos.put({ ...row, reach: row.reach + 1_000_000 })
    const added = '7399999999999999999'
    videos.put({ ...row, id: added, createdAt: Date.now() - 60_000, public: true })
    const before = (await world.get(`/v1/social/contents?account_id=${account}&limit=100`)).json.data
    await world.database.pool.query('update account_syncs set due_at = now() where account_id = $1', [own])
    const idOf = async (externalId: string) => {
      const { json } = await world.get(`/v1/social/contents?account_id=${account}&limit=100`)
      return json.data.find(({ external_id }: { external_id: string }) => external_id === externalId)
    }
    const old = before.find(({ external_id }: { external_id: string }) => external_id === row.id)
    await receiver.wait(({ json }) => json.event === 'CONTENTS.UPDATED' && json.data.items.includes(old.id))
    const now = await idOf(row.id)
    expect(now.engagement.view_count).toBeGreaterThan(old.engagement.view_count)
    expect(now.created_at).toBe(old.created_at)
    expect(now.updated_at > old.updated_at).toBe(true)
    const fresh = await idOf(added)
    await receiver.wait(({ json }) => json.event === 'CONTENTS.ADDED' && json.data.items.includes(fresh.id))
    const ever = receiver.told.filter(({ json }) => json.event === 'CONTENTS.ADDED')
    const items = ever.flatMap(({ json }) => json.data.items)
    expect(new Set(items).size).toBe(items.length)
  })
})

describe('reading on demand', () => {
  test('is asked for, and echoed', async () => {
    const body = { account_id: account }
    for (const path of ['/v1/profiles/refresh', '/v1/social/contents/refresh']) {
      const { status, json } = await world.post(path, body)
      expect([status, json]).toEqual([200, body])
    }
    const historic = { ...body, from_date: '2020-01-01' }
    expect((await world.post('/v1/social/contents/fetch-historic', historic)).json).toEqual(historic)
    const { rows } = await world.database.pool.query(
      'select whole_at, requested_at from account_syncs where account_id = $1',
      [own],
    )
    expect(rows[0]).toMatchObject({ whole_at: null, requested_at: expect.any(Date) })
  })

  test('is all that happens once every product is on demand', async () => {
    const set = (monitoring_type: string) =>
      world.call('PATCH', `/v1/accounts/${account}`, {
        data: { identity: { monitoring_type }, engagement: { monitoring_type } },
      })
    const { json } = await set('ON_DEMAND')
    expect(json.data.identity.monitor_type).toBe('ON_DEMAND')
    const due = async () =>
      (
        await world.database.pool.query('select due_at, on_demand from account_syncs where account_id = $1', [
          own,
        ])
      ).rows[0]
    expect(await due()).toEqual({ due_at: null, on_demand: true })
    await world.post('/v1/profiles/refresh', { account_id: account })
    expect((await due()).due_at).toBeInstanceOf(Date)
    await set('STANDARD')
    expect((await due()).on_demand).toBe(false)
  })
})

test('a consent that ends at the platform is SESSION_EXPIRED, and told', async () => {
  const id = await world.connect('lane')
  const { rows } = await world.database.pool.query(
    'select app_id, external_id, connected_at from accounts where id = $1',
    [id],
  )
  const [row] = rows
  // What TikTok sends when a creator removes the app, a second after the consent.
  const seconds = Math.floor(row.connected_at.getTime() / 1000) + 1
  const body = JSON.stringify({
    client_key: 'tw-demo-app',
    event: 'authorization.removed',
    create_time: seconds,
    user_openid: row.external_id,
    content: JSON.stringify({ reason: 1 }),
  })
  const signature = createHmac('sha256', 'tw-demo-secret').update(`${seconds}.${body}`).digest('hex')
  const taken = await fetch(`${world.hub.url}/webhooks/tiktok/${row.app_id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'tiktok-signature': `t=${seconds},s=${signature}` },
    body,
  })
  expect(taken.status).toBe(200)
  const { json } = await receiver.event('SESSION.EXPIRED')
  expect((await world.get(`/v1/accounts/${json.data.account_id}`)).json).toMatchObject({
    status: 'SESSION_EXPIRED',
    username: 'lane',
  })
})

describe('11. an account that is disconnected', () => {
  test('is NOT_CONNECTED, is told, and reads as before', async () => {
    const before = (await world.get(`/v1/social/contents?account_id=${account}`)).json
    const { status, json } = await world.post(`/v1/accounts/${account}/disconnect`)
    expect([status, json.status]).toEqual([200, 'NOT_CONNECTED'])
    expect(misfits('disconnected account', json)).toEqual([])
    const told = await receiver.event('ACCOUNTS.DISCONNECTED')
    expect(told.json.data.account_id).toBe(account)
    const { json: after } = await world.get(`/v1/accounts/${account}`)
    expect(after).toMatchObject({ status: 'NOT_CONNECTED', disconnection_source: 'DEVELOPER_API' })
    expect((await world.get(`/v1/social/contents?account_id=${account}`)).json).toEqual(before)
    const refused = await world.post('/v1/profiles/refresh', { account_id: account })
    expect([refused.status, refused.json.error.type]).toEqual([409, 'SESSION_EXPIRED'])
  })

  test('is erased with a report, told, and not found afterwards', async () => {
    const { json: consents } = await world.get(`/v1/accounts/${account}/consents`)
    expect(consents.data).toMatchObject([{ end_reason: 'disconnected' }])
    const contents = (await world.get(`/v1/social/contents?account_id=${account}&limit=100`)).json.data.length
    const { json } = await world.call('DELETE', `/v1/accounts/${account}`)
    expect(json).toMatchObject({ id: account, platform_grant: 'none', erased: { contents } })
    expect((await receiver.event('ACCOUNTS.REMOVED')).json.data.account_id).toBe(account)
    for (const path of [
      `/v1/accounts/${account}`,
      `/v1/profiles?account_id=${account}`,
      `/v1/audience?account_id=${account}`,
      `/v1/social/contents?account_id=${account}`,
    ])
      expect((await world.get(path)).json.error.error_code, path).toBe('incorrect_account_id')
  })

  test('a user is erased with every account', async () => {
    await world.connect('noor', { external_user_id: 'person-3' })
    const { json: user } = await world.get('/v1/users/external_id/person-3')
    const { json } = await world.call('DELETE', `/v1/users/${user.id}`)
    expect(json).toMatchObject({ id: user.id, accounts: [{ platform_grant: 'revoked' }] })
    expect((await world.get(`/v1/users/${user.id}`)).status).toBe(404)
  })
})
