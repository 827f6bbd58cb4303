/** A seller connects, sells, ships and is paid: the SDK against the emulator. */
import { startEmulator } from '@tockwork/emulator'
import { TikTokShop } from '@tockwork/sdk/shop'
import { expect, test } from 'vitest'

test('the SDK connects a seller, renews its token, and follows an order', async () => {
  await using emulator = await startEmulator({ frozen: true, seed: 'journey', now: '2026-11-24T12:00:00Z' })
  const control = async (path: string, body: object) => {
    const response = await fetch(`${emulator.origin}/_emulator${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    return (await response.json()) as { redirect_url: string; created: { id: string }[] }
  }
  const events: string[] = []
  const tiktokShop = new TikTokShop({
    appKey: 'tw-shop-app',
    appSecret: 'tw-shop-secret',
    serviceId: 'tw-shop-service',
    origin: emulator.origin,
    clock: emulator.clock,
    onEvent: (event) => events.push(event.type),
  })
  const { url, state } = tiktokShop.auth.consentUrl({ as: 'seller', market: 'US' })
  const { redirect_url } = await control('/authorize', { authorize_url: url, user: 'Pinecart' })
  const { openId } = await tiktokShop.auth.exchange(tiktokShop.auth.parseCallback(redirect_url, { state }))
  const seller = tiktokShop.as(openId)
  const [first] = await seller.shops()
  expect(first?.region).toBe('US')
  const shop = seller.shop(first?.id ?? '')

  const { created } = await control('/shop/orders', {
    shop_id: first?.id,
    count: 3,
    status: 'AWAITING_SHIPMENT',
  })
  const found: string[] = []
  for await (const order of shop.orders.search({ order_status: 'AWAITING_SHIPMENT' })) found.push(order.id)
  expect(found.sort()).toEqual(created.map(({ id }) => id).sort())

  await emulator.advance(8 * 86_400)
  expect((await seller.shops())[0]?.name).toBe('Pinecart US')
  expect(events).toContain('refresh')
})
