import { publishStatus } from '@tockwork/contracts/posting'
import type { Clock, Random } from '@tockwork/kernel'

/** Pauses before the first polls, in milliseconds; most posts are done within half a minute. */
const EARLY_MS = [500, 1000, 1500, 2000, 3000, 5000, 8000, 12_000]
const LATE_MS = 20_000
/** A post that is waited for since longer than this is held up by moderation or by the creator. */
const LONG_WAIT_MS = 600_000
const VERY_LATE_MS = 60_000
/** Of the documented limit, what waiting may use; the rest is for calls of `post.status()`. */
const SHARE = 0.8

/**
 * Spreads the polls of all posts that are waited for over the limit that they share: 30 status calls a minute for a
 * token. Few waiters poll fast at first; many get each their part.
 */
export class StatusPace {
  readonly #clock: Clock
  readonly #random: Random
  readonly #limit: number
  readonly #windowMs: number
  #waiting = 0
  /** When the latest polls went or will go, oldest first. */
  #slots: number[] = []

  constructor(clock: Clock, random: Random) {
    const [rate] = publishStatus.limits
    this.#clock = clock
    this.#random = random
    this.#limit = Math.floor(rate.requests * SHARE)
    this.#windowMs = rate.seconds * 1000
  }

  join(): { leave(): void } {
    this.#waiting += 1
    let here = true
    return {
      leave: () => {
        if (here) this.#waiting -= 1
        here = false
      },
    }
  }

  /** How long a waiter pauses before its next poll: the `polls`-th since something last changed. */
  pause(polls: number, waitedMs: number): number {
    const own = EARLY_MS[polls] ?? (waitedMs > LONG_WAIT_MS ? VERY_LATE_MS : LATE_MS)
    const fair = this.#waiting < 2 ? 0 : (this.#waiting * this.#windowMs) / this.#limit
    // A little apart, so that posts started together do not poll together.
    return Math.max(own, fair) * (0.9 + 0.2 * this.#random.next())
  }

  /** Lets one poll through as soon as the window has room, in the order of asking. */
  async turn(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const now = this.#clock.now()
    this.#slots = this.#slots.filter((at) => at > now - this.#windowMs)
    const blocking = this.#slots[this.#slots.length - this.#limit]
    const slot = blocking === undefined ? now : Math.max(now, blocking + this.#windowMs)
    this.#slots.push(slot)
    if (slot === now) return
    try {
      await this.#clock.sleep(slot - now, signal)
    } catch (error) {
      // Given up unused.
      this.#slots.splice(this.#slots.indexOf(slot), 1)
      throw error
    }
  }
}
