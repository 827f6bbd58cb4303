import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type ErrorEntry, openErrors } from '@tockwork/contracts'
import type { Fault, FaultAction, Faults } from '../control/faults.ts'
import type { RequestLog } from '../control/request-log.ts'
import { callEndpoint } from '../endpoint/adapter.ts'
import type { BoundEndpoint } from '../endpoint/handlers.ts'
import type { Platform } from '../platform.ts'
import { logId } from '../state/ids.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import { BodyTooLarge, Exchange } from './exchange.ts'
import { isOwn, refuseForeign } from './guard.ts'
import { createServer } from './node-http.ts'
import type { Route, Router } from './router.ts'

export interface ServerParts {
  platform: Platform
  router: Router
  bound: Map<string, BoundEndpoint>
  faults: Faults
  log: RequestLog
  /** Names besides loopback and TikTok's under which the control API and the pages may be reached. */
  allowedHosts: ReadonlySet<string>
  /** Writes what changed to disk. */
  flush: () => void
  onBug: (error: unknown) => void
}

/** The emulator's HTTP server: the life of a request from the first byte to the log. */
export function createEmulatorServer(parts: ServerParts): Server {
  let count = 0
  // Uploads of hours are fine, and a slow client is not an attack on a local tool.
  return createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    count += 1
    const now = parts.platform.clock.now()
    const exchange = new Exchange(request, logId(now, count), now)
    serve(parts, exchange, response).catch((error: unknown) => {
      parts.onBug(error)
      response.destroy()
    })
  })
}

async function serve(parts: ServerParts, exchange: Exchange, response: ServerResponse): Promise<void> {
  const started = parts.platform.real.now()
  const route = parts.router.find(exchange)
  const fault = parts.faults.any ? await pickFault(parts, exchange, route) : undefined
  if (fault?.action.delay_ms !== undefined) await parts.platform.real.sleep(fault.action.delay_ms)

  let answer: Answer | undefined
  if (fault === undefined) answer = await work(parts, exchange, route)
  else {
    exchange.verdict = `fault ${fault.id}`
    answer = await workWithFault(parts, exchange, route, fault.action)
  }
  // What the answer says is on disk before it leaves.
  parts.flush()
  if (answer === undefined) response.destroy()
  else send(exchange, response, answer, fault?.action)
  record(parts, exchange, answer, parts.platform.real.now() - started)
}

async function work(
  parts: ServerParts,
  exchange: Exchange,
  route: Route | undefined,
): Promise<Answer | undefined> {
  try {
    const foreign = refuseForeign(exchange, parts.allowedHosts)
    if (foreign !== undefined) return foreign
    if (route === undefined) return notFound(parts, exchange)
    if (route.kind === 'raw') return await route.handler(exchange, route.params)
    const bound = route.candidates
      .map((endpoint) => parts.bound.get(endpoint.id))
      .filter((one) => one !== undefined)
    if (bound.length === 0) return notModelled(exchange, route.candidates[0]?.id ?? '')
    return await callEndpoint(bound, parts.platform, exchange)
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      exchange.verdict = 'body too large'
      return jsonAnswer(413, { emulator: 'The request body is larger than 1 MiB.' }, { connection: 'close' })
    }
    if (exchange.request.errored !== null || exchange.request.socket.destroyed) {
      exchange.verdict = 'the client went away'
      return undefined
    }
    parts.onBug(error)
    exchange.verdict = 'emulator bug'
    return jsonAnswer(500, {
      emulator: 'This is a bug of the emulator, not an answer of TikTok.',
      detail: String(error),
    })
  }
}

/** Lossy answers need the work done, the others do without. */
async function workWithFault(
  parts: ServerParts,
  exchange: Exchange,
  route: Route | undefined,
  action: FaultAction,
): Promise<Answer | undefined> {
  if (action.drop === 'before') return undefined
  if (action.cut_request_after_bytes !== undefined) {
    await readUpTo(exchange.request, action.cut_request_after_bytes)
    return undefined
  }
  const cut = action.drop !== undefined || action.truncate_to_bytes !== undefined
  if (action.status !== undefined || action.code !== undefined || action.body !== undefined)
    return faultAnswer(exchange, route, action)
  const verdict = exchange.verdict
  exchange.verdict = 'ok'
  const answer = await work(parts, exchange, route)
  exchange.verdict = `${verdict} ${cut ? 'after' : 'before'} ${exchange.verdict}`
  return action.drop === 'after' ? undefined : answer
}

function faultAnswer(exchange: Exchange, route: Route | undefined, action: FaultAction): Answer {
  const code = action.code ?? 'internal_error'
  const entry = (openErrors as Record<string, ErrorEntry>)[code]
  const status = action.status ?? entry?.status ?? 500
  exchange.request.resume()
  if (action.body !== undefined)
    return { status, headers: { 'content-type': 'text/plain', ...action.headers }, body: action.body }
  if (route?.kind === 'raw' && route.api === 'shop')
    return jsonAnswer(
      status,
      {
        code: Number(code) || 36009003,
        message: action.message ?? code,
        request_id: exchange.logId,
        data: null,
      },
      action.headers,
    )
  if (route?.kind === 'raw' && route.api === 'business')
    return jsonAnswer(
      action.status ?? 200,
      {
        code: Number(code) || 50000,
        message: action.message ?? code,
        request_id: exchange.logId,
        data: {},
      },
      action.headers,
    )
  const flat = route?.kind === 'endpoints' && route.candidates[0]?.envelope !== 'standard'
  const message = action.message ?? entry?.meaning ?? code
  return jsonAnswer(
    status,
    flat
      ? { error: code, error_description: message, log_id: exchange.logId }
      : { data: {}, error: { code, message, log_id: exchange.logId } },
    action.headers,
  )
}

