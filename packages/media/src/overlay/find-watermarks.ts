import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Frame, FrameSource } from '../frames/frame-source.ts'
import type { MediaInfo } from '../media-info.ts'
import type { TimedPicture } from './overlay-analysis.ts'
import type { FromWorker, ToWorker, WorkerSetup } from './overlay-worker.ts'
import { pictureSize, planSampling, WINDOW_FPS } from './sampling.ts'
import { TEXT_READER_PACKAGES } from './text-reader.ts'
import type { WatermarkReport } from './watermark.ts'

export interface WatermarkOptions {
  /** What decodes the pictures; without it nothing can be looked at. */
  readonly frames: FrameSource | undefined
  /** The uploader's own accounts, with or without `@`: their handles are no watermarks. */
  readonly ownHandles?: readonly string[]
  /** Words of the uploader's own brand, which may be anywhere in the picture. */
  readonly brandWords?: readonly string[]
  /** Adds a crop to each watermark. */
  readonly evidence?: boolean
  /** Seconds until what was not looked at by then is given up; 60 unless given. */
  readonly timeLimitSec?: number
  readonly signal?: AbortSignal
}

const TIME_LIMIT_SEC = 60
/** Of JavaScript's own memory; the networks' is bounded by the size of the pictures, about 400 MB. */
const WORKER_MEMORY_MB = 512

/**
 * Looks for marks that a platform, an editor or another account left on the picture. What is wrong with the file, or
 * missing here, ends up in `skipped`; only the caller's own `signal` makes this throw.
 *
 * @param path a video or photo that `probe` found readable
 * @param info what `probe` said about it
 */
export async function findWatermarks(
  path: string,
  info: MediaInfo,
  options: WatermarkOptions,
): Promise<WatermarkReport> {
  const { frames: source, signal } = options
  signal?.throwIfAborted()
  if (source === undefined) return nothing('nothing here can decode pictures')
  const picture = info.kind === 'photo' ? info.photo : info.video
  if (picture === undefined || picture.width < 1 || picture.height < 1)
    return nothing('the file shows no picture')
  const size = pictureSize(picture.width, picture.height)
  const worker = new OverlayWorker({
    exempt: {
      handles: (options.ownHandles ?? []).map((handle) => handle.replace(/^@/, '').toLowerCase()),
      brandWords: (options.brandWords ?? []).map((word) => word.toLowerCase()),
    },
    evidence: options.evidence ?? false,
    threads: Math.min(2, availableParallelism()),
  })
  const limit = AbortSignal.timeout((options.timeLimitSec ?? TIME_LIMIT_SEC) * 1_000)
  const ended = signal === undefined ? limit : AbortSignal.any([signal, limit])
  const stop = (): void => worker.stop('it took too long')
  ended.addEventListener('abort', stop, { once: true })
  const skipped: string[] = []
  try {
    try {
      for await (const { frames, isLast } of windowsOf(path, info, source, size, ended))
        worker.addWindow(frames, isLast)
    } catch (error) {
      signal?.throwIfAborted()
      skipped.push(`Watermarks were looked for in a part of the file only: ${messageOf(error)}.`)
    }
    const { watermarks, canRead } = await worker.finish()
    if (!canRead)
      skipped.push(
        `Text was not read, so marks with words were not found; \`npm install ${TEXT_READER_PACKAGES.join(' ')}\` adds the reader.`,
      )
    return { watermarks, skipped }
  } catch (error) {
    signal?.throwIfAborted()
    return nothing(messageOf(error))
  } finally {
    ended.removeEventListener('abort', stop)
    await worker.close()
  }
}

const nothing = (why: string): WatermarkReport => ({
  watermarks: [],
  skipped: [`Watermarks were not looked for: ${why}.`],
})

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')

/** Decodes the planned windows, one after the other. */
async function* windowsOf(
  path: string,
  info: MediaInfo,
  source: FrameSource,
  size: { width: number; height: number },
  signal: AbortSignal,
): AsyncGenerator<{ frames: TimedPicture[]; isLast: boolean }> {
  const request = { ...size, channels: 1, signal } as const
  if (info.kind === 'photo') {
    const frames: TimedPicture[] = []
    for await (const frame of source.frames(path, { ...request, at: { timesSec: [0] } }))
      frames.push(toPicture(frame))
    yield { frames: frames.slice(0, 1), isLast: true }
    return
  }
  const { windows, onePass } = planSampling(info.durationSec ?? 0)
  if (!onePass) {
    for (const [at, { fromSec, toSec }] of windows.entries()) {
      const frames: TimedPicture[] = []
      for await (const frame of source.frames(path, { ...request, at: { fps: WINDOW_FPS }, fromSec, toSec }))
        frames.push(toPicture(frame))
      yield { frames, isLast: at === windows.length - 1 }
    }
    return
  }
  let frames: TimedPicture[] = []
  let window = 0
  for await (const frame of source.frames(path, { ...request, at: { fps: WINDOW_FPS } })) {
    const end = windows[window]?.toSec ?? Number.POSITIVE_INFINITY
    if (frame.timeSec >= end && window < windows.length - 1) {
      yield { frames, isLast: false }
      frames = []
      window += 1
    }
    frames.push(toPicture(frame))
  }
  yield { frames, isLast: true }
}

/** A copy of its own, because a decoder may hand out parts of one large buffer, and what is sent away is gone. */
const toPicture = ({ timeSec, width, height, pixels }: Frame): TimedPicture => ({
  timeSec,
  width,
  height,
  pixels: new Uint8Array(pixels),
})

/** The other side of `overlay-worker.ts`. */
class OverlayWorker {
  readonly #worker: Worker
  readonly #report: Promise<Extract<FromWorker, { kind: 'report' }>>
  #fail: (error: Error) => void = () => {}

  constructor(setup: WorkerSetup) {
    // Beside this file, in whichever language this file is in.
    this.#worker = new Worker(new URL(`./overlay-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
    })
    this.#report = new Promise((resolve, reject) => {
      this.#fail = reject
      this.#worker.on('message', (message: FromWorker) => {
        if (message.kind === 'report') resolve(message)
        else if (message.kind === 'failed') reject(new Error(message.reason))
      })
      this.#worker.on('error', reject)
      this.#worker.on('exit', () => reject(new Error('the worker ended early')))
    })
    // Whoever asks for the report gets the failure; until then it must not count as unhandled.
    this.#report.catch(() => {})
  }

  addWindow(frames: readonly TimedPicture[], isLast: boolean): void {
    if (frames.length > 0)
      this.#send(
        { kind: 'window', frames, isLast },
        frames.map(({ pixels }) => pixels.buffer as ArrayBuffer),
      )
  }

  finish(): Promise<Extract<FromWorker, { kind: 'report' }>> {
    this.#send({ kind: 'finish' })
    return this.#report
  }

  stop(reason: string): void {
    this.#fail(new Error(reason))
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }
}
