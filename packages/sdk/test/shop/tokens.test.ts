import { getAuthorizedShops } from '@tockwork/contracts/shop'
import { AuthError, TransportError } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { parseShopGrant, serializeShopGrant, TikTokShop } from '../../src/shop/index.ts'
import { APP_KEY, APP_SECRET, grantOf, NOW, no, ok, type Reply, SHOPS, shopWith } from './fake-shop.ts'

const tokens = (changes: Record<string, unknown> = {}): Reply =>
  ok({
    access_token: 'ROW_token2',
    access_token_expire_in: NOW / 1000 + 604_800,
    refresh_token: 'ROW_refresh2',
    refresh_token_expire_in: 4_900_000_000,
    open_id: 'seller-1',
    seller_name: 'Demo',
    seller_base_region: 'GB',
    user_type: 0,
    granted_scopes: ['seller.order.info'],
    ...changes,
  })

describe('consent', () => {
  test.each([
    [{}, 'https://services.tiktokshop.com/open/authorize?service_id=7000000000000000001&state=s'],
    [
      { market: 'US' },
      'https://services.us.tiktokshop.com/open/authorize?service_id=7000000000000000001&state=s',
    ],
    [
      { as: 'partner' },
      'https://partner.tiktokshop.com/open/authorize?service_id=7000000000000000001&state=s',
    ],
    [{ as: 'creator' }, `https://shop.tiktok.com/alliance/creator/auth?app_key=${APP_KEY}&state=s`],
  ] as const)('%j', async (options, url) => {
    const { shop } = await shopWith(() => SHOPS)
    expect(shop.auth.consentUrl({ ...options, state: 's' }).url).toBe(url)
    const first = shop.auth.consentUrl(options).state
    expect(first).toHaveLength(32)
    expect(shop.auth.consentUrl(options).state).not.toBe(first)
  })

  test('the callback: its code, a no, another state, and one that was begun in the App Store', async () => {
    const { auth } = (await shopWith(() => SHOPS)).shop
    const back = 'https://app.example/cb?app_key=k&code=ROW_c%2F1&state=s&shop_region=GB'
    expect(auth.parseCallback(back, { state: 's' })).toBe('ROW_c/1')
    expect(() => auth.parseCallback(back, { state: 'x' })).toThrow(/state differs/)
    expect(() => auth.parseCallback('/cb?code=c', { state: 's' })).toThrow(/state differs/)
    expect(auth.parseCallback('/cb?code=c', { state: undefined })).toBe('c')
    expect(() => auth.parseCallback('/cb?code=null&error=auth_denied', { state: 's' })).toThrow(
      expect.objectContaining({ code: 'auth_denied' }) as Error,
    )
  })
})

