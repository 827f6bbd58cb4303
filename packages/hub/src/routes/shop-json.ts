/** Things of a shop as the API shows them: the fields that most callers want, under one name each. */
import { z } from 'zod'
import type { ShopThing } from '../storage/shop-things.ts'
import { stockFigures } from '../tiktok/shop/shop-reading.ts'
import { iso } from './iso-time.ts'

/** What is not as documented is shown as not known; `raw` has it as it came. */
const text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => (value === undefined || value === '' ? null : value))
const seconds = z
  .number()
  .nullish()
  .catch(null)
  .transform((value) => (value === null || value === undefined ? null : iso(value * 1000)))

const lines = z
  .array(
    z.looseObject({
      id: z.string(),
      product_id: text,
      product_name: text,
      sku_id: text,
      seller_sku: text,
      display_status: text,
      package_id: text,
      tracking_number: text,
      sale_price: text,
      currency: text,
    }),
  )
  .nullish()
  .catch(null)
const orderFields = z.looseObject({
  paid_time: seconds,
  shipping_type: text,
  user_id: text,
  buyer_message: text,
  line_items: lines,
})

export function orderToJson(thing: ShopThing) {
  const fields = orderFields.parse(thing.data)
  return {
    id: thing.externalId,
    status: thing.status,
    ...times(thing),
    paid_at: fields.paid_time,
    total: thing.amount,
    currency: thing.currency,
    shipping_type: fields.shipping_type,
    buyer_id: fields.user_id,
    buyer_message: fields.buyer_message,
    lines: (fields.line_items ?? []).map((line) => ({
      id: line.id,
      product_id: line.product_id,
      product_name: line.product_name,
      sku_id: line.sku_id,
      seller_sku: line.seller_sku,
      status: line.display_status,
      package_id: line.package_id,
      tracking_number: line.tracking_number,
      price: line.sale_price,
      currency: line.currency,
    })),
    source: sourceOf(thing),
  }
}

export function orderInFull(thing: ShopThing) {
  return { ...orderToJson(thing), raw: thing.data }
}

const productFields = z.looseObject({
  title: text,
  skus: z
    .array(
      z.looseObject({
        id: z.string(),
        seller_sku: text,
        price: z.looseObject({ sale_price: text, currency: text }).nullish().catch(null),
      }),
    )
    .nullish()
    .catch(null),
})

export function productToJson(thing: ShopThing) {
  const { title, skus } = productFields.parse(thing.data)
  return {
    id: thing.externalId,
    title,
    status: thing.status,
    ...times(thing),
    gone_at: thing.goneAt === null ? null : iso(thing.goneAt),
    skus: (skus ?? []).map(({ id, seller_sku, price }) => ({
      id,
      seller_sku,
      price: price?.sale_price ?? null,
      currency: price?.currency ?? null,
    })),
    source: sourceOf(thing),
  }
}

export function productInFull(thing: ShopThing) {
  return { ...productToJson(thing), raw: thing.data }
}

export function stockToJson(thing: ShopThing) {
  const { sellerSku, available, committed, warehouses } = stockFigures(thing)
  return {
    sku_id: thing.externalId,
    product_id: thing.parentId ?? '',
    seller_sku: sellerSku,
    available,
    committed,
    warehouses,
    source: sourceOf(thing),
  }
}

const returnFields = z.looseObject({ return_type: text, return_reason: text })

export function returnToJson(thing: ShopThing) {
  const { return_type, return_reason } = returnFields.parse(thing.data)
  return {
    id: thing.externalId,
    order_id: thing.parentId ?? '',
    type: return_type,
    status: thing.status,
    reason: return_reason,
    refund: thing.amount,
    currency: thing.currency,
    ...times(thing),
    source: sourceOf(thing),
  }
}

const statementFields = z.looseObject({
  payment_id: text,
  payment_time: seconds,
  revenue_amount: text,
  fee_amount: text,
  shipping_cost_amount: text,
  adjustment_amount: text,
})

export function statementToJson(thing: ShopThing) {
  const fields = statementFields.parse(thing.data)
  return {
    id: thing.externalId,
    at: iso(thing.createdAt),
    payment_status: thing.status,
    payment_id: fields.payment_id,
    paid_at: fields.payment_time,
    settlement: thing.amount,
    revenue: fields.revenue_amount,
    fees: fields.fee_amount,
    shipping: fields.shipping_cost_amount,
    adjustment: fields.adjustment_amount,
    currency: thing.currency,
    source: sourceOf(thing),
  }
}

const transactionFields = z.looseObject({
  id: z.string(),
  order_id: text,
  revenue_amount: text,
  fee_tax_amount: text,
  shipping_cost_amount: text,
})

export function transactionToJson(thing: ShopThing) {
  const fields = transactionFields.parse(thing.data)
  return {
    id: fields.id,
    statement_id: thing.parentId ?? '',
    order_id: fields.order_id,
    type: thing.status,
    at: iso(thing.createdAt),
    settlement: thing.amount,
    revenue: fields.revenue_amount,
    fees: fields.fee_tax_amount,
    shipping: fields.shipping_cost_amount,
    currency: thing.currency,
    source: sourceOf(thing),
  }
}

function times({ createdAt, updatedAt }: ShopThing) {
  return { created_at: iso(createdAt), updated_at: iso(updatedAt) }
}

function sourceOf({ sourceCall, readAt }: ShopThing) {
  return { call: sourceCall, at: iso(readAt) }
}
