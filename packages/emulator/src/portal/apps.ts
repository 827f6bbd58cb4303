import { isIP } from 'node:net'
import { scopes as allScopes, redirectUriProblems, redirectUriRules } from '@tockwork/contracts'
import type { Platform } from '../platform.ts'
import { addressKind } from '../posting/pull.ts'
import { isLoopback } from '../posting/rules.ts'
import type { Ids } from '../state/ids.ts'
import type { AppRow } from '../state/model.ts'
import { PortalProblem, type Problem, problem } from './problem.ts'

export const MAX_NAME = 50

/** What a developer fills in. Fields that are absent stay as they are. */
export interface AppDetails {
  name?: string | undefined
  platform?: AppRow['platform'] | undefined
  redirect_uris?: string[] | undefined
  /** Empty: none. */
  webhook_url?: string | undefined
  scopes?: string[] | undefined
  /** Posting users in 24 hours once audited. */
  active_user_cap?: number | undefined
}

/** @throws {PortalProblem} when there is none of this key */
export function findApp(platform: Platform, key: string): AppRow {
  const app = platform.world.apps.get(key)
  if (app === undefined) throw problem('client_key', `there is no app ${key}`)
  return app
}

/** Client keys of production apps begin with `aw`, those of sandboxes with `sb` (seen in public code). */
export function newCredentials(ids: Ids, prefix: 'aw' | 'sb'): { id: string; secret: string } {
  return { id: `${prefix}${ids.hex(16)}`, secret: ids.hex(32) }
}

/** A new production app, in draft and with basic profile access. @throws {PortalProblem} */
export function createApp(platform: Platform, details: AppDetails): AppRow {
  const { world, clock, ids } = platform
  const kind = 'production'
  const problems = detailProblems(platform, { platform: details.platform ?? 'web', kind }, details)
  if (details.name === undefined) problems.unshift({ field: 'name', rule: 'is required' })
  if (problems.length > 0) throw new PortalProblem(problems)
  return world.apps.put({
    ...newCredentials(ids, 'aw'),
    name: details.name?.trim() ?? '',
    kind,
    platform: details.platform ?? 'web',
    audit: 'none',
    review: 'draft',
    scopes: sortScopes(details.scopes ?? []),
    redirectUris: details.redirect_uris ?? [],
    ...(details.webhook_url ? { webhookUrl: details.webhook_url } : {}),
    urlProperties: [],
    targetUsers: [],
    activeUserCap: details.active_user_cap ?? 1000,
    createdAt: clock.now(),
  })
}

/** Changes what is given, or nothing when anything is wrong. @throws {PortalProblem} */
export function updateApp(platform: Platform, app: AppRow, details: AppDetails): AppRow {
  const becoming = { kind: app.kind, platform: details.platform ?? app.platform }
  // With another platform the addresses that are already there must fit, too.
  const redirects = details.redirect_uris ?? (details.platform === undefined ? undefined : app.redirectUris)
  const problems = detailProblems(platform, becoming, { ...details, redirect_uris: redirects })
  if (problems.length > 0) throw new PortalProblem(problems)
  if (details.webhook_url === '') delete app.webhookUrl
  return platform.world.apps.patch(app, {
    ...(details.name === undefined ? {} : { name: details.name.trim() }),
    ...(details.platform === undefined ? {} : { platform: details.platform }),
    ...(details.redirect_uris === undefined ? {} : { redirectUris: details.redirect_uris }),
    ...(details.webhook_url ? { webhookUrl: details.webhook_url } : {}),
    ...(details.scopes === undefined ? {} : { scopes: sortScopes(details.scopes) }),
    ...(details.active_user_cap === undefined ? {} : { activeUserCap: details.active_user_cap }),
  })
}

/** A new secret; the old one stops working at once. */
export function rotateSecret(platform: Platform, app: AppRow): string {
  platform.world.apps.patch(app, { secret: platform.ids.hex(32) })
  return app.secret
}

