import type { Clock } from '@tockwork/kernel'
import type { Ids } from '../state/ids.ts'
import type { TimerRow, World } from '../state/model.ts'
import { DueQueue } from './due-queue.ts'
import type { VirtualClock } from './virtual-clock.ts'

export type TimerHandler = (subject: string) => void | Promise<void>

/** Things that happen at a time of the emulated world. Timers are rows: they survive a restart. */
export class Timers {
  readonly #world: World
  readonly #clock: VirtualClock
  readonly #real: Clock
  readonly #ids: Ids
  readonly #afterRun: () => void
  readonly #onBug: (error: unknown) => void
  readonly #handlers = new Map<string, TimerHandler>()
  /** May name timers that are gone; none that lives is missing. */
  readonly #queue = new DueQueue()
  #alarm: AbortController | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(
    world: World,
    clock: VirtualClock,
    real: Clock,
    ids: Ids,
    afterRun: () => void,
    onBug: (error: unknown) => void,
  ) {
    this.#world = world
    this.#clock = clock
    this.#real = real
    this.#ids = ids
    this.#afterRun = afterRun
    this.#onBug = onBug
    this.reload()
  }

  /** After the rows were replaced from outside. */
  reload(): void {
    this.#queue.clear()
    for (const timer of this.#world.timers.values()) this.#queue.push(timer.due, timer.id)
  }

  on(kind: string, handler: TimerHandler): void {
    this.#handlers.set(kind, handler)
  }

  /** Sets a timer `seconds` from now. */
  after(seconds: number, kind: string, subject: string): void {
    const timer = { id: this.#ids.hex(16), due: this.#clock.now() + seconds * 1000, kind, subject }
    this.#world.timers.put(timer)
    const first = this.#next()
    this.#queue.push(timer.due, timer.id)
    if (first === undefined || timer.due < first.due) this.arm()
  }

  /** Drops timers of a kind about a subject. */
  drop(kind: string, subject: string): void {
    for (const timer of [...this.#world.timers.values()]) {
      if (timer.kind === kind && timer.subject === subject) this.#world.timers.delete(timer.id)
    }
  }

  /** Runs what is due, in order, and what comes due by it. */
  run(): Promise<void> {
    this.#running ??= this.#runDue().finally(() => {
      this.#running = undefined
      this.arm()
    })
    return this.#running
  }

  /** Sleeps until the next timer when the clock runs by itself. */
  arm(): void {
    this.#alarm?.abort()
    this.#alarm = undefined
    if (this.#stopped || this.#clock.frozen) return
    const next = this.#next()
    if (next === undefined) return
    const alarm = new AbortController()
    this.#alarm = alarm
    const wait = Math.min(Math.max(0, next.due - this.#clock.now()), 2 ** 31 - 1)
    this.#real.sleep(wait, alarm.signal).then(
      () => this.run(),
      () => {},
    )
  }

  /** When the next thing comes due, in epoch milliseconds. */
  nextDue(): number | undefined {
    return this.#next()?.due
  }

  stop(): void {
    this.#stopped = true
    this.#alarm?.abort()
  }

  async #runDue(): Promise<void> {
    for (;;) {
      const timer = this.#next()
      if (timer === undefined || timer.due > this.#clock.now() || this.#stopped) return
      const handler = this.#handlers.get(timer.kind)
      // Removed only after its work: a process killed in between does it again after the restart.
      try {
        await handler?.(timer.subject)
      } catch (error) {
        // Done again it would fail again, at once and for ever.
        this.#onBug(error)
      }
      this.#world.timers.delete(timer.id)
      this.#afterRun()
    }
  }

  #next(): TimerRow | undefined {
    for (;;) {
      const first = this.#queue.peek()
      if (first === undefined) return undefined
      const timer = this.#world.timers.get(first.id)
      if (timer?.due === first.due) return timer
      this.#queue.pop()
    }
  }
}
