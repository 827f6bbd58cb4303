/** The creators that sellers may look for, and what they have sold. */
import { creatorById, creatorFacts, creatorsOf, followersOf, usernameOf } from './affiliate-people.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { amountText, toDollars } from './money.ts'
import { pageOf, slice } from './paging.ts'
import type { ShopAccountRow, ShopContentRow, ShopWorld } from './state.ts'

interface Sold {
  units: number
  /** In cents of a dollar. */
  gmv: Record<ShopContentRow['kind'], number>
  products: Set<string>
  categories: Map<string, number>
  buyers: Set<string>
}

const nothing = (): Sold => ({
  units: 0,
  gmv: { VIDEO: 0, LIVE: 0 },
  products: new Set(),
  categories: new Map(),
  buyers: new Set(),
})

/** What the videos and lives of each creator have sold, in all shops. */
function soldByCreators(world: ShopWorld): Map<string, Sold> {
  const sold = new Map<string, Sold>()
  for (const order of world.orders.values()) {
    const content = world.contents.get(order.content ?? '')
    if (content === undefined || order.paidAt === undefined || order.status === 'CANCELLED') continue
    const entry = sold.get(content.username) ?? nothing()
    sold.set(content.username, entry)
    entry.buyers.add(order.buyer)
    for (const line of order.lines) {
      if (line.cancelled !== undefined) continue
      const cents = toDollars(line.price, order.currency)
      const category = world.products.get(line.product)?.content.categoryId ?? ''
      entry.units += 1
      entry.gmv[content.kind] += cents
      entry.products.add(line.product)
      entry.categories.set(category, (entry.categories.get(category) ?? 0) + cents)
    }
  }
  return sold
}

const dollars = (cents: number): object => ({ amount: amountText(cents, 'USD'), currency: 'USD' })

/** Steps of ten, as TikTok shows them of creators that do not tell more. */
function range(value: number): { minimum_amount: number; maximum_amount: number; formatted_range: string } {
  const step = value === 0 ? 1 : 10 ** Math.floor(Math.log10(value))
  const [low, high] = [Math.floor(value / step) * step, (Math.floor(value / step) + 1) * step]
  return { minimum_amount: low, maximum_amount: high, formatted_range: `${low}-${high}` }
}

const moneyRange = (cents: number): object => {
  const { minimum_amount: low, maximum_amount: high, formatted_range } = range(Math.round(cents / 100))
  return { currency: 'USD', minimum_amount: String(low), maximum_amount: String(high), formatted_range }
}

function contentsOf(world: ShopWorld, creator: ShopAccountRow): ShopContentRow[] {
  return [...world.contents.values()].filter(({ username }) => username === usernameOf(creator.id))
}

function meanViews(rows: readonly ShopContentRow[], kind: ShopContentRow['kind']): number {
  const own = rows.filter((row) => row.kind === kind)
  return own.length === 0 ? 0 : Math.round(own.reduce((sum, { views }) => sum + views, 0) / own.length)
}

function summary(call: ShopCall, creator: ShopAccountRow, sold: Sold): Record<string, unknown> {
  const { VIDEO: video, LIVE: live } = sold.gmv
  const contents = contentsOf(call.world, creator)
  return {
    ...creatorFacts(call, creator),
    category_ids: [...sold.categories.keys()],
    avg_ec_video_view_count: meanViews(contents, 'VIDEO'),
    avg_ec_live_uv: meanViews(contents, 'LIVE'),
    gmv: dollars(video + live),
    video_gmv: dollars(video),
    live_gmv: dollars(live),
    gmv_range: moneyRange(video + live),
    units_sold_range: range(sold.units),
    top_follower_demographics: {
      age_ranges: ['18-24'],
      major_gender: { gender: 'FEMALE', percentage: 5500 },
    },
  }
}

