import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { assumed, documented, observed } from './claim.ts'
import { connect, DEMO, directPost, form, frozenEmulator, publish, send } from './client.ts'

const CLIP = makeSampleVideo({ durationSec: 1 })
const received: { signature: string; body: string }[] = []
let answer = 200
let emulator: Emulator
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (part) => {
    body += part
  })
  request.on('end', () => {
    received.push({ signature: String(request.headers['tiktok-signature']), body })
    response.writeHead(answer).end()
  })
})

beforeEach(async () => {
  received.length = 0
  answer = 200
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  emulator = await frozenEmulator()
  const webhook_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  emulator.plant({ apps: [{ ...DEMO, audited: true, webhook_url }] })
})
afterEach(async () => {
  await emulator.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const events = () =>
  received.map(
    ({ body }) =>
      JSON.parse(body) as {
        event: string
        content: string
        user_openid: string
        create_time: number
        client_key: string
      },
  )

describe('a post that the creator makes private, and public again', () => {
  const change = (id: string, privacy: string) =>
    send(emulator, 'PATCH', `/_emulator/videos/${id}`, { json: { privacy } })

  test(
    'is told by no_longer_publicaly_available (spelt so) and publicly_available',
    documented('content-posting-api-reference-get-video-status'),
    async () => {
      const mika = await connect(emulator)
      const { publishId } = await publish(emulator, mika, CLIP)
      const id = [...emulator.world.videos.values()].find((video) => video.publishId === publishId)?.id ?? ''
      received.length = 0
      expect((await change(id, 'SELF_ONLY')).body.privacy).toBe('SELF_ONLY')
      await emulator.advance(1)
      expect(
        (await mika.as('/v2/video/query/?fields=id', { filters: { video_ids: [id] } })).body.data.videos,
      ).toEqual([])
      await change(id, 'PUBLIC_TO_EVERYONE')
      await emulator.advance(1)
      expect(events().map(({ event }) => event)).toEqual([
        'post.publish.no_longer_publicaly_available',
        'post.publish.publicly_available',
      ])
      for (const { content } of events())
        expect(JSON.parse(content)).toMatchObject({ publish_id: publishId, post_id: id })
    },
  )

  test(
    'a private post that becomes public is moderated first',
    documented('content-sharing-guidelines'),
    async () => {
      const noor = await connect(emulator, 'noor')
      const { publishId } = await publish(emulator, noor, CLIP, { privacy_level: 'SELF_ONLY' })
      const id = [...emulator.world.videos.values()].find((video) => video.publishId === publishId)?.id ?? ''
      received.length = 0
      await change(id, 'PUBLIC_TO_EVERYONE')
      expect(events()).toEqual([])
      await emulator.advance(10)
      expect(events().map(({ event }) => event)).toEqual(['post.publish.publicly_available'])
    },
  )
})

test(
  'the reasons of TikTok’s own judgement come when they are ordered',
  documented('content-posting-api-reference-get-video-status'),
  async () => {
    const mika = await connect(emulator)
    for (const reason of ['spam_risk', 'spam_risk_text', 'spam_risk_user_banned_from_posting', 'internal']) {
      const { body } = await mika.as('/v2/post/publish/video/init/', directPost(1000))
      const { publish_id } = body.data
      await send(emulator, 'POST', `/_emulator/publishes/${publish_id}/fail`, { json: { reason } })
      const status = await mika.as('/v2/post/publish/status/fetch/', { publish_id })
      expect([status.status, status.body.data.fail_reason]).toEqual([200, reason])
    }
    await emulator.advance(1)
    expect(JSON.parse(events()[1]?.content ?? '')).toMatchObject({ reason: 'spam_risk_text' })
  },
)

test('a grant ends for each documented reason, and for no other', documented('webhooks-events'), async () => {
  for (const reason of [0, 1, 2, 3, 4, 5]) {
    const { openId } = await connect(emulator)
    const [grant] = [...emulator.world.grants.values()].filter((one) => one.openId === openId)
    const end = (why: unknown) => send(emulator, 'DELETE', `/_emulator/grants/${grant?.id}?reason=${why}`)
    expect((await end('banana')).status).toBe(400)
    expect((await end(reason)).status).toBe(200)
  }
  await emulator.advance(1)
  expect(events().map(({ content }) => JSON.parse(content).reason)).toEqual([0, 1, 2, 3, 4, 5])
})

describe('events of a post', () => {
  test(
    'complete, then publicly available, with content as a string',
    documented('content-posting-api-reference-get-video-status'),
    async () => {
      const mika = await connect(emulator)
      const { publishId } = await publish(emulator, mika, CLIP)
      expect(events().map((e) => e.event)).toEqual([
        'post.publish.complete',
        'post.publish.publicly_available',
      ])
      expect(events()[0]).toMatchObject({ client_key: DEMO.client_key, user_openid: mika.openId })
      expect(JSON.parse(events()[0]?.content ?? '')).toMatchObject({ publish_id: publishId })
      // Seconds, not milliseconds.
      expect(events()[0]?.create_time).toBeLessThan(1e10)
    },
  )

  test(
    'direct posts say DIRECT_PUBLISH, and post_id is a string',
    observed('captured payloads of two public projects'),
    async () => {
      await publish(emulator, await connect(emulator), CLIP)
      expect(JSON.parse(events()[1]?.content ?? '')).toEqual({
        publish_id: expect.any(String),
        post_id: expect.stringMatching(/^\d{19}$/),
        publish_type: 'DIRECT_PUBLISH',
      })
    },
  )

  test('drafts say INBOX_SHARE', documented('content-posting-api-reference-get-video-status'), async () => {
    await publish(emulator, await connect(emulator), CLIP, {}, '/v2/post/publish/inbox/video/init/')
    expect(events()).toMatchObject([{ event: 'post.publish.inbox_delivered' }])
    expect(JSON.parse(events()[0]?.content ?? '').publish_type).toBe('INBOX_SHARE')
  })

  test(
    'a failed post names the reason',
    documented('content-posting-api-reference-get-video-status'),
    async () => {
      await publish(emulator, await connect(emulator), makeSampleVideo({ durationSec: 1, frameRate: 15 }))
      expect(events().map((e) => [e.event, JSON.parse(e.content).reason])).toEqual([
        ['post.publish.failed', 'frame_rate_check_failed'],
      ])
    },
  )

  test('a revoked grant is told with reason 5', documented('webhooks-events'), async () => {
    const { tokens } = await connect(emulator)
    await form(emulator, '/v2/oauth/revoke/', { ...DEMO, token: tokens.access_token })
    await emulator.settle()
    expect(events().map((e) => [e.event, e.content])).toEqual([['authorization.removed', '{"reason":5}']])
  })
})

test(
  'the signature is HMAC-SHA256 of timestamp and raw body with the client secret',
  documented('webhooks-verification'),
  async () => {
    await publish(emulator, await connect(emulator), CLIP)
    const { signature, body } = received[0] as { signature: string; body: string }
    const { t, s } = Object.fromEntries(signature.split(',').map((part) => part.split('='))) as {
      t: string
      s: string
    }
    expect(s).toBe(createHmac('sha256', DEMO.client_secret).update(`${t}.${body}`).digest('hex'))
  },
)

test(
  'anything but 200 is tried again with growing pauses, and dropped after 72 hours',
  documented('webhooks-overview'),
  async () => {
    answer = 204
    await publish(emulator, await connect(emulator), CLIP, { privacy_level: 'SELF_ONLY' })
    const first = received.length
    expect(first).toBeGreaterThanOrEqual(1)
    await emulator.advance(72 * 3600)
    const [delivery] = [...emulator.world.deliveries.values()]
    expect(delivery?.state).toBe('dropped')
    const times = (delivery?.attempts ?? []).map((attempt) => attempt.at)
    const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0))
    expect(pauses.length).toBeGreaterThan(5)
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(72 * 3_600_000)
  },
)

test('the pauses grow fourfold from ten seconds', assumed('TikTok names no steps'), async () => {
  answer = 500
  await publish(emulator, await connect(emulator), CLIP, { privacy_level: 'SELF_ONLY' })
  await emulator.advance(300)
  const [delivery] = [...emulator.world.deliveries.values()]
  const times = (delivery?.attempts ?? []).map((attempt) => attempt.at)
  expect(times.slice(1).map((at, i) => (at - (times[i] ?? 0)) / 1000)).toEqual([10, 40, 160])
})

test('a dead receiver stops nothing else, and recovers', async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  const { status } = await publish(emulator, await connect(emulator), CLIP, { privacy_level: 'SELF_ONLY' })
  expect(status.body.data.status).toBe('PUBLISH_COMPLETE')
  const [delivery] = [...emulator.world.deliveries.values()]
  await new Promise<void>((resolve) =>
    server.listen(Number(new URL(delivery?.url ?? '').port), '127.0.0.1', resolve),
  )
  await emulator.advance(300)
  expect(events().map((e) => e.event)).toEqual(['post.publish.complete'])
})
