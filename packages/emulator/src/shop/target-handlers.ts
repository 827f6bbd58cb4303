/** Target collaborations: rates for chosen creators. Source: partner.tiktokshop.com/docv2 (affiliate seller). */
import { isTargetLive } from './affiliate-life.ts'
import { creatorById, creatorFacts, creatorOpenId, userIdOf } from './affiliate-people.ts'
import { commissionView, mainImage, priceRange, RATES, statusOf } from './affiliate-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'
import type { ShopAccountRow } from './state.ts'
import type { TargetCollaborationRow } from './state-affiliate.ts'

const MOST_PRODUCTS = 100
const MOST_CREATORS = 50

interface Wanted {
  name: string
  message: string
  email: string
  creators: string[]
  products: TargetCollaborationRow['products']
  freeSample: TargetCollaborationRow['freeSample']
  endTime: number
}

function read(call: ShopCall): Wanted {
  const { world, shop, body, now } = call
  const sent = body.has('creator_user_open_ids') ? 'creator_user_open_ids' : 'creator_user_ids'
  const creators = body
    .texts(sent, { required: true, max: MOST_CREATORS })
    .map((id) => creatorById(call, id).id)
  const products = body.list('products', { required: true, max: MOST_PRODUCTS }).map((entry) => {
    const id = entry.text('id')
    if (world.products.get(id)?.shop !== shop.id)
      throw new ShopRefusal(16024008, `products: ${id.slice(0, 40)} is not of this shop.`)
    const field = entry.has('target_commission_rate') ? 'target_commission_rate' : 'commission_rate'
    const adRate =
      entry.integer('shop_ads_commission_rate') ?? entry.integer('target_ad_commission_rate') ?? 0
    return { id, rate: entry.requiredInteger(field, RATES), adRate }
  })
  const endTime = Number(body.text('end_time'))
  if (!Number.isInteger(endTime) || endTime <= now) body.refuse('end_time', 'must lie ahead, in seconds')
  const sample = body.object('free_sample_rule')
  return {
    name: body.text('name', { max: 100 }),
    message: body.optional('message', { max: 500 }) ?? '',
    email: body.object('seller_contact_info')?.optional('email') ?? '',
    creators: [...new Set(creators)],
    products,
    freeSample: {
      has: sample?.flag('has_free_sample') ?? false,
      exempt: sample?.flag('is_sample_approval_exempt') ?? false,
    },
    endTime,
  }
}

interface Conflict {
  creator: string
  product: string
  existing: TargetCollaborationRow
}

/** A creator has one target rate for a product. */
function conflicts(
  call: ShopCall,
  creators: readonly string[],
  products: readonly string[],
  except?: string,
): Conflict[] {
  return call.world.targetCollaborations
    .where('shop', call.shop.id)
    .filter((row) => row.id !== except && isTargetLive(row, call.now))
    .flatMap((existing) =>
      existing.creators
        .filter((creator) => creators.includes(creator))
        .flatMap((creator) =>
          existing.products
            .filter(({ id }) => products.includes(id))
            .map(({ id }) => ({ creator, product: id, existing })),
        ),
    )
}

function conflictView(call: ShopCall, { creator, product }: Conflict): object {
  return {
    creator_user_open_id: creatorOpenId(call, creator),
    creator_user_id: userIdOf(creator),
    product_id: product,
  }
}

function create(call: ShopCall): object {
  const { platform, world, shop, now } = call
  const wanted = read(call)
  const found = conflicts(
    call,
    wanted.creators,
    wanted.products.map(({ id }) => id),
  )
  if (found.length > 0)
    return { target_collaboration_conflicts: found.map((each) => conflictView(call, each)) }
  const row = world.targetCollaborations.put({
    ...wanted,
    id: newId(platform, '7450'),
    shop: shop.id,
    startTime: now,
    updatedAt: now,
  })
  return { target_collaboration: { id: row.id }, target_collaboration_conflicts: [] }
}

function update(call: ShopCall): object {
  const row = targetOf(call)
  const wanted = read(call)
  const found = conflicts(
    call,
    wanted.creators,
    wanted.products.map(({ id }) => id),
    row.id,
  )
  if (found.length > 0)
    return { target_collaboration_conflicts: found.map((each) => conflictView(call, each)) }
  const { message: _, ...changes } = wanted
  call.world.targetCollaborations.patch(row, { ...changes, updatedAt: call.now })
  return { target_collaboration_conflicts: [] }
}

/** @throws {ShopRefusal} when the shop has no such collaboration */
function targetOf({ world, shop, path }: ShopCall): TargetCollaborationRow {
  const row = world.targetCollaborations.get(path.target_collaboration_id ?? '')
  if (row?.shop !== shop.id)
    throw new ShopRefusal(50001700, 'target_collaboration_id: the shop has no such collaboration.')
  return row
}

function counts({ world }: ShopCall, row: TargetCollaborationRow): { content: number; showcase: number } {
  const products = new Set(row.products.map(({ id }) => id))
  const shows = (creator: string): boolean =>
    world.showcase.where('creator', creator).some(({ product }) => products.has(product))
  const posts = (creator: string): boolean =>
    [...world.contents.values()].some(
      ({ username, products: shown }) =>
        `creator:${username}` === creator && shown.some((id) => products.has(id)),
    )
  return { content: row.creators.filter(posts).length, showcase: row.creators.filter(shows).length }
}

