import { afterAll, beforeAll, expect, test } from 'vitest'
import { ShopWorld } from './shop-world.ts'

let world: ShopWorld
// biome-ignore lint/suspicious/noExplicitAny: read by what is expected in it
let shop: any
let count = 0

beforeAll(async () => {
  world = await ShopWorld.start()
  const accountId = await world.connect()
  await world.run()
  shop = await world.shopOf(accountId)
}, 120_000)
afterAll(() => world.close())

function event(more: object) {
  count += 1
  return {
    type: 1,
    tts_notification_id: `74000000000000001${String(count).padStart(2, '0')}`,
    shop_id: shop.external_id,
    timestamp: Math.floor(world.now() / 1000),
    ...more,
  }
}

const outcomes = () =>
  world.db.selectFrom('inbound_events').select(['event', 'outcome']).orderBy('id').execute()

test('an order that a webhook names is read at once, alone', async () => {
  const { created } = await world.control('POST', '/orders', {
    shop_id: shop.external_id,
    status: 'AWAITING_SHIPMENT',
  })
  const [{ id }] = created
  const [walks, reads] = [world.calls('GetOrderList'), world.calls('GetOrderDetail')]
  const data = { order_id: id, order_status: 'AWAITING_SHIPMENT', is_on_hold_order: false, update_time: 1 }
  const told = event({ data })
  expect(await world.deliver(told)).toEqual({ status: 200, text: '' })
  // The same again, as TikTok does when the answer is late.
  expect((await world.deliver(told)).status).toBe(200)
  await world.run()
  expect([world.calls('GetOrderList'), world.calls('GetOrderDetail')]).toEqual([walks, reads + 1])
  const { json } = await world.call('GET', `/v1/shops/${shop.id}/orders/${id}`)
  expect(json).toMatchObject({
    status: 'AWAITING_SHIPMENT',
    source: { call: 'shop.order.GetOrderDetail.202507' },
  })
  expect(await world.lag(shop)).toEqual([])
})

test('one that is not of this shop holds up no other', async () => {
  const { created } = await world.control('POST', '/orders', { shop_id: shop.external_id, count: 2 })
  for (const order_id of ['5760000000000000001', ...created.map(({ id }: { id: string }) => id)])
    await world.deliver(
      event({ data: { order_id, order_status: 'UNPAID', is_on_hold_order: false, update_time: 1 } }),
    )
  await world.run()
  expect(await world.lag(shop)).toEqual([])
  expect(await world.db.selectFrom('shop_wishes').selectAll().execute()).toEqual([])
})

test('a change of stock is read where it happened', async () => {
  const [row] = await world.all(`/v1/shops/${shop.id}/stock`)
  const stock = world.emulator.world.shop.stock
  const [mine] = stock.where('sku', row.sku_id)
  if (mine === undefined) throw new Error('no stock')
  stock.patch(mine, { available: 4321 })
  await world.deliver(
    event({
      type: 27,
      data: { product_id: row.product_id, sku_id: row.sku_id, current_inventory_status: 'LOW_STOCK' },
    }),
  )
  await world.run()
  const [now] = (await world.all(`/v1/shops/${shop.id}/stock?product_id=${row.product_id}`)).filter(
    ({ sku_id }) => sku_id === row.sku_id,
  )
  expect(now.available).toBe(
    row.available +
      4321 -
      (row.warehouses.find(({ id }: { id: string }) => id === mine.warehouse)?.available ?? 0),
  )
})

test('signed by somebody else, by nobody, or for another app, nothing happens', async () => {
  const before = (await outcomes()).length
  const told = event({ data: { order_id: '5760000000000000009', order_status: 'UNPAID' } })
  expect((await world.deliver(told, { secret: 'another' })).status).toBe(401)
  expect((await world.deliver(told, { secret: 'another' })).text).toContain('webhook_signature_mismatch')
  expect((await world.deliver(told, { appId: 'app_01JD9ZK3W5Q8X7R6T4V2N0M1HC' })).status).toBe(404)
  expect((await outcomes()).length).toBe(before)
})

test('a shop that nobody has connected is passed over, and it is said so', async () => {
  expect(
    (await world.deliver(event({ shop_id: '7490000000000000001', data: { order_id: '1' } }))).status,
  ).toBe(200)
  expect(await outcomes()).toContainEqual({ event: 'shop.order_status_change', outcome: 'unknown_shop' })
  expect((await world.deliver(event({ type: 9_999, data: {} }))).status).toBe(200)
  expect(await outcomes()).toContainEqual({ event: 'shop.unknown', outcome: 'ignored' })
})

test("the emulator's own webhooks keep orders and stock in step without a walk", async () => {
  await world.listen()
  const { created } = await world.control('POST', '/orders', { shop_id: shop.external_id, count: 5 })
  const [first] = created
  await world.advance(70)
  await world.run()
  const walks = world.calls('GetOrderList')
  await world.control('POST', `/orders/${first.id}/status`, { status: 'AWAITING_SHIPMENT' })
  await world.emulator.settle()
  const deliveries = [...world.emulator.world.deliveries.values()]
  expect(deliveries.filter(({ state }) => state !== 'delivered')).toEqual([])
  expect(deliveries.length).toBeGreaterThan(5)
  await world.run()
  expect(world.calls('GetOrderList')).toBe(walks)
  const { json } = await world.call('GET', `/v1/shops/${shop.id}/orders/${first.id}`)
  expect(json).toMatchObject({
    status: 'AWAITING_SHIPMENT',
    source: { call: 'shop.order.GetOrderDetail.202507' },
  })
  for (const row of await world.all(`/v1/shops/${shop.id}/stock`)) {
    const there = world.emulator.world.shop.stock.where('sku', row.sku_id)
    expect(row.available).toBe(there.reduce((sum, { available }) => sum + available, 0))
  }
})
