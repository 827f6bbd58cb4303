import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import type { MediaSource } from '../media-info.ts'

/** Media that lies in a file of our own, which goes when this is disposed of. */
export interface SpooledMedia extends AsyncDisposable {
  source: Extract<MediaSource, { kind: 'file' }>
  sizeBytes: number
}

/**
 * Writes a stream (Node's, the Web's, or anything that yields bytes) to a file of its own, so that it can be looked at
 * from any side: a movie header may come last. Memory holds one piece at a time.
 * @throws UsageError (`media_too_large`) once more than `maxBytes` have come; what the stream throws; the signal's reason.
 */
export async function spool(
  stream: AsyncIterable<Uint8Array>,
  options: { maxBytes: number; folder?: string; signal?: AbortSignal },
): Promise<SpooledMedia> {
  const { maxBytes, signal } = options
  signal?.throwIfAborted()
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'tockwork-media-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  const path = join(folder, 'media')
  try {
    const file = await open(path, 'wx', 0o600)
    let sizeBytes = 0
    try {
      for await (const bytes of stream) {
        signal?.throwIfAborted()
        sizeBytes += bytes.byteLength
        if (sizeBytes > maxBytes) {
          throw new UsageError(`more than ${maxBytes} bytes came`, { code: 'media_too_large' })
        }
        for (let at = 0; at < bytes.byteLength; ) {
          at += (await file.write(bytes, at)).bytesWritten
        }
      }
    } finally {
      await file.close()
    }
    return { source: { kind: 'file', path }, sizeBytes, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
