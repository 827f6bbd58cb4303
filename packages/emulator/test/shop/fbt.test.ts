import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { send } from '../client.ts'
import { byHand, call, connect, data, frozenEmulator, type ShopSession } from './plain-client.ts'

let emulator: Emulator
let us: ShopSession
let shop: string
let sku: string

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any

beforeAll(async () => {
  emulator = await frozenEmulator({ settings: { shopTokenSeconds: 31_536_000 } })
  await control('PATCH', '/apps/tw-shop-app', { webhook_url: 'http://127.0.0.1:9/hook' })
  us = await connect(emulator, 'Pinecart')
  shop = us.shops[0]?.id as string
  const { products } = await fbt('POST', '/product/202502/products/search', {}, { page_size: '1' })
  sku = products[0].skus[0].id
})
afterAll(() => emulator.close())

const control = (method: string, path: string, json?: unknown) => byHand(emulator, method, path, json)

const fbt = (method: string, path: string, body?: unknown, query: Record<string, string> = {}) =>
  data(emulator, us, method, path, { query, ...(body === undefined ? {} : { body }) })

async function told(event: string): Promise<Any[]> {
  const { body } = await send(emulator, 'GET', '/_emulator/webhooks')
  return body.deliveries
    .filter((delivery: Any) => delivery.event === event)
    .map((delivery: Any) => JSON.parse(delivery.body))
}

const consignee = { name: 'Buyer 1', address: { address_line_1: '1 Test Street', country_code: 'US' } }

test('goods come in, lie in the warehouse, and go out for another channel; each step is told', async () => {
  const goods = await control('POST', '/fbt-goods', { shop_id: shop, sku_id: sku })
  expect(await told('fbt_merchant_onboarding')).toMatchObject([
    { seller_open_id: us.openId, data: { onboarded_regions: [{ region_code: 'US' }] } },
  ])
  expect(await told('goods_match')).toMatchObject([
    { data: { match_type: 'MATCH', goods_id: goods.id, sku_id: sku } },
  ])
  const { warehouses } = await fbt('GET', '/fbt/202408/warehouses')
  expect(warehouses).toMatchObject([{ subscribed: true }, {}])
  const found = await fbt('POST', '/fbt/202409/goods/search', { sku_ids: [sku] }, { page_size: '10' })
  expect(found.goods).toMatchObject([{ id: goods.id, skus: [{ id: sku, matched: true }] }])

  const inbound = await control('POST', '/fbt-inbounds', {
    shop_id: shop,
    goods: [{ id: goods.id, quantity: 40 }],
  })
  expect(inbound.id).toMatch(/^IBR/)
  await emulator.advance(2 * 86_400 + 3 * 3600)
  const { inbound_orders: orders } = await fbt('GET', '/fbt/202409/inbound_orders', undefined, {
    ids: inbound.id,
  })
  expect(orders[0].received_batches).toMatchObject([{ goods_id: goods.id, normal_quantity: 40 }])
  expect(
    (await told('inbound_fbt_order_status_change')).map(({ data: event }) => event.order_status),
  ).toEqual(['TO_BE_RECEIVED', 'ARRIVE_HUB', 'RECEIVING', 'RECEIVED'])
  const stock = async (): Promise<Any> =>
    (await fbt('POST', '/fbt/202408/inventory/search', {}, { page_size: '10' })).inventory[0].on_hand_detail
  expect(await stock()).toMatchObject({ total_quantity: 40, available_quantity: 40, reserved_quantity: 0 })

  const order = { consignee, external_order_id: 'WEB-1', goods: [{ id: goods.id, quantity: 3 }] }
  const { mcf_order: made } = await fbt('POST', '/fbt/202601/mcf_outbound_orders', order)
  expect(await stock()).toMatchObject({ total_quantity: 40, available_quantity: 37, reserved_quantity: 3 })
  await emulator.advance(3600 + 43_200)
  const status = await fbt('GET', '/fbt/202601/mcf_outbound_orders', undefined, {
    mcf_order_id: made.mcf_order_id,
  })
  expect(status.mcf_order.consign_orders).toMatchObject([{ status: 'SHIPPED', tracking_number: /^FBT/ }])
  expect(await stock()).toMatchObject({ total_quantity: 37, available_quantity: 37, reserved_quantity: 0 })
  const records = await fbt('POST', '/fbt/202410/inventory_records/search', {}, { page_size: '10' })
  expect(
    records.inventory_records.map((row: Any) => [
      row.order.type,
      row.changed_quantity,
      row.final_on_hand_quantity,
    ]),
  ).toEqual([
    ['CONSIGN_ORDER', -3, 37],
    ['INBOUND_ORDER', 40, 40],
  ])
  expect(
    (await told('fbt_mcf_order_status_change')).map(
      ({ data: event }) => event.mcf_order.consign_orders[0].status,
    ),
  ).toEqual(['PENDING', 'HANDLE_BY_WAREHOUSE', 'SHIPPED'])
  expect((await told('fbt_inventory_update')).at(-1).data.fbt_warehouse_inventory[0].on_hand_detail).toEqual({
    total_quantity: 37,
    reserved_quantity: 0,
    available_quantity: 37,
  })
})

test('an order for another channel can be cancelled until the warehouse begins; too much is refused', async () => {
  const [goods] = (await fbt('POST', '/fbt/202409/goods/search', {}, { page_size: '10' })).goods
  const path = '/fbt/202601/mcf_outbound_orders'
  const create = (external_order_id: string, quantity: number): Promise<Any> =>
    call(emulator, us, 'POST', path, {
      body: { consignee, external_order_id, goods: [{ id: goods.id, quantity }] },
    })
  expect((await create('WEB-2', 51)).body.message).toContain('50')
  expect((await create('WEB-1', 1)).body.message).toContain('external_order_id')
  const available = async (): Promise<number> => {
    const found = await fbt('POST', '/fbt/202601/mcf/goods/inventory/search', {
      goods: [{ goods_id: goods.id }],
    })
    return found.goods_inventory_list[0].available_qty
  }
  const before = await available()
  const { mcf_order: made } = (await create('WEB-3', 5)).body.data
  expect(await available()).toBe(before - 5)
  const cancelled = await fbt('POST', `${path}/cancel`, { mcf_order_id: made.mcf_order_id })
  expect(cancelled.mcf_order.consign_orders).toMatchObject([{ status: 'CLOSED' }])
  expect(await available()).toBe(before)
  const { mcf_order: late } = (await create('WEB-4', 1)).body.data
  await emulator.advance(3601)
  const refused = await call(emulator, us, 'POST', `${path}/cancel`, {
    body: { mcf_order_id: late.mcf_order_id },
  })
  expect(refused.body.message).toContain('HANDLE_BY_WAREHOUSE')
  expect((await fbt('GET', '/fbt/202601/merchants/mcf_status')).mcf_status.is_mcf).toBe(1)
  expect((await fbt('GET', '/fbt/202409/merchants/onboarded_regions')).onboarded_regions).toEqual([
    { region_code: 'US' },
  ])
})
