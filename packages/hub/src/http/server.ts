import { Readable } from 'node:stream'
import type { Span } from '@opentelemetry/api'
import { type OperationShape, problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { newId } from '../ids.ts'
import { clearOf } from '../observability/logger.ts'
import type { Metrics } from '../observability/metrics.ts'
import { endRequestSpan, traceRequest } from '../observability/tracing.ts'
import { errorsPage } from './errors-page.ts'
import { openApiDocument } from './openapi.ts'
import type { DescribedWebhook } from './openapi-webhooks.ts'
import { operationHandler, plainHeaders, RAW_BODY } from './operation-route.ts'
import type { Access, Handler, Handlers, Idempotency, PageFor, PlainAnswer, PlainRoute } from './ports.ts'
import { problemBody, toProblem } from './problems.ts'
import { endSilentConnections } from './silent-connections.ts'

export interface ServerOptions<Operations extends readonly OperationShape[]> {
  operations: Operations
  handlers: Handlers<Operations>
  plainRoutes?: readonly PlainRoute[]
  access: Access
  idempotency: Idempotency
  metrics: Metrics
  log: Logger
  clock: Clock
  random: Random
  /** What has to work for the hub to be ready; a check that throws or takes over two seconds says no. */
  checks: Readonly<Record<string, () => Promise<unknown>>>
  /** Where callers reach us, for the OpenAPI document. */
  publicUrl?: string
  version: string
  /** Events that are sent to others, for the OpenAPI document. */
  webhooks?: Readonly<Record<string, DescribedWebhook>>
  /** Believe `x-forwarded-*`: only behind a proxy that sets them. */
  trustProxy?: boolean
  /** What a browser that goes to an address is shown where nothing else is there: the dashboard. */
  pageFor?: PageFor | undefined
}

/** JSON bodies, in bytes. Uploads stream and are bounded by their operation. */
const BODY_LIMIT = 2 ** 20
const PLAIN_BODY_LIMIT = 2 ** 16
const CHECK_TIMEOUT = 2_000

/** For answers that are data: nothing in them is ever to be shown, framed, sniffed or kept. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/**
 * The HTTP side of the hub: the API's operations, pages and webhooks, health, readiness, metrics and the OpenAPI
 * document. Not listening yet; `close()` stops accepting, lets running requests end, and answers 503 to what still comes.
 */
export async function createServer<const Operations extends readonly OperationShape[]>(
  options: ServerOptions<Operations>,
): Promise<FastifyInstance> {
  const { metrics, log } = options
  const app = fastify({
    // As Fastify's own narrower type, or every function that takes an instance would have to name pino's.
    loggerInstance: log as FastifyBaseLogger,
    // One line for each answer, below, says what Fastify's two would.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy ?? false,
    bodyLimit: BODY_LIMIT,
    // A slow sender of headers is cut off; a body may take its time, it is bounded by size.
    http: { maxHeaderSize: 16_384, headersTimeout: 15_000 },
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: 128, caseSensitive: true, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    genReqId: ({ headers }) =>
      requestIdOf(headers['x-request-id']) ?? newId('req', options.clock, options.random),
    requestIdHeader: false,
    frameworkErrors: (error, request, reply) => {
      const refusal = toProblem(error, request.log)
      // The reply of an address that could not be read belongs to no route, and its type allows nothing to be sent.
      void (reply as FastifyReply)
        .code(refusal.status)
        .headers({
          ...SECURITY_HEADERS,
          'content-type': 'application/problem+json',
          'x-request-id': request.id,
        })
        .send(problemBody(refusal, request.id))
    },
  })
  let closing = false
  const endSilent = endSilentConnections(app.server)
  app.addHook('preClose', async () => {
    closing = true
    endSilent()
  })
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    spans.set(request, traceRequest({ method: request.method, route, headers: request.headers }, done))
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id })
  })
  app.addHook('onResponse', async (request, reply) => {
    const operation = (request.routeOptions.config as { operation?: string }).operation ?? 'other'
    const span = spans.get(request)
    if (span !== undefined) endRequestSpan(span, reply.statusCode, operation)
    const seconds = reply.elapsedTime / 1_000
    metrics.requests.observe({ operation, status: String(reply.statusCode) }, seconds)
    request.log.info(
      {
        method: request.method,
        url: clearOf(request.url),
        operation,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ip: request.ip,
      },
      'Request',
    )
  })
  app.setErrorHandler((error, request, reply) => {
    const refusal = toProblem(error, request.log)
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer realm="tockwork"')
    if (refusal.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(refusal.retryAfter)))
    return reply
      .code(refusal.status)
      .header('content-type', 'application/problem+json')
      .send(problemBody(refusal, request.id))
  })
  addJsonParser(app)

  const methodsOf = new Map<string, Set<string>>()
  for (const operation of options.operations) {
    const url = operation.path.replace(/\{(\w+)\}/g, ':$1')
    methodsOf.set(url, (methodsOf.get(url) ?? new Set()).add(operation.method))
    // The table is total by its type; the lookup by a text that is only known now loses that.
    const handler = (options.handlers as Record<string, Handler<OperationShape>>)[operation.id]
    if (handler === undefined) throw new Error(`${operation.id} has no handler`)
    const route = { method: operation.method, url, config: { operation: operation.id } }
    const run = operationHandler(operation, handler, options)
    if (operation.body !== 'stream') app.route({ ...route, handler: run })
    else
      await app.register((scope, _options, registered) => {
        scope.removeAllContentTypeParsers()
        // The handler reads the request itself, piece by piece; nothing is collected here.
        scope.addContentTypeParser('*', (_request, _body, done) => done(null, undefined))
        scope.route({ ...route, bodyLimit: Number.MAX_SAFE_INTEGER, handler: run })
        registered()
      })
  }
  for (const [url, methods] of methodsOf) refuseOtherMethods(app, url, methods)
  await app.register((scope, _options, done) => {
    addPlainRoutes(scope, options.plainRoutes ?? [])
    done()
  })
  app.setNotFoundHandler(async (request, reply) => {
    const page = await options.pageFor?.(request.method, request.url, plainHeaders(request))
    if (page !== undefined) return answerPlainly(reply, page)
    throw problem('not_found', `There is no ${request.method} ${clearOf(request.url.split('?')[0] ?? '')}`)
  })

  const openApi = JSON.stringify(openApiDocument(options.operations, options))
  const json = 'application/json; charset=utf-8'
  app.get('/openapi.json', (_request, reply) => reply.header('content-type', json).send(openApi))
  const page = errorsPage(options.operations)
  app.get('/docs/errors', (_request, reply) =>
    reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      })
      .send(page),
  )
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const checks = await runChecks(options.checks)
    const ready = !closing && Object.values(checks).every((check) => check === 'ok')
    return reply
      .code(ready ? 200 : 503)
      .send({ status: closing ? 'stopping' : ready ? 'ok' : 'not ready', checks })
  })
  app.get('/metrics', async (_request, reply) => {
    const { type, body } = await metrics.text()
    return reply.header('content-type', type).send(body)
  })
  return app
}

