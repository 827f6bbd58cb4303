import type { PlatformFailure } from '../tiktok/outcome.ts'

/** What a failure of a call means for the post. */
export type FailureKind =
  /** A window is full: the governor is told and the post waits. */
  | 'window'
  /** A cap of a day is reached: the post waits, and says so. */
  | 'cap'
  /** The platform may have acted on it. */
  | 'lost'
  /** It never left, or passes by itself. */
  | 'passing'
  /** The grant does not do: a person must connect again. */
  | 'grant'
  /** No, for good. */
  | 'refused'

const WINDOW_CODES = new Set(['rate_limit_exceeded', 'rate_limit_wait_too_long'])

/** Caps that a day's window counts; they are waited for. */
export const CAP_CODES: ReadonlySet<string> = new Set([
  'spam_risk_too_many_posts',
  'spam_risk_too_many_pending_share',
  'reached_active_user_cap',
])

export function kindOf(failure: PlatformFailure): FailureKind {
  if (WINDOW_CODES.has(failure.code)) return 'window'
  if (CAP_CODES.has(failure.code)) return 'cap'
  if (failure.sent === 'maybe') return 'lost'
  if (failure.needs === 'reconnect' || failure.needs === 'scope' || failure.needs === 'credentials')
    return 'grant'
  if (failure.needs === 'refresh') return 'passing'
  // Our own mistakes never left either, but they will not pass.
  if (failure.retry !== 'never') return 'passing'
  return 'refused'
}
