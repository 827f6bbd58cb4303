/** Which topics of TikTok Shop's webhooks are sent, each with a `data` that fits its documented model. */
import { shopTopics } from '@tockwork/contracts/shop'
import { shopWebhookModels } from '@tockwork/contracts/shop/webhook-models'
import { parseJson } from '@tockwork/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { Emulator } from '../../src/index.ts'
import { send } from '../client.ts'
import { byHand, connect, data, frozenEmulator, type ShopSession } from './plain-client.ts'

let emulator: Emulator
let us: ShopSession
let shop: string

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any

beforeAll(async () => {
  emulator = await frozenEmulator({ settings: { shopTokenSeconds: 31_536_000 } })
  // Nobody listens there: what is read is what the emulator wrote down to send.
  await control('PATCH', '/apps/tw-shop-app', { webhook_url: 'http://127.0.0.1:9/hook' })
  us = await connect(emulator, 'Pinecart')
  shop = us.shops[0]?.id as string
})
afterAll(() => emulator.close())

const control = (method: string, path: string, json?: unknown) => byHand(emulator, method, path, json)

/** What was told of a topic since, the newest last. */
async function told(topic: keyof typeof shopTopics): Promise<Any[]> {
  const { body } = await send(emulator, 'GET', '/_emulator/webhooks')
  return body.deliveries
    .filter(({ event }: Any) => event === shopTopics[topic])
    .map(({ body: text }: Any) => {
      const event = parseJson(text) as Any
      const model = shopWebhookModels[shopTopics[topic]]
      // Numbers of 19 digits are ids, as some of TikTok's samples have them.
      const plain = JSON.parse(
        JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      )
      expect(z.safeParse(model as z.ZodMiniType, plain.data ?? plain).error?.issues ?? []).toEqual([])
      return plain
    })
}

async function order(fields: object = {}): Promise<Any> {
  const { created } = await control('POST', '/orders', { shop_id: shop, ...fields })
  return created[0]
}

test('68 tells every change of stock, flat, and 27 when it runs low', async () => {
  const found = await data(emulator, us, 'POST', '/product/202502/products/search', {
    query: { page_size: '10' },
    body: {},
  })
  const [product] = found.products
  const sku = product.skus[0].id
  const [main, other] = product.skus[0].inventory.map(({ warehouse_id }: Any) => warehouse_id)
  await data(emulator, us, 'POST', `/product/202309/products/${product.id}/inventory/update`, {
    body: {
      skus: [
        {
          id: sku,
          inventory: [
            { warehouse_id: main, quantity: 3 },
            { warehouse_id: other, quantity: 0 },
          ],
        },
      ],
    },
  })
  const placed = await order({ items: [{ sku_id: sku, quantity: 2 }], status: 'AWAITING_SHIPMENT' })
  await control('POST', `/orders/${placed.id}/status`, { status: 'IN_TRANSIT' })
  const cancelled = await order({ items: [{ sku_id: sku, quantity: 1 }] })
  await control('POST', `/orders/${cancelled.id}/cancel`, {
    reason: 'ecom_order_unpaid_canceled_reason_no_longer_needed',
  })
  const changes = (await told(68)).filter(({ sku_id }) => sku_id === sku)
  for (const change of changes) expect(change).not.toHaveProperty('data')
  expect(
    changes.map(({ change_detail: [detail], quantity_snapshot_after_change: after }) => [
      detail.trigger_source,
      detail.available_quantity_delta,
      detail.committed_quantity_delta,
      after.total_quantity,
    ]),
  ).toEqual([
    ['api_sync', -117, 0, 3],
    ['order_created', -2, 2, 3],
    ['order_shipped', 0, -1, 2],
    ['order_shipped', 0, -1, 1],
    ['order_created', -1, 1, 1],
    ['order_canceled', 1, -1, 1],
  ])
  expect((await told(27)).map(({ data: { current_inventory_status } }) => current_inventory_status)).toEqual([
    'LOW_STOCK',
    'OUT_OF_STOCK',
    'LOW_STOCK',
  ])
})

test('3 tells that a buyer moved, before anything is on its way', async () => {
  const placed = await order({ status: 'AWAITING_SHIPMENT' })
  const address = { name: 'Buyer Moved', line1: '9 New Street', postal_code: '20002' }
  await control('POST', `/orders/${placed.id}/address`, address)
  expect((await told(3)).at(-1)).toMatchObject({ shop_id: shop, data: { order_id: placed.id } })
  const { orders } = await data(emulator, us, 'GET', '/order/202507/orders', { query: { ids: placed.id } })
  expect(orders[0]).toMatchObject({
    has_updated_recipient_address: true,
    recipient_address: { postal_code: '20002', address_line1: expect.stringMatching(/^9\*+$/) },
  })
  await control('POST', `/orders/${placed.id}/status`, { status: 'IN_TRANSIT' })
  await expect(control('POST', `/orders/${placed.id}/address`, address)).rejects.toThrow('IN_TRANSIT')
})

