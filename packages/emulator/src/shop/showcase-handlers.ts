/** The creator's side: profile, showcase, products to promote, links. Source: partner.tiktokshop.com/docv2 (creator). */
import { isTargetLive, rateFor } from './affiliate-life.ts'
import { avatarUrl, creatorOpenId, userIdOf, usernameOf } from './affiliate-people.ts'
import {
  commissionView,
  mainImage,
  openProducts,
  openProductsByIds,
  priceRange,
  searchOpenProducts,
  shopOfProduct,
  soldProduct,
  stockOfProduct,
} from './affiliate-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { categoryChain } from './catalogue.ts'
import { pageOf, slice } from './paging.ts'
import { imageUrl } from './product-view.ts'
import type { ProductRow } from './state.ts'
import type { ShowcaseRow } from './state-affiliate.ts'

const MOST_ADDED = 20
const MOST_REMOVED = 200
const MOST_LINKS = 50

function profile(call: ShopCall): object {
  const { platform, account } = call
  return {
    creator_user_open_id: creatorOpenId(call, account.id),
    creator_user_id: userIdOf(account.id),
    username: usernameOf(account.id),
    avatar: { url: avatarUrl(platform, account.id), width: 720, height: 720 },
    register_region: account.region,
    selection_region: account.region,
    seller_type: 'LOCAL',
    user_type: 'TIKTOK_SHOP_CREATOR',
    permissions: ['SHOWCASE', 'LIVE', 'VIDEO'],
  }
}

/** The topmost first. */
export function showcaseOf({ world, account }: ShopCall): ShowcaseRow[] {
  return world.showcase.where('creator', account.id).sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1))
}

function showcaseView(call: ShopCall, product: ProductRow): object {
  const { platform, world, account, now } = call
  const shop = shopOfProduct(world, product)
  const commission = rateFor(world, shop.id, product.id, account.id, now)
  const price = priceRange(product, shop)
  const stock = stockOfProduct(world, product)
  return {
    id: product.id,
    title: product.content.title,
    detail_link: `https://shop.tiktok.com/view/product/${product.id}`,
    // Spelt so by TikTok.
    main_images: product.content.images.map((uri) => ({
      url: imageUrl(platform, uri),
      width: 800,
      heigth: 800,
    })),
    price: { original_price: price, seller_discount_price: price, platform_discount_price: price },
    sale_regions: [shop.region],
    shop: { name: shop.name },
    source: 'AFFILIATE',
    ...(commission === undefined
      ? {}
      : {
          commission: { rate: commission.rate, reward_rate: 0 },
          collaboration: { id: commission.collaboration, type: commission.kind },
        }),
    status: {
      added_status: 'ADDED',
      inventory_status: stock > 0 ? 'IN_STOCK' : 'SOLD_OUT',
      is_hidden: false,
      review_status:
        product.status !== 'ACTIVATE'
          ? 'UNAVAILABLE'
          : commission === undefined
            ? 'ZERO_COMMISSION'
            : 'APPROVED',
    },
  }
}

function list(call: ShopCall): object {
  call.query.text('origin')
  const found = showcaseOf(call).flatMap(({ product }) => call.world.products.get(product) ?? [])
  const { items, ...rest } = slice(found, pageOf(call.query, { max: 20 }))
  return { products: items.map((product) => showcaseView(call, product)), ...rest }
}

function add(call: ShopCall): object {
  const { body } = call
  const type = body.requiredOneOf('add_type', ['PRODUCT_ID', 'PRODUCT_LINK'])
  if (type === 'PRODUCT_ID')
    return addToShowcase(call, body.texts('product_ids', { required: true, max: MOST_ADDED }))
  const named = /(\d{15,20})/.exec(body.text('product_link'))?.[1]
  return addToShowcase(call, [named ?? body.refuse('product_link', 'names no product')])
}

