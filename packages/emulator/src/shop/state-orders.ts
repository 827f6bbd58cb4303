/** What was bought, and what became of it: packages, cancellations, returns. */
import type { ShopOrderStatus } from '@tockwork/contracts/shop'
import type { Row } from '../state/store.ts'
import type { LineCommission } from './state-affiliate.ts'

export interface OrderLine {
  id: string
  product: string
  sku: string
  sellerSku: string
  productName: string
  skuName: string
  image: string
  warehouse: string
  listPrice: number
  sellerDiscount: number
  platformDiscount: number
  price: number
  tax: number
  package?: string
  cancelled?: { by: 'BUYER' | 'SELLER' | 'SYSTEM' | 'OPERATOR'; reason: string }
  refunded?: boolean
  activity?: string
  /** A creator led to it, and is paid for it. */
  commission?: LineCommission
}

export interface OrderRow extends Row {
  shop: string
  status: ShopOrderStatus
  buyer: string
  lines: OrderLine[]
  shippingFee: number
  currency: string
  shippingType: 'TIKTOK' | 'SELLER'
  warehouse: string
  cod: boolean
  message: string
  createdAt: number
  updatedAt: number
  paidAt?: number
  rtsAt?: number
  collectedAt?: number
  deliveredAt?: number
  completedAt?: number
  cancelledAt?: number
  cancelReason?: string
  cancelledBy?: string
  /** A buyer asks for it to be cancelled and the seller has not answered. */
  cancelRequested?: boolean
  splitOrCombined?: 'SPLIT' | 'COMBINED'
  /** What led to it: for analytics. */
  source: 'VIDEO' | 'LIVE' | 'PRODUCT_CARD'
  content?: string
  sample?: boolean
  settled?: boolean
  /** Changed by the buyer since; absent: made of the buyer's id. */
  address?: { name: string; line1: string; postal_code: string }
}

export interface PackageRow extends Row {
  shop: string
  orders: string[]
  lines: string[]
  status: 'PROCESSING' | 'FULFILLING' | 'COMPLETED' | 'CANCELLED'
  /** Between being handed over and being scanned. */
  stage: 'new' | 'shipped' | 'transit' | 'delivered' | 'failed'
  shippingType: 'TIKTOK' | 'SELLER'
  provider: string
  tracking: string
  handover?: 'PICKUP' | 'DROP_OFF'
  slot?: { start: number; end: number }
  weight?: { unit: string; value: string }
  dimensions?: { height: string; length: string; width: string; unit: string }
  combined?: boolean
  split?: boolean
  service?: string
  createdAt: number
  updatedAt: number
  shippedAt?: number
  trackingChanges: number
  events: { at: number; text: string }[]
  invoice?: 'SUCCESS' | 'PROCESSING'
}

export interface CancellationRow extends Row {
  shop: string
  order: string
  lines: string[]
  type: 'CANCEL' | 'BUYER_CANCEL'
  role: 'BUYER' | 'SELLER' | 'SYSTEM'
  status:
    | 'CANCELLATION_REQUEST_PENDING'
    | 'CANCELLATION_REQUEST_SUCCESS'
    | 'CANCELLATION_REQUEST_CANCELLED'
    | 'CANCELLATION_REQUEST_COMPLETE'
  reason: string
  rejection?: { reason: string; comment: string }
  createdAt: number
  updatedAt: number
}

export type ReturnStatus =
  | 'RETURN_OR_REFUND_REQUEST_PENDING'
  | 'REFUND_OR_RETURN_REQUEST_REJECT'
  | 'AWAITING_BUYER_SHIP'
  | 'BUYER_SHIPPED_ITEM'
  | 'REJECT_RECEIVE_PACKAGE'
  | 'RETURN_OR_REFUND_REQUEST_SUCCESS'
  | 'RETURN_OR_REFUND_REQUEST_CANCEL'
  | 'RETURN_OR_REFUND_REQUEST_COMPLETE'
  | 'REPLACEMENT_REQUEST_PENDING'
  | 'REPLACEMENT_REQUEST_REJECT'
  | 'REPLACEMENT_REQUEST_REFUND_SUCCESS'
  | 'REPLACEMENT_REQUEST_CANCEL'
  | 'REPLACEMENT_REQUEST_COMPLETE'
  | 'AWAITING_BUYER_RESPONSE'

export interface ReturnRow extends Row {
  shop: string
  order: string
  lines: string[]
  type: 'REFUND' | 'RETURN_AND_REFUND' | 'REPLACEMENT'
  role: 'BUYER' | 'SELLER'
  status: ReturnStatus
  reason: string
  refund: number
  rma: string
  tracking?: string
  provider?: string
  keepsItem?: boolean
  partial?: number
  createdAt: number
  updatedAt: number
  records: { at: number; event: string; role: 'BUYER' | 'SELLER' | 'SYSTEM'; text: string; note: string }[]
}

export interface ExternalOrderRow extends Row {
  shop: string
  order: string
  platform: string
  externalId: string
  lines: { id: string; originId: string }[]
}
