/** `tiktok.auth`: consent, tokens, and their end. */

import type { InputOf, OutputOf } from '@tockwork/contracts'
import { clientToken, exchangeCode, refreshToken, revoke } from '@tockwork/contracts/oauth'
import { AuthError, type Clock, type Random, Secret, UsageError } from '@tockwork/kernel'
import type { Credential, Dispatcher, Pass } from '../transport/dispatcher.ts'
import { type ClientToken, ClientTokenKeeper } from './client-token.ts'
import {
  type Callback,
  parseCallback,
  type StartedLogin,
  type StartOptions,
  startConsent,
} from './consent.ts'
import { QrLogin } from './qr.ts'
import { TokenKeeper } from './token-keeper.ts'
import type { Grant, TokenSet } from './token-set.ts'
import type { TokenStore } from './token-store.ts'

export interface AuthParts {
  clientKey: string
  clientSecret: Secret | undefined
  redirectUri: string | undefined
  origin: string | undefined
  clock: Clock
  random: Random
  store: TokenStore
  dispatcher: Dispatcher
}

export interface ExchangeOptions {
  code: string
  redirectUri?: string | undefined
  codeVerifier?: string | undefined
  signal?: AbortSignal | undefined
}

const APP: Credential = { key: 'app', user: undefined, pass: () => ({ token: undefined, scopes: undefined }) }

export class Auth {
  readonly #parts: AuthParts
  readonly #keeper: TokenKeeper
  readonly #client: ClientTokenKeeper
  /** Login by a QR code that the TikTok app scans. */
  readonly qr: QrLogin

