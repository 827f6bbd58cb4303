/** The unified API over HTTP: Basic access, its own refusals, its own times. */
import { createHash } from 'node:crypto'
import { type OperationShape, problem } from '@tockwork/api'
import { Secret } from '@tockwork/kernel'
import type { z } from 'zod'
import type { Access, Caller, Idempotency, PlainAnswer, PlainRequest, PlainRoute } from '../http/ports.ts'
import { toProblem } from '../http/problems.ts'
import { unstorableTexts } from '../http/storable-text.ts'
import { fieldErrors, strictly } from '../http/strict.ts'
import { environmentOf } from '../tenancy/principal.ts'
import { EXTENSIONS, type Extension, type UnifiedContext, type UnifiedHandler } from './context.ts'
import { errorBody } from './refusals.ts'
import { naiveTime, utcTime } from './times.ts'

export interface UnifiedRouteParts {
  access: Access
  idempotency: Idempotency
}

const BODY_LIMIT = 2 ** 20
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' } as const
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** One route for each operation, and refusals for the other methods of its path. */
export function unifiedRoutes(
  operations: readonly OperationShape[],
  handlers: Readonly<Record<string, UnifiedHandler<never>>>,
  parts: UnifiedRouteParts,
): PlainRoute[] {
  const methods = new Map<string, Set<string>>()
  const routes = operations.map((operation): PlainRoute => {
    const handler = handlers[operation.id]
    if (handler === undefined) throw new Error(`${operation.id} has no handler`)
    methods.set(operation.path, (methods.get(operation.path) ?? new Set()).add(operation.method))
    const run = runner(operation, handler as UnifiedHandler<OperationShape>, parts)
    return {
      method: operation.method,
      path: operation.path,
      bodyLimit: BODY_LIMIT,
      handle: (request) => answered(request, run),
    }
  })
  const others = [...methods].flatMap(([path, has]) =>
    METHODS.filter((method) => !has.has(method)).map((method): PlainRoute => {
      const allow = [...has].sort().join(', ')
      const refuse = async (): Promise<never> => {
        throw problem('method_not_allowed', `${method} is not possible here; ${allow} is.`)
      }
      return {
        method,
        path: path as PlainRoute['path'],
        handle: async (request) => {
          const { headers, ...answer } = await answered(request, refuse)
          return { ...answer, headers: { ...headers, allow } }
        },
      }
    }),
  )
  return [...routes, ...others]
}

async function answered(
  request: PlainRequest,
  run: (request: PlainRequest) => Promise<PlainAnswer>,
): Promise<PlainAnswer> {
  try {
    return await run(request)
  } catch (error) {
    const refusal = toProblem(error, request.log)
    const { status, retryAfter } = refusal
    return {
      status,
      headers: {
        ...JSON_TYPE,
        ...(status === 401 ? { 'www-authenticate': 'Basic realm="tockwork", charset="UTF-8"' } : {}),
        ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter)) }),
      },
      body: JSON.stringify(errorBody(refusal, request.requestId)),
    }
  }
}

function runner(
  operation: OperationShape,
  handler: UnifiedHandler<OperationShape>,
  { access, idempotency }: UnifiedRouteParts,
): (request: PlainRequest) => Promise<PlainAnswer> {
  const schemas = {
    params: operation.params,
    query: operation.query,
    body: operation.body === 'stream' ? undefined : operation.body,
  }
  const strict = {
    params: schemas.params,
    query: schemas.query && strictly(schemas.query),
    body: schemas.body && strictly(schemas.body),
  }
  return async (request) => {
    const { caller, secret } = await authenticate(request, access)
    const { scope } = operation
    if (typeof scope === 'string' && !(caller.scopes as readonly string[]).includes(scope))
      throw problem('scope_missing', `This needs an API key with the scope ${scope}.`)
    const extensions = extensionsOf(request.headers['tockwork-extend'])
    const by = extensions.has('strict') ? strict : schemas
    const input = {
      params: by.params && parsed(by.params, request.params),
      query: by.query && parsed(by.query, queryOf(request.query)),
      body: by.body && parsed(by.body, bodyOf(request)),
    }
    const time = extensions.has('utc') ? utcTime : naiveTime
    const context: UnifiedContext = {
      caller,
      scope: { workspaceId: caller.workspaceId, environment: environmentOf(caller) },
      secret,
      requestId: request.requestId,
      log: request.log,
      signal: request.signal,
      asks: (extension) => extensions.has(extension),
      time,
      timeOrNull: (ms) => (ms === null || ms === undefined ? null : time(ms)),
      remember: async () => undefined,
    }
    const carryOut = async (within: UnifiedContext): Promise<{ status: number; body: string }> =>
      answerOf(operation, await handler(input as never, within))
    const key = request.headers['idempotency-key']
    if (operation.method !== 'POST' || operation.idempotency === 'natural' || key === undefined)
      return sent(await carryOut(context))
    return once(operation, request, { caller, key, idempotency }, context, carryOut)
  }
}

