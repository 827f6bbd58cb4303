/** Signing in with an app password, and the tokens that come of it. Source: docs.bsky.app, com.atproto.server.*. */
import { type Clock, Secret } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { AppPassword, CallOptions, Grant } from '../connector.ts'
import { fail, type PlatformResult, refuse, succeed } from '../outcome.ts'
import { type IdentityParts, resolveIdentity } from './oauth/identity.ts'
import type { Xrpc } from './xrpc.ts'

const DEFAULT_HOME = 'https://bsky.social'
/** How servers write the app passwords that they make: four times four letters. */
const APP_PASSWORD = /^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/
/** As told by the reference server, for a token that does not say it: two hours, ninety days. */
const ACCESS_MS = 2 * 3_600_000
const REFRESH_MS = 90 * 86_400_000

const session = z.object({
  did: z.string().check(z.startsWith('did:')),
  accessJwt: z.string(),
  refreshJwt: z.string(),
  didDoc: z.optional(
    z.object({
      service: z.optional(z.array(z.object({ id: z.string(), serviceEndpoint: z.unknown() }))),
    }),
  ),
})

const claims = z.object({ exp: z.optional(z.number()), scope: z.optional(z.string()) })

export class Sessions implements AppPassword {
  readonly kind = 'app-password'
  readonly defaultHome = DEFAULT_HOME
  readonly #xrpc: Xrpc
  readonly #clock: Clock
  readonly #identity: IdentityParts

  constructor(parts: { xrpc: Xrpc; clock: Clock; identity: IdentityParts }) {
    this.#xrpc = parts.xrpc
    this.#clock = parts.clock
    this.#identity = parts.identity
  }

  async signIn(
    { identifier, password, home: said }: { identifier: string; password: Secret; home?: string },
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<Grant>> {
    // The password of the whole account must not leave this machine, even where somebody types it in.
    if (!APP_PASSWORD.test(password.reveal()))
      return refuse('app_password_needed', 'password', 'An app password looks like abcd-efgh-ijkl-mnop.')
    if (said !== undefined && (!URL.canParse(said) || !/^https?:$/.test(new URL(said).protocol)))
      return refuse('home_invalid', 'home', 'The server has to be an address that begins with https://.')
    const home = said ?? (await this.#homeOf(identifier, signal))
    const at = this.#clock.now()
    const answer = await this.#xrpc.call({
      home: new URL(home).origin,
      method: 'com.atproto.server.createSession',
      body: { json: { identifier: identifier.trim().replace(/^@/, ''), password: password.reveal() } },
      answer: session,
      signal,
    })
    if (answer.ok) return succeed(toGrant(answer.value, new URL(home).origin, at))
    const { needs: _, ...failure } = answer.failure
    // Here a no means that name and password do not belong together, not that a grant is over.
    return failure.httpStatus === 401 ? fail({ ...failure, needs: 'credentials' }) : answer
  }

  /** The server that the name leads to; an e-mail address, or a name that leads nowhere, is asked at the large one. */
  async #homeOf(identifier: string, signal: AbortSignal | undefined): Promise<string> {
    if (/^[^@]+@/.test(identifier.trim())) return DEFAULT_HOME
    const identity = await resolveIdentity(identifier, this.#identity, signal)
    return identity.ok ? identity.value.home : DEFAULT_HOME
  }

  async refresh(grant: Grant, { signal }: CallOptions = {}): Promise<PlatformResult<Grant>> {
    const { refresh, home = DEFAULT_HOME } = grant
    if (refresh === undefined) return refuse('refresh_missing', 'refresh', 'The grant has no refresh token.')
    const at = this.#clock.now()
    const answer = await this.#xrpc.call({
      home,
      method: 'com.atproto.server.refreshSession',
      body: 'none',
      token: refresh,
      answer: session,
      signal,
    })
    if (!answer.ok) return isOver(answer.failure) ? fail({ ...answer.failure, needs: 'reconnect' }) : answer
    if (answer.value.did !== grant.accountId)
      return fail({
        code: 'account_changed',
        message: 'The server answered for another account.',
        needs: 'reconnect',
        retry: 'never',
        sent: 'answered',
      })
    return succeed(toGrant(answer.value, home, at))
  }

  async revoke(
    { refresh, home = DEFAULT_HOME }: Grant,
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<void>> {
    if (refresh === undefined) return succeed(undefined)
    const answer = await this.#xrpc.call({
      home,
      method: 'com.atproto.server.deleteSession',
      body: 'none',
      token: refresh,
      answer: z.unknown(),
      signal,
    })
    return answer.ok || isOver(answer.failure) ? succeed(undefined) : answer
  }
}

/** Whether a token is over for good; the protocol says `ExpiredToken` for those that were taken back, too. */
function isOver({ needs }: { needs?: string }): boolean {
  return needs === 'refresh' || needs === 'reconnect'
}

function toGrant(answer: z.infer<typeof session>, asked: string, at: number): Grant {
  const access = claimsOf(answer.accessJwt)
  const { exp = (at + REFRESH_MS) / 1000 } = claimsOf(answer.refreshJwt)
  return {
    accountId: answer.did,
    home: homeOf(answer) ?? asked,
    access: new Secret(answer.accessJwt),
    refresh: new Secret(answer.refreshJwt),
    scopes: access.scope?.split(' ') ?? [],
    obtainedAt: at,
    expiresAt: access.exp === undefined ? at + ACCESS_MS : access.exp * 1000,
    refreshExpiresAt: exp * 1000,
  }
}

/** A name like bsky.social signs in for many servers; the account's own stands in its document. */
function homeOf({ didDoc }: z.infer<typeof session>): string | undefined {
  const found = didDoc?.service?.find(({ id }) => id.endsWith('#atproto_pds'))?.serviceEndpoint
  return typeof found === 'string' && URL.canParse(found) && /^https?:/.test(found)
    ? new URL(found).origin
    : undefined
}

/** What a token says of itself. It is ours to use, not to judge: nothing rests on it but when to refresh. */
function claimsOf(jwt: string): z.infer<typeof claims> {
  try {
    const [, payload = ''] = jwt.split('.')
    return claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  } catch {
    return {}
  }
}