  constructor(parts: AuthParts) {
    this.#parts = parts
    this.#keeper = new TokenKeeper({
      store: parts.store,
      clock: parts.clock,
      emit: (event) => parts.dispatcher.emit(event),
      exchange: (tokens) => this.#refreshWire(tokens),
    })
    this.#client = new ClientTokenKeeper(parts.clock, () =>
      this.#call(clientToken, { grant_type: 'client_credentials' }),
    )
    this.qr = new QrLogin({ ...parts, app: APP, appFields: () => this.appFields() })
  }

  /** The address to send a user to, with what must be kept until they come back. */
  start(options: StartOptions): Promise<StartedLogin> {
    return startConsent(this.#parts, { ...options, redirectUri: this.#redirectUri(options.redirectUri) })
  }

  /** Reads a callback; see `parseCallback`. */
  parseCallback(from: string | URL | URLSearchParams, expected: { state: string }): Callback {
    return parseCallback(from, expected)
  }

  /** Ends a login: reads the callback, exchanges the code and stores the tokens. */
  async finish(
    callbackUrl: string | URL | URLSearchParams,
    started: Pick<StartedLogin, 'state' | 'redirectUri' | 'scopes' | 'codeVerifier'>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<Grant> {
    const { code } = parseCallback(callbackUrl, started)
    const { redirectUri, codeVerifier, scopes } = started
    const tokens = await this.exchange({ code, redirectUri, codeVerifier, signal: options.signal })
    return grantOf(tokens, scopes)
  }

  /** Exchanges a code for tokens and stores them. The code comes decoded, as `parseCallback` gives it. */
  async exchange({ code, redirectUri, codeVerifier, signal }: ExchangeOptions): Promise<TokenSet> {
    const answer = await this.#call(
      exchangeCode,
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: this.#redirectUri(redirectUri),
        ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
      },
      signal,
    )
    const tokens = this.#tokenSet(answer)
    await this.#keeper.keep(tokens)
    return tokens
  }

  /** Renews a user's tokens now, whether it is time or not. */
  refresh(openId: string, options: { signal?: AbortSignal | undefined } = {}): Promise<TokenSet> {
    return this.#keeper.renew(openId, undefined, options.signal)
  }

  /**
   * Gives a grant up at TikTok, then deletes its tokens here. TikTok refuses an expired access token, so it is renewed
   * first; when the grant is already gone there, it only goes here.
   */
  async revoke(openId: string, options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = options
    try {
      const { accessToken } = await this.#keeper.fresh(openId, signal)
      await this.#call(revoke, { token: accessToken.reveal() }, signal)
    } catch (error) {
      const gone = error instanceof AuthError && error.needs === 'reconnect' && error.code !== 'not_connected'
      if (!gone) throw error
    }
    await this.#keeper.forget(openId)
  }

  /** The grant that the store holds for a user. */
  async grant(openId: string): Promise<Grant | undefined> {
    const tokens = await this.#parts.store.get(openId)
    return tokens === undefined ? undefined : grantOf(tokens, tokens.scopes)
  }

  /** The app's own token, kept until it is due; one request however many callers wait. */
  clientToken(): Promise<ClientToken> {
    return this.#client.get()
  }

  /** Credentials of a user whose tokens are in the store. */
  userCredential(openId: string): Credential {
    const passOf = (tokens: TokenSet): Pass => ({ token: tokens.accessToken.reveal(), scopes: tokens.scopes })
    return {
      key: openId,
      user: openId,
      pass: async (signal) => passOf(await this.#keeper.fresh(openId, signal)),
      renew: async (rejected, signal) => passOf(await this.#keeper.renew(openId, rejected.token, signal)),
    }
  }

  /** Credentials of the app for endpoints that want a client token. */
  clientCredential(): Credential {
    const passOf = (token: ClientToken): Pass => ({ token: token.accessToken.reveal(), scopes: undefined })
    return {
      key: 'app',
      user: undefined,
      pass: async () => passOf(await this.#client.get()),
      renew: async ({ token }) => passOf(await this.#client.get(token)),
    }
  }

  /** Credentials of nobody: the form carries the app's key, or nothing is needed. */
  appCredential(): Credential {
    return APP
  }

  /** Form fields by which the app shows who it is. */
  appFields(): { client_key: string; client_secret: string } {
    const { clientKey, clientSecret } = this.#parts
    if (clientSecret === undefined) {
      throw new UsageError('clientSecret is needed for this call', {
        field: 'clientSecret',
        action: 'Give the client its secret (from the portal); never ship it in a browser or mobile app.',
      })
    }
    return { client_key: clientKey, client_secret: clientSecret.reveal() }
  }

  async #refreshWire(tokens: TokenSet): Promise<TokenSet> {
    const answer = await this.#call(refreshToken, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refreshToken.reveal(),
    })
    return this.#tokenSet(answer)
  }

  async #call<E extends typeof exchangeCode | typeof refreshToken | typeof clientToken | typeof revoke>(
    endpoint: E,
    fields: Omit<InputOf<E>, 'client_key' | 'client_secret'>,
    signal?: AbortSignal | undefined,
  ): Promise<OutputOf<E>> {
    const input = { ...this.appFields(), ...fields }
    // The dispatcher decodes with this endpoint's own schema.
    return (await this.#parts.dispatcher.call(endpoint, { input, signal }, APP)) as OutputOf<E>
  }

  #tokenSet(answer: OutputOf<typeof exchangeCode>): TokenSet {
    const now = this.#parts.clock.now()
    return {
      openId: answer.open_id,
      accessToken: new Secret(answer.access_token),
      refreshToken: new Secret(answer.refresh_token),
      scopes: answer.scope,
      obtainedAt: now,
      expiresAt: now + answer.expires_in * 1000,
      refreshExpiresAt: now + answer.refresh_expires_in * 1000,
    }
  }

  #redirectUri(given: string | undefined): string {
    const uri = given ?? this.#parts.redirectUri
    if (uri !== undefined) return uri
    throw new UsageError('redirectUri is needed', {
      field: 'redirectUri',
      action: 'Give one of the addresses registered in the portal, to the client or to this call.',
    })
  }
}

function grantOf(tokens: TokenSet, asked: readonly string[]): Grant {
  const { openId, scopes, expiresAt, refreshExpiresAt } = tokens
  return {
    openId,
    scopes,
    expiresAt,
    refreshExpiresAt,
    missingScopes: asked.filter((scope) => !scopes.includes(scope)),
  }
}
