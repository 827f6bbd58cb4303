/** Sets the stock of many SKUs: batched by product, with an answer for each. */
import type { Clock } from '@tockwork/kernel'
import type { Database } from '../storage/database.ts'
import { wishFor } from '../storage/shop-syncs.ts'
import { findThings, storeThings } from '../storage/shop-things.ts'
import type { ShopWithAccount } from '../storage/shops.ts'
import type { PlatformFailure } from '../tiktok/outcome.ts'
import { MOST_STOCK_SKUS, SHOP_CALLS, stockFigures } from '../tiktok/shop/shop-reading.ts'
import type { ShopCaller } from './shop-caller.ts'

export interface PushParts {
  db: Database
  clock: Clock
  caller: ShopCaller
}

export interface StockWish {
  skuId: string
  quantity: number
  /** Where the shop has several. */
  warehouseId?: string | undefined
  /** What the caller believes is there now; another number there is a conflict. */
  expected?: number | undefined
}

export interface StockOutcome {
  skuId: string
  warehouseId: string | null
  result: 'ok' | 'refused' | 'conflict' | 'failed'
  /** TikTok's code or ours. */
  code: string | null
  reason: string | null
  /** What is there, as far as it was read: after success what was set. */
  available: number | null
}

/** SKUs of one product that go in one call. */
const SKUS_A_CALL = 100

/** @param wishes of each SKU and warehouse one; answers come in their order */
export async function pushStock(
  parts: PushParts,
  shop: ShopWithAccount,
  wishes: readonly StockWish[],
): Promise<StockOutcome[]> {
  return new Push(parts, shop, wishes).run()
}

class Push {
  readonly #parts: PushParts
  readonly #shop: ShopWithAccount
  readonly #wishes: readonly StockWish[]
  readonly #outcomes = new Map<StockWish, StockOutcome>()
  /** What is there of each SKU, and of which product it is. */
  readonly #there = new Map<string, { productId: string; figures: ReturnType<typeof stockFigures> }>()

  constructor(parts: PushParts, shop: ShopWithAccount, wishes: readonly StockWish[]) {
    this.#parts = parts
    this.#shop = shop
    this.#wishes = wishes
  }

  async run(): Promise<StockOutcome[]> {
    await this.#lookUp()
    const products = new Map<string, StockWish[]>()
    for (const wish of this.#wishes) {
      if (this.#outcomes.has(wish)) continue
      const there = this.#there.get(wish.skuId)
      if (there === undefined) {
        this.#end(wish, 'refused', 'sku_unknown', 'The shop has no such SKU.')
        continue
      }
      const { warehouses } = there.figures
      const place = wish.warehouseId ?? warehouses[0]?.id
      // TikTok would take one of them by itself and leave the others as they are.
      if (wish.warehouseId === undefined && warehouses.length > 1) {
        const ids = warehouses.map(({ id }) => id).join(', ')
        this.#end(wish, 'refused', 'warehouse_needed', `The SKU lies in several warehouses: ${ids}.`)
        continue
      }
      const available = warehouses.find(({ id }) => id === place)?.available ?? 0
      if (wish.expected !== undefined && wish.expected !== available) {
        this.#end(
          wish,
          'conflict',
          'quantity_differs',
          'There is another quantity than was expected.',
          available,
        )
        continue
      }
      const list = products.get(there.productId) ?? []
      products.set(there.productId, [...list, wish])
    }
    for (const [productId, list] of products) await this.#pushProduct(productId, list)
    await this.#readBack()
    return this.#wishes.map((wish) => this.#outcomes.get(wish) as StockOutcome)
  }

