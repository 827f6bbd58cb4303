/** Consent on the page of the account's own server: OAuth with PAR, PKCE and DPoP. Source: atproto.com/specs/oauth. */
import { timingSafeEqual } from 'node:crypto'
import { type Clock, type Random, redact, Secret } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { CallOptions, Consent, ConsentPage, Grant } from '../../connector.ts'
import { fail, type PlatformFailure, type PlatformResult, refuse, succeed } from '../../outcome.ts'
import { parseOrNothing, readText, unreachable, withTimeout } from '../http.ts'
import { type AuthorizationServer, AuthorizationServers } from './authorization-server.ts'
import { bindingOf, issuerOf, keyOf } from './binding.ts'
import { type BlueskyClient, SCOPES } from './client-metadata.ts'
import type { Dpop } from './dpop.ts'
import { type IdentityParts, resolveIdentity } from './identity.ts'
import { keyFrom, newKey, type SigningKey, sha256, unguessable } from './keys.ts'

export interface ConsentPageParts extends IdentityParts {
  dpop: Dpop
  clock: Clock
  random: Random
  client: BlueskyClient
}

/** As the reference server has them; it does not tell. */
const REFRESH_MS = { public: 14 * 86_400_000, confidential: 90 * 86_400_000 }
const ASSERTION_SECONDS = 60

const kept = z.object({
  verifier: z.string(),
  key: z.string(),
  issuer: z.string(),
  did: z.string(),
  home: z.string(),
})
const pushed = z.object({ request_uri: z.string() })
const tokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.string().check(z.regex(/^DPoP$/i)),
  refresh_token: z.string(),
  expires_in: z.number().check(z.positive()),
  scope: z.string(),
  sub: z.string(),
})
const refusal = z.object({ error: z.string(), error_description: z.optional(z.string()) })

export class BlueskyConsentPage implements ConsentPage {
  readonly kind = 'consent-page'
  readonly defaultScopes = SCOPES
  readonly needsIdentifier = true
  readonly #parts: ConsentPageParts
  readonly #servers: AuthorizationServers

  constructor(parts: ConsentPageParts) {
    this.#parts = parts
    this.#servers = new AuthorizationServers({ ...parts, now: () => parts.clock.now() })
  }