/** An app goes with its sandboxes, and every grant and token of theirs with it. */
export function deleteApp(platform: Platform, app: AppRow): void {
  const { world } = platform
  for (const sandbox of sandboxesOf(platform, app)) deleteApp(platform, sandbox)
  for (const grant of world.grants.where('app', app.id)) {
    for (const token of world.accessTokens.where('grant', grant.id)) world.accessTokens.delete(token.id)
    for (const token of world.refreshTokens.where('grant', grant.id)) world.refreshTokens.delete(token.id)
    world.grants.delete(grant.id)
  }
  world.apps.delete(app.id)
}

export function sandboxesOf(platform: Platform, app: AppRow): AppRow[] {
  return [...platform.world.apps.values()].filter((one) => one.parent === app.id)
}

type Becoming = Pick<AppRow, 'kind' | 'platform'>

function detailProblems(platform: Platform, app: Becoming, details: AppDetails): Problem[] {
  const problems: Problem[] = []
  const name = details.name?.trim()
  if (name !== undefined && (name === '' || name.length > MAX_NAME))
    problems.push({ field: 'name', rule: `must be 1 to ${MAX_NAME} characters` })
  if (details.redirect_uris !== undefined) problems.push(...redirectProblems(app, details.redirect_uris))
  if (details.webhook_url)
    problems.push(
      ...callbackUrlProblems(platform, details.webhook_url).map((rule) => ({ field: 'webhook_url', rule })),
    )
  for (const scope of details.scopes ?? []) {
    if (!Object.hasOwn(allScopes, scope)) problems.push({ field: 'scopes', rule: `${scope} is no scope` })
    else if (app.kind === 'sandbox' && !allowedInSandbox(scope))
      problems.push({ field: 'scopes', rule: `${scope} is not available in a sandbox` })
  }
  const cap = details.active_user_cap
  if (cap !== undefined && (!Number.isInteger(cap) || cap < 1))
    problems.push({ field: 'active_user_cap', rule: 'must be a whole number of at least 1' })
  return problems
}

function redirectProblems(app: Becoming, uris: string[]): Problem[] {
  const problems: Problem[] = []
  const { max } = redirectUriRules[app.platform === 'desktop' ? 'desktop' : 'web']
  if (uris.length > max) problems.push({ field: 'redirect_uris', rule: `at most ${max}` })
  for (const [index, uri] of uris.entries()) {
    const field = `redirect_uris.${index}`
    if (uris.indexOf(uri) < index) problems.push({ field, rule: 'is listed twice' })
    for (const rule of redirectRules(app.platform, uri)) problems.push({ field, rule })
  }
  return problems
}

/** `any` takes what either platform takes, and answers with the rules of the one that was meant. */
function redirectRules(platform: AppRow['platform'], uri: string): string[] {
  if (platform !== 'any') return redirectUriProblems(uri, platform)
  const local = URL.canParse(uri.replace(':*', ':1')) && isLoopback(new URL(uri.replace(':*', ':1')).hostname)
  return redirectUriProblems(uri, local ? 'desktop' : 'web')
}

/** The Data Portability API does not exist in sandboxes. Source: developers.tiktok.com/doc/add-a-sandbox. */
export function allowedInSandbox(scope: string): boolean {
  return !scope.startsWith('portability.')
}

/** What is wrong with a webhook callback URL; http and this machine are a setting of the emulator. */
function callbackUrlProblems(platform: Platform, address: string): string[] {
  if (!URL.canParse(address)) return ['must be an absolute URL']
  const url = new URL(address)
  const local = platform.settings.webhooksToLocal
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:')) return ['scheme must be https']
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) === 0) return []
  const kind = addressKind(literal)
  return kind === 'public' || (local && kind === 'loopback') ? [] : ['must not be an internal address']
}

/** In the order of the catalogue, so that pages and answers read the same whatever was ticked first. */
function sortScopes(chosen: readonly string[]): string[] {
  return Object.keys(allScopes).filter((scope) => chosen.includes(scope))
}
