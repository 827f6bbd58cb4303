import type { Clock } from '@tockwork/kernel'

/** The end of the emulated time: beyond it dates cannot be written any more. */
export const LATEST = Date.UTC(9999, 0, 1)

interface Waiter {
  at: number
  wake: () => void
  /** Starts, or starts anew, to wait for the machine's clock. */
  start: () => void
  pause: () => void
}

/**
 * The time of the emulated world: the machine's time plus an offset, or standing still until it is moved.
 * Who wants to act at a time registers a listener; after a move the owner runs what is due.
 */
export class VirtualClock implements Clock {
  readonly #real: Clock
  #offset: number
  #frozenAt: number | undefined
  #waiters = new Set<Waiter>()
  #onMove: () => void = () => {}

  constructor(real: Clock, options: { frozen?: boolean; now?: number } = {}) {
    this.#real = real
    this.#offset = options.now === undefined ? 0 : options.now - real.now()
    this.#frozenAt = options.frozen === true ? real.now() + this.#offset : undefined
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#frozenAt ?? this.#real.now() + this.#offset
  }

  /** Whole seconds since the epoch. */
  seconds(): number {
    return Math.floor(this.now() / 1000)
  }

  get frozen(): boolean {
    return this.#frozenAt !== undefined
  }

  /** Difference to the machine's clock in milliseconds. */
  get offset(): number {
    return this.#offset
  }

  onMove(listener: () => void): void {
    this.#onMove = listener
  }

  /** Moves forward; time never runs backwards for those who wait. */
  advance(ms: number): void {
    if (this.#frozenAt !== undefined) this.#frozenAt += ms
    this.#offset += ms
    this.#wake()
    this.#onMove()
  }

  /** Lets time stand still at this moment, or run on from where it stood. */
  freeze(frozen: boolean): void {
    if (frozen === this.frozen) return
    if (frozen) this.#frozenAt = this.now()
    else {
      this.#offset = this.now() - this.#real.now()
      this.#frozenAt = undefined
    }
    for (const waiter of this.#waiters) frozen ? waiter.pause() : waiter.start()
    this.#onMove()
  }

  /** When the next sleeper wakes, in epoch milliseconds. */
  get nextWake(): number | undefined {
    let next: number | undefined
    for (const { at } of this.#waiters) if (next === undefined || at < next) next = at
    return next
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      let alarm = new AbortController()
      const waiter: Waiter = {
        at: this.now() + ms,
        wake: () => {
          this.#waiters.delete(waiter)
          alarm.abort()
          resolve()
        },
        start: () => {
          alarm = new AbortController()
          this.#real.sleep(Math.max(0, waiter.at - this.now()), alarm.signal).then(waiter.wake, () => {})
        },
        pause: () => alarm.abort(),
      }
      this.#waiters.add(waiter)
      signal?.addEventListener(
        'abort',
        () => {
          this.#waiters.delete(waiter)
          alarm.abort()
          reject(signal.reason)
        },
        { once: true },
      )
      // While it stands still only a move wakes anyone.
      if (!this.frozen) waiter.start()
    })
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) if (waiter.at <= this.now()) waiter.wake()
  }
}