describe('tokens', () => {
  test('the end that TikTok sends is a time, not a duration', async () => {
    const { shop, http, grants } = await shopWith(() => tokens())
    const grant = await shop.auth.exchange('code-1')
    expect(http.seen[0]?.url.origin).toBe('https://auth.tiktok-shops.com')
    expect(http.seen[0]?.query).toEqual({
      app_key: APP_KEY,
      app_secret: APP_SECRET,
      auth_code: 'code-1',
      grant_type: 'authorized_code',
    })
    expect(grant).toMatchObject({
      openId: 'seller-1',
      expiresAt: NOW + 604_800_000,
      refreshExpiresAt: 4_900_000_000_000,
      userType: 'seller',
    })
    expect((await grants.get('seller-1'))?.refreshToken.reveal()).toBe('ROW_refresh2')
    expect(parseShopGrant(serializeShopGrant(grant))).toEqual(grant)
    expect(JSON.stringify(grant)).not.toContain('ROW_')
  })

  test('a number that can be no time is read as a duration, so that the code is not lost', async () => {
    const { shop } = await shopWith(() => tokens({ access_token_expire_in: 604_800 }))
    expect((await shop.auth.exchange('c')).expiresAt).toBe(NOW + 604_800_000)
  })

  test('many calls at the end of a token make one renewal, which is stored before it is used', async () => {
    const ending = grantOf({ expiresAt: NOW + 60_000 })
    const { account, http, grants, events } = await shopWith(
      ({ url }) => (url.pathname.includes('refresh') ? tokens() : SHOPS),
      { grant: ending },
    )
    await Promise.all([1, 2, 3].map(() => account.call(getAuthorizedShops)))
    const renewals = http.seen.filter(({ url }) => url.pathname.includes('refresh'))
    expect(renewals.map(({ query }) => [query.refresh_token, query.grant_type])).toEqual([
      ['ROW_refresh1', 'refresh_token'],
    ])
    expect(http.seen.at(-1)?.headers['x-tts-access-token']).toBe('ROW_token2')
    expect((await grants.get('seller-1'))?.accessToken.reveal()).toBe('ROW_token2')
    expect(events.filter(({ type }) => type === 'refresh')).toHaveLength(1)
    expect(JSON.stringify(events)).not.toMatch(/ROW_|s3cr3t/)
  })

  test('a caller that gives up does not end the renewal that others wait for', async () => {
    const { shop, http } = await shopWith(
      ({ url }) => (url.pathname.includes('refresh') ? tokens() : SHOPS),
      {
        grant: grantOf({ expiresAt: NOW }),
      },
    )
    const account = shop.as('seller-1')
    const leaving = new AbortController()
    const first = account.call(getAuthorizedShops, { signal: leaving.signal })
    const second = account.call(getAuthorizedShops)
    leaving.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    await expect(second).resolves.toHaveProperty('shops')
    expect(http.seen.map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['refresh', 'shops'])
  })

  test('105002 renews once; a second one is the answer', async () => {
    const { account, http } = await shopWith(({ url }) =>
      url.pathname.includes('refresh') ? tokens() : no(105002, 'expired', 401),
    )
    const failure = await account.call(getAuthorizedShops).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AuthError)
    expect(failure).toMatchObject({ code: '105002', needs: 'refresh', logId: '2026112812000002' })
    expect(http.seen.map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['shops', 'refresh', 'shops'])
  })

  test('a token that another process renewed is taken from the store', async () => {
    const world = await shopWith(({ headers }) =>
      headers['x-tts-access-token'] === 'ROW_token1' ? no(105002, 'expired', 401) : SHOPS,
    )
    const { get } = world.grants
    let reads = 0
    world.grants.get = (openId) => {
      reads += 1
      return reads === 1 ? get.call(world.grants, openId) : Promise.resolve(grantOf({ accessToken: newer }))
    }
    const newer = grantOf().refreshToken
    await world.account.call(getAuthorizedShops)
    expect(world.http.seen.map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['shops', 'shops'])
  })

  test('an ended refresh token and an unknown account need a new consent; nothing is sent', async () => {
    const { shop, account, http } = await shopWith(() => SHOPS, {
      grant: grantOf({ expiresAt: NOW, refreshExpiresAt: NOW }),
    })
    await expect(account.call(getAuthorizedShops)).rejects.toMatchObject({ needs: 'reconnect' })
    await expect(shop.as('nobody').call(getAuthorizedShops)).rejects.toMatchObject({ code: 'not_connected' })
    expect(http.seen).toHaveLength(0)
  })

  test('the secret is in no error of a token call', async () => {
    const { shop } = await shopWith(
      ({ url }) =>
        new TransportError(`No answer from ${url.host}`, { code: 'no_answer', retry: 'now', sent: 'maybe' }),
    )
    const failure = await shop.auth.exchange('the-code').catch((error: unknown) => error)
    expect(`${JSON.stringify(failure)} ${String(failure)}`).not.toMatch(/s3cr3t|the-code/)
  })
})

test('a token from elsewhere is used as it is, and not renewed', async () => {
  const { shop, http } = await shopWith((_seen, at) => (at === 0 ? SHOPS : no(105002, 'expired', 401)))
  const account = shop.withToken('ROW_elsewhere')
  expect((await account.shops()).map(({ name }) => name)).toEqual(['One', 'Two'])
  await expect(account.shops()).rejects.toMatchObject({ code: '105002', needs: 'reconnect' })
  expect(http.seen.map(({ headers }) => headers['x-tts-access-token'])).toEqual([
    'ROW_elsewhere',
    'ROW_elsewhere',
  ])
})

test('plain http is refused unless it is this machine, with the reason', () => {
  const options = { appKey: 'k', appSecret: 's' }
  expect(() => new TikTokShop({ ...options, origin: 'http://open-api.tiktokglobalshop.com' })).toThrow(
    /plain http, which is allowed for localhost only/,
  )
  for (const origin of ['http://127.0.0.1:4646', 'http://localhost:1', 'https://emulator.example'])
    expect(new TikTokShop({ ...options, origin })).toBeInstanceOf(TikTokShop)
})
