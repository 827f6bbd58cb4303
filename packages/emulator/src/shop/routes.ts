/** Where TikTok Shop is reached. Its modules are loaded with the first call: an emulator without one does not pay for it. */
import { consentPages, tokenPaths } from '@tockwork/contracts/shop'
import type { Router } from '../http/router.ts'
import type { Platform } from '../platform.ts'

/** First parts of the paths of business operations, and that of the API which ended in 2025. */
const DOMAINS = [
  'affiliate',
  'affiliate_creator',
  'affiliate_partner',
  'affiliate_seller',
  'analytics',
  'api',
  'authorization',
  'customer_engagement',
  'customer_service',
  'data_reconciliation',
  'epharmacy',
  'event',
  'fbt',
  'finance',
  'fulfillment',
  'gs_full_service_commodity',
  'gs_full_service_inventory',
  'gs_full_service_shipment',
  'logistics',
  'open',
  'order',
  'product',
  'promotion',
  'return_refund',
  'review_rating',
  'seller',
  'supply_chain',
]

const LEGACY_CONSENT = '/oauth/authorize'

export function addShopRoutes(router: Router, platform: Platform): void {
  const pages = [
    new URL(consentPages.seller.ROW).pathname,
    new URL(consentPages.creator).pathname,
    LEGACY_CONSENT,
  ]
  for (const path of pages) {
    router.add('GET', path, async (exchange) =>
      (await import('./oauth.ts')).showShopConsent(platform, exchange),
    )
    router.add('POST', path, async (exchange) =>
      (await import('./oauth.ts')).answerShopConsent(platform, exchange),
    )
  }
  router.add('GET', tokenPaths.get, async (exchange) =>
    (await import('./oauth.ts')).getToken(platform, exchange),
  )
  router.add('GET', tokenPaths.refresh, async (exchange) =>
    (await import('./oauth.ts')).refreshToken(platform, exchange),
  )
  router.add('*', '/_emulator/shop*', async (exchange, { rest = '' }) =>
    (await import('./control.ts')).controlShop(platform, exchange, rest),
  )
  for (const domain of DOMAINS)
    router.addPrefix(domain, 'shop', async (exchange) =>
      (await import('./gateway.ts')).callShop(platform, exchange),
    )
}

/** Whether a consent link is one of TikTok Shop's, which a program can visit as well. */
export function isShopConsent(path: string): boolean {
  return ['/open/authorize', '/alliance/creator/auth', LEGACY_CONSENT].includes(path)
}
