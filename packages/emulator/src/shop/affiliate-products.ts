/** Products as those see them who promote them. */
import type { Platform } from '../platform.ts'
import { openOf } from './affiliate-life.ts'
import { type ShopCall, ShopRefusal } from './call.ts'
import { categoryChain } from './catalogue.ts'
import { amountText, parseAmount } from './money.ts'
import { pageOf, slice } from './paging.ts'
import { imageUrl } from './product-view.ts'
import type { ProductRow, ShopRow, ShopWorld } from './state.ts'
import type { OpenCollaborationRow } from './state-affiliate.ts'
import { availableOf } from './stock.ts'

/** In hundredths of a per cent. Source: partner.tiktokshop.com/docv2 (affiliate, open collaborations). */
export const RATES = { min: 100, max: 8000 } as const

export function shopOfProduct(world: ShopWorld, product: ProductRow): ShopRow {
  return world.shops.get(product.shop) as ShopRow
}

export function priceRange(product: ProductRow, { currency }: ShopRow): Record<string, string> {
  const prices = product.content.skus.map(({ price }) => price)
  return {
    currency,
    minimum_amount: amountText(Math.min(...prices), currency),
    maximum_amount: amountText(Math.max(...prices), currency),
  }
}

export function stockOfProduct(world: ShopWorld, product: ProductRow): number {
  return product.content.skus.reduce((sum, { id }) => sum + availableOf(world, id), 0)
}

export function mainImage(platform: Platform, product: ProductRow): string {
  return imageUrl(platform, product.content.images[0] ?? '')
}

/** `LIVE` while it can be bought. */
export function statusOf(world: ShopWorld, product: ProductRow): string {
  if (product.status === 'ACTIVATE') return stockOfProduct(world, product) > 0 ? 'LIVE' : 'OUT_OF_STOCK'
  const words: Readonly<Record<string, string>> = {
    SELLER_DEACTIVATED: 'SELLER_DEACTIVATE',
    PLATFORM_DEACTIVATED: 'PLATFORM_DEACTIVATE',
    FREEZE: 'GNE_REJECT',
    DELETED: 'DELETE',
  }
  return words[product.status] ?? 'OTHER'
}

export function commissionView(
  product: ProductRow,
  { currency }: ShopRow,
  rate: number,
): Record<string, unknown> {
  const least = Math.min(...product.content.skus.map(({ price }) => price))
  return { rate, amount: amountText(Math.round((least * rate) / 10_000), currency), currency }
}

/** What was sold of each product, of orders that are paid and stand. */
function unitsSold(world: ShopWorld): Map<string, number> {
  const sold = new Map<string, number>()
  for (const order of world.orders.values())
    if (order.paidAt !== undefined && order.status !== 'CANCELLED')
      for (const line of order.lines)
        if (line.cancelled === undefined) sold.set(line.product, (sold.get(line.product) ?? 0) + 1)
  return sold
}

function openView(
  { platform, world }: ShopCall,
  product: ProductRow,
  open: OpenCollaborationRow,
  sold: ReadonlyMap<string, number>,
): Record<string, unknown> {
  const shop = shopOfProduct(world, product)
  return {
    id: product.id,
    title: product.content.title,
    main_image_url: mainImage(platform, product),
    detail_link: `https://shop.tiktok.com/view/product/${product.id}`,
    category_chains: categoryChain(product.content.categoryId).map(({ id, name, parent }, at, all) => ({
      id,
      parent_id: parent,
      local_name: name,
      is_leaf: at === all.length - 1,
    })),
    commission: commissionView(product, shop, open.rate),
    shop_ads_commission: { rate: 0 },
    original_price: priceRange(product, shop),
    sales_price: priceRange(product, shop),
    has_inventory: stockOfProduct(world, product) > 0,
    sale_region: shop.region,
    shop: { name: shop.name },
    units_sold: sold.get(product.id) ?? 0,
  }
}

/** Products of all shops that are open to every creator. */
export function openProducts(call: ShopCall): { product: ProductRow; open: OpenCollaborationRow }[] {
  const { world, now } = call
  return [...world.products.values()].flatMap((product) => {
    const open = product.status === 'ACTIVATE' ? openOf(world, product.id, now) : undefined
    return open === undefined ? [] : [{ product, open }]
  })
}

/** The search that sellers and creators share. */
export function searchOpenProducts(call: ShopCall): object {
  const { world, query, body } = call
  const words = body.texts('title_keywords', { max: 20 }).map((word) => word.toLowerCase())
  const rates = body.object('commission_rate_range')
  const prices = body.object('sales_price_range')
  const category = body.object('category')?.optional('id')
  const sold = unitsSold(world)
  const found = openProducts(call)
    .filter(({ product, open }) => {
      const { currency } = shopOfProduct(world, product)
      const title = product.content.title.toLowerCase()
      const price = Math.min(...product.content.skus.map((sku) => sku.price))
      const bound = (name: string): number | undefined => parseAmount(prices?.optional(name) ?? '', currency)
      return (
        words.every((word) => title.includes(word)) &&
        open.rate >= (rates?.integer('rate_ge') ?? 0) &&
        open.rate < (rates?.integer('rate_lt') ?? Number.MAX_SAFE_INTEGER) &&
        price >= (bound('amount_ge') ?? 0) &&
        price < (bound('amount_lt') ?? Number.MAX_SAFE_INTEGER) &&
        (category === undefined ||
          categoryChain(product.content.categoryId).some(({ id }) => id === category))
      )
    })
    .map(({ product, open }) => openView(call, product, open, sold))
  const descending = query.oneOf('sort_order', ['ASC', 'DESC']) !== 'ASC'
  const field = query.optional('sort_field')
  if (field !== undefined)
    found.sort((a, b) => (sortValue(a, field) - sortValue(b, field)) * (descending ? -1 : 1))
  const { items, ...rest } = slice(found, pageOf(query, { max: 20 }))
  return { products: items, ...rest }
}

function sortValue(view: Record<string, unknown>, field: string): number {
  if (/commission/i.test(field)) return (view.commission as { rate: number }).rate
  if (/price/i.test(field)) return Number((view.sales_price as { minimum_amount: string }).minimum_amount)
  return view.units_sold as number
}

/** By ids; what is open to nobody is not answered. */
export function openProductsByIds(call: ShopCall): object {
  const ids = call.query.has('product_ids') ? call.query.texts('product_ids') : call.body.texts('product_ids')
  const sold = unitsSold(call.world)
  return {
    products: openProducts(call)
      .filter(({ product }) => ids.includes(product.id))
      .map(({ product, open }) => openView(call, product, open, sold)),
  }
}

/** @throws {ShopRefusal} when there is no such product that is for sale, of any shop */
export function soldProduct(world: ShopWorld, id: string): ProductRow {
  const product = world.products.get(id)
  if (product?.status !== 'ACTIVATE')
    throw new ShopRefusal(16015001, `product_id: ${id.slice(0, 40)} is not for sale.`)
  return product
}
