/** One suite for both transports: what `Http` promises holds on every runtime. */
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { ManualClock } from '@tockwork/kernel'
import { TikTok, type TransportError } from '@tockwork/sdk'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHttp as createFetchHttp } from '../src/http-fetch.ts'
import { createHttp as createUndiciHttp } from '../src/node/http-undici.ts'
import { fakeServer } from './fake-server.ts'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.ts'
import { failure } from './with-clock.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.each([
  ['undici', createUndiciHttp],
  ['fetch', createFetchHttp],
])('%s', (_name, createHttp) => {
  const http = createHttp()

  test('sends method, headers and body, reads status, lower-case headers and text', async () => {
    await using server = await fakeServer(() => ({
      status: 201,
      headers: { 'X-Tt-LogId': 'L' },
      body: { a: 'ü' },
    }))
    const response = await http.send({
      method: 'POST',
      url: `${server.origin}/v2/x/?a=1`,
      headers: { 'content-type': 'application/json', authorization: 'Bearer t' },
      body: '{"ü":1}',
    })
    expect(response.status).toBe(201)
    expect(response.headers['x-tt-logid']).toBe('L')
    expect(await response.text()).toBe('{"a":"ü"}')
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v2/x/', body: '{"ü":1}' })
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'content-type': 'application/json',
    })
  })

  test('a GET has no body', async () => {
    await using server = await fakeServer(() => ({}))
    await (await http.send({ method: 'GET', url: server.origin, headers: {} })).text()
    expect(server.requests[0]?.headers['content-length']).toBeUndefined()
    expect(server.requests[0]?.headers['transfer-encoding']).toBeUndefined()
  })

  test('bytes and streams of an answer', async () => {
    await using server = await fakeServer(() => ({ body: 'x'.repeat(300_000) }))
    const send = () => http.send({ method: 'GET', url: server.origin, headers: {} })
    expect(await (await send()).bytes()).toHaveLength(300_000)
    let length = 0
    for await (const part of (await send()).stream()) length += part.length
    expect(length).toBe(300_000)
    for await (const _part of (await send()).stream()) break
  })

  test('a redirect is an answer', async () => {
    await using server = await fakeServer(() => ({ status: 302, headers: { location: '/next' }, body: '' }))
    const response = await http.send({ method: 'GET', url: server.origin, headers: {} })
    expect([response.status, response.headers.location]).toEqual([302, '/next'])
    expect(server.requests).toHaveLength(1)
  })

  test('a refused connection was never sent', async () => {
    const server = await fakeServer(() => ({}))
    await server[Symbol.asyncDispose]()
    const error = await failure(http.send({ method: 'POST', url: server.origin, headers: {}, body: 'x' }))
    expect(error).toMatchObject({ name: 'TransportError', sent: 'no', code: 'no_answer' })
  })

  test('a connection cut before or amid the answer may have been heard', async () => {
    await using server = await fakeServer(({ path }, { request, response }) => {
      if (path === '/amid') {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('begin', () => request.socket.destroy())
      } else request.socket.destroy()
      return 'handled'
    })
    const before = await failure(
      http.send({ method: 'POST', url: `${server.origin}/before`, headers: {}, body: 'x' }),
    )
    expect(before).toMatchObject({ name: 'TransportError', sent: 'maybe' })
    const response = await http.send({ method: 'POST', url: `${server.origin}/amid`, headers: {}, body: 'x' })
    expect(await failure(response.text())).toMatchObject({ name: 'TransportError', sent: 'maybe' })
  })

  test('silence ends after the time allowed', async () => {
    await using server = await fakeServer(() => 'handled')
    const impatient = createHttp({ timeoutMs: 100 })
    const error = await failure(
      impatient.send({ method: 'POST', url: server.origin, headers: {}, body: 'x' }),
    )
    expect(error).toMatchObject({ name: 'TransportError', sent: 'maybe' })
  })

  test('an abort rejects with its reason, before and during', async () => {
    await using server = await fakeServer(() => 'handled')
    const reason = new Error('mine')
    const send = (signal: AbortSignal) =>
      http.send({ method: 'GET', url: server.origin, headers: {}, signal })
    expect(await failure(send(AbortSignal.abort(reason)))).toBe(reason)
    const stop = new AbortController()
    const sending = failure(send(stop.signal))
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort(reason)
    expect(await sending).toBe(reason)
  })

  test('an abort while the answer is read rejects with its reason', async () => {
    await using server = await fakeServer((_request, { response }) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('begin')
      return 'handled'
    })
    const stop = new AbortController()
    const response = await http.send({ method: 'GET', url: server.origin, headers: {}, signal: stop.signal })
    const reading = failure(response.text())
    const reason = new Error('mine')
    stop.abort(reason)
    expect(await reading).toBe(reason)
  })
})

