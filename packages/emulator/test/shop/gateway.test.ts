import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { send } from '../client.ts'
import {
  call,
  connect,
  consent,
  consentUrl,
  data,
  frozenEmulator,
  type ShopSession,
  token,
} from './plain-client.ts'

let emulator: Emulator
let session: ShopSession

beforeAll(async () => {
  emulator = await frozenEmulator()
  session = await connect(emulator, 'Brightkiln')
})
afterAll(() => emulator.close())

const SHOPS = '/authorization/202309/shops'
const WEBHOOKS = '/event/202309/webhooks'

test('a seller consents on a plain page, and the code works once, for 30 minutes', async () => {
  const page = await send(emulator, 'GET', consentUrl(emulator).slice(emulator.origin.length))
  expect(page.status).toBe(200)
  expect(page.text).toContain('Brightkiln')
  expect(page.text).not.toContain('<script')
  const refused = await fetch(consentUrl(emulator), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ decision: 'deny' }),
  })
  expect(refused.headers.get('location')).toBe(
    'https://example.com/callback?code=null&error=auth_denied&state=s1',
  )
  const code = await consent(emulator, 'Brightkiln')
  const first = await token(emulator, { auth_code: code, grant_type: 'authorized_code' })
  expect(first.body.data).toMatchObject({ user_type: 0, seller_name: 'Brightkiln', seller_base_region: 'GB' })
  expect(first.body.data.access_token_expire_in).toBe(emulator.clock.seconds() + 7 * 86_400)
  expect(first.body.data.granted_scopes).toContain('seller.order.info')
  const again = await token(emulator, { auth_code: code, grant_type: 'authorized_code' })
  expect([again.status, again.body.code]).toEqual([200, 36_004_004])
  const wrong = await token(emulator, { auth_code: code, grant_type: 'authorization_code' })
  expect(wrong.body.code).toBe(36_009_004)
})

test('a refresh token is spent by its use', async () => {
  const own = await connect(emulator, 'Aoi Works')
  const first = await token(emulator, { refresh_token: own.refresh, grant_type: 'refresh_token' }, 'refresh')
  expect(first.body.data.open_id).toBe(own.openId)
  const again = await token(emulator, { refresh_token: own.refresh, grant_type: 'refresh_token' }, 'refresh')
  expect(again.body.code).toBe(36_004_002)
  const renewed = first.body.data.refresh_token
  const official = await token(emulator, { refresh_token: renewed, grant_type: 'authorized_code' }, 'refresh')
  expect(official.body.code).toBe(0)
})

test('the shops of a seller have a cipher each', async () => {
  expect(session.shops.map(({ name, region, seller_type }) => [name, region, seller_type])).toEqual([
    ['Brightkiln UK', 'GB', 'LOCAL'],
    ['Brightkiln DE', 'DE', 'CROSS_BORDER'],
  ])
  expect(new Set(session.shops.map(({ cipher }) => cipher)).size).toBe(2)
})

test.each([
  ['a wrong sign', 401, 106_001, { spoil: (q: URLSearchParams) => q.set('sign', '0'.repeat(64)) }],
  ['a changed value', 401, 106_001, { spoil: (q: URLSearchParams) => q.set('shop_cipher', 'x') }],
  ['no sign', 401, 36_009_004, { spoil: (q: URLSearchParams) => q.delete('sign') }],
  [
    'an old timestamp',
    401,
    36_009_004,
    { spoil: (q: URLSearchParams) => q.set('timestamp', String(Number(q.get('timestamp')) - 301)) },
  ],
  [
    'a timestamp ahead',
    401,
    36_009_004,
    { spoil: (q: URLSearchParams) => q.set('timestamp', String(Number(q.get('timestamp')) + 31)) },
  ],
  ['an unknown app', 401, 36_009_004, { spoil: (q: URLSearchParams) => q.set('app_key', 'nobody') }],
  ['an unknown token', 401, 105_001, { token: 'nothing' }],
  ['no cipher', 200, 106_013, { cipher: undefined }],
  ['a cipher of another shop', 403, 101_000, { cipher: 'ROW_none' }],
])('%s is refused', async (_what, status, code, options) => {
  const answer = await call(emulator, session, 'GET', WEBHOOKS, options)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(answer.body.request_id).toMatch(/^\d{14}[0-9A-F]{20}$/)
  expect(answer.body.data).toBeNull()
})

