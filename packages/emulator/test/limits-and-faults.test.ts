import { makeSampleVideo } from '@tockwork/media/sample'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { assumed, documented } from './claim.ts'
import { type Connected, connect, directPost, frozenEmulator, refresh, send } from './client.ts'

let emulator: Emulator
let mika: Connected
beforeEach(async () => {
  emulator = await frozenEmulator()
  mika = await connect(emulator)
})
afterEach(() => emulator.close())

const INIT = '/v2/post/publish/video/init/'
const CLIP = makeSampleVideo({ durationSec: 1 })
const init = () => mika.as(INIT, directPost(CLIP.length))

describe('rate limits', () => {
  test(
    'six inits in a minute, the seventh is 429; the window slides',
    documented('tiktok-api-v2-rate-limit'),
    async () => {
      for (let i = 0; i < 3; i += 1) expect((await init()).status).toBe(200)
      await emulator.advance(30)
      for (let i = 0; i < 3; i += 1) expect((await init()).status).toBe(200)
      const over = await init()
      expect([over.status, over.body.error.code]).toEqual([429, 'rate_limit_exceeded'])
      await emulator.advance(30)
      // The first three have left the window, the later ones have not.
      const codes = []
      for (let i = 0; i < 4; i += 1) codes.push((await init()).status)
      expect(codes).toEqual([200, 200, 200, 429])
    },
  )

  test('each user and each endpoint has its own window', documented('tiktok-api-v2-rate-limit'), async () => {
    for (let i = 0; i < 7; i += 1) await init()
    const lane = await connect(emulator, 'lane')
    expect((await lane.as(INIT, directPost(CLIP.length))).status).toBe(200)
    expect((await mika.as('/v2/post/publish/inbox/video/init/', directPost(CLIP.length))).status).toBe(200)
    expect((await mika.as('/v2/post/publish/creator_info/query/')).status).toBe(200)
  })

  test(
    '20 creator_info, 30 status and 600 user info calls a minute',
    documented('tiktok-api-v2-rate-limit'),
    async () => {
      const count = async (call: () => Promise<{ status: number }>, most: number) => {
        let allowed = 0
        for (let i = 0; i < most + 2; i += 1) if ((await call()).status !== 429) allowed += 1
        return allowed
      }
      expect(await count(() => mika.as('/v2/post/publish/creator_info/query/'), 20)).toBe(20)
      expect(await count(() => mika.as('/v2/post/publish/status/fetch/', { publish_id: 'x' }), 30)).toBe(30)
      expect(await count(() => mika.get('/v2/user/info/?fields=open_id'), 600)).toBe(600)
    },
  )

  test(
    'both headers come with every answer, and a setting leaves them out',
    assumed('a guide promises them, TikTok’s pages do not'),
    async () => {
      const answer = await init()
      expect([answer.headers.get('x-ratelimit-remaining'), answer.headers.get('x-ratelimit-reset')]).toEqual([
        '5',
        '60',
      ])
      for (let i = 0; i < 5; i += 1) await init()
      await emulator.advance(20)
      const over = await init()
      expect([over.headers.get('x-ratelimit-remaining'), over.headers.get('x-ratelimit-reset')]).toEqual([
        '0',
        '40',
      ])
      emulator.configure({ rateLimitHeaders: false })
      expect((await init()).headers.get('x-ratelimit-remaining')).toBeNull()
    },
  )

  test(
    'a client that hammers is shut out for longer',
    assumed('secondary limiting, as a guide describes it'),
    async () => {
      emulator.configure({ hammeringRefusals: 3, hammeringSeconds: 300 })
      for (let i = 0; i < 9; i += 1) await init()
      await emulator.advance(120)
      expect((await init()).status).toBe(429)
      await emulator.advance(200)
      expect((await init()).status).toBe(200)
    },
  )
})

