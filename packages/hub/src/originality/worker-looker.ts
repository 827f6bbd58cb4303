import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '@tockwork/kernel'
import type { Looker } from './look.ts'
import type { FromWorker, LookerMethod, ToWorker, WorkerSetup } from './look-worker.ts'

/** Of JavaScript's own memory. Decoders are processes with limits of their own, text is read in a thread with its own. */
const WORKER_MEMORY_MB = 512
/** A decoder has three minutes, the reading of text one; whatever takes longer than all of it hangs. */
const CALL_MS = 420_000

/** The file could not be looked at: it took too long, or the thread died of it. */
export class LookFailedError extends Error {
  override readonly name = 'LookFailedError'
}

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
  stop: AbortController
}

/**
 * The other side of `look-worker.ts`. The thread is started when there is something to look at, and anew after it failed;
 * its indexes are then filled again from the database.
 */
export class WorkerLooker implements Looker {
  readonly #setup: WorkerSetup
  readonly #clock: Clock
  readonly #callMs: number
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #calls = 0
  #closed = false

  constructor(parts: { env: WorkerSetup['env']; clock: Clock; callMs?: number }) {
    this.#setup = { env: parts.env }
    this.#clock = parts.clock
    this.#callMs = parts.callMs ?? CALL_MS
  }

  decoder = this.#method('decoder')
  look = this.#method('look')
  indexedUpTo = this.#method('indexedUpTo')
  add = this.#method('add')
  near = this.#method('near')
  compare = this.#method('compare')
  sideBySide = this.#method('sideBySide')

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    this.#fail(worker, new LookFailedError('the hub is about to stop'))
    await worker?.terminate()
  }

  #method<M extends LookerMethod>(method: M): Looker[M] {
    const call = (...args: unknown[]): Promise<unknown> => this.#call(method, args)
    // One signature for all of them; the worker answers with what the method of that name returns.
    return call as Looker[M]
  }

  #call(method: LookerMethod, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(new LookFailedError('the hub is about to stop'))
    const worker = this.#open()
    const call = ++this.#calls
    const stop = new AbortController()
    const message: ToWorker = { call, method, args }
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject, stop })
      worker.postMessage(message)
      this.#clock.sleep(this.#callMs, stop.signal).then(
        () => this.#fail(worker, new LookFailedError('it took too long')),
        () => undefined,
      )
    })
  }

  #open(): Worker {
    if (this.#worker !== undefined) return this.#worker
    // Beside this file, in whichever language this file is in.
    const worker = new Worker(new URL(`./look-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: this.#setup,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
    })
    worker.on('message', (message: FromWorker) => this.#settle(message))
    worker.on('error', (error: Error) => this.#fail(worker, new LookFailedError(error.message)))
    worker.on('exit', () => this.#fail(worker, new LookFailedError('the looking ended early')))
    // An idle one must not keep a program alive.
    worker.unref()
    this.#worker = worker
    return worker
  }

  #settle(message: FromWorker): void {
    const pending = this.#pending.get(message.call)
    if (pending === undefined) return
    this.#pending.delete(message.call)
    pending.stop.abort()
    if ('failure' in message) pending.reject(new LookFailedError(message.failure))
    else pending.resolve(message.value)
  }

  /** Ends the thread and everything that is waited for. */
  #fail(worker: Worker | undefined, error: LookFailedError): void {
    if (worker === undefined || worker !== this.#worker) return
    this.#worker = undefined
    void worker.terminate()
    const waiting = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject, stop } of waiting) {
      stop.abort()
      reject(error)
    }
  }
}
