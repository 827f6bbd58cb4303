/** What a shop sells, and where it lies. Money is whole minor units of the shop's currency; times are epoch seconds. */
import type { ShopProductStatus } from '@tockwork/contracts/shop'
import type { Row } from '../state/store.ts'

export interface WarehouseRow extends Row {
  shop: string
  name: string
  type: 'SALES_WAREHOUSE' | 'RETURN_WAREHOUSE'
  status: 'ENABLED' | 'DISABLED' | 'RESTRICTED'
  isDefault: boolean
  externalId?: string
  phone: string
  contact: string
  address: { line1: string; line2: string; city: string; state: string; postal: string; region: string }
}

export interface ShopFileRow extends Row {
  kind: 'image' | 'file'
  useCase: string
  name: string
  format: string
  width: number
  height: number
  size: number
  createdAt: number
}

export interface BrandRow extends Row {
  name: string
  /** Whose own brand it is; absent: everyone's. */
  seller?: string
}

export interface AttributeValue {
  id: string
  values: { id?: string; name?: string }[]
}

export interface SkuPart {
  id: string
  sellerSku: string
  externalId?: string
  price: number
  listPrice?: number
  identifier?: { code: string; type: string }
  /** Of the variation, such as Colour: Blue. */
  attributes: { id: string; name: string; valueId: string; valueName: string; image?: string }[]
  disabled?: boolean
}

/** What a seller writes of a product; an edit under review is one more of these. */
export interface ProductContent {
  title: string
  description: string
  categoryId: string
  brandId?: string
  images: string[]
  attributes: AttributeValue[]
  certifications: { id: string; images: string[] }[]
  weight: { unit: string; value: string }
  dimensions?: { height: string; length: string; width: string; unit: string }
  sizeChart?: string
  video?: string
  externalId?: string
  codAllowed: boolean
  preOwned: boolean
  manufacturers: string[]
  responsiblePersons: string[]
  minimumQuantity: number
  skus: SkuPart[]
}

export interface ProductRow extends Row {
  shop: string
  status: ShopProductStatus
  /** What buyers see, or for a product that never was live what was last sent. */
  content: ProductContent
  /** An edit of a live product that is looked at, while the old one sells on. */
  review?: ProductContent
  draft?: ProductContent
  audit: 'NONE' | 'AUDITING' | 'FAILED' | 'PRE_APPROVED' | 'APPROVED'
  auditReasons: string[]
  /** Each submission for review has a number, so that a late verdict of an earlier one is not applied. */
  submission: number
  /** Where it goes when the review is passed. */
  notForSale: boolean
  createdAt: number
  updatedAt: number
  /** Made by the world and not by the API; the id of a global product it stems from. */
  globalProduct?: string
  replicaOf?: string
  /** Sold against a prescription only. */
  needsPrescription?: boolean
  auction?: { startingBid: number; status: string }
}

/** Stock of a SKU in a warehouse. `available` and `committed` are never negative. */
export interface StockRow extends Row {
  shop: string
  product: string
  sku: string
  warehouse: string
  available: number
  committed: number
}

/** A video or a live session that sells. */
export interface ShopContentRow extends Row {
  shop: string
  kind: 'VIDEO' | 'LIVE'
  title: string
  username: string
  startedAt: number
  endedAt: number
  products: string[]
  views: number
}
