/** What becomes of a no, of nonsense, and of silence. */
import { inspect } from 'node:util'
import { decide } from '@tockwork/contracts'
import { addDataRequest } from '@tockwork/contracts/portability'
import { creatorInfo, initContent, initVideo, publishStatus } from '@tockwork/contracts/posting'
import { ManualClock, seededRandom } from '@tockwork/kernel'
import {
  AuthError,
  ContractError,
  PlatformError,
  RateLimitError,
  TikTok,
  type TikTokEvent,
  TransportError,
  UsageError,
} from '@tockwork/sdk'
import { describe, expect, test } from 'vitest'
import { fakeServer, ok, type Responder, refuse } from './fake-server.ts'
import { failure, withClock } from './with-clock.ts'

async function world(respond: Responder) {
  const server = await fakeServer(respond)
  const clock = new ManualClock()
  const events: TikTokEvent[] = []
  const tiktok = new TikTok({
    clientKey: 'key',
    clientSecret: 'secret',
    origin: server.origin,
    clock,
    random: seededRandom(7),
    onEvent: (event) => events.push(event),
  })
  return { server, clock, events, tiktok, creator: tiktok.withToken('act.SECRETTOKEN') }
}

const status = { input: { publish_id: 'p' } } as const
const pull = {
  input: {
    post_info: { privacy_level: 'SELF_ONLY' as const },
    source_info: { source: 'PULL_FROM_URL' as const, video_url: 'https://example.com/v.mp4' },
  },
}
const file = {
  input: {
    post_info: { privacy_level: 'SELF_ONLY' as const },
    source_info: { source: 'FILE_UPLOAD' as const, video_size: 10, chunk_size: 10, total_chunk_count: 1 },
  },
}

describe('a no', () => {
  test.each([
    [400, 'invalid_publish_id', PlatformError, 'never'],
    [401, 'scope_not_authorized', AuthError, 'never'],
    [401, 'access_token_invalid', AuthError, 'now'],
    [403, 'spam_risk_too_many_posts', RateLimitError, 'after'],
    [403, 'url_ownership_unverified', PlatformError, 'never'],
    [400, 'some_new_code', PlatformError, 'never'],
  ] as const)('%i %s', async (httpStatus, code, kind, retry) => {
    const { server, creator } = await world(() => refuse(httpStatus, code, 'words of TikTok'))
    await using _ = server
    const error = await failure(creator.call(publishStatus, status))
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject({
      code,
      httpStatus,
      retry,
      logId: 'LOG-NO',
      endpoint: 'posting.publishStatus',
    })
    expect((error as Error).message).toContain('words of TikTok')
    expect((error as PlatformError).action).toBeTruthy()
    expect(server.requests).toHaveLength(1)
  })

  test('the code decides: creator info refuses with HTTP 200', async () => {
    const { server, creator, clock } = await world(() => refuse(200, 'spam_risk_too_many_posts'))
    await using _ = server
    const error = await failure(creator.call(creatorInfo))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ httpStatus: 200, until: clock.now() + 86_400_000 })
  })

  test('and so does `ok`, whatever the status', async () => {
    const { server, creator } = await world(() => ({ ...ok({ status: 'FAILED' }), status: 500 }))
    await using _ = server
    expect(await creator.call(publishStatus, status)).toEqual({ status: 'FAILED' })
  })

  test('a reasoned no with a 5xx status is a no', async () => {
    const { server, creator } = await world(() => refuse(500, 'invalid_params'))
    await using _ = server
    expect(await failure(creator.call(publishStatus, status))).toMatchObject({
      code: 'invalid_params',
      retry: 'never',
    })
    expect(server.requests).toHaveLength(1)
  })

  test.each([200, 400, 401])('OAuth says no in its flat form with HTTP %i', async (httpStatus) => {
    const { server, tiktok } = await world(() => ({
      status: httpStatus,
      body: { error: 'invalid_grant', error_description: 'Authorization code is expired.', log_id: 'L1' },
    }))
    await using _ = server
    const error = await failure(
      tiktok.auth.exchange({ code: 'CODE', redirectUri: 'https://example.com/callback' }),
    )
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({
      code: 'invalid_grant',
      needs: 'reconnect',
      logId: 'L1',
      retry: 'never',
      httpStatus,
    })
  })
})

