/** Reads and measures pictures away from the thread that decodes them and serves others. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { OverlayAnalysis, type TimedPicture } from './overlay-analysis.ts'
import type { Exempt } from './read-mark.ts'
import { openTextReader } from './text-reader.ts'
import type { Watermark } from './watermark.ts'

export interface WorkerSetup {
  readonly exempt: Exempt
  readonly evidence: boolean
  /** Threads of the text networks. */
  readonly threads: number
}

export type ToWorker =
  | { readonly kind: 'window'; readonly frames: readonly TimedPicture[]; readonly isLast: boolean }
  | { readonly kind: 'finish' }

export type FromWorker =
  | { readonly kind: 'window-done' }
  | { readonly kind: 'report'; readonly watermarks: readonly Watermark[]; readonly canRead: boolean }
  | { readonly kind: 'failed'; readonly reason: string }

function serve(port: MessagePort, { exempt, evidence, threads }: WorkerSetup): void {
  const analysis = openTextReader(threads).then((reader) => ({
    canRead: reader !== undefined,
    overlays: new OverlayAnalysis({ reader, exempt, evidence }),
  }))
  const answer = (message: FromWorker): void => port.postMessage(message)
  let queue: Promise<void> = Promise.resolve()
  port.on('message', (message: ToWorker) => {
    queue = queue
      .then(async () => {
        const { overlays, canRead } = await analysis
        if (message.kind === 'window') {
          await overlays.addWindow(message.frames, message.isLast)
          answer({ kind: 'window-done' })
        } else answer({ kind: 'report', watermarks: overlays.finish(), canRead })
      })
      .catch((error: unknown) => answer({ kind: 'failed', reason: String(error) }))
  })
}

if (parentPort !== null) serve(parentPort, workerData as WorkerSetup)
