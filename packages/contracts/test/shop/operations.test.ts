import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lookUpShopError, shopErrors } from '../../src/shop/errors.ts'
import * as shop from '../../src/shop/index.ts'
import { findShopOperations, shopOperation, shopOperations } from '../../src/shop/operations.ts'

const root = resolve(import.meta.dirname, '../../../..')

test('every row of the table is an operation, with its verb, path and entity', () => {
  const rows = readFileSync(join(root, 'fixtures/shop/operations.tsv'), 'utf8').trimEnd().split('\n').slice(1)
  expect(rows).toHaveLength(514)
  const declared = shopOperations().map(({ method, path, version, entity, scopes, provenance }) =>
    [method, path, version, entity, scopes.join(','), provenance].join(' '),
  )
  const wanted = rows.map((row) => {
    const [, version, method, path, , entity, scopes, , , , , provenance] = row.split('\t')
    return [method, path, version, entity, scopes, provenance].join(' ')
  })
  expect(declared).toEqual(wanted)
  expect(new Set(shopOperations().map(({ id }) => id)).size).toBe(514)
})

test('the operations that stand by themselves are those of the table', () => {
  for (const core of [
    shop.getAuthorizedShops,
    shop.getCategoryAssets,
    shop.searchOrders,
    shop.getOrders,
    shop.searchProducts,
    shop.getProduct,
    shop.searchInventory,
    shop.updateInventory,
  ])
    expect(shopOperation(core.id)).toEqual(core)
})

test('uploads are multipart, token calls are unsigned and on a host of their own, searches may be repeated', () => {
  expect(shopOperation('shop.product.UploadProductImage.202309').encoding).toBe('multipart')
  expect(shopOperation('shop.oauth.GetAccessToken.v2')).toMatchObject({
    host: 'auth.tiktok-shops.com',
    entity: 'app',
    repeat: 'unless-sent',
  })
  expect(shop.searchOrders.repeat).toBe('safe')
  expect(shopOperation('shop.product.CreateProduct.202309').repeat).toBe('unless-sent')
})

describe('look-up', () => {
  test('an id, an id without its version (newest first), and paths with and without values', () => {
    expect(findShopOperations('SHOP.order.getorderlist.202309')).toHaveLength(1)
    expect(findShopOperations('shop.order.GetOrderDetail').map(({ version }) => version)).toEqual([
      '202507',
      '202309',
    ])
    expect(findShopOperations('GET /product/202309/products/1729').map(({ name }) => name)).toEqual([
      'GetProduct',
    ])
    expect(findShopOperations('/order/202309/orders/search')[0]?.name).toBe('GetOrderList')
    expect(findShopOperations('https://open-api.tiktokglobalshop.com/order/202507/orders?ids=1')[0]?.id).toBe(
      'shop.order.GetOrderDetail.202507',
    )
    expect(findShopOperations('/api/orders/search')).toEqual([])
  })
})

describe('lifecycle', () => {
  const at = (day: string): number => Date.parse(`${day}T12:00:00Z`)
  const payments = shopOperation('shop.finance.GetPayments.202309')

  test('near its end, then retired; its successor is a version that is there', () => {
    expect(shop.shopAge(payments, at('2026-05-16'))).toEqual({ state: 'current' })
    expect(shop.shopAge(payments, at('2026-05-17'))).toEqual({ state: 'ending', on: '2026-08-15' })
    expect(shop.shopAge(payments, at('2026-08-14'))).toEqual({ state: 'ending', on: '2026-08-15' })
    expect(shop.shopAge(payments, at('2026-08-15'))).toEqual({ state: 'retired', on: '2026-08-15' })
    for (const { domain, name, lifecycle } of shopOperations()) {
      if (lifecycle.successor === undefined) continue
      const newer = shopOperations().filter(
        (each) => each.domain === domain && each.version === lifecycle.successor,
      )
      expect(newer.length, `${domain} ${name} ${lifecycle.successor}`).toBeGreaterThan(0)
    }
  })

  test('the operations that ended, and those of which it is not certain', () => {
    const now = at('2026-11-28')
    const states = (state: string): string[] =>
      shopOperations()
        .filter((each) => shop.shopAge(each, now).state === state)
        .map(({ id }) => id)
    expect(states('retired')).toEqual([
      'shop.affiliate_creator.CreatorSearchAffiliateTraceOrders.202505',
      'shop.finance.GetTransactionsbyOrder.202309',
      'shop.finance.GetPayments.202309',
      'shop.finance.GetTransactionsbyStatement.202309',
    ])
    expect(states('doubtful')).toHaveLength(26)
    expect(shop.shopAge(shopOperation('shop.product.ListingSchemas.202401'), now)).toEqual({
      state: 'deprecated',
      since: 'unknown',
    })
  })
})

describe('errors', () => {
  test('all published codes and the common ones have a verdict', () => {
    expect(shopErrors().size).toBeGreaterThanOrEqual(747)
    expect(lookUpShopError('36009002')).toMatchObject({ retry: 'throttled', provenance: 'documented' })
    expect(lookUpShopError(105002)?.retry).toBe('refresh')
    expect(lookUpShopError(11001027)?.retry).toBe('transient')
    expect(lookUpShopError(12019022)).toMatchObject({ retry: 'never' })
    expect(lookUpShopError(1)).toBeUndefined()
    for (const [code, { retry }] of shopErrors()) expect(shop.shopRetryOf(code), String(code)).toBe(retry)
  })
})
