import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { type ApiScope, defineOperation, Problem, pageOf, pageQuery } from '@tockwork/api'
import { ManualClock, seededRandom } from '@tockwork/kernel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Handlers, IdempotentRequest, PlainRoute, StoredAnswer } from '../src/http/ports.ts'
import { createServer, type ServerOptions } from '../src/http/server.ts'
import { createLogger } from '../src/observability/logger.ts'
import { Metrics } from '../src/observability/metrics.ts'

const thing = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Thing' })

const listThings = defineOperation({
  id: 'things.list',
  method: 'GET',
  path: '/v1/things',
  summary: 'List things',
  scope: 'apps:read',
  query: pageQuery,
  answer: pageOf(thing),
  status: 200,
  errors: {},
})
const createThing = defineOperation({
  id: 'things.create',
  method: 'POST',
  path: '/v1/things',
  summary: 'Make a thing',
  scope: 'apps:write',
  body: z.object({
    name: z.string().min(1).max(10),
    options: z.object({ loud: z.boolean().default(false) }).optional(),
    parts: z
      .array(z.union([z.object({ kind: z.literal('a'), a: z.number() }), z.object({ kind: z.literal('b') })]))
      .optional(),
  }),
  answer: thing,
  status: 201,
  idempotency: 'required',
  errors: { thing_refused: { status: 409, title: 'No such things here' } },
})
const getThing = defineOperation({
  id: 'things.get',
  method: 'GET',
  path: '/v1/things/{thing_id}',
  summary: 'Read a thing',
  scope: null,
  params: z.object({ thing_id: z.string().regex(/^t_\d+$/) }),
  answer: thing,
  status: 200,
  errors: {},
})
const deleteThing = defineOperation({
  id: 'things.delete',
  method: 'DELETE',
  path: '/v1/things/{thing_id}',
  summary: 'Remove a thing',
  scope: 'apps:write',
  params: z.object({ thing_id: z.string() }),
  answer: null,
  status: 204,
  errors: {},
})
const uploadThing = defineOperation({
  id: 'things.upload',
  method: 'POST',
  path: '/v1/things/{thing_id}/content',
  summary: 'Send the content of a thing',
  scope: 'apps:write',
  params: z.object({ thing_id: z.string() }),
  body: 'stream',
  answer: z.object({ bytes: z.int(), sha256: z.string() }),
  status: 200,
  idempotency: 'natural',
  errors: {},
})
const openThing = defineOperation({
  id: 'things.open',
  method: 'GET',
  path: '/v1/open',
  summary: 'Read without a key',
  scope: 'public',
  answer: z.object({ ip: z.string() }),
  status: 200,
  errors: {},
})
const OPERATIONS = [listThings, createThing, getThing, deleteThing, uploadThing, openThing] as const

/** Idempotency in memory, with what the port asks for. */
class Memory {
  readonly records = new Map<string, { hash: string; answer?: StoredAnswer }>()
  begin({ key, hash }: IdempotentRequest) {
    const digest = Buffer.from(hash).toString('hex')
    const known = this.records.get(key)
    if (known === undefined) {
      this.records.set(key, { hash: digest })
      return Promise.resolve({ kind: 'first' as const })
    }
    if (known.hash !== digest) return Promise.resolve({ kind: 'reused' as const })
    if (known.answer === undefined) return Promise.resolve({ kind: 'running' as const })
    return Promise.resolve({ kind: 'repeat' as const, answer: known.answer })
  }
  store({ key, hash }: IdempotentRequest, answer: StoredAnswer): Promise<void> {
    this.records.set(key, { hash: Buffer.from(hash).toString('hex'), answer })
    return Promise.resolve()
  }
  /** How many releases still fail, as while the database is away. */
  failing = 0
  async release({ key }: IdempotentRequest): Promise<void> {
    // A database takes its time; an answer that did not wait would be out before this.
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (this.failing > 0) {
      this.failing -= 1
      throw new Error('the database is away')
    }
    this.records.delete(key)
  }
}

