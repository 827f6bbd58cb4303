import type { RetryVerdict } from '@tockwork/kernel'

/** What a platform answered, or why not. A no is data: the caller's next step depends on it. */
export type PlatformResult<T> = { ok: true; value: T } | { ok: false; failure: PlatformFailure }

/** Why a call to a platform did not do what it was for. Holds no secret and can be stored and shown. */
export interface PlatformFailure {
  /** The platform's code, or ours for what has none: `invalid_grant`, `rate_limit_exceeded`, `connect_refused`. */
  code: string
  message: string
  /** What would help, when the credentials are at fault. */
  needs?: 'refresh' | 'reconnect' | 'scope' | 'credentials'
  retry: RetryVerdict
  /** Milliseconds since the epoch: not before then. */
  until?: number
  /** Whether the platform may have acted on it: `answered` is a plain no, `no` never left, `maybe` is unknown. */
  sent: 'answered' | 'no' | 'maybe'
  /** The input at fault, when our own call was wrong. */
  field?: string
  action?: string
  httpStatus?: number
  /** For the platform's support. */
  logId?: string
}

export const succeed = <T>(value: T): PlatformResult<T> => ({ ok: true, value })

export const fail = (failure: PlatformFailure): { ok: false; failure: PlatformFailure } => ({
  ok: false,
  failure,
})

/** Our own call was wrong and nothing was sent. */
export const refuse = (
  code: string,
  field: string,
  message: string,
): { ok: false; failure: PlatformFailure } => fail({ code, field, message, retry: 'never', sent: 'no' })
