/** The change watch, put together: what was called, what touches it, the calendar, and the events before a day comes. */
import type { Clock, Random } from '@tockwork/kernel'
import { startDueLoop } from '../jobs/due-loop.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import { changeHandlers } from '../routes/changes.ts'
import type { Database } from '../storage/database.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { allChanges, type Change } from '../tiktok/changes.ts'
import { calendarRoute } from './calendar-route.ts'
import { CallLog } from './call-log.ts'
import { ChangeWatch } from './change-watch.ts'

export interface ChangeServiceParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  random: Random
  log: Log
  publicUrl: string
  /** Everything that is known to change; what the contracts say unless told. */
  changes?: () => readonly Change[]
}

const FLUSH_MS = 60_000
const TELL_SECONDS = 3_600

/** `calls.note` is told of every request; `defineJobs` is called before the queue starts. */
export function createChangeServices(parts: ChangeServiceParts) {
  const { clock, log } = parts
  const calls = new CallLog(parts)
  const watch = new ChangeWatch({ ...parts, changes: parts.changes ?? allChanges })
  return {
    calls,
    watch,
    handlers: changeHandlers({ ...parts, watch }),
    plainRoutes: [calendarRoute({ ...parts, watch })],
    defineJobs: (jobs: JobQueue): void => {
      jobs.define('tell-changes', {
        everySeconds: TELL_SECONDS,
        handler: async () => {
          const told = await watch.tell()
          if (told > 0) log.info({ told }, 'Changes at TikTok come near')
        },
      })
    },
    /** Writes down what is called, until it is stopped, and once more then. */
    start: () => {
      const loop = startDueLoop({
        clock,
        log,
        what: 'called endpoints',
        everyMs: FLUSH_MS,
        run: async () => {
          await calls.flush()
          return { claimed: 0 }
        },
      })
      return {
        stop: async () => {
          await loop.stop()
          await calls.flush()
        },
      }
    },
  }
}
