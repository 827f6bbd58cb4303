/** Creators who sell for shops: collaborations, showcases, samples, messages. Rates are hundredths of a per cent. */
import type { Row } from '../state/store.ts'

/** When a creator may have a sample of a product. */
export interface SampleRule {
  active: boolean
  quota: number
  unlimitedTime: boolean
  startTime: number
  endTime: number
  thresholds: Record<string, unknown>
}

/** A product that any creator may promote. */
export interface OpenCollaborationRow extends Row {
  shop: string
  product: string
  rate: number
  /** Ended by the seller, and good until then. */
  endsAt?: number
  /** Creators whom the seller does not want here. */
  removed: string[]
  sampleRule?: SampleRule
  createdAt: number
}

/** Products at rates that chosen creators have. */
export interface TargetCollaborationRow extends Row {
  shop: string
  name: string
  message: string
  email: string
  creators: string[]
  products: { id: string; rate: number; adRate: number }[]
  freeSample: { has: boolean; exempt: boolean }
  startTime: number
  endTime: number
  updatedAt: number
}

export interface ShowcaseRow extends Row {
  creator: string
  product: string
  addedAt: number
  /** The higher, the further up. */
  rank: number
}

export const sampleStatuses = [
  'PENDING',
  'AWAITING_SHIPMENT',
  'SHIPPED',
  'CONTENT_PENDING',
  'REJECT_CANCELLED',
  'OVERDUE_CANCELLED',
  'UNFULFILL_CANCELLED',
  'SELLER_NOT_SHIP_CANCELLED',
  'COMPLETED',
] as const
export type SampleStatus = (typeof sampleStatuses)[number]

/** A creator's wish for a sample, and what became of it. */
export interface SampleRow extends Row {
  shop: string
  creator: string
  product: string
  sku: string
  status: SampleStatus
  /** Of the sample itself, once it was granted. */
  order?: string
  target?: string
  rejection?: string
  /** Videos and lives that came of it. */
  contents: string[]
  createdAt: number
  updatedAt: number
  /** When the next step must be done. */
  expiresAt: number
}

export interface AffiliateConversationRow extends Row {
  shop: string
  creator: string
  unread: number
  count: number
  status: 'NORMAL' | 'STARRED' | 'ARCHIVED'
  createdAt: number
  updatedAt: number
}

export interface AffiliateMessageRow extends Row {
  conversation: string
  index: number
  from: 'SELLER' | 'CREATOR'
  type: string
  content: string
  createdAt: number
}

/** Who gets what of a line of an order. */
export interface LineCommission {
  creator: string
  rate: number
  kind: 'OPEN' | 'TARGET'
  collaboration: string
}

/** A product that a seller brought to a campaign. */
export interface CampaignProduct {
  id: string
  /** What the seller offers, of which the creator gets a part. */
  rate: number
  creatorRate?: number
  review: 'PENDING' | 'APPROVED' | 'REJECTED'
}

/** A partner brings sellers' products and creators together. */
export interface CampaignRow extends Row {
  partner: string
  name: string
  description: string
  rate: number
  start: number
  end: number
  registrationStart: number
  registrationEnd: number
  contact: Record<string, unknown>
  sellerTypes: string[]
  shopCodes: string[]
  published: boolean
  products: CampaignProduct[]
  createdAt: number
}
