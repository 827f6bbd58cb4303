/** TikTok Shop's clients that others wrote, at TikTok's own host names. */
import { expect, test } from 'vitest'
import { runNodeClient, type Stage, stage, warnings } from './witness.ts'

const APP = ['tw-shop-app', 'tw-shop-secret', 'tw-shop-service']

async function placeOrders(on: Stage, shopName: string, count: number): Promise<string[]> {
  const control = `${on.emulator.origin}/_emulator/shop`
  const { shops } = (await (await fetch(control)).json()) as { shops: { id: string; name: string }[] }
  const shop = shops.find(({ name }) => name === shopName)
  const answer = await fetch(`${control}/orders`, {
    method: 'POST',
    body: JSON.stringify({ shop_id: shop?.id, count, status: 'AWAITING_SHIPMENT' }),
  })
  return ((await answer.json()) as { created: { id: string }[] }).created.map(({ id }) => id)
}

test('tiktok-shop-sdk: consent to shipped package, with bodies that are signed as if they were not there', async () => {
  await using on = await stage()
  const placed = await placeOrders(on, 'Pinecart US', 2)
  const got = await runNodeClient(on, 'tiktok-shop-sdk.mjs', ...APP)
  expect(got.waiting.sort()).toEqual(placed.sort())
  expect(got).toMatchObject({
    state: 's',
    renewed: true,
    shop: 'Pinecart US',
    orders: 2,
    buyer: expect.stringMatching(/^\w\*+$/),
    title: expect.any(String),
    stockErrors: [],
    packed: true,
    packages: [true],
    activities: true,
    hooks: ['PACKAGE_UPDATE'],
    refused: { name: 'TikTokAPIError', code: 21_008_111 },
  })
  expect(warnings(on)).toEqual([])
})

test('tiktok-shop-client and tiktok-shop: tokens in the query too, and parameters that nothing asks for', async () => {
  await using on = await stage()
  const placed = await placeOrders(on, 'Brightkiln UK', 1)
  expect(await runNodeClient(on, 'tiktok-shop-client.mjs', ...APP)).toEqual({
    type: 0,
    renewed: true,
    listed: ['Brightkiln UK', 'Brightkiln DE'],
    // It sends a cipher where none is wanted, which TikTok documents to refuse.
    shopsWithACipher: 36_009_004,
    waiting: placed,
    title: true,
    stock: true,
    warehouses: 3,
    categories: true,
  })
})