  /** From TikTok where something is expected or not known here; else what was read is enough to know the product. */
  async #lookUp(): Promise<void> {
    const { db } = this.#parts
    const ids = [...new Set(this.#wishes.map(({ skuId }) => skuId))]
    const asked = new Set(
      this.#wishes.filter((wish) => wish.expected !== undefined).map(({ skuId }) => skuId),
    )
    for (const row of await findThings(db, this.#shop.id, 'stock', ids)) {
      if (row.parentId === null || row.goneAt !== null || asked.has(row.externalId)) continue
      this.#there.set(row.externalId, { productId: row.parentId, figures: stockFigures(row) })
    }
    const open = ids.filter((id) => !this.#there.has(id))
    const failure = await this.#read(open)
    if (failure === undefined) return
    for (const wish of this.#wishes) if (open.includes(wish.skuId)) this.#fail(wish, failure)
  }

  async #pushProduct(productId: string, wishes: readonly StockWish[]): Promise<void> {
    const bySku = new Map<string, StockWish[]>()
    for (const wish of wishes) bySku.set(wish.skuId, [...(bySku.get(wish.skuId) ?? []), wish])
    const skus = [...bySku]
    for (let at = 0; at < skus.length; at += SKUS_A_CALL) {
      const part = skus.slice(at, at + SKUS_A_CALL)
      const result = await this.#parts.caller.call(this.#shop, SHOP_CALLS.setStock, (reading, ref) =>
        reading.setStock(
          ref,
          productId,
          part.map(([id, list]) => ({
            id,
            inventory: list.map(({ quantity, warehouseId }) => ({
              quantity,
              ...(warehouseId === undefined ? {} : { warehouse_id: warehouseId }),
            })),
          })),
        ),
      )
      for (const [id, list] of part)
        for (const wish of list) {
          if (!result.ok) this.#fail(wish, result.failure)
          else {
            // A refusal that names no SKU is of the whole call.
            const refusal = result.value.find(({ skuId }) => skuId === id || skuId === null)
            if (refusal === undefined) this.#end(wish, 'ok', null, null, wish.quantity)
            else this.#end(wish, 'refused', refusal.code, refusal.message)
          }
        }
    }
  }

  /** What was set is read back at once, so that the hub shows it with its source. */
  async #readBack(): Promise<void> {
    const { clock, db } = this.#parts
    const set = this.#wishes.filter((wish) => this.#outcomes.get(wish)?.result === 'ok')
    const failure = await this.#read([...new Set(set.map(({ skuId }) => skuId))])
    if (failure === undefined) return
    const products = set.flatMap(({ skuId }) => this.#there.get(skuId)?.productId ?? [])
    await db.transaction().execute((tx) => wishFor(tx, this.#shop.id, 'stock', products, clock.now()))
  }

  /** @returns what went wrong, if anything did */
  async #read(skuIds: readonly string[]): Promise<PlatformFailure | undefined> {
    const { clock, db, caller } = this.#parts
    for (let at = 0; at < skuIds.length; at += MOST_STOCK_SKUS) {
      const part = skuIds.slice(at, at + MOST_STOCK_SKUS)
      const result = await caller.call(this.#shop, SHOP_CALLS.stock, (reading, ref) =>
        reading.stock(ref, { skuIds: part }, () => clock.now()),
      )
      if (!result.ok) return result.failure
      for (const row of result.value)
        if (row.parentId !== null)
          this.#there.set(row.externalId, { productId: row.parentId, figures: stockFigures(row) })
      const { id: shopId, workspaceId } = this.#shop
      const about = { shopId, workspaceId, kind: 'stock', sourceCall: SHOP_CALLS.stock.id } as const
      await db.transaction().execute((tx) => storeThings(tx, { ...about, readAt: clock.now() }, result.value))
    }
    return undefined
  }

  /** TikTok refused the call as a whole, or nobody knows: whatever passes may be sent again as it is. */
  #fail(wish: StockWish, failure: PlatformFailure): void {
    const refused = failure.sent === 'answered' && failure.retry === 'never' && failure.needs === undefined
    this.#end(wish, refused ? 'refused' : 'failed', failure.code, failure.message)
  }

  #end(
    wish: StockWish,
    result: StockOutcome['result'],
    code: string | null,
    reason: string | null,
    available: number | null = null,
  ): void {
    const { skuId, warehouseId = null } = wish
    this.#outcomes.set(wish, { skuId, warehouseId, result, code, reason, available })
  }
}