const KEYS: Record<string, ApiScope[]> = { twk_test_all: ['apps:read', 'apps:write'], twk_test_none: [] }
const lines: string[] = []
let made = 0
const clock = new ManualClock()
let databaseUp = true
let hold: Promise<void> | undefined
let server: Awaited<ReturnType<typeof createServer>>
const memory = new Memory()

const handlers: Handlers<typeof OPERATIONS> = {
  'things.list': async ({ query }) => ({
    data: [{ id: `t_${query.limit}`, name: query.cursor ?? 'first', secret: 'not in the contract' } as never],
    next_cursor: null,
  }),
  'things.create': async ({ body }, { log }) => {
    made += 1
    if (body.name === 'refused')
      throw new Problem({ code: 'thing_refused', status: 409, title: 'No such things here' })
    if (body.name === 'crash') throw new Error('secret detail act.abc access_token=hunter2')
    if (body.name === 'wrong') return { id: 1 } as never
    if (body.name === 'wait') await hold
    log.info(
      { access_token: 'hunter2', deep: { refreshToken: 'hunter2' } },
      'Made with Bearer hunter2 and twk_live_hunter2',
    )
    return { id: `t_${made}`, name: `${body.name}${body.options?.loud === true ? '!' : ''}` }
  },
  'things.get': async ({ params }, { caller }) => ({ id: params.thing_id, name: caller.workspaceId }),
  'things.delete': async () => undefined,
  'things.upload': async ({ body }) => {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of body) {
      hash.update(chunk)
      bytes += chunk.length
    }
    return { bytes, sha256: hash.digest('hex') }
  },
  'things.open': async (_input, { ip }) => ({ ip }),
}

const plainRoutes: PlainRoute[] = [
  {
    method: 'POST',
    path: '/hooks/{name}',
    bodyLimit: 100,
    handle: async ({ params, body, query }) => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: `${params['name']} ${query.get('q')} ${Buffer.from(body).toString('hex')}`,
    }),
  },
]

function serverOptions(): ServerOptions<typeof OPERATIONS> {
  return {
    operations: OPERATIONS,
    handlers,
    plainRoutes,
    access: {
      authenticate: async (token) => {
        const scopes = KEYS[token]
        return scopes && { keyId: 'key_1', workspaceId: 'ws_1', scopes }
      },
    },
    idempotency: memory,
    metrics: new Metrics({ process: false }),
    log: createLogger({ level: 'debug', destination: { write: (line: string) => lines.push(line) } }),
    clock,
    random: seededRandom(1),
    checks: {
      database: async () => {
        if (!databaseUp) throw new Error('down')
      },
    },
    version: '0.1.0',
  }
}

beforeEach(async () => {
  made = 0
  databaseUp = true
  lines.length = 0
  memory.records.clear()
  server = await createServer(serverOptions())
})
afterEach(() => server.close())

interface Sent {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  key?: string | null
  body?: unknown
  headers?: Record<string, string>
}

