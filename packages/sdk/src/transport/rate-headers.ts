/** What an answer says about limits. TikTok documents none of these headers; where they are, they are believed. */
export interface RateSignals {
  /** Calls left until `resetAt`. */
  remaining: number | undefined
  /** Size of the window, where it is told. */
  limit: number | undefined
  /** Milliseconds since the epoch, by our clock. */
  resetAt: number | undefined
  retryAt: number | undefined
}

/** From this on a reset is a date in epoch seconds, below it is a number of seconds to wait. */
const EPOCH_SECONDS = 1_000_000_000
const EPOCH_MILLISECONDS = 1_000_000_000_000

/** Reads `X-RateLimit-Remaining`, `-Reset`, `-Limit` and `Retry-After`; `undefined` when none is there. */
export function readRateSignals(headers: Record<string, string>, now: number): RateSignals | undefined {
  const remaining = numberOf(headers['x-ratelimit-remaining'])
  const reset = numberOf(headers['x-ratelimit-reset'])
  const retryAfter = headers['retry-after']
  if (remaining === undefined && reset === undefined && retryAfter === undefined) return undefined
  // Dates are told by the server's clock, so they are measured from its own Date.
  const serverNow = headers.date === undefined ? Number.NaN : Date.parse(headers.date)
  const skew = Number.isNaN(serverNow) ? 0 : now - serverNow
  return {
    remaining,
    limit: numberOf(headers['x-ratelimit-limit']),
    resetAt: reset === undefined ? undefined : momentOf(reset, now, skew),
    retryAt: retryAfter === undefined ? undefined : retryMoment(retryAfter, now, skew),
  }
}

function momentOf(value: number, now: number, skew: number): number {
  if (value >= EPOCH_MILLISECONDS) return value + skew
  return value >= EPOCH_SECONDS ? value * 1000 + skew : now + value * 1000
}

function retryMoment(value: string, now: number, skew: number): number | undefined {
  const seconds = numberOf(value)
  if (seconds !== undefined) return now + seconds * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : date + skew
}

function numberOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  return value.trim() !== '' && Number.isFinite(number) && number >= 0 ? number : undefined
}
