/** When a shop is read, and how far back. */
import type { Random } from '@tockwork/kernel'
import type { ShopSyncKind } from '../storage/shop-tables.ts'

/** How long one process may take from one commit to the next. After a crash another one goes on when this is over. */
export const SHOP_LEASE_MS = 45_000
/** How long a call waits for room in its window while the lease is held. */
export const SLOT_PATIENCE_MS = 10_000

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Pauses between two walks. Webhooks bring single things sooner; these find what no webhook told of. */
const EVERY_MS: Readonly<Record<ShopSyncKind, number>> = {
  orders: 5 * MINUTE,
  returns: 15 * MINUTE,
  products: 30 * MINUTE,
  stock: HOUR,
  statements: 6 * HOUR,
}
/** A walk begins so far before the last change that was seen: lists show a change up to half a minute late. */
export const OVERLAP_S = 300
/** Now and then products are read whole, which is how those that are gone are noticed. */
export const WHOLE_EVERY_MS = DAY

/** The list of shops and their ciphers. */
export const SHOPS_EVERY_MS = DAY
/** TikTok itself tells sellers from this long before the end of an authorization. */
export const WARN_BEFORE_MS = 30 * DAY

/** A fifth more or less at random: shops that were connected together drift apart. */
export function nextShopSyncAt(kind: ShopSyncKind, now: number, random: Random): number {
  return Math.round(now + EVERY_MS[kind] * (0.8 + 0.4 * random.next()))
}

/** Whether a walk is due, or only what was wished for. */
export function isWalkDue(
  kind: ShopSyncKind,
  sync: { completedAt: number | null; runFrom: number | null; requestedAt: number | null },
  now: number,
): boolean {
  const { completedAt, runFrom, requestedAt } = sync
  if (completedAt === null || runFrom !== null) return true
  return (requestedAt ?? 0) >= completedAt || now - completedAt >= EVERY_MS[kind] * 0.75
}
