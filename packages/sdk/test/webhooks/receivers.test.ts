import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { vectors } from '@tockwork/contracts/examples'
import { ManualClock } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import {
  expressWebhook,
  type FastifyLike,
  type FastifyReplyLike,
  fastifyWebhook,
  honoWebhook,
  type WebhookEvent,
  type WebhookOptions,
  webhookHandler,
} from '../../src/webhooks/index.ts'

const { secret, timestamp, body, signature: digest } = vectors.webhookSignature
const header = `t=${timestamp},s=${digest}`
const URL_HERE = 'http://127.0.0.1/webhooks/tiktok'

function receiver(change: Partial<WebhookOptions> = {}) {
  const events: WebhookEvent[] = []
  const errors: unknown[] = []
  const clock = new ManualClock(timestamp * 1000)
  const options: WebhookOptions = {
    secret,
    clock,
    onEvent: (event) => void events.push(event),
    onError: (error) => void errors.push(error),
    ...change,
  }
  return { options, events, errors, clock }
}

const delivery = (change: RequestInit & { duplex?: 'half' } = {}): Request =>
  new Request(URL_HERE, {
    method: 'POST',
    body,
    headers: { 'TikTok-Signature': header, 'content-type': 'application/json' },
    ...change,
  })

describe('webhookHandler', () => {
  test('a good delivery is handed on and answered 200', async () => {
    const { options, events, errors } = receiver()
    expect((await webhookHandler(options)(delivery())).status).toBe(200)
    expect(events).toMatchObject([{ type: 'authorization.removed', content: { reason: 1 } }])
    expect(errors).toEqual([])
  })

  test.each([
    [401, 'no signature', () => delivery({ headers: {} })],
    [
      401,
      'a wrong one',
      () => delivery({ headers: { 'tiktok-signature': `t=${timestamp},s=${'0'.repeat(64)}` } }),
    ],
    [401, 'another body', () => delivery({ body: `${body}\n` })],
    [
      401,
      'no body',
      () => new Request(URL_HERE, { method: 'POST', headers: { 'tiktok-signature': header } }),
    ],
    [405, 'a GET', () => new Request(URL_HERE)],
    [413, 'a large body', () => delivery({ body: 'x'.repeat(1024 * 1024 + 1) })],
    [
      413,
      'a large body of unknown length',
      () => delivery({ body: new Blob(['x'.repeat(1024 * 1024 + 1)]).stream(), duplex: 'half' }),
    ],
  ])('%d on %s, and nothing is handed on', async (status, _what, request) => {
    const { options, events } = receiver()
    const answer = await webhookHandler(options)(request())
    expect(answer.status).toBe(status)
    expect(events).toEqual([])
    expect(await answer.text()).not.toContain(digest)
  })

  test('a failing onEvent is answered 500, so that TikTok delivers again, and says nothing to the outside', async () => {
    const failed = new Error('database password is hunter2')
    const { options, errors } = receiver({ onEvent: () => Promise.reject(failed) })
    const answer = await webhookHandler(options)(delivery())
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('hunter2')
    expect(errors).toEqual([failed])
  })

  test('a slow onEvent does not hold up the 200, and its late failure still reaches onError', async () => {
    let fail = (_error: Error): void => undefined
    const { options, errors, clock } = receiver({
      onEvent: () =>
        new Promise((_resolve, reject) => {
          fail = reject
        }),
      answerAfterMs: 2000,
    })
    let status: number | undefined
    const answered = webhookHandler(options)(delivery()).then((answer) => {
      status = answer.status
    })
    while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await clock.advance(1999)
    expect(status).toBeUndefined()
    await clock.advance(1)
    await answered
    expect(status).toBe(200)
    fail(new Error('too late'))
    await clock.advance(0)
    expect(errors).toMatchObject([{ message: 'too late' }])
  })

  test('a body that someone has read before is explained', async () => {
    const { options, errors } = receiver()
    const request = delivery()
    await request.json()
    expect((await webhookHandler(options)(request)).status).toBe(500)
    expect(errors).toMatchObject([
      {
        name: 'UsageError',
        code: 'webhook_body_consumed',
        action: expect.stringContaining('request.json()'),
      },
    ])
  })
})

test('honoWebhook takes the raw request of the context', async () => {
  const { options, events } = receiver()
  expect((await honoWebhook(options)({ req: { raw: delivery() } })).status).toBe(200)
  expect(events.length).toBe(1)
})

