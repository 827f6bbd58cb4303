/** Consent, tokens and their renewal. Source: partner.tiktokshop.com/docv2 (authorization overview, seller guide). */
import { consentPages, type ShopUserType, shopHosts, tokenPaths, userTypes } from '@tockwork/contracts/shop'
import { AuthError, ContractError, Secret, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { base64url, sameText } from '../auth/pkce.ts'
import type { ShopGrant, ShopGrantStore } from './grant.ts'
import { errorOf } from './shop-errors.ts'
import type { ShopParts } from './shop-parts.ts'
import { exchange } from './shop-wire.ts'

/** Renewed this long before the end: long enough for a slow call to arrive with a token that still holds. */
const RENEW_BEFORE_MS = 5 * 60 * 1000
/** 2001-09-09. A smaller number of seconds cannot be the time at which a token of today ends. */
const FIRST_PLAUSIBLE_TIME = 1_000_000_000

const GET_TOKEN = 'shop.oauth.GetAccessToken.v2'
const REFRESH_TOKEN = 'shop.oauth.RefreshAccessToken.v2'

const tokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  access_token_expire_in: z.number().check(z.positive()),
  refresh_token: z.string().check(z.minLength(1)),
  refresh_token_expire_in: z.number().check(z.positive()),
  open_id: z.string().check(z.minLength(1)),
  user_type: z.optional(z.number()),
  seller_name: z.nullish(z.string()),
  seller_base_region: z.nullish(z.string()),
  granted_scopes: z.nullish(z.array(z.string())),
})

export interface ShopConsentOptions {
  as?: 'seller' | 'creator' | 'partner'
  /** Sellers and partners of the United States have a page of their own. `ROW` (the rest of the world). */
  market?: 'ROW' | 'US'
  /** Echoed in the callback; random by default. Keep it in the user's session. */
  state?: string
}

export class ShopAuth {
  readonly #parts: ShopParts
  readonly #serviceId: string | undefined
  readonly #store: ShopGrantStore
  readonly #renewals = new Map<string, Promise<ShopGrant>>()

  constructor(parts: ShopParts, serviceId: string | undefined, store: ShopGrantStore) {
    this.#parts = parts
    this.#serviceId = serviceId
    this.#store = store
  }

  /**
   * The address of the consent page. Where it leads back to is fixed in the app's settings.
   * @throws {UsageError} when the client has no `serviceId` and the page needs one
   */
  consentUrl(options: ShopConsentOptions = {}): { url: string; state: string } {
    const { as = 'seller', market = 'ROW' } = options
    const { random, appKey, origin } = this.#parts
    const state = options.state ?? base64url(random.bytes(24))
    const page = as === 'creator' ? consentPages.creator : consentPages[as][market]
    if (as !== 'creator' && (this.#serviceId === undefined || this.#serviceId === ''))
      throw new UsageError('serviceId is needed for a consent page', {
        field: 'serviceId',
        action: "Copy it from the app's page in Partner Center; it is not the app key.",
      })
    const query = new URLSearchParams(
      as === 'creator' ? { app_key: appKey, state } : { service_id: this.#serviceId ?? '', state },
    )
    const url = new URL(page)
    return { url: `${origin ?? url.origin}${url.pathname}?${query}`, state }
  }

  /**
   * Reads the callback. A consent that was begun in the seller's App Store comes back without a state: to take those
   * too, hand over `state: undefined`, and ask the user in another way whose account it is.
   * @throws {AuthError} `auth_denied` after a no, `state_mismatch` when it is not the answer to this consent
   */
  parseCallback(from: string | URL | URLSearchParams, expected: { state: string | undefined }): string {
    const text = String(from)
    const query = new URLSearchParams(
      from instanceof URLSearchParams ? from : text.slice(text.indexOf('?') + 1).split('#')[0],
    )
    const state = query.get('state') ?? undefined
    const code = query.get('code') ?? ''
    const refused = query.get('error')
    if (refused !== null && refused !== '')
      throw new AuthError('The consent was refused.', {
        code: refused.slice(0, 60),
        needs: 'reconnect',
        retry: 'never',
        endpoint: GET_TOKEN,
        action: 'Offer to connect again.',
      })
    if (state === undefined ? expected.state !== undefined : !sameText(state, expected.state ?? ''))
      throw new AuthError('The callback does not belong to this consent: its state differs.', {
        code: 'state_mismatch',
        needs: 'reconnect',
        retry: 'never',
        endpoint: GET_TOKEN,
        action: 'Do not use its code. Start the consent again.',
      })
    if (code === '' || code === 'null')
      throw new UsageError('code: the callback has neither a code nor an error', { field: 'code' })
    return code
  }

  /** Turns the callback's code into tokens and keeps them. A code works once, for 30 minutes. */
  async exchange(code: string, options: { signal?: AbortSignal } = {}): Promise<ShopGrant> {
    if (typeof code !== 'string' || code === '') throw new UsageError('code is empty', { field: 'code' })
    const grant = await this.#tokens(
      GET_TOKEN,
      tokenPaths.get,
      // Not `authorization_code`: this is TikTok Shop's own word.
      { auth_code: code, grant_type: 'authorized_code' },
      options.signal,
    )
    await this.#store.put(grant)
    return grant
  }

  /** Renews a user's tokens now. Calls do it by themselves; at the same time, one renewal serves all. */
  refresh(openId: string): Promise<ShopGrant> {
    return this.#renew(openId, () => true)
  }

  /** Takes a user's tokens out of the store. TikTok is not told: `DeauthorizeShop` ends the authorization itself. */
  async forget(openId: string): Promise<void> {
    await this.#store.delete(openId)
  }

  /** @internal The grant with a token that holds for some minutes. */
  async current(openId: string): Promise<ShopGrant> {
    const grant = await this.#stored(openId)
    return this.#isEnding(grant) ? this.#renew(openId, (now) => this.#isEnding(now)) : grant
  }

  /** @internal After TikTok said that this token has ended; the store may hold a newer one already. */
  async replace(refused: ShopGrant): Promise<ShopGrant> {
    const old = refused.accessToken.reveal()
    return this.#renew(refused.openId, (now) => now.accessToken.reveal() === old)
  }

  #isEnding({ expiresAt }: ShopGrant): boolean {
    return expiresAt - this.#parts.clock.now() <= RENEW_BEFORE_MS
  }

  async #stored(openId: string): Promise<ShopGrant> {
    const grant = await this.#store.get(openId)
    if (grant !== undefined) return grant
    throw new AuthError('This account is not connected.', {
      code: 'not_connected',
      needs: 'reconnect',
      retry: 'never',
      endpoint: GET_TOKEN,
      action: 'Send the user through consent.',
    })
  }

