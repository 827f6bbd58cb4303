import { afterAll, beforeAll, expect, test } from 'vitest'
import { ShopWorld } from './shop-world.ts'

let world: ShopWorld
// biome-ignore lint/suspicious/noExplicitAny: read by what is expected in it
let shop: any
// biome-ignore lint/suspicious/noExplicitAny: read by what is expected in it
let stock: any[]

beforeAll(async () => {
  world = await ShopWorld.start()
  const accountId = await world.connect()
  await world.run()
  shop = await world.shopOf(accountId)
  stock = await world.all(`/v1/shops/${shop.id}/stock`)
}, 120_000)
afterAll(() => world.close())

const push = (updates: object[], headers: Record<string, string> = {}) =>
  world.call('POST', `/v1/shops/${shop.id}/stock`, { updates }, headers)

/** What the emulator has of a SKU, in all warehouses or in one. */
const there = (sku: string, warehouse?: string): number =>
  world.emulator.world.shop.stock
    .where('sku', sku)
    .filter((row) => warehouse === undefined || row.warehouse === warehouse)
    .reduce((sum, { available }) => sum + available, 0)

/** Every place where the shop has something: a SKU and a warehouse. */
const places = () =>
  stock.flatMap(({ sku_id, product_id, warehouses }) =>
    warehouses.map(({ id }: { id: string }) => ({ sku_id, product_id, warehouse_id: id })),
  )

test('every SKU of the shop is listed with what is there', async () => {
  expect(stock.length).toBeGreaterThan(8)
  for (const { sku_id, available } of stock) expect(available).toBe(there(sku_id))
  const products = await world.all(`/v1/shops/${shop.id}/products`)
  expect(products.flatMap(({ skus }) => skus.map(({ id }: { id: string }) => id)).sort()).toEqual(
    stock.map(({ sku_id }) => sku_id).sort(),
  )
})

test('all of it is set with one request, in one call a product', async () => {
  const calls = world.calls('UpdateInventory')
  const updates = places().map(({ sku_id, warehouse_id }, at) => ({
    sku_id,
    warehouse_id,
    quantity: 100 + at,
  }))
  expect(updates.length).toBeGreaterThan(stock.length)
  const { json } = await push(updates)
  expect(json.ok).toBe(updates.length)
  expect(json.results.map(({ sku_id }: { sku_id: string }) => sku_id)).toEqual(
    updates.map(({ sku_id }) => sku_id),
  )
  for (const { sku_id, warehouse_id, quantity } of updates) expect(there(sku_id, warehouse_id)).toBe(quantity)
  expect(world.calls('UpdateInventory') - calls).toBe(new Set(stock.map(({ product_id }) => product_id)).size)
  const after = await world.all(`/v1/shops/${shop.id}/stock`)
  expect(after.map(({ available }) => available)).toEqual(stock.map(({ sku_id }) => there(sku_id)))
  expect(after[0].source.call).toBe('shop.product.InventorySearch.202309')
})

test('each SKU has an answer of its own: set, refused, in conflict or unknown', async () => {
  const products = world.emulator.world.shop.products
  const single = stock.filter(({ warehouses }) => warehouses.length === 1)
  const [good, sold, frozen] = [...new Set(places().map(({ product_id }) => product_id))].map((id) =>
    places().find(({ product_id }) => product_id === id),
  )
  const row = products.get(frozen.product_id)
  if (row === undefined) throw new Error('no product')
  products.patch(row, { status: 'FREEZE' })
  const at = ({ sku_id, warehouse_id }: { sku_id: string; warehouse_id: string }) => ({
    sku_id,
    warehouse_id,
  })
  const several = stock.find(({ warehouses }) => warehouses.length > 1)
  const { json } = await push([
    { ...at(good), quantity: 7, expected: there(good.sku_id, good.warehouse_id) },
    { ...at(sold), quantity: 9, expected: there(sold.sku_id, sold.warehouse_id) + 1 },
    { ...at(frozen), quantity: 5 },
    { sku_id: '1729000000000000000', quantity: 5 },
  ])
  expect(json.ok).toBe(1)
  expect(json.results).toMatchObject([
    { sku_id: good.sku_id, result: 'ok', code: null, available: 7 },
    {
      sku_id: sold.sku_id,
      result: 'conflict',
      code: 'quantity_differs',
      available: there(sold.sku_id, sold.warehouse_id),
    },
    { sku_id: frozen.sku_id, result: 'refused', code: '12052048' },
    { result: 'refused', code: 'sku_unknown' },
  ])
  expect(there(good.sku_id, good.warehouse_id)).toBe(7)
  const unclear = await push([
    { sku_id: several.sku_id, quantity: 3 },
    ...single.slice(0, 1).map(({ sku_id }) => ({ sku_id, quantity: 4 })),
  ])
  expect(unclear.json.results[0]).toMatchObject({ result: 'refused', code: 'warehouse_needed' })
  products.patch(row, { status: 'ACTIVATE' })
  const warehouse = await push([{ sku_id: sold.sku_id, quantity: 9, warehouse_id: '1' }])
  // In a batch TikTok lists what failed and does the rest.
  expect(warehouse.json.results).toMatchObject([{ result: 'refused', code: expect.stringMatching(/^\d+$/) }])
  const twice = await push([
    { ...at(good), quantity: 1 },
    { ...at(good), quantity: 2 },
  ])
  expect(twice.status).toBe(400)
})

test('the same request again is the same answer, and a lost answer of TikTok is no doubt', async () => {
  const [row] = places()
  const place = { sku_id: row.sku_id, warehouse_id: row.warehouse_id }
  const key = { 'idempotency-key': 'stock-1' }
  const first = await push([{ ...place, quantity: 55 }], key)
  const calls = world.calls('UpdateInventory')
  const again = await push([{ ...place, quantity: 55 }], key)
  expect(again.json).toEqual(first.json)
  expect(world.calls('UpdateInventory')).toBe(calls)
  world.emulator.addFault({ match: { path: '/product/*' }, times: 1, action: { drop: 'after' } })
  const lost = await push([{ ...place, quantity: 56 }])
  expect(lost.json).toMatchObject({ ok: 1 })
  expect(there(row.sku_id, row.warehouse_id)).toBe(56)
  world.emulator.addFault({ match: { path: '/product/*' }, action: { status: 503 } })
  const down = await push([{ ...place, quantity: 57 }])
  expect(down.json).toMatchObject({ ok: 0, results: [{ result: 'failed' }] })
  world.emulator.clearFaults()
})
