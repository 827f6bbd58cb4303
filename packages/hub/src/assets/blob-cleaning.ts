/** Removes bytes that nobody has. Any number of processes may do so side by side. */
import type { Clock } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import { deleteBlob, takeUnusedBlob } from '../storage/blobs.ts'
import type { Database } from '../storage/database.ts'
import { letCopiesGo } from '../storage/media-copies.ts'
import type { BlobStore } from './blob-store.ts'

export interface CleaningParts {
  db: Database
  blobs: BlobStore
  clock: Clock
  log: Log
}

/** An upload that has not grown for so long has no process any more. */
const INCOMING_KEPT_MS = 24 * 3_600_000
/** A copy that nobody has looked at is kept for so long, in case somebody still does. */
const UNSEEN_KEPT_MS = 24 * 3_600_000
const COPIES_AT_ONCE = 500
/** One call does no more than this; the next one goes on. */
const MOST_BLOBS = 10_000

/**
 * Removes a content unless a file has it, or one is about to. The row is held while the bytes go: whoever brings the same
 * content waits, and stores it anew.
 * @returns whether there was one to look at.
 */
export async function removeUnused({ db, blobs, clock }: CleaningParts, hash?: Uint8Array): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const found = await takeUnusedBlob(tx, { now: clock.now(), hash })
    if (found === undefined) return false
    if (found.used) return true
    await blobs.delete(found.hash)
    await deleteBlob(tx, found)
    return true
  })
}

/** Copies of what posts name by address, once no post is about to go out with them. */
export async function letUnneededCopiesGo(
  { db, clock }: Pick<CleaningParts, 'db' | 'clock'>,
  signal?: AbortSignal,
): Promise<void> {
  const now = clock.now()
  for (let done = 0; done < MOST_BLOBS && signal?.aborted !== true; ) {
    const looked = await letCopiesGo(db, { now, unseenBefore: now - UNSEEN_KEPT_MS, limit: COPIES_AT_ONCE })
    if (looked < COPIES_AT_ONCE) return
    done += looked
  }
}

/** What deletions, erasures and killed processes left; for an hourly job. */
export async function cleanBlobs(
  parts: CleaningParts,
  signal?: AbortSignal,
): Promise<{ looked: number; incoming: number }> {
  let looked = 0
  while (looked < MOST_BLOBS && signal?.aborted !== true && (await removeUnused(parts))) looked += 1
  const incoming = await parts.blobs.sweepIncoming(parts.clock.now() - INCOMING_KEPT_MS)
  if (looked + incoming > 0) parts.log.info({ looked, incoming }, 'Bytes that nobody has were removed')
  return { looked, incoming }
}
