import { Problem, problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { type MediaContainer, probe } from '@tockwork/media'
import { newId } from '../ids.ts'
import type { Log } from '../observability/log.ts'
import { type Asset, deleteAsset, insertAsset } from '../storage/assets.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { claimBlob, settleBlob } from '../storage/blobs.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { removeUnused } from './blob-cleaning.ts'
import { type BlobStore, BlobTooLargeError, hexOf, type IncomingBlob } from './blob-store.ts'
import { tooLarge } from './open-address.ts'

export interface AssetParts {
  db: Database
  blobs: BlobStore
  clock: Clock
  random: Random
  log: Log
  /** Largest file in bytes; TikTok takes 4 GB. */
  maxBytes: number
  /** Told of a file that was not there before, in the transaction that writes it down. */
  onNewAsset?: ((tx: Transaction, asset: Asset) => Promise<void>) | undefined
}

/** From the claim of a content to the row of its file; the copy of a large object within a bucket takes a minute. */
const CLAIM_MS = 3_600_000

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
    /** SHA-256 of the content in hexadecimal, where the caller knows it: what arrives otherwise is refused. */
    sha256?: string | undefined
    /** `post`: a copy of what a post names by address; of the library unless told. */
    origin?: Asset['origin'] | undefined
    /** Runs in the transaction that writes it down, whether it is new or not; when it throws, nothing is written. */
    within?: ((tx: Transaction, asset: Asset) => Promise<void>) | undefined
  },
): Promise<{ asset: Asset; isNew: boolean }> {
  const { db, clock, random } = parts
  await using incoming = await receive(parts, upload)
  if (upload.sha256 !== undefined && upload.sha256 !== hexOf(incoming.hash))
    throw new Problem({
      status: 422,
      code: 'asset_differs',
      title: 'The file is not the one that was announced',
      detail: `What arrived has ${incoming.sizeBytes} bytes and the SHA-256 ${hexOf(incoming.hash)}.`,
      field: 'sha256',
    })
  const info = await probe(incoming.media)
  const contentType = TYPES[info.container]
  if (contentType === undefined) throw notMedia(info.problems.map(({ detail }) => detail).join(' '))
  const { hash, sizeBytes } = incoming
  const id = newId('ast', clock, random)
  // First the row, then the bytes: nothing is in the store that no row names, and nobody removes it meanwhile.
  await claimBlob(db, { assetId: id, hash, sizeBytes, until: clock.now() + CLAIM_MS })
  await incoming.keep()
  const asset: Asset = {
    id,
    workspaceId: upload.workspaceId,
    hash,
    sizeBytes,
    contentType,
    name: upload.name,
    tags: upload.tags ?? [],
    info,
    origin: upload.origin ?? 'library',
    releasedAt: undefined,
    createdAt: clock.now(),
  }
  return db.transaction().execute(async (tx) => {
    const inserted = await insertAsset(tx, asset)
    await settleBlob(tx, { assetId: id, hash })
    if (inserted.isNew) await parts.onNewAsset?.(tx, inserted.asset)
    await upload.within?.(tx, inserted.asset)
    return inserted
  })
}

/**
 * Takes a file out of the library, and its bytes out of the store where no other workspace has them.
 * @throws {Problem} `not_found`, `asset_in_use`
 */
export async function removeAsset(
  parts: AssetParts,
  { workspaceId, id, actor }: { workspaceId: string; id: string; actor: string },
): Promise<void> {
  const { db, clock, log } = parts
  const asset = await db.transaction().execute(async (tx) => {
    const found = await deleteAsset(tx, workspaceId, id)
    if (found === undefined) throw problem('not_found', 'There is no such asset.')
    const { neededBy } = found
    if (neededBy.length > 0)
      throw new Problem({
        status: 409,
        code: 'asset_in_use',
        title: 'A post still needs the file',
        detail: `Wait for these posts or cancel them: ${neededBy.slice(0, 10).join(', ')}${neededBy.length > 10 ? ' …' : ''}.`,
      })
    await appendAudit(tx, {
      workspaceId,
      at: clock.now(),
      actor,
      action: 'asset.delete',
      subject: id,
      detail: { sha256: hexOf(found.asset.hash), bytes: found.asset.sizeBytes },
    })
    return found.asset
  })
  await removeUnused(parts, asset.hash).catch((error) =>
    log.error({ err: error }, 'bytes of an asset were not removed; the hourly cleaning does it'),
  )
}

async function receive(
  { blobs, maxBytes }: AssetParts,
  { content, signal }: { content: AsyncIterable<Uint8Array>; signal?: AbortSignal | undefined },
): Promise<IncomingBlob> {
  try {
    return await blobs.receive(content, { maxBytes, signal })
  } catch (error) {
    if (!(error instanceof BlobTooLargeError)) throw error
    throw tooLarge(maxBytes)
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
