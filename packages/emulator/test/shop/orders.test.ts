import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/index.ts'
import { byHand, call, connect, data, frozenEmulator, type ShopSession } from './plain-client.ts'

let emulator: Emulator
let us: ShopSession
let gb: ShopSession

beforeAll(async () => {
  emulator = await frozenEmulator({ settings: { shopTokenSeconds: 31_536_000 } })
  us = await connect(emulator, 'Pinecart')
  gb = await connect(emulator, 'Brightkiln')
})
afterAll(() => emulator.close())

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any

const shopOf = (session: ShopSession): string => session.shops[0]?.id as string

const control = (method: string, path: string, json?: unknown) => byHand(emulator, method, path, json)

async function products(session: ShopSession): Promise<Any[]> {
  const found = await data(emulator, session, 'POST', '/product/202502/products/search', {
    query: { page_size: '100' },
    body: {},
  })
  return found.products
}

async function order(session: ShopSession, fields: object = {}): Promise<Any> {
  const { created, failed } = await control('POST', '/orders', { shop_id: shopOf(session), ...fields })
  if (failed.length > 0) throw new Error(failed[0].problem)
  return created[0]
}

async function get(session: ShopSession, id: string): Promise<Any> {
  return (await data(emulator, session, 'GET', '/order/202507/orders', { query: { ids: id } })).orders[0]
}

async function stock(session: ShopSession, sku: string): Promise<{ available: number; committed: number }> {
  const found = await data(emulator, session, 'POST', '/product/202309/inventory/search', {
    body: { sku_ids: [sku] },
  })
  const row = found.inventory[0].skus[0]
  return { available: row.total_available_quantity, committed: row.total_committed_quantity }
}

test('an order goes from checkout to completion by itself, and reaches the books', async () => {
  const [product] = await products(gb)
  const sku = product.skus[0].id
  const before = await stock(gb, sku)
  const placed = await order(gb, { items: [{ sku_id: sku, quantity: 2 }] })
  expect((await get(gb, placed.id)).status).toBe('UNPAID')
  expect(await stock(gb, sku)).toEqual({ available: before.available - 2, committed: before.committed + 2 })
  await emulator.advance(61)
  const held = await get(gb, placed.id)
  expect(held).toMatchObject({ status: 'ON_HOLD', is_on_hold_order: true, recipient_address: {} })
  await emulator.advance(3600)
  const waiting = await get(gb, placed.id)
  expect(waiting.status).toBe('AWAITING_SHIPMENT')
  expect(waiting.recipient_address.name).toMatch(/^B\*+$/)
  expect(waiting.line_items).toHaveLength(2)
  const pkg = waiting.packages[0].id
  const early = await call(emulator, gb, 'GET', `/fulfillment/202309/packages/${pkg}/shipping_documents`, {
    query: { document_type: 'SHIPPING_LABEL' },
  })
  expect(early.body.code).toBe(21_023_035)
  await data(emulator, gb, 'POST', `/fulfillment/202309/packages/${pkg}/ship`, {
    body: { handover_method: 'DROP_OFF' },
  })
  const again = await call(emulator, gb, 'POST', `/fulfillment/202309/packages/${pkg}/ship`, {
    body: { handover_method: 'DROP_OFF' },
  })
  expect(again.body.code).toBe(21_011_040)
  expect((await get(gb, placed.id)).status).toBe('AWAITING_COLLECTION')
  expect(await stock(gb, sku)).toEqual({ available: before.available - 2, committed: before.committed })
  await emulator.advance(43_200)
  expect((await get(gb, placed.id)).status).toBe('IN_TRANSIT')
  await emulator.advance(172_800)
  expect((await get(gb, placed.id)).status).toBe('DELIVERED')
  const track = await data(emulator, gb, 'GET', `/fulfillment/202309/orders/${placed.id}/tracking`)
  expect(track.tracking.map(({ description }: Any) => description)).toEqual([
    'The parcel was delivered.',
    'The carrier has the parcel.',
    'The seller is preparing the parcel.',
  ])
  const open = await data(emulator, gb, 'GET', '/finance/202507/orders/unsettled', {
    query: { sort_field: 'order_create_time' },
  })
  expect(open.transactions.map(({ order_id }: Any) => order_id)).toContain(placed.id)
  await emulator.advance(14 * 86_400)
  expect((await get(gb, placed.id)).status).toBe('COMPLETED')
  await emulator.advance(2 * 86_400)
  const unsorted = await call(emulator, gb, 'GET', '/finance/202309/statements')
  expect(unsorted.body).toMatchObject({ code: 36_009_004, message: expect.stringContaining('sort_field') })
  const { statements } = await data(emulator, gb, 'GET', '/finance/202309/statements', {
    query: { sort_field: 'statement_time' },
  })
  const statement = statements.at(-1)
  expect(statement.payment_status).toBe('PAID')
  const [revenue, fee, shipping, settlement] = ['revenue', 'fee', 'shipping_cost', 'settlement'].map((name) =>
    Math.round(Number(statement[`${name}_amount`]) * 100),
  ) as [number, number, number, number]
  expect(revenue + fee + shipping).toBe(settlement)
  const inside = await data(
    emulator,
    gb,
    'GET',
    `/finance/202501/statements/${statement.id}/statement_transactions`,
    { query: { sort_field: 'order_create_time' } },
  )
  expect(inside.transactions[0].order_id).toBe(placed.id)
  const { payments } = await data(emulator, gb, 'GET', '/finance/202605/payments', {
    query: { sort_field: 'create_time' },
  })
  expect(payments.find(({ id }: Any) => id === statement.payment_id)).toMatchObject({
    status: 'PAID',
    amount: { currency: 'GBP' },
  })
})