describe('nonsense', () => {
  test('an HTML page of a gateway', async () => {
    const { server, creator, clock } = await world(() => ({
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html><h1>Bad gateway</h1></html>',
    }))
    await using _ = server
    const error = await withClock(clock, failure(creator.call(publishStatus, status)))
    expect(error).toBeInstanceOf(PlatformError)
    expect(error).toMatchObject({ code: 'http_502', httpStatus: 502, retry: 'now' })
    expect((error as Error).message).toMatch(/HTML page.*gateway.*502.*text\/html.*Bad gateway/)
    expect(server.requests).toHaveLength(4)
  })

  test('an HTML page with HTTP 200 does not fit the contract and is kept', async () => {
    const { server, creator } = await world(() => ({
      headers: { 'content-type': 'text/html' },
      body: '<p>Log in to Wi-Fi',
    }))
    await using _ = server
    const error = await failure(creator.call(publishStatus, status))
    expect(error).toBeInstanceOf(ContractError)
    expect(error).toMatchObject({ code: 'unexpected_answer', answer: '<p>Log in to Wi-Fi' })
  })

  test('an empty answer', async () => {
    const { server, creator } = await world(() => ({ body: '' }))
    await using _ = server
    expect(await failure(creator.call(publishStatus, status))).toMatchObject({
      message: expect.stringContaining('An empty answer came (HTTP 200)'),
    })
  })

  test('a field of the wrong type is named, and the answer kept', async () => {
    const { server, creator } = await world(() => ok({ status: 'FAILED', uploaded_bytes: 'many' }))
    await using _ = server
    const error = await failure(creator.call(publishStatus, status))
    expect(error).toBeInstanceOf(ContractError)
    expect((error as Error).message).toContain('uploaded_bytes')
    expect(error).toMatchObject({ logId: 'LOG-OK' })
    expect((error as ContractError).answer).toContain('"uploaded_bytes":"many"')
  })

  test('tokens in a kept answer are not kept', async () => {
    const { server, tiktok } = await world(() => ({
      body: { access_token: 'act.VERYSECRET', refresh_token: 'rft.ALSO' },
    }))
    await using _ = server
    const error = await failure(
      tiktok.auth.exchange({ code: 'c', redirectUri: 'https://example.com/callback' }),
    )
    expect(error).toBeInstanceOf(ContractError)
    expect(inspect(error, { depth: 9 })).not.toMatch(/VERYSECRET|ALSO/)
  })

  test('unknown fields and new enum values survive, 64-bit ids keep their digits', async () => {
    const { server, creator } = await world(() => ({
      body: '{"data":{"status":"NEW_STATE","extra":1,"publicaly_available_post_id":[7641234567890123456]},"error":{"code":"ok"}}',
    }))
    await using _ = server
    expect(await creator.call(publishStatus, status)).toEqual({
      status: 'NEW_STATE',
      extra: 1,
      publicaly_available_post_id: ['7641234567890123456'],
    })
  })

  test.each([
    ['stated', {}],
    ['unstated', { 'transfer-encoding': 'chunked' }],
  ])('an endless answer is cut off (length %s)', async (_name, headers) => {
    const server = await fakeServer((_request, { response }) => {
      const size = 2_000_000
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(Object.keys(headers).length === 0 ? { 'content-length': String(size) } : headers),
      })
      response.end('x'.repeat(size))
      return 'handled'
    })
    await using _ = server
    const tiktok = new TikTok({
      clientKey: 'k',
      origin: server.origin,
      limits: { maxAnswerBytes: 1_000_000 },
    })
    const error = await failure(tiktok.withToken('act.x').call(publishStatus, status))
    expect(error).toBeInstanceOf(ContractError)
    expect(error).toMatchObject({ code: 'answer_too_large' })
  })

  test('JSON of somebody else', async () => {
    const { server, creator } = await world(() => ({ status: 404, body: { message: 'no route' } }))
    await using _ = server
    const error = await failure(creator.call(publishStatus, status))
    expect(error).toBeInstanceOf(PlatformError)
    expect(error).toMatchObject({ code: 'http_404', retry: 'never' })
    expect((error as Error).message).toBe(
      'posting.publishStatus: Refused with HTTP 404, without a code. The answer is not in the documented envelope (HTTP 404). (http_404)',
    )
  })

  test('redirects are not followed', async () => {
    const { server, creator } = await world(() => ({
      status: 302,
      headers: { location: '/elsewhere' },
      body: '',
    }))
    await using _ = server
    expect(await failure(creator.call(publishStatus, status))).toMatchObject({
      code: 'http_302',
      retry: 'never',
    })
    expect(server.requests).toHaveLength(1)
  })
})