async function pickFault(
  { faults, platform }: ServerParts,
  exchange: Exchange,
  route: Route | undefined,
): Promise<Fault | undefined> {
  if (isOwn(exchange.path)) return undefined
  const endpoint = await endpointOf(exchange, route)
  const token =
    /^Bearer\s+(\S+)/i.exec(exchange.header('authorization') ?? '')?.[1] ?? exchange.header('access-token')
  const row = token === undefined ? undefined : platform.world.accessTokens.get(token)
  const user = row?.grant === undefined ? undefined : platform.world.grants.get(row.grant)?.creator
  const shopGrant = platform.world.shop.tokens.get(exchange.header('x-tts-access-token') ?? '')?.grant
  const shop = shopGrant === undefined ? undefined : platform.world.shop.grants.get(shopGrant)
  if (shop !== undefined) return faults.pick(exchange, endpoint, { user: shop.account, clientKey: shop.app })
  return faults.pick(exchange, endpoint, {
    ...(user === undefined ? {} : { user }),
    ...(row === undefined ? {} : { clientKey: row.clientKey }),
  })
}

/** Which endpoint is meant; where several share a path, the body says so (these bodies are small). */
async function endpointOf(exchange: Exchange, route: Route | undefined): Promise<string | undefined> {
  if (route?.kind === 'raw' && route.api === 'shop') {
    const { findOperation } = await import('../shop/operation-index.ts')
    const found = findOperation(exchange.method, exchange.path)
    return found.kind === 'found' ? found.operation.id : undefined
  }
  if (route?.kind === 'raw' && route.api === 'business') {
    const { findBusinessEndpoint } = await import('../business/endpoints.ts')
    return findBusinessEndpoint(exchange.method, exchange.path)?.id
  }
  if (route?.kind !== 'endpoints') return exchange.method === 'PUT' ? 'posting.uploadMedia' : undefined
  const [first] = route.candidates
  if (first?.when === undefined) return first?.id
  // What cannot be read is refused further on, with its reason.
  const text = await exchange.body().then(String, () => '')
  const { field } = first.when
  const value = new URLSearchParams(text).get(field) ?? fieldOfJson(text, field)
  return (route.candidates.find(({ when }) => when?.equals === value) ?? first).id
}

function fieldOfJson(text: string, field: string): unknown {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null)?.[field]
  } catch {
    return undefined
  }
}

async function readUpTo(request: IncomingMessage, bytes: number): Promise<void> {
  let read = 0
  if (bytes === 0) return
  for await (const part of request as AsyncIterable<Buffer>) {
    read += part.length
    if (read >= bytes) return
  }
}

function send(exchange: Exchange, response: ServerResponse, answer: Answer, action?: FaultAction): void {
  // As it stands, a text leaves in one write together with the head; a buffer would take two.
  if (action === undefined && answer.stream === undefined && exchange.method !== 'HEAD') {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
    response.end(answer.body)
    if (!exchange.request.complete) exchange.request.resume()
    return
  }
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  if (action?.drop === 'mid_answer') {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
    response.write(body.subarray(0, Math.max(1, Math.floor(body.length / 2))), () => response.destroy())
    return
  }
  if (answer.stream !== undefined && exchange.method !== 'HEAD') {
    response.writeHead(answer.status, answer.headers)
    answer.stream(response)
    return
  }
  const shown = action?.truncate_to_bytes === undefined ? body : body.subarray(0, action.truncate_to_bytes)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': shown.length })
  response.end(exchange.method === 'HEAD' ? undefined : shown)
  // Bytes of a refused upload still on their way: read a little so that the answer arrives, then let go.
  if (!exchange.request.complete) exchange.request.resume()
}

function notFound({ router }: ServerParts, exchange: Exchange): Answer {
  const methods = router.methodsAt(exchange.path)
  exchange.verdict = methods.length > 0 ? 'method not allowed' : 'no such path'
  if (methods.length > 0)
    return jsonAnswer(
      405,
      { emulator: `${exchange.path} takes ${methods.join(', ')}, not ${exchange.method}.` },
      { allow: methods.join(', ') },
    )
  return jsonAnswer(404, { emulator: `The emulator knows no ${exchange.method} ${exchange.path}.` })
}

function notModelled(exchange: Exchange, id: string): Answer {
  exchange.verdict = 'not emulated'
  exchange.endpoint = id
  return jsonAnswer(501, { emulator: `${id} is known but not emulated yet.` })
}

function record({ log }: ServerParts, exchange: Exchange, answer: Answer | undefined, tookMs: number): void {
  if (isOwn(exchange.path)) return
  log.add({
    at: new Date(exchange.startedAt).toISOString(),
    method: exchange.method,
    host: exchange.host,
    path: exchange.path,
    query: exchange.query.toString(),
    ...(exchange.endpoint === undefined ? {} : { endpoint: exchange.endpoint }),
    ...(exchange.clientKey === undefined ? {} : { client_key: exchange.clientKey }),
    ...(exchange.creator === undefined ? {} : { user: exchange.creator }),
    status: answer?.status ?? 0,
    verdict: exchange.verdict,
    ...(exchange.detail === undefined ? {} : { detail: exchange.detail }),
    warnings: exchange.warnings,
    took_ms: tookMs,
    log_id: exchange.logId,
  })
}