test('200 buyers at once on the last 50 units: none is oversold', async () => {
  const [, product] = await products(us)
  const sku = product.skus[0]
  const { warehouses } = await data(emulator, us, 'GET', '/logistics/202309/warehouses')
  const [main, second] = warehouses.filter(({ type }: Any) => type === 'SALES_WAREHOUSE')
  await data(emulator, us, 'POST', `/product/202309/products/${product.id}/inventory/update`, {
    body: {
      skus: [
        {
          id: sku.id,
          inventory: [
            { warehouse_id: main.id, quantity: 50 },
            { warehouse_id: second.id, quantity: 0 },
          ],
        },
      ],
    },
  })
  const answers = await Promise.all(
    Array.from({ length: 200 }, () =>
      control('POST', '/orders', { shop_id: shopOf(us), items: [{ sku_id: sku.id, quantity: 1 }] }),
    ),
  )
  expect(answers.reduce((sum, { created }) => sum + created.length, 0)).toBe(50)
  expect(await stock(us, sku.id)).toEqual({ available: 0, committed: 50 })
})

test('in the US the package comes with shipping, and its label is a PDF', async () => {
  const placed = await order(us, { status: 'AWAITING_SHIPMENT' })
  expect((await get(us, placed.id)).packages).toEqual([])
  const offers = await data(
    emulator,
    us,
    'POST',
    `/fulfillment/202309/orders/${placed.id}/shipping_services/query`,
    { body: {} },
  )
  const bought = await data(emulator, us, 'POST', '/fulfillment/202512/packages', {
    body: {
      order_id: placed.id,
      shipping_service_id: offers.shipping_services[0].id,
      weight: { unit: 'POUND', value: '1.2' },
    },
  })
  expect(bought.shipping_service_info.price).toMatch(/^\d+\.\d\d$/)
  const { doc_url, tracking_number } = await data(
    emulator,
    us,
    'GET',
    `/fulfillment/202309/packages/${bought.package_id}/shipping_documents`,
    {
      query: { document_type: 'SHIPPING_LABEL_AND_PACKING_SLIP' },
    },
  )
  const response = await fetch(doc_url)
  expect(response.headers.get('content-type')).toBe('application/pdf')
  const pdf = Buffer.from(await response.arrayBuffer())
  expect(pdf.toString('latin1', 0, 5)).toBe('%PDF-')
  expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(2)
  const text = shownText(pdf)
  expect(text).toContain(tracking_number)
  expect(text).toContain(`Order ${placed.id}`)
})

