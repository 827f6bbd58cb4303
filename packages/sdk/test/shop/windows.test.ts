import { shopOperation } from '@tockwork/contracts/shop/operations'
import { RateLimitError, TransportError } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { NOW, ok, SHOPS, shopWith } from './fake-shop.ts'

const SHOP = '7494049642642441621'
const search = shopOperation('shop.order.GetOrderList.202309')
const detail = shopOperation('shop.order.GetOrderDetail.202507')

async function worldWith(limits: { sandbox?: boolean; maxWaitMs?: number }, fail = false) {
  const world = await shopWith(
    (_seen, at) =>
      at === 0 ? SHOPS : fail ? new TransportError('off', { code: 'x', retry: 'now', sent: 'no' }) : ok({}),
    { limits: { maxAttempts: 1, ...limits } },
  )
  await world.account.shops()
  const call = (operation = search) => world.account.call(operation, { shopId: SHOP })
  return { ...world, call }
}

test('50 calls of an operation go at once, the next one only when a second has passed', async () => {
  const { call, http, clock } = await worldWith({})
  await Promise.all(Array.from({ length: 50 }, () => call()))
  expect(http.seen).toHaveLength(51)
  const late = call()
  await call(detail)
  expect(http.seen).toHaveLength(52)
  await clock.advance(1_001)
  await late
  expect(http.seen).toHaveLength(53)
})

test('a sandbox takes 1,000 calls an hour of all operations together; a longer wait is an error that says until when', async () => {
  const { call, http, clock } = await worldWith({ sandbox: true })
  const start = clock.now()
  // The list of shops was asked for as the account, not about the shop.
  for (let at = 0; at < 20; at += 1) {
    await Promise.all(Array.from({ length: 50 }, () => call(at % 2 === 0 ? search : detail)))
    await clock.advance(1_001)
  }
  expect(http.seen).toHaveLength(1001)
  const error = await call().catch((each: unknown) => each)
  expect(error).toBeInstanceOf(RateLimitError)
  expect((error as RateLimitError).until).toBe(start + 3_600_001)
  expect(start).toBeGreaterThanOrEqual(NOW)
  expect(http.seen).toHaveLength(1001)
})

test('what never left does not count', async () => {
  const { call } = await worldWith({ sandbox: true, maxWaitMs: 0 }, true)
  for (let at = 0; at < 60; at += 1) await expect(call()).rejects.toMatchObject({ sent: 'no' })
})
