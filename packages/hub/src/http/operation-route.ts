import { createHash } from 'node:crypto'
import { type OperationShape, problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { z } from 'zod'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import type {
  Access,
  Caller,
  Handler,
  Idempotency,
  IdempotentRequest,
  RequestContext,
  StoredAnswer,
} from './ports.ts'
import { unstorableTexts } from './storable-text.ts'
import { fieldErrors, strictly } from './strict.ts'

export interface OperationRouteOptions {
  access: Access
  idempotency: Idempotency
  metrics: Metrics
  clock: Clock
  log: Log
}

const RELEASE_TRIES = 30
const RELEASE_PAUSE_MS = 500

/** The body as it came, kept for the fingerprint of an idempotent request. */
export const RAW_BODY = Symbol('raw body')

/**
 * One operation's life: who calls, may they, does the request fit, was it made before; then the handler; then its
 * answer, held against the schema, so that a field that is not in the contract does not leave the house.
 */
export function operationHandler(
  operation: OperationShape,
  handler: Handler<OperationShape>,
  options: OperationRouteOptions,
): RouteHandlerMethod {
  const schemas = {
    params: operation.params && strictly(operation.params),
    query: operation.query && strictly(operation.query),
    body: operation.body === 'stream' || operation.body === undefined ? undefined : strictly(operation.body),
  }
  return async (request, reply) => {
    const caller =
      operation.scope === 'public'
        ? undefined
        : await callerOf(options.access, request.method, plainHeaders(request))
    if (caller !== undefined && typeof operation.scope === 'string') allow(caller, operation)
    const input = {
      params: schemas.params === undefined ? undefined : parsed(schemas.params, request.params),
      query: schemas.query === undefined ? noQuery(request) : parsed(schemas.query, request.query),
      body:
        operation.body === 'stream'
          ? request.raw
          : schemas.body === undefined
            ? undefined
            : parsed(schemas.body, request.body),
    }
    const idempotent = idempotentRequest(operation, request, caller)
    if (idempotent === undefined) {
      const context = contextOf(request, reply, caller, async () => undefined)
      return send(reply, answerOf(operation, await handler(input as never, context)))
    }
    const begun = await options.idempotency.begin(idempotent)
    if (begun.kind === 'repeat') return send(reply.header('idempotent-replayed', 'true'), begun.answer)
    if (begun.kind === 'running')
      throw problem('idempotency_in_progress', 'The first request with this key has not ended', {
        retryAfter: 1,
      })
    if (begun.kind === 'reused')
      throw problem('idempotency_key_reused', 'Use a new key for another request', {
        field: 'idempotency-key',
      })
    let remembered = false
    const context = contextOf(request, reply, caller, async (tx, answer) => {
      await options.idempotency.store(idempotent, answerOf(operation, answer), tx)
      remembered = true
    })
    let answer: StoredAnswer
    try {
      answer = answerOf(operation, await handler(input as never, context))
    } catch (error) {
      // Whether it was refused or broke off: what a handler does is done in the transaction that remembers the answer, or
      // may be done again. Where that transaction was committed after all, the answer is there and is not given up.
      await giveUp(idempotent, options)
      throw error
    }
    if (!remembered) await options.idempotency.store(idempotent, answer)
    return send(reply, answer)
  }
}

/**
 * Lets the key be used again: before the refusal is answered, since whoever corrects the request sends it at once. While
 * the database is away the answer does not wait for it; the key follows as soon as it is back.
 */
async function giveUp(request: IdempotentRequest, options: OperationRouteOptions): Promise<void> {
  try {
    await options.idempotency.release(request)
  } catch {
    void giveUpLater(request, options)
  }
}

async function giveUpLater(
  request: IdempotentRequest,
  { idempotency, clock, log }: OperationRouteOptions,
): Promise<void> {
  for (let tries = 1; tries <= RELEASE_TRIES; tries += 1) {
    await clock.sleep(RELEASE_PAUSE_MS)
    try {
      return await idempotency.release(request)
    } catch (error) {
      if (tries === RELEASE_TRIES)
        log.warn({ err: error, operation: request.operation }, 'An idempotency key stays locked')
    }
  }
}

/**
 * Who makes a request, by its key or by its cookie.
 * @throws {Problem} `unauthenticated`
 */
export async function callerOf(
  access: Access,
  method: string,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<Caller> {
  const header = headers.authorization
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1]
  const caller =
    header === undefined
      ? await access.authenticateBrowser?.(method, headers)
      : token === undefined
        ? undefined
        : await access.authenticate(token)
  if (caller === undefined)
    throw problem(
      'unauthenticated',
      header === undefined
        ? 'Send an API key as `Authorization: Bearer twk_…`'
        : 'The API key is unknown, revoked or expired',
    )
  return caller
}

function allow(caller: Caller, operation: OperationShape): void {
  const { scope } = operation
  if (scope === null || scope === 'public' || caller.scopes.includes(scope)) return
  throw problem('scope_missing', `This needs an API key with the scope ${scope}`)
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  const errors = result.success ? unstorableTexts(result.data) : fieldErrors(result.error)
  if (result.success && errors.length === 0) return result.data
  const [first] = errors
  const detail =
    errors.length === 1 && first !== undefined
      ? `${first.field || 'The body'}: ${first.message}`
      : `${errors.length} things are wrong; all are listed in errors`
  throw problem('invalid_request', detail, { errors })
}

function noQuery(request: FastifyRequest): undefined {
  const [name] = Object.keys(request.query as object)
  if (name === undefined) return undefined
  throw problem('invalid_request', `${name}: There is no such parameter`, {
    errors: [{ field: name, rule: 'unknown_field', message: 'There is no such parameter' }],
  })
}

function idempotentRequest(
  operation: OperationShape,
  request: FastifyRequest,
  caller: Caller | undefined,
): IdempotentRequest | undefined {
  if (operation.method !== 'POST' || operation.idempotency === 'natural' || caller === undefined)
    return undefined
  const key = request.headers['idempotency-key']
  if (key === undefined) {
    if (operation.idempotency !== 'required') return undefined
    throw problem('idempotency_key_required', 'Send a value that is new for each thing you want done', {
      field: 'idempotency-key',
    })
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
    throw problem('invalid_request', 'idempotency-key: 1 to 255 printable ASCII characters, no spaces', {
      errors: [{ field: 'idempotency-key', rule: 'format', message: '1 to 255 printable ASCII characters' }],
    })
  const raw = Reflect.get(request, RAW_BODY) as Uint8Array | undefined
  const hash = createHash('sha256')
    .update(request.raw.url ?? '')
    .update('\n')
    .update(raw ?? '')
    .digest()
  return { caller, key, operation: operation.id, hash }
}

function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller | undefined,
  remember: RequestContext['remember'],
): RequestContext {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('The caller went away'))
  })
  return {
    // Whether there is one was decided by the operation's scope, which is how the handler's type knows too.
    caller: caller as Caller,
    requestId: request.id,
    log: request.log,
    ip: request.ip,
    userAgent: request.headers['user-agent'],
    headers: plainHeaders(request),
    signal: gone.signal,
    remember,
  }
}

/** Headers that came once, as text. */
export function plainHeaders(request: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
}

function answerOf(operation: OperationShape, answer: unknown): StoredAnswer {
  if (operation.answer === null) return { status: operation.status, body: '' }
  return { status: operation.status, body: JSON.stringify(operation.answer.parse(answer)) }
}

function send(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  reply.code(answer.status)
  if (answer.body === '') return reply.send()
  return reply.header('content-type', 'application/json; charset=utf-8').send(answer.body)
}