/** Text of the first streams: their strings are hexadecimal, in pieces. */
function shownText(pdf: Buffer): string {
  let text = ''
  for (let at = pdf.indexOf('stream\n'); at >= 0; at = pdf.indexOf('stream\n', at + 1)) {
    const end = pdf.indexOf('endstream', at)
    try {
      const content = inflateSync(pdf.subarray(at + 7, end)).toString('latin1')
      for (const [, pieces = ''] of content.matchAll(/\[([^\]]*)\] TJ/g))
        text += `${[...pieces.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join('')}\n`
    } catch {
      // No stream of text.
    }
  }
  return text
}

test('an order is split, and orders of one buyer are combined and parted again', async () => {
  const [product] = await products(gb)
  const sku = product.skus[0].id
  const both = await order(gb, { items: [{ sku_id: sku, quantity: 2 }], status: 'AWAITING_SHIPMENT' })
  const { line_items } = await get(gb, both.id)
  const attributes = await data(emulator, gb, 'GET', '/fulfillment/202309/orders/split_attributes', {
    query: { order_ids: both.id },
  })
  expect(attributes.split_attributes[0].can_split).toBe(true)
  const wrong = await call(emulator, gb, 'POST', `/fulfillment/202309/orders/${both.id}/split`, {
    body: {
      splittable_groups: [
        { id: '1', order_line_item_ids: [line_items[0].id] },
        { id: '2', order_line_item_ids: [line_items[0].id] },
      ],
    },
  })
  expect(wrong.body.code).toBe(21_011_005)
  const { packages } = await data(emulator, gb, 'POST', `/fulfillment/202309/orders/${both.id}/split`, {
    body: {
      splittable_groups: line_items.map(({ id }: Any, at: number) => ({
        id: String(at),
        order_line_item_ids: [id],
      })),
    },
  })
  expect(packages).toHaveLength(2)
  await data(emulator, gb, 'POST', `/fulfillment/202309/packages/${packages[0].id}/ship`, { body: {} })
  expect((await get(gb, both.id)).status).toBe('PARTIALLY_SHIPPING')
  await data(emulator, gb, 'POST', `/fulfillment/202309/packages/${packages[1].id}/ship`, { body: {} })
  expect((await get(gb, both.id)).status).toBe('AWAITING_COLLECTION')

  const buyer = '7494000000000000001'
  const pair = [
    await order(gb, { items: [{ sku_id: sku }], buyer_id: buyer, status: 'AWAITING_SHIPMENT' }),
    await order(gb, { items: [{ sku_id: sku }], buyer_id: buyer, status: 'AWAITING_SHIPMENT' }),
  ]
  const found = await data(emulator, gb, 'GET', '/fulfillment/202309/combinable_packages/search', {
    query: { page_size: '50' },
  })
  const mine = found.combinable_packages.filter(({ order_ids }: Any) =>
    pair.some(({ id }) => order_ids.includes(id)),
  )
  expect(mine).toHaveLength(2)
  const combined = await data(emulator, gb, 'POST', '/fulfillment/202309/packages/combine', {
    body: { combinable_packages: mine },
  })
  expect(combined.packages[0].order_ids.sort()).toEqual(pair.map(({ id }) => id).sort())
  const parted = await data(
    emulator,
    gb,
    'POST',
    `/fulfillment/202309/packages/${combined.packages[0].id}/uncombine`,
    { body: {} },
  )
  expect(parted.packages).toHaveLength(2)
})