  async start(
    login: { scopes: readonly string[]; redirectUri: string; state: string; identifier?: string },
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<Consent>> {
    const { client, random } = this.#parts
    if (login.identifier === undefined || login.identifier.trim() === '')
      return refuse('handle_missing', 'identifier', 'Whose account it is has to be known first.')
    const identity = await resolveIdentity(login.identifier, this.#parts, signal)
    if (!identity.ok) return identity
    const { did, handle, home } = identity.value
    const server = await this.#servers.ofHome(home, signal)
    if (!server.ok) return server
    const { issuer, authorization_endpoint, pushed_authorization_request_endpoint } = server.value
    const verifier = unguessable(random)
    const key = newKey(random)
    const answer = await this.#post(
      pushed_authorization_request_endpoint,
      server.value,
      key,
      {
        response_type: 'code',
        code_challenge: sha256(verifier),
        code_challenge_method: 'S256',
        state: login.state,
        redirect_uri: login.redirectUri,
        scope: login.scopes.join(' '),
        login_hint: handle ?? did,
      },
      pushed,
      signal,
    )
    if (!answer.ok) return answer
    const url = new URL(authorization_endpoint)
    url.searchParams.set('client_id', client.clientId)
    url.searchParams.set('request_uri', answer.value.request_uri)
    const secret = new Secret(JSON.stringify({ verifier, key: key.text.reveal(), issuer, did, home }))
    return succeed({ url: url.href, secret })
  }

  async finish(
    callback: URLSearchParams,
    login: { state: string; redirectUri: string; secret: Secret },
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<Grant>> {
    const { verifier, key, issuer, did, home } = kept.parse(JSON.parse(login.secret.reveal()))
    if (!isSame(callback.get('state') ?? '', login.state))
      return refuse('state_mismatch', 'state', 'The answer belongs to another login.')
    // An answer of one server must not be taken to another one (RFC 9207).
    if (callback.get('iss') !== issuer)
      return refuse('issuer_mismatch', 'iss', 'The answer comes from another server.')
    const error = callback.get('error')
    if (error !== null)
      return fail({
        code: error.slice(0, 100),
        message: redact(callback.get('error_description') ?? 'The server did not agree.').slice(0, 500),
        retry: 'never',
        sent: 'answered',
      })
    const code = callback.get('code')
    if (code === null) return refuse('code_missing', 'code', 'The answer holds no code.')
    const server = await this.#servers.ofIssuer(issuer, signal)
    if (!server.ok) return server
    const signer = keyFrom(new Secret(key))
    const request = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: login.redirectUri,
      code_verifier: verifier,
    }
    return this.#tokens(server.value, signer, request, { did, home }, signal)
  }

  /** @param grant one of `finish` */
  async refresh(grant: Grant, { signal }: CallOptions = {}): Promise<PlatformResult<Grant>> {
    const { accountId: did, home = '', refresh, binding } = grant
    if (refresh === undefined || binding === undefined)
      return refuse('refresh_missing', 'refresh', 'The grant has no refresh token.')
    const server = await this.#servers.ofIssuer(issuerOf(binding), signal)
    if (!server.ok) return server
    const request = { grant_type: 'refresh_token', refresh_token: refresh.reveal() }
    return this.#tokens(server.value, keyOf(binding), request, { did, home }, signal)
  }

  async revoke(
    { access, refresh, binding }: Grant,
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<void>> {
    if (binding === undefined) return succeed(undefined)
    const server = await this.#servers.ofIssuer(issuerOf(binding), signal)
    if (!server.ok) return server
    const { revocation_endpoint: endpoint } = server.value
    if (endpoint === undefined) return succeed(undefined)
    const request = { token: (refresh ?? access).reveal() }
    const answer = await this.#post(endpoint, server.value, keyOf(binding), request, z.unknown(), signal)
    // A token that is gone already is no error, by RFC 7009; some say so all the same.
    if (answer.ok || ['invalid_token', 'invalid_grant'].includes(answer.failure.code))
      return succeed(undefined)
    return answer
  }

  async #tokens(
    server: AuthorizationServer,
    key: SigningKey,
    request: Readonly<Record<string, string>>,
    { did, home }: { did: string; home: string },
    signal: AbortSignal | undefined,
  ): Promise<PlatformResult<Grant>> {
    const { client, clock } = this.#parts
    const at = clock.now()
    const answer = await this.#post(server.token_endpoint, server, key, request, tokenAnswer, signal)
    if (!answer.ok) return answer
    const { access_token, refresh_token, expires_in, scope, sub } = answer.value
    // Any server can claim any account: only the one that the account's own document leads to is believed.
    if (sub !== did)
      return fail({
        code: 'account_changed',
        message: 'The server answered for another account.',
        needs: 'reconnect',
        retry: 'never',
        sent: 'answered',
      })
    return succeed({
      accountId: did,
      home,
      access: new Secret(access_token),
      refresh: new Secret(refresh_token),
      scopes: scope.split(' ').filter((one) => one !== ''),
      obtainedAt: at,
      expiresAt: at + expires_in * 1000,
      refreshExpiresAt: at + REFRESH_MS[client.key === undefined ? 'public' : 'confidential'],
      binding: bindingOf(key, server.issuer),
    })
  }

  async #post<T>(
    endpoint: string,
    server: AuthorizationServer,
    key: SigningKey,
    fields: Readonly<Record<string, string>>,
    answer: z.ZodMiniType<T>,
    signal: AbortSignal | undefined,
  ): Promise<PlatformResult<T>> {
    const { clock, dpop, timeoutMs } = this.#parts
    let response: Response
    let text: string
    try {
      response = await dpop.fetch(
        new URL(endpoint),
        {
          method: 'POST',
          redirect: 'error',
          signal: withTimeout(timeoutMs, signal),
          headers: new Headers({
            accept: 'application/json',
            'content-type': 'application/x-www-form-urlencoded',
          }),
          body: new URLSearchParams({ ...fields, ...this.#clientFields(server.issuer) }).toString(),
        },
        key,
      )
      text = await readText(response)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      return fail(unreachable(error))
    }
    if (!response.ok) return fail(refusalOf(response, text, clock))
    const parsed = answer.safeParse(parseOrNothing(text))
    if (parsed.success) return succeed(parsed.data)
    return fail({
      code: 'answer_unreadable',
      message: 'The server answered with something else than the protocol says.',
      retry: 'outcome-unknown',
      sent: 'maybe',
      httpStatus: response.status,
    })
  }

  #clientFields(issuer: string): Record<string, string> {
    const { client, clock, random } = this.#parts
    const { clientId, key } = client
    if (key === undefined) return { client_id: clientId }
    const signer = keyFrom(key)
    const now = Math.floor(clock.now() / 1000)
    return {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: signer.jwt(
        { kid: signer.thumbprint, typ: 'JWT' },
        {
          iss: clientId,
          sub: clientId,
          aud: issuer,
          jti: unguessable(random, 16),
          iat: now,
          exp: now + ASSERTION_SECONDS,
        },
      ),
    }
  }
}

function refusalOf({ status, headers }: Response, text: string, clock: Clock): PlatformFailure {
  const read = refusal.safeParse(parseOrNothing(text))
  const { error: code = `http_${status}`, error_description: message = `The server answered ${status}.` } =
    read.success ? read.data : {}
  const failure = { code: code.slice(0, 100), message: redact(message).slice(0, 500), httpStatus: status }
  if (status === 429) {
    const seconds = Number(headers.get('retry-after'))
    const until = clock.now() + (seconds > 0 ? seconds * 1000 : 60_000)
    return { ...failure, code: 'rate_limit_exceeded', retry: 'after', until, sent: 'answered' }
  }
  if (status >= 500) return { ...failure, retry: 'outcome-unknown', sent: 'maybe' }
  const over = code === 'invalid_grant'
  return { ...failure, retry: 'never', sent: 'answered', ...(over ? { needs: 'reconnect' as const } : {}) }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(sha256(one)), Buffer.from(sha256(other))]
  return timingSafeEqual(a, b)
}
