/**
 * Whether everything that a shop has is here. The time of a creation never changes and nothing is deleted, so of each
 * stretch of time both sides have a fixed number of things: where TikTok's is the hub's, nothing is missing, and where it
 * is not, halving the stretch finds what is. One call suffices when all is well.
 */
import type { Clock } from '@tockwork/kernel'
import type { Database } from '../storage/database.ts'
import { wishFor } from '../storage/shop-syncs.ts'
import { changesOf, countCreated, type ReadThing, storeThings } from '../storage/shop-things.ts'
import type { ShopWithAccount } from '../storage/shops.ts'
import type { PlatformFailure } from '../tiktok/outcome.ts'
import { SHOP_CALLS, type ShopPage } from '../tiktok/shop/shop-reading.ts'
import type { ShopCaller } from './shop-caller.ts'

export interface CheckParts {
  db: Database
  clock: Clock
  caller: ShopCaller
}

export type CheckedKind = 'orders' | 'returns'

export interface CheckWish {
  kind: CheckedKind
  /** Things that were created before; epoch seconds. */
  until: number
  /** Compare the last change of every thing, which takes as many calls as there are pages. */
  deep: boolean
  /** Bring in what is missing or behind. */
  repair: boolean
}

export interface CheckReport {
  kind: CheckedKind
  until: number
  atTikTok: number
  here: number
  /** Ids, 1,000 at most. */
  missing: string[]
  /** Here, but as they were before their last change. */
  behind: string[]
  repaired: number
  calls: number
}

export class CheckFailedError extends Error {
  readonly failure: PlatformFailure

  constructor(failure: PlatformFailure) {
    super(failure.message)
    this.failure = failure
  }
}

const MOST_IDS = 1_000

/** @throws {CheckFailedError} when TikTok does not answer */
export async function checkShop(
  parts: CheckParts,
  shop: ShopWithAccount,
  wish: CheckWish,
): Promise<CheckReport> {
  return new Check(parts, shop, wish).run()
}

class Check {
  readonly #parts: CheckParts
  readonly #shop: ShopWithAccount
  readonly #wish: CheckWish
  readonly #missing = new Set<string>()
  readonly #behind = new Set<string>()
  #repaired = 0
  #calls = 0

  constructor(parts: CheckParts, shop: ShopWithAccount, wish: CheckWish) {
    this.#parts = parts
    this.#shop = shop
    this.#wish = wish
  }

  async run(): Promise<CheckReport> {
    const { until, kind, deep } = this.#wish
    const { total } = await this.#page({ from: 0, to: until }, undefined, 10)
    const before = await this.#countHere(0, until)
    // Without numbers of TikTok's there is nothing to compare but the things themselves.
    if (deep || total === undefined) await this.#compare(0, until)
    else await this.#search(0, until, total, before)
    return {
      kind,
      until,
      atTikTok: total ?? before + this.#missing.size,
      here: before,
      missing: [...this.#missing].slice(0, MOST_IDS),
      behind: [...this.#behind].slice(0, MOST_IDS),
      repaired: this.#repaired,
      calls: this.#calls,
    }
  }

  async #search(from: number, to: number, theirs: number, ours: number): Promise<void> {
    if (theirs === ours) return
    const { kind } = this.#wish
    if (theirs <= SIZE[kind] || to - from <= 1) return this.#compare(from, to)
    const middle = Math.floor((from + to) / 2)
    const { total: left = 0 } = await this.#page({ from, to: middle }, undefined, 10)
    const leftHere = await this.#countHere(from, middle)
    await this.#search(from, middle, left, leftHere)
    await this.#search(middle, to, theirs - left, ours - leftHere)
  }

  /** Thing by thing. */
  async #compare(from: number, to: number): Promise<void> {
    const { db } = this.#parts
    const { kind, repair } = this.#wish
    let token: string | undefined
    do {
      const page = await this.#page({ from, to }, token, SIZE[kind])
      const ids = page.things.map(({ externalId }) => externalId)
      const here = await changesOf(db, this.#shop.id, kind, ids)
      const wanting = page.things.filter(({ externalId, updatedAt }) => {
        const at = here.get(externalId)
        if (at === undefined) this.#missing.add(externalId)
        else if (at < updatedAt) this.#behind.add(externalId)
        return at === undefined || at < updatedAt
      })
      if (repair && wanting.length > 0) await this.#repair(wanting)
      token = page.next
    } while (token !== undefined)
  }

  async #repair(things: readonly ReadThing[]): Promise<void> {
    const { clock, db } = this.#parts
    const { kind } = this.#wish
    const { id: shopId, workspaceId } = this.#shop
    const about = { shopId, workspaceId, kind, sourceCall: SHOP_CALLS[kind].id, readAt: clock.now() }
    await db.transaction().execute(async (tx) => {
      if (kind === 'orders')
        await wishFor(
          tx,
          shopId,
          'orders',
          things.map(({ externalId }) => externalId),
          clock.now(),
        )
      // After the row of the sync, as a run writes them.
      await storeThings(tx, about, things)
    })
    this.#repaired += things.length
  }

  async #page(
    created: { from: number; to: number },
    page: string | undefined,
    size: number,
  ): Promise<ShopPage> {
    const { caller } = this.#parts
    const { kind } = this.#wish
    this.#calls += 1
    const result = await caller.call(this.#shop, SHOP_CALLS[kind], (reading, ref) =>
      reading[kind](ref, { created, page, size }),
    )
    if (!result.ok) throw new CheckFailedError(result.failure)
    return result.value
  }

  #countHere(from: number, to: number): Promise<number> {
    const { db } = this.#parts
    return countCreated(db, this.#shop.id, this.#wish.kind, { from: from * 1000, to: to * 1000 })
  }
}

/** Things a page. */
const SIZE = { orders: 100, returns: 50 } as const
