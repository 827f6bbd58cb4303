import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { send } from '../client.ts'
import {
  byHand,
  call,
  connect,
  consent,
  data,
  frozenEmulator,
  type ShopSession,
  token,
} from './plain-client.ts'

let emulator: Emulator
let us: ShopSession
let mika: ShopSession
let shop: string

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any

beforeAll(async () => {
  emulator = await frozenEmulator({ settings: { shopTokenSeconds: 31_536_000 } })
  await control('PATCH', '/apps/tw-shop-app', { webhook_url: 'http://127.0.0.1:9/hook' })
  us = await connect(emulator, 'Pinecart')
  shop = us.shops[0]?.id as string
  const code = await consent(emulator, 'Mika', '/alliance/creator/auth')
  const { body } = await token(emulator, { auth_code: code, grant_type: 'authorized_code' })
  mika = { token: body.data.access_token, refresh: '', openId: body.data.open_id, shops: [] }
})
afterAll(() => emulator.close())

const control = (method: string, path: string, json?: unknown) => byHand(emulator, method, path, json)

const seller = (method: string, path: string, body?: unknown, query: Record<string, string> = {}) =>
  data(emulator, us, method, `/affiliate_seller${path}`, { query, ...(body === undefined ? {} : { body }) })
const creator = (method: string, path: string, body?: unknown, query: Record<string, string> = {}) =>
  data(emulator, mika, method, `/affiliate_creator${path}`, {
    query,
    ...(body === undefined ? {} : { body }),
  })
const refused = async (session: ShopSession, method: string, path: string, body: unknown): Promise<number> =>
  (await call(emulator, session, method, path, { body })).body.code

async function told(event: string): Promise<Any[]> {
  const { body } = await send(emulator, 'GET', '/_emulator/webhooks')
  return body.deliveries
    .filter((delivery: Any) => delivery.event === event)
    .map((delivery: Any) => JSON.parse(delivery.body))
}

let products: Any[]
beforeAll(async () => {
  const found = await data(emulator, us, 'POST', '/product/202502/products/search', {
    query: { page_size: '10' },
    body: {},
  })
  products = found.products
})

test('a shop opens a product to every creator, who finds it; a rate must lie from 1 % to 80 %', async () => {
  const [first, second] = products
  const path = '/202412/open_collaborations'
  const made = await seller('POST', path, { product_id: first.id, commission_rate: 1500 })
  expect(made.open_collaboration.product_id).toBe(first.id)
  const again = { product_id: first.id, commission_rate: 1500 }
  expect(await refused(us, 'POST', `/affiliate_seller${path}`, again)).toBe(16_003_012)
  const much = { product_id: second.id, commission_rate: 8001 }
  expect(await refused(us, 'POST', `/affiliate_seller${path}`, much)).toBe(16_003_033)

  const search = await creator('POST', '/202405/open_collaborations/products/search', {}, { page_size: '20' })
  expect(search.products).toMatchObject([
    { id: first.id, commission: { rate: 1500, currency: 'USD' }, shop: { name: 'Pinecart US' } },
  ])
  const dear = { commission_rate_range: { rate_ge: 2000, rate_lt: 3000 } }
  expect(
    (await creator('POST', '/202405/open_collaborations/products/search', dear, { page_size: '20' }))
      .products,
  ).toEqual([])
  const byId = await creator('POST', '/202509/open_collaborations/products', undefined, {
    product_ids: first.id,
  })
  expect(byId.products).toHaveLength(1)
  const own = await seller('POST', '/202412/open_collaborations/search', {}, { page_size: '20' })
  expect(own.open_collaborations).toMatchObject([{ status: 'NORMAL', product: { status: 'LIVE' } }])
  const other = await seller('POST', '/202405/open_collaborations/products/search', {}, { page_size: '12' })
  expect(other.total_count).toBe(1)
  expect((await creator('POST', '/202501/selection/products/search', {})).products).toHaveLength(1)
})

test('a showcase: added, put on top, removed; what no collaboration offers is shown without commission', async () => {
  const [first, second] = products
  const added = await creator('POST', '/202405/showcases/products/add', {
    add_type: 'PRODUCT_ID',
    product_ids: [first.id, second.id, '1'],
  })
  expect(added.errors).toMatchObject([{ detail: { product_id: '1' } }])
  const list = () =>
    creator('GET', '/202405/showcases/products', undefined, { origin: 'SHOWCASE', page_size: '20' })
  expect((await list()).products.map(({ id, status }: Any) => [id, status.review_status])).toEqual([
    [second.id, 'ZERO_COMMISSION'],
    [first.id, 'APPROVED'],
  ])
  await creator('POST', '/202409/showcases/products/top', { product_ids: [first.id] })
  expect((await list()).products[0].id).toBe(first.id)
  await creator('DELETE', '/202409/showcases/products', { product_ids: [second.id] })
  expect((await list()).total_count).toBe(1)
  expect(await creator('GET', '/202508/profiles')).toMatchObject({
    username: 'mika',
    creator_user_open_id: mika.openId,
  })
})

