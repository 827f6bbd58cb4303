import { type Clock, cryptoRandom, type Random, redact, systemClock } from '@tockwork/kernel'
import pg from 'pg'
import { type Clock as BossClock, fromKysely, type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss'
import { type Log, silentLog } from '../observability/log.ts'
import { isConnectionLost, type Transaction } from '../storage/database.ts'
import type { EnqueueOptions, NewJob, Outbox } from '../storage/unit-of-work.ts'

/** What a handler is told about the run. */
export interface JobRun {
  readonly id: string
  /** 1 for the first try, counting tries that were lost with their process. */
  readonly attempt: number
  /** Aborted when the job was given to another process or took too long: nothing of it counts any more. */
  readonly signal: AbortSignal
  /** Aborted when this process is about to stop: a long job writes down how far it came and returns `again`. */
  readonly stopping: AbortSignal
  /**
   * Completes the job inside the caller's transaction, so that what the job did, the fact that it is done, and its next
   * run if there is to be one, are one commit. What the handler returns is not looked at any more.
   * @throws {JobLostError} when another process has the job by now; let it roll the transaction back.
   */
  complete(tx: Transaction, again?: RunAgain): Promise<void>
}

/** Run it again at this time (milliseconds since the epoch), as a new job with the same key and data. */
export interface RunAgain {
  again: number
  data?: object
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler that has nothing to say returns nothing
export type JobOutcome = RunAgain | undefined | void

export interface JobDefinition<Data extends object> {
  /** Reads the stored data: it may have been written by an older version. Throws when it does not fit. */
  parse?: (data: unknown) => Data
  handler: (data: Data, run: JobRun) => Promise<JobOutcome>
  /** Fetchers in this process, each with its own batch; 1 unless told. Long jobs want several with a batch of 1. */
  concurrency?: number
  /** Jobs per fetch, run side by side; the next fetch waits for the slowest. 1 unless told. */
  batch?: number
  /** Tries after the first, and seconds between them (doubling with jitter up to `maxDelay`). */
  retry?: { limit?: number; delay?: number; maxDelay?: number }
  /** A run that takes longer is given up and tried again; 900 unless told. */
  timeoutSeconds?: number
  /** Keeps one job waiting at all times, this many seconds after the last one ended: for what is done over and over. */
  everySeconds?: number
}

export interface JobQueueOptions {
  url: string
  log?: Log
  clock?: Clock
  random?: Random
  /** Connections at most, besides the one that listens. */
  max?: number
  /** pg-boss's own clock, for tests that move time by hand. */
  bossClock?: BossClock
  /** Seconds without a sign of life before a job goes to another process; at least 10. */
  heartbeatSeconds?: number
  /** How often the dead are looked for, in seconds. */
  superviseSeconds?: number
  /** Seconds between looks for jobs whose time has come; at least 0.5. */
  pollSeconds?: number
}

/** One of those that take jobs of a name. */
interface Fetcher {
  id: string | undefined
  busy: boolean
}

/** The job is another process's by now; whatever this one did must not be committed. */
export class JobLostError extends Error {
  constructor(name: string, id: string) {
    super(`Job ${name} ${id} is no longer ours`)
    this.name = 'JobLostError'
  }
}

/** Enough that a storm of crashes does not use up a job; what a job gives up on is its own decision. */
const RETRY_LIMIT = 1_000
const RETRY_DELAY = 1
const RETRY_MAX_DELAY = 300
const EVERY_KEY = 'every'
const COMPLAIN_EVERY_MS = 5_000
/** Fetchers are woken when there is something; this is for what nobody thought of. */
const IDLE_SECONDS = 60

/** What pg-boss runs statements on, when not on its own pool. */
type Connection = ReturnType<typeof fromKysely>

interface Registered {
  name: string
  definition: JobDefinition<object>
}

/**
 * Jobs in the hub's own database, on pg-boss: a job and the row that it is about are one commit; a job of a killed
 * process is taken over by another within seconds; a waiting job is started at once by NOTIFY, a delayed one within a
 * second of its time. A job may run more than once, so every handler can be repeated.
 */
export class JobQueue implements Outbox {
  readonly #boss: PgBoss
  readonly #log: Log
  readonly #clock: Clock
  readonly #heartbeat: number
  readonly #poll: number
  readonly #jobs = new Map<string, Registered>()
  readonly #stopping = new AbortController()
  readonly #random: Random
  #started = false
  #complainedAt = 0
  #stopped: Promise<void> | undefined

  constructor(options: JobQueueOptions) {
    this.#log = options.log ?? silentLog
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? cryptoRandom
    this.#heartbeat = options.heartbeatSeconds ?? 10
    this.#poll = options.pollSeconds ?? 0.5
    const supervise = options.superviseSeconds ?? 3
    this.#boss = new PgBoss({
      // Not in pg-boss's own types; it hands its options on to the driver's pool.
      ...{ Client: ListenedClient },
      connectionString: options.url,
      application_name: 'tockwork-jobs',
      max: options.max ?? 6,
      useListenNotify: true,
      // A job continues the trace of the request that put it in; costs nothing without a tracing SDK.
      openTelemetry: { propagateContext: true },
      // Nothing here is scheduled by cron: `everySeconds` needs no clock of its own.
      schedule: false,
      superviseIntervalSeconds: supervise,
      monitorIntervalSeconds: supervise,
      queueCacheIntervalSeconds: 30,
      ...(options.bossClock === undefined ? {} : { clock: options.bossClock }),
    })
    this.#boss.on('error', (error) => this.#complain(error))
    this.#boss.on('warning', ({ message }) => this.#log.warn({}, `Job queue: ${message}`))
  }

  /** Says how jobs of this name are run. Names are verb-noun; all are defined before the start. */
  define<Data extends object>(name: string, definition: JobDefinition<Data>): void {
    if (this.#started) throw new Error(`Job ${name} is defined after the start`)
    if (this.#jobs.has(name)) throw new Error(`Job ${name} is defined twice`)
    // The queue stores plain objects; `parse` is what makes them Data again.
    this.#jobs.set(name, { name, definition: definition as unknown as JobDefinition<object> })
  }

  /** Makes the queues and, unless `work` is false, begins to run jobs. Safe with several starters. */
  async start(options: { work?: boolean } = {}): Promise<void> {
    this.#started = true
    await this.#boss.start()
    for (const { name, definition } of this.#jobs.values()) await this.#createQueue(name, definition)
    if (options.work === false) return
    for (const job of this.#jobs.values()) await this.#work(job)
  }

  /**
   * Stops fetching and waits for running jobs; those that are not done in time go back to be run elsewhere.
   * @param graceSeconds how long to wait; 20 unless told
   */
  stop(graceSeconds = 20): Promise<void> {
    this.#stopped ??= (async () => {
      this.#stopping.abort(new Error('The process is about to stop'))
      if (this.#started) await this.#boss.stop({ graceful: true, timeout: graceSeconds * 1_000 })
    })()
    return this.#stopped
  }

  /**
   * Puts a job in. With `tx` it exists when, and only when, that transaction commits.
   * @returns the job's id, or null when one with this key waits already
   */
  async send(
    name: string,
    data: object,
    options: EnqueueOptions & { tx?: Transaction } = {},
  ): Promise<string | null> {
    this.#mustExist(name)
    return await this.#boss.send(name, data, {
      // The queues allow one waiting job for each key; a job without a key gets one that nobody else has.
      singletonKey: options.key ?? this.#uniqueKey(),
      ...(options.priority === undefined ? {} : { priority: options.priority }),
      ...(options.at === undefined ? {} : { startAfter: new Date(options.at) }),
      ...(options.tx === undefined ? {} : { db: fromKysely(options.tx) }),
    })
  }

  /** Puts many jobs of one name in, in one statement. Like `send`, a job whose key waits already is dropped. */
  async sendMany(name: string, jobs: readonly NewJob[], options: { tx?: Transaction } = {}): Promise<void> {
    this.#mustExist(name)
    if (jobs.length === 0) return
    await this.#boss.insert(
      name,
      jobs.map(({ data, key, at, priority }) => ({
        data,
        singletonKey: key ?? this.#uniqueKey(),
        ...(priority === undefined ? {} : { priority }),
        ...(at === undefined ? {} : { startAfter: new Date(at) }),
      })),
      options.tx === undefined ? {} : { db: fromKysely(options.tx) },
    )
  }

  /** Moves the waiting job of this key to another time and gives it new data; puts it in when none waits. */
  async replace(
    name: string,
    data: object,
    options: { key: string; at?: number; tx?: Transaction },
  ): Promise<void> {
    this.#mustExist(name)
    await this.#boss.upsert(name, data, {
      singletonKey: options.key,
      startAfter: new Date(options.at ?? this.#clock.now()),
      ...(options.tx === undefined ? {} : { db: fromKysely(options.tx) }),
    })
  }

  /** Takes the waiting job of this key out; a job that runs already is not touched. Answers how many were taken. */
  async cancel(name: string, key: string, options: { tx?: Transaction } = {}): Promise<number> {
    this.#mustExist(name)
    const connection = options.tx === undefined ? {} : { db: fromKysely(options.tx) }
    const jobs = await this.#boss.findJobs(name, { key, queued: true, ...connection })
    if (jobs.length === 0) return 0
    await this.#boss.deleteJob(
      name,
      jobs.map(({ id }) => id),
      connection,
    )
    return jobs.length
  }

  /** Makes the queue of a name that this program does not run, so that jobs can be put into it. */
  async addQueue(name: string): Promise<void> {
    const definition: JobDefinition<object> = { handler: () => Promise.resolve() }
    if (!this.#jobs.has(name)) this.#jobs.set(name, { name, definition })
    await this.#createQueue(name, definition)
  }

  /** Jobs that have not been done, of all names, as of the transaction: for an export. */
  async *undone(
    tx: Transaction,
  ): AsyncGenerator<{ name: string; data: object; key: string | null; at: number }> {
    for (const { name } of await this.#boss.getQueues()) {
      let after: string | undefined
      for (;;) {
        const page = { db: fromKysely(tx), limit: 500, ...(after === undefined ? {} : { after }) }
        const jobs = await this.#boss.findJobs<object>(name, page)
        for (const { state, data, singletonKey, startAfter } of jobs)
          if (['created', 'retry', 'active'].includes(state))
            yield { name, data: data ?? {}, key: singletonKey, at: new Date(startAfter).getTime() }
        after = jobs.at(-1)?.id
        if (jobs.length < 500) break
      }
    }
  }

  /** How many wait, are due and run, by job name; a few seconds old. */
  async counts(): Promise<Record<string, { waiting: number; due: number; running: number; failed: number }>> {
    const queues = await this.#boss.getQueues([...this.#jobs.keys()])
    return Object.fromEntries(
      queues.map((queue) => [
        queue.name,
        {
          waiting: queue.queuedCount,
          due: queue.readyCount,
          running: queue.activeCount,
          failed: queue.failedCount,
        },
      ]),
    )
  }

  /** While the database is away every fetcher says so every time; once in a while is enough. */
  #complain(error: Error): void {
    const now = this.#clock.now()
    if (isConnectionLost(error) && now - this.#complainedAt < COMPLAIN_EVERY_MS) return
    this.#complainedAt = now
    this.#log.error({ err: { message: redact(error.message) } }, 'Job queue error')
  }

  /** For a job that no other stands for. */
  #uniqueKey(): string {
    return Buffer.from(this.#random.bytes(16)).toString('hex')
  }

  #mustExist(name: string): void {
    if (!this.#jobs.has(name)) throw new Error(`No job is called ${name}`)
  }

  async #createQueue(name: string, definition: JobDefinition<object>): Promise<void> {
    const options = {
      retryLimit: definition.retry?.limit ?? RETRY_LIMIT,
      retryDelay: definition.retry?.delay ?? RETRY_DELAY,
      retryBackoff: true,
      retryDelayMax: definition.retry?.maxDelay ?? RETRY_MAX_DELAY,
      expireInSeconds: definition.timeoutSeconds ?? 900,
      heartbeatSeconds: this.#heartbeat,
      // A post may be scheduled a year ahead; it must not be swept away as too old before its time.
      retentionSeconds: 400 * 86_400,
      deleteAfterSeconds: 86_400,
      notify: true,
    }
    await this.#boss.createQueue(name, { policy: 'short', ...options })
    // What exists already keeps its options, so a new version's are written over them.
    await this.#boss.updateQueue(name, options)
    if (definition.everySeconds !== undefined) await this.send(name, {}, { key: EVERY_KEY })
  }

  async #work({ name, definition }: Registered): Promise<void> {
    const batch = definition.batch ?? 1
    const options = {
      batchSize: batch,
      // Not by itself: NOTIFY tells of jobs that are put in, and `#lookOut` of those whose delay is over.
      pollingIntervalSeconds: IDLE_SECONDS,
      notifyPollingIntervalSeconds: IDLE_SECONDS,
      perJobResults: true,
      includeMetadata: true,
    } as const
    const fetchers: Fetcher[] = []
    for (let fetcher = 0; fetcher < (definition.concurrency ?? 1); fetcher += 1) {
      const self: Fetcher = { id: undefined, busy: false }
      fetchers.push(self)
      self.id = await this.#boss.work<object, unknown, typeof options>(name, options, async (jobs) => {
        self.busy = true
        // A full batch says that more may wait, for whoever has nothing to do and then for this one again.
        const more = jobs.length >= batch
        if (more) this.#wake(fetchers)
        try {
          return await Promise.all(jobs.map((job) => this.#run(name, definition, job)))
        } finally {
          self.busy = false
          if (more && self.id !== undefined) this.#boss.notifyWorker(self.id)
        }
      })
    }
    void this.#lookOut(fetchers)
  }

  /** One look a second for jobs whose time has come, however many fetchers there are. */
  async #lookOut(fetchers: readonly Fetcher[]): Promise<void> {
    const pause = Math.max(1, this.#poll) * 1_000
    try {
      for (;;) {
        await this.#clock.sleep(pause, this.#stopping.signal)
        this.#wake(fetchers)
      }
    } catch {
      // It stops.
    }
  }

  #wake(fetchers: readonly Fetcher[]): void {
    const idle = fetchers.find(({ busy, id }) => !busy && id !== undefined)
    if (idle?.id !== undefined) this.#boss.notifyWorker(idle.id)
  }

  async #run(
    name: string,
    definition: JobDefinition<object>,
    job: JobWithMetadata<object>,
  ): Promise<JobResult> {
    let completed = false
    const every = definition.everySeconds
    const nextTurn = (): RunAgain | undefined =>
      every === undefined ? undefined : { again: this.#clock.now() + every * 1_000 }
    try {
      const data = definition.parse === undefined ? job.data : definition.parse(job.data)
      const outcome = await definition.handler(data, {
        id: job.id,
        attempt: job.retryCount + 1,
        signal: job.signal,
        stopping: this.#stopping.signal,
        complete: async (tx, again = nextTurn()) => {
          await this.#settle(job, fromKysely(tx), again)
          completed = true
        },
      })
      const again = outcome ?? nextTurn()
      if (!completed && again !== undefined) await this.#settleInOne(job, again)
      return { id: job.id, status: 'completed' }
    } catch (error) {
      const level = error instanceof JobLostError ? 'debug' : 'warn'
      this.#log[level](
        { job: name, id: job.id, attempt: job.retryCount + 1, err: describe(error) },
        'A job failed',
      )
      return { id: job.id, status: 'failed', output: describe(error) }
    }
  }

  /** Completes this try of the job, and no other, and puts in what follows, on the given connection. */
  async #settle(job: JobWithMetadata<object>, db: Connection, again: RunAgain | undefined): Promise<void> {
    const attempt = { id: job.id, retryCount: job.retryCount }
    const response = await this.#boss.complete(job.name, attempt, undefined, { db })
    // The response holds more than its type says: how many of the tries asked for were still held.
    if (Reflect.get(response, 'affected') !== 1) throw new JobLostError(job.name, job.id)
    if (again === undefined) return
    await this.#boss.send(job.name, again.data ?? job.data, {
      singletonKey: job.singletonKey ?? this.#uniqueKey(),
      startAfter: new Date(again.again),
      db,
    })
  }

  async #settleInOne(job: JobWithMetadata<object>, again: RunAgain): Promise<void> {
    const transaction = await this.#boss.getDb().beginTransaction?.()
    if (transaction === undefined) throw new Error('The job queue has no connections of its own')
    try {
      await this.#settle(job, transaction.db, again)
      await transaction.commit()
    } catch (error) {
      await transaction.rollback()
      throw error
    }
  }
}

/** What is kept of an error beside the job: never a secret. */
function describe(error: unknown): { name: string; message: string; stack?: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: redact(String(error)) }
  return {
    name: error.name,
    message: redact(error.message),
    ...(error.stack === undefined ? {} : { stack: redact(error.stack) }),
  }
}

/**
 * A connection whose server dies in the very moment in which the pool hands it out: until the borrower listens for
 * errors nobody does, and one that nobody hears ends the process. What is asked of it fails anyway.
 */
class ListenedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    this.on('error', () => undefined)
  }
}
