import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ShopWorld } from './shop-world.ts'

let world: ShopWorld
let accountId: string
// biome-ignore lint/suspicious/noExplicitAny: read by what is expected in it
let shop: any

beforeAll(async () => {
  world = await ShopWorld.start()
  accountId = await world.connect()
  await world.run()
  shop = await world.shopOf(accountId)
}, 120_000)
afterAll(() => world.close())

const order = (count: number, more: object = {}) =>
  world.control('POST', '/orders', { shop_id: shop.external_id, count, ...more })

describe('a seller', () => {
  test('is connected through the hosted page, and the shops come with their ciphers', async () => {
    const account = await world.accounts.call(world.tenant, 'GET', `/v1/connected-accounts/${accountId}`)
    expect(account.json).toMatchObject({
      platform: 'tiktok_shop',
      status: 'connected',
      display_name: 'Pinecart US',
      missing_scopes: [],
    })
    const consents = await world.accounts.call(
      world.tenant,
      'GET',
      `/v1/connected-accounts/${accountId}/consents`,
    )
    expect(consents.json.data).toHaveLength(1)
    // `expire_in` is a time: a year from now, not fifty.
    const year = 365 * 86_400_000
    expect(Date.parse(shop.authorization_ends_at) - world.now()).toBeLessThanOrEqual(year)
    expect(Date.parse(shop.authorization_ends_at) - world.now()).toBeGreaterThan(year - 60_000)
    expect(shop).toMatchObject({ region: 'US', account_status: 'connected', authorization_ends_soon: false })
    expect(shop.capabilities.orders).toEqual({
      available: true,
      reason: null,
      scope: 'seller.order.info',
    })
    expect(account.json.capabilities.direct_post).toMatchObject({ available: false, reason: 'not_supported' })
    const row = await world.db.selectFrom('shops').selectAll().executeTakeFirstOrThrow()
    expect(row.cipher).not.toBe('')
  })

  test('sees the page of their market, and is asked for what the hub does', async () => {
    const us = await world.accounts.invite(world.tenant, { market: 'US' })
    const row = await world.accounts.invite(world.tenant)
    for (const { authorizeUrl } of [us, row]) {
      const { pathname, searchParams } = new URL(authorizeUrl)
      expect(pathname).toBe('/open/authorize')
      expect(searchParams.get('service_id')).toBe('tw-shop-service')
    }
    const page = await world.accounts.visit('GET', us.url)
    expect(page.text).toContain('Read your orders')
    const wish = { app_id: world.tenant.appId, scopes: ['seller.order.info'] }
    const refused = await world.accounts.call(world.tenant, 'POST', '/v1/connect-sessions', wish)
    expect(refused.status).toBe(400)
  })

  test('who refuses is not connected', async () => {
    const { id, authorizeUrl } = await world.accounts.invite(world.tenant)
    const state = new URL(authorizeUrl).searchParams.get('state')
    await world.accounts.visit('GET', `/connect/callback?code=null&error=auth_denied&state=${state}`)
    const session = await world.accounts.call(world.tenant, 'GET', `/v1/connect-sessions/${id}`)
    expect(session.json).toMatchObject({ outcome: 'denied', outcome_code: 'access_denied' })
  })
})

