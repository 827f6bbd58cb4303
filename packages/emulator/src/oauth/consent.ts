import { scopes as allScopes, type ScopeEntry } from '@tockwork/contracts'
import { accountRedirectProblems, accountScopes, accountTokenRules } from '@tockwork/contracts/business'
import { authorize } from '@tockwork/contracts/oauth'
import type { Platform } from '../platform.ts'
import type { AppRow, CreatorRow } from '../state/model.ts'

export interface ConsentRequest {
  app: AppRow
  /** Asked for. */
  scopes: string[]
  redirectUri: string
  state: string | undefined
  challenge: string | undefined
}

export type ReadConsent =
  | { ok: true; request: ConsentRequest; warnings: string[] }
  | { ok: false; parameter: string; problem: string }

/** What an app may ask for, by the platform that it belongs to. */
export function scopesOf({ api }: AppRow): Readonly<Record<string, ScopeEntry>> {
  return api === 'business' ? accountScopes : allScopes
}

const DESKTOP_HOSTS = new Set(['localhost', '127.0.0.1'])

/** Checks an authorize request. TikTok shows mistakes on a page of its own that names the parameter. */
export function readConsentRequest(platform: Platform, query: URLSearchParams): ReadConsent {
  const bad = (parameter: string, problem: string): ReadConsent => ({ ok: false, parameter, problem })
  const clientKey = query.get('client_key') ?? ''
  const app = platform.world.apps.get(clientKey)
  if (clientKey === '')
    return bad(
      'client_key',
      query.has('client_id') ? 'is missing (TikTok says client_key, not client_id)' : 'is missing',
    )
  if (app === undefined) return bad('client_key', 'is unknown')
  if (app.kind === 'production' && app.review !== 'live' && app.liveSince === undefined)
    return bad('client_key', 'is of an app that is not live: use one of its sandboxes, or get it reviewed')
  const redirectUri = query.get('redirect_uri') ?? ''
  if (redirectUri === '') return bad('redirect_uri', 'is missing')
  if (!app.redirectUris.some((pattern) => redirectMatches(pattern, redirectUri)))
    return bad('redirect_uri', 'is not registered for this app')
  if (query.get('response_type') !== 'code') return bad('response_type', 'must be code')
  const lenient: [parameter: string, problem: string][] = []
  for (const name of new Set(query.keys()))
    if (!Object.hasOwn(authorize.query.shape, name)) lenient.push([name, 'is no documented parameter'])
  const rawScope = query.get('scope') ?? ''
  const asked = rawScope.split(/[,\s]+/).filter((scope) => scope !== '')
  if (/\s/.test(rawScope.trim()))
    lenient.push(['scope', 'holds blanks: scopes are separated by commas alone'])
  if (asked.length === 0) return bad('scope', 'is missing')
  for (const scope of asked) {
    if (!Object.hasOwn(scopesOf(app), scope)) return bad('scope', `${scope} is unknown`)
    if (!app.scopes.includes(scope)) return bad('scope', `${scope} is not approved for this app`)
  }
  if (app.api === 'business')
    for (const problem of accountRedirectProblems(redirectUri)) lenient.push(['redirect_uri', problem])
  // Clients in wide use leave it out and read the basic fields all the same (observed); strict mode grants what was asked.
  const login = 'user.info.basic'
  const added = !platform.settings.strict && !asked.includes(login) && app.scopes.includes(login)
  const challenge = query.get('code_challenge') ?? undefined
  const desktop = URL.canParse(redirectUri) && DESKTOP_HOSTS.has(new URL(redirectUri).hostname)
  if (challenge === undefined && desktop && app.platform === 'desktop')
    return bad('code_challenge', 'is required for desktop apps')
  if (challenge !== undefined) {
    const method = query.get('code_challenge_method')
    if (method !== null && method !== 'S256') return bad('code_challenge_method', 'must be S256')
    if (method === null) lenient.push(['code_challenge_method', 'is missing beside code_challenge'])
    if (/^[0-9a-f]{64}$/.test(challenge)) {
      // TikTok's own way.
    } else if (/^[A-Za-z0-9_-]{43}$/.test(challenge))
      lenient.push(['code_challenge', 'is base64url; TikTok documents hex'])
    else return bad('code_challenge', 'must be the hex SHA-256 of the verifier (64 characters)')
  }
  const [first] = lenient
  if (platform.settings.strict && first !== undefined) return bad(...first)
  return {
    ok: true,
    request: {
      app,
      scopes: added ? [login, ...asked] : asked,
      redirectUri,
      state: query.get('state') ?? undefined,
      challenge,
    },
    warnings: [
      ...lenient.map(([parameter, problem]) => `${parameter} ${problem}`),
      ...(added ? [`scope does not name ${login}, which was added`] : []),
    ],
  }
}

