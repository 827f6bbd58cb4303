/**
 * What the client reads of orders, products and stock. The identity of each thing is required; the rest is optional, since
 * it differs by market, status and masking. What is not named here is kept as it came. Money is decimal text, times are
 * epoch seconds, ids are strings.
 */
import * as z from 'zod/mini'

const id = z.string().check(z.minLength(1))
const text = z.nullish(z.string())
const seconds = z.nullish(z.number())
const amount = z.nullish(z.string())
const flag = z.nullish(z.boolean())

const lineItem = z.looseObject({
  id,
  product_id: text,
  product_name: text,
  sku_id: text,
  sku_name: text,
  seller_sku: text,
  currency: text,
  original_price: amount,
  sale_price: amount,
  package_id: text,
  package_status: text,
  display_status: text,
})

const order = z.looseObject({
  id,
  /** One of `orderStatuses`, or one that came since. */
  status: text,
  create_time: seconds,
  update_time: seconds,
  paid_time: seconds,
  buyer_email: text,
  buyer_message: text,
  cancel_reason: text,
  fulfillment_type: text,
  shipping_type: text,
  warehouse_id: text,
  is_cod: flag,
  is_on_hold_order: flag,
  line_items: z.optional(z.array(lineItem)),
  packages: z.optional(z.array(z.looseObject({ id }))),
  payment: z.optional(
    z.looseObject({
      currency: text,
      sub_total: amount,
      shipping_fee: amount,
      tax: amount,
      total_amount: amount,
      seller_discount: amount,
      platform_discount: amount,
    }),
  ),
})

export type ShopOrder = z.infer<typeof order>

const page = { next_page_token: text, total_count: z.nullish(z.number()) }

export const orderPage = z.looseObject({ ...page, orders: z.optional(z.array(order)) })
export const orderDetails = z.looseObject({ orders: z.optional(z.array(order)) })

const price = z.looseObject({ currency: text, sale_price: amount, tax_exclusive_price: amount })
const stock = z.looseObject({ quantity: z.nullish(z.number()), warehouse_id: text })

const sku = z.looseObject({
  id,
  seller_sku: text,
  price: z.optional(price),
  inventory: z.optional(z.array(stock)),
})

const productSummary = z.looseObject({
  id,
  title: text,
  /** One of `productStatuses`, or one that came since. */
  status: text,
  create_time: seconds,
  update_time: seconds,
  sales_regions: z.optional(z.array(z.string())),
  skus: z.optional(z.array(sku)),
})

export type ShopProductSummary = z.infer<typeof productSummary>

export const productPage = z.looseObject({ ...page, products: z.optional(z.array(productSummary)) })

export const productDetail = z.looseObject({
  id,
  title: text,
  status: text,
  description: text,
  create_time: seconds,
  update_time: seconds,
  skus: z.optional(z.array(sku)),
})

export type ShopProduct = z.infer<typeof productDetail>

const inventory = z.looseObject({
  product_id: id,
  skus: z.optional(
    z.array(
      z.looseObject({
        id,
        seller_sku: text,
        total_available_quantity: z.nullish(z.number()),
        total_committed_quantity: z.nullish(z.number()),
      }),
    ),
  ),
})

export type ShopInventory = z.infer<typeof inventory>

export const inventoryAnswer = z.looseObject({ inventory: z.optional(z.array(inventory)) })