describe('orders', () => {
  test('are the same as in the books, and are read again only as they change', async () => {
    for (let round = 0; round < 3; round += 1) {
      await order(60)
      await world.advance(400)
    }
    await world.run()
    expect(await world.lag(shop)).toEqual([])
    const before = world.calls('GetOrderList')
    await world.advance(3_700)
    await order(1, { status: 'AWAITING_SHIPMENT' })
    await world.advance(600)
    await world.run()
    expect(await world.lag(shop)).toEqual([])
    // All 180 left the hour of remorse, within seconds of each other.
    expect(world.calls('GetOrderList') - before).toBeLessThanOrEqual(6)
    await world.advance(600)
    await world.run()
    expect(world.calls('GetOrderList') - before).toBeLessThanOrEqual(9)
  })

  test('more of one second than a page holds are all read', async () => {
    await order(250, { status: 'AWAITING_SHIPMENT' })
    await world.advance(600)
    await order(5)
    await world.advance(600)
    await world.run()
    expect(await world.lag(shop)).toEqual([])
  })

  test('none is missed when the list shifts while it is read', async () => {
    for (let round = 0; round < 4; round += 1) {
      await order(100)
      await world.advance(61)
    }
    await world.call('POST', `/v1/shops/${shop.id}/sync`)
    const reading = world.run()
    // Orders change behind and before the reader: each change takes an order out of its place and puts it at the end.
    const rows = world.books(shop.external_id).filter(({ status }) => status === 'ON_HOLD')
    for (let at = 0; at < 40; at += 1) {
      const row = rows[(at * 37) % rows.length]
      await world
        .control('POST', `/orders/${row.id}/cancel`, { reason: 'no_longer_needed' })
        .catch(() => undefined)
      await order(1)
    }
    await reading
    await world.advance(600)
    await world.run()
    expect(await world.lag(shop)).toEqual([])
  })

  test('are listed newest first, by status, and by what changed since', async () => {
    const all = await world.all(`/v1/shops/${shop.id}/orders`)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    const times = all.map(({ created_at }) => created_at)
    expect(times).toEqual([...times].sort().reverse())
    const held = await world.all(`/v1/shops/${shop.id}/orders?status=ON_HOLD`)
    expect(held.every(({ status }) => status === 'ON_HOLD')).toBe(true)
    const since = all[Math.floor(all.length / 2)].updated_at
    const changed = await world.all(`/v1/shops/${shop.id}/orders?updated_since=${since}`)
    expect(changed.map(({ id }) => id).sort()).toEqual(
      all
        .filter(({ updated_at }) => updated_at >= since)
        .map(({ id }) => id)
        .sort(),
    )
    const [first] = all
    const { json } = await world.call('GET', `/v1/shops/${shop.id}/orders/${first.id}`)
    expect(json).toMatchObject({ id: first.id, source: { call: expect.stringContaining('shop.order.') } })
    expect(json.raw.id).toBe(first.id)
    expect(typeof json.total).toBe('string')
    expect(json.lines[0].sku_id).toMatch(/^\d+$/)
    const missing = await world.call('GET', `/v1/shops/${shop.id}/orders/99`)
    expect(missing.status).toBe(404)
  })

  test('a check finds what is missing or behind, and brings it in', async () => {
    const check = (body: object) => world.call('POST', `/v1/shops/${shop.id}/check`, body)
    const fine = await check({})
    expect(fine.json).toMatchObject({ complete: true, missing: [], calls: 1 })
    expect(fine.json.at_tiktok).toBe(fine.json.here)
    const rows = await world.db
      .selectFrom('shop_things')
      .select('external_id')
      .where('kind', '=', 'orders')
      .orderBy('external_id')
      .execute()
    const lost = [rows[3], rows[200], rows.at(-5)].map((row) => row?.external_id ?? '')
    await world.db.deleteFrom('shop_things').where('external_id', 'in', lost).execute()
    const stale = rows[50]?.external_id ?? ''
    await world.db
      .updateTable('shop_things')
      .set({ updated_at: new Date(0), status: 'UNPAID' })
      .where('external_id', '=', stale)
      .execute()
    const seen = await check({ repair: false })
    expect(seen.json.complete).toBe(false)
    expect(seen.json.missing.sort()).toEqual(lost.sort())
    const repaired = await check({ deep: true })
    expect(repaired.json).toMatchObject({ behind: [stale], repaired: 4 })
    expect((await check({ deep: true })).json).toMatchObject({ complete: true })
    expect(await world.lag(shop)).toEqual([])
  })

  test('and faults change nothing about that', async () => {
    const match = { path: '/order/*' }
    const faults = [
      { match: { ...match, every: 3 }, action: { status: 503 } },
      { match: { ...match, every: 4 }, action: { drop: 'mid_answer' as const } },
      { match: { ...match, every: 5 }, action: { status: 429, headers: { 'retry-after': '7' } } },
      { match: { ...match, every: 7 }, action: { drop: 'after' as const } },
    ].map((fault) => world.emulator.addFault(fault))
    for (let round = 0; round < 4; round += 1) {
      await order(70)
      await world.advance(900)
      await world.run()
    }
    expect(faults.every(({ fired }) => fired > 0)).toBe(true)
    world.emulator.clearFaults()
    await world.advance(7_200)
    await world.run()
    expect(await world.lag(shop)).toEqual([])
  }, 60_000)
})
