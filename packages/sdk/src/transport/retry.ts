import type { Random } from '@tockwork/kernel'

const BASE_MS = 500
const CAP_MS = 20_000

/** Full jitter: anything between nothing and twice the last bound, so that many clients do not come back together. */
export function backoffMs(attempt: number, random: Random): number {
  return Math.floor(random.next() * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1)))
}

/**
 * How many repeats a client may make in all. While TikTok is down every call fails, and repeating each one several
 * times multiplies the load; the budget runs dry and calls then fail at once until successes fill it again.
 */
export class RetryBudget {
  readonly #size: number
  readonly #perSuccess: number
  #left: number

  constructor(size = 20, perSuccess = 0.2) {
    this.#size = size
    this.#perSuccess = perSuccess
    this.#left = size
  }

  take(): boolean {
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  succeeded(): void {
    if (this.#left < this.#size) this.#left = Math.min(this.#size, this.#left + this.#perSuccess)
  }
}