test('a live: what is in its bag, on top and pinned; nothing is pinned by whoever is not live', async () => {
  const [first, second] = products
  const live = (method: string, path: string, body?: unknown) =>
    data(emulator, mika, method, `/affiliate/202309${path}`, body === undefined ? {} : { body })
  const added = await live('POST', '/live_rooms/products', { product_ids: [first.id, second.id, '1'] })
  expect(added.errors).toMatchObject([{ detail: { product_id: '1' } }])
  const pin = `/affiliate/202309/live_rooms/products/${first.id}/pin`
  expect(await refused(mika, 'POST', pin, {})).toBe(16_015_001)
  await control('POST', '/contents', {
    shop_id: shop,
    creator: 'mika',
    kind: 'LIVE',
    title: 'Evening',
    product_ids: [first.id],
    seconds: 3600,
  })
  expect(await live('GET', '/live_rooms')).toMatchObject({ title: 'Evening', status: 'LIVE' })
  await live('POST', `/live_rooms/products/${first.id}/pin`, {})
  await live('POST', '/live_rooms/products/top', { product_ids: [first.id] })
  const bag = await live('GET', '/live_rooms/products')
  expect(bag.pinned_product_id).toBe(first.id)
  expect(bag.products.map(({ id }: Any) => id)).toEqual([first.id, second.id])
  await live('DELETE', '/live_rooms/products', { product_ids: [first.id] })
  expect(await live('GET', '/live_rooms/products')).toMatchObject({
    pinned_product_id: '',
    products: [{ id: second.id }],
  })
  const old = await live('GET', '/showcases/products')
  expect(old).toMatchObject({ products: [{ id: first.id, commission: { commission_rate: 1500 } }] })
  expect((await live('GET', '/profiles')).user_name).toBe('mika')
  await emulator.advance(3601)
  const over = await call(emulator, mika, 'GET', '/affiliate/202309/live_rooms')
  expect(over.body.code).toBe(16_015_001)
})

test('a target rate goes before the open one; a creator has one for a product', async () => {
  const [first] = products
  const wanted = {
    name: 'Friends',
    end_time: String(emulator.clock.seconds() + 30 * 86_400),
    creator_user_open_ids: [mika.openId],
    products: [{ id: first.id, target_commission_rate: 2500 }],
    free_sample_rule: { has_free_sample: true, is_sample_approval_exempt: false },
    seller_contact_info: { email: 'shop@example.com' },
  }
  const made = await seller('POST', '/202508/target_collaborations', wanted)
  const id = made.target_collaboration.id
  const clash = await seller('POST', '/202508/target_collaborations', { ...wanted, name: 'Again' })
  expect(clash.target_collaboration_conflicts).toMatchObject([
    { creator_user_open_id: mika.openId, product_id: first.id },
  ])
  const detail = await seller('GET', `/202508/target_collaborations/${id}`)
  expect(detail.target_collaboration).toMatchObject({
    name: 'Friends',
    creators: [{ creator_open_id: mika.openId, username: 'mika' }],
    products: [{ id: first.id, commission: { rate: 2500 } }],
    showcase_creator_count: 1,
  })
  const found = await seller(
    'POST',
    '/202508/target_collaborations/search',
    { collaboration_status: 'ONGOING', search_param: { keyword: 'fri', keyword_type: 'NAME' } },
    { page_size: '20' },
  )
  expect(found.target_collaborations).toMatchObject([{ id, product_count: 1, creator_inivited_count: 1 }])
  const mine = await creator(
    'POST',
    '/202405/target_collaborations/search',
    { shop_id: shop },
    { page_size: '20' },
  )
  expect(mine.target_collaborations).toMatchObject([{ id, status: 'LIVE', products: [{ id: first.id }] }])
  const showcase = await creator('GET', '/202405/showcases/products', undefined, {
    origin: 'SHOWCASE',
    page_size: '20',
  })
  expect(showcase.products[0]).toMatchObject({
    commission: { rate: 2500 },
    collaboration: { id, type: 'TARGET' },
  })
  await seller('PUT', `/202508/target_collaborations/${id}`, {
    ...wanted,
    name: 'Best friends',
    products: [{ id: first.id, commission_rate: 3000 }],
  })
  expect((await seller('GET', `/202508/target_collaborations/${id}`)).target_collaboration).toMatchObject({
    name: 'Best friends',
    products: [{ commission: { rate: 3000 } }],
  })
})

