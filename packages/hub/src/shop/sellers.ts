/** Sellers: which shops their authorization covers, and a word before it ends. */
import type { Clock, Random } from '@tockwork/kernel'
import { newId } from '../ids.ts'
import type { Log } from '../observability/log.ts'
import type { Database } from '../storage/database.ts'
import {
  claimDueSeller,
  endSellerLease,
  type LeasedSeller,
  markWarned,
  sellersToWarn,
} from '../storage/shop-sellers.ts'
import { storeShops } from '../storage/shops.ts'
import { makeDue } from '../storage/token-vault.ts'
import type { UnitOfWork, Work } from '../storage/unit-of-work.ts'
import { retrySyncAt } from '../sync/sync-policy.ts'
import type { Platforms } from '../tokens/platforms.ts'
import type { TokenService } from '../tokens/token-service.ts'
import { SHOP_LEASE_MS, SHOPS_EVERY_MS, WARN_BEFORE_MS } from './policy.ts'

/** Told in the transaction that makes it so. */
export type OnAuthorizationEnding = (
  work: Work,
  event: { workspaceId: string; accountId: string; endsAt: number; at: number },
) => Promise<void>

export interface SellerParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  random: Random
  log: Log
  holder: string
  tokens: TokenService
  platforms: Platforms
  onAuthorizationEnding: OnAuthorizationEnding
}

/** Reads the shops of sellers that are due. @returns how many */
export async function readDueSellers(parts: SellerParts, signal?: AbortSignal): Promise<number> {
  const { clock, db, holder } = parts
  const claimAt = clock.now()
  for (let count = 0; ; count += 1) {
    if (signal?.aborted === true) return count
    const until = clock.now() + SHOP_LEASE_MS
    const seller = await claimDueSeller(db, { holder, now: claimAt, until })
    if (seller === undefined) return count
    await readShops(parts, seller)
  }
}

async function readShops(parts: SellerParts, seller: LeasedSeller): Promise<void> {
  const { clock, db, log, platforms, random, tokens } = parts
  const { workspaceId, accountId, appId } = seller
  const platform = await platforms.shopOf(workspaceId, appId)
  const result = await tokens.withAccess(workspaceId, accountId, ({ token }) => platform.shops(token))
  const now = clock.now()
  if (!result.ok) {
    const { failure } = result
    const failures = seller.failures + 1
    // TikTok's word alone that the authorization is gone is left for a refresh to find out.
    const isOver = failure.needs === 'reconnect' && failure.code !== '105001'
    if (failure.code === '105001') await makeDue(db, workspaceId, accountId, now)
    const dueAt = isOver ? null : retrySyncAt(now, failures, failure.until, random)
    await endSellerLease(db, seller, { dueAt, failures, lastFailure: failure.code })
    log.warn({ account: accountId, code: failure.code }, 'the shops of a seller could not be read')
    return
  }
  const shops = result.value.map((shop) => ({
    id: newId('shp', clock, random),
    externalId: shop.id,
    cipher: shop.cipher,
    name: shop.name ?? null,
    region: shop.region ?? null,
    sellerType: shop.seller_type ?? null,
    code: shop.code ?? null,
  }))
  await db.transaction().execute(async (tx) => {
    const end = { dueAt: now + SHOPS_EVERY_MS, failures: 0, lastFailure: null, readAt: now }
    // Locks the row: an erasure goes before, and nothing is written, or after.
    if (await endSellerLease(tx, seller, end)) await storeShops(tx, seller, shops, now)
  })
}

/** Warns of authorizations that end within 30 days, once for each end. @returns how many */
export async function warnSellers({
  clock,
  db,
  unitOfWork,
  onAuthorizationEnding,
}: SellerParts): Promise<number> {
  const now = clock.now()
  const ending = await sellersToWarn(db, { before: now + WARN_BEFORE_MS, limit: 200 })
  for (const { workspaceId, accountId, endsAt } of ending)
    await unitOfWork(async (work) => {
      if (await markWarned(work.tx, { accountId, endsAt, now }))
        await onAuthorizationEnding(work, { workspaceId, accountId, endsAt, at: now })
    })
  return ending.length
}