test('paths, verbs and versions that do not exist have codes of their own', async () => {
  const codes = async (method: string, path: string) =>
    (await call(emulator, session, method, path)).body.code
  expect(await codes('GET', '/product/202309/nothing')).toBe(36_009_009)
  expect(await codes('POST', SHOPS)).toBe(36_009_010)
  expect(await codes('GET', '/authorization/202001/shops')).toBe(36_009_014)
  expect(await codes('GET', '/api/orders/search')).toBe(36_009_014)
})

test('an operation of a seller takes no cipher, and one of a creator no token of a seller', async () => {
  expect((await call(emulator, session, 'GET', SHOPS)).body.code).toBe(36_009_004)
  const creator = await call(emulator, session, 'GET', '/affiliate_creator/202508/profiles', {
    cipher: undefined,
  })
  expect(creator.body.code).toBe(101_000)
})

test('what is retired is refused with the date', async () => {
  const creatorCode = await consent(emulator, 'Mika', '/alliance/creator/auth')
  const { body } = await token(emulator, { auth_code: creatorCode, grant_type: 'authorized_code' })
  expect(body.data.user_type).toBe(1)
  const answer = await call(emulator, session, 'POST', '/affiliate_creator/202505/orders/trace/search', {
    cipher: undefined,
    token: body.data.access_token,
    body: {},
  })
  expect(answer.body.code).toBe(36_009_014)
  expect(answer.body.message).toContain('2026-08-15')
})

test('an empty JSON body may be signed with or without it', async () => {
  const path = '/product/202502/products/search'
  const answer = await call(emulator, session, 'POST', path, { query: { page_size: '10' }, body: {} })
  expect(answer.body.code === 0 || answer.status === 501).toBe(true)
})

test('a webhook address is kept for a shop and topic', async () => {
  await data(emulator, session, 'PUT', WEBHOOKS, {
    body: { event_type: 'ORDER_STATUS_CHANGE', address: 'https://example.com/hook' },
  })
  expect((await data(emulator, session, 'GET', WEBHOOKS)).webhooks).toMatchObject([
    { event_type: 'ORDER_STATUS_CHANGE', address: 'https://example.com/hook' },
  ])
  const wrong = await call(emulator, session, 'PUT', WEBHOOKS, {
    body: { event_type: 'NOTHING', address: 'https://example.com/' },
  })
  expect(wrong.body).toMatchObject({ code: 36_009_004, message: expect.stringContaining('event_type') })
  await data(emulator, session, 'DELETE', WEBHOOKS, { body: { event_type: 'ORDER_STATUS_CHANGE' } })
  expect((await data(emulator, session, 'GET', WEBHOOKS)).total_count).toBe(0)
})

test('50 calls a second for an operation and shop, and 1,000 an hour in a sandbox', async () => {
  const sandbox = await connect(emulator, 'Sandbox Seller')
  const codes: number[] = []
  for (let at = 0; at < 51; at += 1) codes.push((await call(emulator, sandbox, 'GET', WEBHOOKS)).body.code)
  expect(codes.filter((code) => code === 0)).toHaveLength(50)
  const refused = await call(emulator, sandbox, 'GET', WEBHOOKS)
  expect([refused.status, refused.body.code]).toEqual([429, 36_009_002])
  expect((await call(emulator, session, 'GET', WEBHOOKS)).body.code).toBe(0)
})

test('plain http is refused when the setting is on', async () => {
  emulator.configure({ shopHttpsOnly: true })
  const refused = await call(emulator, session, 'GET', WEBHOOKS)
  expect([refused.status, refused.body.code]).toEqual([403, 36_009_004])
  expect(
    (await call(emulator, session, 'GET', WEBHOOKS, { headers: { 'x-forwarded-proto': 'https' } })).body.code,
  ).toBe(0)
  emulator.configure({ shopHttpsOnly: false })
})

test('an access token ends after seven days', async () => {
  const old = await connect(emulator, 'Tanah Rasa')
  await emulator.advance(8 * 86_400)
  expect((await call(emulator, old, 'GET', WEBHOOKS)).body.code).toBe(105_002)
})

test('a seller who ends the authorization takes the tokens with it', async () => {
  const own = await connect(emulator, 'Kedai Hijau')
  await data(emulator, own, 'DELETE', '/authorization/202403/shops')
  expect((await call(emulator, own, 'GET', WEBHOOKS)).body.code).toBe(105_001)
})
