import { AuthError, Secret } from '@tockwork/kernel'
import type { ShopGrant } from './grant.ts'
import type { ShopTokens } from './shop-caller.ts'

/** One access token, as long as it lasts. */
export class FixedToken implements ShopTokens {
  readonly #grant: ShopGrant

  constructor(name: string, accessToken: Secret) {
    this.#grant = {
      openId: name,
      accessToken,
      refreshToken: new Secret(''),
      obtainedAt: 0,
      expiresAt: Number.POSITIVE_INFINITY,
      refreshExpiresAt: 0,
      userType: undefined,
      scopes: [],
      sellerName: undefined,
      sellerBaseRegion: undefined,
    }
  }

  async current(): Promise<ShopGrant> {
    return this.#grant
  }

  async replace(): Promise<ShopGrant> {
    throw new AuthError('The access token has expired, and there is nothing to renew it with.', {
      code: '105002',
      needs: 'reconnect',
      retry: 'never',
      action: 'Get a new one, or connect the account and call it by its openId.',
    })
  }
}
