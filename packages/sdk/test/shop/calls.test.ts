import { shopOperation } from '@tockwork/contracts/shop/operations'
import { PlatformError, RateLimitError, TransportError } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { partialFailures, sumMoney } from '../../src/shop/index.ts'
import { addAmounts, compareAmounts, multiplyAmount } from '../../src/shop/money.ts'
import { NOW, no, ok, type Reply, type Seen, SHOPS, shopWith } from './fake-shop.ts'

const SHOP = '7494049642642441621'

/** Lists the shops, and answers everything else as told. */
const beside =
  (respond: (seen: Seen, at: number) => Reply | Error) =>
  (seen: Seen, at: number): Reply | Error =>
    seen.url.pathname === '/authorization/202309/shops' ? SHOPS : respond(seen, at - 1)

describe('lists', () => {
  test('orders, 100 a page, until there is no further token; the cipher is asked for once', async () => {
    const { account, http } = await shopWith(
      beside(({ query }) => {
        const from = Number(query.page_token?.slice(2) ?? 0)
        const orders = Array.from({ length: 100 }, (_each, at) => ({
          id: `5764613${from + at}`,
          status: 'UNPAID',
        }))
        return ok({ orders, total_count: 300, next_page_token: from < 200 ? `p/${from + 100}` : '' })
      }),
    )
    const ids: string[] = []
    const list = account
      .shop(SHOP)
      .orders.search(
        { order_status: 'UNPAID', update_time_ge: 1 },
        { sort: { field: 'update_time', order: 'ASC' } },
      )
    for await (const { id } of list) ids.push(id)
    expect(new Set(ids).size).toBe(300)
    expect(http.seen.map(({ url }) => url.pathname)).toEqual([
      '/authorization/202309/shops',
      ...Array<string>(3).fill('/order/202309/orders/search'),
    ])
    expect(http.seen[1]?.query).toMatchObject({
      page_size: '100',
      sort_field: 'update_time',
      sort_order: 'ASC',
      shop_cipher: 'GCP_one',
    })
    expect(http.seen[1]?.query).not.toHaveProperty('page_token')
    expect(http.seen[3]?.query.page_token).toBe('p/200')
    expect(JSON.parse(http.seen[3]?.body ?? '')).toEqual({ order_status: 'UNPAID', update_time_ge: 1 })
  })

  test('a token that does not move ends the list with an error, not with a loop', async () => {
    const { account } = await shopWith(beside(() => ok({ products: [{ id: '1' }], next_page_token: 'same' })))
    const read = async () => {
      let count = 0
      for await (const _ of account.shop(SHOP).products.search()) count += 1
      return count
    }
    await expect(read()).rejects.toMatchObject({ code: 'cursor_stuck' })
  })

  test('ids that come as numbers keep their digits; an order without an id is not taken', async () => {
    const answers = [
      '{"code":0,"message":"","data":{"orders":[{"id":576461413038785752,"line_items":[{"id":7,"sku_id":1729592969712207012}]}]}}',
      '{"code":0,"message":"","data":{"orders":[{"status":"UNPAID"}]}}',
    ]
    const { account } = await shopWith(beside((_seen, at) => ({ body: answers[at] ?? '' })))
    const { orders } = account.shop(SHOP)
    expect(await orders.get(['576461413038785752'])).toEqual([
      { id: '576461413038785752', line_items: [{ id: '7', sku_id: '1729592969712207012' }] },
    ])
    await expect(orders.get(['1'])).rejects.toThrow(/GetOrderDetail.*orders\.0\.id/)
    await expect(orders.get([])).rejects.toMatchObject({ field: 'ids' })
    await expect(orders.get(Array<string>(51).fill('1'))).rejects.toThrow(/1 to 50/)
  })

  test('stock is set, and what failed comes back', async () => {
    const { account, http } = await shopWith(
      beside(() => ok({ errors: [{ code: 12019024, message: 'stock', detail: { sku_id: '1' } }] })),
    )
    const { inventory } = account.shop(SHOP)
    const skus = [{ id: '1', inventory: [{ quantity: 3, warehouse_id: '9' }] }]
    expect(await inventory.update('55', skus)).toEqual([
      { code: 12019024, message: 'stock', detail: { sku_id: '1' } },
    ])
    expect(http.seen[1]?.url.pathname).toBe('/product/202309/products/55/inventory/update')
    await expect(inventory.update('55', [{ id: '1', inventory: [{ quantity: -1 }] }])).rejects.toMatchObject({
      field: 'quantity',
    })
    expect(partialFailures({})).toEqual([])
  })

  test('a shop that was not authorized is told apart; its cipher is asked for anew', async () => {
    const { account, http } = await shopWith(beside(() => ok({})))
    const call = account.shop('7494049642642441629').orders.get(['1'])
    await expect(call).rejects.toMatchObject({ code: 'shop_not_authorized' })
    expect(http.seen).toHaveLength(1)
  })
})

