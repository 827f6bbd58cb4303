/** Goods in TikTok's own warehouses (Fulfilled by TikTok), what comes in, and what goes out for other channels. */
import type { Row } from '../state/store.ts'

export interface FbtGoodsRow extends Row {
  shop: string
  seller: string
  name: string
  reference: string
  /** What of the shop's it is. */
  skus: { sku: string; product: string }[]
  createdAt: number
}

export interface FbtStockRow extends Row {
  goods: string
  seller: string
  warehouse: string
  available: number
  reserved: number
  defective: number
}

/** One change of what lies in a warehouse. */
export interface FbtRecordRow extends Row {
  goods: string
  seller: string
  warehouse: string
  change: number
  before: number
  order: string
  type: 'INBOUND_ORDER' | 'CONSIGN_ORDER'
  createdAt: number
}

export const inboundStatuses = [
  'TO_BE_RECEIVED',
  'ARRIVED_HUB',
  'RECEIVING',
  'RECEIVED',
  'CANCELLED',
] as const
export type InboundStatus = (typeof inboundStatuses)[number]

export interface InboundRow extends Row {
  shop: string
  seller: string
  warehouse: string
  goods: { id: string; quantity: number }[]
  status: InboundStatus
  log: { at: number; status: InboundStatus }[]
  createdAt: number
}

export type McfStatus = 'PENDING' | 'HANDLE_BY_WAREHOUSE' | 'SHIPPED' | 'COMPLETED' | 'CLOSED'

/** An order of another channel that goes out from TikTok's warehouse. */
export interface McfRow extends Row {
  shop: string
  seller: string
  external: string
  /** Each leaves from one warehouse. */
  consigns: {
    id: string
    warehouse: string
    goods: { id: string; quantity: number }[]
    status: McfStatus
    tracking: string
  }[]
  createdAt: number
}
