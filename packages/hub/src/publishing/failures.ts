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

/** TikTok said yes to a call in a form that we do not know. */
const UNREADABLE_CODES = new Set(['unexpected_answer', 'answer_too_large'])
/** With pauses of up to five minutes: a day and a half of an outage, but three to four hours of answers in a new form. */
const MOST_FAILURES = 400
const MOST_UNREADABLE = 60

/**
 * Whether a call that fails like this is given up after so many failures in a row. An outage passes by itself. An answer
 * that is cut short is whole the next time, seconds later; one that stays unreadable needs a person.
 */
export function isEnough(failure: { code: string }, failures: number): boolean {
  return failures > (isUnreadable(failure) ? MOST_UNREADABLE : MOST_FAILURES)
}

export function isUnreadable({ code }: { code: string }): boolean {
  return UNREADABLE_CODES.has(code)
}

/** What a post says when it was given up for failures that were to pass. */
export function givenUpFor(failure: { code: string; message: string }, failures: number) {
  return isUnreadable(failure)
    ? {
        reason: 'answer_unreadable',
        detail: `TikTok answers in a form that is not known here (tried ${failures} times): ${failure.message}`,
        action: 'See whether a newer Tockwork knows it, and report it; then retry the post.',
      }
    : { reason: 'platform_unavailable', detail: `${failure.message} (tried ${failures} times)` }
}

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
