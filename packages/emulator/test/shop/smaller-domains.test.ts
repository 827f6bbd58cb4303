/** Engagement, pharmacies, reviews and reconciliation: small domains of a shop. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { send } from '../client.ts'
import { call, connect, data, frozenEmulator, type ShopSession } from './plain-client.ts'

let emulator: Emulator
let us: ShopSession
let order: Any

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any

beforeAll(async () => {
  emulator = await frozenEmulator()
  us = await connect(emulator, 'Pinecart')
  const { body } = await send(emulator, 'POST', '/_emulator/shop/orders', {
    json: { shop_id: us.shops[0]?.id, status: 'AWAITING_SHIPMENT' },
  })
  const { orders } = await shop('GET', '/order/202507/orders', undefined, { ids: body.created[0].id })
  order = orders[0]
})
afterAll(() => emulator.close())

const shop = (method: string, path: string, body?: unknown, query: Record<string, string> = {}) =>
  data(emulator, us, method, path, { query, ...(body === undefined ? {} : { body }) })

test('buyers of the past get a message once, by the address that their order shows', async () => {
  const base = '/customer_engagement'
  const { message_templates: templates } = await shop('GET', `${base}/202412/message_templates`, undefined, {
    locale: 'en-US',
  })
  const wanted = {
    channel: 'IM',
    template_id: templates[0].id,
    task_name: 'Thanks',
    end_time: emulator.clock.seconds() + 86_400,
    product_ids: [order.line_items[0].product_id],
  }
  const create = () => shop('POST', `${base}/202412/engagement_tasks`, wanted, { idempotency_key: 'k1' })
  const { task_id } = await create()
  expect((await create()).task_id).toBe(task_id)
  const message = { task_id, buyer_emails: [order.buyer_email, 'nobody@example.com'] }
  const sent = await shop('POST', `${base}/202412/messages`, message)
  expect(sent.errors).toMatchObject([{ detail: { buyer_email: 'nobody@example.com' } }])
  expect((await shop('POST', `${base}/202412/messages`, message)).errors).toHaveLength(2)
  const found = await shop('POST', `${base}/202412/performances`, { task_ids: [task_id] })
  expect(found.task_performances).toMatchObject([
    { sent_recipient_count: 1, order_count: 1, status: 'SENDING' },
  ])
  const talks = await shop('GET', '/customer_service/202309/conversations', undefined, { page_size: '10' })
  expect(talks.conversations[0].latest_message.content).toContain(templates[0].message_body)
})

test('a pharmacy, a product against prescription, and the verdict on one', async () => {
  const { warehouses } = await shop('GET', '/logistics/202309/warehouses')
  const pharmacies = [{ warehouse_id: warehouses[0].id, license_number: 'L-1' }, { warehouse_id: '1' }]
  const kept = await shop('POST', '/epharmacy/202504/pharmacies/update', { pharmacies })
  expect(kept.errors).toMatchObject([{ detail: { warehouse_id: '1' } }])
  const list = await shop('GET', '/epharmacy/202504/pharmacies', undefined, { page_size: '10' })
  expect(list.pharmacies).toMatchObject([{ license_number: 'L-1' }])
  const product = order.line_items[0].product_id
  await shop('POST', `/epharmacy/202504/products/${product}/prescription_requirements/update`, {
    prescription_requirement: { needs_prescription: true },
  })
  const shown = await shop('GET', `/product/202309/products/${product}`)
  expect(shown.prescription_requirement).toEqual({ needs_prescription: true })
  const path = `/epharmacy/202504/orders/${order.id}/update_prescription_status`
  const bare = await call(emulator, us, 'POST', path, { body: { prescription_status: 'REJECTED' } })
  expect(bare.body.message).toContain('rejection_reason')
  await shop('POST', path, { prescription_status: 'APPROVED' })
})

test('reviews from elsewhere, and orders of other channels', async () => {
  const review = { external_review_id: '1', content: 'Good', rating: 5 }
  const product_review = {
    product: { name: 'Mug' },
    review_records: [review, { ...review, external_review_id: '2', rating: 6 }],
  }
  const path = '/review_rating/202410/product_reviews'
  const first = await shop('POST', path, { product_review })
  expect(first.errors).toMatchObject([{ detail: { external_review_id: '2' } }])
  expect((await shop('POST', path, { product_review })).errors).toHaveLength(2)
  const orders = [
    { order_id: order.id, channel_order_id: 'S-1', channel_type: 'SHOPIFY' },
    { order_id: '1', channel_order_id: 'S-2', channel_type: 'SHOPIFY' },
  ]
  const { errors } = await shop('POST', '/data_reconciliation/202401/orders/import', { orders })
  expect(errors).toMatchObject([{ detail: { channel_order_id: 'S-2' } }])
})
