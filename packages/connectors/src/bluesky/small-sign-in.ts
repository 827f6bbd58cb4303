/** The sign-in server of the small network: OAuth with PAR, PKCE and DPoP, as strict as the real one. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { Clock, Random } from '@tockwork/kernel'
import { unguessable } from './oauth/keys.ts'

export const ISSUER = 'https://signin.example.com'

/** A no of the protocol. */
class OAuthError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

interface Proof {
  /** Names the key. */
  thumbprint: string
}

interface Request {
  clientId: string
  thumbprint: string
  fields: URLSearchParams
}

interface Tokens {
  clientId: string
  thumbprint: string
  scope: string
}

export interface SignInParts {
  clock: Clock
  random: Random
  did: string
  /** The document behind a client's address; a client without one is one of this machine. */
  clientMetadata: (clientId: string) => Promise<unknown>
}

const LIFETIME_SECONDS = 1_800

export class SmallSignIn {
  readonly #parts: SignInParts
  /** What the next proof has to hold. */
  nonce = 'nonce-1'
  readonly #requests = new Map<string, Request>()
  readonly #codes = new Map<string, Request>()
  readonly #access = new Map<string, Tokens & { until: number }>()
  readonly #refresh = new Map<string, Tokens>()
  readonly #usedProofs = new Set<string>()

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  async answer(url: URL, init: RequestInit): Promise<Response> {
    if (url.pathname === '/.well-known/oauth-authorization-server') return Response.json(METADATA)
    const handle = this.#endpoints[url.pathname]
    if (handle === undefined) return new Response('', { status: 404 })
    const headers = { 'dpop-nonce': this.nonce }
    try {
      const fields = new URLSearchParams(String(init.body))
      const proof = this.#proofIn(new Headers(init.headers), 'POST', url)
      await this.#authenticate(fields)
      return Response.json(handle(fields, proof), { headers })
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      const body = { error: error.code, error_description: error.message }
      return Response.json(body, { status: error.code === 'invalid_client' ? 401 : 400, headers })
    }
  }

  /** What its owner does on the consent page. @returns the address that the browser is sent back to */
  consent(page: string, { deny = false }: { deny?: boolean } = {}): string {
    const asked = new URL(page).searchParams
    const request = this.#requests.get(asked.get('request_uri') ?? '')
    if (request === undefined || request.clientId !== asked.get('client_id'))
      throw new Error('there is no such request')
    this.#requests.delete(asked.get('request_uri') ?? '')
    const back = new URL(request.fields.get('redirect_uri') ?? '')
    back.searchParams.set('iss', ISSUER)
    back.searchParams.set('state', request.fields.get('state') ?? '')
    if (deny) back.searchParams.set('error', 'access_denied')
    else {
      const code = this.#unguessable('code')
      this.#codes.set(code, request)
      back.searchParams.set('code', code)
    }
    return back.href
  }

  /** Whether a request to the account's server may go: the reason why not, and `undefined` where it may. */
  refuses(url: URL, method: string, headers: Headers): Response | undefined {
    const access = headers.get('authorization')?.replace('DPoP ', '') ?? ''
    const no = (error: string) =>
      new Response(JSON.stringify({ error, message: error }), {
        status: 401,
        headers: { 'www-authenticate': `DPoP error="${error}"`, 'dpop-nonce': this.nonce },
      })
    const tokens = this.#access.get(access)
    if (tokens === undefined || tokens.until <= this.#parts.clock.now()) return no('invalid_token')
    try {
      const { thumbprint } = this.#proofIn(headers, method, url, access)
      return thumbprint === tokens.thumbprint ? undefined : no('invalid_dpop_proof')
    } catch (error) {
      return no((error as OAuthError).code)
    }
  }

  /** Ends every grant, as when the owner takes consent back. */
  endAll(): void {
    this.#access.clear()
    this.#refresh.clear()
  }

  readonly #endpoints: Record<string, (fields: URLSearchParams, proof: Proof) => object> = {
    '/oauth/par': (fields, { thumbprint }) => {
      if (fields.get('response_type') !== 'code' || fields.get('code_challenge_method') !== 'S256')
        throw new OAuthError('invalid_request', 'code with S256 is needed')
      const scopes = fields.get('scope')?.split(' ') ?? []
      if (!scopes.includes('atproto')) throw new OAuthError('invalid_scope', 'atproto is needed')
      const uri = `urn:ietf:params:oauth:request_uri:${this.#unguessable('req')}`
      this.#requests.set(uri, { clientId: fields.get('client_id') ?? '', thumbprint, fields })
      return { request_uri: uri, expires_in: 300 }
    },
    '/oauth/token': (fields, proof) =>
      fields.get('grant_type') === 'refresh_token' ? this.#renew(fields, proof) : this.#trade(fields, proof),
    '/oauth/revoke': (fields) => {
      this.#refresh.delete(fields.get('token') ?? '')
      this.#access.clear()
      return {}
    },
  }