/** One by one; what cannot be promoted is listed. */
export function addToShowcase(call: ShopCall, ids: readonly string[]): object {
  const { world, account, now } = call
  const errors: object[] = []
  for (const id of ids)
    try {
      const product = soldProduct(world, id)
      const rank = Math.max(0, ...showcaseOf(call).map((row) => row.rank)) + 1
      const key = `${account.id}:${product.id}`
      if (world.showcase.get(key) === undefined)
        world.showcase.put({ id: key, creator: account.id, product: product.id, addedAt: now, rank })
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      errors.push({ code: error.code, message: error.message, detail: { product_id: id } })
    }
  return { errors }
}

export function removeFromShowcase(call: ShopCall): object {
  for (const { id } of shown(call, MOST_REMOVED)) call.world.showcase.delete(id)
  return {}
}

export function raiseInShowcase(call: ShopCall): object {
  const top = Math.max(0, ...showcaseOf(call).map(({ rank }) => rank))
  const rows = shown(call, MOST_REMOVED)
  for (const [at, row] of rows.entries()) call.world.showcase.patch(row, { rank: top + rows.length - at })
  return {}
}

/** @throws {ShopRefusal} when one is not in the showcase */
function shown({ world, account, body }: ShopCall, most: number): ShowcaseRow[] {
  return body.texts('product_ids', { required: true, max: most }).map((id) => {
    const row = world.showcase.get(`${account.id}:${id}`)
    if (row === undefined)
      throw new ShopRefusal(16015001, `product_ids: ${id.slice(0, 40)} is not in the showcase.`)
    return row
  })
}

function targets(call: ShopCall): object {
  const { platform, world, account, query, body, now } = call
  const shop = world.shops.get(body.text('shop_id'))
  const keyword = body.optional('keyword')?.toLowerCase() ?? ''
  const byId = body.oneOf('keyword_type', ['TARGET_COLLABORATIONS_ID', 'TARGET_COLLABORATIONS_NAME'])
  const found = (shop === undefined ? [] : world.targetCollaborations.where('shop', shop.id)).filter(
    (row) =>
      row.creators.includes(account.id) &&
      (byId === 'TARGET_COLLABORATIONS_ID' ? row.id : row.name.toLowerCase()).includes(keyword),
  )
  const { items, ...rest } = slice(found, pageOf(query, { default: 20, min: 0, max: 100 }))
  return {
    target_collaborations: items.map((row) => ({
      id: row.id,
      name: row.name,
      status: isTargetLive(row, now) ? 'LIVE' : 'EXPIRED',
      products: row.products.flatMap(({ id, rate }) => {
        const product = world.products.get(id)
        if (product === undefined || shop === undefined) return []
        return [
          {
            id,
            title: product.content.title,
            main_image_url: mainImage(platform, product),
            commission: commissionView(product, shop, rate),
          },
        ]
      }),
    })),
    ...rest,
  }
}

/** What is open to all, in the shape of the newer search. */
function select(call: ShopCall): object {
  const { platform, world, query, body } = call
  const filter = body.object('filter_params')
  const ids = filter?.texts('product_ids') ?? []
  const categories = filter?.texts('category_ids') ?? []
  const word = filter?.optional('title_keyword')?.toLowerCase() ?? ''
  const rates = filter?.object('commission_rate_range')
  const found = openProducts(call).filter(
    ({ product, open }) =>
      (ids.length === 0 || ids.includes(product.id)) &&
      (categories.length === 0 ||
        categoryChain(product.content.categoryId).some(({ id }) => categories.includes(id))) &&
      product.content.title.toLowerCase().includes(word) &&
      open.rate >= (rates?.integer('rate_ge') ?? 0) &&
      open.rate <= (rates?.integer('rate_le') ?? Number.MAX_SAFE_INTEGER),
  )
  const { items, ...rest } = slice(found, pageOf(query, { default: 20, max: 100 }))
  return {
    products: items.map(({ product, open }) => {
      const shop = shopOfProduct(world, product)
      const { currency, minimum_amount: floor, maximum_amount: ceiling } = priceRange(product, shop)
      const { amount, rate } = commissionView(product, shop, open.rate)
      return {
        id: product.id,
        title: product.content.title,
        main_image_url: mainImage(platform, product),
        commission: { amount, rate },
        price: { currency, floor_price: floor, ceiling_price: ceiling },
        shop: { name: shop.name, rating: '', logo_url: '' },
        stock: { quantity: stockOfProduct(world, product) },
        review: { count: 0, overall_score: '' },
      }
    }),
    ...rest,
  }
}

