/** Shops of the EU, since 2024-12-09. Answers may come without `error`, have no `has_more`, and end with a short page. */
import * as z from 'zod/mini'
import { count, fieldList, int64, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { base, page } from './parts.ts'
import { researchRules } from './research-rules.ts'

const max = researchRules.maxShopPageSize.value
const bounded = () => z.optional(count().check(z.refine((n) => n >= 1 && n <= max, `1 to ${max}`)))
const paging = {
  /** From 1. */
  page_start: z.optional(count().check(z.refine((n) => n >= 1, 'from 1'))),
  page_size: bounded(),
}

export const researchShopFields = [
  'shop_name',
  'shop_rating',
  'shop_review_count',
  'item_sold_count',
  'shop_id',
  'shop_performance_value',
] as const
export const researchProductFields = [
  'product_id',
  'product_name',
  'product_description',
  'product_price',
  'product_rating',
  'product_review_count',
  'product_sold_count',
  'product_rating_1_count',
  'product_rating_2_count',
  'product_rating_3_count',
  'product_rating_4_count',
  'product_rating_5_count',
  'shop_name',
] as const
export const researchReviewFields = [
  'product_name',
  'review_text',
  'review_like_count',
  'create_time',
  'review_rating',
  'display_name',
] as const

/** The pages say that `fields` stands in the query; every sample has it in the body. Both are read. */
const fields = <const T extends readonly [string, ...string[]]>(names: T) => ({
  query: z.looseObject({ fields: z.optional(fieldList(names)) }),
  inBody: z.optional(z.string()),
})

const shops = fields(researchShopFields)
export const shopInfo = defineEndpoint({
  ...base,
  mayOmitError: true,
  id: 'research.shopInfo',
  title: 'Shops by name',
  path: '/v2/research/tts/shop/',
  doc: page('research-api-specs-query-tiktok-shop-info'),
  query: shops.query,
  input: z.looseObject({
    shop_name: z.string().check(z.minLength(1)),
    limit: bounded(),
    fields: shops.inBody,
  }),
  output: z.looseObject({
    shop_data: z.array(
      z.looseObject({
        shop_name: z.optional(z.string()),
        /** `4.5`, as text. */
        shop_rating: z.optional(z.string()),
        shop_review_count: z.optional(count()),
        item_sold_count: z.optional(count()),
        shop_id: z.optional(int64()),
        /** Such as 90. */
        shop_performance_value: z.optional(count()),
      }),
    ),
  }),
})

const products = fields(researchProductFields)
export const shopProducts = defineEndpoint({
  ...base,
  mayOmitError: true,
  id: 'research.shopProducts',
  title: 'Products of a shop',
  path: '/v2/research/tts/product/',
  doc: page('research-api-specs-query-tiktok-shop-products'),
  query: products.query,
  input: z.looseObject({ shop_id: int64(), ...paging, fields: products.inBody }),
  output: z.looseObject({
    product_data: z.array(
      z.looseObject({
        product_id: z.optional(int64()),
        product_name: z.optional(z.string()),
        product_description: z.optional(z.string()),
        /** `20.79GBP`: the amount and its currency in one. */
        product_price: z.optional(z.array(z.string())),
        product_rating: z.optional(z.string()),
        product_review_count: z.optional(count()),
        /** With items that came back. */
        product_sold_count: z.optional(count()),
        product_rating_1_count: z.optional(count()),
        product_rating_2_count: z.optional(count()),
        product_rating_3_count: z.optional(count()),
        product_rating_4_count: z.optional(count()),
        product_rating_5_count: z.optional(count()),
        shop_name: z.optional(z.string()),
      }),
    ),
  }),
})

const reviews = fields(researchReviewFields)
export const productReviews = defineEndpoint({
  ...base,
  mayOmitError: true,
  id: 'research.productReviews',
  title: 'Reviews of a product',
  path: '/v2/research/tts/review/',
  doc: page('research-api-specs-query-tiktok-shop-reviews'),
  query: reviews.query,
  input: z.looseObject({ product_id: int64(), ...paging, fields: reviews.inBody }),
  output: z.looseObject({
    review_data: z.array(
      z.looseObject({
        product_name: z.optional(z.string()),
        review_text: z.optional(z.string()),
        review_like_count: z.optional(count()),
        /** Milliseconds in the page's sample. */
        create_time: z.optional(count()),
        /** Only `FIVE` is documented. */
        review_rating: z.optional(openEnum(['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE'])),
        display_name: z.optional(z.string()),
      }),
    ),
  }),
})
