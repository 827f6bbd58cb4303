import {
  type Endpoint,
  type ErrorEntry,
  oauthErrors,
  openErrors,
  type uploadStatuses,
} from '@tockwork/contracts'
import * as z from 'zod/mini'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { sameSecret } from '../http/same-secret.ts'
import { seenBy } from '../http/seen-by.ts'
import { type Platform, Refusal } from '../platform.ts'
import { isDrawn } from '../research/research-world.ts'
import type { AppRow, CreatorRow, GrantRow } from '../state/model.ts'
import type { BoundEndpoint, HandlerContext } from './handlers.ts'
import { invalidCode, parse, readBody, scopesFor } from './read-request.ts'

type AnyContext = HandlerContext<Endpoint>

/**
 * A request to an endpoint, from bytes to answer: who calls, how often, with which scope, with what; then the handler,
 * which has nothing left to do but its meaning. The order of the checks is assumed.
 */
export async function callEndpoint(
  bound: BoundEndpoint[],
  platform: Platform,
  exchange: Exchange,
): Promise<Answer> {
  let endpoint = (bound[0] as BoundEndpoint).endpoint
  try {
    const body = await readBody(endpoint, exchange)
    const chosen = choose(bound, body)
    endpoint = chosen.endpoint
    exchange.endpoint = endpoint.id
    const caller = identify(endpoint, body, platform, exchange)
    countCall(endpoint, caller, platform, exchange)
    checkScope(endpoint, caller.grant, body)
    const query = parse(endpoint, 'query', Object.fromEntries(exchange.query), exchange)
    const input = parse(endpoint, 'input', body, exchange)
    if (platform.settings.strict && exchange.warnings.length > 0)
      throw new Refusal(
        invalidCode(endpoint),
        `Not promised by the documentation (strict mode): ${exchange.warnings.join('; ')}`,
      )
    const context = {
      platform: seenBy(platform, exchange),
      exchange,
      query,
      input,
      ...caller,
      fail: refuse,
    } as unknown as AnyContext
    const output = await chosen.handler(context)
    return success(endpoint, output, platform, exchange)
  } catch (error) {
    if (error instanceof Refusal) return failure(endpoint, error, platform, exchange)
    throw error
  }
}

function refuse(code: string, message?: string): Refusal {
  return new Refusal(code, message ?? '')
}

/** Operations that share a path are told apart by a field of the body. */
function choose(bound: BoundEndpoint[], body: unknown): BoundEndpoint {
  if (bound.length === 1 && bound[0]?.endpoint.when === undefined) return bound[0] as BoundEndpoint
  const field = bound[0]?.endpoint.when?.field ?? ''
  const value = (body as Record<string, unknown>)[field]
  const found = bound.find(({ endpoint }) => endpoint.when?.equals === value)
  if (found !== undefined) return found
  throw value === undefined || value === ''
    ? new Refusal('invalid_request', `${field}: is required`)
    : new Refusal(
        'unsupported_grant_type',
        `${field}: ${String(value).slice(0, 60)} is none of ${bound.map((b) => b.endpoint.when?.equals).join(', ')}`,
      )
}

interface Caller {
  app?: AppRow
  creator?: CreatorRow
  grant?: GrantRow
  accessToken?: string
}

function identify(endpoint: Endpoint, body: unknown, platform: Platform, exchange: Exchange): Caller {
  const { world, clock } = platform
  if (endpoint.auth === 'app' || endpoint.id === 'oauth.getQrCode') {
    const { client_key: key, client_secret: secret } = body as Record<string, unknown>
    if (typeof key !== 'string' || key === '')
      throw new Refusal('invalid_request', 'Client key is missed in request.')
    const app = world.apps.get(key)
    exchange.clientKey = key
    if (endpoint.auth !== 'app') {
      if (app === undefined || app.api !== undefined)
        throw new Refusal('invalid_client', 'Client key is unknown.')
      return { app }
    }
    if (typeof secret !== 'string' || secret === '')
      throw new Refusal('invalid_request', 'Client secret is missed in request.')
    if (app === undefined || app.api !== undefined || !sameSecret(app.secret, secret))
      throw new Refusal('invalid_client', 'Client key or secret is incorrect.')
    return { app }
  }
  if (endpoint.auth !== 'user' && endpoint.auth !== 'client') return {}
  const accessToken = /^Bearer\s+(.+)$/i.exec(exchange.header('authorization') ?? '')?.[1]?.trim()
  const row = accessToken === undefined ? undefined : world.accessTokens.get(accessToken)
  const invalid = (why: string): Refusal =>
    new Refusal('access_token_invalid', `Access token is invalid, please refresh token and retry (${why})`)
  if (accessToken === undefined) throw invalid('no Bearer token in the Authorization header')
  if (row === undefined) throw invalid('unknown or revoked')
  exchange.clientKey = row.clientKey
  if (row.expiresAt <= clock.now()) throw invalid('expired')
  const app = world.apps.get(row.clientKey)
  const grant = row.grant === undefined ? undefined : world.grants.get(row.grant)
  if (app === undefined) throw invalid('its app is gone')
  if (endpoint.auth === 'client') {
    if (row.kind !== 'client') throw invalid('a client token is needed')
    return { app, accessToken }
  }
  const creator = grant === undefined ? undefined : world.creators.get(grant.creator)
  if (row.kind !== 'user' || grant === undefined || creator === undefined || grant.endedAt !== undefined)
    throw invalid('a user token of a living grant is needed')
  exchange.creator = creator.id
  return { app, creator, grant, accessToken }
}

