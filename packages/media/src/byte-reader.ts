import { type FileHandle, open } from 'node:fs/promises'
import { UsageError } from '@tockwork/kernel'
import type { MediaSource } from './media-info.ts'

/** Thrown inside a parser when a file asks for more work than any honest one; becomes `too-complex`. */
export class BudgetExceeded extends Error {}

/** Thrown inside a parser when the content contradicts its own format; becomes `unreadable`. */
export class MalformedMedia extends Error {}

/** Largest structure taken into memory at once, such as a movie header: a 10 minute clip's is under 2 MiB. */
const MAX_BLOCK_BYTES = 48 * 2 ** 20
/** A 4 GiB WebM without an index takes about 70,000 reads. */
const MAX_READS = 400_000
/** Elements looked at, whether or not each needs a read: a file made of two-byte elements must end somewhere. */
const MAX_STEPS = 2_000_000
/** Tracks of one file; a phone writes three or four, and each further one multiplies the work of a lookup. */
export const MAX_TRACKS = 100
/** How much is read at once: for a hop into the unknown, and for hops so close that what lies between comes along. */
const FILE_PAGES = { small: 4 * 2 ** 10, large: 256 * 2 ** 10 }
/** Over a network the wait for an answer costs more than its bytes. */
const RANGE_PAGES = { small: 64 * 2 ** 10, large: 256 * 2 ** 10 }
/** Against a server, every read is a request: a walk that needs more is not worth anybody's patience. */
const MAX_RANGE_READS = 2000

type Ranges = Extract<MediaSource, { kind: 'ranges' }>

/**
 * Random access to a file, bytes, or ranges of something far away, with a memory of one page and a budget of reads, so
 * that the content cannot decide how much time or memory looking at it costs.
 */
export class ByteReader {
  readonly size: number
  /** Whether a read costs next to nothing. */
  readonly local: boolean
  #file: FileHandle | undefined
  #bytes: Uint8Array | undefined
  #ranges: Ranges | undefined
  #signal: AbortSignal | undefined
  #page: Uint8Array = new Uint8Array(0)
  #pageStart = 0
  #reads = 0
  #steps = 0

  private constructor(
    size: number,
    from: { file?: FileHandle; bytes?: Uint8Array; ranges?: Ranges },
    signal: AbortSignal | undefined,
  ) {
    this.size = size
    this.local = from.ranges === undefined
    this.#ranges = from.ranges
    this.#file = from.file
    this.#bytes = from.bytes
    this.#signal = signal
  }

  /** @throws UsageError when the path cannot be opened or is not a file: that is not the content's fault. */
  static async open(source: MediaSource, signal?: AbortSignal): Promise<ByteReader> {
    signal?.throwIfAborted()
    if (source.kind === 'bytes')
      return new ByteReader(source.bytes.byteLength, { bytes: source.bytes }, signal)
    if (source.kind === 'ranges') return new ByteReader(source.size, { ranges: source }, signal)
    let file: FileHandle
    try {
      file = await open(source.path, 'r')
    } catch (cause) {
      throw new UsageError(`cannot open ${source.path}`, { field: 'path', cause })
    }
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new UsageError(`${source.path} is not a file`, { field: 'path' })
      return new ByteReader(stat.size, { file }, signal)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Reads that went to the disk or the network so far; a parser that has a choice looks at it. */
  get reads(): number {
    return this.#reads
  }

  /**
   * The bytes from `offset`, at most `length`; fewer at the end of the file, none beyond it.
   * @throws BudgetExceeded
   */
  async read(offset: number, length: number): Promise<Uint8Array> {
    this.#signal?.throwIfAborted()
    this.#steps += 1
    if (this.#steps > MAX_STEPS) throw new BudgetExceeded(`more than ${MAX_STEPS} elements`)
    const end = Math.min(offset + length, this.size)
    if (!(offset >= 0) || end <= offset) return new Uint8Array(0)
    if (end - offset > MAX_BLOCK_BYTES) {
      throw new BudgetExceeded(
        `a structure of ${end - offset} bytes at byte ${offset} is larger than any real one`,
      )
    }
    if (this.#bytes) return this.#bytes.subarray(offset, end)
    const pageEnd = this.#pageStart + this.#page.length
    if (offset >= this.#pageStart && end <= pageEnd) {
      return this.#page.subarray(offset - this.#pageStart, end - this.#pageStart)
    }
    // Close hops read in one go what they would cross anyway; wide ones touch only what they land on.
    const { small, large } = this.local ? FILE_PAGES : RANGE_PAGES
    const near = offset >= this.#pageStart && offset - pageEnd < large / 4 && this.#page.length > 0
    const wanted = Math.max(end - offset, near ? large : small)
    await this.#fill(offset, Math.min(wanted, this.size - offset))
    return this.#page.subarray(0, end - offset)
  }

  async #fill(offset: number, length: number): Promise<void> {
    this.#reads += 1
    const most = this.local ? MAX_READS : MAX_RANGE_READS
    if (this.#reads > most) throw new BudgetExceeded(`more than ${most} reads were not enough`)
    if (this.#ranges) {
      this.#page = await unlessAborted(this.#ranges.read(offset, length, this.#signal), this.#signal)
      this.#pageStart = offset
      return
    }
    const page = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await this.#file!.read(page, filled, length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    this.#page = page.subarray(0, filled)
    this.#pageStart = offset
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }
}

/** Whoever reads may not look at the signal. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

export function asciiAt(bytes: Uint8Array, offset: number, length: number): string {
  let text = ''
  for (let i = offset; i < offset + length && i < bytes.length; i++) text += String.fromCharCode(bytes[i]!)
  return text
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
