/** EU shops of the made-up world, their products and reviews. Ids say which they are. */
import type { OutputOf } from '@tockwork/contracts'
import type { productReviews, shopInfo, shopProducts } from '@tockwork/contracts/research'
import { CORPUS_START, type Corpus } from './corpus.ts'
import { mix, unit } from './mix.ts'
import { firstNames, goods } from './vocabulary.ts'

type Shop = OutputOf<typeof shopInfo>['shop_data'][number]
type Product = OutputOf<typeof shopProducts>['product_data'][number]
type Review = OutputOf<typeof productReviews>['review_data'][number]

const SHOPS = 600
const SHOP_BASE = 7_495_000_000_000_000_000n
const PRODUCT_BASE = 1_729_000_000_000_000_000n
const RATINGS = ['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE'] as const

function shopName(corpus: Corpus, shop: number): string {
  const h = mix(corpus.seed ^ 0x50, shop)
  const first = firstNames[h % firstNames.length] as string
  return `${first}'s ${goods[(h >>> 8) % goods.length]} shop`
}

/** Shops whose name holds the words, the best sold first. */
export function shopsNamed(corpus: Corpus, name: string, limit: number): Shop[] {
  const words = name
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return Array.from({ length: SHOPS }, (_, shop) => shop)
    .filter((shop) => words.every((word) => shopName(corpus, shop).includes(word)))
    .map((shop) => {
      const h = mix(corpus.seed ^ 0x51, shop)
      const sold = Math.floor(Math.exp(3 + unit(corpus.seed ^ 0x52, shop) * 8))
      return {
        shop_name: shopName(corpus, shop),
        shop_rating: (3 + (h % 20) / 10).toFixed(1),
        shop_review_count: Math.floor(sold / 9),
        item_sold_count: sold,
        shop_id: String(SHOP_BASE + BigInt(shop)),
        shop_performance_value: 60 + (h % 41),
      }
    })
    .sort((a, b) => b.item_sold_count - a.item_sold_count)
    .slice(0, limit)
}

/** A page of a shop's products; nothing when there is no such shop. */
export function products(corpus: Corpus, shopId: string, page: number, size: number): Product[] | undefined {
  const shop = Number(BigInt(shopId) - SHOP_BASE)
  if (!(shop >= 0 && shop < SHOPS)) return undefined
  const count = 3 + (mix(corpus.seed ^ 0x53, shop) % 60)
  return pageOf(count, page, size).map((index) => {
    const h = mix(corpus.seed ^ 0x54, shop, index)
    const stars = RATINGS.map((_, k) => (h >>> (k * 3)) % (5 + k * 20))
    const reviewsCount = stars.reduce((sum, n) => sum + n, 0)
    const points = stars.reduce((sum, n, k) => sum + n * (k + 1), 0)
    return {
      product_id: String(PRODUCT_BASE + BigInt(shop * 1000 + index)),
      product_name: `${goods[h % goods.length]} no. ${index + 1}`,
      product_description: `A ${goods[h % goods.length]}, made to last.`,
      product_price: [`${5 + (h % 90)}.${String((h >>> 8) % 100).padStart(2, '0')}EUR`],
      product_rating: (reviewsCount === 0 ? 0 : points / reviewsCount).toFixed(1),
      product_review_count: reviewsCount,
      product_sold_count: reviewsCount * 7 + (h % 7),
      product_rating_1_count: stars[0] as number,
      product_rating_2_count: stars[1] as number,
      product_rating_3_count: stars[2] as number,
      product_rating_4_count: stars[3] as number,
      product_rating_5_count: stars[4] as number,
      shop_name: shopName(corpus, shop),
    }
  })
}

/** A page of a product's reviews; nothing when there is no such product. */
export function reviews(corpus: Corpus, productId: string, page: number, size: number): Review[] | undefined {
  const key = Number(BigInt(productId) - PRODUCT_BASE)
  const shop = Math.floor(key / 1000)
  if (!(key >= 0 && shop < SHOPS)) return undefined
  const all = products(corpus, String(SHOP_BASE + BigInt(shop)), 1, 1000) ?? []
  const product = all[key % 1000]
  if (product === undefined) return undefined
  const counts = [1, 2, 3, 4, 5].map(
    (k) => product[`product_rating_${k}_count` as 'product_rating_1_count'] ?? 0,
  )
  return pageOf(product.product_review_count ?? 0, page, size).map((index) => {
    const h = mix(corpus.seed ^ 0x55, key, index)
    let rating = 0
    for (let before = counts[0] as number; index >= before && rating < 4; before += counts[rating] as number)
      rating += 1
    return {
      product_name: product.product_name as string,
      review_text: rating > 2 ? 'As described, quick to arrive.' : 'Smaller than I thought.',
      review_like_count: h % 9,
      create_time: (CORPUS_START + (h % (900 * 86_400))) * 1000,
      review_rating: RATINGS[rating] as string,
      display_name: corpus.people.displayName(h % corpus.people.count),
    }
  })
}

function pageOf(count: number, page: number, size: number): number[] {
  const start = (page - 1) * size
  return Array.from({ length: Math.max(0, Math.min(size, count - start)) }, (_, k) => start + k)
}
