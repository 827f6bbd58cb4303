/** Which operations are modelled: one table of all domains. */
import type { ShopOperation } from '@tockwork/contracts/shop'
import { shopOperations } from '@tockwork/contracts/shop/operations'
import { affiliateMessageHandlers } from './affiliate-message-handlers.ts'
import { affiliateOrderHandlers } from './affiliate-order-handlers.ts'
import { aftersalesHandlers } from './aftersales-handlers.ts'
import { analyticsHandlers } from './analytics-handlers.ts'
import { authorizationHandlers, sellerHandlers } from './authorization-handlers.ts'
import type { ShopHandler, ShopHandlers } from './call.ts'
import { campaignHandlers } from './campaign-handlers.ts'
import { cancellationHandlers } from './cancellation-handlers.ts'
import { candidateHandlers } from './candidate-handlers.ts'
import { catalogueHandlers } from './catalogue-handlers.ts'
import { collaborationHandlers } from './collaboration-handlers.ts'
import { complianceHandlers } from './compliance-handlers.ts'
import { contentAnalyticsHandlers } from './content-analytics-handlers.ts'
import { couponHandlers } from './coupon-handlers.ts'
import { documentHandlers } from './document-handlers.ts'
import { engagementHandlers } from './engagement-handlers.ts'
import { eventHandlers } from './event-handlers.ts'
import { fbtHandlers } from './fbt-handlers.ts'
import { financeHandlers } from './finance-handlers.ts'
import { fulfilmentHandlers } from './fulfilment-handlers.ts'
import { globalHandlers } from './global-handlers.ts'
import { inventoryHandlers } from './inventory-handlers.ts'
import { listingHandlers } from './listing-handlers.ts'
import { liveHandlers } from './live-handlers.ts'
import { logisticsHandlers } from './logistics-handlers.ts'
import { marketplaceHandlers } from './marketplace-handlers.ts'
import { messageHandlers } from './message-handlers.ts'
import { opportunityHandlers } from './opportunity-handlers.ts'
import { orderHandlers } from './order-handlers.ts'
import { pharmacyHandlers } from './pharmacy-handlers.ts'
import { productHandlers } from './product-handlers.ts'
import { promotionHandlers } from './promotion-handlers.ts'
import { replicateHandlers } from './replicate-handlers.ts'
import { reverseHandlers } from './reverse-handlers.ts'
import { reviewHandlers } from './review-handlers.ts'
import { sampleHandlers } from './sample-handlers.ts'
import { shoppableVideoHandlers } from './shoppable-video-handlers.ts'
import { showcaseHandlers } from './showcase-handlers.ts'
import { splitHandlers } from './split-handlers.ts'
import { strikethroughHandlers } from './strikethrough-handlers.ts'
import { targetHandlers } from './target-handlers.ts'
import { uploadHandlers } from './upload-handlers.ts'

const handlers: ShopHandlers = {
  ...affiliateMessageHandlers,
  ...affiliateOrderHandlers,
  ...collaborationHandlers,
  ...marketplaceHandlers,
  ...sampleHandlers,
  ...shoppableVideoHandlers,
  ...showcaseHandlers,
  ...targetHandlers,
  ...aftersalesHandlers,
  ...analyticsHandlers,
  ...authorizationHandlers,
  ...contentAnalyticsHandlers,
  ...sellerHandlers,
  ...engagementHandlers,
  ...eventHandlers,
  ...campaignHandlers,
  ...cancellationHandlers,
  ...candidateHandlers,
  ...catalogueHandlers,
  ...complianceHandlers,
  ...couponHandlers,
  ...documentHandlers,
  ...fbtHandlers,
  ...financeHandlers,
  ...fulfilmentHandlers,
  ...globalHandlers,
  ...inventoryHandlers,
  ...listingHandlers,
  ...liveHandlers,
  ...logisticsHandlers,
  ...messageHandlers,
  ...opportunityHandlers,
  ...orderHandlers,
  ...pharmacyHandlers,
  ...productHandlers,
  ...promotionHandlers,
  ...replicateHandlers,
  ...reviewHandlers,
  ...reverseHandlers,
  ...splitHandlers,
  ...strikethroughHandlers,
  ...uploadHandlers,
}

/** The handler of a version by itself comes before that of all versions. */
export function handlerOf({ domain, name, version }: ShopOperation): ShopHandler | undefined {
  return handlers[`${domain}.${name}.${version}`] ?? handlers[`${domain}.${name}`]
}

export interface ShopCoverage {
  operations: number
  modelled: number
  domains: { domain: string; operations: number; modelled: number; missing: string[] }[]
}

/** What is modelled and what is not, by domain. The token calls are counted with the modelled ones. */
export function shopCoverage(): ShopCoverage {
  const domains = new Map<string, ShopCoverage['domains'][number]>()
  for (const operation of shopOperations()) {
    const { domain, id } = operation
    const entry = domains.get(domain) ?? { domain, operations: 0, modelled: 0, missing: [] }
    domains.set(domain, entry)
    entry.operations += 1
    if (domain === 'oauth' || handlerOf(operation) !== undefined) entry.modelled += 1
    else entry.missing.push(id)
  }
  const all = [...domains.values()].sort(
    (a, b) => b.modelled - a.modelled || a.domain.localeCompare(b.domain),
  )
  const sum = (field: 'operations' | 'modelled'): number =>
    all.reduce((total, each) => total + each[field], 0)
  return { operations: sum('operations'), modelled: sum('modelled'), domains: all }
}
