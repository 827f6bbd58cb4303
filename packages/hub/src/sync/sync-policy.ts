/** When accounts are read, and how far back. */
import type { Random } from '@tockwork/kernel'

/** How long one process may take for one page. After a crash another one goes on when this is over. */
export const SYNC_LEASE_MS = 60_000
/** A reading on demand comes no sooner than this after the one before. */
export const ON_DEMAND_EVERY_MS = 5 * 60_000

const HOUR = 3_600_000
const DAY = 24 * HOUR

/**
 * How long after a reading the next one comes, by the age of the newest video: counters move most in the first days.
 * TikTok's guide suggests twelve hours for all (tiktok-api-v2-video-object).
 */
const PAUSES = [
  { newestWithinMs: 2 * DAY, everyMs: 3 * HOUR },
  { newestWithinMs: 30 * DAY, everyMs: 12 * HOUR },
] as const
const QUIET_EVERY_MS = DAY
/** A reading goes back so far; once in a while it goes all the way. */
const RECENT_MS = 30 * DAY
const WHOLE_EVERY_MS = 7 * DAY

const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 2 * HOUR

/** A fifth more or less at random: accounts of one moment drift apart. @param newestAt when its newest video was posted */
export function nextSyncAt(now: number, newestAt: number | undefined, random: Random): number {
  const age = now - (newestAt ?? Number.NEGATIVE_INFINITY)
  const everyMs = PAUSES.find(({ newestWithinMs }) => age < newestWithinMs)?.everyMs ?? QUIET_EVERY_MS
  return Math.round(now + everyMs * (0.8 + 0.4 * random.next()))
}

/** How far back a run reads that begins now; null: all the way. @param wholeAt when the last run ended that did */
export function readSince(now: number, wholeAt: number | null): number | null {
  return wholeAt === null || now - wholeAt >= WHOLE_EVERY_MS ? null : now - RECENT_MS
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