/** A request id of the caller's is kept when it is harmless, so that both sides' logs can be joined. */
function requestIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w-]{8,64}$/.test(header) ? header : undefined
}

function addJsonParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer
    // Some clients say JSON and send nothing, with a DELETE for instance; a missing body is the schema's to refuse.
    if (bytes.length === 0) return done(null, undefined)
    Reflect.set(request, RAW_BODY, bytes)
    const text = decodeUtf8(bytes)
    if (text === undefined) return done(problem('malformed_json', 'The body is not UTF-8'))
    void parse(request, text, (error, value) =>
      done(error === null ? null : problem('malformed_json', error.message), value),
    )
  })
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function refuseOtherMethods(app: FastifyInstance, url: string, methods: ReadonlySet<string>): void {
  const others = METHODS.filter((method) => !methods.has(method))
  const allowed = [...methods].sort().join(', ')
  app.route({
    method: others,
    url,
    exposeHeadRoute: false,
    handler: (request, reply) => {
      reply.header('allow', allowed)
      throw problem('method_not_allowed', `${request.method} is not possible here; ${allowed} is`)
    },
  })
}

function addPlainRoutes(scope: FastifyInstance, routes: readonly PlainRoute[]): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const route of routes.filter(({ streams }) => streams !== true)) addPlainRoute(scope, route)
  void scope.register((streaming, _options, done) => {
    streaming.removeAllContentTypeParsers()
    streaming.addContentTypeParser('*', (_request, _body, parsed) => parsed(null, undefined))
    for (const route of routes.filter(({ streams }) => streams === true))
      addPlainRoute(streaming, { ...route, bodyLimit: Number.MAX_SAFE_INTEGER })
    done()
  })
}

function addPlainRoute(scope: FastifyInstance, route: PlainRoute): void {
  scope.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    bodyLimit: route.bodyLimit ?? PLAIN_BODY_LIMIT,
    config: { operation: `${route.method} ${route.path}` },
    handler: async (request, reply) => {
      const gone = new AbortController()
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) gone.abort(new Error('The caller went away'))
      })
      const answer = await route.handle({
        params: request.params as Record<string, string>,
        query: queryOf(request),
        headers: plainHeaders(request),
        body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
        content: route.streams === true ? request.raw : NOTHING,
        ip: request.ip,
        userAgent: request.headers['user-agent'],
        requestId: request.id,
        log: request.log,
        signal: gone.signal,
      })
      return answerPlainly(reply, answer)
    },
  })
}

function answerPlainly(reply: FastifyReply, answer: PlainAnswer): FastifyReply {
  reply.code(answer.status)
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    if (value === '') reply.removeHeader(name)
    else reply.header(name, value)
  return reply.send(sendable(answer.body))
}

const NOTHING: AsyncIterable<Uint8Array> = Readable.from([])

function sendable(body: PlainAnswer['body']): string | Buffer | Readable | undefined {
  if (body === undefined || typeof body === 'string') return body
  return body instanceof Uint8Array ? Buffer.from(body) : Readable.from(body)
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
}

async function runChecks(checks: ServerOptions<[]>['checks']): Promise<Record<string, 'ok' | 'failed'>> {
  const run = async (check: () => Promise<unknown>): Promise<'ok' | 'failed'> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('too slow')), CHECK_TIMEOUT)
    })
    try {
      await Promise.race([check(), late])
      return 'ok'
    } catch {
      return 'failed'
    } finally {
      clearTimeout(timer)
    }
  }
  const results = Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const)
  return Object.fromEntries(await Promise.all(results))
}
