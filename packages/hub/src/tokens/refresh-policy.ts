/** When tokens are refreshed. Numbers of TikTok's answer decide; nothing here knows how long a token "should" live. */
import type { Random } from '@tockwork/kernel'

/** How long one process may work on one account. After a crash another one goes on when this is over. */
export const LEASE_MS = 30_000
/** A refresh is sent only while this much of the lease is left: connecting and answering have 15 seconds at most. */
export const SENDABLE_MS = 16_000

const EARLIEST = 0.7
const SPREAD = 0.15
const SAFETY_MS = 60_000
const SAFETY_SHARE = 0.05
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 30 * 60_000
const CONFIRM_MS = 20_000
const CONFIRM_SPREAD_MS = 10_000

export interface Lifetimes {
  obtainedAt: number
  expiresAt: number
  refreshExpiresAt: number
}

/**
 * When a pair is due: at 70 to 85 % of the life of whichever token ends first. Accounts that were connected or
 * refreshed together do not come back together.
 */
export function refreshDueAt({ obtainedAt, expiresAt, refreshExpiresAt }: Lifetimes, random: Random): number {
  const life = Math.max(0, Math.min(expiresAt, refreshExpiresAt) - obtainedAt)
  return Math.round(obtainedAt + life * (EARLIEST + SPREAD * random.next()))
}

/** Until when an access token is handed out: a call must still arrive before its end. */
export function usableUntil({ obtainedAt, expiresAt }: Pick<Lifetimes, 'obtainedAt' | 'expiresAt'>): number {
  return expiresAt - Math.min(SAFETY_MS, (expiresAt - obtainedAt) * SAFETY_SHARE)
}

/**
 * When a failed refresh is tried again: two seconds at first, since a lost answer may have started a grace period, then
 * twice as long each time up to half an hour, each shortened by up to half; never before `until`.
 */
export function retryAt(now: number, failures: number, until: number | undefined, random: Random): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 30))
  return Math.max(Math.round(now + pause * (0.5 + 0.5 * random.next())), until ?? 0)
}

/** When TikTok is asked again after it has said, for the first time, that a grant is gone. */
export function confirmAt(now: number, random: Random): number {
  return Math.round(now + CONFIRM_MS + CONFIRM_SPREAD_MS * random.next())
}
