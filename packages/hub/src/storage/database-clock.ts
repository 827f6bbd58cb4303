import type { Clock } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'

const LOOK_EVERY_MS = 60_000
const LOOKS = 3
/** A machine this far off has other troubles too, such as certificates that are not valid yet. */
const WORTH_SAYING_MS = 2_000

/**
 * This machine's clock, set by the database's: the one clock that all processes of a hub share. Leases of accounts, posts
 * and deliveries, and the ends of connect links, are then compared by one time, whatever the machines' clocks say.
 */
export class DatabaseClock implements Clock {
  readonly #machine: Clock
  readonly #ask: () => Promise<number>
  readonly #log: Log
  readonly #ending = new AbortController()
  #offset = 0

  private constructor(machine: Clock, ask: () => Promise<number>, log: Log) {
    this.#machine = machine
    this.#ask = ask
    this.#log = log
  }

  /**
   * Resolves when it is set, and sets it again every minute until `stop`.
   * @param ask the database's time, in milliseconds since the epoch
   */
  static async follow(machine: Clock, ask: () => Promise<number>, log: Log): Promise<DatabaseClock> {
    const clock = new DatabaseClock(machine, ask, log)
    await clock.#set()
    void clock.#follow()
    return clock
  }

  now(): number {
    return this.#machine.now() + this.#offset
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#machine.sleep(ms, signal)
  }

  stop(): void {
    this.#ending.abort()
  }

  /** The quickest of a few answers tells best: it was given at most half its way ago. */
  async #set(): Promise<void> {
    let best = { took: Number.POSITIVE_INFINITY, offset: 0 }
    for (let look = 0; look < LOOKS; look += 1) {
      const sent = this.#machine.now()
      const there = await this.#ask()
      const took = this.#machine.now() - sent
      if (took < best.took) best = { took, offset: Math.round(there - sent - took / 2) }
    }
    // What the way of the answer leaves open is no reason to move.
    if (Math.abs(best.offset - this.#offset) <= best.took / 2) return
    if (Math.abs(best.offset) > WORTH_SAYING_MS && Math.abs(this.#offset) <= WORTH_SAYING_MS)
      this.#log.warn(
        { offsetMs: best.offset },
        "This machine's clock is not the database's, which is gone by",
      )
    this.#offset = best.offset
  }

  async #follow(): Promise<void> {
    for (;;) {
      try {
        await this.#machine.sleep(LOOK_EVERY_MS, this.#ending.signal)
      } catch {
        return
      }
      // While the database is away, the last setting is the best there is.
      await this.#set().catch(() => undefined)
    }
  }
}
