/** Open collaborations: what a shop pays any creator. Source: partner.tiktokshop.com/docv2 (affiliate seller). */
import { isOpenNow, openOf } from './affiliate-life.ts'
import { creatorById, creatorFacts, creatorsOf } from './affiliate-people.ts'
import {
  mainImage,
  priceRange,
  RATES,
  searchOpenProducts,
  statusOf,
  stockOfProduct,
} from './affiliate-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'
import { productOf } from './product-handlers.ts'
import type { OpenCollaborationRow } from './state-affiliate.ts'

const DAY = 86_400
/** A stand-in: how long creators keep a rate that ends. */
const NOTICE_SECONDS = 30 * DAY

function create(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const product = productOf(call, body.text('product_id'))
  const rate = body.requiredInteger('commission_rate', { max: 10_000 })
  if (rate < RATES.min || rate > RATES.max)
    throw new ShopRefusal(16003033, 'commission_rate: must be 100 to 8000, from 1 % to 80 %.')
  if (product.status !== 'ACTIVATE')
    throw new ShopRefusal(16003035, `product_id: ${product.id} is ${product.status}.`)
  if (openOf(world, product.id, now) !== undefined)
    throw new ShopRefusal(16003012, `product_id: ${product.id} is in an open collaboration already.`)
  const row = world.openCollaborations.put({
    id: newId(platform, '7440'),
    shop: shop.id,
    product: product.id,
    rate,
    removed: [],
    createdAt: now,
  })
  return { open_collaboration: { id: row.id, product_id: product.id, effective_time: now } }
}

function ownOpen({ world, shop, now }: ShopCall, product: string): OpenCollaborationRow {
  const row = openOf(world, product, now)
  if (row?.shop !== shop.id)
    throw new ShopRefusal(36009004, `product_id: ${product.slice(0, 40)} is in no open collaboration.`)
  return row
}

/** Creators who have a product in their showcase, and those who posted something with it. */
function promoters(
  { world }: ShopCall,
  product: string,
): { showcase: Set<string>; contents: Map<string, { videos: number; lives: number }> } {
  const contents = new Map<string, { videos: number; lives: number }>()
  for (const row of world.contents.values()) {
    if (!row.products.includes(product)) continue
    const counts = contents.get(row.username) ?? { videos: 0, lives: 0 }
    contents.set(row.username, {
      videos: counts.videos + Number(row.kind === 'VIDEO'),
      lives: counts.lives + Number(row.kind === 'LIVE'),
    })
  }
  return {
    showcase: new Set(world.showcase.where('product', product).map(({ creator }) => creator)),
    contents,
  }
}

function search(call: ShopCall): object {
  const { platform, world, shop, query, body, now } = call
  const keyword = body.optional('keyword')?.toLowerCase()
  const byId = /ID/i.test(body.optional('keyword_type') ?? '')
  const found = world.openCollaborations.where('shop', shop.id).flatMap((row) => {
    const product = world.products.get(row.product)
    if (product === undefined || !isOpenNow(row, now)) return []
    const text = byId ? product.id : product.content.title.toLowerCase()
    return keyword !== undefined && !text.includes(keyword) ? [] : [{ row, product }]
  })
  const { items, ...rest } = slice(found, pageOf(query, { max: 100 }))
  return {
    open_collaborations: items.map(({ row, product }) => {
      const { showcase, contents } = promoters(call, product.id)
      return {
        id: row.id,
        status: row.endsAt === undefined ? 'NORMAL' : 'TERMINATING',
        current_commission: { rate: row.rate, start_time: row.createdAt, end_time: row.endsAt ?? 0 },
        require_seller_approve_creator: false,
        content_creator_count: contents.size,
        showcase_creator_count: showcase.size,
        product: {
          id: product.id,
          title: product.content.title,
          status: statusOf(world, product),
          inventory: stockOfProduct(world, product),
          main_image_url: mainImage(platform, product),
          original_price: priceRange(product, shop),
        },
      }
    }),
    ...rest,
  }
}

function creatorContents(call: ShopCall): object {
  const { platform, world, query } = call
  const product = productOf(call, query.text('product_id'))
  const open = ownOpen(call, product.id)
  const { showcase, contents } = promoters(call, product.id)
  const found = creatorsOf(world).flatMap((creator) => {
    const facts = creatorFacts(call, creator)
    const counts = contents.get(String(facts.username))
    if (open.removed.includes(creator.id) || (counts === undefined && !showcase.has(creator.id))) return []
    return [
      {
        creator_profile: facts,
        video_count: counts?.videos ?? 0,
        live_count: counts?.lives ?? 0,
        promotion_status: open.endsAt === undefined ? 'NORMAL' : 'TERMINATING',
        promotion_end_time: open.endsAt ?? 0,
      },
    ]
  })
  const { items, ...rest } = slice(found, pageOf(query, { max: 100 }))
  return {
    product: { id: product.id, image_url: mainImage(platform, product) },
    creator_content_details: items,
    ...rest,
  }
}

