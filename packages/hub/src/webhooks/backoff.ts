/** When a webhook that did not get through is tried again. */
import type { Random } from '@tockwork/kernel'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const FIRST_PAUSE_MS = 5 * SECOND_MS
const FACTOR = 3
const LONGEST_PAUSE_MS = 6 * HOUR_MS
/** Half a tenth more or less, so that many that failed together do not come back together. */
const JITTER = 0.1

/** How long a webhook is tried, and nothing may get through before an endpoint is disabled. */
export const GIVE_UP_AFTER_MS = 72 * HOUR_MS

/**
 * Pause after the `tries`-th failed try: 5 s, 15 s, 45 s … 6 hours; about twenty tries in three days.
 * @param askedMs how long the receiver wants to be left alone, believed up to the longest pause
 */
export function pauseAfter(tries: number, random: Random, askedMs = 0): number {
  const own = FIRST_PAUSE_MS * FACTOR ** Math.min(tries - 1, 20)
  const pause = Math.min(LONGEST_PAUSE_MS, Math.max(own, askedMs))
  return Math.round(pause * (1 - JITTER / 2 + random.next() * JITTER))
}
