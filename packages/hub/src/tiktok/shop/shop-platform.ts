/** TikTok Shop as one app of a workspace sees it. Thin over the SDK; keeps no tokens and repeats nothing by itself. */
import type { ShopOperationId } from '@tockwork/contracts/shop/operations'
import { type Clock, type Random, Secret, UsageError } from '@tockwork/kernel'
import {
  type AuthorizedShop,
  MemoryShopGrantStore,
  type ShopAccount,
  type ShopCallOptions,
  type ShopGrant,
  TikTokShop,
} from '@tockwork/sdk/shop'
import { attempt, type PlatformFailure, type PlatformResult } from '../outcome.ts'
import type { CreatorProfile, StartedConsent } from '../platform.ts'
import type { PlatformTokens } from '../tokens.ts'

export interface ShopPlatformApp {
  appKey: string
  appSecret: Secret
  serviceId: string
  /** Which consent page sellers see unless a login says otherwise. */
  market: 'ROW' | 'US'
  /** Sends everything to an emulator; absent: TikTok. */
  origin?: string | undefined
  clock: Clock
  random: Random
  /** Told of every request. */
  onCall?: ((endpoint: string) => void) | undefined
}

/** A shop with the cipher by which calls name it. */
export interface KnownShop {
  id: string
  cipher: string
}

const TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 5_000
/** As TikTok's tokens are refreshed: seconds are precious, a refresh that hangs holds its account's lease. */
const GONE = new Set(['36004001', '36004002', '105001'])
const DEAUTHORIZE = 'shop.authorization.DeauthorizeShop.202403'

export class ShopPlatform {
  readonly #market: 'ROW' | 'US'
  readonly #client: TikTokShop
  /** Pairs whose renewal is under way; nothing stays here. */
  readonly #renewing = new MemoryShopGrantStore()

  constructor(app: ShopPlatformApp) {
    const { appKey, appSecret, serviceId, market, origin, clock, random, onCall } = app
    this.#market = market
    this.#client = new TikTokShop({
      appKey,
      appSecret,
      serviceId,
      origin,
      clock,
      random,
      grants: this.#renewing,
      http: { timeoutMs: TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS },
      // Waiting and repeating are the hub's business, in the database, where a crash does not forget them.
      limits: { maxAttempts: 1 },
      onEvent: (event) => {
        if (event.type === 'request') onCall?.(event.endpoint)
      },
    })
  }

  /** The consent page's address. It leads back to where the app's settings at TikTok say, with the state. */
  async authorizeUrl(login: { state: string; market?: 'ROW' | 'US' | null }): Promise<StartedConsent> {
    const market = login.market ?? this.#market
    const { url } = this.#client.auth.consentUrl({ as: 'seller', market, state: login.state })
    // There is no PKCE here; the state alone ties the callback to the login.
    return { url, codeVerifier: new Secret('') }
  }

  /** Reads a callback and exchanges its code. A refusal by the seller is a failure with `access_denied`. */
  async finish(callback: URLSearchParams, login: { state: string }): Promise<PlatformResult<PlatformTokens>> {
    const result = await attempt(async () => {
      const code = this.#client.auth.parseCallback(callback, { state: login.state })
      const grant = await this.#client.auth.exchange(code)
      await this.#renewing.delete(grant.openId)
      if (grant.userType !== undefined && grant.userType !== 'seller')
        throw new UsageError(`A ${grant.userType} gave consent where a seller was asked.`, {
          code: 'not_a_seller',
        })
      return tokensOf(grant)
    })
    if (!result.ok && result.failure.code === 'auth_denied')
      return { ok: false, failure: { ...result.failure, code: 'access_denied' } }
    return result
  }

  /** Trades a refresh token for a new pair, once; see `TikTokPlatform.refresh`. */
  async refresh(tokens: PlatformTokens): Promise<PlatformResult<PlatformTokens>> {
    await this.#renewing.put({
      ...tokens,
      userType: 'seller',
      sellerName: undefined,
      sellerBaseRegion: undefined,
    })
    const result = await attempt(async () => tokensOf(await this.#client.auth.refresh(tokens.openId)))
    await this.#renewing.delete(tokens.openId)
    if (!result.ok && GONE.has(result.failure.code))
      return { ok: false, failure: { ...result.failure, code: 'invalid_grant' } }
    return result
  }

  /** Ends the authorization, whichever of the seller's shops it is asked through. */
  async revoke(access: Secret): Promise<PlatformResult<void>> {
    return this.#call(access, async (account) => {
      const [shop] = await account.shops()
      if (shop !== undefined) await account.call(DEAUTHORIZE, { shopId: shop.id })
    })
  }

  /** A seller goes by the names of the shops. */
  async profile(access: Secret): Promise<PlatformResult<Omit<CreatorProfile, 'openId'>>> {
    const shops = await this.shops(access)
    if (!shops.ok) return shops
    const names = shops.value.flatMap(({ name }) => (name === undefined ? [] : [name]))
    return { ok: true, value: names.length === 0 ? {} : { displayName: names.join(', ').slice(0, 200) } }
  }

  /** The shops that the authorization covers, with their ciphers. */
  shops(access: Secret): Promise<PlatformResult<AuthorizedShop[]>> {
    return this.#call(access, (account) => account.shops())
  }

  /**
   * Calls as a seller about one shop; its cipher is known, so nothing is asked for it.
   * @param read makes something of the answer's data; a `ContractError` that it throws is a failure of the call
   */
  inShop<T>(
    access: Secret,
    shop: KnownShop,
    operation: string,
    options: ShopCallOptions,
    read: (data: Record<string, unknown>) => T,
  ): Promise<PlatformResult<T>> {
    return this.#call(
      access,
      async (account) =>
        // Which operations there are is a matter of the table, not of types.
        read(
          await account.call(operation as ShopOperationId & string, { ...options, shopId: shop.id } as never),
        ),
      shop,
    )
  }

  async #call<T>(
    access: Secret,
    use: (account: ShopAccount) => Promise<T>,
    shop?: KnownShop,
  ): Promise<PlatformResult<T>> {
    const account = this.#client.withToken(access, shop === undefined ? {} : { shops: [shop] })
    const result = await attempt(() => use(account))
    return result.ok ? result : { ok: false, failure: forAccount(result.failure) }
  }
}

/** A token that ended is renewed by the hub, which the SDK cannot know: it was handed the token alone. */
function forAccount(failure: PlatformFailure): PlatformFailure {
  if (failure.code === '105002') return { ...failure, needs: 'refresh' }
  if (failure.code === '105001') return { ...failure, needs: 'reconnect' }
  return failure
}

function tokensOf(grant: ShopGrant): PlatformTokens {
  const { openId, accessToken, refreshToken, scopes, obtainedAt, expiresAt, refreshExpiresAt } = grant
  return { openId, accessToken, refreshToken, scopes, obtainedAt, expiresAt, refreshExpiresAt }
}
