import type { Clock } from '@tockwork/kernel'
import {
  type MediaGate,
  type PostItem,
  type PostMediaAnswer,
  type PostMediaRules,
  rulesGate,
} from '../publishing/media-gate.ts'
import type { Post } from '../publishing/post.ts'
import type { Database } from '../storage/database.ts'
import { requestLook } from '../storage/media-looks.ts'
import { findMediaPolicy, ownUsernames } from '../storage/media-policies.ts'
import {
  findVerdict,
  lockMedia,
  repeatedPosts,
  type SeenMedia,
  saveVerdict,
} from '../storage/media-verdicts.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { collectMedia, contentHashOf } from './collect-media.ts'
import { judgePost, type LookedAt, type MediaDecision } from './judge-post.ts'
import type { LookReport } from './look.ts'
import { WAITS_FOR_LOOK } from './look-at-asset.ts'
import { looksAtRepeats, type MediaPolicy } from './media-policy.ts'

/** The job that looks at a file; its data is `{ workspaceId, assetId }`. */
export const LOOK_AT_MEDIA = 'look-at-media'
/** A file whose post waits goes before what was uploaded for later. */
const WAITED_FOR = 1

/** How long a post waits for its media to be looked at. Beyond, it goes out and says what was not looked at. */
const PATIENCE_MS = 15 * 60_000
/** A look wakes its posts; this is for a wake-up that came too early. */
const LOOK_AGAIN_MS = 20_000

export interface GateParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  rules: PostMediaRules
  onVerdict?: (verdict: MediaDecision['verdict']) => void
}

/**
 * The platform's rules, and besides: was it uploaded before, does it carry somebody's mark. The heavy part is done by jobs:
 * when a file comes (`lookAtAsset`), and before that, for what a post names by address, by making copies
 * (`fetchPostMedia`). A post is decided about by what stands in the database.
 *
 * Of two posts that repeat each other one is first, also in two processes: whoever decides holds a lock, and a post that
 * may go on is in `media_verdicts` before the next one is decided about.
 */
export function originalityGate(parts: GateParts): MediaGate {
  return {
    ...rulesGate(parts.rules),
    collect: (post) => collectMedia(parts, post),
    judgePost: (post, items) => judge(parts, post, items),
  }
}

async function judge(parts: GateParts, post: Post, items: readonly PostItem[]): Promise<PostMediaAnswer> {
  const { db, clock, onVerdict } = parts
  const { workspaceId } = post
  const policy = await findMediaPolicy(db, workspaceId)
  const allCame = items.every(({ asset }) => asset !== undefined)
  if (allCame && policy.watermarks === 'allow' && !looksAtRepeats(policy)) return { kind: 'unasked' }
  const reports = await reportsOf(parts, workspaceId, items)
  if (reports === undefined)
    return { kind: 'wait', reason: WAITS_FOR_LOOK, until: clock.now() + LOOK_AGAIN_MS }
  const handles = [...policy.ownHandles, ...(await ownUsernames(db, workspaceId))]
  const ownHandles = new Set(handles.map((handle) => handle.replace(/^@/, '').toLowerCase()))
  const decision = await decide(db, { post, items, policy, reports, ownHandles, now: clock.now() })
  onVerdict?.(decision.verdict)
  return { kind: 'decided', decision }
}

function decide(
  db: Database,
  about: {
    post: Post
    items: readonly PostItem[]
    policy: MediaPolicy
    reports: ReadonlyMap<string, LookReport>
    ownHandles: ReadonlySet<string>
    now: number
  },
): Promise<MediaDecision> {
  const { post, items, policy, reports, ownHandles, now } = about
  const seen = items.flatMap(({ position, asset }): SeenMedia[] =>
    asset === undefined ? [] : [{ position, assetId: asset.id, contentHash: asset.hash }],
  )
  const contentHash = contentHashOf(items)
  const fetched = items.flatMap(({ fetchedAt }) => fetchedAt ?? [])
  const fetchedAt = fetched.length === 0 ? undefined : Math.min(...fetched)
  return db.transaction().execute(async (tx) => {
    const asks = looksAtRepeats(policy) && seen.length > 0
    if (asks)
      await lockMedia(
        tx,
        post.workspaceId,
        seen.map(({ assetId }) => assetId),
      )
    const before = await findVerdict(tx, post.workspaceId, post.id)
    const isSame = before !== undefined && Buffer.compare(before.contentHash, contentHash) === 0
    const decision = judgePost({
      policy,
      accountId: post.accountId,
      ownHandles,
      media: items.map(({ position, asset, failure }): LookedAt => {
        const report = asset === undefined ? undefined : reports.get(asset.id)
        return { position, report, failure }
      }),
      repeats: asks ? await repeatedPosts(tx, post, seen) : [],
      declaresAigc: post.options.aigc === true,
      overruled: isSame ? (before.overruled?.rules ?? []) : [],
      now,
    })
    await saveVerdict(tx, post, { contentHash, fetchedAt, now }, decision)
    return decision
  })
}

/** What was seen in the files, by their ids; undefined while some of that is still to come. */
async function reportsOf(
  { db, unitOfWork, clock }: GateParts,
  workspaceId: string,
  items: readonly PostItem[],
): Promise<Map<string, LookReport> | undefined> {
  const now = clock.now()
  const reports = new Map<string, LookReport>()
  const waited: string[] = []
  for (const assetId of new Set(items.flatMap(({ asset }) => asset?.id ?? []))) {
    const { report, requestedAt } = await requestLook(db, { workspaceId, assetId, now })
    if (report !== undefined) reports.set(assetId, report)
    else if (now - requestedAt < PATIENCE_MS) waited.push(assetId)
    else reports.set(assetId, NOT_LOOKED_AT)
  }
  if (waited.length === 0) return reports
  await unitOfWork((work) =>
    work.enqueueMany(
      LOOK_AT_MEDIA,
      waited.map((assetId) => ({
        data: { workspaceId, assetId },
        at: now,
        // One of its own: a job that waits since the upload would keep its place in the queue.
        key: `${assetId}:waited-for`,
        priority: WAITED_FOR,
      })),
    ),
  )
  return undefined
}

const NOT_LOOKED_AT: LookReport = {
  decoder: null,
  watermarks: [],
  downloads: [],
  aiSigns: [],
  skipped: [
    `Nobody looked at it within ${Math.round(PATIENCE_MS / 60_000)} minutes: only the same file was looked for.`,
  ],
}
