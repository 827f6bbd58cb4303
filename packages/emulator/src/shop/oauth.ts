/** Consent pages and tokens of TikTok Shop. Source: partner.tiktokshop.com/docv2 (authorization overview and guides). */
import { shopRules } from '@tockwork/contracts/shop'
import { shopOperations } from '@tockwork/contracts/shop/operations'
import { type Answer, htmlAnswer, jsonAnswer, redirectAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { sameSecret } from '../http/same-secret.ts'
import { html } from '../pages/html.ts'
import { cardPage } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import { nowOf } from './call.ts'
import { openIdOf } from './ids.ts'
import { watchAuthorization } from './life.ts'
import type { ShopAccountRow, ShopAppRow, ShopGrantRow } from './state.ts'

const DAY = 86_400

type Read = { app: ShopAppRow; state: string | undefined } | { problem: string }

/** Whose consent a page is for: `service_id` names the app of sellers and partners, `app_key` that of creators. */
function readRequest({ world }: Platform, query: URLSearchParams): Read {
  const { apps } = world.shop
  const service = query.get('service_id')
  const key = query.get('app_key')
  const app = service !== null ? apps.where('service', service)[0] : apps.get(key ?? '')
  if (app === undefined)
    return {
      problem: service === null && key === null ? 'service_id is missing' : 'there is no such service or app',
    }
  return { app, state: query.get('state') ?? undefined }
}

/** The accounts that a page offers: creators on theirs, sellers and partners on the other. */
export function accountsFor({ world }: Platform, path: string): ShopAccountRow[] {
  const creators = path.startsWith('/alliance/')
  return [...world.shop.accounts.values()].filter(({ kind }) => (kind === 'creator') === creators)
}

export function showShopConsent(platform: Platform, exchange: Exchange): Answer {
  const read = readRequest(platform, exchange.query)
  if ('problem' in read) return mistake(exchange, read.problem)
  exchange.clientKey = read.app.id
  const accounts = accountsFor(platform, exchange.path)
  const body = html`<div class="asks"><h1>Authorize <b>${read.app.name}</b> to access your account</h1></div>
<form method="post" action="${exchange.path}?${exchange.query.toString()}">
<fieldset><legend>Continue as</legend><ul class="choices">${accounts.map(
    ({ id, name, kind, region }, index) =>
      html`<li><label><input type="radio" name="account" value="${id}"${index === 0 && html` checked`} required>
<span class="what">${name}<small>${kind} · ${region} · ${id}</small></span></label></li>`,
  )}</ul></fieldset>
<div class="actions"><button name="decision" value="deny" formnovalidate>Cancel</button>
<button name="decision" value="allow" class="primary">Authorize</button></div></form>
<p class="quiet">You will go to <b>${read.app.redirectUrl}</b>, which is fixed in the app’s settings.</p>`
  return htmlAnswer(200, cardPage(`Authorize ${read.app.name}`, body), '*')
}

export async function answerShopConsent(platform: Platform, exchange: Exchange): Promise<Answer> {
  const form = new URLSearchParams((await exchange.body()).toString('utf8'))
  const outcome = consentToShop(platform, exchange.path, exchange.query, form.get('account') ?? '', {
    deny: form.get('decision') !== 'allow',
  })
  return 'problem' in outcome ? mistake(exchange, outcome.problem) : redirectAnswer(outcome.redirectUrl)
}

/** A user's whole visit to a consent page, without the page. `user` is an account's id or, in lower case, its name. */
export function consentToShop(
  platform: Platform,
  path: string,
  query: URLSearchParams,
  user: string,
  choice: { deny?: boolean; denyScopes?: readonly string[] },
): { redirectUrl: string } | { problem: string } {
  const read = readRequest(platform, query)
  if ('problem' in read) return read
  const { app, state } = read
  const back = (values: Record<string, string>): { redirectUrl: string } => {
    const url = new URL(app.redirectUrl)
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value)
    if (state !== undefined) url.searchParams.set('state', state)
    return { redirectUrl: url.href }
  }
  if (choice.deny === true) return back({ code: 'null', error: 'auth_denied' })
  const account = accountsFor(platform, path).find(
    ({ id, name }) => id === user || name.toLowerCase() === user.toLowerCase(),
  )
  if (account === undefined) return { problem: `account: ${user} is not one that may authorize this app` }
  const scopes = scopesOf(app, account).filter((scope) => choice.denyScopes?.includes(scope) !== true)
  const code = `${account.region === 'US' ? 'TTP' : 'ROW'}_${platform.ids.token('')}`
  platform.world.shop.codes.put({
    id: code,
    app: app.id,
    account: account.id,
    scopes,
    expiresAt: nowOf(platform) + shopRules.codeSeconds,
    used: false,
  })
  return back({ app_key: app.id, code, locale: 'en', shop_region: account.region })
}

/** What a token of this kind can hold, by the prefix of the scopes. */
function scopesOf(app: ShopAppRow, { kind }: ShopAccountRow): string[] {
  const all =
    app.scopes.length > 0 ? app.scopes : [...new Set(shopOperations().flatMap(({ scopes }) => scopes))]
  const prefixes = { seller: ['seller.', 'serller.', 'data.'], creator: ['creator.'], partner: ['partner.'] }[
    kind
  ]
  return all.filter((scope) => prefixes.some((prefix) => scope.startsWith(prefix))).sort()
}

