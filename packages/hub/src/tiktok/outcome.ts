import {
  AuthError,
  ContractError,
  RateLimitError,
  type RetryVerdict,
  redact,
  TockworkError,
  TransportError,
  UsageError,
} from '@tockwork/kernel'

/** What TikTok answered, or why not. A no is data: the hub's next step depends on it. */
export type PlatformResult<T> = { ok: true; value: T } | { ok: false; failure: PlatformFailure }

/** Why a call to TikTok did not do what it was for. Holds no secret and can be stored and shown. */
export interface PlatformFailure {
  /** TikTok's code, or ours for what has none: `invalid_grant`, `rate_limit_exceeded`, `connect_refused`. */
  code: string
  message: string
  /** What would help, when the credentials are at fault. */
  needs?: 'refresh' | 'reconnect' | 'scope' | 'credentials'
  retry: RetryVerdict
  /** Milliseconds since the epoch: not before then. */
  until?: number
  /** Whether TikTok may have acted on it: `answered` is a plain no, `no` never left, `maybe` is unknown. */
  sent: 'answered' | 'no' | 'maybe'
  /** The input at fault, when our own call was wrong. */
  field?: string
  action?: string
  httpStatus?: number
  /** For TikTok's support. */
  logId?: string
}

/** Runs a call of the SDK; whatever the SDK foresees becomes data, anything else is thrown on. */
export async function attempt<T>(call: () => Promise<T>): Promise<PlatformResult<T>> {
  try {
    return { ok: true, value: await call() }
  } catch (error) {
    if (error instanceof TockworkError) return { ok: false, failure: failureOf(error) }
    throw error
  }
}

/** An error of the SDK as data. */
function failureOf(error: TockworkError): PlatformFailure {
  const { code, retry, action, httpStatus, logId } = error
  return {
    code,
    message: redact(error.message),
    retry,
    sent: sentOf(error),
    ...(error instanceof AuthError ? { needs: error.needs } : {}),
    ...(error instanceof RateLimitError && error.until !== undefined ? { until: error.until } : {}),
    ...(error instanceof UsageError && error.field !== undefined ? { field: error.field } : {}),
    ...(action === undefined ? {} : { action }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(logId === undefined ? {} : { logId }),
  }
}

function sentOf(error: TockworkError): PlatformFailure['sent'] {
  if (error instanceof TransportError) return error.sent
  // A yes that cannot be read: cut short, or not from TikTok at all. It is no refusal.
  if (error instanceof ContractError) return 'maybe'
  // A 5xx comes from somewhere on the way; whether TikTok acted before it is anybody's guess.
  if (error.httpStatus !== undefined && error.httpStatus >= 500) return 'maybe'
  return error instanceof UsageError || error.code === 'rate_limit_wait_too_long' ? 'no' : 'answered'
}
