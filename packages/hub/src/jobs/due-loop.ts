/** Work that is due by a column of a table, looked for again and again. Any number of processes do so side by side. */
import type { Clock } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'

export interface DueLoopOptions {
  clock: Clock
  log: Log
  /** For log lines: `token refreshes`. */
  what: string
  everyMs: number
  /** Works through everything that is due now; stops early when the signal says so. */
  run: (signal: AbortSignal) => Promise<{ claimed: number }>
}

/** Looks for due work every `everyMs` until it is stopped. `stop` waits for what is under way. */
export function startDueLoop({ clock, log, what, everyMs, run }: DueLoopOptions): { stop(): Promise<void> } {
  const ending = new AbortController()
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const report = await run(ending.signal)
        if (report.claimed > 0) log.info(report, what)
      } catch (error) {
        log.error({ err: error, what }, 'looking for due work failed; it goes on')
      }
      await clock.sleep(everyMs, ending.signal).catch(() => undefined)
    }
  }
  const running = loop()
  return {
    stop: async () => {
      ending.abort()
      await running
    },
  }
}

/** Does `work` for every item, `lanes` at a time. */
export async function inParallel<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane))
}