  #trade(fields: URLSearchParams, { thumbprint }: Proof): object {
    const code = fields.get('code') ?? ''
    const request = this.#codes.get(code)
    this.#codes.delete(code)
    const challenge = createHash('sha256')
      .update(fields.get('code_verifier') ?? '')
      .digest('base64url')
    if (
      request === undefined ||
      request.clientId !== fields.get('client_id') ||
      request.thumbprint !== thumbprint ||
      request.fields.get('redirect_uri') !== fields.get('redirect_uri') ||
      request.fields.get('code_challenge') !== challenge
    )
      throw new OAuthError('invalid_grant', 'the code is not good')
    return this.#give({ clientId: request.clientId, thumbprint, scope: request.fields.get('scope') ?? '' })
  }

  #renew(fields: URLSearchParams, { thumbprint }: Proof): object {
    const token = fields.get('refresh_token') ?? ''
    const tokens = this.#refresh.get(token)
    this.#refresh.delete(token)
    if (tokens?.thumbprint !== thumbprint || tokens.clientId !== fields.get('client_id'))
      throw new OAuthError('invalid_grant', 'the refresh token is not good')
    return this.#give(tokens)
  }

  #give(tokens: Tokens): object {
    const [access, refresh] = [this.#unguessable('access'), this.#unguessable('refresh')]
    this.#access.set(access, { ...tokens, until: this.#parts.clock.now() + LIFETIME_SECONDS * 1000 })
    this.#refresh.set(refresh, tokens)
    return {
      access_token: access,
      token_type: 'DPoP',
      refresh_token: refresh,
      expires_in: LIFETIME_SECONDS,
      scope: tokens.scope,
      sub: this.#parts.did,
    }
  }

  /** A client with a document of its own signs with a key that stands in it. */
  async #authenticate(fields: URLSearchParams): Promise<void> {
    const clientId = fields.get('client_id') ?? ''
    if (clientId.startsWith('http://localhost')) return
    const document = Object(await this.#parts.clientMetadata(clientId))
    if (document.client_id !== clientId) throw new OAuthError('invalid_client', 'the document is another one')
    const { header, payload } = partsOf(fields.get('client_assertion') ?? '')
    const key = document.jwks?.keys?.find(({ kid }: { kid: string }) => kid === header.kid)
    if (
      key === undefined ||
      !isSigned(fields.get('client_assertion') ?? '', key) ||
      payload.iss !== clientId ||
      payload.aud !== ISSUER
    )
      throw new OAuthError('invalid_client', 'the client did not sign')
  }

  #proofIn(headers: Headers, method: string, url: URL, access?: string): Proof {
    const proof = headers.get('dpop') ?? ''
    const { header, payload } = partsOf(proof)
    const wrong =
      header.typ !== 'dpop+jwt' ||
      header.jwk?.d !== undefined ||
      !isSigned(proof, header.jwk) ||
      payload.htm !== method ||
      payload.htu !== `${url.origin}${url.pathname}` ||
      this.#usedProofs.has(payload.jti) ||
      Math.abs(payload.iat - this.#parts.clock.now() / 1000) > 60 ||
      (access !== undefined && payload.ath !== createHash('sha256').update(access).digest('base64url'))
    if (wrong) throw new OAuthError('invalid_dpop_proof', 'the proof is not good')
    if (payload.nonce !== this.nonce) throw new OAuthError('use_dpop_nonce', 'another nonce is needed')
    this.#usedProofs.add(payload.jti)
    const { crv, kty, x, y } = header.jwk
    return {
      thumbprint: createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url'),
    }
  }

  #unguessable(kind: string): string {
    return `${kind}-${unguessable(this.#parts.random, 24)}`
  }
}

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/oauth/authorize`,
  token_endpoint: `${ISSUER}/oauth/token`,
  pushed_authorization_request_endpoint: `${ISSUER}/oauth/par`,
  revocation_endpoint: `${ISSUER}/oauth/revoke`,
  require_pushed_authorization_requests: true,
  dpop_signing_alg_values_supported: ['ES256'],
  authorization_response_iss_parameter_supported: true,
  client_id_metadata_document_supported: true,
}

// biome-ignore lint/suspicious/noExplicitAny: whatever a client sends
function partsOf(jwt: string): { header: any; payload: any } {
  try {
    const [header, payload] = jwt
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    return { header: Object(header), payload: Object(payload) }
  } catch {
    throw new OAuthError('invalid_request', 'there is no JWT')
  }
}

function isSigned(jwt: string, jwk: unknown): boolean {
  try {
    const key = createPublicKey({ key: Object(jwk), format: 'jwk' })
    const at = jwt.lastIndexOf('.')
    const signature = Buffer.from(jwt.slice(at + 1), 'base64url')
    return verify('sha256', Buffer.from(jwt.slice(0, at)), { key, dsaEncoding: 'ieee-p1363' }, signature)
  } catch {
    return false
  }
}
