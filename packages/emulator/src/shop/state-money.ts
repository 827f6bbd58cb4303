/** Promotions and the books. */
import type { Row } from '../state/store.ts'

export interface ActivityRow extends Row {
  shop: string
  type: string
  title: string
  level: 'PRODUCT' | 'VARIATION' | 'SHOP'
  status: 'DRAFT' | 'NOT_START' | 'ONGOING' | 'EXPIRED' | 'DEACTIVATED' | 'NOT_EFFECTIVE'
  begin: number
  end: number
  indefinite: boolean
  /** As it was sent. */
  discount?: unknown
  participation?: unknown
  targetUsers?: unknown
  products: ActivityProduct[]
  createdAt: number
  updatedAt: number
}

export interface ActivityItem {
  id: string
  price?: number
  /** Per cent off, as text. */
  discount?: string
  limit: number
  perUser: number
}

export interface ActivityProduct extends ActivityItem {
  skus: ActivityItem[]
}

export interface CouponRow extends Row {
  shop: string
  title: string
  displayType: string
  begin: number
  end: number
  percent?: number
  amount?: number
  minimum: number
  code?: string
  claimed: number
  redeemed: number
  createdAt: number
}

/** One order's, or one refund's, way into the books. */
export interface TransactionRow extends Row {
  shop: string
  order: string
  type: 'ORDER' | 'REFUND'
  statement: string
  createdAt: number
  orderCreatedAt: number
  revenue: number
  discount: number
  subtotal: number
  fee: number
  shipping: number
  settlement: number
  lines: {
    sku: string
    name: string
    skuName: string
    revenue: number
    subtotal: number
    discount: number
    fee: number
  }[]
}

export interface StatementRow extends Row {
  shop: string
  /** Start of its day. */
  time: number
  closed: boolean
  revenue: number
  fee: number
  shipping: number
  adjustment: number
  settlement: number
  payment?: string
  paidAt?: number
  state: 'PROCESSING' | 'PAID' | 'FAILED'
}

export interface PaymentRow extends Row {
  shop: string
  amount: number
  createdAt: number
  paidAt?: number
  status: 'PROCESSING' | 'PAID' | 'FAILED'
}