describe('repeats', () => {
  test('a 5xx is tried again with growing pauses until it works', async () => {
    let calls = 0
    const { server, creator, clock, events } = await world(() => {
      calls += 1
      return calls < 4 ? refuse(500, 'internal_error') : ok({ status: 'PUBLISH_COMPLETE' })
    })
    await using _ = server
    expect(await withClock(clock, creator.call(publishStatus, status))).toEqual({
      status: 'PUBLISH_COMPLETE',
    })
    const delays = events.flatMap((event) => (event.type === 'retry' ? [event.delayMs] : []))
    expect(delays).toHaveLength(3)
    expect(delays[0]).toBeLessThan(500)
    expect(delays[2]).toBeLessThan(2000)
  })

  test.each(['invalid_params', 'scope_not_authorized', 'url_ownership_unverified'])(
    'never after %s',
    async (code) => {
      const { server, creator } = await world(() => refuse(400, code))
      await using _ = server
      await failure(creator.call(publishStatus, status))
      expect(server.requests).toHaveLength(1)
    },
  )

  test('a 429 waits for its window, then goes again, even for a call that must not run twice', async () => {
    let calls = 0
    const { server, creator, clock } = await world(() => {
      calls += 1
      return calls === 1 ? refuse(429, 'rate_limit_exceeded') : ok({ publish_id: 'p1' })
    })
    await using _ = server
    const start = clock.now()
    expect(await withClock(clock, creator.call(initVideo, pull), 1000)).toEqual({ publish_id: 'p1' })
    expect(clock.now() - start).toBeGreaterThanOrEqual(60_000)
    expect(server.requests).toHaveLength(2)
  })

  test('a 429 holds back every call of that user to that endpoint', async () => {
    const { server, creator, clock } = await world(() =>
      refuse(429, 'rate_limit_exceeded', '', { 'retry-after': '5' }),
    )
    await using _ = server
    const error = await withClock(clock, failure(creator.call(publishStatus, status)), 500)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ until: expect.any(Number), retry: 'after' })
    // Four attempts, each after its five seconds.
    expect(server.requests).toHaveLength(4)
  })

  test('the budget of a client runs dry while TikTok is down, and fills again', async () => {
    let down = true
    const { server, creator, clock } = await world(() =>
      down ? refuse(503, 'internal_error') : ok({ status: 'PUBLISH_COMPLETE' }),
    )
    await using _ = server
    for (let i = 0; i < 8; i += 1) {
      await withClock(clock, failure(creator.call(publishStatus, status)), 1000)
    }
    // Eight calls, and twenty repeats in all.
    expect(server.requests).toHaveLength(28)
    down = false
    for (let i = 0; i < 5; i += 1) await withClock(clock, creator.call(publishStatus, status), 61_000)
    down = true
    const before = server.requests.length
    await withClock(clock, failure(creator.call(publishStatus, status)), 61_000)
    expect(server.requests.length - before).toBe(2)
  })
})

