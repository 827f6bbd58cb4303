import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ShopWorld } from './shop-world.ts'

let world: ShopWorld
let accountId: string

beforeAll(async () => {
  world = await ShopWorld.start()
  accountId = await world.connect()
}, 120_000)
afterAll(() => world.close())

describe('a seller', () => {
  test('is connected through the hosted page, with shops and ciphers', async () => {
    await world.run()
    const shop = await world.shopOf(accountId)
    expect(shop).toMatchObject({ name: expect.any(String), region: 'US', account_status: 'connected' })
    expect(shop.authorization_ends_soon).toBe(false)
  })
})

describe('orders', () => {
  test('are the same as in the books of the emulator', async () => {
    const shop = await world.shopOf(accountId)
    for (let round = 0; round < 3; round += 1) {
      await world.control('POST', '/orders', { shop_id: shop.external_id, count: 60 })
      world.advance(400)
    }
    world.advance(3_600)
    await world.run()
    const books = await world.control('GET', `/orders?shop_id=${shop.external_id}`)
    const here = await world.all(`/v1/shops/${shop.id}/orders`)
    expect(here.length).toBe(books.orders.length)
    const byId = new Map(here.map((order) => [order.id, order]))
    for (const order of books.orders) expect(byId.get(order.id)?.status).toBe(order.status)
  })
})
