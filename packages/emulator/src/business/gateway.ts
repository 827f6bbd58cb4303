/**
 * TikTok API for Business, from the bytes of a request to its answer: where it goes, who calls, how often, with which
 * scope, with what. HTTP is 200 and `code` decides, but for wrong paths. The order of the checks is assumed.
 */

import type { Endpoint, RateLimit } from '@tockwork/contracts'
import { businessErrors, businessLevels } from '@tockwork/contracts/business'
import * as z from 'zod/mini'
import { type BoundEndpoint, bind, type HandlerContext } from '../endpoint/handlers.ts'
import { parse, readBody } from '../endpoint/read-request.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { sameSecret } from '../http/same-secret.ts'
import { seenBy } from '../http/seen-by.ts'
import { type Platform, Refusal } from '../platform.ts'
import type { AppRow, CreatorRow, GrantRow } from '../state/model.ts'
import { accountEndpoints, accountHandlers } from './account-handlers.ts'
import { commentEndpoints, commentHandlers } from './comment-handlers.ts'
import { findBusinessEndpoint, methodsOf } from './endpoints.ts'
import { publishingEndpoints, publishingHandlers } from './publishing-handlers.ts'
import { tokenEndpoints, tokenHandlers } from './token-handlers.ts'
import { videoEndpoints, videoHandlers } from './video-handlers.ts'

const bound = new Map<string, BoundEndpoint>(
  [
    ...bind(tokenEndpoints, tokenHandlers),
    ...bind(accountEndpoints, accountHandlers),
    ...bind(videoEndpoints, videoHandlers),
    ...bind(commentEndpoints, commentHandlers),
    ...bind(publishingEndpoints, publishingHandlers),
  ].map((one) => [one.endpoint.id, one]),
)

export async function callBusiness(platform: Platform, exchange: Exchange): Promise<Answer> {
  const version = /^\/open_api\/([^/]+)\//.exec(exchange.path)?.[1]
  if (version !== 'v1.3') return refusal(exchange, new Refusal('40051', 'The API version is not supported.'))
  const method = exchange.method === 'HEAD' ? 'GET' : exchange.method
  const endpoint = findBusinessEndpoint(method, exchange.path)
  if (endpoint === undefined) return wrongPlace(exchange)
  exchange.endpoint = endpoint.id
  if (!exchange.path.endsWith('/')) {
    // Seen of a POST; whether a GET is served is not certain.
    if (method === 'POST' || platform.settings.strict) return edge(exchange, 404, '404 page not found')
    exchange.warn(`path without its trailing slash: ${exchange.path}`)
  }
  try {
    return await work(bound.get(endpoint.id) as BoundEndpoint, platform, exchange)
  } catch (error) {
    if (error instanceof Refusal) return refusal(exchange, error)
    throw error
  }
}

async function work(
  { endpoint, handler }: BoundEndpoint,
  platform: Platform,
  exchange: Exchange,
): Promise<Answer> {
  const body = await readBody(endpoint, exchange)
  const sent = endpoint.method === 'GET' ? Object.fromEntries(exchange.query) : body
  const caller = identify(endpoint, sent as Record<string, unknown>, platform, exchange)
  countCall(endpoint, caller, platform)
  checkScope(endpoint, caller.grant)
  const query = parse(endpoint, 'query', Object.fromEntries(exchange.query), exchange)
  const input = parse(endpoint, 'input', body, exchange)
  if (caller.grant !== undefined) checkAccount(sent as Record<string, unknown>, caller.grant)
  const context = {
    platform: seenBy(platform, exchange),
    exchange,
    query,
    input,
    ...caller,
    fail: (code: string, message = '') => new Refusal(code, message),
  } as unknown as HandlerContext<Endpoint>
  const output = await handler(context)
  if (platform.settings.strict && exchange.warnings.length > 0)
    throw new Refusal(
      '40002',
      `Not promised by the documentation (strict mode): ${exchange.warnings.join('; ')}`,
    )
  const data = z.encode(endpoint.output as z.ZodMiniType, output)
  return envelope(exchange, 0, 'OK', data as object)
}

interface Caller {
  app?: AppRow
  creator?: CreatorRow
  grant?: GrantRow
  accessToken?: string
}

