import { cryptoRandom } from '@tockwork/kernel'
import { sumMoney } from '@tockwork/sdk/shop'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bondOf } from '../../src/unified/bind-account.ts'
import { ShopWorld } from './shop-world.ts'

const DAY = 86_400

let world: ShopWorld
let accountId: string
// biome-ignore lint/suspicious/noExplicitAny: read by what is expected in it
let shop: any

beforeAll(async () => {
  world = await ShopWorld.start()
  accountId = await world.connect()
  await world.run()
  shop = await world.shopOf(accountId)
  const { created } = await world.control('POST', '/orders', {
    shop_id: shop.external_id,
    count: 12,
    status: 'DELIVERED',
  })
  for (const { id } of created.slice(0, 2))
    await world.control('POST', `/orders/${id}/return`, {
      type: 'REFUND',
      reason: 'ecom_order_delivered_refund_reason_damaged',
    })
}, 120_000)
afterAll(() => world.close())

test('returns are read, with their order and the money', async () => {
  await world.advance(1_800)
  await world.run()
  const returns = await world.all(`/v1/shops/${shop.id}/returns`)
  const books = (await world.control('GET', '/returns')).returns
  expect(returns.map(({ id }) => id).sort()).toEqual(books.map(({ id }: { id: string }) => id).sort())
  expect(returns[0]).toMatchObject({
    type: 'REFUND',
    status: 'RETURN_OR_REFUND_REQUEST_PENDING',
    refund: expect.stringMatching(/^\d+\.\d\d$/),
    currency: 'USD',
  })
  const [one] = returns
  expect(await world.all(`/v1/shops/${shop.id}/returns?order_id=${one.order_id}`)).toEqual([one])
})

test('statements come with all they are made of, and go from processing to paid', async () => {
  await world.advance(15 * DAY)
  await world.run()
  await world.advance(6.5 * 3_600)
  await world.run()
  const books = world.emulator.world.shop.statements
    .where('shop', shop.external_id)
    .filter(({ closed }) => closed)
  const statements = await world.all(`/v1/shops/${shop.id}/statements`)
  expect(statements.map(({ id }) => id).sort()).toEqual(books.map(({ id }) => id).sort())
  expect(statements.length).toBeGreaterThan(0)
  for (const { id, settlement, currency } of statements) {
    const transactions = await world.all(`/v1/shops/${shop.id}/statements/${id}/transactions`)
    expect(transactions.length).toBe(world.emulator.world.shop.transactions.where('statement', id).length)
    const sum = sumMoney(transactions.map((each) => ({ amount: each.settlement, currency: each.currency })))
    expect(sum).toMatchObject({ amount: settlement, currency })
  }
  await world.advance(3 * DAY)
  await world.run()
  const later = await world.all(`/v1/shops/${shop.id}/statements?payment_status=PAID`)
  expect(later.map(({ id }) => id)).toEqual(expect.arrayContaining(statements.map(({ id }) => id)))
  expect(later[0].paid_at).not.toBeNull()
})

test('and are commerce income of the unified API', async () => {
  const { workspaceId } = world.tenant
  const bond = await world.db
    .transaction()
    .execute((tx) => bondOf(tx, { workspaceId, accountId, now: world.now() }, cryptoRandom, true))
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
  const days = (prefix: string): string =>
    `account_id=${bond?.id}&${prefix}_from_date=2026-01-01&${prefix}_to_date=${day(world.now())}&limit=100`
  const list = async (path: string) => (await world.call('GET', `/v1/commerce/income/${path}`)).json.data
  const payouts = await list(`payouts?${days('payout')}`)
  const statements = await world.all(`/v1/shops/${shop.id}/statements`)
  expect(payouts.map(({ external_id }: { external_id: string }) => external_id)).toEqual(
    statements.map(({ id }) => id),
  )
  expect(payouts[0]).toMatchObject({
    amount: Number(statements[0].settlement),
    currency: 'USD',
    status: 'PAID',
    work_platform: { name: 'Tiktok Shop' },
    account: { id: bond?.id },
    platform_profile_name: 'Pinecart US',
  })
  const transactions = await list(`transactions?${days('transaction')}`)
  expect(transactions.length).toBeGreaterThanOrEqual(10)
  expect(new Set(transactions.map(({ type }: { type: string }) => type))).toContain('SALE')
  expect(transactions.every(({ status }: { status: string }) => status === 'SUCCESS')).toBe(true)
  const sales = await list(`transactions?${days('transaction')}&type=SALE`)
  expect(sales.length).toBe(transactions.filter(({ type }: { type: string }) => type === 'SALE').length)
  const [one] = transactions
  expect(await world.call('GET', `/v1/commerce/income/transactions/${one.id}`)).toMatchObject({
    status: 200,
    json: one,
  })
  const found = await world.call('POST', '/v1/commerce/income/payouts/search', {
    ids: [payouts[0].id, '00000000-0000-3000-8000-000000000000'],
  })
  expect(found.json.data).toEqual([payouts[0]])
  const none = await world.call('GET', '/v1/commerce/income/payouts/00000000-0000-3000-8000-000000000000')
  expect(none).toMatchObject({ status: 404, json: { error: { error_code: 'incorrect_payout_id' } } })
  const soon = await world.call('POST', '/v1/commerce/income/payouts/refresh', { account_id: bond?.id })
  expect(soon.json).toEqual({ account_id: bond?.id })
})