function summary(call: ShopCall, row: TargetCollaborationRow): Record<string, unknown> {
  const { content, showcase } = counts(call, row)
  return {
    id: row.id,
    name: row.name,
    message: row.message,
    type: 'STANDARD',
    start_time: row.startTime,
    end_time: row.endTime,
    update_time: row.updatedAt,
    product_count: row.products.length,
    content_creator_count: content,
    showcase_creator_count: showcase,
    free_sample_rule: {
      has_free_sample: row.freeSample.has,
      is_sample_approval_exempt: row.freeSample.exempt,
    },
  }
}

function search(call: ShopCall): object {
  const { world, shop, query, body, now } = call
  const status = body.optional('collaboration_status') ?? 'ALL'
  const sample = body.optional('free_sample_setting')
  const named = body.optional('creator_user_open_id') ?? body.optional('creator_user_id')
  const creator = named === undefined ? undefined : creatorById(call, named).id
  const param = body.object('search_param')
  const keyword = param?.optional('keyword')?.toLowerCase() ?? ''
  const byId = /_ID/i.test(param?.optional('keyword_type') ?? '')
  const found = world.targetCollaborations.where('shop', shop.id).filter((row) => {
    const live = isTargetLive(row, now)
    if (/ONGOING|LIVE|NORMAL/i.test(status) && !live) return false
    if (/EXPIRED|ENDED/i.test(status) && live) return false
    if (sample !== undefined && /NO|WITHOUT/i.test(sample) === row.freeSample.has) return false
    if (creator !== undefined && !row.creators.includes(creator)) return false
    return keyword === '' || (byId ? row.id : row.name.toLowerCase()).includes(keyword)
  })
  const { items, ...rest } = slice(found, pageOf(query, { default: 20, max: 100 }))
  return {
    target_collaborations: items.map((row) => ({
      ...summary(call, row),
      // TikTok's own spelling in lists.
      creator_inivited_count: row.creators.length,
    })),
    ...rest,
  }
}

function detail(call: ShopCall): object {
  const { platform, world, shop, now } = call
  const row = targetOf(call)
  const live = isTargetLive(row, now)
  return {
    target_collaboration: {
      ...summary(call, row),
      creator_invited_count: row.creators.length,
      seller_contact_info: { email: row.email },
      creators: row.creators.map((id) => ({
        ...creatorFacts(call, world.accounts.get(id) as ShopAccountRow),
        collaboration_status: live ? 'NORMAL' : 'DELETED',
        product_effective_status: live ? 'EFFECTIVE_ALL' : 'EFFECTIVE_NONE',
        content_product_count: 0,
        showcase_product_count: world.showcase
          .where('creator', id)
          .filter(({ product }) => row.products.some((each) => each.id === product)).length,
      })),
      products: row.products.flatMap(({ id, rate, adRate }) => {
        const product = world.products.get(id)
        if (product === undefined) return []
        const { minimum_amount: least, maximum_amount: most } = priceRange(product, shop)
        return [
          {
            id,
            title: product.content.title,
            status: statusOf(world, product),
            main_image_url: mainImage(platform, product),
            original_price: priceRange(product, shop),
            collaboration_status: live ? 'NORMAL' : 'DELETED',
            commission_effective_status: live ? 'EFFECTIVE_ALL' : 'EFFECTIVE_NONE',
            commission: {
              ...commissionView(product, shop, rate),
              minimum_amount: least,
              maximum_amount: most,
              effective_time: String(row.startTime),
              shop_ads_commission_rate: adRate,
            },
          },
        ]
      }),
    },
  }
}

/** Each creator keeps the collaboration that stands, or leaves it for what is to come. */
function resolve(call: ShopCall): object {
  const { world, shop, body } = call
  const done: object[] = []
  const failed: object[] = []
  for (const entry of body.list('conflict_items', { required: true, max: 500 })) {
    const row = world.targetCollaborations.get(entry.text('existing_collaboration_id'))
    const creator = creatorOf(call, entry)
    if (row?.shop !== shop.id || creator === undefined || !row.creators.includes(creator))
      failed.push(entry.raw)
    else {
      const creators = row.creators.filter((each) => each !== creator)
      world.targetCollaborations.patch(row, { creators, updatedAt: call.now })
      done.push(entry.raw)
    }
  }
  return { success_items: done, failed_items: failed }
}

function creatorOf(call: ShopCall, entry: Fields): string | undefined {
  try {
    return creatorById(call, entry.text('creator_open_id')).id
  } catch (error) {
    if (error instanceof ShopRefusal) return undefined
    throw error
  }
}

export const targetHandlers: ShopHandlers = {
  'affiliate_seller.CreateTargetCollaboration': create,
  'affiliate_seller.UpdateTargetCollaboration': update,
  'affiliate_seller.SearchTargetCollaborations': search,
  'affiliate_seller.QueryTargetCollaborationDetail': detail,
  'affiliate_seller.RemoveTargetCollaboration': (call) => {
    call.world.targetCollaborations.delete(targetOf(call).id)
    return {}
  },
  'affiliate_seller.GenerateTargetCollaborationLink': (call) => ({
    link: `https://affiliate.tiktok.com/invite/${targetOf(call).id}`,
  }),
  'affiliate_seller.CheckTargetCollaborationConflicts': (call) => {
    const creators = call.body.texts('creator_open_id_list', { required: true, max: MOST_CREATORS })
    const products = call.body.texts('product_id_list', { required: true, max: MOST_PRODUCTS })
    const found = conflicts(
      call,
      creators.map((id) => creatorById(call, id).id),
      products,
    )
    return {
      conflict_items: found.map(({ creator, product, existing }) => ({
        creator_open_id: creatorOpenId(call, creator),
        product_id: product,
        existing_collaboration_id: existing.id,
      })),
    }
  },
  'affiliate_seller.CancelTargetCollaborationConflicts': resolve,
}
