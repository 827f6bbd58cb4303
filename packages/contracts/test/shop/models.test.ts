import { parseFields, writeFields } from '@tockwork/contracts/shop/model-notation'
import { shopOperations } from '@tockwork/contracts/shop/operations'
import {
  checkShopValue,
  exampleOfShop,
  type ShopModels,
  shopDomainSchemas,
  shopSchema,
  uncoveredOperations,
} from '@tockwork/contracts/shop/schemas'
import { expect, expectTypeOf, test } from 'vitest'

test('every operation has a model, or is named among those that have none', async () => {
  const without: string[] = []
  for (const { id } of shopOperations()) if ((await shopSchema(id)) === undefined) without.push(id)
  expect(without).toEqual(uncoveredOperations)
  expect(without).toHaveLength(66)
})

test('no domain holds a model of something that is no operation', async () => {
  const known = new Set(shopOperations().map(({ id }) => id))
  for (const domain of new Set(shopOperations().map((each) => each.domain)))
    for (const id of (await shopDomainSchemas(domain)).keys()) expect(known, id).toContain(id)
})

test('an example of each part fits its own model', async () => {
  for (const domain of new Set(shopOperations().map((each) => each.domain)))
    for (const [id, parts] of await shopDomainSchemas(domain))
      for (const [part, schema] of Object.entries(parts))
        expect(checkShopValue(schema, exampleOfShop(schema)), `${id} ${part}`).toEqual([])
})

test('what does not fit is named by field and rule', async () => {
  const { query, body } = (await shopSchema('shop.order.GetOrderList.202309'))!
  expect(checkShopValue(query, { sort_order: 'UP', page_size: 101 })).toEqual([
    { field: 'page_size', rule: 'must be from 1 to 100' },
    { field: 'sort_order', rule: 'must be one of ASC, DESC' },
  ])
  expect(checkShopValue(query, {})).toEqual([{ field: 'page_size', rule: 'is required' }])
  const warehouse_ids = Array.from({ length: 101 }, (_, at) => (at === 3 ? 4 : String(at)))
  expect(checkShopValue(body, { warehouse_ids, create_time_ge: '1' })).toEqual([
    { field: 'create_time_ge', rule: 'must be a whole number' },
    { field: 'warehouse_ids', rule: 'must hold at most 100' },
    { field: 'warehouse_ids.3', rule: 'must be text' },
  ])
  expect(checkShopValue(body, [])).toEqual([{ field: '', rule: 'must be an object' }])
})

test('an answer may bring new values, new fields, and null for what is left out', async () => {
  const { response } = (await shopSchema('shop.order.GetOrderList.202309'))!
  const answer = {
    orders: [{ id: '1', status: 'SOMETHING_NEW', paid_time: null, added: 1 }],
    next_page_token: '',
  }
  expect(checkShopValue(response, answer, { coming: true })).toEqual([])
  expect(checkShopValue(response, answer)).toEqual([
    { field: 'orders.0.paid_time', rule: 'must be a whole number' },
  ])
})

test('notation is read as it is written, and refused where it is none', () => {
  const text = 'page_size*:i^1..100,ids*[]:s<50,rows[][]{at:l},order{id:s,status:s=UNPAID|ON_HOLD}'
  expect(writeFields(parseFields(text))).toBe(text)
  for (const wrong of ['a', 'a:x', 'a{b:s', 'a:s}', 'a:s<', 'a:s b:s', ',a:s'])
    expect(() => parseFields(wrong), wrong).toThrow(SyntaxError)
})

test('types say what is wanted and what comes', () => {
  type Search = ShopModels['shop.order.GetOrderList.202309']
  expectTypeOf<Search['query']['page_size']>().toEqualTypeOf<number>()
  expectTypeOf<NonNullable<Search['data']['orders']>[number]['id']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Search['body']>().toHaveProperty('update_time_ge')
})
