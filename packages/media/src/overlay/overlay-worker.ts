/** Reads and measures pictures away from the thread that decodes them and serves others. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { OverlayAnalysis, type TimedPicture } from './overlay-analysis.ts'
import type { Exempt } from './read-mark.ts'
import { openTextReader } from './text-reader.ts'
import type { Watermark } from './watermark.ts'

export interface WorkerSetup {
  /** Threads of the text networks. */
  readonly threads: number
}

export interface ClipSetup {
  readonly exempt: Exempt
  readonly evidence: boolean
}

export type ToWorker =
  | { readonly kind: 'begin'; readonly setup: ClipSetup }
  | { readonly kind: 'window'; readonly frames: readonly TimedPicture[]; readonly isLast: boolean }
  | { readonly kind: 'finish' }

export type FromWorker =
  | { readonly kind: 'report'; readonly watermarks: readonly Watermark[]; readonly canRead: boolean }
  | { readonly kind: 'failed'; readonly reason: string }

function serve(port: MessagePort, { threads }: WorkerSetup): void {
  const opened = openTextReader(threads)
  // Waited for below, where a failure is told.
  opened.catch(() => {})
  let clip: OverlayAnalysis | undefined
  const handle = async (message: ToWorker): Promise<void> => {
    const reader = await opened
    if (message.kind === 'begin') clip = new OverlayAnalysis({ reader, ...message.setup })
    else if (message.kind === 'window') await clip?.addWindow(message.frames, message.isLast)
    else {
      const report: FromWorker = {
        kind: 'report',
        watermarks: clip?.finish() ?? [],
        canRead: reader !== undefined,
      }
      clip = undefined
      port.postMessage(report)
    }
  }
  let queue: Promise<void> = Promise.resolve()
  port.on('message', (message: ToWorker) => {
    queue = queue
      .then(() => handle(message))
      .catch((error: unknown) => {
        const failed: FromWorker = { kind: 'failed', reason: String(error) }
        port.postMessage(failed)
      })
  })
}

if (parentPort !== null) serve(parentPort, workerData as WorkerSetup)
