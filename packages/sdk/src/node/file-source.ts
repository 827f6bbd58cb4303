import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import type { SliceSource } from '../sources/slice-source.ts'

/** Bytes a read asks for: larger ones measure no faster, and fall out of the processor's cache. */
const PIECE_BYTES = 1024 * 1024
/** One piece is being sent and one read ahead; the third keeps them a step apart. */
const RING = 3

interface FileState {
  size: number
  mtimeMs: number
  ino: number
}

/**
 * A file as a source, read slice by slice in constant memory. The file must stay as it is until the upload is over:
 * a change of size, time or identity is noticed before the last piece of any slice leaves.
 * @throws {UsageError} when the path is missing, a directory, not a plain file, or empty.
 */
export async function fileSource(
  path: string,
  options: { contentType?: string | undefined; pieceBytes?: number } = {},
): Promise<SliceSource> {
  const pieceBytes = options.pieceBytes ?? PIECE_BYTES
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(
      `${path} cannot be read: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.code}.`,
      {
        code: 'source_unreadable',
        field: 'source',
        cause,
      },
    )
  })
  if (!info.isFile()) {
    const kind = info.isDirectory() ? 'a directory' : 'not a plain file'
    throw new UsageError(`${path} is ${kind}; a video is one file.`, {
      code: 'source_unreadable',
      field: 'source',
    })
  }
  if (info.size === 0) {
    throw new UsageError(`${path} is empty; a video has at least one byte.`, {
      code: 'source_empty',
      field: 'source',
    })
  }
  const idle: Ring[] = []
  return {
    size: info.size,
    contentType: options.contentType,
    name: basename(path),
    repeatable: true,
    async *slice(first, last, { reuse = false } = {}) {
      // A handle per slice: nothing to close when an upload is given up between chunks.
      const file = await open(path, 'r')
      const ring = idle.pop() ?? new Ring(pieceBytes)
      try {
        const nextBuffer = (): Buffer => (reuse ? ring.next() : Buffer.allocUnsafeSlow(pieceBytes))
        yield* readRange(file, first, last, nextBuffer, (short) => assertUnchanged(file, path, info, short))
      } finally {
        idle.push(ring)
        await file.close()
      }
    },
  }
}

/**
 * Memory for the pieces, used again and again: it stays in the processor's cache, which is worth a fifth of the time.
 * A slice takes the ring for itself, since one that was given up may still be read into when the next begins.
 */
class Ring {
  readonly #buffers: Buffer[] = []
  readonly #bytes: number
  #turn = 0

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  next(): Buffer {
    this.#turn = (this.#turn + 1) % RING
    const buffer = this.#buffers[this.#turn] ?? Buffer.allocUnsafeSlow(this.#bytes)
    this.#buffers[this.#turn] = buffer
    return buffer
  }
}

/** Reads one piece ahead, so that the disk works while the network does. */
async function* readRange(
  file: FileHandle,
  first: number,
  last: number,
  nextBuffer: () => Buffer,
  assertSame: (short: boolean) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const read = async (at: number): Promise<Uint8Array> => {
    const buffer = nextBuffer()
    const length = Math.min(buffer.byteLength, last + 1 - at)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, at + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    // Before the last piece leaves, so that a chunk of a changed file is never whole and TikTok never takes it.
    if (filled < length || at + length > last) await assertSame(filled < length)
    return buffer.subarray(0, length)
  }
  let at = first
  let ahead: Promise<Uint8Array> | undefined = read(at)
  try {
    while (ahead !== undefined) {
      const piece: Uint8Array = await ahead
      at += piece.byteLength
      ahead = at <= last ? read(at) : undefined
      // A failure of the read ahead is seen when it is awaited, which comes later than the rejection.
      ahead?.catch(() => undefined)
      yield piece
    }
  } finally {
    // The handle must not be closed under a read.
    await ahead?.catch(() => undefined)
  }
}

/** @param short whether the file ended before it should, which is a change however the rest looks. */
async function assertUnchanged(
  file: FileHandle,
  path: string,
  before: FileState,
  short: boolean,
): Promise<void> {
  const { size, mtimeMs, ino } = await file.stat()
  if (short || size !== before.size || mtimeMs !== before.mtimeMs || ino !== before.ino) throw changed(path)
}

function changed(path: string): UsageError {
  return new UsageError(`${path} changed while it was being uploaded.`, {
    code: 'source_changed',
    field: 'source',
    action: 'Start again with a new init once the file is finished.',
  })
}
