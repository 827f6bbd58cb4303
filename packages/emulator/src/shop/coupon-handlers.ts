/** Coupons, which sellers make in Seller Center. */
import { type ShopHandlers, ShopRefusal } from './call.ts'
import { amountText } from './money.ts'
import { pageOf, slice } from './paging.ts'
import type { CouponRow, ShopRow } from './state.ts'

function couponView(row: CouponRow, { currency }: ShopRow, now: number): object {
  const money = (minor: number): object => ({ amount: amountText(minor, currency), currency })
  return {
    id: row.id,
    title: row.title,
    display_type: row.displayType,
    status: couponStatus(row, now),
    creation_source: 'SELLER_CENTER',
    product_scope: 'FULL_SHOP',
    target_buyer_segment: 'ALL',
    discount:
      row.percent === undefined
        ? { type: 'AMOUNT_OFF', reduction_amount: money(row.amount ?? 0) }
        : { type: 'PERCENT_OFF', percentage: String(row.percent) },
    threshold: row.minimum === 0 ? { type: 'NONE' } : { type: 'MIN_SPEND', min_spend: money(row.minimum) },
    claim_duration: { start_time: row.begin, end_time: row.end },
    redemption_duration: { type: 'ABSOLUTE', start_time: row.begin, end_time: row.end },
    usage_limits: { single_buyer_claim_limit: 1, total_claim_limit: 10_000, redemption_limit: 10_000 },
    ...(row.code === undefined ? {} : { promo_code: row.code }),
    create_time: row.createdAt,
    update_time: row.createdAt,
  }
}

function couponStatus({ begin, end }: CouponRow, now: number): string {
  return now < begin ? 'NOT_START' : now < end ? 'ONGOING' : 'EXPIRED'
}

export const couponHandlers: ShopHandlers = {
  'promotion.SearchCoupons': ({ world, shop, query, body, now }) => {
    const statuses = body.texts('status')
    const title = body.optional('title_keyword')
    const rows = world.coupons
      .where('shop', shop.id)
      .filter(
        (row) =>
          (statuses.length === 0 || statuses.includes(couponStatus(row, now))) &&
          (title === undefined || row.title.includes(title)),
      )
    const { items, ...rest } = slice(rows, pageOf(query, { default: 20, max: 100 }))
    return { coupons: items.map((row) => couponView(row, shop, now)), ...rest }
  },
  'promotion.GetCoupon': ({ world, shop, path, now }) => {
    const row = world.coupons.get(path.coupon_id ?? '')
    if (row?.shop !== shop.id) throw new ShopRefusal(17029009, `There is no coupon ${path.coupon_id}.`)
    return {
      coupon: {
        ...couponView(row, shop, now),
        usage_stats: { claimed_count: row.claimed, redeemed_count: row.redeemed },
      },
    }
  },
}
