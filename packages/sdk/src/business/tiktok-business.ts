import type { BusinessLevel } from '@tockwork/contracts/business'
import { type Clock, cryptoRandom, type Random, Secret, systemClock, UsageError } from '@tockwork/kernel'
import { createHttp } from '#http'
import { MemoryTokenStore, type TokenStore } from '../auth/token-store.ts'
import type { OnEvent } from '../events.ts'
import type { Http } from '../http.ts'
import type { HttpOptions } from '../http-options.ts'
import { bareTokenKey } from '../transport/bare-token-key.ts'
import { type Credential, Dispatcher, type LimitOptions } from '../transport/dispatcher.ts'
import { parseOrigin } from '../transport/origin.ts'
import type { WindowState } from '../transport/rate-window.ts'
import { BusinessAccount } from './business-account.ts'
import { BusinessAuth } from './business-auth.ts'
import { BusinessCaller } from './business-caller.ts'
import { businessDialect } from './dialect.ts'

export interface TikTokBusinessOptions {
  /** Also called client_key and client_id. */
  appId: string
  /** Needed for tokens. Leave it out where only given access tokens are used. */
  appSecret?: string | Secret | undefined
  /** Default of `auth.start` and `auth.exchange`. */
  redirectUri?: string | undefined
  /** Sends TikTok's hosts to this origin, such as an emulator. Plain http for this machine only. */
  origin?: string | undefined
  /** Where accounts' tokens are kept; in memory by default. Not the store of an app of TikTok for Developers. */
  tokens?: TokenStore | undefined
  /** What TikTok has granted the app; the limits over all its calls follow from it. `basic`. */
  level?: BusinessLevel | undefined
  clock?: Clock | undefined
  random?: Random | undefined
  /** A transport of your own, or settings for the built-in one. */
  http?: Http | HttpOptions | undefined
  onEvent?: OnEvent | undefined
  limits?: LimitOptions | undefined
}

/**
 * TikTok API for Business for one app: audience, figures, comments and posts of the TikTok accounts that agreed. Keep
 * one for the life of the program: it holds the connections, the rate windows and the token renewals under way.
 */
export class TikTokBusiness {
  readonly auth: BusinessAuth
  readonly #dispatcher: Dispatcher

  /** @throws {UsageError} when an option cannot be right */
  constructor(options: TikTokBusinessOptions) {
    const { appId, appSecret, redirectUri, onEvent, limits = {}, level = 'basic' } = options
    if (typeof appId !== 'string' || appId === '')
      throw new UsageError('appId is needed', {
        field: 'appId',
        action: 'Copy it from the portal of TikTok API for Business.',
      })
    const clock = options.clock ?? systemClock
    const random = options.random ?? cryptoRandom
    const origin = options.origin === undefined ? undefined : parseOrigin(options.origin)
    const http =
      options.http !== undefined && 'send' in options.http ? options.http : createHttp(options.http)
    const dialect = businessDialect(level)
    this.#dispatcher = new Dispatcher({ http, clock, random, origin, onEvent, limits, dialect })
    this.auth = new BusinessAuth({
      appId,
      appSecret: typeof appSecret === 'string' ? new Secret(appSecret) : appSecret,
      redirectUri,
      origin,
      clock,
      random,
      store: options.tokens ?? new MemoryTokenStore(),
      dispatcher: this.#dispatcher,
    })
  }

  /** Acts as an account whose tokens are in the store. They are renewed as needed. */
  as(openId: string): BusinessAccount {
    if (typeof openId !== 'string' || openId === '')
      throw new UsageError('openId is needed', {
        field: 'openId',
        action: 'Hand over the open_id of a connected account.',
      })
    return this.#account(this.auth.credential(openId), openId)
  }

  /**
   * Acts with an access token from elsewhere, which cannot be renewed.
   * @param known whose it is and what it allows; TikTok is asked where it is not said
   */
  async withToken(
    accessToken: string | Secret,
    options: {
      known?: { openId: string; scopes: readonly string[] } | undefined
      signal?: AbortSignal | undefined
    } = {},
  ): Promise<BusinessAccount> {
    const secret = accessToken instanceof Secret ? accessToken : new Secret(accessToken)
    const token = secret.reveal()
    if (token === '') throw new UsageError('accessToken is empty', { field: 'accessToken' })
    const { openId, scopes } = options.known ?? (await this.auth.tokenInfo({ accessToken: secret }, options))
    const pass = () => ({ token: secret.reveal(), scopes })
    const key = options.known === undefined ? bareTokenKey(token) : openId
    return this.#account({ key, user: openId, pass }, openId)
  }

  /** The rate windows as they stand, for display. */
  limits(): WindowState[] {
    return this.#dispatcher.governor.state()
  }

  #account(credential: Credential, openId: string): BusinessAccount {
    return new BusinessAccount(new BusinessCaller(this.#dispatcher, credential, openId))
  }
}