async function send({ method = 'GET', url, key = 'twk_test_all', body, headers = {} }: Sent) {
  const answer = await server.inject({
    method,
    url,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const type = String(answer.headers['content-type'] ?? '')
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    body: /json/.test(type) ? answer.json() : undefined,
  }
}

const create = (body: unknown, idempotencyKey = 'k1') =>
  send({ method: 'POST', url: '/v1/things', body, headers: { 'idempotency-key': idempotencyKey } })

describe('an operation', () => {
  it('is parsed, carried out, and answered by its schema alone', async () => {
    const answer = await create({ name: 'one', options: { loud: true } })
    expect(answer).toMatchObject({ status: 201, body: { id: 't_1', name: 'one!' } })
    const list = await send({ url: '/v1/things?limit=5&cursor=abc' })
    expect(list.body).toEqual({ data: [{ id: 't_5', name: 'abc' }], next_cursor: null })
    expect((await send({ url: '/v1/things' })).body.data[0].id).toBe('t_20')
    expect(await send({ method: 'DELETE', url: '/v1/things/t_1' })).toMatchObject({ status: 204, text: '' })
    const empty = await send({
      method: 'DELETE',
      url: '/v1/things/t_1',
      headers: { 'content-type': 'application/json' },
    })
    expect(empty.status).toBe(204)
  })

  it('refuses fields that it does not know, at any depth, and names each', async () => {
    const answer = await create({
      name: 'one',
      colour: 'red',
      options: { load: true },
      parts: [{ kind: 'b', x: 1 }],
    })
    expect(answer.status).toBe(400)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.body).toMatchObject({
      code: 'invalid_request',
      type: '/docs/errors#invalid_request',
      status: 400,
    })
    expect(
      answer.body.errors.map(({ field, rule }: { field: string; rule: string }) => `${field} ${rule}`),
    ).toEqual(['options.load unknown_field', 'parts[0].x unknown_field', 'colour unknown_field'])
    expect(made).toBe(0)
  })

  it('says everything that is wrong, not the first thing', async () => {
    const answer = await create({ name: 'much too long for this', options: { loud: 'yes' } })
    expect(answer.body.errors).toMatchObject([
      { field: 'name', rule: 'too_big' },
      { field: 'options.loud', rule: 'invalid_type' },
    ])
    expect((await create({})).body).toMatchObject({
      field: 'name',
      errors: [{ field: 'name', rule: 'required' }],
    })
  })

  it.each([
    ['/v1/things?limit=0', 'limit'],
    ['/v1/things?limit=101', 'limit'],
    ['/v1/things?limit=1&limit=2', 'limit'],
    ['/v1/things?offset=1', 'offset'],
    ['/v1/things/t_x', 'thing_id'],
    ['/v1/things/t_1?expand=all', 'expand'],
  ])('refuses %s because of %s', async (url, field) => {
    expect(await send({ url })).toMatchObject({ status: 400, body: { code: 'invalid_request', field } })
  })

  it('says of a word where a number belongs that it is none', async () => {
    expect((await send({ url: '/v1/things?limit=many' })).body).toMatchObject({
      detail: 'limit: Not a number',
    })
  })

  it('tells the outside nothing of an unexpected error, and the log everything but secrets', async () => {
    const answer = await create({ name: 'crash' })
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'internal', request_id: expect.stringMatching(/^req_/) },
    })
    expect(answer.text).not.toMatch(/secret|hunter2|act\./)
    const log = lines.join('')
    expect(log).toContain(answer.body.request_id)
    expect(log).toContain('secret detail')
    expect(log).not.toMatch(/hunter2|act\.abc/)
    expect(await create({ name: 'wrong' }, 'k2')).toMatchObject({ status: 500, body: { code: 'internal' } })
  })
})

describe('access', () => {
  it('needs a key, the right scope, and says how to send it', async () => {
    const none = await send({ url: '/v1/things', key: null })
    expect(none).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(none.headers['www-authenticate']).toContain('Bearer')
    expect((await send({ url: '/v1/things', key: 'twk_test_other' })).status).toBe(401)
    expect((await send({ url: '/v1/things', key: 'x'.repeat(600) })).status).toBe(401)
    expect(await send({ url: '/v1/things', key: 'twk_test_none' })).toMatchObject({
      status: 403,
      body: { code: 'scope_missing', detail: expect.stringContaining('apps:read') },
    })
    expect((await send({ url: '/v1/things/t_1', key: 'twk_test_none' })).status).toBe(200)
    expect((await send({ url: '/v1/open', key: null })).status).toBe(200)
  })

  it('is asked before the request is looked at', async () => {
    expect((await send({ method: 'POST', url: '/v1/things', key: null, body: { bad: 1 } })).status).toBe(401)
  })
})