function sharingLinks({ world, account, body, now }: ShopCall): object {
  const material = body.requiredObject('material')
  const type = material.oneOf('type', ['PRODUCT', 'CAMPAIGN', 'SHOWCASE', '1', '2', '3']) ?? 'PRODUCT'
  const tags = body.texts('tags', { max: MOST_LINKS })
  const id = material.optional('id') ?? ''
  const product = type === 'PRODUCT' || type === '1' ? world.products.get(id) : undefined
  const barred =
    (type === 'PRODUCT' || type === '1') &&
    (product === undefined || rateFor(world, product.shop, product.id, account.id, now) === undefined)
  return {
    affiliate_sharing_links: barred
      ? []
      : (tags.length === 0 ? [''] : tags).map((tag) => ({
          tag,
          affiliate_sharing_link: `https://affiliate.tiktok.com/api/v1/share/${id || usernameOf(account.id)}?tag=${encodeURIComponent(tag)}`,
        })),
    errors: barred
      ? [
          {
            code: 16015001,
            message: 'No collaboration offers it.',
            detail: { tag: tags[0] ?? '', fail_reason: 'NOT_OFFERED' },
          },
        ]
      : [],
  }
}

function generalLinks({ world, account, body, now }: ShopCall): object {
  const material = body.requiredObject('material')
  material.text('type')
  const ids = material.texts('ids', { required: true, max: MOST_LINKS })
  const offered = (id: string): boolean => {
    const product = world.products.get(id)
    return product !== undefined && rateFor(world, product.shop, id, account.id, now) !== undefined
  }
  return {
    sharing_links: ids.filter(offered).map((id) => ({
      material_id: id,
      sharing_link: `https://affiliate.tiktok.com/api/v1/share/${id}`,
      one_link: `https://vt.tiktok.com/${id}`,
      deep_link: `snssdk1233://ec/pdp?product_id=${id}`,
    })),
    failed_materials: ids
      .filter((id) => !offered(id))
      .map((id) => ({ material_id: id, fail_reason: 'NOT_OFFERED' })),
  }
}

/** Products of the shop that the creator runs: nobody does here. */
function shopProducts({ query }: ShopCall): object {
  pageOf(query, { max: 100 })
  return { products: [], next_page_token: '', total_count: 0 }
}

export const showcaseHandlers: ShopHandlers = {
  'affiliate_creator.GetCreatorProfile': profile,
  'affiliate_creator.GetShowcaseProducts': list,
  'affiliate_creator.AddShowcaseProducts': add,
  'affiliate_creator.RemoveShowcaseProducts': removeFromShowcase,
  'affiliate_creator.TopShowcaseProducts': raiseInShowcase,
  'affiliate_creator.CreatorSearchOpenCollaborationProduct': searchOpenProducts,
  'affiliate_creator.GetOpenCollaborationProductListByProductIds': openProductsByIds,
  'affiliate_creator.CreatorSelectAffiliateProduct': select,
  'affiliate_creator.SearchCreatorTargetCollaborations': targets,
  'affiliate_creator.GenerateAffiliateSharingLink': sharingLinks,
  'affiliate_creator.CreatorGenerateGeneralLink': generalLinks,
  'affiliate_creator.GetShopProducts': shopProducts,
}