/** As the hub's own operations keep `Idempotency-Key`: the work is done once and answered as often as it is asked for. */
async function once(
  operation: OperationShape,
  request: PlainRequest,
  { caller, key, idempotency }: { caller: Caller; key: string; idempotency: Idempotency },
  context: UnifiedContext,
  carryOut: (within: UnifiedContext) => Promise<{ status: number; body: string }>,
): Promise<PlainAnswer> {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw problem('invalid_request', 'idempotency-key: 1 to 255 printable ASCII characters, no spaces', {
      field: 'idempotency-key',
    })
  const path = Object.values(request.params).join('/')
  const hash = createHash('sha256').update(`${path}\n`).update(request.body).digest()
  const idempotent = { caller, key, operation: operation.id, hash }
  const begun = await idempotency.begin(idempotent)
  if (begun.kind === 'repeat') return sent(begun.answer, { 'idempotent-replayed': 'true' })
  if (begun.kind === 'running')
    throw problem('idempotency_in_progress', 'The first request with this key has not ended', {
      retryAfter: 1,
    })
  if (begun.kind === 'reused')
    throw problem('idempotency_key_reused', 'Use a new key for another request', {
      field: 'idempotency-key',
    })
  let remembered = false
  try {
    const answer = await carryOut({
      ...context,
      remember: async (tx, value) => {
        await idempotency.store(idempotent, answerOf(operation, value), tx)
        remembered = true
      },
    })
    if (!remembered) await idempotency.store(idempotent, answer)
    return sent(answer)
  } catch (error) {
    // What was committed with its answer stays; anything else may be asked for again at once.
    await idempotency.release(idempotent).catch(() => undefined)
    throw error
  }
}

/**
 * Basic: the id of an API key and the key itself. The name has to be the key's own, so that a pair that was put together
 * wrongly is noticed. Bearer with the key alone does too.
 */
async function authenticate(
  { headers }: PlainRequest,
  access: Access,
): Promise<{ caller: Caller; secret: Secret }> {
  const header = headers.authorization ?? ''
  const [, scheme = '', value = ''] = /^(Basic|Bearer) +([\x21-\x7e]{1,1024})$/i.exec(header) ?? []
  const basic = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString('utf8') : undefined
  const colon = basic?.indexOf(':') ?? -1
  const secret = basic === undefined ? value : basic.slice(colon + 1)
  const caller =
    secret === '' || (basic !== undefined && colon < 0) ? undefined : await access.authenticate(secret)
  if (caller === undefined || (basic !== undefined && basic.slice(0, colon) !== caller.keyId))
    throw problem(
      'unauthenticated',
      header === ''
        ? 'Send Basic authorization: the id of an API key as the user name, the key as the password.'
        : 'The client id or the client secret is wrong, or the key has ended.',
    )
  return { caller, secret: new Secret(secret) }
}

function extensionsOf(header: string | undefined): ReadonlySet<Extension> {
  const asked = (header ?? '').split(',').map((word) => word.trim().toLowerCase())
  const known = Object.keys(EXTENSIONS) as Extension[]
  return new Set(asked.includes('all') ? known : known.filter((name) => asked.includes(name)))
}

/** A parameter without a value is left out: forms and collections of requests send them so. */
function queryOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([, value]) => value !== ''))
}

function bodyOf({ body }: PlainRequest): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw problem('malformed_json', 'The body is not JSON in UTF-8.')
  }
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  const errors = result.success ? unstorableTexts(result.data) : fieldErrors(result.error)
  if (result.success && errors.length === 0) return result.data
  const text = errors.map(({ field, message }) => `${field || 'The body'}: ${message}`).join('; ')
  throw problem('invalid_request', text.slice(0, 1000), { errors })
}

function answerOf(operation: OperationShape, answer: unknown): { status: number; body: string } {
  if (operation.answer === null) return { status: operation.status, body: '' }
  return { status: operation.status, body: JSON.stringify(operation.answer.parse(answer)) }
}

function sent(
  { status, body }: { status: number; body: string },
  headers: Record<string, string> = {},
): PlainAnswer {
  return { status, headers: body === '' ? headers : { ...JSON_TYPE, ...headers }, body }
}
