/** Limits as a caller of the client meets them. */
import { defineEndpoint } from '@tockwork/contracts'
import { userInfo } from '@tockwork/contracts/display'
import { creatorInfo, initVideo } from '@tockwork/contracts/posting'
import { ManualClock } from '@tockwork/kernel'
import { TikTok, type TikTokEvent, type TikTokOptions, UsageError } from '@tockwork/sdk'
import { describe, expect, test } from 'vitest'
import { fakeServer, ok, type Responder } from './fake-server.ts'
import { failure, withClock } from './with-clock.ts'

async function world(respond: Responder, options: Partial<TikTokOptions> = {}) {
  const server = await fakeServer(respond)
  const clock = new ManualClock()
  const events: TikTokEvent[] = []
  const tiktok = new TikTok({
    clientKey: 'key',
    origin: server.origin,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { server, clock, events, tiktok }
}

const init = {
  input: {
    post_info: { privacy_level: 'SELF_ONLY' as const },
    source_info: { source: 'PULL_FROM_URL' as const, video_url: 'https://example.com/v.mp4' },
  },
}

test('twenty inits go out six a minute, and another user does not wait for them', async () => {
  const { server, clock, tiktok, events } = await world(() => ok({ publish_id: 'p' }))
  await using _ = server
  const sent: number[] = []
  const start = clock.now()
  server.respond = () => {
    sent.push(clock.now() - start)
    return ok({ publish_id: 'p' })
  }
  const mine = tiktok.withToken('act.a')
  const all = Promise.all(Array.from({ length: 20 }, () => mine.call(initVideo, init)))
  await tiktok.withToken('act.b').call(initVideo, init)
  expect(sent.length).toBeLessThanOrEqual(7)
  await withClock(clock, all, 1000)
  for (const time of sent) {
    expect(sent.filter((other) => other >= time && other - time <= 60_000).length).toBeLessThanOrEqual(7)
  }
  expect(sent.at(-1)).toBeLessThan(200_000)
  expect(events.filter((event) => event.type === 'wait')).toHaveLength(14)
})

test('two clients objects of one token share its window; the state shows it without the token', async () => {
  const { server, clock, tiktok } = await world(() => ok({ publish_id: 'p' }))
  await using _ = server
  for (let i = 0; i < 6; i += 1) await tiktok.withToken('act.SECRET').call(initVideo, init)
  const stop = new AbortController()
  const seventh = failure(tiktok.withToken('act.SECRET').call(initVideo, { ...init, signal: stop.signal }))
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve))
  const [state] = tiktok.limits()
  expect(state).toMatchObject({
    endpoint: 'posting.initVideo',
    per: 'token',
    limit: 6,
    seconds: 60,
    used: 6,
    waiting: 1,
  })
  expect(JSON.stringify(state)).not.toContain('SECRET')
  stop.abort(new Error('enough'))
  expect(await seventh).toMatchObject({ message: 'enough' })
  expect(tiktok.limits()[0]).toMatchObject({ waiting: 0 })
  expect(server.requests).toHaveLength(6)
})

test('a wait longer than allowed fails at once, and nothing was sent', async () => {
  const { server, tiktok, clock } = await world(() => ok({ publish_id: 'p' }), {
    limits: { maxWaitMs: 1000 },
  })
  await using _ = server
  const creator = tiktok.withToken('act.a')
  for (let i = 0; i < 6; i += 1) await creator.call(initVideo, init)
  expect(await failure(creator.call(initVideo, init))).toMatchObject({
    name: 'RateLimitError',
    code: 'rate_limit_wait_too_long',
    until: clock.now() + 60_001,
  })
  expect(server.requests).toHaveLength(6)
})