/** `GET /api/v2/token/get` */
export function getToken(platform: Platform, exchange: Exchange): Answer {
  const { world } = platform
  const query = exchange.query
  const app = readSecret(platform, exchange)
  if (app === undefined) return failed(exchange, 36_004_003, 'app_key or app_secret is wrong.')
  if (query.get('grant_type') !== 'authorized_code')
    return failed(exchange, INVALID, 'grant_type: must be authorized_code.')
  const code = world.shop.codes.get(query.get('auth_code') ?? '')
  const now = nowOf(platform)
  if (code === undefined || code.app !== app.id || code.used || code.expiresAt <= now)
    return failed(exchange, 36_004_004, 'auth_code: is unknown, was used, or is older than 30 minutes.')
  world.shop.codes.patch(code, { used: true })
  const id = `${app.id}:${code.account}`
  const account = world.shop.accounts.get(code.account) as ShopAccountRow
  const before = world.shop.grants.get(id)
  const grant = world.shop.grants.put({
    id,
    app: app.id,
    account: code.account,
    openId: before?.openId ?? openIdOf(app.id, code.account),
    scopes: code.scopes,
    ...(account.kind === 'seller' ? { endsAt: now + platform.settings.shopAuthorizationSeconds } : {}),
  })
  if (account.kind === 'seller') watchAuthorization(platform)
  return tokens(platform, exchange, grant, account)
}

/** `GET /api/v2/token/refresh`. TikTok's own Node client sends the other grant type here, and is served. */
export function refreshToken(platform: Platform, exchange: Exchange): Answer {
  const { world } = platform
  const query = exchange.query
  const app = readSecret(platform, exchange)
  if (app === undefined) return failed(exchange, 36_004_003, 'app_key or app_secret is wrong.')
  const type = query.get('grant_type')
  if (type === 'authorized_code')
    exchange.warn('grant_type authorized_code where refresh_token is documented')
  else if (type !== 'refresh_token') return failed(exchange, INVALID, 'grant_type: must be refresh_token.')
  const token = world.shop.tokens.get(query.get('refresh_token') ?? '')
  const grant = token?.kind === 'refresh' ? world.shop.grants.get(token.grant) : undefined
  if (token === undefined || grant === undefined || grant.app !== app.id)
    return failed(exchange, 36_004_002, 'refresh_token: is not valid.')
  if (token.expiresAt <= nowOf(platform)) return failed(exchange, 36_004_001, 'refresh_token: has expired.')
  // It rotates: the one that was used is spent.
  world.shop.tokens.delete(token.id)
  return tokens(platform, exchange, grant, world.shop.accounts.get(grant.account) as ShopAccountRow)
}

const INVALID = 36_009_004
const USER_TYPES = { seller: 0, creator: 1, partner: 3 } as const

function readSecret({ world }: Platform, exchange: Exchange): ShopAppRow | undefined {
  const app = world.shop.apps.get(exchange.query.get('app_key') ?? '')
  exchange.clientKey = app?.id
  return app !== undefined && sameSecret(app.secret, exchange.query.get('app_secret') ?? '') ? app : undefined
}

function tokens(
  platform: Platform,
  exchange: Exchange,
  grant: ShopGrantRow,
  account: ShopAccountRow,
): Answer {
  const { world, ids, settings } = platform
  const now = nowOf(platform)
  const prefix = account.region === 'US' ? 'TTP_' : 'ROW_'
  const access = {
    id: `${prefix}${ids.token('')}`,
    grant: grant.id,
    kind: 'access',
    expiresAt: now + settings.shopTokenSeconds,
  } as const
  // Not beyond the seller's authorization, after which only a new consent helps.
  const refreshEnds = Math.min(now + 365 * DAY, grant.endsAt ?? Number.MAX_SAFE_INTEGER)
  const refresh = {
    id: `${prefix}${ids.token('')}`,
    grant: grant.id,
    kind: 'refresh',
    expiresAt: refreshEnds,
  } as const
  world.shop.tokens.put(access)
  world.shop.tokens.put(refresh)
  exchange.creator = account.id
  exchange.verdict = 'ok'
  return jsonAnswer(200, {
    code: 0,
    message: 'success',
    request_id: exchange.logId,
    data: {
      access_token: access.id,
      // The time at which it ends, whatever the name says.
      access_token_expire_in: access.expiresAt,
      refresh_token: refresh.id,
      refresh_token_expire_in: refresh.expiresAt,
      open_id: grant.openId,
      seller_name: account.name,
      seller_base_region: account.region,
      user_type: USER_TYPES[account.kind],
      granted_scopes: grant.scopes,
    },
  })
}

/** Failures of these calls come as HTTP 200. */
function failed(exchange: Exchange, code: number, message: string): Answer {
  exchange.verdict = String(code)
  exchange.detail = message
  return jsonAnswer(200, { code, message, request_id: exchange.logId, data: {} })
}

function mistake(exchange: Exchange, problem: string): Answer {
  exchange.verdict = problem
  const body = html`<h1>Something went wrong</h1><p>This authorization link does not work.</p>
<ul class="problems"><li>${problem}</li></ul><p class="quiet">log id ${exchange.logId}</p>`
  return htmlAnswer(400, cardPage('Something went wrong', body))
}