function settingsId({ shop }: ShopCall): string {
  return `open_collaboration_settings:${shop.id}`
}

function editSettings(call: ShopCall): object {
  const { world, shop, body, now } = call
  const setting = body.requiredObject('auto_add_product')
  const enable = setting.flag('enable') ?? setting.refuse('enable', 'is required')
  const rate = setting.requiredInteger('commission_rate', RATES)
  const id = settingsId(call)
  const value = { enable, commission_rate: rate }
  world.records.put({ id, kind: 'open_settings', owner: shop.id, createdAt: now, updatedAt: now, value })
  return {}
}

function editSampleRule(call: ShopCall): object {
  const { world, body } = call
  const row = ownOpen(call, body.text('product_id'))
  const rule = body.requiredObject('sample_rule')
  const status = rule.requiredOneOf('activate_status', ['ACTIVATED', 'DEACTIVATED', 'ACTIVE', 'INACTIVE'])
  world.openCollaborations.patch(row, {
    sampleRule: {
      active: status === 'ACTIVATED' || status === 'ACTIVE',
      quota: rule.integer('sample_quota', { max: 100_000 }) ?? 0,
      unlimitedTime: rule.flag('is_sample_time_unlimited') ?? false,
      startTime: rule.integer('start_time') ?? 0,
      endTime: rule.integer('end_time') ?? 0,
      thresholds: { ...rule.object('thresholds')?.raw },
    },
  })
  return {}
}

function sampleRules(call: ShopCall): object {
  const { world, shop, query } = call
  const ids = query.texts('product_ids', { required: true, max: 100 })
  return {
    sample_rules: world.openCollaborations
      .where('shop', shop.id)
      .filter(({ product }) => ids.includes(product))
      .flatMap(({ product, sampleRule: rule }) => {
        if (rule === undefined) return []
        const given = world.samples
          .where('shop', shop.id)
          .filter((sample) => sample.product === product && sample.order !== undefined).length
        return [
          {
            product_id: product,
            status: rule.active ? 'ACTIVATED' : 'DEACTIVATED',
            sample_quota: rule.quota,
            available_quantity: Math.max(0, rule.quota - given),
            is_sample_time_unlimited: rule.unlimitedTime,
            start_time: rule.startTime,
            end_time: rule.endTime,
            thresholds: rule.thresholds,
          },
        ]
      }),
  }
}

export const collaborationHandlers: ShopHandlers = {
  'affiliate_seller.CreateOpenCollaboration': create,
  'affiliate_seller.SearchOpenCollaboration': search,
  'affiliate_seller.SellerSearchAffiliateOpenCollaborationProduct': searchOpenProducts,
  /** It goes on for a while: creators have made videos for this rate. */
  'affiliate_seller.RemoveOpenCollaboration': (call) => {
    const row = ownOpen(call, call.path.product_id ?? '')
    const endsAt = row.endsAt ?? call.now + NOTICE_SECONDS
    call.world.openCollaborations.patch(row, { endsAt })
    return { terminated_effective_time: endsAt }
  },
  'affiliate_seller.RemoveCreatorFromOpenCollaboration': (call) => {
    const row = ownOpen(call, call.body.text('product_id'))
    const named = call.body.optional('creator_user_open_id') ?? call.body.text('creator_user_id')
    const { id } = creatorById(call, named)
    call.world.openCollaborations.patch(row, { removed: [...new Set([...row.removed, id])] })
    return {}
  },
  'affiliate_seller.GetOpenCollaborationCreatorContentDetail': creatorContents,
  'affiliate_seller.EditOpenCollaborationSettings': editSettings,
  'affiliate_seller.GetOpenCollaborationSettings': (call) => ({
    open_collaboration_settings: {
      auto_add_product: call.world.records.get(settingsId(call))?.value ?? {
        enable: false,
        commission_rate: RATES.min,
      },
    },
  }),
  'affiliate_seller.EditOpenCollaborationSampleRule': editSampleRule,
  'affiliate_seller.GetOpenCollaborationSampleRules': sampleRules,
  'affiliate_seller.GenerateAffiliateProductPromotionLink': (call) => {
    const { id } = ownOpen(call, call.path.product_id ?? '')
    return { product_promotion_link: `https://affiliate.tiktok.com/api/v1/share/${id}` }
  },
}