describe('failures', () => {
  const create = shopOperation('shop.product.CreateProduct.202309')
  const search = shopOperation('shop.product.SearchProducts.202502')
  const run = async (operation: typeof create, respond: (at: number) => Reply | Error, maxAttempts = 4) => {
    const world = await shopWith(
      beside((_seen, at) => respond(at)),
      { limits: { maxAttempts } },
    )
    const outcome = world.account.call(operation, { shopId: SHOP }).then(
      (value) => ({ value, error: undefined }),
      (error: unknown) => ({ value: undefined, error }),
    )
    let done = false
    void outcome.then(() => {
      done = true
    })
    // Time moves only once the call waits for it: signing takes turns of the event loop.
    while (!done) await world.clock.advance(world.clock.sleeping > 0 ? 5_000 : 0)
    return { ...(await outcome), calls: world.http.seen.length - 1, events: world.events, world }
  }
  const lost = (sent: 'no' | 'maybe') => new TransportError('lost', { code: 'no_answer', retry: 'now', sent })

  test.each([
    ['HTTP 429 with the code', no(36009002, 'slow', 429)],
    ['the code alone', no(36009002)],
    ['HTTP 429 alone', { status: 429, body: '<html>' } satisfies Reply],
  ])('throttled by %s: even what acts is repeated, and not without end', async (_name, reply) => {
    expect(await run(create, (at) => (at < 2 ? reply : ok({ product_id: '1' })))).toMatchObject({
      value: { product_id: '1' },
      calls: 3,
    })
    const { error, calls } = await run(create, () => reply)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ retry: 'after' })
    expect(calls).toBe(4)
  })

  test('Retry-After is kept to; one that is longer than a minute is left to the caller', async () => {
    const wait = (seconds: number): Reply => ({
      ...no(36009002, '', 429),
      headers: { 'retry-after': `${seconds}` },
    })
    const { events, calls } = await run(search, (at) => (at === 0 ? wait(30) : ok({})))
    expect(calls).toBe(2)
    expect(events.find(({ type }) => type === 'retry')).toMatchObject({ delayMs: 30_000 })
    const far = await run(search, () => wait(600))
    expect(far.calls).toBe(1)
    expect(far.error).toMatchObject({ until: NOW + 600_000 })
  })

  test.each([
    ['TikTok’s own failure', no(36009003, 'internal', 500)],
    ['a code of one operation that passes', no(17029055)],
    ['a gateway', { status: 503, body: 'busy' } satisfies Reply],
    ['a lost answer', lost('maybe')],
  ])('%s: a search is repeated, a creation is not', async (_name, reply) => {
    expect((await run(search, (at) => (at === 0 ? reply : ok({})))).calls).toBe(2)
    const { error, calls } = await run(create, () => reply)
    expect(calls).toBe(1)
    if (reply instanceof Error) expect(error).toMatchObject({ sent: 'maybe' })
    else expect(error).toMatchObject({ retry: 'outcome-unknown' })
  })

  test('a creation that never left is sent again', async () => {
    expect((await run(create, (at) => (at === 0 ? lost('no') : ok({})))).calls).toBe(2)
  })

  test('a business no is said at once, with the code, the meaning and the request id', async () => {
    const { error, calls } = await run(search, () => no(36009004, 'Invalid sort_field'))
    expect(calls).toBe(1)
    expect(error).toBeInstanceOf(PlatformError)
    expect(error).toMatchObject({
      code: '36009004',
      retry: 'never',
      logId: '2026112812000002',
      message: expect.stringMatching(/shop\.product\.SearchProducts\.202502.*Invalid sort_field/),
    })
  })

  test('a cipher that does not fit any more is fetched anew for the next call', async () => {
    const { world, error } = await run(search, (at) => (at === 0 ? no(101000) : ok({})))
    expect(error).toMatchObject({ code: '101000' })
    await world.account.call(search, { shopId: SHOP })
    expect(world.http.seen.filter(({ url }) => url.pathname === '/authorization/202309/shops')).toHaveLength(
      2,
    )
  })

  test('success that is no envelope is told, and a huge answer is not read', async () => {
    expect((await run(search, () => ({ body: '<html>hello' }))).error).toMatchObject({
      code: 'unexpected_answer',
    })
    const { account } = await shopWith(
      beside(() => ok({ text: 'x'.repeat(2000) })),
      { limits: { maxAnswerBytes: 1000 } },
    )
    await expect(account.call(search, { shopId: SHOP })).rejects.toMatchObject({ code: 'answer_too_large' })
  })
})

