/** `business.auth`: the consent of TikTok accounts for a business app, their tokens, and their end. */
import type { InputOf, OutputOf } from '@tockwork/contracts'
import {
  accountTokenInfo,
  exchangeAccountCode,
  refreshAccountToken,
  revokeAccountToken,
} from '@tockwork/contracts/business'
import { AuthError, type Clock, type Random, Secret, UsageError } from '@tockwork/kernel'
import {
  type Callback,
  parseCallback,
  type StartedLogin,
  type StartOptions,
  startConsent,
} from '../auth/consent.ts'
import { TokenKeeper } from '../auth/token-keeper.ts'
import type { Grant, TokenSet } from '../auth/token-set.ts'
import type { TokenStore } from '../auth/token-store.ts'
import type { Credential, Dispatcher, Pass } from '../transport/dispatcher.ts'

export interface BusinessAuthParts {
  appId: string
  appSecret: Secret | undefined
  redirectUri: string | undefined
  origin: string | undefined
  clock: Clock
  random: Random
  store: TokenStore
  dispatcher: Dispatcher
}

/** What a token allows, as TikTok says. */
export interface TokenInfo {
  appId: string
  /** The `business_id` of every call. */
  openId: string
  scopes: readonly string[]
}

type Exchange = typeof exchangeAccountCode | typeof refreshAccountToken | typeof revokeAccountToken

const APP: Credential = { key: 'app', user: undefined, pass: () => ({ token: undefined, scopes: undefined }) }

export class BusinessAuth {
  readonly #parts: BusinessAuthParts
  readonly #keeper: TokenKeeper

