import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { gradientPng } from '../../src/pages/picture.ts'
import { send } from '../client.ts'
import { call, connect, data, frozenEmulator, type ShopSession } from './plain-client.ts'

let emulator: Emulator
let us: ShopSession

beforeAll(async () => {
  emulator = await frozenEmulator({ now: '2026-07-01T12:00:00Z', settings: { shopTokenSeconds: 31_536_000 } })
  us = await connect(emulator, 'Pinecart')
})
afterAll(() => emulator.close())

async function upload(session: ShopSession, width = 800, height = 800, useCase = 'MAIN_IMAGE') {
  const form = new FormData()
  form.set('data', new Blob([Buffer.from(gradientPng('front', width, height))]), 'front.png')
  form.set('use_case', useCase)
  return call(emulator, session, 'POST', '/product/202309/images/upload', { form, cipher: undefined })
}

async function listing(session: ShopSession, fields: object = {}): Promise<Record<string, unknown>> {
  const { body } = await upload(session)
  const region = session.shops[0]?.region
  const currency = { US: 'USD', MY: 'MYR', PH: 'PHP', GB: 'GBP' }[region as string] as string
  return {
    title: 'A wooden storage box with a lid for small things',
    description: '<p>Holds small things.</p>',
    category_id: '600028',
    main_images: [{ uri: body.data.uri }],
    package_weight: { value: '0.5', unit: 'KILOGRAM' },
    skus: [
      {
        seller_sku: 'BOX-1',
        price: { amount: '12.50', currency },
        inventory: [{ quantity: 7, warehouse_id: await warehouse(session) }],
      },
    ],
    ...fields,
  }
}

async function warehouse(session: ShopSession): Promise<string> {
  const { warehouses } = await data(emulator, session, 'GET', '/logistics/202309/warehouses')
  return warehouses.find((each: { type: string }) => each.type === 'SALES_WAREHOUSE').id
}

const create = async (session: ShopSession, fields: object = {}) =>
  call(emulator, session, 'POST', '/product/202309/products', { body: await listing(session, fields) })
const get = (id: string, query: Record<string, string> = {}) =>
  data(emulator, us, 'GET', `/product/202309/products/${id}`, { query })

test('a product is sent, looked at, live, edited while it sells, switched off and deleted', async () => {
  const { body } = await create(us, { idempotency_key: 'one' })
  const id = body.data.product_id
  expect((await create(us, { idempotency_key: 'one' })).body.data.product_id).toBe(id)
  expect(await get(id)).toMatchObject({ status: 'PENDING', audit: { status: 'AUDITING' } })
  await emulator.advance(5)
  const live = await get(id)
  expect(live).toMatchObject({ status: 'ACTIVATE', audit: { status: 'APPROVED' } })
  expect(live.skus[0].price).toMatchObject({ sale_price: '12.50', currency: 'USD' })
  await data(emulator, us, 'POST', `/product/202509/products/${id}/partial_edit`, {
    body: { title: 'A better box' },
  })
  expect((await get(id)).title).not.toBe('A better box')
  expect((await get(id, { return_under_review_version: 'true' })).title).toBe('A better box')
  await emulator.advance(5)
  expect(await get(id)).toMatchObject({ title: 'A better box', status: 'ACTIVATE' })
  const list = { body: { product_ids: [id, '1729000000000000000'] } }
  const off = await data(emulator, us, 'POST', '/product/202309/products/deactivate', list)
  expect(off.errors).toMatchObject([{ code: 12_052_032, detail: { product_id: '1729000000000000000' } }])
  expect((await get(id)).status).toBe('SELLER_DEACTIVATED')
  await data(emulator, us, 'POST', '/product/202309/products/activate', { body: { product_ids: [id] } })
  await emulator.advance(5)
  expect((await get(id)).status).toBe('ACTIVATE')
  await data(emulator, us, 'DELETE', '/product/202309/products', { body: { product_ids: [id] } })
  expect((await get(id)).status).toBe('DELETED')
  await data(emulator, us, 'POST', '/product/202309/products/recover', { body: { product_ids: [id] } })
  expect((await get(id)).status).toBe('SELLER_DEACTIVATED')
})

test('a review that fails gives its reasons, and what TikTok freezes stays so', async () => {
  const { body } = await create(us)
  const id = body.data.product_id
  await send(emulator, 'POST', `/_emulator/shop/products/${id}/audit`, {
    json: { reasons: ['The picture is blurred.'] },
  })
  expect(await get(id)).toMatchObject({
    status: 'FAILED',
    audit_failed_reasons: [{ reasons: ['The picture is blurred.'] }],
  })
  const [live] = (
    await data(emulator, us, 'POST', '/product/202502/products/search', {
      query: { page_size: '1' },
      body: { status: 'ACTIVATE' },
    })
  ).products
  await send(emulator, 'POST', `/_emulator/shop/products/${live.id}/status`, { json: { status: 'FREEZE' } })
  const edit = await call(emulator, us, 'POST', `/product/202309/products/${live.id}/inventory/update`, {
    body: { skus: [] },
  })
  expect(edit.body.code).toBe(12_052_048)
})

