import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signShopRequest } from '../../src/shop/signing.ts'
import { verifyShopWebhook } from '../../src/shop/webhooks.ts'

interface Vectors {
  requests: {
    name: string
    path: string
    query: Record<string, string>
    body: string | null
    contentType: string
    secret: string
    sign: string
  }[]
  webhooks: { name: string; appKey: string; secret: string; body: string; signature: string }[]
}

const vectors = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../../fixtures/shop/vectors.json'), 'utf8'),
) as Vectors

describe('signature of a request', () => {
  test.each(vectors.requests)('$name', async ({ sign, body, ...request }) => {
    const signed = { ...request, ...(body === null ? {} : { body }) }
    expect(await signShopRequest(signed)).toBe(sign)
    // What is signed is bytes, however they are handed over.
    if (body !== null)
      expect(await signShopRequest({ ...signed, body: new TextEncoder().encode(body) })).toBe(sign)
    // A sign from before and a token in the query are passed over.
    const query = { ...request.query, sign: 'old', access_token: 'TTP_x' }
    expect(await signShopRequest({ ...signed, query })).toBe(sign)
  })

  test('keys are ordered by their bytes', async () => {
    const request = { secret: 's', path: '/p' }
    const mixed = await signShopRequest({ ...request, query: { b: '1', B: '2', a: '3' } })
    expect(mixed).toBe(await signShopRequest({ ...request, query: { B: '2', a: '3', b: '1' } }))
    // U+FF5E comes before U+1F600 in bytes, behind it in UTF-16 units.
    const far = await signShopRequest({ ...request, query: { '😀': '2', '～': '1' } })
    expect(far).toBe(await signShopRequest({ secret: 's', path: '/p～1😀2', query: {} }))
  })
})

describe('signature of a webhook', () => {
  test.each(vectors.webhooks)('$name', async ({ appKey, secret, body, signature }) => {
    const event = await verifyShopWebhook({ appKey, appSecret: secret, body, signature })
    expect(event).toMatchObject({ topic: 'order_status_change', notificationId: '7327112393057371910' })
  })
})
