/** Local times wander a little; a slot is free only after its window has passed whole. */
const AFTER_MS = 1

/**
 * One exact sliding window: at most `limit` requests in any `ms` milliseconds, as the *server* sees them.
 *
 * A request arrives at some time between its sending and its answer, so it holds its slot from the sending until `ms`
 * after the answer. Whatever the network does between, no window at the server holds more than `limit`.
 */
export class SlidingLog {
  limit: number
  readonly ms: number
  inFlight = 0
  /** Times of answers, oldest first, from `#head` on. */
  #answered: number[] = []
  #head = 0
  /** What the server counts that we did not send: other processes with the same token. */
  #foreign = { count: 0, until: 0 }

  constructor(limit: number, ms: number) {
    this.limit = limit
    this.ms = ms
  }

  take(): void {
    this.inFlight += 1
  }

  /** The answer is here, or will never come. */
  settle(now: number): void {
    this.inFlight -= 1
    this.#answered.push(now)
  }

  /** The request never left: nothing was counted. */
  giveBack(): void {
    this.inFlight -= 1
  }

  setForeign(count: number, until: number): void {
    this.#foreign = { count, until }
  }

  /** Slots in use at this time, our own. */
  used(now: number): number {
    this.#forget(now)
    return this.inFlight + this.#answered.length - this.#head
  }

  free(now: number): number {
    return this.limit - this.used(now) - (this.#foreign.until > now ? this.#foreign.count : 0)
  }

  /** When the `position`th waiter from the front gets a slot; `Infinity` when only an answer can tell. */
  freeAt(now: number, position = 0): number {
    const missing = position + 1 - this.free(now)
    if (missing <= 0) return now
    const freed = this.#answered[this.#head + missing - 1]
    const own = freed === undefined ? Number.POSITIVE_INFINITY : freed + this.ms + AFTER_MS
    return this.#foreign.until > now && this.#foreign.count > 0 ? Math.min(own, this.#foreign.until) : own
  }

  #forget(now: number): void {
    const answered = this.#answered
    const last = answered.length - 1
    // A clock that was set back must not hold slots for hours.
    if (last >= this.#head && answered[last]! > now) {
      for (let i = this.#head; i <= last; i += 1) if (answered[i]! > now) answered[i] = now
    }
    while (this.#head < answered.length && now - answered[this.#head]! >= this.ms + AFTER_MS) this.#head += 1
    if (this.#head > 64 && this.#head * 2 > answered.length) {
      this.#answered = answered.slice(this.#head)
      this.#head = 0
    }
  }
}
