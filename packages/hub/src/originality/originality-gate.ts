import type { Clock } from '@tockwork/kernel'
import type { VideoRules } from '@tockwork/media'
import { type MediaGate, type PostMediaAnswer, rulesGate } from '../publishing/media-gate.ts'
import type { Post } from '../publishing/post.ts'
import type { Asset } from '../storage/assets.ts'
import type { Database } from '../storage/database.ts'
import { requestLook } from '../storage/media-looks.ts'
import { findMediaPolicy, ownUsernames } from '../storage/media-policies.ts'
import { findVerdict, lockMedia, repeatedPosts, saveVerdict } from '../storage/media-verdicts.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { judgePost, type MediaDecision } from './judge-post.ts'
import type { LookReport } from './look.ts'
import { WAITS_FOR_LOOK } from './look-at-asset.ts'
import { looksAtRepeats, type MediaPolicy } from './media-policy.ts'

/** The job that looks at a file; its data is `{ workspaceId, assetId }`. */
export const LOOK_AT_MEDIA = 'look-at-media'
/** A file whose post waits goes before what was uploaded for later. */
const WAITED_FOR = 1

/** How long a post waits for its file to be looked at. Beyond, it goes out and says what was not looked at. */
const PATIENCE_MS = 15 * 60_000
/** A look wakes its posts; this is for a wake-up that came too early. */
const LOOK_AGAIN_MS = 20_000

export interface GateParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  rules: VideoRules
  onVerdict?: (verdict: MediaDecision['verdict']) => void
}

/**
 * The platform's rules, and besides: was it uploaded before, does it carry somebody's mark. The heavy part is done by a
 * job when a file comes (`lookAtAsset`); a post is decided about by what stands in the database.
 *
 * Of two posts that repeat each other one is first, also in two processes: whoever decides holds a lock, and a post that
 * may go on is in `media_verdicts` before the next one is decided about.
 */
export function originalityGate(parts: GateParts): MediaGate {
  const { judgeVideo } = rulesGate(parts.rules)
  return { judgeVideo, judgePost: (post, asset) => judge(parts, post, asset) }
}

async function judge(parts: GateParts, post: Post, asset: Asset): Promise<PostMediaAnswer> {
  const { db, clock, onVerdict } = parts
  const { workspaceId } = post
  const policy = await findMediaPolicy(db, workspaceId)
  if (policy.watermarks === 'allow' && !looksAtRepeats(policy)) return { kind: 'unasked' }
  const report = await reportOf(parts, workspaceId, asset.id)
  if (report === undefined)
    return { kind: 'wait', reason: WAITS_FOR_LOOK, until: clock.now() + LOOK_AGAIN_MS }
  const handles = [...policy.ownHandles, ...(await ownUsernames(db, workspaceId))]
  const ownHandles = new Set(handles.map((handle) => handle.replace(/^@/, '').toLowerCase()))
  const decision = await decide(db, { post, asset, policy, report, ownHandles, now: clock.now() })
  onVerdict?.(decision.verdict)
  return { kind: 'decided', decision }
}

function decide(
  db: Database,
  about: {
    post: Post
    asset: Asset
    policy: MediaPolicy
    report: LookReport
    ownHandles: ReadonlySet<string>
    now: number
  },
): Promise<MediaDecision> {
  const { post, asset, policy, now } = about
  const { id, workspaceId, accountId } = post
  const subject = { id, workspaceId, accountId, assetId: asset.id, contentHash: asset.hash, now }
  return db.transaction().execute(async (tx) => {
    const asks = looksAtRepeats(policy)
    if (asks) await lockMedia(tx, workspaceId, asset.id)
    const before = await findVerdict(tx, workspaceId, id)
    const decision = judgePost({
      ...about,
      accountId,
      repeats: asks ? await repeatedPosts(tx, subject) : [],
      declaresAigc: post.options.aigc === true,
      overruled: before?.assetId === asset.id ? (before.overruled?.rules ?? []) : [],
    })
    await saveVerdict(tx, subject, decision)
    return decision
  })
}

/** What was seen in the file; undefined while that is still to come. */
async function reportOf(
  { db, unitOfWork, clock }: GateParts,
  workspaceId: string,
  assetId: string,
): Promise<LookReport | undefined> {
  const now = clock.now()
  const { report, requestedAt } = await requestLook(db, { workspaceId, assetId, now })
  if (report !== undefined) return report
  if (now - requestedAt < PATIENCE_MS) {
    await unitOfWork((work) =>
      // Under a key of its own: one that waits since the upload would keep its place in the queue.
      work.enqueue(
        LOOK_AT_MEDIA,
        { workspaceId, assetId },
        { at: now, key: `${assetId}:waited-for`, priority: WAITED_FOR },
      ),
    )
    return undefined
  }
  const minutes = Math.round(PATIENCE_MS / 60_000)
  const skipped = [`Nobody looked at it within ${minutes} minutes: only the same file was looked for.`]
  return { decoder: null, watermarks: [], downloads: [], aiSigns: [], skipped }
}
