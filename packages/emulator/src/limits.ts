import type { RateLimit } from '@tockwork/contracts'

export type LimitVerdict =
  | { allowed: true; remaining: number; resetSeconds: number }
  | { allowed: false; remaining: 0; resetSeconds: number; rule: 'window' | 'hammering' }

/** Exact sliding windows: of the last `requests` calls the oldest must be older than the window. */
export class SlidingWindows {
  readonly #calls = new Map<string, number[]>()
  readonly #refusals = new Map<string, number[]>()
  readonly #shutOut = new Map<string, number>()

  /** Counts one call now, unless the window is full. */
  take(
    key: string,
    limit: RateLimit,
    nowMs: number,
    hammering: { refusals: number; seconds: number },
  ): LimitVerdict {
    const until = this.#shutOut.get(key)
    if (until !== undefined) {
      if (until > nowMs)
        return {
          allowed: false,
          remaining: 0,
          resetSeconds: Math.ceil((until - nowMs) / 1000),
          rule: 'hammering',
        }
      this.#shutOut.delete(key)
    }
    const windowMs = limit.seconds * 1000
    const calls = this.#calls.get(key) ?? []
    while (calls.length > 0 && (calls[0] as number) <= nowMs - windowMs) calls.shift()
    if (calls.length >= limit.requests) {
      const resetSeconds = Math.max(1, Math.ceil(((calls[0] as number) + windowMs - nowMs) / 1000))
      if (hammering.refusals > 0 && this.#refused(key, nowMs, hammering)) {
        return { allowed: false, remaining: 0, resetSeconds: hammering.seconds, rule: 'hammering' }
      }
      return { allowed: false, remaining: 0, resetSeconds, rule: 'window' }
    }
    calls.push(nowMs)
    this.#calls.set(key, calls)
    return {
      allowed: true,
      remaining: limit.requests - calls.length,
      resetSeconds: Math.max(1, Math.ceil(((calls[0] as number) + windowMs - nowMs) / 1000)),
    }
  }

  clear(): void {
    this.#calls.clear()
    this.#refusals.clear()
    this.#shutOut.clear()
  }

  #refused(key: string, nowMs: number, hammering: { refusals: number; seconds: number }): boolean {
    const refusals = (this.#refusals.get(key) ?? []).filter((at) => at > nowMs - 60_000)
    refusals.push(nowMs)
    this.#refusals.set(key, refusals)
    if (refusals.length < hammering.refusals) return false
    this.#refusals.delete(key)
    this.#shutOut.set(key, nowMs + hammering.seconds * 1000)
    return true
  }
}
