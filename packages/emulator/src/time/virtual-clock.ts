import type { Clock } from '@tockwork/kernel'

/**
 * The time of the emulated world: the machine's time plus an offset, or standing still until it is moved.
 * Who wants to act at a time registers a listener; after a move the owner runs what is due.
 */
export class VirtualClock implements Clock {
  readonly #real: Clock
  #offset: number
  #frozenAt: number | undefined
  #waiters = new Set<{ at: number; wake: () => void }>()
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

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const waiter = { at: this.now() + ms, wake: () => {} }
      const cancel = new AbortController()
      const finish = (): void => {
        this.#waiters.delete(waiter)
        cancel.abort()
        resolve()
      }
      waiter.wake = finish
      this.#waiters.add(waiter)
      signal?.addEventListener(
        'abort',
        () => {
          this.#waiters.delete(waiter)
          cancel.abort()
          reject(signal.reason)
        },
        { once: true },
      )
      // While it stands still only a move wakes anyone.
      if (!this.frozen) this.#real.sleep(ms, cancel.signal).then(finish, () => {})
    })
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) if (waiter.at <= this.now()) waiter.wake()
  }
}
