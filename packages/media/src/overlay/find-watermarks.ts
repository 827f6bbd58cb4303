import { availableParallelism, loadavg } from 'node:os'
import type { FrameSource } from '../frames/frame-source.ts'
import type { MediaInfo } from '../media-info.ts'
import { OverlayClient } from './overlay-client.ts'
import { sampledWindows } from './sampled-windows.ts'
import { pictureSize } from './sampling.ts'
import { TEXT_READER_PACKAGES } from './text-reader.ts'
import type { WatermarkReport } from './watermark.ts'

export interface WatermarkOptions {
  /** What decodes the pictures; without it nothing can be looked at. */
  readonly frames: FrameSource | undefined
  /**
   * The uploader's own accounts, with or without `@`: their handles are no watermarks. Without any, every handle is for a
   * person to look at, and none blocks.
   */
  readonly ownHandles?: readonly string[]
  /** Words of the uploader's own brand, which may be anywhere in the picture. */
  readonly brandWords?: readonly string[]
  /** Adds a crop to each watermark. */
  readonly evidence?: boolean
  /**
   * Seconds until what was not looked at by then is given up; 60 unless given, on a machine that others keep busy as much
   * longer as they do, up to three times.
   */
  readonly timeLimitSec?: number
  readonly signal?: AbortSignal
}

const TIME_LIMIT_SEC = 60
/** A look that takes longer for want of a core says nothing about the file; one that hangs must end all the same. */
const LONGEST_STRETCH = 3

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
  const finder = new WatermarkFinder()
  try {
    return await finder.find(path, info, options)
  } finally {
    await finder[Symbol.asyncDispose]()
  }
}

/** The same for many files, one after the other: the text networks (about 400 MB) are loaded once and kept until disposal. */
export class WatermarkFinder implements AsyncDisposable {
  #client: OverlayClient | undefined
  #queue: Promise<unknown> = Promise.resolve()

  /** See `findWatermarks`. Calls wait for each other. */
  find(path: string, info: MediaInfo, options: WatermarkOptions): Promise<WatermarkReport> {
    const report = this.#queue.then(() => this.#find(path, info, options))
    this.#queue = report.catch(() => {})
    return report
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]()
    this.#client = undefined
  }

  async #find(path: string, info: MediaInfo, options: WatermarkOptions): Promise<WatermarkReport> {
    const { frames: source, signal } = options
    signal?.throwIfAborted()
    if (source === undefined) return nothing('nothing here can decode pictures')
    const picture = info.kind === 'photo' ? info.photo : info.video
    if (picture === undefined || picture.width < 1 || picture.height < 1)
      return nothing('the file shows no picture')
    const limitSec =
      options.timeLimitSec ?? TIME_LIMIT_SEC * stretchedBy(availableParallelism(), loadavg()[0])
    const limit = AbortSignal.timeout(Math.ceil(limitSec * 1_000))
    const ended = signal === undefined ? limit : AbortSignal.any([signal, limit])
    const client = await this.#open()
    const stop = (): void => client.fail(new Error('it took too long'))
    ended.addEventListener('abort', stop, { once: true })
    const skipped: string[] = []
    try {
      client.begin({
        exempt: {
          handles: (options.ownHandles ?? []).map((handle) => handle.replace(/^@/, '').toLowerCase()),
          brandWords: (options.brandWords ?? []).map((word) => word.toLowerCase()),
        },
        evidence: options.evidence ?? false,
      })
      try {
        for await (const { frames, isLast } of sampledWindows(
          path,
          info,
          source,
          pictureSize(picture),
          ended,
        ))
          client.addWindow(frames, isLast)
      } catch (error) {
        ended.throwIfAborted()
        skipped.push(`Watermarks were looked for in a part of the file only: ${messageOf(error)}.`)
      }
      const { watermarks, canRead } = await client.finish()
      if (!canRead)
        skipped.push(
          `Text was not read, so marks with words were not found; \`npm install ${TEXT_READER_PACKAGES.join(' ')}\` adds the reader.`,
        )
      return { watermarks, skipped }
    } catch (error) {
      client.fail(error as Error)
      signal?.throwIfAborted()
      return nothing(limit.aborted ? 'it took too long' : messageOf(error))
    } finally {
      ended.removeEventListener('abort', stop)
    }
  }

  async #open(): Promise<OverlayClient> {
    if (this.#client?.hasFailed === true) await this[Symbol.asyncDispose]()
    this.#client ??= new OverlayClient({ threads: threadsNow() })
    return this.#client
  }
}

/**
 * Two threads halve the time where a core is idle. Where none is, they wait for each other by spinning: measured, twice
 * the time and 1.4 times the work of one. More than two bring little for pictures this small.
 */
function threadsNow(): number {
  const cores = availableParallelism()
  const [busy = 0] = loadavg()
  return cores - busy >= 1 ? Math.min(2, cores) : 1
}

/**
 * How much longer the same work takes on a machine with so many cores and so many programs that want one.
 *
 * @param busy the load of the last minute; 0 where the system does not say
 */
export function stretchedBy(cores: number, busy = 0): number {
  return Math.min(LONGEST_STRETCH, Math.max(1, busy / Math.max(1, cores)))
}

const nothing = (why: string): WatermarkReport => ({
  watermarks: [],
  skipped: [`Watermarks were not looked for: ${why}.`],
})

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
