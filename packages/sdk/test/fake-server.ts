/** A small server whose answers a test writes by hand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}

export interface Reply {
  status?: number
  headers?: Record<string, string>
  /** A string goes out as it is, anything else as JSON. */
  body?: unknown
}

export type Responder = (
  request: Received,
  raw: { request: IncomingMessage; response: ServerResponse },
) => Reply | 'handled' | Promise<Reply | 'handled'>

export interface FakeServer extends AsyncDisposable {
  origin: string
  requests: Received[]
  respond: Responder
}

export async function fakeServer(respond: Responder): Promise<FakeServer> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const received: Received = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      }
      fake.requests.push(received)
      void (async () => {
        const reply = await fake.respond(received, { request, response })
        if (reply === 'handled') return
        const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {})
        response.writeHead(reply.status ?? 200, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': String(Buffer.byteLength(text)),
          ...reply.headers,
        })
        response.end(text)
      })()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    respond,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

export const ok = (data: unknown): Reply => ({
  body: { data, error: { code: 'ok', message: '', log_id: 'LOG-OK' } },
})

export const refuse = (
  status: number,
  code: string,
  message = '',
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers,
  body: { data: {}, error: { code, message, log_id: 'LOG-NO' } },
})

let serial = 0

/** A token answer with tokens nobody has seen before. */
export const tokens = (more: Record<string, unknown> = {}): Reply => {
  serial += 1
  return {
    body: {
      access_token: `act.access${serial}`,
      expires_in: 86_400,
      open_id: 'user-1',
      refresh_token: `rft.refresh${serial}`,
      refresh_expires_in: 31_536_000,
      scope: 'user.info.basic,video.list',
      token_type: 'Bearer',
      ...more,
    },
  }
}