describe('streamed bodies', () => {
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 4; i += 1) yield new Uint8Array(50_000).fill(65 + i)
  }

  test('undici states their length instead of chunking', async () => {
    await using server = await fakeServer(() => ({}))
    const body = { length: 200_000, open: parts }
    await (await createUndiciHttp().send({ method: 'PUT', url: server.origin, headers: {}, body })).text()
    expect(server.requests[0]?.headers['content-length']).toBe('200000')
    expect(server.requests[0]?.body).toHaveLength(200_000)
  })

  test('fetch sends them all', async () => {
    await using server = await fakeServer(() => ({}))
    const body = { length: 200_000, open: parts }
    await (await createFetchHttp().send({ method: 'PUT', url: server.origin, headers: {}, body })).text()
    expect(server.requests[0]?.body).toHaveLength(200_000)
  })
})

async function tlsServer() {
  const server = createTlsServer(
    { key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE },
    (_request, response) => {
      response.end('secure')
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('certificates, on Node', () => {
  test('one that is not trusted ends before anything is sent, and says what to do', async () => {
    await using server = await tlsServer()
    const error = await failure(
      createUndiciHttp().send({ method: 'POST', url: server.url, headers: {}, body: 'x' }),
    )
    expect(error).toMatchObject({ name: 'TransportError', sent: 'no', code: 'certificate_refused' })
    expect((error as TransportError).action).toContain('NODE_EXTRA_CA_CERTS')
    // Nothing a second attempt could change.
    const tiktok = new TikTok({
      clientKey: 'k',
      origin: new URL(server.url).origin,
      clock: new ManualClock(),
    })
    expect(await failure(tiktok.withToken('act.x').user.info(['open_id']))).toMatchObject({
      code: 'certificate_refused',
      retry: 'never',
      endpoint: 'display.userInfo',
    })
  })

  test('a CA of your own is trusted', async () => {
    await using server = await tlsServer()
    const http = createUndiciHttp({ ca: LOCALHOST_CERTIFICATE })
    expect(await (await http.send({ method: 'GET', url: server.url, headers: {} })).text()).toBe('secure')
  })
})

describe('proxies, on Node', () => {
  /** A proxy that takes CONNECT and plain requests and counts them. */
  async function proxy(behind?: number) {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      response.end('{"from":"proxy"}')
    })
    server.on('connect', (request, socket, head) => {
      seen.push(`CONNECT ${request.url}`)
      const [, port] = (request.url ?? '').split(':')
      const target = connect(behind ?? Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        target.write(head)
        target.pipe(socket).pipe(target)
      })
      target.on('error', () => socket.destroy())
      socket.on('error', () => target.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      url,
      seen,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }

  test('HTTP_PROXY is used for hosts elsewhere, NO_PROXY and loopback are not proxied', async () => {
    await using through = await proxy()
    await using server = await fakeServer(() => ({ body: { from: 'server' } }))
    vi.stubEnv('HTTP_PROXY', through.url)
    vi.stubEnv('NO_PROXY', 'skip.invalid')
    const http = createUndiciHttp({ connectTimeoutMs: 500 })
    const { port } = new URL(server.origin)
    // A name that does not exist: only the proxy, which connects to this machine, can reach it.
    const answer = await http.send({
      method: 'GET',
      url: `http://open.tiktokapis.invalid:${port}/x`,
      headers: {},
    })
    expect(await answer.text()).toContain('from')
    expect(through.seen).toHaveLength(1)
    expect(through.seen[0]).toContain('open.tiktokapis.invalid')
    await (await http.send({ method: 'GET', url: server.origin, headers: {} })).text()
    expect(
      await failure(http.send({ method: 'GET', url: `http://skip.invalid:${port}/`, headers: {} })),
    ).toMatchObject({
      sent: 'no',
    })
    expect(through.seen).toHaveLength(1)
  })

  test('HTTPS_PROXY carries a TikTok host to whatever stands behind the proxy, under its own CA', async () => {
    await using server = await tlsServer()
    await using through = await proxy(Number(new URL(server.url).port))
    vi.stubEnv('HTTPS_PROXY', through.url)
    const http = createUndiciHttp({ ca: LOCALHOST_CERTIFICATE })
    const url = 'https://open.tiktokapis.com/v2/user/info/'
    expect(await (await http.send({ method: 'GET', url, headers: {} })).text()).toBe('secure')
    expect(through.seen).toEqual(['CONNECT open.tiktokapis.com:443'])
    // The same CA is not trusted unless it is named.
    expect(await failure(createUndiciHttp().send({ method: 'GET', url, headers: {} }))).toMatchObject({
      sent: 'no',
    })
  })
})
