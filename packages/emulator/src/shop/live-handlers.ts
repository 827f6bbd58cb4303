/** Products in a live, and the showcase as the first versions had it. Source: TikTok's published models (affiliate). */
import { rateFor } from './affiliate-life.ts'
import { avatarUrl, usernameOf } from './affiliate-people.ts'
import { priceRange, shopOfProduct, soldProduct, stockOfProduct } from './affiliate-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { pageOf, slice } from './paging.ts'
import { imageUrl } from './product-view.ts'
import { addToShowcase, raiseInShowcase, removeFromShowcase, showcaseOf } from './showcase-handlers.ts'
import type { ProductRow, RecordRow, ShopContentRow } from './state.ts'

const MOST_PRODUCTS = 200

/** The live that goes on now. */
function liveOf({ world, account, now }: ShopCall): ShopContentRow | undefined {
  return [...world.contents.values()].find(
    (row) =>
      row.kind === 'LIVE' &&
      row.username === usernameOf(account.id) &&
      row.startedAt <= now &&
      row.endedAt > now,
  )
}

/** What is in the creator's bag, the topmost first. */
function bagOf({ world, account, now }: ShopCall): RecordRow {
  const id = `live_bag:${account.id}`
  return (
    world.records.get(id) ??
    world.records.put({
      id,
      kind: 'live_bag',
      owner: account.id,
      createdAt: now,
      updatedAt: now,
      value: { products: [], pinned: '' },
    })
  )
}

const productsIn = ({ value }: RecordRow): string[] => value.products as string[]

function setBag(call: ShopCall, bag: RecordRow, change: { products?: string[]; pinned?: string }): void {
  call.world.records.patch(bag, { value: { ...bag.value, ...change }, updatedAt: call.now })
}

/** @throws {ShopRefusal} when one is not in the bag */
function inBag(call: ShopCall, bag: RecordRow, ids: readonly string[]): void {
  const stray = ids.find((id) => !productsIn(bag).includes(id))
  if (stray !== undefined)
    throw new ShopRefusal(16015001, `product_ids: ${stray.slice(0, 40)} is not in the live.`)
  if (liveOf(call) === undefined) throw new ShopRefusal(16015001, 'You are not live.')
}

function add(call: ShopCall): object {
  const bag = bagOf(call)
  const products = [...productsIn(bag)]
  const errors: object[] = []
  for (const id of call.body.texts('product_ids', { required: true, max: MOST_PRODUCTS }))
    try {
      soldProduct(call.world, id)
      if (!products.includes(id)) products.unshift(id)
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      errors.push({ code: error.code, message: error.message, detail: { product_id: id } })
    }
  setBag(call, bag, { products })
  return { errors }
}

function pin(call: ShopCall, pinned: boolean): object {
  const id = call.path.product_id ?? ''
  const bag = bagOf(call)
  inBag(call, bag, [id])
  setBag(call, bag, { pinned: pinned ? id : '' })
  return {}
}

function view(call: ShopCall, product: ProductRow): object {
  const { platform, world, account, now } = call
  const shop = shopOfProduct(world, product)
  const { currency, minimum_amount: lowest, maximum_amount: highest } = priceRange(product, shop)
  const price = { currency, lowest_amount: lowest, highest_amount: highest }
  const rate = rateFor(world, shop.id, product.id, account.id, now)?.rate
  const url = `https://shop.tiktok.com/view/product/${product.id}`
  return {
    id: product.id,
    title: product.content.title,
    detail_url: url,
    original_url: url,
    main_images: product.content.images.map((uri) => ({
      url: imageUrl(platform, uri),
      width: 800,
      height: 800,
    })),
    price: { original_price: price, seller_discount_price: price, platform_discount_price: price },
    commission: { commission_rate: rate ?? 0, inclusive_reward_commission_rate: 0 },
    sale_regions: [shop.region],
    shop_name: shop.name,
    source: 'AFFILIATE',
    status: {
      added_status: productsIn(bagOf(call)).includes(product.id) ? 'LIVE' : 'ADDED',
      inventory_status: stockOfProduct(world, product) > 0 ? 'IN_STOCK' : 'SOLD_OUT',
      review_status:
        product.status !== 'ACTIVATE' ? 'UNAVAILABLE' : rate === undefined ? 'ZERO_COMMISSION' : 'APPROVED',
    },
  }
}

export const liveHandlers: ShopHandlers = {
  'affiliate.GetLiveRoomInfo': (call) => {
    const live = liveOf(call)
    if (live === undefined) throw new ShopRefusal(16015001, 'You are not live.')
    return { id: live.id, title: live.title, start_time: live.startedAt, status: 'LIVE' }
  },
  'affiliate.GetLIVEProducts': (call) => {
    const bag = bagOf(call)
    return {
      pinned_product_id: bag.value.pinned,
      products: productsIn(bag).flatMap((id) => {
        const product = call.world.products.get(id)
        return product === undefined ? [] : [view(call, product)]
      }),
    }
  },
  'affiliate.AddLIVEProducts': add,
  'affiliate.RemoveLIVEProducts': (call) => {
    const bag = bagOf(call)
    const gone = call.body.texts('product_ids', { required: true, max: MOST_PRODUCTS })
    const products = productsIn(bag).filter((id) => !gone.includes(id))
    setBag(call, bag, { products, ...(gone.includes(String(bag.value.pinned)) ? { pinned: '' } : {}) })
    return {}
  },
  'affiliate.TopLIVEProducts': (call) => {
    const bag = bagOf(call)
    const top = call.body.texts('product_ids', { required: true, max: MOST_PRODUCTS })
    inBag(call, bag, top)
    setBag(call, bag, { products: [...top, ...productsIn(bag).filter((id) => !top.includes(id))] })
    return {}
  },
  'affiliate.PinLIVEProduct': (call) => pin(call, true),
  'affiliate.UnpinLIVEProduct': (call) => pin(call, false),
  'affiliate.GetCreatorProfileold': ({ platform, account }) => ({
    user_name: usernameOf(account.id),
    avatar: { url: avatarUrl(platform, account.id), width: 720, height: 720 },
    register_region: account.region,
    selection_region: account.region,
    seller_type: 'LOCAL',
    user_type: 'TIKTOK_SHOP_CREATOR',
    permissions: ['SHOWCASE', 'LIVE', 'VIDEO'],
  }),
  'affiliate.GetShowcaseProductsold': (call) => {
    const found = showcaseOf(call).flatMap(({ product }) => call.world.products.get(product) ?? [])
    const { items, ...rest } = slice(found, pageOf(call.query, { default: 20, max: 100 }))
    return {
      products: items.map((product) => view(call, product)),
      live_product_ids: productsIn(bagOf(call)),
      ...rest,
    }
  },
  'affiliate.AddShowcaseProductsold': (call) =>
    addToShowcase(call, call.body.texts('product_ids', { required: true, max: 20 })),
  'affiliate.RemoveShowcaseProductsold': removeFromShowcase,
  'affiliate.TopShowcaseProductsold': raiseInShowcase,
}
