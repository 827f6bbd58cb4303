import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { refreshDue } from '../../src/tokens/refresh-due.ts'
import { ShopWorld } from './shop-world.ts'

const DAY = 86_400

let world: ShopWorld
let accountId: string
// biome-ignore lint/suspicious/noExplicitAny: read by what is expected in it
let shop: any

beforeAll(async () => {
  world = await ShopWorld.start()
}, 120_000)
afterAll(() => world.close())

beforeEach(async () => {
  accountId = await world.connect()
  await world.run()
  shop = await world.shopOf(accountId)
})

const refresh = () => world.accounts.whileMoving(refreshDue(world.accounts.services.refreshDueParts))
const accountNow = async () =>
  (await world.accounts.call(world.tenant, 'GET', `/v1/connected-accounts/${accountId}`)).json

describe('tokens', () => {
  test('of seven days are renewed by the schedule of all accounts, and each pair once', async () => {
    const before = await world.db
      .selectFrom('token_vault')
      .selectAll()
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow()
    const due = before.due_at?.getTime() ?? 0
    expect(before.access_expires_at.getTime() - world.now()).toBeLessThanOrEqual(7 * DAY * 1000)
    expect(due).toBeGreaterThan(world.now() + 4.8 * DAY * 1000)
    await world.advance(6.9 * DAY)
    const asked = world.calls('oauth.Refresh') + world.calls('token/refresh')
    // Somebody who needs the token now and the schedule meet at one refresh.
    const { tokens } = world.accounts.services
    const { workspaceId } = world.tenant
    const [one, two] = await world.accounts.whileMoving(
      Promise.all([
        tokens.accessToken(workspaceId, accountId),
        tokens.accessToken(workspaceId, accountId),
        refresh(),
      ]),
    )
    expect([one.ok, two.ok]).toEqual([true, true])
    const after = await world.db
      .selectFrom('token_vault')
      .selectAll()
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow()
    expect(Number(after.generation)).toBe(Number(before.generation) + 1)
    expect(world.calls('oauth.Refresh') + world.calls('token/refresh') - asked).toBeLessThanOrEqual(1)
    await world.advance(3_600)
    await world.run()
    expect((await accountNow()).status).toBe('connected')
    expect((await world.shopOf(accountId)).syncs[0].last_failure).toBeNull()
  })
})

describe('the end of an authorization', () => {
  test('is told 30 days before, once, and shown on the account and its shops', async () => {
    const endsAt = Date.parse(shop.authorization_ends_at)
    const days = Math.floor((endsAt - world.now()) / 1000 / DAY)
    world.endings.length = 0
    for (let day = 0; day < days - 31; day += 5) {
      await world.advance(5 * DAY)
      await refresh()
    }
    await world.run()
    expect(Math.floor((endsAt - world.now()) / 1000 / DAY)).toBeLessThan(36)
    if (endsAt - world.now() > 30 * DAY * 1000) {
      expect(world.endings).toEqual([])
      await world.advance((endsAt - world.now()) / 1000 - 30 * DAY + 1)
      await refresh()
    }
    await world.run()
    await world.run()
    expect(world.endings).toEqual([{ accountId, endsAt }])
    expect(await accountNow()).toMatchObject({
      status: 'connected',
      status_reason: 'authorization_ends_soon',
    })
    expect(await world.shopOf(accountId)).toMatchObject({ authorization_ends_soon: true })
    // TikTok's own word for it says when.
    const sooner = Math.floor(endsAt / 1000) - 3_600
    const delivery = {
      type: 7,
      tts_notification_id: '7400000000000000001',
      shop_id: shop.external_id,
      timestamp: Math.floor(world.now() / 1000),
      data: { message: 'ends soon', expiration_time: String(sooner) },
    }
    expect((await world.deliver(delivery)).status).toBe(200)
    await world.run()
    expect(world.endings.at(-1)).toEqual({ accountId, endsAt: sooner * 1000 })
    // A new consent takes the warning back.
    await world.connect()
    await world.run()
    expect(await accountNow()).toMatchObject({ status: 'connected', status_reason: null })
    expect(await world.shopOf(accountId)).toMatchObject({ authorization_ends_soon: false })
  }, 60_000)

  test('by the seller stops the reading, and a new consent begins it again', async () => {
    await world.advance(10)
    const [grant] = (await world.control('GET', '/grants')).grants
    await world.control('DELETE', `/grants/${encodeURIComponent(grant.id)}`)
    const gone = {
      type: 6,
      tts_notification_id: '7400000000000000002',
      shop_id: shop.external_id,
      timestamp: Math.floor(world.now() / 1000),
      data: { message: 'deauthorized' },
    }
    await world.deliver(gone)
    expect(await accountNow()).toMatchObject({
      status: 'reauthorization_required',
      status_reason: 'removed_by_seller',
    })
    await world.advance(3_600)
    await world.run()
    const { syncs, account_status } = await world.shopOf(accountId)
    expect(account_status).toBe('reauthorization_required')
    expect(syncs.find(({ kind }: { kind: string }) => kind === 'orders').due_at).toBeNull()
    const refused = await world.call('POST', `/v1/shops/${shop.id}/sync`)
    expect(refused.status).toBe(409)
    await world.connect()
    await world.control('POST', '/orders', { shop_id: shop.external_id, count: 3 })
    await world.run()
    expect(await world.lag(shop)).toEqual([])
  })
})

describe('the end of an account', () => {
  test('by us revokes at TikTok; erased, nothing of its shops is left', async () => {
    await world.control('POST', '/orders', { shop_id: shop.external_id, count: 3 })
    await world.advance(600)
    await world.run()
    const path = `/v1/connected-accounts/${accountId}`
    const ended = await world.accounts.call(world.tenant, 'POST', `${path}/disconnect`)
    expect(ended.json).toMatchObject({ status: 'disconnected' })
    expect((await world.control('GET', '/grants')).grants).toEqual([])
    const report = await world.accounts.call(world.tenant, 'DELETE', path)
    expect(report.json.erased.shop_records).toBeGreaterThan(3)
    for (const table of ['shops', 'shop_syncs', 'shop_things', 'shop_wishes', 'shop_sellers'] as const)
      expect(await world.db.selectFrom(table).selectAll().execute()).toEqual([])
    expect((await world.call('GET', `/v1/shops/${shop.id}`)).status).toBe(404)
    await world.run()
  })
})