test('headers of a 200 hold the next call back', async () => {
  const reply = (remaining: number) => ({
    ...ok({ user: {} }),
    headers: { 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': '20' },
  })
  const { server, clock, tiktok } = await world(() => reply(0))
  await using _ = server
  const creator = tiktok.withToken('act.a')
  const ask = () => creator.call(userInfo, { query: { fields: ['open_id'] } })
  await ask()
  const start = clock.now()
  await withClock(clock, ask(), 1000)
  expect(clock.now() - start).toBeGreaterThanOrEqual(20_000)
})

test('windows can be left to the answers alone', async () => {
  const { server, tiktok } = await world(() => ok({ publish_id: 'p' }), { limits: { keepWindows: false } })
  await using _ = server
  const creator = tiktok.withToken('act.a')
  for (let i = 0; i < 12; i += 1) await creator.call(initVideo, init)
  expect(server.requests).toHaveLength(12)
})

describe('age of endpoints', () => {
  const aged = (lifecycle: { deprecated?: string; retired?: string; successor?: string }) =>
    defineEndpoint({ ...creatorInfo, id: 'test.aged', output: undefined as never, limits: [], lifecycle })

  test('a deprecated one warns once', async () => {
    const { server, tiktok, events } = await world(() => ok({}))
    await using _ = server
    const endpoint = aged({ deprecated: '2026-10-01', retired: '2027-01-01', successor: 'test.young' })
    for (let i = 0; i < 3; i += 1) await tiktok.withToken('act.a').call(endpoint)
    expect(events.filter((event) => event.type === 'warning')).toEqual([
      {
        type: 'warning',
        code: 'endpoint_deprecated',
        message: 'test.aged is deprecated since 2026-10-01. It ends on 2027-01-01. Use test.young instead.',
      },
    ])
  })

  test('a retired one is refused, a future one is not', async () => {
    const { server, tiktok } = await world(() => ok({}))
    await using _ = server
    const creator = tiktok.withToken('act.a')
    expect(await failure(creator.call(aged({ retired: '2026-11-24' })))).toBeInstanceOf(UsageError)
    await creator.call(aged({ deprecated: '2027-01-01', retired: '2028-01-01' }))
    expect(server.requests).toHaveLength(1)
  })
})

describe('who calls what', () => {
  test('user endpoints are not called as the app, nor the other way round', async () => {
    const { server, tiktok } = await world(() => ok({}), { clientSecret: 's' })
    await using _ = server
    expect(await failure(tiktok.callAsApp(userInfo))).toBeInstanceOf(UsageError)
    const { exchangeCode, authorize } = await import('@tockwork/contracts/oauth')
    const creator = tiktok.withToken('act.a')
    expect(await failure(creator.call(exchangeCode as never))).toMatchObject({
      message: expect.stringContaining('callAsApp'),
    })
    expect(await failure(creator.call(authorize as never))).toBeInstanceOf(UsageError)
    expect(server.requests).toHaveLength(0)
  })

  test('an endpoint for everyone needs no token', async () => {
    const { oembed } = await import('@tockwork/contracts/embed')
    const answer = {
      version: '1.0',
      type: 'video',
      author_url: 'u',
      author_name: 'n',
      width: '100%',
      height: '100%',
      html: '<b/>',
      provider_url: 'p',
      provider_name: 'TikTok',
    }
    const { server, tiktok } = await world(() => ({ body: answer }))
    await using _ = server
    expect(await tiktok.callAsApp(oembed, { query: { url: 'https://www.tiktok.com/@a/video/1' } })).toEqual(
      answer,
    )
    expect(server.requests[0]?.headers.authorization).toBeUndefined()
  })

  test('bytes come as bytes, and a refusal in their place as an error', async () => {
    const { downloadData } = await import('@tockwork/contracts/portability')
    const { server, tiktok } = await world(() => ({
      headers: { 'content-type': 'application/zip' },
      body: 'PK..',
    }))
    await using _ = server
    const creator = tiktok.withToken('act.a')
    const options = { input: { request_id: '7641234567890123456' } }
    expect(await creator.call(downloadData, options)).toEqual(new TextEncoder().encode('PK..'))
    // A 64-bit id goes out as a number with all its digits.
    expect(server.requests[0]?.body).toBe('{"request_id":7641234567890123456}')
    server.respond = () => ({
      status: 400,
      body: { data: {}, error: { code: 'invalid_params', message: 'no', log_id: 'L' } },
    })
    expect(await failure(creator.call(downloadData, options))).toMatchObject({
      code: 'invalid_params',
      logId: 'L',
    })
  })
})
