/** Looks at pictures in a thread of its own; its methods are called by name, one after the other. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { openFrameSource } from '@tockwork/media'
import type { Looker } from './look.ts'
import { MediaLooker } from './media-looker.ts'

export interface WorkerSetup {
  /** What finding a decoder needs: `PATH`, `TOCKWORK_FFMPEG`. */
  readonly env: Readonly<Record<string, string>>
}

export type LookerMethod = Exclude<keyof Looker, typeof Symbol.asyncDispose>
export interface ToWorker {
  readonly call: number
  readonly method: LookerMethod
  readonly args: readonly unknown[]
}
export type FromWorker =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly failure: string }

function serve(port: MessagePort, { env }: WorkerSetup): void {
  const looker: Looker = new MediaLooker({ frames: () => openFrameSource({ env: { ...env } }) })
  let queue: Promise<void> = Promise.resolve()
  const answer = async ({ call, method, args }: ToWorker): Promise<void> => {
    let message: FromWorker
    try {
      // The client's methods have the same types, so the arguments fit.
      const run = looker[method].bind(looker) as (...values: readonly unknown[]) => Promise<unknown>
      message = { call, value: await run(...args) }
    } catch (error) {
      message = { call, failure: error instanceof Error ? error.message : String(error) }
    }
    port.postMessage(message)
  }
  port.on('message', (message: ToWorker) => {
    queue = queue.then(() => answer(message))
  })
}

if (parentPort !== null) serve(parentPort, workerData as WorkerSetup)