describe('an idempotency key', () => {
  it('gives the first answer again, byte for byte, and does the work once', async () => {
    const first = await create({ name: 'one' })
    const again = await create({ name: 'one' })
    expect(again).toMatchObject({ status: 201, text: first.text })
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(made).toBe(1)
  })

  it('with another body is refused, with another path or none too', async () => {
    await create({ name: 'one' })
    expect(await create({ name: 'two' })).toMatchObject({
      status: 409,
      body: { code: 'idempotency_key_reused' },
    })
    expect(await send({ method: 'POST', url: '/v1/things', body: { name: 'one' } })).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_required' },
    })
    expect(await create({ name: 'one' }, 'with space')).toMatchObject({ status: 400 })
    expect(made).toBe(1)
  })

  it('can be used again after a refusal and after a failure, and not while the first one runs', async () => {
    expect((await create({ name: 'refused' })).body.code).toBe('thing_refused')
    expect((await create({ name: 'one' })).status).toBe(201)
    expect((await create({ name: 'crash' }, 'k2')).status).toBe(500)
    expect((await create({ name: 'crash' }, 'k2')).status).toBe(500)
    expect(made).toBe(4)
    // A refusal is answered only when its key is free again: the corrected request may follow at once.
    expect((await create({ name: 'crash' }, 'k4')).status).toBe(500)
    expect(memory.records.has('k4')).toBe(false)
    expect((await create({ name: 'mended' }, 'k4')).status).toBe(201)
    // While that cannot be written, the answer is not held back, and the key is freed later.
    memory.failing = 1
    expect((await create({ name: 'crash' }, 'k5')).status).toBe(500)
    expect(memory.records.has('k5')).toBe(true)
    await clock.advance(500)
    await expect.poll(() => memory.records.has('k5')).toBe(false)
    let release = (): void => undefined
    hold = new Promise((resolve) => {
      release = resolve
    })
    const slow = create({ name: 'wait' }, 'k3')
    await expect.poll(() => memory.records.has('k3')).toBe(true)
    const second = await create({ name: 'wait' }, 'k3')
    expect(second).toMatchObject({ status: 409, body: { code: 'idempotency_in_progress' } })
    expect(second.headers['retry-after']).toBe('1')
    release()
    expect((await slow).status).toBe(201)
  })
})

