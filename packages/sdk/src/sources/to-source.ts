import { UsageError } from '@tockwork/kernel'
import { blobSource } from './blob-source.ts'
import { bytesSource } from './bytes-source.ts'
import type { SliceSource, UploadableSource } from './slice-source.ts'
import { streamSource } from './stream-source.ts'

/**
 * Turns what a caller handed over into a source.
 * @throws {UsageError} when it is none of the accepted shapes, such as a path (use `fileSource`) or a bare stream.
 */
export function toSource(source: UploadableSource): SliceSource {
  const given: unknown = source
  if (given instanceof Uint8Array || given instanceof ArrayBuffer) return bytesSource(given)
  if (typeof Blob !== 'undefined' && given instanceof Blob) return blobSource(given)
  if (typeof given === 'object' && given !== null) {
    if ('slice' in given && 'size' in given && 'repeatable' in given) return source as SliceSource
    if ('stream' in given && 'size' in given && typeof given.stream === 'object') {
      return streamSource(source as Parameters<typeof streamSource>[0])
    }
  }
  throw new UsageError(
    typeof given === 'string'
      ? 'source is a string. For a file pass `await fileSource(path)`, for an address `{ url }`.'
      : 'source must be a file source, bytes, a Blob, `{ stream, size }` or `{ url }`; a bare stream has no length.',
    { field: 'source' },
  )
}
