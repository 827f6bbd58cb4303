import { Problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { type MediaContainer, probe } from '@tockwork/media'
import { newId } from '../ids.ts'
import { type Asset, insertAsset } from '../storage/assets.ts'
import type { Database } from '../storage/database.ts'
import { type BlobStore, BlobTooLargeError, type IncomingBlob } from './blob-store.ts'

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
    signal?: AbortSignal | undefined
    name?: string | undefined
    tags?: string[] | undefined
  },
): Promise<{ asset: Asset; isNew: boolean }> {
  const { db, clock, random } = parts
  await using incoming = await receive(parts, upload)
  const info = await probe(incoming.media)
  const contentType = TYPES[info.container]
  if (contentType === undefined) throw notMedia(info.problems.map(({ detail }) => detail).join(' '))
  await incoming.keep()
  return insertAsset(db, {
    id: newId('ast', clock, random),
    workspaceId: upload.workspaceId,
    hash: incoming.hash,
    sizeBytes: incoming.sizeBytes,
    contentType,
    name: upload.name,
    tags: upload.tags ?? [],
    info,
    createdAt: clock.now(),
  })
}

async function receive(
  { blobs, maxBytes }: AssetParts,
  { content, signal }: { content: AsyncIterable<Uint8Array>; signal?: AbortSignal | undefined },
): Promise<IncomingBlob> {
  try {
    return await blobs.receive(content, { maxBytes, signal })
  } catch (error) {
    if (!(error instanceof BlobTooLargeError)) throw error
    throw new Problem({
      status: 413,
      code: 'asset_too_large',
      title: 'The file is too large',
      detail: `A file has at most ${maxBytes} bytes.`,
    })
  }
}

function notMedia(why: string): Problem {
  return new Problem({
    status: 422,
    code: 'asset_not_media',
    title: 'The file is neither a video nor a photo that is known',
    detail: why === '' ? 'Its content says no known format.' : why,
  })
}