test('a buyer asks to cancel, and the seller says no or yes; units go back on the shelf', async () => {
  const [product] = await products(us)
  const sku = product.skus[0].id
  const before = await stock(us, sku)
  const placed = await order(us, { items: [{ sku_id: sku }], status: 'AWAITING_SHIPMENT' })
  const reason = 'ecom_order_to_ship_canceled_reason_no_longer_needed'
  const asked = await control('POST', `/orders/${placed.id}/cancel`, { reason })
  expect(asked.status).toBe('CANCELLATION_REQUEST_PENDING')
  const blocked = await call(emulator, us, 'POST', '/fulfillment/202512/packages', {
    body: { order_id: placed.id },
  })
  expect(blocked.body.code).toBe(21_011_007)
  const { reasons } = await data(emulator, us, 'GET', '/return_refund/202309/reject_reasons', {
    query: { return_or_cancel_id: asked.id },
  })
  await data(emulator, us, 'POST', `/return_refund/202309/cancellations/${asked.id}/reject`, {
    body: { reject_reason: reasons[0].name },
  })
  expect((await get(us, placed.id)).is_buyer_request_cancel).toBe(false)
  const second = await control('POST', `/orders/${placed.id}/cancel`, { reason })
  await data(emulator, us, 'POST', `/return_refund/202309/cancellations/${second.id}/approve`, {
    query: { idempotency_key: 'k1' },
  })
  await data(emulator, us, 'POST', `/return_refund/202309/cancellations/${second.id}/approve`, {
    query: { idempotency_key: 'k1' },
  })
  expect((await get(us, placed.id)).status).toBe('CANCELLED')
  expect(await stock(us, sku)).toEqual(before)
  const list = await data(emulator, us, 'POST', '/return_refund/202309/cancellations/search', {
    body: { order_ids: [placed.id] },
  })
  expect(list.cancellations.map(({ cancel_status }: Any) => cancel_status)).toEqual([
    'CANCELLATION_REQUEST_CANCELLED',
    'CANCELLATION_REQUEST_SUCCESS',
  ])
})

test('a seller cancels with a reason that fits, and an unpaid order ends by itself', async () => {
  const placed = await order(us)
  const cancel = (cancel_reason: string) =>
    call(emulator, us, 'POST', '/return_refund/202309/cancellations', {
      body: { order_id: placed.id, cancel_reason },
    })
  expect((await cancel('no_such_reason')).body.code).toBe(25_001_014)
  expect((await cancel('seller_cancel_reason_out_of_stock')).body.code).toBe(25_001_021)
  expect((await cancel('seller_cancel_unpaid_reason_wrong_price')).body.data.cancel_status).toBe(
    'CANCELLATION_REQUEST_COMPLETE',
  )
  const foreign = await call(emulator, gb, 'GET', '/order/202507/orders', { query: { ids: placed.id } })
  expect(foreign.body.code).toBe(21_008_111)
})

test('a return: asked for, agreed to, sent back, received, paid back', async () => {
  const [product] = await products(gb)
  const sku = product.skus[0].id
  const placed = await order(gb, { items: [{ sku_id: sku }], status: 'DELIVERED' })
  const before = await stock(gb, sku)
  const asked = await control('POST', `/orders/${placed.id}/return`, {
    type: 'RETURN_AND_REFUND',
    reason: 'ecom_order_delivered_refund_and_return_reason_damaged_uk',
  })
  const approve = (decision: string) =>
    call(emulator, gb, 'POST', `/return_refund/202309/returns/${asked.id}/approve`, { body: { decision } })
  expect((await approve('APPROVE_RECEIVED_PACKAGE')).body.code).toBe(25_001_044)
  expect((await approve('APPROVE_RETURN')).body.code).toBe(0)
  await control('POST', `/returns/${asked.id}/buyer`, { action: 'ship' })
  expect((await approve('APPROVE_RECEIVED_PACKAGE')).body.code).toBe(0)
  await emulator.advance(61)
  const { return_orders } = await data(emulator, gb, 'POST', '/return_refund/202602/returns/search', {
    body: { return_ids: [asked.id] },
  })
  expect(return_orders[0]).toMatchObject({
    return_status: 'RETURN_OR_REFUND_REQUEST_COMPLETE',
    refund_amount: { currency: 'GBP' },
  })
  expect((await stock(gb, sku)).available).toBe(before.available + 1)
  expect((await get(gb, placed.id)).status).toBe('COMPLETED')
  const { records } = await data(emulator, gb, 'GET', `/return_refund/202309/returns/${asked.id}/records`)
  expect(records.map(({ event }: Any) => event)).toEqual([
    'ORDER_RETURN_REQUESTED',
    'AWAITING_BUYER_SHIP',
    'BUYER_SHIPPED_ITEM',
    'RETURN_OR_REFUND_REQUEST_SUCCESS',
    'RETURN_OR_REFUND_REQUEST_COMPLETE',
  ])
})