describe('abuse', () => {
  it.each([
    ['not JSON', '{"name":', 400, 'malformed_json'],
    ['a prototype', '{"__proto__":{"admin":true},"name":"x"}', 400, 'malformed_json'],
    ['an array', '[]', 400, 'invalid_request'],
    ['null', 'null', 400, 'invalid_request'],
    ['too much', JSON.stringify({ name: 'x'.repeat(1_100_000) }), 413, 'body_too_large'],
  ])('%s as a body is refused', async (_what, body, status, code) => {
    expect(await create(body)).toMatchObject({ status, body: { code } })
  })

  it('another content type, another method, another path are told as such', async () => {
    const xml = await send({
      method: 'POST',
      url: '/v1/things',
      body: '<x/>',
      headers: { 'content-type': 'text/xml', 'idempotency-key': 'k' },
    })
    expect(xml).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    const put = await send({ method: 'PUT', url: '/v1/things', body: {} })
    expect(put).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(put.headers['allow']).toBe('GET, POST')
    expect(await send({ url: '/v1/nothing?access_token=hunter2' })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
    expect(await send({ url: '/v1/things/%zz' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
    expect((await send({ url: `/v1/things/t_${'1'.repeat(300)}` })).status).toBe(400)
    expect((await send({ url: '/v1/things/..%2f..%2fhealthz' })).status).toBe(400)
    expect(lines.join('')).not.toContain('hunter2')
  })

  it('every answer carries security headers and a request id; a harmless one of the caller is kept', async () => {
    for (const url of ['/v1/things', '/v1/nothing', '/healthz', '/v1/things/%zz']) {
      const { headers } = await send({ url })
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['x-request-id']).toMatch(/^req_[0-9A-Z]{26}$/)
    }
    const kept = await send({ url: '/healthz', headers: { 'x-request-id': 'trace-12345678' } })
    expect(kept.headers['x-request-id']).toBe('trace-12345678')
    const bad = await send({ url: '/healthz', headers: { 'x-request-id': 'a b\u007f{"x":1}' } })
    expect(bad.headers['x-request-id']).toMatch(/^req_/)
  })

  it('an address and headers beyond all measure end the connection without harm', async () => {
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(40_000)}\r\n\r\n`)
    const [data] = (await once(socket, 'data')) as [Buffer]
    expect(data.toString()).toMatch(/^HTTP\/1\.1 431/)
    socket.destroy()
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  })
})

describe('bodies that stream', () => {
  it('pass through piece by piece, beyond the limit of JSON', async () => {
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.server.address() as { port: number }
    const chunk = Buffer.alloc(1 << 20, 7)
    const before = process.memoryUsage.rss()
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/things/t_1/content',
      headers: { authorization: 'Bearer twk_test_all', 'content-type': 'video/mp4' },
    })
    const hash = createHash('sha256')
    for (let n = 0; n < 192; n += 1) {
      hash.update(chunk)
      if (!request.write(chunk)) await once(request, 'drain')
    }
    request.end()
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
    const text = Buffer.concat(await response.toArray()).toString()
    expect(JSON.parse(text)).toEqual({ bytes: 192 << 20, sha256: hash.digest('hex') })
    expect(process.memoryUsage.rss() - before).toBeLessThan(130 << 20)
  })

  it('plain routes get the bytes as they came, within their own limit', async () => {
    const answer = await server.inject({
      method: 'POST',
      url: '/hooks/tt?q=1',
      payload: Buffer.from([0, 255, 10]),
      headers: { 'content-type': 'x/y' },
    })
    expect(answer.body).toBe('tt 1 00ff0a')
    const big = await server.inject({ method: 'POST', url: '/hooks/tt', payload: Buffer.alloc(101) })
    expect(big.statusCode).toBe(413)
  })
})

describe('the house', () => {
  it('is healthy while it runs, ready while what it needs works, and counts its requests', async () => {
    expect((await send({ url: '/healthz', key: null })).body).toEqual({ status: 'ok' })
    expect(await send({ url: '/readyz', key: null })).toMatchObject({
      status: 200,
      body: { checks: { database: 'ok' } },
    })
    databaseUp = false
    expect(await send({ url: '/readyz' })).toMatchObject({
      status: 503,
      body: { checks: { database: 'failed' } },
    })
    await send({ url: '/v1/things' })
    const metrics = await send({ url: '/metrics', key: null })
    expect(metrics.text).toContain(
      'tockwork_http_request_seconds_count{operation="things.list",status="200"} 1',
    )
  })

  it('ends running requests before it closes, and is not ready meanwhile', async () => {
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.server.address() as { port: number }
    let release = (): void => undefined
    hold = new Promise((resolve) => {
      release = resolve
    })
    const running = fetch(`http://127.0.0.1:${port}/v1/things`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer twk_test_all',
        'content-type': 'application/json',
        'idempotency-key': 'k',
      },
      body: '{"name":"wait"}',
    })
    await expect.poll(() => memory.records.has('k')).toBe(true)
    const closed = server.close()
    release()
    expect((await running).status).toBe(201)
    await closed
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
  })

  it('closes although somebody connected and said nothing, or not all', async () => {
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.server.address() as { port: number }
    const silent = connect(port, '127.0.0.1')
    const slow = connect(port, '127.0.0.1')
    const ends = [once(silent, 'close'), once(slow, 'close')]
    for (const socket of [silent, slow]) socket.on('error', () => undefined).resume()
    await Promise.all([once(silent, 'connect'), once(slow, 'connect')])
    slow.write('GET /healthz HTTP/1.1\r\nhost: here\r\n')
    // Answered on a third one: both others were accepted before.
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    await server.close()
    await Promise.all(ends)
  })

  it('describes itself in OpenAPI that an independent judge accepts', async () => {
    const { text, body } = await send({ url: '/openapi.json', key: null })
    expect(Object.keys(body.paths)).toContain('/v1/things/{thing_id}/content')
    expect(
      body.paths['/v1/things'].post.requestBody.content['application/json'].schema.additionalProperties,
    ).toBe(false)
    const problems = await lintFromString({
      source: text,
      config: await createConfig({ extends: ['recommended'] }),
    })
    expect(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([])
    const page = await send({ url: '/docs/errors', key: null })
    expect(page.text).toContain('id="thing_refused"')
  })
})
