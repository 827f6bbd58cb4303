import { UsageError } from '@tockwork/kernel'
import { expect, expectTypeOf, test } from 'vitest'
import type { Shop } from '../../src/shop/index.ts'
import { ok, SHOPS, shopWith } from './fake-shop.ts'

const SHOP = '7494049642642441621'

async function shopThat(answer: (at: number) => unknown) {
  const { account, http } = await shopWith((_seen, at) => (at === 0 ? SHOPS : ok(answer(at - 1))))
  return { shop: account.shop(SHOP), account, sent: () => http.seen.slice(1) }
}

test('a call by id goes where the operation is, with types on both sides', async () => {
  const { shop, sent } = await shopThat(() => ({ order_id: '5', total: 1 }))
  const data = await shop.call('shop.order.GetPriceDetail.202407', { path: { order_id: '5' } })
  expect(data).toEqual({ order_id: '5', total: 1 })
  expect(sent()[0]?.url.pathname).toBe('/order/202407/orders/5/price_detail')
  expectTypeOf<Shop['list']>().toBeFunction()
  const unchecked = (typed: Shop) => [
    // @ts-expect-error page_size is required
    typed.call('shop.order.GetOrderList.202309', { query: {} }),
    // @ts-expect-error a time is a number
    typed.call('shop.order.GetOrderList.202309', { query: { page_size: 1 }, body: { create_time_ge: '1' } }),
    // @ts-expect-error there is no such operation
    typed.call('shop.order.GetOrders.202309'),
    // @ts-expect-error an upload has a form
    typed.call('shop.product.UploadProductImage.202309', { body: {} }),
    // @ts-expect-error the answer has no such list
    typed.list('shop.order.GetOrderList.202309', 'products'),
  ]
  expect(unchecked).toBeTypeOf('function')
})

test('an id that is none is refused before anything is sent', async () => {
  const { shop, sent } = await shopThat(() => ({}))
  await expect(
    shop.call('shop.order.Nothing.202309' as 'shop.order.GetOrderList.202309', { query: { page_size: 1 } }),
  ).rejects.toBeInstanceOf(UsageError)
  expect(sent()).toEqual([])
})

test('any list is read page by page, with the most things that its pages may hold', async () => {
  const { shop, sent } = await shopThat((at) =>
    at === 0
      ? { return_orders: [{ return_id: 4035318504086604148n.toString() }], next_page_token: 'b' }
      : { return_orders: [{ return_id: '2' }], next_page_token: '' },
  )
  const ids: (string | undefined)[] = []
  for await (const each of shop.list('shop.return_refund.SearchReturns.202309', 'return_orders', {
    body: { update_time_ge: 1 },
  }))
    ids.push(each.return_id)
  expect(ids).toEqual(['4035318504086604148', '2'])
  expect(sent().map(({ query, body }) => [query.page_size, query.page_token, body])).toEqual([
    [sent()[0]?.query.page_size, undefined, '{"update_time_ge":1}'],
    [sent()[0]?.query.page_size, 'b', '{"update_time_ge":1}'],
  ])
})

test('a page that is too large is refused with the most that is allowed', async () => {
  const { shop, sent } = await shopThat(() => ({}))
  const list = shop.list('shop.order.GetOrderList.202309', 'orders', { pageSize: 101 })
  await expect(list.pages()[Symbol.asyncIterator]().next()).rejects.toThrow('pageSize: 1 to 100')
  expect(sent()).toEqual([])
})
