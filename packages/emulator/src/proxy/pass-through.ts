/** Everything that is not TikTok: bytes go through untouched. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { request as httpRequest, https } from '../http/node-http.ts'

const CONNECT_MS = 30_000

/** Headers that concern one connection only, not the request (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export interface Place {
  host: string
  port: number
}

/** Answers a `CONNECT` with a plain tunnel. `established` is called once the other side is reached. */
export function tunnel(
  client: Duplex,
  place: Place,
  established: () => void,
  failed: (why: string) => void,
): void {
  const server = connect({ ...place, timeout: CONNECT_MS, allowHalfOpen: true })
  let open = false
  server.once('connect', () => {
    open = true
    server.setTimeout(0)
    established()
    join(client, server)
  })
  server.once('timeout', () => server.destroy(new Error('timed out')))
  server.on('error', (error) => {
    if (open) client.destroy()
    else failed(error.message)
  })
  client.once('close', () => {
    if (!open) server.destroy()
  })
}

/** Both ways. A side that has said its last word still hears the other out; one that breaks off ends both. */
export function join(a: Duplex, b: Duplex): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy())
    // Closed both ways: what it said still goes out, and nobody is left to hear an answer.
    from.once('close', () => (from.readableEnded ? to.end(() => to.destroy()) : to.destroy()))
  }
}

/** Sends on a request that named its whole address, and its answer back. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: URL,
  headers: string[],
  failed: (why: string) => void,
): void {
  const send = target.protocol === 'https:' ? https().request : httpRequest
  const onward: ClientRequest = send(
    target,
    { method: request.method ?? 'GET', headers, timeout: CONNECT_MS },
    (answer) => {
      onward.setTimeout(0)
      response.writeHead(answer.statusCode ?? 502, withoutHops(answer))
      pipeline(answer, response, () => {})
    },
  )
  onward.once('timeout', () => onward.destroy(new Error('timed out')))
  onward.once('error', (error) => (response.headersSent ? response.destroy() : failed(error.message)))
  response.once('close', () => onward.destroy())
  request.pipe(onward)
}

/** The headers that a request goes on with, addressed to `host`. */
export function onwardHeaders(request: IncomingMessage, host: string): string[] {
  const kept = withoutHops(request)
  const at = kept.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
  if (at < 0) kept.push('Host', host)
  else kept[at + 1] = host
  return kept
}

function withoutHops(message: IncomingMessage): string[] {
  const named = (message.headers.connection ?? '').toLowerCase().split(/\s*,\s*/)
  const kept: string[] = []
  for (let i = 0; i < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i] as string
    const lower = name.toLowerCase()
    if (!HOP_BY_HOP.has(lower) && !named.includes(lower)) kept.push(name, message.rawHeaders[i + 1] as string)
  }
  return kept
}