test.each([
  ['no description', { description: '' }, 12_052_015],
  ['a category that there is not', { category_id: '1' }, 12_052_023],
  ['a category with others in it', { category_id: '600001' }, 12_052_024],
  ['a picture that was not uploaded', { main_images: [{ uri: 'nothing' }] }, 12_052_300],
  ['a brand that there is not', { brand_id: '7' }, 12_052_026],
  ['a title that is too long', { title: 'x'.repeat(256) }, 12_052_051],
  ['no weight', { package_weight: undefined }, 12_052_016],
  [
    'another currency',
    { skus: [{ price: { amount: '1', currency: 'EUR' }, inventory: [{ quantity: 1 }] }] },
    12_052_084,
  ],
  ['no price', { skus: [{ inventory: [{ quantity: 1 }] }] }, 12_052_571],
  ['no stock', { skus: [{ price: { amount: '1', currency: 'USD' } }] }, 12_052_486],
  [
    'an unknown warehouse',
    { skus: [{ price: { amount: '1', currency: 'USD' }, inventory: [{ quantity: 1, warehouse_id: '5' }] }] },
    12_052_097,
  ],
])('%s is refused with its code', async (_what, fields, code) => {
  expect((await create(us, fields)).body.code).toBe(code)
})

test('pictures have sizes, and files that are none are refused', async () => {
  expect((await upload(us, 800, 600)).body.data).toMatchObject({
    width: 600,
    height: 600,
    use_case: 'MAIN_IMAGE',
  })
  expect((await upload(us, 120, 120)).body.code).toBe(12_052_301)
  expect((await upload(us, 800, 800, 'SIZE_CHART_IMAGE')).body.code).toBe(12_052_301)
  const form = new FormData()
  form.set('data', new Blob(['hello'.repeat(20)]), 'x.png')
  expect(
    (await call(emulator, us, 'POST', '/product/202309/images/upload', { form, cipher: undefined })).body
      .code,
  ).toBe(12_052_304)
  expect(
    (await call(emulator, us, 'POST', '/product/202309/images/upload', { body: {}, cipher: undefined })).body
      .code,
  ).toBe(36_009_023)
})

test('stock is set SKU by SKU, and what cannot be set is told', async () => {
  const [product] = (
    await data(emulator, us, 'POST', '/product/202502/products/search', {
      query: { page_size: '1' },
      body: { status: 'ACTIVATE' },
    })
  ).products
  const sku = product.skus[0].id
  const answer = await data(emulator, us, 'POST', `/product/202309/products/${product.id}/inventory/update`, {
    body: {
      skus: [
        { id: sku, inventory: [{ quantity: 3, warehouse_id: await warehouse(us) }] },
        { id: '9', inventory: [{ quantity: 3 }] },
      ],
    },
  })
  expect(answer.errors).toMatchObject([{ code: 12_052_036, detail: { sku_id: '9' } }])
})

test('a promotion changes what buyers pay, locks the price, and ends by itself', async () => {
  const [product] = (
    await data(emulator, us, 'POST', '/product/202502/products/search', {
      query: { page_size: '1' },
      body: { status: 'ACTIVATE' },
    })
  ).products
  const [sku] = product.skus
  const now = emulator.clock.seconds()
  const activity = (fields: object) =>
    call(emulator, us, 'POST', '/promotion/202309/activities', {
      body: {
        title: 'Summer',
        activity_type: 'DIRECT_DISCOUNT',
        product_level: 'PRODUCT',
        begin_time: now + 60,
        end_time: now + 7200,
        ...fields,
      },
    })
  expect((await activity({ begin_time: now - 5 })).body.code).toBe(17_029_005)
  const { activity_id } = (await activity({})).body.data
  expect((await activity({})).body.code).toBe(17_029_004)
  const path = `/promotion/202309/activities/${activity_id}`
  const put = (item: object) =>
    call(emulator, us, 'PUT', `${path}/products`, {
      body: {
        activity_id,
        products: [{ id: product.id, quantity_limit: -1, quantity_per_user: -1, ...item }],
      },
    })
  expect((await put({ activity_price_amount: '1.00' })).body.code).toBe(17_029_029)
  expect((await put({ discount: '25' })).body.data).toMatchObject({ total_count: 1, status: 'NOT_START' })
  await emulator.advance(61)
  expect((await data(emulator, us, 'GET', path)).status).toBe('ONGOING')
  const price = { skus: [{ id: sku.id, price: { amount: '99.00', currency: 'USD' } }] }
  expect(
    (
      await call(emulator, us, 'POST', `/product/202309/products/${product.id}/prices/update`, {
        body: price,
      })
    ).body.code,
  ).toBe(12_052_038)
  const { body } = await send(emulator, 'POST', '/_emulator/shop/orders', {
    json: { shop_id: us.shops[0]?.id, items: [{ sku_id: sku.id }] },
  })
  const full = Number(sku.price.sale_price)
  expect(body.created[0].lines[0].price).toBe(Math.round(full * 75))
  await emulator.advance(7200)
  expect((await data(emulator, us, 'GET', path)).status).toBe('EXPIRED')
  expect(
    (
      await call(emulator, us, 'POST', `/product/202309/products/${product.id}/prices/update`, {
        body: price,
      })
    ).body.code,
  ).toBe(0)
  const again = await data(emulator, us, 'POST', `/promotion/202607/activities/${activity_id}/republish`, {
    body: {},
  })
  expect(again.activity_id).not.toBe(activity_id)
})

