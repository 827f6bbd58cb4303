import type { Clock } from '@tockwork/kernel'
import { FINGERPRINT_VERSION } from '@tockwork/media/originality'
import type { BlobStore } from '../assets/blob-store.ts'
import type { Log } from '../observability/log.ts'
import { ADVANCE_POST } from '../publishing/step.ts'
import { type Asset, findAsset } from '../storage/assets.ts'
import type { Database } from '../storage/database.ts'
import { fingerprintsAfter, fingerprintsOf, insertFingerprint, lastSeq } from '../storage/fingerprints.ts'
import { findLook, saveLook, wakeWaitingPosts } from '../storage/media-looks.ts'
import { findMediaPolicy, ownUsernames } from '../storage/media-policies.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import type { Look, Looker, LookReport, MatchedAsset, SeenFrame } from './look.ts'
import { looksAtRepeats } from './media-policy.ts'

/** The reason of a post that waits until its file was looked at. */
export const WAITS_FOR_LOOK = 'media_look'

export interface LookParts {
  db: Database
  unitOfWork: UnitOfWork
  blobs: BlobStore
  clock: Clock
  log: Log
  looker: Looker
  /** Uploads of a workspace that are compared with, the latest ones; a million unless told. */
  mostIndexed?: number
  onLook?: (outcome: 'seen' | 'no_decoder' | 'failed', seconds: number) => void
}

/** Which file is to be looked at. `again`: also when somebody has. */
export interface LookJob {
  workspaceId: string
  assetId: string
  again?: boolean | undefined
}

const MOST_INDEXED = 1_000_000
const ROWS_AT_ONCE = 500
/** Files that are compared closely, and those that are shown. */
const MOST_MATCHES = 50
const MOST_SHOWN = 3
/** Pictures side by side of one pair of files: at its beginning, in the middle, near its end. */
const MOMENTS = [0.1, 0.5, 0.9]

/**
 * Looks at a file and compares it with what the workspace uploaded before, then lets the posts go on that wait for it.
 * Done again after a crash it comes to the same.
 *
 * Of two files that come at the same moment, in whichever processes, each gets its number in one commit, and compares
 * itself with all lower ones after that. So the later of two always finds the earlier.
 */
export async function lookAtAsset(
  parts: LookParts,
  { workspaceId, assetId, again = false }: LookJob,
  stopping?: AbortSignal,
): Promise<void> {
  const { db, unitOfWork, clock, onLook } = parts
  const begun = clock.now()
  const asset = await findAsset(db, workspaceId, assetId)
  // Of a copy that was let go there is nothing left to look at.
  if (asset === undefined || asset.releasedAt !== undefined) return
  // A post that waited had it looked at before its turn.
  if (!again && (await findLook(db, workspaceId, assetId))?.report !== undefined) return
  const { report, matches, frames, failed } = await look(parts, asset, stopping)
  await unitOfWork(async (work) => {
    const now = clock.now()
    await saveLook(work.tx, { workspaceId, assetId, report, matches, frames, now })
    const waiting = await wakeWaitingPosts(work.tx, { assetId, reason: WAITS_FOR_LOOK, now })
    for (const id of waiting)
      await work.enqueue(ADVANCE_POST, { postId: id }, { at: now, key: `${id}:${assetId}` })
  })
  onLook?.(failed ? 'failed' : report.decoder === null ? 'no_decoder' : 'seen', (clock.now() - begun) / 1000)
}

interface Seen {
  report: LookReport
  matches: MatchedAsset[]
  frames: SeenFrame[]
  failed: boolean
}

