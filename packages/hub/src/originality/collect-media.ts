import { createHash } from 'node:crypto'
import type { Clock } from '@tockwork/kernel'
import type { MediaCollection, PostItem } from '../publishing/media-gate.ts'
import type { Post } from '../publishing/post.ts'
import type { Database } from '../storage/database.ts'
import {
  addressesOf,
  findPostMedia,
  hashOfAddress,
  type PostMedia,
  wantMedia,
} from '../storage/post-media.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'

/** The job that makes copies of what a post names by address; its data is `{ workspaceId, postId }`. */
export const FETCH_POST_MEDIA = 'fetch-post-media'
/** The reason of a post that waits until copies of its media are there. */
export const WAITS_FOR_FETCH = 'media_fetch'

/** What was looked at longer ago than this is looked at anew: an address may give something else by now. */
const FRESH_MS = 3_600_000
/** How long a post waits: a little longer than a download may take. */
const PATIENCE_MS = 3_900_000
/** A fetch wakes its post; this is for a wake-up that was lost, and ever rarer. */
const LOOK_AGAIN_MS = 20_000

export interface CollectParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
}

/**
 * What a post names by address, as copies that can be looked at. Where they are missing or too old they are asked for: the
 * rows that say so and the job that fetches are one commit.
 */
export async function collectMedia(
  { db, unitOfWork, clock }: CollectParts,
  post: Post,
): Promise<MediaCollection> {
  const { id, workspaceId } = post
  const now = clock.now()
  const hashes = addressesOf(post.source).map(hashOfAddress)
  const known = await findPostMedia(db, workspaceId, id)
  const places = hashes.map((addressSha256, position) => ({
    position,
    addressSha256,
    media: known.find((media) => media.position === position && same(media.addressSha256, addressSha256)),
  }))
  const missing = places.filter(({ media }) => media === undefined || !isOfUse(media, now))
  if (missing.length > 0 || known.length > places.length)
    await unitOfWork(async (work) => {
      await wantMedia(work.tx, { id, workspaceId, count: places.length }, missing, now)
      if (missing.length > 0)
        await work.enqueue(FETCH_POST_MEDIA, { workspaceId, postId: id }, { at: now, key: id })
    })
  const waited = places.flatMap(({ media }) =>
    media?.state === 'wanted' && now - media.requestedAt < PATIENCE_MS ? [now - media.requestedAt] : [],
  )
  if (missing.length > 0 || waited.length > 0)
    return {
      kind: 'wait',
      reason: WAITS_FOR_FETCH,
      until: now + Math.max(LOOK_AGAIN_MS, ...waited.map((ms) => Math.floor(ms / 2))),
    }
  return { kind: 'ready', items: places.flatMap(({ media }) => (media === undefined ? [] : itemOf(media))) }
}

function isOfUse({ state, asset, settledAt = 0 }: PostMedia, now: number): boolean {
  if (state === 'wanted') return true
  if (settledAt <= now - FRESH_MS) return false
  return state === 'failed' || (asset !== undefined && asset.releasedAt === undefined)
}

function itemOf({ position, addressSha256, asset, settledAt, failure }: PostMedia): PostItem {
  if (asset !== undefined) return { position, asset, contentHash: asset.hash, fetchedAt: settledAt }
  const never = { code: 'unreachable', detail: 'It did not come within an hour.' } as const
  return { position, contentHash: addressSha256, failure: failure ?? never }
}

/**
 * What a verdict is about: the content of the one thing that a post has, or a hash of the hashes of all. Of what did not
 * come the address stands for the content.
 */
export function contentHashOf(items: readonly PostItem[]): Uint8Array {
  const [only] = items
  if (only !== undefined && items.length === 1) return only.contentHash
  const hash = createHash('sha256')
  for (const { contentHash } of items) hash.update(contentHash)
  return new Uint8Array(hash.digest())
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
