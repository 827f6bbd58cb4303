import type { Endpoint, InputOf, OutputOf, QueryOf } from '@tockwork/contracts'
import { type Clock, cryptoRandom, type Random, Secret, systemClock, UsageError } from '@tockwork/kernel'
import { createHttp } from '#http'
import { AppWebhooks } from './app-webhooks.ts'
import { Auth } from './auth/auth.ts'
import { MemoryTokenStore, type TokenStore } from './auth/token-store.ts'
import { Creator } from './creator.ts'
import type { OnEvent } from './events.ts'
import type { Http } from './http.ts'
import type { HttpOptions } from './http-options.ts'
import { StatusFeed } from './posts/status-feed.ts'
import { bareTokenKey } from './transport/bare-token-key.ts'
import { type Credential, Dispatcher, type LimitOptions } from './transport/dispatcher.ts'
import { parseOrigin } from './transport/origin.ts'
import type { WindowState } from './transport/rate-window.ts'

export interface TikTokOptions {
  clientKey: string
  /** Needed for tokens. Leave it out where only given access tokens are used. */
  clientSecret?: string | Secret | undefined
  /** Default of `auth.start` and `auth.exchange`. */
  redirectUri?: string | undefined
  /** Sends every TikTok host to this origin, such as an emulator. Plain http for this machine only. */
  origin?: string | undefined
  /** Where users' tokens are kept; in memory by default. */
  tokens?: TokenStore | undefined
  clock?: Clock | undefined
  random?: Random | undefined
  /** A transport of your own, or settings for the built-in one. */
  http?: Http | HttpOptions | undefined
  onEvent?: OnEvent | undefined
  limits?: LimitOptions | undefined
}

export interface AppCallOptions<E extends Endpoint> {
  query?: QueryOf<E>
  /** `client_key` and `client_secret` are filled in. */
  input?: Partial<InputOf<E>>
  signal?: AbortSignal | undefined
  /** Fewer than the client's own number of attempts, where each one costs a quota. */
  maxAttempts?: number
}

/**
 * TikTok's open platform for one app. Keep one for the life of the program: it holds the connections, the rate
 * windows and the token renewals under way.
 */
export class TikTok {
  readonly auth: Auth
  readonly webhooks: AppWebhooks
  readonly #dispatcher: Dispatcher
  readonly #shared: { http: Http; clock: Clock; random: Random; origin: string | undefined; feed: StatusFeed }
  readonly #clientKey: string

  /** @throws {UsageError} when an option cannot be right. */
  constructor(options: TikTokOptions) {
    const { clientKey, clientSecret, redirectUri, limits = {}, onEvent } = options
    if (typeof clientKey !== 'string' || clientKey === '') {
      throw new UsageError('clientKey is needed', {
        field: 'clientKey',
        action: 'Copy it from the developer portal.',
      })
    }
    const clock = options.clock ?? systemClock
    const random = options.random ?? cryptoRandom
    const origin = options.origin === undefined ? undefined : parseOrigin(options.origin)
    const http =
      options.http !== undefined && 'send' in options.http ? options.http : createHttp(options.http)
    const secret = typeof clientSecret === 'string' ? new Secret(clientSecret) : clientSecret
    // Most programs never hand webhooks in; until the first one comes, waiting polls at its own pace.
    const feed = new StatusFeed(false)
    this.#clientKey = clientKey
    this.#shared = { http, clock, random, origin, feed }
    this.webhooks = new AppWebhooks({ secret, feed, clock })
    this.#dispatcher = new Dispatcher({ http, clock, random, origin, onEvent, limits })
    this.auth = new Auth({
      clientKey,
      clientSecret: secret,
      redirectUri,
      origin,
      clock,
      random,
      store: options.tokens ?? new MemoryTokenStore(),
      dispatcher: this.#dispatcher,
    })
  }

  /** Acts as a user whose tokens are in the store. They are renewed as needed. */
  as(openId: string): Creator {
    if (typeof openId !== 'string' || openId === '') {
      throw new UsageError('openId is needed', {
        field: 'openId',
        action: 'Hand over the open_id of a connected user.',
      })
    }
    return this.#creator(this.auth.userCredential(openId))
  }

  /** Acts with an access token from elsewhere. It cannot be renewed, and its scopes are not known beforehand. */
  withToken(accessToken: string | Secret): Creator {
    const token = typeof accessToken === 'string' ? accessToken : accessToken.reveal()
    if (token === '') throw new UsageError('accessToken is empty', { field: 'accessToken' })
    const secret = new Secret(token)
    return this.#creator({
      key: bareTokenKey(token),
      user: undefined,
      pass: () => ({ token: secret.reveal(), scopes: undefined }),
    })
  }

  /** Calls an endpoint as the app itself: with its key and secret, its own token, or nothing, as the contract says. */
  async callAsApp<E extends Endpoint>(endpoint: E, options: AppCallOptions<E> = {}): Promise<OutputOf<E>> {
    const { auth } = this
    let credential = auth.appCredential()
    let input: unknown = options.input
    if (endpoint.auth === 'client') credential = auth.clientCredential()
    else if (endpoint.auth === 'app') input = { ...auth.appFields(), ...options.input }
    else if (endpoint.auth !== 'none') {
      const how =
        endpoint.auth === 'user'
          ? 'It is called as a user: use tiktok.as(openId).call().'
          : 'It is not an API call.'
      throw new UsageError(`${endpoint.id} is not called as the app. ${how}`, {
        endpoint: endpoint.id,
        action: how,
      })
    } else if (endpoint.encoding === 'form') input = { client_key: this.#clientKey, ...options.input }
    // The dispatcher decodes with this endpoint's own schema.
    return (await this.#dispatcher.call(endpoint, { ...options, input }, credential)) as OutputOf<E>
  }

  /** The rate windows as they stand, for display. */
  limits(): WindowState[] {
    return this.#dispatcher.governor.state()
  }

  #creator(credential: Credential): Creator {
    return new Creator({ ...this.#shared, auth: this.auth, dispatcher: this.#dispatcher, credential })
  }
}
