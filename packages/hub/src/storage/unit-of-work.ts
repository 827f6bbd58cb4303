import type { Database, Transaction } from './database.ts'

/** When and under which name a job is to run. */
export interface EnqueueOptions {
  /** Milliseconds since the epoch; now unless told. */
  at?: number
  /** At most one job with this key waits at a time; a second is dropped. */
  key?: string
  /** The higher goes first among jobs that are due; 0 unless told. */
  priority?: number
}

/** One of many jobs of a name. */
export type NewJob = { data: object } & EnqueueOptions

/** Puts a job into the queue inside the caller's transaction; the job queue is one. */
export interface Outbox {
  send(name: string, data: object, options: EnqueueOptions & { tx: Transaction }): Promise<string | null>
  /** Many at once, where the queue can do that in one statement. */
  sendMany?(name: string, jobs: readonly NewJob[], options: { tx: Transaction }): Promise<void>
}

/** What one transaction works with. */
export interface Work {
  readonly tx: Transaction
  /** The job exists when, and only when, the transaction commits. */
  enqueue(job: string, data: object, options?: EnqueueOptions): Promise<void>
  /** Like `enqueue`, for many of one name. */
  enqueueMany(job: string, jobs: readonly NewJob[]): Promise<void>
}

/** Runs `body` in one transaction: rows and jobs are committed together, or, when it throws, not at all. */
export type UnitOfWork = <T>(body: (work: Work) => Promise<T>) => Promise<T>

/** The unit of work over a database and a job queue. */
export function createUnitOfWork(db: Database, outbox: Outbox): UnitOfWork {
  return (body) =>
    db.transaction().execute((tx) =>
      body({
        tx,
        enqueue: async (job, data, options = {}) => {
          await outbox.send(job, data, { ...options, tx })
        },
        enqueueMany: async (job, many) => {
          if (outbox.sendMany !== undefined) return outbox.sendMany(job, many, { tx })
          for (const { data, ...options } of many) await outbox.send(job, data, { ...options, tx })
        },
      }),
    )
}
