/** When accounts are read. */
import type { Random } from '@tockwork/kernel'

/** How long one process may take for one page. After a crash another one goes on when this is over. */
export const SYNC_LEASE_MS = 60_000
/** A reading on demand comes no sooner than this after the one before. */
export const ON_DEMAND_EVERY_MS = 5 * 60_000

/** TikTok's guide suggests to read again every twelve hours (tiktok-api-v2-video-object). */
const EVERY_MS = 12 * 3_600_000
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 2 * 3_600_000

/** Twelve hours, a fifth more or less: accounts of one moment drift apart, and no day goes by without a reading. */
export function nextSyncAt(now: number, random: Random): number {
  return Math.round(now + EVERY_MS * (0.8 + 0.4 * random.next()))
}

/** Doubling from half a minute to two hours, half of it by chance; never before `until`. */
export function retrySyncAt(
  now: number,
  failures: number,
  until: number | undefined,
  random: Random,
): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 20))
  return Math.max(Math.round(now + pause * (0.5 + 0.5 * random.next())), until ?? 0)
}