describe('lifecycle', () => {
  test('retired is refused with date and successor, before anything is sent', async () => {
    const { account, http } = await shopWith(beside(() => ok({})))
    const payments = shopOperation('shop.finance.GetPayments.202309')
    await expect(account.call(payments, { shopId: SHOP })).rejects.toMatchObject({
      code: 'endpoint_retired',
      message:
        'shop.finance.GetPayments.202309 was retired on 2026-08-15. Use shop.finance.GetPayments.202605 instead.',
    })
    expect(http.seen).toHaveLength(0)
  })

  test('one that ends within 90 days warns once; one that may have ended is called, with a warning', async () => {
    const { account, events } = await shopWith(beside(() => ok({})))
    const search = shopOperation('shop.product.SearchProducts.202502')
    const ending = { ...search, lifecycle: { retired: '2027-02-26' } }
    const far = { ...search, id: `${search.id}.far`, lifecycle: { retired: '2027-02-27' } }
    for (const operation of [ending, ending, far]) await account.call(operation, { shopId: SHOP })
    await account.call(shopOperation('shop.affiliate_seller.SearchSellerAffiliateOrders.202405'), {
      shopId: SHOP,
    })
    const warnings = events.filter((event) => event.type === 'warning')
    expect(warnings.map(({ code }) => code)).toEqual(['endpoint_ending', 'endpoint_deprecated'])
    expect(warnings[0]?.message).toContain('ends on 2027-02-26')
    expect(warnings[1]?.message).toMatch(/2026-10-12; whether it has is not certain.*202410/)
  })
})

describe('money', () => {
  test('is exact, whatever its places', () => {
    expect(addAmounts('0.1', '0.20')).toBe('0.30')
    expect(addAmounts('-1.5', '1')).toBe('-0.5')
    expect(addAmounts()).toBe('0')
    expect(addAmounts('99999999999999999999', '0.01')).toBe('99999999999999999999.01')
    expect(multiplyAmount('19.99', 3)).toBe('59.97')
    expect(multiplyAmount('-0.05', 1)).toBe('-0.05')
    expect([compareAmounts('1.5', '1.50'), compareAmounts('-2', '1'), compareAmounts('10', '9.99')]).toEqual([
      0, -1, 1,
    ])
    expect(
      sumMoney([
        { currency: 'GBP', amount: '1.10' },
        { currency: 'GBP', amount: '2' },
      ]),
    ).toEqual({
      currency: 'GBP',
      amount: '3.10',
    })
    expect(() =>
      sumMoney([
        { currency: 'GBP', amount: '1' },
        { currency: 'USD', amount: '1' },
      ]),
    ).toThrow(/GBP and USD/)
    for (const wrong of ['', '1,5', '1e3', '.5', 'NaN', '1.'])
      expect(() => addAmounts(wrong)).toThrow(/no decimal/)
  })
})
