import { vectors } from '@tockwork/contracts/examples'
import { ManualClock, Secret } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { signWebhook, verifyWebhook, WebhookSignatureError } from '../../src/webhooks/index.ts'

const { secret, timestamp, body, signature: digest } = vectors.webhookSignature
const header = `t=${timestamp},s=${digest}`
const clock = new ManualClock(timestamp * 1000)
const at = (seconds: number): ManualClock => new ManualClock((timestamp + seconds) * 1000)

/** An event as TikTok sends it: the content is JSON inside a string. */
const event = (name: string, content: unknown): string =>
  JSON.stringify({
    client_key: 'aw1',
    event: name,
    create_time: timestamp,
    user_openid: 'u1',
    content: JSON.stringify(content),
  })

async function read(text: string) {
  return verifyWebhook({
    body: text,
    signature: await signWebhook({ body: text, secret, timestamp }),
    secret,
    clock,
  })
}

describe('the signature', () => {
  test("the documented algorithm's test vector is signed and verified", async () => {
    expect(await signWebhook({ body, secret, timestamp })).toBe(header)
    expect(
      await signWebhook({ body: new TextEncoder().encode(body), secret: new Secret(secret), clock }),
    ).toBe(header)
    expect(await verifyWebhook({ body, signature: header, secret, clock })).toEqual({
      type: 'authorization.removed',
      event: 'authorization.removed',
      client_key: 'bwo2m45353a6k85',
      create_time: 1615338610,
      user_openid: 'act.example12345Example12345Example',
      content: { reason: 1 },
    })
  })

  test('bytes, a wrapped secret, several secrets, blanks and another order do', async () => {
    const variants = [
      { body: new TextEncoder().encode(body), signature: header, secret },
      { body, signature: header, secret: new Secret(secret) },
      { body, signature: header, secret: ['old secret', secret] },
      { body, signature: ` s=${digest.toUpperCase()} , t=${timestamp}, v=2 `, secret },
    ]
    for (const variant of variants)
      expect(await verifyWebhook({ ...variant, clock })).toMatchObject({ content: { reason: 1 } })
  })

  test.each([
    ['missing', { signature: undefined }],
    ['missing', { signature: null }],
    ['missing', { signature: '  ' }],
    ['malformed', { signature: 'nonsense' }],
    ['malformed', { signature: `t=${timestamp}` }],
    ['malformed', { signature: `t=${timestamp},s=${digest.slice(1)}` }],
    ['malformed', { signature: `t=yesterday,s=${digest}` }],
    ['malformed', { signature: `t=${timestamp},s=${'g'.repeat(64)}` }],
    ['mismatch', { body: `${body} ` }],
    ['mismatch', { secret: 'another secret' }],
    ['mismatch', { signature: `t=${timestamp + 1},s=${digest}` }],
    ['mismatch', { signature: `t=${timestamp},s=${'0'.repeat(64)}` }],
    ['too_old', { clock: at(301) }],
    ['too_old', { clock: at(11), toleranceSeconds: 10 }],
    ['too_new', { clock: at(-301) }],
    // A wrong signature stays wrong however old it claims to be.
    ['mismatch', { clock: at(301), secret: 'another secret' }],
  ] as const)('%s is told apart: %o', async (reason, change) => {
    const error = await verifyWebhook({ body, signature: header, secret, clock, ...change }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(WebhookSignatureError)
    expect(error).toMatchObject({
      reason,
      code: `webhook_signature_${reason}`,
      retry: 'never',
      action: expect.any(String),
    })
    expect(JSON.stringify(error)).not.toContain(digest)
  })

  test('the edges of the tolerance are inside', async () => {
    for (const seconds of [300, -300]) {
      expect(await verifyWebhook({ body, signature: header, secret, clock: at(seconds) })).toMatchObject({
        content: { reason: 1 },
      })
    }
  })
})

describe('the event', () => {
  test('post ids come as strings, whether sent as a string or as a number past 2^53', async () => {
    const name = 'post.publish.publicly_available'
    const asText = await read(
      event(name, { publish_id: 'p', publish_type: 'DIRECT_PUBLISH', post_id: '7602997517160123666' }),
    )
    const asNumber = await read(
      event(name, 0).replace('"0"', JSON.stringify('{"publish_id":"p","post_id":7602997517160123666}')),
    )
    for (const got of [asText, asNumber]) {
      expect(got.type === name && got.content.post_id).toBe('7602997517160123666')
    }
  })

  test.each([
    ['post.publish.publicaly_available', 'post.publish.publicly_available'],
    ['post.publish.no_longer_publicly_available', 'post.publish.no_longer_publicaly_available'],
  ])('%s arrives as %s, its own name kept', async (sent, type) => {
    expect(await read(event(sent, { publish_id: 'p', post_id: '1' }))).toMatchObject({ type, event: sent })
  })

  test('what nobody knows yet survives: events, fields, publish types, shapes', async () => {
    expect(await read(event('post.publish.pinned', { publish_id: 'p', id: 1 }))).toMatchObject({
      type: 'unknown',
      event: 'post.publish.pinned',
      content: { publish_id: 'p', id: 1 },
    })
    expect(
      await read(event('post.publish.complete', { publish_id: 'p', publish_type: 'NEW', more: true })),
    ).toMatchObject({
      type: 'post.publish.complete',
      content: { publish_id: 'p', publish_type: 'NEW', more: true },
    })
    expect(await read(event('authorization.removed', { why: 'so' }))).toMatchObject({
      type: 'unknown',
      content: { why: 'so' },
    })
    const noJson = JSON.stringify({
      client_key: 'k',
      event: 'post.publish.failed',
      create_time: 1,
      content: 'plain',
    })
    expect(await read(noJson)).toMatchObject({ type: 'unknown', content: 'plain' })
  })

  test('something signed that is no event is an error of the contract, without secrets', async () => {
    for (const text of ['not json', '[]', '{"event":"x"}', '{"access_token":"act.Xza123"}']) {
      const error = await read(text).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'ContractError', code: 'webhook_malformed' })
      expect(JSON.stringify(error)).not.toContain('Xza123')
    }
  })

  test('each type narrows to its content', async () => {
    const got = await read(event('post.publish.failed', { publish_id: 'p', reason: 'spam_risk' }))
    switch (got.type) {
      case 'post.publish.failed': {
        const reason: string = got.content.reason
        expect(reason).toBe('spam_risk')
        break
      }
      default:
        expect.unreachable()
    }
  })
})
