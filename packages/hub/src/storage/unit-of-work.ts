import type { Database, Transaction } from './database.ts'

/** When and under which name a job is to run. */
export interface EnqueueOptions {
  /** Milliseconds since the epoch; now unless told. */
  at?: number
  /** At most one job with this key waits at a time; a second is dropped. */
  key?: string
}

/** Puts a job into the queue inside the caller's transaction; the job queue is one. */
export interface Outbox {
  send(name: string, data: object, options: EnqueueOptions & { tx: Transaction }): Promise<string | null>
}

/** What one transaction works with. */
export interface Work {
  readonly tx: Transaction
  /** The job exists when, and only when, the transaction commits. */
  enqueue(job: string, data: object, options?: EnqueueOptions): Promise<void>
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
      }),
    )
}
