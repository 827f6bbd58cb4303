import { shopTopics } from '@tockwork/contracts/shop'
import { shopWebhookModels } from '@tockwork/contracts/shop/webhook-models'
import { expect, expectTypeOf, test } from 'vitest'
import { type ShopWebhookEvent, signShopWebhook, verifyShopWebhook } from '../../src/shop/webhooks.ts'

const app = { appKey: '6demo1app2key', appSecret: 's3cr3t' }

async function delivered(body: unknown): Promise<ShopWebhookEvent> {
  const text = JSON.stringify(body)
  return verifyShopWebhook({ ...app, body: text, signature: await signShopWebhook({ ...app, body: text }) })
}

const event = (type: number, data: unknown) =>
  delivered({ type, tts_notification_id: '7', shop_id: '9', timestamp: 1, data })

test('every topic has a model, and there is none besides', () => {
  expect(Object.keys(shopWebhookModels).sort()).toEqual(Object.values(shopTopics).sort())
})

test('the topic tells which data there are', async () => {
  const got = await event(1, { order_id: '5', order_status: 'CANCEL', update_time: 2, more: true })
  expect(got).toMatchObject({ topic: 'order_status_change', owner: { field: 'shop_id', id: '9' } })
  expect(got).not.toHaveProperty('misfit')
  if (got.topic !== 'order_status_change') throw new Error('topic')
  expectTypeOf(got.data.order_id).toEqualTypeOf<string | null | undefined>()
  expect(got.data).toEqual({ order_id: '5', order_status: 'CANCEL', update_time: 2, more: true })
})

test('a status that came since fits, and what is not as documented is named without losing the event', async () => {
  expect(await event(12, { return_type: 'BARTER' })).not.toHaveProperty('misfit')
  const odd = await event(4, { package_list: [{ package_id: '1', order_id_list: 'none' }] })
  expect(odd.misfit).toMatch(/^data\.package_list\.0\.order_id_list: /)
  expect(odd.data).toEqual({ package_list: [{ package_id: '1', order_id_list: 'none' }] })
})

test('the flat inventory topic and a number that is not public are told apart', async () => {
  const flat = { event_id: 'e', seller_id: '3', sku_id: '4', quantity_snapshot_after_change: {} }
  expect(await delivered(flat)).toMatchObject({ topic: 'inventory_changed', notificationId: 'e', data: flat })
  expect(await event(9999, { a: 1 })).toMatchObject({ topic: 'unknown', data: { a: 1 } })
})