test('a sample: asked for, granted, shipped, delivered, posted about; 56 tells every step and 17 the video', async () => {
  const [first] = products
  const sample = await control('POST', '/samples', {
    shop_id: shop,
    creator: 'mika',
    sku_id: first.skus[0].id,
  })
  const search = (status: string) =>
    seller('POST', '/202508/sample_applications/search', { status }, { page_size: '20' })
  expect((await search('PENDING')).sample_applications).toMatchObject([
    {
      id: sample.id,
      is_approvable: true,
      creator: { creator_open_id: mika.openId },
      commission_rate: '3000',
    },
  ])
  await seller('POST', `/202507/sample_applications/${sample.id}/review`, { review_result: 'APPROVE' })
  const granted = (await search('AWAITING_SHIPMENT')).sample_applications[0]
  const { orders } = await data(emulator, us, 'GET', '/order/202507/orders', {
    query: { ids: granted.order_id },
  })
  expect(orders[0]).toMatchObject({
    status: 'AWAITING_SHIPMENT',
    is_sample_order: true,
    payment: { total_amount: '0.00' },
  })
  await control('POST', `/orders/${granted.order_id}/status`, { status: 'DELIVERED' })
  expect((await search('CONTENT_PENDING')).sample_applications).toHaveLength(1)

  const form = new FormData()
  form.set('data', new Blob([new Uint8Array(4000)]), 'clip.mp4')
  const uploaded = await data(emulator, mika, 'POST', '/affiliate_creator/202505/videos/video_files', {
    form,
  })
  const file_id = uploaded.video_file.id
  const product_link_info = { product_id: first.id, title: 'Look' }
  const precheck = await creator('POST', '/202511/videos/precheck_task', {
    product_link_info,
    video_info: { file_id },
  })
  const posted = await creator('POST', '/202505/videos', {
    product_link_info,
    video_info: { file_id, title: 'My new shirt' },
  })
  const status = () => creator('GET', `/202509/videos/${posted.video.id}/status`)
  expect((await status()).video.post_status).toBe('PROCESSING')
  await emulator.advance(61)
  expect((await status()).video.post_status).toBe('SUCCESS')
  expect(
    (await creator('GET', `/202511/videos/precheck_tasks/${precheck.precheck.task_id}`)).precheck_task.result,
  ).toBe('PASS')
  expect((await told('video_precheck_result')).at(-1)).toMatchObject({
    creator_open_id: mika.openId,
    data: { result: 'PASS' },
  })
  expect((await told('shoppable_content_posting')).at(-1)).toMatchObject({
    creator_open_id: mika.openId,
    data: { product_id: first.id, event: { type: 'ADD', scene: 'VIDEO', content_id: posted.video.id } },
  })
  expect((await told('sample_application_status_change')).map(({ data: event }) => event.new_status)).toEqual(
    ['PENDING', 'AWAITING_SHIPMENT', 'SHIPPED', 'CONTENT_PENDING', 'COMPLETED'],
  )
  const fulfilled = await seller('POST', `/202409/sample_applications/${sample.id}/fulfillments/search`, {})
  expect(fulfilled.fulfillments).toMatchObject([{ content: { id: posted.video.id, format: 'VIDEO' } }])
  const mine = await creator('POST', '/202412/sample_applications/search', {})
  expect(mine.sample_applications).toMatchObject([
    { id: sample.id, creator_fulfillment: { status: 'SUCCEED' } },
  ])
})

test('orders that a video led to: commission for the creator, estimated and then actual', async () => {
  const [first] = products
  const video = await control('POST', '/contents', {
    shop_id: shop,
    creator: 'mika',
    title: 'Try on',
    product_ids: [first.id],
  })
  const { created } = await control('POST', '/orders', {
    shop_id: shop,
    items: [{ sku_id: first.skus[0].id, quantity: 2 }],
    source: 'VIDEO',
    content_id: video.id,
    status: 'AWAITING_SHIPMENT',
  })
  const query = { page_size: '20' }
  const seen = await seller('POST', '/202410/orders/search', {}, query)
  const [sku] = seen.orders[0].skus
  const base = Number(sku.estimated_commission_base.amount)
  expect(seen.orders[0]).toMatchObject({ id: created[0].id, status: 'PROCESSING' })
  expect(sku).toMatchObject({
    quantity: 2,
    creator_username: 'mika',
    commission_rate: '3000',
    content_id: video.id,
  })
  expect(Number(sku.estimated_paid_commission.amount)).toBeCloseTo(base * 0.3, 2)
  expect(sku.actual_paid_commission.amount).toBe('0.00')
  await control('POST', `/orders/${created[0].id}/status`, { status: 'COMPLETED' })
  const mine = await creator('POST', '/202410/orders/search', {}, query)
  expect(mine.orders[0]).toMatchObject({ id: created[0].id, status: 'COMPLETED' })
  expect(mine.orders[0].skus[0].actual_commission).toEqual(sku.estimated_paid_commission)

  const found = await seller(
    'POST',
    '/202508/marketplace_creators/search',
    { keyword: 'mik' },
    { page_size: '12' },
  )
  expect(found.creators).toMatchObject([
    { username: 'mika', creator_open_id: mika.openId, video_gmv: { amount: base.toFixed(2) } },
  ])
  const { creator: shown } = await seller('GET', `/202508/marketplace_creators/${mika.openId}`)
  expect(shown).toMatchObject({
    units_sold: 2,
    content_gmv_distribution: [{ content_type: 'VIDEO', value: '1.00' }, {}],
  })
  const details = await seller('GET', '/202508/open_collaborations/creator_content_details', undefined, {
    page_size: '20',
    product_id: first.id,
  })
  expect(details.creator_content_details[0]).toMatchObject({
    creator_profile: { creator_open_id: mika.openId },
  })
})

