import { UsageError } from '@tockwork/kernel'
import {
  answerFailure,
  BodyTooLargeError,
  MAX_BODY_BYTES,
  readBody,
  receiveDelivery,
  type WebhookOptions,
} from './receive-delivery.ts'

/** The name by which Web headers are asked; they do not mind its case. */
const SIGNATURE_HEADER = 'tiktok-signature'

/**
 * A receiver for runtimes that speak `Request` and `Response`: Bun, Deno, Workers, Next.js routes, and others.
 *
 * Answers 200 once `onEvent` is done, 401 on a bad signature, 413 above 1 MiB, 500 when `onEvent` failed.
 */
export function webhookHandler(options: WebhookOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'POST') {
      return new Response('TikTok delivers webhooks by POST.', { status: 405, headers: { allow: 'POST' } })
    }
    const { status, text } = await receive(request, options)
    return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }
}

/** What a Hono handler is given, as far as this needs it. */
export interface HonoContext {
  req: { raw: Request }
}

/** A Hono handler: `app.post('/webhooks/tiktok', honoWebhook({ secret, onEvent }))`. */
export function honoWebhook(options: WebhookOptions): (context: HonoContext) => Promise<Response> {
  const handle = webhookHandler(options)
  return (context) => handle(context.req.raw)
}

async function receive(request: Request, options: WebhookOptions): Promise<{ status: number; text: string }> {
  const maxBytes = options.maxBytes ?? MAX_BODY_BYTES
  try {
    if (request.bodyUsed) {
      throw new UsageError(
        'The body was read before the webhook handler got it, and a signature needs the raw bytes.',
        {
          code: 'webhook_body_consumed',
          action:
            'Call the handler before request.json() or a parsing middleware, or give it request.clone().',
        },
      )
    }
    if (Number(request.headers.get('content-length')) > maxBytes) throw new BodyTooLargeError(maxBytes)
    const body = request.body === null ? new Uint8Array(0) : await readBody(piecesOf(request.body), maxBytes)
    return receiveDelivery({ body, signature: request.headers.get(SIGNATURE_HEADER) }, options)
  } catch (error) {
    return answerFailure(error, options)
  }
}

async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
