/** Rows of the emulated TikTok Shop. Money is whole minor units of the shop's currency; times are epoch seconds. */
import type { ShopOrderStatus, ShopProductStatus, ShopUserType } from '@tockwork/contracts/shop'
import type { Collection, Row, Store } from '../state/store.ts'

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

export interface IdempotencyRow extends Row {
  answer: string
  expiresAt: number
}

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

export interface ConversationRow extends Row {
  shop: string
  buyer: string
  createdAt: number
  unread: number
  count: number
}

export interface MessageRow extends Row {
  conversation: string
  index: number
  role: 'BUYER' | 'CUSTOMER_SERVICE' | 'SYSTEM'
  type: string
  content: string
  createdAt: number
}

export interface ShopWebhookRow extends Row {
  app: string
  shop: string
  event: string
  address: string
  createdAt: number
  updatedAt: number
}

export interface ExternalOrderRow extends Row {
  shop: string
  order: string
  platform: string
  externalId: string
  lines: { id: string; originId: string }[]
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

/** Small records of one domain each: manufacturers, responsible persons, collections, candidates and the like. */
export interface RecordRow extends Row {
  kind: string
  /** Seller or shop. */
  owner: string
  createdAt: number
  updatedAt: number
  value: Record<string, unknown>
}

export type ShopWorld = ReturnType<typeof openShopWorld>

/** The collections of the Shop in a store. */
export function openShopWorld(store: Store) {
  const owned = { shop: (row: { shop: string }) => row.shop }
  return {
    apps: store.collection<ShopAppRow>('shopApps', { service: (row) => row.serviceId }),
    accounts: store.collection<ShopAccountRow>('shopAccounts'),
    shops: store.collection<ShopRow>('shops', { seller: (row) => row.seller }),
    codes: store.collection<ShopCodeRow>('shopCodes'),
    grants: store.collection<ShopGrantRow>('shopGrants', {
      account: (row) => row.account,
      openId: (row) => row.openId,
    }),
    tokens: store.collection<ShopTokenRow>('shopTokens', { grant: (row) => row.grant }),
    warehouses: store.collection<WarehouseRow>('shopWarehouses', owned),
    files: store.collection<ShopFileRow>('shopFiles'),
    brands: store.collection<BrandRow>('shopBrands', { seller: (row) => row.seller ?? '' }),
    products: store.collection<ProductRow>('shopProducts', owned),
    stock: store.collection<StockRow>('shopStock', { sku: (row) => row.sku, product: (row) => row.product }),
    idempotency: store.collection<IdempotencyRow>('shopIdempotency'),
    orders: store.collection<OrderRow>('shopOrders', owned) as Collection<OrderRow>,
    packages: store.collection<PackageRow>('shopPackages', owned),
    cancellations: store.collection<CancellationRow>('shopCancellations', {
      ...owned,
      order: (row) => row.order,
    }),
    returns: store.collection<ReturnRow>('shopReturns', { ...owned, order: (row) => row.order }),
    activities: store.collection<ActivityRow>('shopActivities', owned),
    coupons: store.collection<CouponRow>('shopCoupons', owned),
    transactions: store.collection<TransactionRow>('shopTransactions', {
      statement: (row) => row.statement,
      order: (row) => row.order,
    }),
    statements: store.collection<StatementRow>('shopStatements', owned),
    payments: store.collection<PaymentRow>('shopPayments', owned),
    conversations: store.collection<ConversationRow>('shopConversations', owned),
    messages: store.collection<MessageRow>('shopMessages', { conversation: (row) => row.conversation }),
    webhooks: store.collection<ShopWebhookRow>('shopWebhooks', owned),
    externalOrders: store.collection<ExternalOrderRow>('shopExternalOrders', { order: (row) => row.order }),
    contents: store.collection<ShopContentRow>('shopContents', owned),
    records: store.collection<RecordRow>('shopRecords', { kind: (row) => `${row.kind}:${row.owner}` }),
  }
}
