import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TimedPicture } from './overlay-analysis.ts'
import type { ClipSetup, FromWorker, ToWorker, WorkerSetup } from './overlay-worker.ts'

type Report = Extract<FromWorker, { kind: 'report' }>

/** Of JavaScript's own memory; the networks' is bounded by the size of the pictures, about 400 MB. */
const WORKER_MEMORY_MB = 512

/** The other side of `overlay-worker.ts`: one clip at a time. After a failure it is of no further use. */
export class OverlayClient {
  readonly #worker: Worker
  #settle: { resolve(report: Report): void; reject(error: Error): void } | undefined
  #failure: Error | undefined

  constructor(setup: WorkerSetup) {
    // Beside this file, in whichever language this file is in.
    this.#worker = new Worker(new URL(`./overlay-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
    })
    this.#worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') this.fail(new Error(message.reason))
      else this.#settle?.resolve(message)
    })
    this.#worker.on('error', (error: Error) => this.fail(error))
    this.#worker.on('exit', () => this.fail(new Error('the reading of its pictures ended early')))
    // An idle reader must not keep a program alive.
    this.#worker.unref()
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  begin(setup: ClipSetup): void {
    this.#send({ kind: 'begin', setup })
  }

  addWindow(frames: readonly TimedPicture[], isLast: boolean): void {
    const buffers = frames.map(({ pixels }) => pixels.buffer as ArrayBuffer)
    if (frames.length > 0) this.#send({ kind: 'window', frames, isLast }, buffers)
  }

  async finish(): Promise<Report> {
    if (this.#failure !== undefined) throw this.#failure
    this.#worker.ref()
    try {
      return await new Promise<Report>((resolve, reject) => {
        this.#settle = { resolve, reject }
        this.#send({ kind: 'finish' })
      })
    } finally {
      this.#settle = undefined
      this.#worker.unref()
    }
  }

  /** Whatever is waited for ends with this error. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#settle?.reject(this.#failure)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }
}