describe('expressWebhook', () => {
  /** A node:http server in whose requests `prepare` leaves what a middleware would. */
  async function deliver(
    options: WebhookOptions,
    init: RequestInit,
    prepare: (req: import('node:http').IncomingMessage) => unknown = () => undefined,
  ) {
    const handle = expressWebhook(options)
    const server = createServer(async (req, res) => {
      await prepare(req)
      await handle(req, res)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const answer = await fetch(`http://127.0.0.1:${port}/`, init)
      return { status: answer.status, text: await answer.text() }
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
  const good: RequestInit = { method: 'POST', body, headers: { 'TikTok-Signature': header } }
  async function drain(req: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for await (const piece of req) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  test('reads the raw body from the request itself', async () => {
    const { options, events } = receiver()
    expect(await deliver(options, good)).toEqual({ status: 200, text: 'ok' })
    expect(events).toMatchObject([{ content: { reason: 1 } }])
  })

  test.each([
    [
      'express.raw() left in body',
      async (req: import('node:http').IncomingMessage) => Object.assign(req, { body: await drain(req) }),
    ],
    [
      'express.text() left in body',
      async (req: import('node:http').IncomingMessage) =>
        Object.assign(req, { body: String(await drain(req)) }),
    ],
    [
      'a verify function kept as rawBody',
      async (req: import('node:http').IncomingMessage) => {
        const rawBody = await drain(req)
        Object.assign(req, { rawBody, body: JSON.parse(String(rawBody)) })
      },
    ],
    [
      'a parser that did not touch it left as {}',
      (req: import('node:http').IncomingMessage) => Object.assign(req, { body: {} }),
    ],
  ])('takes what %s', async (_what, prepare) => {
    const { options, events } = receiver()
    expect((await deliver(options, good, prepare)).status).toBe(200)
    expect(events.length).toBe(1)
  })

  test('explains that express.json() has eaten the raw body', async () => {
    const { options, errors } = receiver()
    const answer = await deliver(options, good, async (req) =>
      Object.assign(req, { body: JSON.parse(String(await drain(req))) }),
    )
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('Mount this route before the parser')
    expect(errors).toMatchObject([
      { code: 'webhook_body_consumed', action: expect.stringContaining('before the parser') },
    ])
  })

  test.each([
    [401, { ...good, headers: {} }],
    [405, { method: 'GET' }],
    [413, { ...good, body: 'x'.repeat(1024 * 1024 + 1) }],
  ] as [number, RequestInit][])('answers %d where it must', async (status, init) => {
    const { options, events } = receiver()
    expect((await deliver(options, init)).status).toBe(status)
    expect(events).toEqual([])
  })
})

describe('fastifyWebhook', () => {
  /** The few words of Fastify that the plugin uses, kept in order. */
  class Scope implements FastifyLike {
    readonly log: string[] = []
    limit = 0
    parse: Parameters<FastifyLike['addContentTypeParser']>[2] = () => undefined
    handler: Parameters<FastifyLike['post']>[1] = async () => undefined

    removeAllContentTypeParsers(): void {
      this.log.push('remove')
    }
    addContentTypeParser(...[type, options, parser]: Parameters<FastifyLike['addContentTypeParser']>): void {
      this.log.push(`parse ${type} as ${options.parseAs}`)
      this.limit = options.bodyLimit
      this.parse = parser
    }
    post(...[path, handler]: Parameters<FastifyLike['post']>): void {
      this.log.push(`post ${path}`)
      this.handler = handler
    }
  }
  class Reply implements FastifyReplyLike {
    status = 0
    text = ''
    code(status: number): this {
      this.status = status
      return this
    }
    type(): this {
      return this
    }
    send(text: string): void {
      this.text = text
    }
  }

  test('keeps bodies raw in its own scope and answers by the delivery', async () => {
    const { options, events } = receiver()
    const scope = new Scope()
    await fastifyWebhook({ ...options, path: '/hook' })(scope)
    expect(scope.log).toEqual(['remove', 'parse * as buffer', 'post /hook'])
    expect(scope.limit).toBe(1024 * 1024)
    let raw: unknown
    scope.parse({}, Buffer.from(body), (_error, parsed) => {
      raw = parsed
    })
    const good = new Reply()
    await scope.handler({ headers: { 'tiktok-signature': header }, body: raw }, good)
    expect(good).toMatchObject({ status: 200, text: 'ok' })
    expect(events.length).toBe(1)
    const bad = new Reply()
    await scope.handler({ headers: {}, body: raw }, bad)
    expect(bad.status).toBe(401)
  })
})
