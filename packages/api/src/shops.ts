import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

/** What is read of a shop, each by a walk of its own. */
const KINDS = ['orders', 'products', 'stock', 'returns', 'statements'] as const
const kind = z.enum(KINDS)

const externalId = z
  .string()
  .regex(/^\d{1,25}$/)
  .meta({ description: 'As TikTok names it' })
const amount = z.string().meta({ description: 'Decimal text', example: '12.50' })
const source = z
  .object({ call: z.string().meta({ example: 'shop.order.GetOrderList.202309' }), at: moment })
  .meta({ id: 'ShopSource', description: 'The call that told it, and when' })
const raw = z.record(z.string(), z.unknown()).meta({ description: "By TikTok's own field names" })

const shopSync = z
  .object({
    kind,
    due_at: moment.nullable().meta({ description: 'Null while the account is not connected' }),
    completed_at: moment.nullable(),
    position: moment.nullable().meta({ description: 'Everything that changed up to then is here' }),
    running: z.boolean(),
    last_failure: z.string().nullable(),
  })
  .meta({ id: 'ShopSync' })

const capability = z
  .object({
    available: z.boolean(),
    reason: z
      .enum(['scope_missing', 'reauthorization_required', 'disconnected', 'erased'])
      .nullable()
      .meta({ description: 'Why it is not available' }),
    scope: z.string().meta({ description: 'What the seller must grant for it' }),
  })
  .meta({ id: 'ShopCapability' })

const shop = z
  .object({
    id: idOf('shp'),
    account_id: idOf('acc'),
    app_id: idOf('app'),
    external_id: externalId,
    name: z.string().nullable(),
    region: z.string().nullable().meta({ description: 'Country code' }),
    seller_type: z.string().nullable().meta({ description: 'LOCAL or CROSS_BORDER' }),
    account_status: z.enum(['connected', 'reauthorization_required', 'disconnected', 'erased']),
    capabilities: z.object({
      shops: capability,
      orders: capability,
      products: capability,
      stock_push: capability,
      returns: capability,
      statements: capability,
    }),
    authorization_ends_at: moment.nullable().meta({ description: 'Only a new consent helps after that' }),
    authorization_ends_soon: z.boolean().meta({ description: 'Within 30 days' }),
    gone_at: moment
      .nullable()
      .meta({ description: 'Since when the authorization does not cover the shop any more' }),
    syncs: z.array(shopSync),
  })
  .meta({ id: 'Shop' })

const orderLine = z.object({
  id: z.string(),
  product_id: z.string().nullable(),
  product_name: z.string().nullable(),
  sku_id: z.string().nullable(),
  seller_sku: z.string().nullable(),
  status: z.string().nullable(),
  package_id: z.string().nullable(),
  tracking_number: z.string().nullable(),
  price: amount.nullable(),
  currency: z.string().nullable(),
})

const order = z
  .object({
    id: externalId,
    status: z.string().nullable().meta({ description: "TikTok's word", example: 'AWAITING_SHIPMENT' }),
    created_at: moment,
    updated_at: moment,
    paid_at: moment.nullable(),
    total: amount.nullable(),
    currency: z.string().nullable(),
    shipping_type: z.string().nullable(),
    buyer_id: z.string().nullable(),
    buyer_message: z.string().nullable(),
    lines: z.array(orderLine).meta({ description: 'One a unit' }),
    source,
  })
  .meta({ id: 'ShopOrder' })

const product = z
  .object({
    id: externalId,
    title: z.string().nullable(),
    status: z.string().nullable(),
    created_at: moment,
    updated_at: moment,
    gone_at: moment.nullable(),
    skus: z.array(
      z.object({
        id: z.string(),
        seller_sku: z.string().nullable(),
        price: amount.nullable(),
        currency: z.string().nullable(),
      }),
    ),
    source,
  })
  .meta({ id: 'ShopProduct' })

const stockRow = z
  .object({
    sku_id: externalId,
    product_id: z.string(),
    seller_sku: z.string().nullable(),
    available: z.int(),
    committed: z.int().meta({ description: 'Sold and not shipped' }),
    warehouses: z.array(z.object({ id: z.string(), available: z.int(), committed: z.int() })),
    source,
  })
  .meta({ id: 'ShopStock' })