function countCall(endpoint: Endpoint, caller: Caller, platform: Platform, exchange: Exchange): void {
  for (const limit of endpoint.limits ?? []) {
    const who = limit.per === 'app' ? caller.app?.id : (caller.grant?.id ?? caller.app?.id)
    const { hammeringRefusals: refusals, hammeringSeconds: seconds, rateLimits } = platform.settings
    const verdict = platform.limits.take(`${endpoint.id}|${who}`, limit, platform.clock.now(), {
      refusals,
      seconds,
    })
    exchange.rate = { remaining: verdict.remaining, resetSeconds: verdict.resetSeconds }
    if (!verdict.allowed && rateLimits)
      throw new Refusal(
        'rate_limit_exceeded',
        verdict.rule === 'window'
          ? `More than ${limit.requests} requests in ${limit.seconds} seconds.`
          : `Too many calls while over the limit; shut out for ${verdict.resetSeconds} seconds.`,
      )
  }
}

function checkScope(endpoint: Endpoint, grant: GrantRow | undefined, body: unknown): void {
  const needed = scopesFor(endpoint, body)
  if (needed.length === 0 || grant === undefined) return
  if (!needed.some((scope) => grant.scopes.includes(scope)))
    throw new Refusal(
      'scope_not_authorized',
      `The user did not authorize the scope required for completing this request: ${needed.join(' or ')}`,
    )
}

function success(endpoint: Endpoint, output: unknown, platform: Platform, exchange: Exchange): Answer {
  const schema = endpoint.output as z.ZodMiniType | undefined
  const wire = schema === undefined ? {} : z.encode(schema, output)
  const headers = answerHeaders(platform, exchange)
  if (endpoint.envelope === 'bytes')
    return {
      status: 200,
      headers: {
        'content-type': endpoint.id.startsWith('research.') ? 'text/plain; charset=utf-8' : 'application/zip',
        ...headers,
      },
      body: output as Uint8Array,
    }
  if (endpoint.envelope === 'standard') {
    if (
      endpoint.mayAnswerWith500 === true &&
      isDrawn(platform, 0x501, platform.settings.researchFalseFailures)
    )
      return jsonAnswer(500, { data: wire, error: {} }, headers)
    if (endpoint.mayOmitError === true) return jsonAnswer(200, { data: wire }, headers)
    const error = { code: 'ok', message: '', log_id: exchange.logId }
    return jsonAnswer(
      200,
      Object.keys(wire as object).length === 0 ? { error } : { data: wire, error },
      headers,
    )
  }
  return jsonAnswer(200, wire, headers)
}

function failure(endpoint: Endpoint, refusal: Refusal, platform: Platform, exchange: Exchange): Answer {
  const { code, message } = refusal
  exchange.verdict = code
  if (message !== '') exchange.detail = message
  const headers = answerHeaders(platform, exchange)
  if (endpoint.envelope === 'bare') {
    const status = refusal.status ?? 400
    return jsonAnswer(status, { code: status, message: message || code }, headers)
  }
  if (endpoint.envelope !== 'standard' && endpoint.envelope !== 'bytes') {
    const entry = (oauthErrors as Record<string, ErrorEntry>)[code]
    return jsonAnswer(
      platform.settings.oauthErrorStatus,
      { error: code, error_description: message || (entry?.meaning ?? code), log_id: exchange.logId },
      headers,
    )
  }
  const entry = (openErrors as Record<string, ErrorEntry>)[code]
  const status = endpoint.errorStatus?.[code] ?? entry?.status ?? 500
  return jsonAnswer(
    status,
    {
      data: {},
      error: {
        code,
        // Its documented failure sample repeats the status.
        ...(endpoint.id.startsWith('portability.') ? { http_status_code: status } : {}),
        message: message || (entry?.meaning ?? code),
        log_id: exchange.logId,
      },
    },
    headers,
  )
}

function answerHeaders(platform: Platform, exchange: Exchange): Record<string, string> {
  const headers: Record<string, string> = { 'x-tt-logid': exchange.logId }
  if (platform.settings.rateLimitHeaders && exchange.rate !== undefined) {
    headers['x-ratelimit-remaining'] = String(exchange.rate.remaining)
    headers['x-ratelimit-reset'] = String(exchange.rate.resetSeconds)
  }
  return headers
}

/** An answer of the media PUT, which has no envelope. */
export function uploadAnswer(
  status: keyof typeof uploadStatuses,
  exchange: Exchange,
  headers: Record<string, string>,
  why = '',
): Answer {
  exchange.verdict = status < 300 ? 'ok' : `${status} ${why}`
  return {
    status,
    headers: { 'x-tt-logid': exchange.logId, 'content-type': 'text/plain; charset=utf-8', ...headers },
    body: why,
  }
}