test('figures are those of what was sold', async () => {
  const shop = await connect(emulator, 'Tanah Rasa')
  const shop_id = shop.shops[0]?.id
  const { body } = await send(emulator, 'POST', '/_emulator/shop/orders', {
    json: { shop_id, count: 12, status: 'ON_HOLD' },
  })
  const lines = body.created.flatMap((order: { lines: { price: number }[] }) => order.lines)
  const query = { start_date_ge: '2026-07-01', end_date_lt: '2026-07-03' }
  const { performance } = await data(emulator, shop, 'GET', '/analytics/202509/shop/performance', { query })
  expect(performance.intervals[0].sales).toMatchObject({
    orders_count: 12,
    items_sold: lines.length,
    gmv: {
      overall: {
        amount: String(lines.reduce((sum: number, line: { price: number }) => sum + line.price, 0)),
        currency: 'IDR',
      },
    },
  })
  const { products, total_count } = await data(
    emulator,
    shop,
    'GET',
    '/analytics/202605/shop_products/performance',
    { query: { ...query, page_size: '100' } },
  )
  expect(
    products.reduce(
      (sum: number, each: { overall_performance: { items_sold: number } }) =>
        sum + each.overall_performance.items_sold,
      0,
    ),
  ).toBe(lines.length)
  expect(total_count).toBe(products.length)
  const old = await call(emulator, shop, 'GET', '/analytics/202509/shop/performance', {
    query: { ...query, start_date_ge: '2025-07-01' },
  })
  expect(old.body.code).toBe(28_001_022)
})

test('buyers write, and are answered', async () => {
  const shop = await connect(emulator, 'Upuan Lab')
  const shop_id = shop.shops[0]?.id as string
  const written = await send(emulator, 'POST', '/_emulator/shop/messages', {
    json: { shop_id, buyer_id: '7494111', text: 'Is it in stock?' },
  })
  const { conversations } = await data(emulator, shop, 'GET', '/customer_service/202309/conversations', {
    query: { page_size: '10' },
  })
  expect(conversations[0]).toMatchObject({
    unread_count: 1,
    latest_message: { id: written.body.id, content: '{"content":"Is it in stock?"}' },
  })
  const path = `/customer_service/202309/conversations/${conversations[0].id}/messages`
  const wrong = await call(emulator, shop, 'POST', path, { body: { type: 'TEXT', content: 'yes' } })
  expect(wrong.body.code).toBe(36_009_004)
  await data(emulator, shop, 'POST', path, { body: { type: 'TEXT', content: '{"content":"Yes."}' } })
  await data(emulator, shop, 'POST', `${path}/read`, { body: {} })
  const { messages } = await data(emulator, shop, 'GET', path, { query: { page_size: '10' } })
  expect(messages.map(({ sender }: { sender: { role: string } }) => sender.role)).toEqual([
    'CUSTOMER_SERVICE',
    'BUYER',
  ])
})

test('what a market demands of a category counts from its day', async () => {
  const my = await connect(emulator, 'Kedai Hijau')
  const ph = await connect(emulator, 'Upuan Lab')
  const supplement = { category_id: '700650' }
  const chair = { category_id: '876040' }
  expect((await create(my, supplement)).body.code).toBe(0)
  await emulator.advance(8 * 86_400)
  const { attributes } = await data(emulator, my, 'GET', '/product/202309/categories/700650/attributes')
  expect(
    attributes
      .filter((each: { is_requried: boolean }) => each.is_requried)
      .map(({ id }: { id: string }) => id),
  ).toEqual(['101087'])
  expect((await create(my, supplement)).body).toMatchObject({
    code: 12_052_104,
    message: expect.stringContaining('101087'),
  })
  const registered = { ...supplement, product_attributes: [{ id: '101087', values: [{ id: '1010870' }] }] }
  expect((await create(my, registered)).body.message).toContain('101088')
  const numbered = {
    ...supplement,
    product_attributes: [...registered.product_attributes, { id: '101088', values: [{ name: 'MAL1' }] }],
  }
  expect((await create(my, numbered)).body.code).toBe(0)
  expect((await create(ph, chair)).body.code).toBe(0)
  await emulator.advance(27 * 86_400)
  expect((await create(ph, chair)).body.message).toContain('100701')
  const plastic = { ...chair, product_attributes: [{ id: '100701', values: [{ id: '1000701' }] }] }
  expect((await create(ph, plastic)).body.message).toContain('101073')
})