const shopReturn = z
  .object({
    id: externalId,
    order_id: z.string(),
    type: z.string().nullable(),
    status: z.string().nullable(),
    reason: z.string().nullable(),
    refund: amount.nullable(),
    currency: z.string().nullable(),
    created_at: moment,
    updated_at: moment,
    source,
  })
  .meta({ id: 'ShopReturn' })

const statement = z
  .object({
    id: z.string(),
    at: moment,
    payment_status: z.string().nullable().meta({ description: 'PROCESSING, PAID or FAILED' }),
    payment_id: z.string().nullable(),
    paid_at: moment.nullable(),
    settlement: amount.nullable(),
    revenue: amount.nullable(),
    fees: amount.nullable(),
    shipping: amount.nullable(),
    adjustment: amount.nullable(),
    currency: z.string().nullable(),
    source,
  })
  .meta({ id: 'ShopStatement' })

const transaction = z
  .object({
    id: z.string(),
    statement_id: z.string(),
    order_id: z.string().nullable(),
    type: z.string().nullable(),
    at: moment.meta({ description: 'When its statement was closed' }),
    settlement: amount.nullable(),
    revenue: amount.nullable(),
    fees: amount.nullable(),
    shipping: amount.nullable(),
    currency: z.string().nullable(),
    source,
  })
  .meta({ id: 'ShopTransaction' })

const params = z.object({ shop_id: idOf('shp') })
const notConnected = { account_not_connected: { status: 409, title: 'The seller is not connected' } }
const cannotAsk = { ...notConnected, upstream_failed: { status: 502, title: 'TikTok did not answer' } }
const scope = 'shop:read'

const changedQuery = pageQuery.extend({
  status: z.string().min(1).max(64).optional(),
  updated_since: moment.optional().meta({
    description: 'In the order of the last change, for who follows along; newest first without it',
  }),
})

const listShops = defineOperation({
  id: 'shops.list',
  method: 'GET',
  path: '/v1/shops',
  summary: 'List shops of connected sellers',
  scope,
  query: pageQuery.extend({ account_id: idOf('acc').optional() }),
  answer: pageOf(shop),
  status: 200,
  errors: {},
})

const getShop = defineOperation({
  id: 'shops.get',
  method: 'GET',
  path: '/v1/shops/{shop_id}',
  summary: 'Read a shop and how far its reading is',
  scope,
  params,
  answer: shop,
  status: 200,
  errors: {},
})

const syncShop = defineOperation({
  id: 'shops.sync',
  method: 'POST',
  path: '/v1/shops/{shop_id}/sync',
  summary: 'Have a shop read now',
  description:
    'Webhooks and a pause of minutes bring changes anyway. A pause that a failure asked for is kept.',
  scope: 'shop:write',
  params,
  body: z.object({ kinds: z.array(kind).min(1).max(KINDS.length).optional() }).optional(),
  answer: shop,
  status: 200,
  idempotency: 'natural',
  errors: notConnected,
})

const checkShop = defineOperation({
  id: 'shops.check',
  method: 'POST',
  path: '/v1/shops/{shop_id}/check',
  summary: 'Check that nothing of a shop is missing here',
  description:
    'Compares the number of things by time of creation with TikTok’s, and where they differ the things themselves. What is missing or behind is brought in unless told otherwise.',
  scope: 'shop:write',
  params,
  body: z
    .object({
      kind: z.enum(['orders', 'returns']).default('orders'),
      until: moment
        .optional()
        .meta({ description: 'Of what was created before; what was read so far when left out' }),
      deep: z.boolean().default(false).meta({
        description: 'Compare the last change of every thing: as many calls as there are pages',
      }),
      repair: z.boolean().default(true),
    })
    .optional(),
  answer: z
    .object({
      kind: z.enum(['orders', 'returns']),
      until: moment,
      complete: z.boolean().meta({ description: 'Nothing was missing and nothing behind' }),
      at_tiktok: z.int(),
      here: z.int(),
      missing: z.array(z.string()).meta({ description: '1,000 at most' }),
      behind: z.array(z.string()).meta({ description: '1,000 at most' }),
      repaired: z.int(),
      calls: z.int(),
    })
    .meta({ id: 'ShopCheck' }),
  status: 200,
  idempotency: 'natural',
  errors: cannotAsk,
})

const listOrders = defineOperation({
  id: 'shopOrders.list',
  method: 'GET',
  path: '/v1/shops/{shop_id}/orders',
  summary: "List a shop's orders",
  scope,
  params,
  query: changedQuery,
  answer: pageOf(order),
  status: 200,
  errors: {},
})

