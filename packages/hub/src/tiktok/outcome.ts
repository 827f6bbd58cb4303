import type { PlatformFailure, PlatformResult } from '@tockwork/connectors'
import {
  AuthError,
  ContractError,
  RateLimitError,
  redact,
  TockworkError,
  TransportError,
  UsageError,
} from '@tockwork/kernel'

export type { PlatformFailure, PlatformResult }

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