async function look(parts: LookParts, asset: Asset, stopping: AbortSignal | undefined): Promise<Seen> {
  const { db, blobs, looker, log } = parts
  const policy = await findMediaPolicy(db, asset.workspaceId)
  const ownHandles = [...policy.ownHandles, ...(await ownUsernames(db, asset.workspaceId))]
  let file: Awaited<ReturnType<BlobStore['localFile']>> | undefined
  try {
    file = await blobs.localFile(asset.hash)
    const { path } = file
    const { info } = asset
    const watermarks = policy.watermarks !== 'allow'
    const seen = await looker.look({ path, info, watermarks, ownHandles, brandWords: policy.brandWords })
    const matches = looksAtRepeats(policy) ? await findMatches(parts, asset, seen) : []
    const frames = [...seen.frames, ...(await framesOf(parts, asset, path, matches))]
    return { report: seen.report, matches, frames, failed: false }
  } catch (error) {
    // The database has its own say; whatever else goes wrong here is the file's doing, and would again.
    if (stopping?.aborted === true || !isOfTheFile(error)) throw error
    log.warn({ asset: asset.id, err: error }, 'A file could not be looked at')
    const skipped = [`It was not looked at: ${(error as Error).message.replace(/\.$/, '')}.`]
    const report = { decoder: 'none', watermarks: [], downloads: [], aiSigns: [], skipped }
    return { report, matches: [], frames: [], failed: true }
  } finally {
    await file?.release()
  }
}

function isOfTheFile(error: unknown): boolean {
  return error instanceof Error && ['LookFailedError', 'UsageError', 'BlobMissingError'].includes(error.name)
}

async function findMatches(
  { db, looker, mostIndexed = MOST_INDEXED }: LookParts,
  { id: assetId, workspaceId }: Asset,
  { id: lookId, fingerprint }: Look,
): Promise<MatchedAsset[]> {
  if (fingerprint === undefined) return []
  const version = FINGERPRINT_VERSION
  const seq = await db
    .transaction()
    .execute((tx) => insertFingerprint(tx, { workspaceId, assetId, version, data: fingerprint }))
  if (seq === undefined) return []
  await fillIndex({ db, looker }, workspaceId, { version, mostIndexed })
  const near = (await looker.near(workspaceId, lookId)).filter((id) => id !== assetId)
  // Read anew: what the index remembers may have been deleted, and a number of ours above is the other's to compare.
  const stored = await fingerprintsOf(db, workspaceId, { assetIds: near, version, before: seq })
  return (await looker.compare(lookId, stored)).slice(0, MOST_MATCHES)
}

/** Brings this process's index of the workspace up to what is committed. */
async function fillIndex(
  { db, looker }: Pick<LookParts, 'db' | 'looker'>,
  workspaceId: string,
  { version, mostIndexed }: { version: number; mostIndexed: number },
): Promise<void> {
  const upTo = await looker.indexedUpTo(workspaceId)
  const last = await lastSeq(db, workspaceId)
  let after = Math.max(upTo, last - mostIndexed)
  while (after < last) {
    const rows = await fingerprintsAfter(db, workspaceId, { after, version, limit: ROWS_AT_ONCE })
    const end = rows.length < ROWS_AT_ONCE
    after = end ? Math.max(last, rows.at(-1)?.seq ?? 0) : (rows.at(-1)?.seq ?? last)
    await looker.add(workspaceId, rows, after)
    if (end) return
  }
}

/** Pictures of the nearest matches side by side. */
async function framesOf(
  { db, blobs, looker }: LookParts,
  asset: Asset,
  path: string,
  matches: readonly MatchedAsset[],
): Promise<SeenFrame[]> {
  const frames: SeenFrame[] = []
  for (const { assetId, segments } of matches.slice(0, MOST_SHOWN)) {
    const other = await findAsset(db, asset.workspaceId, assetId)
    if (other === undefined || !(await blobs.has(other.hash))) continue
    const [segment] = segments
    const moments =
      segment === undefined
        ? [[0, 0] as const]
        : MOMENTS.map((share) => [within(segment.query, share), within(segment.stored, share)] as const)
    const file = await blobs.localFile(other.hash)
    try {
      const pair = { one: { path, info: asset.info }, other: { path: file.path, info: other.info } }
      const pngs = await looker.sideBySide({ ...pair, moments })
      for (const [place, png] of pngs.entries()) {
        const [atSec = 0, otherAtSec = 0] = moments[place] ?? []
        frames.push({ kind: 'match', otherAssetId: assetId, atSec, otherAtSec, png })
      }
    } finally {
      await file.release()
    }
  }
  return frames
}

function within({ fromSec, toSec }: { fromSec: number; toSec: number }, share: number): number {
  return Math.round((fromSec + (toSec - fromSec) * share) * 100) / 100
}
