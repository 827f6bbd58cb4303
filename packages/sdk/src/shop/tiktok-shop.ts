import { type Clock, cryptoRandom, type Random, Secret, systemClock, UsageError } from '@tockwork/kernel'
import { createHttp } from '#http'
import type { OnEvent } from '../events.ts'
import type { Http } from '../http.ts'
import type { HttpOptions } from '../http-options.ts'
import { bareTokenKey } from '../transport/bare-token-key.ts'
import { parseOrigin } from '../transport/origin.ts'
import { FixedToken } from './fixed-token.ts'
import { MemoryShopGrantStore, type ShopGrantStore } from './grant.ts'
import { type AuthorizedShop, ShopAccount } from './shop-account.ts'
import { ShopAuth } from './shop-auth.ts'
import { ShopCaller } from './shop-caller.ts'
import type { ShopParts } from './shop-parts.ts'
import { ShopWindows } from './shop-windows.ts'
import { type ShopWebhookEvent, verifyShopWebhook } from './webhooks.ts'

export interface TikTokShopOptions {
  appKey: string
  appSecret: string | Secret
  /** From the app's page in Partner Center; needed for the consent pages of sellers and partners. */
  serviceId?: string | undefined
  /** Sends both of TikTok Shop's hosts to this origin, such as an emulator. Plain http for this machine only. */
  origin?: string | undefined
  /** Where grants are kept; in memory by default. */
  grants?: ShopGrantStore | undefined
  clock?: Clock | undefined
  random?: Random | undefined
  /** A transport of your own, or settings for the built-in one. */
  http?: Http | HttpOptions | undefined
  onEvent?: OnEvent | undefined
  limits?:
    | {
        /** Attempts of one call, the first among them, 1 to 10. 4. */
        maxAttempts?: number
        /** Largest answer that is read. 32 MiB. */
        maxAnswerBytes?: number
        /** The shops are of a sandbox, whose calls are limited to 1,000 an hour together. `false`. */
        sandbox?: boolean
        /** Longest wait for a free slot of TikTok's limits, in milliseconds; then `RateLimitError`. One minute. */
        maxWaitMs?: number
      }
    | undefined
}

/**
 * TikTok Shop's Open API for one app. Keep one for the life of the program: it holds the connections, the ciphers of
 * the shops and the renewals under way.
 */
export class TikTokShop {
  readonly auth: ShopAuth
  readonly #parts: ShopParts
  readonly #caller: ShopCaller
  readonly #accounts = new Map<string, ShopAccount>()

  /** @throws {UsageError} when an option cannot be right */
  constructor(options: TikTokShopOptions) {
    const { appKey, appSecret, limits = {} } = options
    const secret = typeof appSecret === 'string' ? new Secret(appSecret) : appSecret
    if (typeof appKey !== 'string' || appKey === '')
      throw new UsageError('appKey is needed', { field: 'appKey', action: 'Copy it from Partner Center.' })
    if (!(secret instanceof Secret) || secret.reveal() === '')
      throw new UsageError('appSecret is needed', {
        field: 'appSecret',
        action: 'Copy it from Partner Center: every call is signed with it.',
      })
    const { maxAttempts = 4, maxAnswerBytes = 32 * 1024 * 1024, sandbox = false, maxWaitMs = 60_000 } = limits
    if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > 10)
      throw new UsageError('limits.maxAttempts: 1 to 10', { field: 'limits.maxAttempts' })
    if (!Number.isFinite(maxWaitMs) || maxWaitMs < 0)
      throw new UsageError('limits.maxWaitMs: milliseconds from 0', { field: 'limits.maxWaitMs' })
    const clock = options.clock ?? systemClock
    this.#parts = {
      appKey,
      appSecret: secret,
      origin: options.origin === undefined ? undefined : parseOrigin(options.origin),
      http: options.http !== undefined && 'send' in options.http ? options.http : createHttp(options.http),
      clock,
      random: options.random ?? cryptoRandom,
      onEvent: options.onEvent,
      maxAttempts,
      maxAnswerBytes,
      windows: new ShopWindows(clock, { sandbox, maxWaitMs }),
    }
    this.auth = new ShopAuth(this.#parts, options.serviceId, options.grants ?? new MemoryShopGrantStore())
    this.#caller = new ShopCaller(this.#parts, this.auth)
  }

  /** Acts as a seller, creator or partner whose grant is in the store. Tokens are renewed as needed. */
  as(openId: string): ShopAccount {
    if (typeof openId !== 'string' || openId === '')
      throw new UsageError('openId is needed', {
        field: 'openId',
        action: 'Hand over the openId of a connected account.',
      })
    let account = this.#accounts.get(openId)
    if (account === undefined) {
      account = new ShopAccount(openId, this.#caller)
      this.#accounts.set(openId, account)
    }
    return account
  }

  /**
   * Acts with an access token from elsewhere. It cannot be renewed, and whose it is is not known beforehand.
   * @param known.shops shops whose ciphers are known already: the list of shops is not asked for them
   */
  withToken(
    accessToken: string | Secret,
    known: { shops?: readonly Pick<AuthorizedShop, 'id' | 'cipher'>[] } = {},
  ): ShopAccount {
    const token = accessToken instanceof Secret ? accessToken : new Secret(accessToken)
    if (token.reveal() === '') throw new UsageError('accessToken is empty', { field: 'accessToken' })
    const name = bareTokenKey(token.reveal())
    return new ShopAccount(name, new ShopCaller(this.#parts, new FixedToken(name, token)), known.shops)
  }

  /** Checks and reads a webhook of this app: see `verifyShopWebhook`. */
  webhook(delivery: {
    body: string | Uint8Array
    /** Value of the `Authorization` header. */
    signature: string | null | undefined
  }): Promise<ShopWebhookEvent> {
    const { appKey, appSecret } = this.#parts
    return verifyShopWebhook({ appKey, appSecret, ...delivery })
  }
}
