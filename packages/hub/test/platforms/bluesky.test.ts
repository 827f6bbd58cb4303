import { createHmac } from 'node:crypto'
import { APP_PASSWORD } from '@tockwork/connectors/small-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Receiver } from '../unified/receiver.ts'
import { BlueskyWorld } from './bluesky-world.ts'

let world: BlueskyWorld
beforeAll(async () => {
  world = await BlueskyWorld.start()
}, 120_000)
afterAll(() => world.close())

const WITH_SOURCE = { 'tockwork-extend': 'source' }

async function accountNow(id: string) {
  return (await world.own('GET', `/v1/connected-accounts/${id}`)).json
}

describe('connecting', () => {
  test('the page says who asks and for what, and takes a handle or an app password, without a script', async () => {
    const { url } = await world.invite()
    const page = await world.visit(`${new URL(url).pathname}?lang=en`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('asks to connect your Bluesky account')
    expect(page.text).toContain('see your posts, how they do, and what others answer')
    expect(page.text).toContain('Use an app password instead')
    expect(page.text).not.toContain('<script')
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' https:;")
    const german = await world.visit(`${new URL(url).pathname}?lang=de`)
    expect(german.text).toContain('möchte dein Bluesky-Konto verbinden')
  })

  test('who the app is can be read at its address, and holds no secret', async () => {
    const page = await world.visit(`/connect/clients/${world.appId}.json`)
    const document = JSON.parse(page.text)
    expect(document).toMatchObject({
      client_id: `https://hub.example.com/connect/clients/${world.appId}.json`,
      redirect_uris: ['https://hub.example.com/connect/callback'],
      token_endpoint_auth_method: 'private_key_jwt',
      dpop_bound_access_tokens: true,
      scope: 'atproto transition:generic',
    })
    expect(Object.keys(document.jwks.keys[0])).not.toContain('d')
    expect((await world.visit('/connect/clients/app_01ABCDEFGHJKMNPQRSTVWXYZ00.json')).status).toBe(404)
  })

  test('by the page of their own server: the account is there, with its name and what it can', async () => {
    const id = await world.connect({ external_user_id: 'u-1' })
    expect(await accountNow(id)).toMatchObject({
      platform: 'bluesky',
      external_id: world.server.did,
      external_user_id: 'u-1',
      username: 'mika.example.com',
      display_name: 'Mika',
      status: 'connected',
      scopes: ['atproto', 'transition:generic'],
      missing_scopes: [],
      capabilities: {
        direct_post: { available: true, reason: null, scope: 'transition:generic' },
        drafts: { available: false, reason: 'not_supported' },
        stats: { available: true },
      },
    })
    const consents = await world.own('GET', `/v1/connected-accounts/${id}/consents`)
    expect(consents.json.data[0]).toMatchObject({
      scopes_granted: ['atproto', 'transition:generic'],
      ended_at: null,
    })
  })

  test('a creator who does not agree connects nothing and is told so', async () => {
    const { id, url } = await world.invite()
    const gone = await world.visit(url, { identifier: world.server.handle })
    const page = await world.visit(world.server.signIn.consent(gone.location, { deny: true }))
    expect(page.text).toContain('You did not agree, so nothing changes.')
    const { json } = await world.own('GET', `/v1/connect-sessions/${id}`)
    expect(json).toMatchObject({ outcome: 'denied', outcome_code: 'access_denied' })
  })

  test('a handle of nobody, and what is no app password, are said on the page; the password is sent nowhere', async () => {
    const { url } = await world.invite()
    const nobody = await world.visit(url, { identifier: 'nobody.example.com' })
    expect(nobody.status).toBe(422)
    expect(nobody.text).toContain('No account of this name was found')
    expect(nobody.text).toContain('value="nobody.example.com"')
    const before = world.server.requests
    const own = await world.visit(url, { identifier: world.server.handle, password: 'correct horse battery' })
    expect(own.text).toContain('This is no app password')
    expect(own.text).not.toContain('correct horse')
    expect(world.server.requests).toBe(before)
    const wrong = await world.visit(url, { identifier: world.server.handle, password: 'aaaa-bbbb-cccc-dddd' })
    expect(wrong.text).toContain('do not belong together')
    expect(wrong.text).not.toContain('aaaa-bbbb')
  })

  test('behind one link passwords are tried ten times, not more', async () => {
    const { url } = await world.invite()
    const form = { identifier: world.server.handle, password: 'aaaa-bbbb-cccc-dddd' }
    for (let tries = 0; tries < 10; tries += 1) await world.visit(url, form)
    const page = await world.visit(url, { ...form, password: APP_PASSWORD })
    expect(page.text).toContain('That was tried too often')
  })

  test('an app password connects too, is kept by nobody, and the same account stays the same', async () => {
    const before = await world.connect()
    const { id, url } = await world.invite()
    const page = await world.visit(url, { identifier: `@${world.server.handle}`, password: APP_PASSWORD })
    expect(page.text).toContain('mika.example.com is connected')
    const { json } = await world.own('GET', `/v1/connect-sessions/${id}`)
    expect(json).toMatchObject({ outcome: 'connected', account_id: before })
    expect(await accountNow(before)).toMatchObject({ scopes: ['com.atproto.appPass'], missing_scopes: [] })
    const { rows } = await world.database.pool.query(
      `select count(*)::int as n from token_vault where position('${APP_PASSWORD}' in encode(sealed, 'escape')) > 0`,
    )
    expect(rows[0].n).toBe(0)
  })
})

describe('in a product that embeds Connect', () => {
  let token: string
  let userId: string
  beforeAll(async () => {
    userId = (await world.call('POST', '/v1/users', { name: 'Ada', external_id: 'ada-1' })).json.id
    const made = await world.call('POST', '/v1/sdk-tokens', {
      user_id: userId,
      products: ['IDENTITY', 'ENGAGEMENT', 'PUBLISH.CONTENT'],
    })
    token = made.json.sdk_token
  })
  const BLUESKY = '2c128675-17a9-4390-a0cd-95eb216cd143'
  const TIKTOK = 'de55aeec-0dc8-4119-bf90-16b3d1f0c987'
  const enter = (more: Record<string, string> = {}) =>
    world.visit('/connect/sdk', { token, origin: 'https://product.example.com', ...more })

  test('with apps of one platform it goes there at once; one that there is none of is refused', async () => {
    expect((await enter()).location).toMatch(/^\/connect\/cs_/)
    const refused = await enter({ platform: TIKTOK })
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('"reason":"platform_not_offered"')
  })

  test('with apps of several the creator chooses, unless the product did', async () => {
    const tiktok = { name: 'T', environment: 'production', client_key: 'k', client_secret: 's' }
    const app = await world.own('POST', '/v1/apps', tiktok)
    const picker = await enter()
    expect(picker.text).toContain('Which account do you want to connect?')
    for (const id of [BLUESKY, TIKTOK]) expect(picker.text).toContain(`name="platform" value="${id}"`)
    const chosen = await enter({ act: 'connect', platform: BLUESKY })
    const page = await world.visit(chosen.location)
    expect(page.text).toContain('asks to connect your Bluesky account')
    expect(page.text).toContain('"type":"session"')
    const gone = await world.visit(chosen.location, { identifier: world.server.handle })
    const done = await world.visit(world.server.signIn.consent(gone.location))
    expect(done.text).toContain(`"type":"connected"`)
    expect(done.text).toContain(BLUESKY)
    const { json } = await world.call('GET', `/v1/accounts?user_id=${userId}`)
    expect(json.data).toMatchObject([{ work_platform: { name: 'Bluesky' }, user: { id: userId } }])
    const accounts = await enter()
    expect(accounts.text).toContain('<span class="soft">Bluesky</span>')
    const ended = await enter({ act: 'disconnect', account: json.data[0].id })
    expect(ended.text).toContain(`"type":"disconnected"`)
    expect(ended.text).toContain(BLUESKY)
    await world.own('DELETE', `/v1/apps/${app.json.id}`)
  })
})

describe('what is read', () => {
  let accountId: string
  let unifiedId: string
  let postUri: string
  let receiver: Receiver

  beforeAll(async () => {
    // As if nobody had connected it before, and nothing of it had been read.
    const before = await world.call('GET', '/v1/accounts')
    for (const { id } of before.json.data) await world.call('DELETE', `/v1/accounts/${id}`)
    receiver = await Receiver.start()
    const events = ['ACCOUNTS.CONNECTED', 'PROFILES.ADDED', 'CONTENTS.ADDED', 'CONTENTS_COMMENTS.ADDED']
    await world.call('POST', '/v1/webhooks', { url: receiver.url, name: 'all', events })
    const at = new Date(Date.now() - 3_600_000).toISOString()
    for (const [key, record] of [
      ['3kaaaaaaaaa22', { text: 'Soup of the day #soup @noor.example.com', createdAt: at }],
      [
        '3kaaaaaaaab22',
        {
          text: 'Two pictures',
          createdAt: at,
          embed: { $type: 'app.bsky.embed.images', images: [{ alt: 'a pot' }, { alt: 'a bowl' }] },
        },
      ],
    ] as const)
      world.server.records.set(`at://${world.server.did}/app.bsky.feed.post/${key}`, record)
    postUri = `at://${world.server.did}/app.bsky.feed.post/3kaaaaaaaaa22`
    const answer = 'at://did:plc:other/app.bsky.feed.post/3kbbbbbbbbb22'
    world.server.replies.push({ to: postUri, uri: answer, text: 'Which one?', at })
    accountId = await world.connect()
    unifiedId = await world.read(accountId)
  }, 60_000)

  test('the platform is among the others, active, with its products', async () => {
    const { json } = await world.call('GET', '/v1/work-platforms?name=bluesky')
    expect(json.data).toMatchObject([
      {
        name: 'Bluesky',
        status: 'ACTIVE',
        products: {
          identity: { is_supported: true, audience: { is_supported: false } },
          engagement: { is_supported: true },
          income: { is_supported: false },
          publish_content: { is_supported: true },
        },
      },
    ])
  })

  test('account and profile, with where it was read', async () => {
    const account = await world.call('GET', `/v1/accounts/${unifiedId}`, undefined, {
      'tockwork-extend': 'capabilities',
    })
    expect(account.json).toMatchObject({
      work_platform: { name: 'Bluesky' },
      username: 'mika.example.com',
      platform_profile_id: world.server.did,
      status: 'CONNECTED',
      data: { identity: { status: 'SYNCED' }, engagement: { status: 'SYNCED' } },
      capabilities: {
        comments: { available: true },
        publish_content: { available: true },
        income: { available: false, reason: 'not_supported' },
      },
    })
    const { json } = await world.call('GET', `/v1/profiles?account_id=${unifiedId}`, undefined, WITH_SOURCE)
    expect(json.data).toMatchObject([
      {
        full_name: 'Mika',
        url: `https://bsky.app/profile/${world.server.did}`,
        reputation: { follower_count: 12, following_count: 3, content_count: 2, like_count: null },
        source: { call: 'app.bsky.actor.getProfile' },
      },
    ])
    const metrics = await world.call('GET', `/v1/profiles/${json.data[0].id}/metrics`)
    expect(metrics.json.data[0]).toMatchObject({ follower_count: 12 })
  })

  test('contents with their numbers and pictures; what nobody counts is null', async () => {
    const path = `/v1/social/contents?account_id=${unifiedId}`
    const { json } = await world.call('GET', path, undefined, WITH_SOURCE)
    expect(json.data).toMatchObject([
      {
        format: 'IMAGE',
        media_url: 'https://cdn.example.com/full/0',
        media_urls: ['https://cdn.example.com/full/0', 'https://cdn.example.com/full/1'],
        thumbnail_url: 'https://cdn.example.com/thumb/0',
      },
      {
        external_id: postUri,
        format: 'TEXT',
        type: 'POST',
        description: 'Soup of the day #soup @noor.example.com',
        hashtags: ['soup'],
        mentions: ['noor.example.com'],
        engagement: {
          like_count: 5,
          comment_count: 1,
          share_count: 2,
          repost_count: 2,
          view_count: null,
          additional_info: { quote_count: 0 },
        },
        source: { call: 'app.bsky.feed.getAuthorFeed' },
      },
    ])
    const metrics = await world.call('GET', `/v1/social/contents/${json.data[1].id}/metrics`)
    expect(metrics.json.data).toHaveLength(1)
  })

  test('comments, of an account and of one content, with who wrote them', async () => {
    const { json: contents } = await world.call('GET', `/v1/social/contents?account_id=${unifiedId}`)
    const content = contents.data.find((one: { external_id: string }) => one.external_id === postUri)
    const path = `/v1/social/comments?account_id=${unifiedId}`
    const { json } = await world.call('GET', path)
    expect(json.data).toMatchObject([
      {
        text: 'Which one?',
        content: { id: content.id, url: content.url },
        commenter_username: 'noor.example.com',
        commenter_display_name: 'Noor',
        commenter_id: 'did:plc:other',
        like_count: 1,
        reply_count: 0,
      },
    ])
    expect((await world.call('GET', `${path}&content_id=${content.id}`)).json.data).toHaveLength(1)
    const other = contents.data.find((one: { external_id: string }) => one.external_id !== postUri)
    expect((await world.call('GET', `${path}&content_id=${other.id}`)).json.data).toEqual([])
    expect((await world.call('GET', `${path}&from_date=2030-01-01`)).json.data).toEqual([])
    const paged = await world.call('GET', path, undefined, { 'tockwork-extend': 'paging' })
    expect(paged.json.metadata).toMatchObject({ total: 1, next_cursor: null })
  })

  test('webhooks tell of it as of any platform: thin, signed, comments by the contents that they stand under', async () => {
    const { json: listed } = await world.call('GET', `/v1/social/contents?account_id=${unifiedId}`)
    const ids = listed.data.map(({ id }: { id: string }) => id)
    const content = listed.data.find((one: { external_id: string }) => one.external_id === postUri)
    await receiver.event('CONTENTS_COMMENTS.ADDED')
    const whose = {
      account_id: unifiedId,
      user_id: expect.any(String),
      last_updated_time: expect.any(String),
    }
    const heard = receiver.told.map(({ json }) => [json.event, json.name, json.data])
    expect(heard).toEqual([
      ['ACCOUNTS.CONNECTED', 'account is connected', whose],
      ['PROFILES.ADDED', 'profile added', { ...whose, profile_id: expect.any(String) }],
      ['CONTENTS.ADDED', 'contents added', { ...whose, items: ids }],
      ['CONTENTS_COMMENTS.ADDED', 'contents comments added', { ...whose, items: [content.id] }],
    ])
    for (const { raw, headers } of receiver.told)
      expect(headers['webhook-signatures']).toBe(createHmac('sha256', world.key).update(raw).digest('hex'))
    await receiver.close()
  })

  test('the publish page, which is about TikTok, does not take it', async () => {
    const refused = await world.own('POST', '/v1/publish-sessions', { accounts: [accountId] })
    expect(refused.json.errors).toMatchObject([{ field: 'accounts[0]', rule: 'not_applicable' }])
  })

  test('the hub’s own API pages through it and tells the history of one content by its id', async () => {
    const path = `/v1/connected-accounts/${accountId}/videos?limit=1`
    const first = await world.own('GET', path)
    const second = await world.own('GET', `${path}&cursor=${encodeURIComponent(first.json.next_cursor)}`)
    expect([first, second].map(({ json }) => json.data[0].id).sort()).toEqual(
      [...world.server.records.keys()].sort(),
    )
    const metrics = await world.own('GET', `/v1/videos/${encodeURIComponent(postUri)}/metrics`)
    expect(metrics.json.data).toMatchObject([{ likes: 5, comments: 1, shares: 2, views: null }])
    const again = await world.own('POST', `/v1/connected-accounts/${accountId}/videos/refresh`, {
      video_ids: [postUri],
    })
    expect(again.json.data).toMatchObject([{ id: postUri, gone_at: null }])
  })

  test('a platform without one of the products says so', async () => {
    const groups = await world.call('GET', `/v1/social/content-groups?account_id=${unifiedId}`)
    expect(groups.json.data).toEqual([])
    const refused = await world.call('POST', '/v1/social/content-groups/refresh', { account_id: unifiedId })
    expect(refused.json.error.code).toBe('product_not_supported')
  })

  test('an erasure takes everything, comments of others too, and the grant', async () => {
    const report = await world.call('DELETE', `/v1/accounts/${unifiedId}`)
    expect(report.json).toMatchObject({ platform_grant: 'revoked', erased: { contents: 2, token_pairs: 1 } })
    for (const table of ['comments', 'videos', 'profiles', 'metric_points', 'token_vault'])
      expect((await world.database.pool.query(`select * from ${table}`)).rows).toEqual([])
    expect(await accountNow(accountId)).toMatchObject({ status: 'erased', username: null })
  })
})
