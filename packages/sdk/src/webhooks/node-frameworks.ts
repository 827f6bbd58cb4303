/** Receivers for Express, plain `node:http` and Fastify, by the shapes of their objects: none of them is imported. */
import { UsageError } from '@tockwork/kernel'
import {
  answerFailure,
  MAX_BODY_BYTES,
  readBody,
  receiveDelivery,
  type WebhookOptions,
} from './receive-delivery.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** An Express request, or a `node:http` one. */
export interface NodeRequest extends AsyncIterable<Uint8Array | string> {
  method?: string | undefined
  headers: Headers
  /** Set by body parsers. */
  body?: unknown
  /** Set by some platforms, and by `express.json({ verify })`. */
  rawBody?: unknown
  /** Node's: whether anyone has read from the stream. */
  readableDidRead?: boolean
}

export interface NodeResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(text: string): unknown
}

/**
 * An Express handler: `app.post('/webhooks/tiktok', expressWebhook({ secret, onEvent }))`. It reads the raw body itself,
 * or takes `req.rawBody`, or what `express.raw()` left; it cannot work behind `express.json()`, and says so.
 */
export function expressWebhook(
  options: WebhookOptions,
): (req: NodeRequest, res: NodeResponse) => Promise<void> {
  return async (req, res) => {
    const { status, text } = await receive(req, options)
    res.statusCode = status
    res.setHeader('content-type', 'text/plain; charset=utf-8')
    if (status === 405) res.setHeader('allow', 'POST')
    // What was not read of an oversized body must not be taken for the next request.
    if (status === 413) res.setHeader('connection', 'close')
    res.end(text)
  }
}

async function receive(req: NodeRequest, options: WebhookOptions): Promise<{ status: number; text: string }> {
  if (req.method !== undefined && req.method !== 'POST')
    return { status: 405, text: 'TikTok delivers webhooks by POST.' }
  try {
    const body = await rawBody(req, options.maxBytes ?? MAX_BODY_BYTES)
    return await receiveDelivery({ body, signature: signatureOf(req.headers) }, options)
  } catch (error) {
    return answerFailure(error, options)
  }
}

async function rawBody(req: NodeRequest, maxBytes: number): Promise<string | Uint8Array> {
  for (const kept of [req.rawBody, req.body]) {
    if (kept instanceof Uint8Array || typeof kept === 'string') return kept
  }
  if (req.readableDidRead === true) throw parsedAlready('express.json()')
  return readBody(req, maxBytes)
}

function parsedAlready(parser: string): UsageError {
  return new UsageError(
    `A body parser such as ${parser} has eaten the raw body, and a signature needs every byte of it.`,
    {
      code: 'webhook_body_consumed',
      action:
        "Mount this route before the parser, or give it express.raw({ type: '*/*' }), or keep the bytes with express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes } }).",
    },
  )
}

function signatureOf(headers: Headers): string | undefined {
  const value = headers['tiktok-signature']
  return Array.isArray(value) ? value[0] : value
}

/** What the plugin needs of a Fastify instance. */
export interface FastifyLike {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parser: (request: unknown, body: Uint8Array, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  post(
    path: string,
    handler: (request: { headers: Headers; body?: unknown }, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown
}

export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike
  type(contentType: string): FastifyReplyLike
  send(text: string): unknown
}

/**
 * A Fastify plugin: `app.register(fastifyWebhook({ secret, onEvent, path: '/webhooks/tiktok' }))`. Bodies stay raw
 * inside it alone; the parsers of the rest of the app are not touched.
 */
export function fastifyWebhook(
  options: WebhookOptions & { path?: string | undefined },
): (instance: FastifyLike) => Promise<void> {
  return async (instance) => {
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: options.maxBytes ?? MAX_BODY_BYTES },
      (_request, body, done) => done(null, body),
    )
    instance.post(options.path ?? '/', async (request, reply) => {
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
      const { status, text } = await receiveDelivery(
        { body, signature: signatureOf(request.headers) },
        options,
      )
      return reply.code(status).type('text/plain; charset=utf-8').send(text)
    })
  }
}