test('pages of orders hold each once, by either time and in either direction', async () => {
  const session = await connect(emulator, 'Aoi Works')
  await control('POST', '/orders', { shop_id: shopOf(session), count: 25 })
  for (const sort_field of ['create_time', 'update_time'])
    for (const sort_order of ['ASC', 'DESC']) {
      const seen: string[] = []
      let page_token = ''
      do {
        const page = await data(emulator, session, 'POST', '/order/202309/orders/search', {
          query: { page_size: '10', sort_field, sort_order, ...(page_token === '' ? {} : { page_token }) },
          body: {},
        })
        expect(page.total_count).toBe(25)
        seen.push(...page.orders.map(({ id }: Any) => id))
        page_token = page.next_page_token
      } while (page_token !== '')
      expect(new Set(seen).size).toBe(25)
      expect(seen).toHaveLength(25)
    }
  const large = await call(emulator, session, 'POST', '/order/202309/orders/search', {
    query: { page_size: '101' },
    body: {},
  })
  expect(large.body).toMatchObject({
    code: 36_009_004,
    message: 'page_size: must be a whole number from 1 to 100',
  })
})

test('buyers come by themselves at the rate that is set', async () => {
  const session = await connect(emulator, 'Tanah Rasa')
  await control('POST', '/buyers', { shop_id: shopOf(session), orders_per_hour: 60 })
  await emulator.advance(3600)
  await control('POST', '/buyers', { shop_id: shopOf(session), orders_per_hour: 0 })
  const { orders } = await control('GET', `/orders?shop_id=${shopOf(session)}`)
  expect(orders.length).toBeGreaterThan(30)
  expect(orders.length).toBeLessThan(100)
  await emulator.advance(3600)
  expect((await control('GET', `/orders?shop_id=${shopOf(session)}`)).orders).toHaveLength(orders.length)
})

test('a search counts anew when something has changed', async () => {
  const session = await connect(emulator, 'Aoi Works')
  const search = async (order_status: string): Promise<number> => {
    const found = await data(emulator, session, 'POST', '/order/202309/orders/search', {
      query: { page_size: '1' },
      body: { order_status },
    })
    return found.total_count
  }
  const counts = async (): Promise<number[]> => [await search('UNPAID'), await search('AWAITING_SHIPMENT')]
  const [unpaid, waiting] = (await counts()) as [number, number]
  const placed = await order(session)
  expect(await counts()).toEqual([unpaid + 1, waiting])
  expect(await counts()).toEqual([unpaid + 1, waiting])
  await control('POST', `/orders/${placed.id}/status`, { status: 'AWAITING_SHIPMENT' })
  expect(await counts()).toEqual([unpaid, waiting + 1])
})

test('what happens is told by signed webhooks, and repeated until it is heard', async () => {
  const session = await connect(emulator, 'Kedai Hijau')
  const { createServer } = await import('node:http')
  const { createHmac } = await import('node:crypto')
  const heard: { body: string; signed: string }[] = []
  let status = 500
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    heard.push({ body, signed: request.headers.authorization ?? '' })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`
  await data(emulator, session, 'PUT', '/event/202309/webhooks', {
    body: { event_type: 'ORDER_STATUS_CHANGE', address },
  })
  const placed = await order(session)
  await emulator.settle()
  expect(heard).toHaveLength(1)
  status = 200
  await emulator.advance(121)
  server.close()
  const [first, second, third] = heard as [Any, Any, Any]
  // The first again, and that the order is paid.
  expect(JSON.parse(first.body)).toMatchObject({
    type: 1,
    shop_id: shopOf(session),
    data: { order_id: placed.id, order_status: 'UNPAID', is_on_hold_order: false },
  })
  expect([second, third].map(({ body }) => JSON.parse(body).data.order_status).sort()).toEqual([
    'ON_HOLD',
    'UNPAID',
  ])
  for (const { body, signed } of heard)
    expect(signed).toBe(createHmac('sha256', 'tw-shop-secret').update(`tw-shop-app${body}`).digest('hex'))
})

test('a snapshot holds the shop, and a reset begins it anew', async () => {
  const placed = await order(us)
  const snapshot = emulator.snapshot()
  await emulator.reset()
  expect((await control('GET', '/orders')).orders).toEqual([])
  await emulator.restore(snapshot)
  expect((await get(us, placed.id)).id).toBe(placed.id)
  await emulator.advance(61)
  expect((await get(us, placed.id)).status).toBe('ON_HOLD')
})
