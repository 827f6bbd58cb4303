/** The collections of the emulated TikTok Shop; what their rows hold stands in the files beside it. */
import type { Collection, Row, Store } from '../state/store.ts'
import type {
  IdempotencyRow,
  RecordRow,
  ShopAccountRow,
  ShopAppRow,
  ShopCodeRow,
  ShopGrantRow,
  ShopRow,
  ShopTokenRow,
  ShopWebhookRow,
} from './state-accounts.ts'
import type {
  AffiliateConversationRow,
  AffiliateMessageRow,
  CampaignRow,
  OpenCollaborationRow,
  SampleRow,
  ShowcaseRow,
  TargetCollaborationRow,
} from './state-affiliate.ts'
import type {
  BrandRow,
  ProductRow,
  ShopContentRow,
  ShopFileRow,
  StockRow,
  WarehouseRow,
} from './state-catalogue.ts'
import type { FbtGoodsRow, FbtRecordRow, FbtStockRow, InboundRow, McfRow } from './state-fbt.ts'
import type { ActivityRow, CouponRow, PaymentRow, StatementRow, TransactionRow } from './state-money.ts'
import type { CancellationRow, ExternalOrderRow, OrderRow, PackageRow, ReturnRow } from './state-orders.ts'

export type {
  IdempotencyRow,
  RecordRow,
  ShopAccountRow,
  ShopAppRow,
  ShopCodeRow,
  ShopGrantRow,
  ShopRow,
  ShopTokenRow,
  ShopWebhookRow,
} from './state-accounts.ts'
export type {
  AttributeValue,
  BrandRow,
  ProductContent,
  ProductRow,
  ShopContentRow,
  ShopFileRow,
  SkuPart,
  StockRow,
  WarehouseRow,
} from './state-catalogue.ts'
export type {
  ActivityItem,
  ActivityProduct,
  ActivityRow,
  CouponRow,
  PaymentRow,
  StatementRow,
  TransactionRow,
} from './state-money.ts'
export type {
  CancellationRow,
  ExternalOrderRow,
  OrderLine,
  OrderRow,
  PackageRow,
  ReturnRow,
  ReturnStatus,
} from './state-orders.ts'

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
    openCollaborations: store.collection<OpenCollaborationRow>('shopOpenCollaborations', {
      ...owned,
      product: (row) => row.product,
    }),
    targetCollaborations: store.collection<TargetCollaborationRow>('shopTargetCollaborations', owned),
    showcase: store.collection<ShowcaseRow>('shopShowcase', {
      creator: (row) => row.creator,
      product: (row) => row.product,
    }),
    samples: store.collection<SampleRow>('shopSamples', {
      ...owned,
      creator: (row) => row.creator,
      order: (row) => row.order ?? '',
    }),
    affiliateConversations: store.collection<AffiliateConversationRow>('shopAffiliateConversations', owned),
    affiliateMessages: store.collection<AffiliateMessageRow>('shopAffiliateMessages', {
      conversation: (row) => row.conversation,
    }),
    campaigns: store.collection<CampaignRow>('shopCampaigns', { partner: (row) => row.partner }),
    fbtGoods: store.collection<FbtGoodsRow>('shopFbtGoods', { ...owned, seller: (row) => row.seller }),
    fbtStock: store.collection<FbtStockRow>('shopFbtStock', {
      goods: (row) => row.goods,
      seller: (row) => row.seller,
    }),
    fbtRecords: store.collection<FbtRecordRow>('shopFbtRecords', { seller: (row) => row.seller }),
    fbtInbounds: store.collection<InboundRow>('shopFbtInbounds', { seller: (row) => row.seller }),
    fbtMcf: store.collection<McfRow>('shopFbtMcf', { seller: (row) => row.seller }),
    records: store.collection<RecordRow>('shopRecords', { kind: (row) => `${row.kind}:${row.owner}` }),
  }
}
