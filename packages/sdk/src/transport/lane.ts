import type { RateSignals } from './rate-headers.ts'
import type { SlidingLog } from './sliding-log.ts'

export interface Waiter {
  grant(): void
}

/** A reset further away than this is a misunderstanding, not a window. */
const LONGEST_UNKNOWN_WINDOW_MS = 3_600_000

/** One user's (or token's) queue for one endpoint, with what is known about its windows. */
export class Lane {
  readonly key: string
  readonly logs: readonly SlidingLog[]
  /** In order of arrival. */
  readonly waiters = new Set<Waiter>()
  inFlight = 0
  settled = 0
  blockedUntil = 0
  /** What the server said is left, where that is more than we would have allowed, or where we know no window. */
  remote: { free: number; until: number } | undefined

  constructor(key: string, logs: readonly SlidingLog[]) {
    this.key = key
    this.logs = logs
  }

  /** When the waiter at this position can go; `Infinity` when only an answer can tell. */
  freeAt(now: number, position = 0): number {
    if (this.blockedUntil > now) return this.blockedUntil
    const remote = this.remote
    if (remote !== undefined && remote.until <= now) this.remote = undefined
    else if (remote !== undefined) {
      if (remote.free > position) return now
      if (this.logs.length === 0) return this.inFlight > 0 ? Number.POSITIVE_INFINITY : remote.until
    }
    let at = now
    for (const log of this.logs) at = Math.max(at, log.freeAt(now, position))
    return at
  }

  block(until: number): void {
    this.blockedUntil = Math.max(this.blockedUntil, until)
  }

  /**
   * Takes in what an answer said. `settledAtGrant` is what `settled` was when its request went out: requests that
   * overlap with it may or may not be in the server's number.
   */
  observe(signals: RateSignals, settledAtGrant: number, now: number): void {
    const { remaining, limit, retryAt } = signals
    const longest = this.#longestWindow()
    if (retryAt !== undefined && retryAt > now) this.block(retryAt)
    const [log] = this.logs
    if (limit !== undefined && limit > 0 && log !== undefined) log.limit = limit
    if (remaining === undefined) return
    // A sliding window cannot take longer than itself to give something back, whatever a clock elsewhere says.
    const resetAt = Math.min(signals.resetAt ?? now + longest, now + longest)
    this.remote = undefined
    if (remaining === 0) {
      if (resetAt > now) this.block(resetAt)
      return
    }
    if (log === undefined) {
      this.remote = { free: remaining - this.inFlight, until: resetAt }
      return
    }
    const overlapping = this.settled - 1 - settledAtGrant
    const surelyFree = remaining - this.inFlight - overlapping
    const local = Math.min(...this.logs.map((each) => each.free(now)))
    if (surelyFree > local) {
      this.remote = { free: surelyFree, until: resetAt }
      log.setForeign(0, 0)
    } else {
      log.setForeign(Math.max(0, log.limit - remaining - log.used(now)), resetAt)
    }
  }

  /** Nothing to remember: it can be dropped and made again. */
  isIdle(now: number): boolean {
    return (
      this.waiters.size === 0 &&
      this.inFlight === 0 &&
      this.blockedUntil <= now &&
      (this.remote === undefined || this.remote.until <= now) &&
      this.logs.every((log) => log.used(now) === 0)
    )
  }

  #longestWindow(): number {
    return this.logs.length === 0
      ? LONGEST_UNKNOWN_WINDOW_MS
      : Math.max(...this.logs.map((log) => log.ms)) + 1000
  }
}