const getOrder = defineOperation({
  id: 'shopOrders.get',
  method: 'GET',
  path: '/v1/shops/{shop_id}/orders/{order_id}',
  summary: 'Read an order with everything that TikTok told of it',
  scope,
  params: params.extend({ order_id: externalId }),
  answer: order.extend({ raw }).meta({ id: 'ShopOrderInFull' }),
  status: 200,
  errors: {},
})

const listProducts = defineOperation({
  id: 'shopProducts.list',
  method: 'GET',
  path: '/v1/shops/{shop_id}/products',
  summary: "List a shop's products",
  scope,
  params,
  query: changedQuery,
  answer: pageOf(product),
  status: 200,
  errors: {},
})

const getProduct = defineOperation({
  id: 'shopProducts.get',
  method: 'GET',
  path: '/v1/shops/{shop_id}/products/{product_id}',
  summary: 'Read a product with everything that TikTok told of it',
  scope,
  params: params.extend({ product_id: externalId }),
  answer: product.extend({ raw }).meta({ id: 'ShopProductInFull' }),
  status: 200,
  errors: {},
})

const listStock = defineOperation({
  id: 'shopStock.list',
  method: 'GET',
  path: '/v1/shops/{shop_id}/stock',
  summary: "List a shop's stock, SKU by SKU",
  scope,
  params,
  query: pageQuery.extend({ product_id: externalId.optional() }),
  answer: pageOf(stockRow),
  status: 200,
  errors: {},
})

const pushStock = defineOperation({
  id: 'shopStock.push',
  method: 'POST',
  path: '/v1/shops/{shop_id}/stock',
  summary: 'Set the stock of many SKUs',
  description:
    'Sends them to TikTok by product and answers for each. Quantities are absolute: the same request again changes nothing. With `expected` a SKU is set only while TikTok has that quantity.',
  scope: 'shop:write',
  params,
  body: z.object({
    updates: z
      .array(
        z.object({
          sku_id: externalId,
          quantity: z.int().min(0).max(99_999),
          warehouse_id: externalId.optional().meta({
            description: 'Needed for a SKU that lies in several',
          }),
          expected: z.int().min(0).optional(),
        }),
      )
      .min(1)
      .max(1_000),
  }),
  answer: z.object({
    ok: z.int(),
    results: z.array(
      z
        .object({
          sku_id: z.string(),
          warehouse_id: z.string().nullable(),
          result: z.enum(['ok', 'refused', 'conflict', 'failed']).meta({
            description:
              'refused: TikTok says no, or there is no such SKU; failed: it may be sent again as it is',
          }),
          code: z.string().nullable(),
          reason: z.string().nullable(),
          available: z
            .int()
            .nullable()
            .meta({ description: 'What is there: what was set, or what is in the way' }),
        })
        .meta({ id: 'ShopStockResult' }),
    ),
  }),
  status: 200,
  errors: notConnected,
})

const listReturns = defineOperation({
  id: 'shopReturns.list',
  method: 'GET',
  path: '/v1/shops/{shop_id}/returns',
  summary: "List a shop's returns and refunds",
  scope,
  params,
  query: changedQuery.extend({ order_id: externalId.optional() }),
  answer: pageOf(shopReturn),
  status: 200,
  errors: {},
})

const listStatements = defineOperation({
  id: 'shopStatements.list',
  method: 'GET',
  path: '/v1/shops/{shop_id}/statements',
  summary: "List a shop's statements",
  scope,
  params,
  query: pageQuery.extend({ payment_status: z.string().min(1).max(64).optional() }),
  answer: pageOf(statement),
  status: 200,
  errors: {},
})

const listTransactions = defineOperation({
  id: 'shopStatements.transactions',
  method: 'GET',
  path: '/v1/shops/{shop_id}/statements/{statement_id}/transactions',
  summary: 'List what a statement is made of',
  scope,
  params: params.extend({ statement_id: externalId }),
  query: pageQuery,
  answer: pageOf(transaction),
  status: 200,
  errors: {},
})

export const shopOperations = [
  listShops,
  getShop,
  syncShop,
  checkShop,
  listOrders,
  getOrder,
  listProducts,
  getProduct,
  listStock,
  pushStock,
  listReturns,
  listStatements,
  listTransactions,
] as const