/** Registered addresses match exactly; `*` stands for a port, and at the end for any path (a convenience of the demo apps). */
function redirectMatches(pattern: string, uri: string): boolean {
  if (pattern === uri) return true
  const source = pattern
    .replace(/[.+^${}()|[\]\\?]/g, '\\$&')
    .replace(/:\*(?=\/|$)/, ':\\d{1,5}')
    .replace(/\*$/, '[^?#]*')
  return new RegExp(`^${source}$`).test(uri)
}

/** Who may be picked: in a sandbox only its target users. */
export function eligibleCreators(platform: Platform, app: AppRow): CreatorRow[] {
  return [...platform.world.creators.values()].filter(
    (creator) => app.kind !== 'sandbox' || app.targetUsers.includes(creator.id),
  )
}

/** The user agrees to some scopes: a code goes back. */
export function allow(
  platform: Platform,
  request: ConsentRequest,
  creator: CreatorRow,
  granted: string[],
): string {
  const { world, clock, ids, settings } = platform
  const scopes = request.scopes.filter((scope) => granted.includes(scope) || scope === 'user.info.basic')
  // Real codes hold characters that must be decoded from the URL before use.
  const code = `${ids.token('')}*0!${ids.hex(4)}`
  world.codes.put({
    id: code,
    clientKey: request.app.id,
    creator: creator.id,
    scopes,
    redirectUri: request.redirectUri,
    ...(request.challenge === undefined ? {} : { challenge: request.challenge }),
    expiresAt:
      clock.now() +
      (request.app.api === 'business' ? accountTokenRules.codeSeconds : settings.codeSeconds) * 1000,
  })
  return redirect(request, { code, scopes: scopes.join(',') })
}

/** The user refuses, or may not. */
export function refuse(
  request: ConsentRequest,
  error = 'access_denied',
  description = 'User cancelled the authorization.',
): string {
  return redirect(request, { error, error_description: description })
}

/** A user's whole visit to the consent page, without the page. */
export function consentAs(
  platform: Platform,
  authorizeUrl: string,
  user: string,
  choice: { deny: boolean; denyScopes: readonly string[] },
): { redirectUrl: string } | { problem: string } {
  if (!URL.canParse(authorizeUrl)) return { problem: 'authorize_url: must be an absolute URL' }
  const read = readConsentRequest(platform, new URL(authorizeUrl).searchParams)
  if (!read.ok) return { problem: `${read.parameter} ${read.problem}` }
  const { request } = read
  const creator = eligibleCreators(platform, request.app).find((one) => one.id === user)
  if (creator === undefined)
    return { problem: `user: ${user} is not among the accounts that may authorize this app` }
  if (choice.deny) return { redirectUrl: refuse(request) }
  const granted = request.scopes.filter((scope) => !choice.denyScopes.includes(scope))
  return { redirectUrl: allow(platform, request, creator, granted) }
}

function redirect(request: ConsentRequest, parameters: Record<string, string>): string {
  const url = new URL(request.redirectUri)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  if (request.state !== undefined) url.searchParams.set('state', request.state)
  return url.href
}