/** Source: partner.tiktokshop.com/docv2: 12 or 20 on a page. */
function search(call: ShopCall): object {
  const { platform, world, query, body } = call
  const size = query.requiredInteger('page_size')
  if (size !== 12 && size !== 20) query.refuse('page_size', 'must be 12 or 20')
  const keyword = body.optional('keyword')?.toLowerCase() ?? ''
  const followers = body.object('follower_demographics')?.object('count_range')
  const sold = soldByCreators(world)
  const found = creatorsOf(world)
    .filter((creator) => {
      const count = followersOf(platform, creator.id)
      return (
        `${usernameOf(creator.id)} ${creator.name}`.toLowerCase().includes(keyword) &&
        count >= (followers?.integer('count_ge') ?? 0) &&
        count <= (followers?.integer('count_le') ?? Number.MAX_SAFE_INTEGER)
      )
    })
    .sort((a, b) => followersOf(platform, b.id) - followersOf(platform, a.id))
  const { items, next_page_token } = slice(found, pageOf(query, { max: 20 }))
  return {
    creators: items.map((creator) => summary(call, creator, sold.get(usernameOf(creator.id)) ?? nothing())),
    next_page_token,
    search_key: body.optional('search_key') ?? platform.ids.hex(16),
  }
}

function shares(parts: readonly (readonly [string, number])[]): { key: string; value: string }[] {
  const all = parts.reduce((sum, [, value]) => sum + value, 0)
  return parts.map(([key, value]) => ({ key, value: all === 0 ? '0.00' : (value / all).toFixed(2) }))
}

function performance(call: ShopCall): object {
  const { world, path } = call
  const creator = creatorById(call, path.creator_user_id ?? '')
  const sold = soldByCreators(world).get(usernameOf(creator.id)) ?? nothing()
  const contents = contentsOf(world, creator)
  const gmv = sold.gmv.VIDEO + sold.gmv.LIVE
  const perBuyer = sold.buyers.size === 0 ? 0 : Math.round(gmv / sold.buyers.size)
  return {
    creator: {
      ...summary(call, creator, sold),
      bio_description: call.platform.world.creators.get(usernameOf(creator.id))?.bio ?? '',
      ec_video_count: contents.filter(({ kind }) => kind === 'VIDEO').length,
      ec_live_count: contents.filter(({ kind }) => kind === 'LIVE').length,
      avg_ec_video_play_count: meanViews(contents, 'VIDEO'),
      avg_ec_live_view_count: meanViews(contents, 'LIVE'),
      avg_gmv_per_buyer: dollars(perBuyer),
      avg_gmv_per_buyer_range: moneyRange(perBuyer),
      promoted_product_num: sold.products.size,
      units_sold: sold.units,
      content_gmv_distribution: shares([
        ['VIDEO', sold.gmv.VIDEO],
        ['LIVE', sold.gmv.LIVE],
      ]).map(({ key, value }) => ({ content_type: key, value })),
      category_gmv_distribution: shares([...sold.categories]).map(({ key, value }) => ({
        category_id: key,
        value,
      })),
    },
  }
}

export const marketplaceHandlers: ShopHandlers = {
  'affiliate_seller.SellerSearchCreatoronMarketplace': search,
  'affiliate_seller.GetMarketplaceCreatorPerformance': performance,
  'affiliate_seller.GetSellerSearchCreatorMarketplaceAdvancedFilters': () => ({
    advanced_filters: { category_pro: [], creator_level: [], language: ['en'] },
  }),
  'affiliate_seller.GetWeeklyCreatorOutreachQuota': () => ({ data: { unlimited: true } }),
  'affiliate_seller.SellerGetSampleRequestDeeplink': ({ world, shop, query }) => {
    const product = world.products.get(query.text('product_id'))
    const sku = query.text('sku_id')
    if (product?.shop !== shop.id || !product.content.skus.some(({ id }) => id === sku))
      throw new ShopRefusal(36009004, 'product_id, sku_id: the shop has no such SKU.')
    return { deeplink: `https://shop.tiktok.com/sample/request?product_id=${product.id}&sku_id=${sku}` }
  },
}