  constructor(parts: BusinessAuthParts) {
    this.#parts = parts
    this.#keeper = new TokenKeeper({
      store: parts.store,
      clock: parts.clock,
      emit: (event) => parts.dispatcher.emit(event),
      exchange: async (tokens) =>
        this.#tokenSet(
          await this.#call(refreshAccountToken, {
            grant_type: 'refresh_token',
            refresh_token: tokens.refreshToken.reveal(),
          }),
        ),
    })
  }

  /** The address to send a user to, with what must be kept until they come back. PKCE is not part of this API. */
  start(options: Omit<StartOptions, 'pkce'>): Promise<StartedLogin> {
    const { appId: clientKey, origin, random } = this.#parts
    const redirectUri = this.#redirectUri(options.redirectUri)
    return startConsent({ clientKey, origin, random }, { ...options, redirectUri, pkce: false })
  }

  /** Reads a callback; see `parseCallback`. */
  parseCallback(from: string | URL | URLSearchParams, expected: { state: string }): Callback {
    return parseCallback(from, expected)
  }

  /** Ends a consent: reads the callback, exchanges the code and stores the tokens. */
  async finish(
    callbackUrl: string | URL | URLSearchParams,
    started: Pick<StartedLogin, 'state' | 'redirectUri' | 'scopes'>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<Grant> {
    const { code } = parseCallback(callbackUrl, started)
    const { redirectUri, scopes } = started
    return grantOf(await this.exchange({ code, redirectUri, signal: options.signal }), scopes)
  }

  /** Exchanges a code for tokens and stores them. It is good once, and for ten minutes. */
  async exchange(options: {
    code: string
    redirectUri?: string | undefined
    signal?: AbortSignal | undefined
  }): Promise<TokenSet> {
    const { code: auth_code, redirectUri, signal } = options
    const redirect_uri = this.#redirectUri(redirectUri)
    const fields = { grant_type: 'authorization_code', auth_code, redirect_uri } as const
    const tokens = this.#tokenSet(await this.#call(exchangeAccountCode, fields, signal))
    await this.#keeper.keep(tokens)
    return tokens
  }

  /** Renews an account's tokens now, whether it is time or not. */
  refresh(openId: string, options: { signal?: AbortSignal | undefined } = {}): Promise<TokenSet> {
    return this.#keeper.renew(openId, undefined, options.signal)
  }

  /** Gives a grant up at TikTok, then deletes its tokens here; when it is already gone there, it only goes here. */
  async revoke(openId: string, options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = options
    try {
      const { accessToken } = await this.#keeper.fresh(openId, signal)
      await this.#call(revokeAccountToken, { access_token: accessToken.reveal() }, signal)
    } catch (error) {
      const gone =
        error instanceof AuthError &&
        (error.needs === 'reconnect' || error.needs === 'refresh') &&
        error.code !== 'not_connected'
      if (!gone) throw error
    }
    await this.#keeper.forget(openId)
  }

  /** The grant that the store holds for an account. */
  async grant(openId: string): Promise<Grant | undefined> {
    const tokens = await this.#parts.store.get(openId)
    return tokens === undefined ? undefined : grantOf(tokens, tokens.scopes)
  }

  /** What TikTok says that a token allows: of a connected account, or one from elsewhere. */
  async tokenInfo(
    of: { openId: string } | { accessToken: string | Secret },
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<TokenInfo> {
    const { signal } = options
    const token = 'openId' in of ? (await this.#keeper.fresh(of.openId, signal)).accessToken : of.accessToken
    const input = {
      app_id: this.#parts.appId,
      access_token: token instanceof Secret ? token.reveal() : token,
    }
    // The dispatcher decodes with this endpoint's own schema.
    const answer = (await this.#parts.dispatcher.call(accountTokenInfo, { input, signal }, APP)) as OutputOf<
      typeof accountTokenInfo
    >
    return { appId: answer.app_id, openId: answer.creator_id, scopes: answer.scope }
  }

  /** Credentials of an account whose tokens are in the store. */
  credential(openId: string): Credential {
    const passOf = (tokens: TokenSet): Pass => ({ token: tokens.accessToken.reveal(), scopes: tokens.scopes })
    return {
      key: openId,
      user: openId,
      pass: async (signal) => passOf(await this.#keeper.fresh(openId, signal)),
      renew: async (rejected, signal) => passOf(await this.#keeper.renew(openId, rejected.token, signal)),
    }
  }

  /** Calls an endpoint of tokens as the app, whose id and secret are filled in; nothing is stored. */
  callAsApp<E extends Exchange>(
    endpoint: E,
    input: Omit<InputOf<E>, 'client_id' | 'client_secret'>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<OutputOf<E>> {
    return this.#call(endpoint, input, options.signal)
  }

  async #call<E extends Exchange>(
    endpoint: E,
    fields: Omit<InputOf<E>, 'client_id' | 'client_secret'>,
    signal?: AbortSignal | undefined,
  ): Promise<OutputOf<E>> {
    const { appId, appSecret, dispatcher } = this.#parts
    if (appSecret === undefined)
      throw new UsageError('appSecret is needed for this call', {
        field: 'appSecret',
        action: 'Give the client its secret (from the portal); never ship it in a browser or mobile app.',
      })
    const input = { client_id: appId, client_secret: appSecret.reveal(), ...fields }
    // The dispatcher decodes with this endpoint's own schema.
    return (await dispatcher.call(endpoint, { input, signal }, APP)) as OutputOf<E>
  }

  #tokenSet(answer: OutputOf<typeof exchangeAccountCode>): TokenSet {
    const now = this.#parts.clock.now()
    return {
      openId: answer.open_id,
      accessToken: new Secret(answer.access_token),
      refreshToken: new Secret(answer.refresh_token),
      scopes: answer.scope,
      obtainedAt: now,
      expiresAt: now + answer.expires_in * 1000,
      refreshExpiresAt: now + answer.refresh_token_expires_in * 1000,
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
  const missingScopes = asked.filter((scope) => !scopes.includes(scope))
  return { openId, scopes, expiresAt, refreshExpiresAt, missingScopes }
}