test('shops and creators write to each other; 33 tells it', async () => {
  const opened = await seller('POST', '/202508/conversations', { creator_open_id: mika.openId })
  expect(opened).toMatchObject({ is_new: true, username: 'mika' })
  const id = opened.conversation_id
  await seller('POST', `/202412/conversations/${id}/messages`, {
    msg_type: 'TEXT',
    content: '{"content":"Hello"}',
  })
  await control('POST', '/affiliate-messages', { shop_id: shop, creator: 'mika', text: 'Hi there' })
  const unread = await seller('GET', '/202412/conversations/messages/list/newest')
  expect(unread.newest_message_list).toMatchObject([{ conversation_id: id, unread_message_count: 1 }])
  const list = await seller('GET', '/202505/conversations', undefined, { page_size: '20' })
  expect(list.conversations).toMatchObject([{ id, unread_count: 1 }])
  const messages = await seller('GET', `/202412/conversation/${id}/messages`, undefined, { page_size: '20' })
  expect(messages.messages.map(({ conversation_index }: Any) => conversation_index)).toEqual(['1', '0'])
  const read = await seller('POST', '/202412/conversatons/read', { conversation_ids: [id, '9'] })
  expect(read.failed_conversation_ids).toEqual(['9'])
  const events = await told('new_message_listener')
  expect(events.map(({ data: event }) => [event.msg_type, event.index])).toEqual([
    ['TEXT', '0'],
    ['TEXT', '1'],
  ])
})

test('an open collaboration ends with notice; whoever is removed from it earns nothing by it', async () => {
  const [, second] = products
  const made = await seller('POST', '/202412/open_collaborations', {
    product_id: second.id,
    commission_rate: 500,
  })
  await seller('POST', `/202508/open_collaborations/${made.open_collaboration.id}/remove_creator`, {
    creator_user_open_id: mika.openId,
    product_id: second.id,
  })
  const links = await creator('POST', '/202505/affiliate_sharing_links/general_publishers/generate_batch', {
    material: { type: 'PRODUCT', ids: [products[0].id, second.id] },
  })
  expect(links.sharing_links.map(({ material_id }: Any) => material_id)).toEqual([products[0].id])
  expect(links.failed_materials).toMatchObject([{ material_id: second.id }])
  const ended = await seller('DELETE', `/202409/open_collaborations/products/${second.id}`)
  expect(ended.terminated_effective_time).toBeGreaterThan(emulator.clock.seconds())
  await emulator.advance(31 * 86_400)
  const left = await seller('POST', '/202412/open_collaborations/search', {}, { page_size: '20' })
  expect(left.open_collaborations).toHaveLength(1)
})

test('a refused sample, one that nobody answered, and rules of samples', async () => {
  const [first] = products
  await seller('POST', '/202410/open_collaborations/sample_rules', {
    product_id: first.id,
    sample_rule: { activate_status: 'ACTIVATED', sample_quota: 5, is_sample_time_unlimited: true },
  })
  const rules = await seller('GET', '/202410/open_collaborations/sample_rules', undefined, {
    product_ids: first.id,
  })
  expect(rules.sample_rules).toMatchObject([{ product_id: first.id, sample_quota: 5, available_quantity: 4 }])
  const ask = () => control('POST', '/samples', { shop_id: shop, creator: 'noor', sku_id: first.skus[0].id })
  const no = await ask()
  await seller('POST', `/202507/sample_applications/${no.id}/review`, {
    review_result: 'REJECT',
    reject_reason: 'NOT_MATCH',
  })
  const late = await ask()
  await emulator.advance(8 * 86_400)
  const { sample_applications: all } = await seller(
    'POST',
    '/202508/sample_applications/search',
    { username: 'noor' },
    { page_size: '20' },
  )
  expect(Object.fromEntries(all.map(({ id, status }: Any) => [id, status]))).toEqual({
    [no.id]: 'REJECT_CANCELLED',
    [late.id]: 'OVERDUE_CANCELLED',
  })
})
