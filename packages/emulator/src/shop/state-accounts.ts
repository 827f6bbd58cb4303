/** Who there is: apps, sellers with their shops, and what they granted. Times are epoch seconds. */
import type { ShopUserType } from '@tockwork/contracts/shop'
import type { Row } from '../state/store.ts'

export interface ShopAppRow extends Row {
  secret: string
  name: string
  serviceId: string
  redirectUrl: string
  /** Empty: every scope there is. */
  scopes: string[]
  webhookUrl?: string
}

/** Who can consent: a seller with shops, a partner, or one of the world's creators. */
export interface ShopAccountRow extends Row {
  kind: ShopUserType
  name: string
  region: string
}

export interface ShopRow extends Row {
  seller: string
  name: string
  code: string
  region: string
  currency: string
  sellerType: 'LOCAL' | 'CROSS_BORDER'
  /** A sandbox is throttled at 1,000 calls an hour, and its orders may be moved by hand. */
  sandbox: boolean
  active: boolean
  createdAt: number
  acceptsChat: boolean
  /** SKUs whose cancelled units do not go back on the shelf. */
  noRestock: string[]
  /** Of the buyer simulator; 0 is off. */
  ordersPerHour: number
}

export interface ShopCodeRow extends Row {
  app: string
  account: string
  scopes: string[]
  expiresAt: number
  used: boolean
}

export interface ShopGrantRow extends Row {
  app: string
  account: string
  openId: string
  scopes: string[]
  /** When the seller's authorization ends; creators' and partners' do not. */
  endsAt?: number
}

export interface ShopTokenRow extends Row {
  grant: string
  kind: 'access' | 'refresh'
  expiresAt: number
}

export interface IdempotencyRow extends Row {
  answer: string
  expiresAt: number
}

export interface ShopWebhookRow extends Row {
  app: string
  shop: string
  event: string
  address: string
  createdAt: number
  updatedAt: number
}

/** Small records of one domain each: manufacturers, responsible persons, collections, candidates and the like. */
export interface RecordRow extends Row {
  kind: string
  /** Seller or shop. */
  owner: string
  createdAt: number
  updatedAt: number
  value: Record<string, unknown>
}
