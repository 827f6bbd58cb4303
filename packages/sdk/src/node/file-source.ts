import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import type { MediaSource } from '../sources/media-source.ts'

/** Bytes a read asks for: large enough that reads cost nothing beside the sending, small enough to stay flat. */
const PIECE_BYTES = 1024 * 1024

interface FileState {
  size: number
  mtimeMs: number
  ino: number
}

/**
 * A file as a source, read slice by slice in constant memory. The file must stay as it is until the upload is over:
 * a change of size, time or identity is noticed before and after every slice.
 * @throws {UsageError} when the path is missing, a directory, not a plain file, or empty.
 */
export async function fileSource(
  path: string,
  options: { contentType?: string | undefined; pieceBytes?: number } = {},
): Promise<MediaSource> {
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
  return {
    size: info.size,
    contentType: options.contentType,
    name: basename(path),
    repeatable: true,
    async *slice(first, last) {
      // A handle per slice: nothing to close when an upload is given up between chunks.
      const file = await open(path, 'r')
      try {
        await assertUnchanged(file, path, info)
        yield* readRange(file, path, first, last, pieceBytes)
        await assertUnchanged(file, path, info)
      } finally {
        await file.close()
      }
    },
  }
}

/** Reads one piece ahead, so that the disk works while the network does. */
async function* readRange(
  file: FileHandle,
  path: string,
  first: number,
  last: number,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  const read = async (at: number): Promise<Uint8Array> => {
    const length = Math.min(pieceBytes, last + 1 - at)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, at)
    if (bytesRead === 0) throw changed(path)
    return bytesRead === length ? buffer : buffer.subarray(0, bytesRead)
  }
  let at = first
  let ahead: Promise<Uint8Array> | undefined = read(at)
  try {
    while (ahead !== undefined) {
      const piece: Uint8Array = await ahead
      at += piece.byteLength
      ahead = at <= last ? read(at) : undefined
      // Failures of the read ahead are seen when it is awaited, also when that comes later than the rejection.
      ahead?.catch(() => undefined)
      yield piece
    }
  } finally {
    // The handle must not be closed under a read.
    await ahead?.catch(() => undefined)
  }
}

async function assertUnchanged(file: FileHandle, path: string, before: FileState): Promise<void> {
  const now = await file.stat()
  if (now.size !== before.size || now.mtimeMs !== before.mtimeMs || now.ino !== before.ino)
    throw changed(path)
}

function changed(path: string): UsageError {
  return new UsageError(`${path} changed while it was being uploaded.`, {
    code: 'source_changed',
    field: 'source',
    action: 'Start again with a new init once the file is finished.',
  })
}