  /** No caller's signal ends it: others wait for it too, and a refresh token whose answer is not read is lost. */
  #renew(openId: string, stillNeeded: (grant: ShopGrant) => boolean): Promise<ShopGrant> {
    const running = this.#renewals.get(openId)
    if (running !== undefined) return running
    const work = async (): Promise<ShopGrant> => {
      // Read anew: whoever held the lock before may have renewed it.
      const grant = await this.#stored(openId)
      return stillNeeded(grant) ? this.#refreshStored(grant) : grant
    }
    const renewal = (this.#store.lock === undefined ? work() : this.#store.lock(openId, work)).finally(() =>
      this.#renewals.delete(openId),
    )
    this.#renewals.set(openId, renewal)
    return renewal
  }

  async #refreshStored(grant: ShopGrant): Promise<ShopGrant> {
    const { openId, refreshExpiresAt } = grant
    const { clock, onEvent } = this.#parts
    try {
      if (refreshExpiresAt <= clock.now())
        throw new AuthError('The refresh token has expired.', {
          code: '36004001',
          needs: 'reconnect',
          retry: 'never',
          endpoint: REFRESH_TOKEN,
          action: 'Send the user through consent again.',
        })
      const renewed = await this.#tokens(
        REFRESH_TOKEN,
        tokenPaths.refresh,
        { refresh_token: grant.refreshToken.reveal(), grant_type: 'refresh_token' },
        undefined,
      )
      if (renewed.openId !== openId)
        throw new ContractError('A renewal answered tokens of another user.', {
          code: 'unexpected_answer',
          retry: 'never',
          endpoint: REFRESH_TOKEN,
        })
      await this.#store.put(renewed)
      onEvent?.({ type: 'refresh', openId, outcome: 'ok', code: undefined })
      return renewed
    } catch (error) {
      onEvent?.({ type: 'refresh', openId, outcome: 'failed', code: (error as { code?: string }).code })
      throw error
    }
  }

  /** The app secret and the tokens travel in the query here, so this address is never put into an event or error. */
  async #tokens(
    operation: string,
    path: string,
    query: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<ShopGrant> {
    const { appKey, appSecret, origin, http, clock, maxAnswerBytes } = this.#parts
    const search = new URLSearchParams({ app_key: appKey, app_secret: appSecret.reveal(), ...query })
    const answer = await exchange(
      http,
      operation,
      {
        method: 'GET',
        url: `${origin ?? `https://${shopHosts.tokens}`}${path}?${search}`,
        headers: { accept: 'application/json' },
        ...(signal === undefined ? {} : { signal }),
      },
      maxAnswerBytes,
    )
    if (!answer.ok) throw errorOf(answer.refusal, true)
    const parsed = z.safeParse(tokenAnswer, answer.data)
    if (!parsed.success)
      throw new ContractError(
        `${operation}: the answer does not fit: ${parsed.error.issues.map(({ path: at }) => at.join('.')).join(', ')}`,
        { code: 'unexpected_answer', retry: 'never', endpoint: operation },
      )
    return grantOf(parsed.data, clock.now())
  }
}

/** In `expire_in` TikTok Shop sends the time of the end, in epoch seconds, whatever the name says. */
function grantOf(answer: z.infer<typeof tokenAnswer>, now: number): ShopGrant {
  const end = (seconds: number): number =>
    seconds >= FIRST_PLAUSIBLE_TIME ? seconds * 1000 : now + seconds * 1000
  return {
    openId: answer.open_id,
    accessToken: new Secret(answer.access_token),
    refreshToken: new Secret(answer.refresh_token),
    obtainedAt: now,
    expiresAt: end(answer.access_token_expire_in),
    refreshExpiresAt: end(answer.refresh_token_expire_in),
    userType: (userTypes as Readonly<Record<number, ShopUserType>>)[answer.user_type ?? -1],
    scopes: answer.granted_scopes ?? [],
    sellerName: answer.seller_name ?? undefined,
    sellerBaseRegion: answer.seller_base_region ?? undefined,
  }
}
