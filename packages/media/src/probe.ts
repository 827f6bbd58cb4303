import { parseAvi } from './avi.ts'
import { BudgetExceeded, ByteReader, MalformedMedia } from './byte-reader.ts'
import { parseIsobmff } from './isobmff/parse-isobmff.ts'
import { parseMatroska } from './matroska/parse-matroska.ts'
import type { MediaInfo, MediaProblem, MediaSource, ParsedMedia } from './media-info.ts'
import { parseGif } from './photo/gif.ts'
import { parseHeic } from './photo/heic.ts'
import { parseJpeg } from './photo/jpeg.ts'
import { parsePng } from './photo/png.ts'
import { parseWebp } from './photo/webp.ts'
import { type Sniffed, sniff } from './sniff.ts'

export interface ProbeOptions {
  signal?: AbortSignal
  /** Milliseconds for a disk or server that answers slowly, default 30 s; what the content itself asks for is limited anyway. */
  timeLimitMs?: number
}

const TIME_LIMIT_MS = 30_000

/**
 * Says what a file really holds, whatever it is called: container, codec, size in pixels, frame rate, length, and what
 * is wrong with it. Reads headers and indexes only; memory and time do not grow with the file.
 *
 * Bad content never throws, it is reported in `problems`.
 * @throws UsageError when the path cannot be opened; the signal's reason when it is aborted; the system's own error
 *   when the disk fails.
 */
export async function probe(source: MediaSource, options: ProbeOptions = {}): Promise<MediaInfo> {
  const { signal, timeLimitMs = TIME_LIMIT_MS } = options
  // A timer for bytes in memory would never get its turn: nothing there is waited for.
  const limit = source.kind === 'bytes' ? undefined : AbortSignal.timeout(timeLimitMs)
  const either = signal && limit ? AbortSignal.any([signal, limit]) : (signal ?? limit)
  const reader = await ByteReader.open(source, either)
  try {
    return await look(reader)
  } catch (error) {
    if (limit?.aborted !== true || signal?.aborted === true) throw error
    const detail = `it could not be read within ${timeLimitMs} ms`
    return {
      kind: 'unknown',
      container: 'unknown',
      sizeBytes: reader.size,
      problems: [{ code: 'too-complex', detail }],
    }
  } finally {
    await reader.close()
  }
}

async function look(reader: ByteReader): Promise<MediaInfo> {
  const sizeBytes = reader.size
  if (sizeBytes === 0) {
    return {
      kind: 'unknown',
      container: 'unknown',
      sizeBytes,
      problems: [{ code: 'empty', detail: 'the file has no byte' }],
    }
  }
  const format = sniff(await reader.read(0, 256))
  try {
    return { ...(await parse(format, reader)), sizeBytes }
  } catch (error) {
    const problem = problemOf(error)
    if (!problem) throw error
    return { ...classOf(format), sizeBytes, problems: [problem] }
  }
}

async function parse(format: Sniffed, reader: ByteReader): Promise<ParsedMedia> {
  switch (format) {
    case 'isobmff':
      return parseIsobmff(reader)
    case 'matroska':
      return parseMatroska(reader)
    case 'avi':
      return parseAvi(reader)
    case 'jpeg':
      return parseJpeg(reader)
    case 'png':
      return parsePng(reader)
    case 'webp':
      return parseWebp(reader)
    case 'gif':
      return parseGif(reader)
    case 'heic':
      return parseHeic(reader, 'heic')
    case 'avif':
      return parseHeic(reader, 'unknown')
    default:
      return { ...classOf(format), problems: [{ code: 'unreadable', detail: `this is ${format.other}` }] }
  }
}

/**
 * A RangeError is what a DataView throws at the end of a structure that is shorter than it claims. Anything else is not
 * the content's doing: an abort, a failing disk, a mistake of ours.
 */
function problemOf(error: unknown): MediaProblem | undefined {
  if (error instanceof BudgetExceeded) return { code: 'too-complex', detail: error.message }
  if (error instanceof MalformedMedia) return { code: 'unreadable', detail: error.message }
  if (error instanceof RangeError) {
    return { code: 'unreadable', detail: 'one of its structures is shorter than it has to be' }
  }
  return undefined
}

function classOf(format: Sniffed): Pick<MediaInfo, 'kind' | 'container'> {
  switch (format) {
    case 'isobmff':
      return { kind: 'video', container: 'mp4' }
    case 'matroska':
      return { kind: 'video', container: 'mkv' }
    case 'avi':
      return { kind: 'video', container: 'avi' }
    case 'avif':
      return { kind: 'photo', container: 'unknown' }
    case 'jpeg':
    case 'png':
    case 'webp':
    case 'gif':
    case 'heic':
      return { kind: 'photo', container: format }
    default:
      return { kind: 'unknown', container: 'unknown' }
  }
}