describe('faults', () => {
  const raw = async (path: string, init?: RequestInit) => {
    try {
      const response = await fetch(emulator.origin + path, {
        headers: { authorization: `Bearer ${mika.tokens.access_token}`, 'content-type': 'application/json' },
        ...init,
      })
      return { status: response.status, text: await response.text() }
    } catch (error) {
      return { error: (error as Error).message }
    }
  }
  const postInit = () => raw(INIT, { method: 'POST', body: JSON.stringify(directPost(CLIP.length)) })
  const add = (spec: unknown) => send(emulator, 'POST', '/_emulator/faults', { json: spec })

  test('answer a code on the nth call, in the endpoint’s envelope', async () => {
    await add({ match: { endpoint: 'posting.initVideo', nth: 2 }, action: { code: 'internal_error' } })
    expect((await init()).status).toBe(200)
    const second = await init()
    expect([second.status, second.body.error.code]).toEqual([500, 'internal_error'])
    expect((await init()).status).toBe(200)
    await add({
      match: { path: '/v2/oauth/token/' },
      times: 1,
      action: { code: 'temporarily_unavailable', status: 503 },
    })
    const answer = await send(emulator, 'POST', '/v2/oauth/token/', { json: {} })
    expect([answer.status, answer.body.error]).toEqual([503, 'temporarily_unavailable'])
  })

  test('tell apart the endpoints that share a path', async () => {
    await add({ match: { endpoint: 'oauth.refreshToken' }, action: { code: 'server_error' } })
    const lane = await connect(emulator, 'lane')
    expect((await refresh(emulator, lane.tokens.refresh_token)).body.error).toBe('server_error')
    expect((await connect(emulator, 'noor')).tokens.access_token).toMatch(/^act\./)
  })

  test('lose the answer after doing the work, or cut before it', async () => {
    await add({ match: { endpoint: 'posting.initVideo' }, times: 1, action: { drop: 'after' } })
    expect(await postInit()).toHaveProperty('error')
    expect(emulator.world.publishes.size).toBe(1)
    emulator.clearFaults()
    await add({ match: { endpoint: 'posting.initVideo' }, times: 1, action: { drop: 'before' } })
    expect(await postInit()).toHaveProperty('error')
    expect(emulator.world.publishes.size).toBe(1)
    expect((await postInit()).status).toBe(200)
  })

  test('cut the answer in the middle, or shorten it silently', async () => {
    await add({ match: { endpoint: 'display.userInfo' }, times: 1, action: { drop: 'mid_answer' } })
    expect(await raw('/v2/user/info/?fields=open_id')).toHaveProperty('error')
    await add({ match: { endpoint: 'display.userInfo' }, action: { truncate_to_bytes: 10 } })
    expect(await raw('/v2/user/info/?fields=open_id')).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^.{10}$/),
    })
  })

  test('cut an upload after some bytes: nothing of the chunk counts', async () => {
    const { body } = await init()
    await add({
      match: { endpoint: 'posting.uploadMedia' },
      times: 1,
      action: { cut_request_after_bytes: 100 },
    })
    const put = () =>
      fetch(body.data.upload_url, {
        method: 'PUT',
        body: CLIP as BodyInit,
        headers: {
          'content-type': 'video/mp4',
          'content-range': `bytes 0-${CLIP.length - 1}/${CLIP.length}`,
        },
      })
    await expect(put()).rejects.toThrow()
    expect(
      (await mika.as('/v2/post/publish/status/fetch/', { publish_id: body.data.publish_id })).body.data
        .uploaded_bytes,
    ).toBe(0)
    expect((await put()).status).toBe(201)
  })

  test('a connection that breaks in mid-chunk loses that chunk and nothing else', async () => {
    const { body } = await init()
    const half = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(CLIP.subarray(0, 1000))
        controller.error(new Error('cable pulled'))
      },
    })
    const headers = {
      'content-type': 'video/mp4',
      'content-range': `bytes 0-${CLIP.length - 1}/${CLIP.length}`,
    }
    await expect(
      fetch(body.data.upload_url, { method: 'PUT', body: half, headers, duplex: 'half' } as RequestInit),
    ).rejects.toThrow()
    const whole = await fetch(body.data.upload_url, { method: 'PUT', body: CLIP as BodyInit, headers })
    expect(whole.status).toBe(201)
    await emulator.advance(10)
    expect(
      (await mika.as('/v2/post/publish/status/fetch/', { publish_id: body.data.publish_id })).body.data
        .status,
    ).toBe('PUBLISH_COMPLETE')
  })

  test('match by user and with a repeatable probability', async () => {
    await add({ match: { endpoint: 'display.*', user: 'lane' }, action: { status: 503 } })
    expect((await mika.get('/v2/user/info/?fields=open_id')).status).toBe(200)
    const lane = await connect(emulator, 'lane')
    expect((await lane.get('/v2/user/info/?fields=open_id')).status).toBe(503)
    const outcomes = async () => {
      await using other = await frozenEmulator({ seed: 'chance' })
      const who = await connect(other)
      await send(other, 'POST', '/_emulator/faults', {
        json: { match: { endpoint: 'display.userInfo', probability: 0.5 }, action: { status: 500 } },
      })
      const seen = []
      for (let i = 0; i < 20; i += 1) seen.push((await who.get('/v2/user/info/?fields=open_id')).status)
      return seen
    }
    const first = await outcomes()
    expect(new Set(first)).toEqual(new Set([200, 500]))
    expect(await outcomes()).toEqual(first)
  })

  test('are listed with their counts, removed one by one, and wrong ones are refused by name', async () => {
    const { body } = await add({ match: { endpoint: 'display.userInfo' }, action: { status: 500 } })
    await mika.get('/v2/user/info/?fields=open_id')
    expect((await send(emulator, 'GET', '/_emulator/faults')).body.faults).toMatchObject([
      { id: body.id, seen: 1, fired: 1 },
    ])
    await send(emulator, 'DELETE', `/_emulator/faults/${body.id}`)
    expect((await send(emulator, 'GET', '/_emulator/faults')).body.faults).toEqual([])
    const wrong = await add({ action: { drop: 'sometimes' } })
    expect([wrong.status, wrong.body.problem]).toEqual([400, expect.stringMatching(/^action\.drop/)])
  })
})

test('the request log tells the verdict and hides credentials', async () => {
  await mika.get('/v2/user/info/?fields=shoe_size')
  await send(emulator, 'PUT', '/video/?upload_id=1&upload_token=very-secret', { body: 'x' })
  const { text, body } = await send(emulator, 'GET', '/_emulator/requests')
  expect(body.requests.at(-2)).toMatchObject({
    endpoint: 'display.userInfo',
    user: 'mika',
    status: 400,
    verdict: 'invalid_params',
  })
  expect(text).not.toContain('very-secret')
})
