/**
 * The open internet as connectors see it. On platforms of many servers a person names the server, so every request looks
 * at where it goes: public addresses alone, whatever a name says and whenever it is asked.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import {
  type AddressRules,
  checkWebhookUrl,
  guardedLookup,
  RefusedAddressError,
  type Resolve,
} from '../webhooks/addresses.ts'

/** Connections that wait for the next request to the same server. */
const MOST_IDLE = 64
const IDLE_MS = 15_000

export interface OpenNetwork {
  fetch: typeof fetch
  close(): void
}

/**
 * A `fetch` for GET and POST that reaches public addresses only. What a name points to is looked at when it is connected
 * to, and a redirect is an error. A refused address rejects like any `fetch` that fails, its cause's code
 * `ADDRESS_REFUSED`.
 */
export function openNetwork(rules: AddressRules & { resolve: Resolve }): OpenNetwork {
  const lookup = guardedLookup(rules.resolve, rules)
  const pool = { keepAlive: true, maxFreeSockets: MOST_IDLE, timeout: IDLE_MS }
  const agents = { 'http:': new HttpAgent(pool), 'https:': new HttpsAgent(pool) }
  const send: typeof fetch = async (input, init = {}) => {
    let url: URL
    try {
      url = checkWebhookUrl(String(input), rules)
    } catch (error) {
      throw failed(error)
    }
    const body = bytesOf(init.body)
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const secure = url.protocol === 'https:'
      const request = (secure ? httpsRequest : httpRequest)(
        url,
        {
          method: init.method ?? 'GET',
          agent: secure ? agents['https:'] : agents['http:'],
          lookup,
          headers: {
            ...Object.fromEntries(new Headers(init.headers)),
            'accept-encoding': 'identity',
            'user-agent': 'Tockwork/1',
            ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
          },
          ...(init.signal === undefined || init.signal === null ? {} : { signal: init.signal }),
        },
        resolve,
      )
      request.on('error', (error) => reject(init.signal?.aborted ? init.signal.reason : failed(error)))
      request.end(body)
    })
    const { statusCode: status = 0, headers } = response
    if (status >= 300 && status < 400) {
      response.destroy()
      throw failed(Object.assign(new Error('It leads on to another address.'), { code: 'REDIRECTED' }))
    }
    const empty = status === 204 || status === 205
    if (empty) response.resume()
    return new Response(empty ? null : (Readable.toWeb(response) as ReadableStream<Uint8Array>), {
      status,
      headers: Object.entries(headers).flatMap(([name, value]) =>
        value === undefined
          ? []
          : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
      ),
    })
  }
  return {
    fetch: send,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

function failed(error: unknown): TypeError {
  const refused = error instanceof RefusedAddressError
  const code = refused ? 'ADDRESS_REFUSED' : (error as NodeJS.ErrnoException).code
  return new TypeError('fetch failed', {
    cause: Object.assign(new Error((error as Error).message), { code }),
  })
}

function bytesOf(body: RequestInit['body']): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('a body is text or bytes')
}