test('50 tells that a variation is out of sale; nobody can buy it then', async () => {
  const found = await data(emulator, us, 'POST', '/product/202502/products/search', {
    query: { page_size: '10' },
    body: {},
  })
  const product = found.products.at(-1)
  const sku = product.skus[0].id
  await control('POST', `/skus/${sku}/status`, { status: 'DEACTIVATED' })
  expect((await told(50)).at(-1)).toMatchObject({ data: { product_id: product.id, skus: [{ id: sku }] } })
  const shown = await data(emulator, us, 'GET', `/product/202309/products/${product.id}`)
  expect(shown.skus[0].status_info).toEqual({ status: 'DEACTIVATED', deactivation_source: 'PLATFORM' })
  const { failed } = await control('POST', '/orders', { shop_id: shop, items: [{ sku_id: sku }] })
  expect(failed).toHaveLength(1)
  await control('POST', `/skus/${sku}/status`, { status: 'NORMAL' })
  expect((await order({ items: [{ sku_id: sku }] })).id).toBeDefined()
})

test('19 tells of size charts, which are made in Seller Center, by the seller', async () => {
  const { accounts } = await control('GET', '')
  const seller = accounts.find(({ name }: Any) => name === 'Pinecart').id
  const { id } = await control('POST', '/size-charts', { seller, name: 'Shirts' })
  const listed = await data(emulator, us, 'POST', '/product/202407/sizecharts/search', {
    cipher: undefined,
    query: { page_size: '10' },
    body: {},
  })
  expect(listed.size_chart).toMatchObject([{ template_id: id, template_name: 'Shirts' }])
  await control('DELETE', `/size-charts/${id}`)
  const events = await told(19)
  expect(events.map(({ data: { event_type } }) => event_type)).toEqual(['CREATE', 'DELETE'])
  expect(events[0]).toMatchObject({ seller_open_id: us.openId })
})

test('25 tells what a candidate from elsewhere matched', async () => {
  // It does not sell everything that others do.
  const gb = await connect(emulator, 'Brightkiln')
  const { opportunities } = await data(emulator, gb, 'POST', '/product/202409/opportunities/search', {
    query: { page_size: '100' },
    body: {},
  })
  const wanted = opportunities[0]
  expect(wanted.category_name).toMatch(/\p{L}{4}/u)
  await data(emulator, gb, 'POST', '/product/202409/candidate_products/batch', {
    body: {
      candidate_products: [
        { external_product_id: 'A-1', title: 'Ours', external_category_name: wanted.category_name },
        { external_product_id: 'A-2', title: 'zzz' },
      ],
    },
  })
  const search = async (status: string): Promise<string[]> => {
    const found = await data(emulator, gb, 'POST', '/product/202409/candidate_products/search', {
      query: { page_size: '10' },
      body: { opportunity_matching_statuses: [status] },
    })
    return found.candidate_products.map(({ external_product_id }: Any) => external_product_id)
  }
  expect(await search('PENDING')).toEqual(['A-1', 'A-2'])
  await emulator.advance(61)
  expect(await search('MATCHED')).toEqual(['A-1'])
  expect(
    (await told(25)).map(({ data: event }) => [event.external_product_id, event.opportunity_matching_status]),
  ).toEqual([
    ['A-1', 'MATCHED'],
    ['A-2', 'NOT_MATCHED'],
  ])
})

test('38 tells that a struck-through price ended, 90 days after it was last enabled', async () => {
  const found = await data(emulator, us, 'POST', '/product/202502/products/search', {
    query: { page_size: '10' },
    body: {},
  })
  const product = found.products[0]
  const sku = product.skus[0].id
  const enable = () =>
    data(emulator, us, 'POST', `/product/202502/products/${product.id}/strikethrough_prices/enable`, {
      body: { skus: [{ id: sku }] },
    })
  await enable()
  await emulator.advance(40 * 86_400)
  await enable()
  await emulator.advance(51 * 86_400)
  expect(await told(38)).toEqual([])
  await emulator.advance(40 * 86_400)
  expect(await told(38)).toMatchObject([{ data: { product_id: product.id, sku_id: sku } }])
})