describe('a lost answer', () => {
  const cut: Responder = (_request, { request }) => {
    request.socket.destroy()
    return 'handled'
  }

  test.each([
    ['PULL_FROM_URL init', initVideo, pull],
    [
      'photo init',
      initContent,
      {
        input: {
          media_type: 'PHOTO' as const,
          post_mode: 'DIRECT_POST' as const,
          post_info: { privacy_level: 'SELF_ONLY' as const },
          source_info: {
            source: 'PULL_FROM_URL' as const,
            photo_images: ['https://e.com/1.jpg'],
            photo_cover_index: 0,
          },
        },
      },
    ],
    [
      'single-use data request',
      addDataRequest,
      {
        query: { fields: ['request_id' as const] },
        input: { data_format: 'json' as const, category_selection_list: ['video' as const] },
      },
    ],
  ])('%s is not sent again: the outcome is unknown', async (_name, endpoint, options) => {
    expect(decide<string>(endpoint.repeat, options.input)).toBe('unless-sent')
    const { server, creator } = await world(cut)
    await using _ = server
    const error = await failure(creator.call(endpoint, options as never))
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({ sent: 'maybe', retry: 'outcome-unknown', endpoint: endpoint.id })
    expect((error as TransportError).action).toMatch(/webhook|portability\.download\.ready/)
    expect(server.requests).toHaveLength(1)
  })

  test('a 5xx on such a call counts as maybe', async () => {
    const { server, creator } = await world(() => refuse(500, 'internal_error'))
    await using _ = server
    expect(await failure(creator.call(initVideo, pull))).toMatchObject({
      name: 'TransportError',
      sent: 'maybe',
      retry: 'outcome-unknown',
      code: 'internal_error',
      logId: 'LOG-NO',
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a FILE_UPLOAD init is sent again: without bytes there is no post', async () => {
    let calls = 0
    const { server, creator, clock } = await world((request, raw) => {
      calls += 1
      return calls === 1
        ? cut(request, raw)
        : ok({ publish_id: 'p2', upload_url: 'https://open-upload.tiktokapis.com/video/' })
    })
    await using _ = server
    expect(await withClock(clock, creator.call(initVideo, file))).toMatchObject({ publish_id: 'p2' })
    expect(server.requests).toHaveLength(2)
  })

  test('a refused connection certainly never left, so every call may go again', async () => {
    const server = await fakeServer(() => ok({}))
    await server[Symbol.asyncDispose]()
    const clock = new ManualClock()
    const tiktok = new TikTok({ clientKey: 'k', origin: server.origin, clock, random: seededRandom(1) })
    const error = await withClock(clock, failure(tiktok.withToken('act.x').call(initVideo, pull)))
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({ sent: 'no', retry: 'now', endpoint: 'posting.initVideo' })
    expect((error as Error).message).toContain('ECONNREFUSED')
  })
})

describe("the caller's mistakes", () => {
  test.each([
    [{ input: { publish_id: 5 } }, 'publish_id', /publish_id.*expected string/],
    [{ input: {} }, 'publish_id', /publish_id: missing/],
  ])('%j names the field', async (options, field, message) => {
    const { server, creator } = await world(() => ok({}))
    await using _ = server
    const error = await failure(creator.call(publishStatus, options as never))
    expect(error).toBeInstanceOf(UsageError)
    expect(error).toMatchObject({ field, endpoint: 'posting.publishStatus' })
    expect((error as Error).message).toMatch(message)
    expect(server.requests).toHaveLength(0)
  })

  test('in a union the branch that was meant is judged', async () => {
    const { server, creator } = await world(() => ok({}))
    await using _ = server
    const source_info = { source: 'PULL_FROM_URL' }
    const error = await failure(creator.call(initVideo, { input: { ...pull.input, source_info } } as never))
    expect(error).toMatchObject({ name: 'UsageError', field: 'source_info.video_url' })
  })

  test.each([
    ['http://tiktok.example.com', /plain http/],
    ['http://localhost:4646/v2', /no path/],
    ['ftp://localhost', /http or https/],
    ['localhost', /URL|http or https/],
    ['https://user:pass@example.com', /user name/],
  ])('origin %s', (origin, message) => {
    expect(() => new TikTok({ clientKey: 'k', origin })).toThrow(message)
  })

  test.each([
    'http://localhost:1',
    'http://127.0.0.1:1',
    'http://[::1]:1',
    'http://tiktok.localhost:1',
    'https://proxy.example.com',
  ])('origin %s is fine', (origin) => {
    expect(
      new TikTok({ clientKey: 'k', origin })
        .withToken('t')
        .resolve('https://open-upload.tiktokapis.com/video/?a=1'),
    ).toBe(`${origin}/video/?a=1`)
  })

  test("other people's addresses are left alone", () => {
    const creator = new TikTok({ clientKey: 'k', origin: 'http://localhost:1' }).withToken('t')
    expect(creator.resolve('https://eviltiktok.com/x')).toBe('https://eviltiktok.com/x')
    expect(creator.resolve('https://upload.us.tiktokapis.com/video/?b')).toBe('http://localhost:1/video/?b')
  })
})

describe('abort and secrecy', () => {
  test('an abort ends a call under way with its reason', async () => {
    const { server, creator } = await world(() => 'handled')
    await using _ = server
    const stop = new AbortController()
    const call = failure(creator.call(publishStatus, { ...status, signal: stop.signal }))
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const reason = new Error('enough')
    stop.abort(reason)
    expect(await call).toBe(reason)
  })

  test('an abort ends a pause between attempts', async () => {
    const { server, creator, clock } = await world(() => refuse(500, 'internal_error'))
    await using _ = server
    const stop = new AbortController()
    const call = failure(creator.call(publishStatus, { ...status, signal: stop.signal }))
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    expect(await call).toMatchObject({ name: 'AbortError' })
  })

  test('no token in any event, error or printed object', async () => {
    const { server, creator, tiktok, events } = await world(() =>
      refuse(400, 'invalid_publish_id', 'token act.SECRETTOKEN is not for it'),
    )
    await using _ = server
    const error = await failure(creator.call(publishStatus, status))
    const printed =
      inspect([error, events, creator, tiktok], { depth: 12, showHidden: true }) +
      JSON.stringify([error, events])
    expect(printed).not.toContain('SECRETTOKEN')
  })

  test('a listener that throws does no harm', async () => {
    await using server = await fakeServer(() => ok({ status: 'FAILED' }))
    const onEvent = (): never => {
      throw new Error('broken logger')
    }
    const tiktok = new TikTok({ clientKey: 'k', origin: server.origin, onEvent })
    expect(await tiktok.withToken('act.x').call(publishStatus, status)).toEqual({ status: 'FAILED' })
  })
})
