import { consentPages } from '@tockwork/contracts/shop'
import {
  type AccountStatus,
  CAPABILITY_SCOPES,
  type Capability,
  type CapabilityName,
} from '../capabilities.ts'

/** Where sellers give their consent. */
export const SELLER_ORIGINS: readonly string[] = Object.values(consentPages.seller).map(
  (page) => new URL(page).origin,
)

/** What the hub does with a shop, and the scope that each needs. Source: partner.tiktokshop.com/docv2 (scopes). */
export const SHOP_SCOPES = {
  shops: 'seller.authorization.info',
  orders: 'seller.order.info',
  products: 'seller.product.basic',
  stock_push: 'seller.product.write',
  returns: 'seller.return_refund.basic',
  statements: 'seller.finance.info',
} as const

export type ShopCapability = keyof typeof SHOP_SCOPES

/** What can be done with a seller's shops now and, when not, why. */
export function shopCapabilitiesOf(
  status: AccountStatus,
  granted: readonly string[],
): Record<ShopCapability, Capability> {
  const entries = Object.entries(SHOP_SCOPES).map(([name, scope]) => {
    const reason =
      status !== 'connected' ? status : granted.includes(scope) ? null : ('scope_missing' as const)
    return [name, { available: reason === null, reason, scope }]
  })
  // Its keys are the table's own.
  return Object.fromEntries(entries) as Record<ShopCapability, Capability>
}

/** Of what creators' accounts are for, a seller's is for nothing. */
export function sellerCapabilities() {
  const names = Object.keys(CAPABILITY_SCOPES) as CapabilityName[]
  const none = { available: false, reason: 'not_supported' as const, scope: SHOP_SCOPES.shops }
  return Object.fromEntries(names.map((name) => [name, none])) as Record<CapabilityName, typeof none>
}

/** In plain words, for the page on which a seller is asked. TikTok's own page shows them in its words. */
const WORDS: Readonly<Record<string, string>> = {
  'seller.authorization.info': 'See which shops you have',
  'seller.order.info': 'Read your orders',
  'seller.product.basic': 'Read your products and stock',
  'seller.product.write': 'Change your stock',
  'seller.return_refund.basic': 'Read returns and refunds',
  'seller.finance.info': 'Read statements and payments',
}

export function shopConsentWords(scope: string): string | undefined {
  return WORDS[scope]
}

export function isShopScope(scope: string): boolean {
  return scope.startsWith('seller.')
}
