/** Categories that sell elsewhere in the market and that a shop does not have yet; appeals; and other offers of TikTok's. */

import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { categories, category } from './catalogue.ts'
import { fixedId, newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'
import { productOf } from './product-handlers.ts'
import type { RecordRow, ShopRow, ShopWorld } from './state.ts'
import { tellShop } from './tell.ts'

interface Opportunity {
  id: string
  category: string
}

/** One for each leaf category that another shop of the world sells in and this one does not. */
export function opportunitiesOf(world: ShopWorld, shop: ShopRow): (Opportunity & { name: string })[] {
  const own = new Set<string>()
  const others = new Set<string>()
  for (const { shop: owner, status, content } of world.products.values())
    if (status === 'ACTIVATE') (owner === shop.id ? own : others).add(content.categoryId)
  return categories
    .filter(({ id }) => others.has(id) && !own.has(id))
    .map(({ id, name }) => ({ id: fixedId('7410', `opportunity:${id}`), category: id, name }))
}

function opportunities({ world, shop }: ShopCall): Opportunity[] {
  return opportunitiesOf(world, shop)
}

function opportunityOf(call: ShopCall, id: string): Opportunity {
  const found = opportunities(call).find((each) => each.id === id)
  if (found === undefined)
    throw new ShopRefusal(36009004, `opportunity_id: there is no opportunity ${id.slice(0, 40)}.`)
  return found
}

function view({ id, category: leaf }: Opportunity, created: number): object {
  return {
    id,
    type: 'LEAF_CATEGORY',
    category_id: leaf,
    category_name: category(leaf)?.name ?? '',
    tags: ['POPULAR_IN_TIKTOKSHOP'],
    benefits: [],
    create_time: created,
    update_time: created,
  }
}

function submitTo(call: ShopCall, opportunity: string, product: string): RecordRow {
  const { world, shop, now } = call
  const id = `submission:${shop.id}:${opportunity}:${product}`
  const value = { opportunity_id: opportunity, product_id: product, status: 'PENDING_REVIEW' }
  return world.records.put({ id, kind: 'submission', owner: shop.id, createdAt: now, updatedAt: now, value })
}

export const opportunityHandlers: ShopHandlers = {
  'product.SearchOpportunities': (call) => {
    const ids = call.body.texts('opportunity_ids')
    const all = opportunities(call).filter(({ id }) => ids.length === 0 || ids.includes(id))
    const { items, ...rest } = slice(all, pageOf(call.query, { max: 100 }))
    return { opportunities: items.map((each) => view(each, call.shop.createdAt)), ...rest }
  },
  'product.QueryOpportunities': (call) => {
    call.body.text('opportunity_type')
    const wanted = call.body.texts('category_ids')
    const all = opportunities(call).filter((each) => wanted.length === 0 || wanted.includes(each.category))
    const { items, ...rest } = slice(all, pageOf(call.query, { default: 20, max: 100 }))
    return { data: { opportunities: items.map((each) => view(each, call.shop.createdAt)), ...rest } }
  },
  'product.GetOpportunity': (call) => ({
    data: view(opportunityOf(call, call.path.opportunity_id ?? ''), call.shop.createdAt),
  }),
  'product.SubmitProductViaOpportunity': (call) => {
    const product = productOf(call, call.body.text('product_id'))
    submitTo(call, opportunityOf(call, call.path.opportunity_id ?? '').id, product.id)
    return { status: 'PENDING_REVIEW' }
  },
  'product.GetOpportunitySubmissions': (call) => {
    const { world, shop, query } = call
    const product = query.optional('product_id')
    const rows = world.records
      .where('kind', `submission:${shop.id}`)
      .filter(({ value }) => product === undefined || value.product_id === product)
    const { items, ...rest } = slice(rows, pageOf(query, { default: 20, max: 100 }))
    return {
      data: {
        submissions: items.map(({ value, createdAt }) => ({ ...value, submit_time: createdAt })),
        ...rest,
      },
    }
  },
  'product.ApplyOpportunities': (call) => {
    const product = productOf(call, call.path.product_id ?? '')
    return {
      opportunity_applications: call.body.texts('opportunity_ids', { required: true }).map((id) => {
        const row = submitTo(call, opportunityOf(call, id).id, product.id)
        return { id: row.id, opportunity_id: id, product_id: product.id, status: 'REVIEWING' }
      }),
    }
  },
  'product.SearchCombinedListingRecommendations': ({ world, account, query, body }) => {
    const asked = body.texts('product_ids', { max: 20 })
    const shops = new Set(world.shops.where('seller', account.id).map(({ id }) => id))
    const groups = new Map<string, { id: string; option_value: string }[]>()
    for (const { id, shop, content } of world.products.values())
      if (shops.has(shop) && (asked.length === 0 || asked.includes(id)))
        groups.set(`${shop}:${content.categoryId}`, [
          ...(groups.get(`${shop}:${content.categoryId}`) ?? []),
          { id, option_value: content.title },
        ])
    const found = [...groups.values()].filter((products) => products.length > 1)
    const { items, ...rest } = slice(found, pageOf(query, { default: 20, max: 100 }))
    return {
      combined_listing_recommendations: items.map((products) => ({ option_name: 'Style', products })),
      ...rest,
    }
  },
  'product.ProductAuditingResearch': ({ world, account, query, body }) => {
    const ids = body.texts('product_ids')
    const title = body.optional('product_title')?.toLowerCase()
    const shops = new Map(world.shops.where('seller', account.id).map((shop) => [shop.id, shop]))
    const rows = [...world.products.values()].filter(
      ({ id, shop, content }) =>
        shops.has(shop) &&
        (ids.length === 0 || ids.includes(id)) &&
        (title === undefined || content.title.toLowerCase().includes(title)),
    )
    const { items, ...rest } = slice(rows, pageOf(query, { max: 100 }))
    return {
      products: items.map(({ id, shop, content }) => ({
        id,
        title: content.title,
        description: content.description,
        country: shops.get(shop)?.region ?? '',
        seller_id: account.id,
        seller_name: account.name,
        variants: content.skus.map((sku) => ({ id: sku.id })),
      })),
      ...rest,
    }
  },
  /** An appeal against a verdict on a size chart is heard at once; webhook 66 says how it ended. */
  'product.SubmitAppeal': ({ platform, world, shop, body, now }) => {
    const id = newId(platform, '7420')
    world.records.put({ id, kind: 'appeal', owner: shop.id, createdAt: now, updatedAt: now, value: body.raw })
    tellShop(platform, shop, 66, { appeal_id: id, result: 'APPROVED', update_time: now })
    return { appeal_id: id }
  },
  'product.ImportExternalProductInfo': ({ world, account, parts, body, now }) => {
    const file = parts.get('data') ?? body.refuse('data', 'is required')
    const id = `import:${account.id}:${now}`
    world.records.put({
      id,
      kind: 'import',
      owner: account.id,
      createdAt: now,
      updatedAt: now,
      value: { bytes: file.bytes.length },
    })
    return { import_result: { code: '0', message: 'Success' } }
  },
}
