import { Problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import type { MediaContainer } from '@tockwork/media'
import { newId } from '../ids.ts'
import { probeFile } from '../publishing/media-gate.ts'
import { type Asset, insertAsset } from '../storage/assets.ts'
import type { Database } from '../storage/database.ts'
import { type BlobStore, BlobTooLargeError } from './blob-store.ts'

export interface AssetParts {
  db: Database
  blobs: BlobStore
  clock: Clock
  random: Random
  /** Largest file in bytes; TikTok takes 4 GB. */
  maxBytes: number
}

/** Content types by what a file holds; its name says nothing. */
const TYPES: Partial<Record<MediaContainer, string>> = {
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  avi: 'video/x-msvideo',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  png: 'image/png',
  gif: 'image/gif',
  heic: 'image/heic',
}

/**
 * Takes a file in: stored once by its content, looked into, written down. A file that is there already gives the asset
 * that it is. @throws {Problem} when it is too large or no media at all.
 */
export async function addAsset(
  parts: AssetParts,
  upload: {
    workspaceId: string
    content: AsyncIterable<Uint8Array>
    name?: string | undefined
    tags?: string[] | undefined
  },
): Promise<{ asset: Asset; isNew: boolean }> {
  const { db, blobs, clock, random, maxBytes } = parts
  let stored: Awaited<ReturnType<BlobStore['put']>>
  try {
    stored = await blobs.put(upload.content, { maxBytes })
  } catch (error) {
    if (!(error instanceof BlobTooLargeError)) throw error
    throw new Problem({
      status: 413,
      code: 'asset_too_large',
      title: 'The file is too large',
      detail: `A file has at most ${maxBytes} bytes.`,
    })
  }
  const file = await blobs.localFile(stored.hash)
  const info = await probeFile(file.path)
  const contentType = TYPES[info.container]
  if (contentType === undefined) {
    // Content that no workspace knows is not kept; were it known, it would have been refused before too.
    await blobs.delete(stored.hash)
    const why = info.problems.map(({ detail }) => detail).join(' ')
    throw new Problem({
      status: 422,
      code: 'asset_not_media',
      title: 'The file is neither a video nor a photo that is known',
      detail: why === '' ? 'Its content says no known format.' : why,
    })
  }
  return insertAsset(db, {
    id: newId('ast', clock, random),
    workspaceId: upload.workspaceId,
    hash: stored.hash,
    sizeBytes: stored.sizeBytes,
    contentType,
    name: upload.name,
    tags: upload.tags ?? [],
    info,
    createdAt: clock.now(),
  })
}
