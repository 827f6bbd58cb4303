/** Audience and comments of TikTok accounts, by an app of TikTok API for Business. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UnifiedWorld } from './unified-world.ts'

let world: UnifiedWorld
let app: { id: string }
beforeAll(async () => {
  world = await UnifiedWorld.start()
  world.emulator.plant({ creators: [{ username: 'cora', display_name: 'Cora', followers: 900, videos: 4 }] })
  const made = await world.own('POST', '/v1/apps', {
    name: 'Soup for Business',
    environment: 'production',
    platform: 'tiktok_business',
    client_key: '7000000000000000001',
    client_secret: 'tw-business-secret',
  })
  expect(made.status, made.text).toBe(201)
  app = made.json
}, 120_000)
afterAll(() => world.close())

/** The unified API's account of a hub account, once it has been read. */
async function synced(accountId: string) {
  for (let tries = 0; tries < 200; tries += 1) {
    const { json } = await world.get('/v1/accounts', { 'tockwork-extend': 'source,capabilities' })
    const found = json.data.find(
      (one: { connected_account_id: string }) => one.connected_account_id === accountId,
    )
    if (found?.data.engagement.status === 'SYNCED') return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it was not read')
}

test('an account brings its audience and the comments on its posts', async () => {
  const accountId = await world.connect('cora', { app_id: app.id })
  const account = await synced(accountId)
  expect(account).toMatchObject({
    platform_username: 'cora',
    work_platform: { name: 'TikTok (Business)' },
    data: { identity: { status: 'SYNCED', audience: { status: 'SYNCED' } } },
    capabilities: {
      audience: { available: true, reason: null },
      comments: { available: true },
      publish_content: { available: false, reason: 'not_supported' },
    },
  })
  const plain = await world.get(`/v1/audience?account_id=${account.id}`)
  expect(plain.json.countries).toHaveLength(10)
  expect(plain.json.countries[0].value).toBeGreaterThan(plain.json.countries[9].value)
  expect(plain.json.cities[0]).toEqual({ name: expect.any(String), value: expect.any(Number) })
  expect(plain.json.gender_age_distribution).toBeNull()
  expect(plain.json).not.toHaveProperty('ages')
  const more = await world.get(`/v1/audience?account_id=${account.id}`, {
    'tockwork-extend': 'demographics,source',
  })
  const sum = more.json.ages.reduce((total: number, { value }: { value: number }) => total + value, 0)
  expect(sum).toBeCloseTo(100, 0)
  expect(more.json.genders.map(({ gender }: { gender: string }) => gender)).toContain('FEMALE')
  expect(more.json.source.call).toBe('business.get')
  const comments = await world.get(`/v1/social/comments?account_id=${account.id}&limit=100`, {
    'tockwork-extend': 'source',
  })
  const [first] = comments.json.data
  expect(first).toMatchObject({
    content: { url: expect.stringContaining('tiktok.com/@cora/video/') },
    commenter_profile_url: expect.stringContaining('https://www.tiktok.com/@'),
    source: { call: expect.stringMatching(/^business\./) },
  })
})

test('an app may ask for less, but for nothing else; what is left out is said', async () => {
  const wrong = await world.own('POST', '/v1/connect-sessions', { app_id: app.id, scopes: ['video.publish'] })
  expect([wrong.status, wrong.json.detail]).toEqual([400, expect.stringContaining('video.publish')])
  const accountId = await world.connect('noor', { app_id: app.id, scopes: ['video.list'] })
  const account = await synced(accountId)
  expect(account.data.identity.audience.status).toBe('NOT_SYNCED')
  expect(account.capabilities).toMatchObject({
    audience: { available: false, reason: 'scope_missing' },
    comments: { available: false, reason: 'scope_missing' },
  })
  const { json } = await world.own('GET', `/v1/connected-accounts/${accountId}`)
  expect(json).toMatchObject({
    platform: 'tiktok_business',
    capabilities: { direct_post: { available: false, reason: 'not_supported' } },
  })
})