function identify(
  endpoint: Endpoint,
  sent: Record<string, unknown>,
  platform: Platform,
  exchange: Exchange,
): Caller {
  const { world, clock } = platform
  if (endpoint.auth !== 'user') {
    const name = endpoint.auth === 'app' ? 'client_id' : 'app_id'
    const id = sent[name]
    if (typeof id !== 'string' || id === '') throw new Refusal('40002', `${name}: is required`)
    exchange.clientKey = id
    const app = world.apps.get(id)
    if (app?.api !== 'business') throw new Refusal('40113', `${name}: there is no such app`)
    if (endpoint.auth !== 'app') return { app }
    const secret = sent.client_secret
    if (typeof secret !== 'string' || secret === '') throw new Refusal('40002', 'client_secret: is required')
    if (!sameSecret(app.secret, secret)) throw new Refusal('40101', 'client_secret: does not fit the app')
    return { app }
  }
  const accessToken = exchange.header('access-token')
  if (accessToken === undefined || accessToken === '')
    throw new Refusal('40104', 'The access token is missing; it belongs in the header Access-Token.')
  if (/^Bearer\s/i.test(accessToken))
    throw new Refusal('40105', 'Access-Token: is the token alone, without Bearer')
  const row = world.accessTokens.get(accessToken)
  if (row?.kind !== 'business') throw new Refusal('40105', 'The access token is wrong or was revoked.')
  exchange.clientKey = row.clientKey
  if (row.expiresAt <= clock.now()) throw new Refusal('40102', 'The access token has expired.')
  const app = world.apps.get(row.clientKey)
  const grant = row.grant === undefined ? undefined : world.grants.get(row.grant)
  const creator = grant === undefined ? undefined : world.creators.get(grant.creator)
  if (app === undefined || grant === undefined || creator === undefined || grant.endedAt !== undefined)
    throw new Refusal('40105', 'The access token is wrong or was revoked.')
  exchange.creator = creator.id
  return { app, creator, grant, accessToken }
}

/** An app over all its calls, at the first level; then an account at one endpoint. */
function countCall(endpoint: Endpoint, { app, grant }: Caller, platform: Platform): void {
  const { limits, clock, settings } = platform
  if (!settings.rateLimits || app === undefined) return
  const { perSecond, perMinute } = businessLevels.basic
  const take = (key: string, requests: number, seconds: number, pause: number) =>
    limits.take(key, { requests, seconds } as RateLimit, clock.now(), {
      refusals: pause === 0 ? 0 : 1,
      seconds: pause,
    }).allowed
  if (!take(`business:second:${app.id}`, perSecond, 1, 0))
    throw new Refusal('40100', `More than ${perSecond} requests in a second.`)
  if (!take(`business:minute:${app.id}`, perMinute, 60, 300))
    throw new Refusal('40100', `More than ${perMinute} requests in a minute: wait five minutes.`)
  for (const { requests, seconds } of endpoint.limits ?? [])
    if (grant !== undefined && !take(`${endpoint.id}|${seconds}|${grant.id}`, requests, seconds, 0))
      // Which code TikTok has for this one is not known.
      throw new Refusal('40133', `More than ${requests} requests in ${seconds} seconds for this account.`)
}

function checkScope({ scopes }: Endpoint, grant: GrantRow | undefined): void {
  if (grant === undefined || !Array.isArray(scopes) || scopes.length === 0) return
  if (!scopes.some((scope: string) => grant.scopes.includes(scope)))
    throw new Refusal('40001', `The account did not grant the scope: ${scopes.join(' or ')}`)
}

function checkAccount({ business_id }: Record<string, unknown>, grant: GrantRow): void {
  if (business_id !== grant.openId)
    throw new Refusal('40001', 'business_id: is not the account of this access token')
}

function envelope(exchange: Exchange, code: number, message: string, data: object): Answer {
  return jsonAnswer(
    200,
    { code, message, request_id: exchange.logId, data },
    { 'x-tt-logid': exchange.logId },
  )
}

function refusal(exchange: Exchange, { code, message }: Refusal): Answer {
  exchange.verdict = code
  if (message !== '') exchange.detail = message
  exchange.request.resume()
  return envelope(exchange, Number(code), message || (businessErrors[code]?.meaning ?? code), {})
}

function wrongPlace(exchange: Exchange): Answer {
  const methods = methodsOf(exchange.path)
  if (methods.length > 0) return edge(exchange, 405, `405 method not allowed: ${methods.join(', ')}`)
  exchange.verdict = 'not emulated'
  exchange.request.resume()
  return jsonAnswer(501, {
    emulator: `The emulator knows no ${exchange.method} ${exchange.path}: of TikTok API for Business it has the Accounts API.`,
  })
}

/** What stands in front of the API answers with text. */
function edge(exchange: Exchange, status: number, text: string): Answer {
  exchange.verdict = text
  exchange.request.resume()
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text }
}
