/** What was decided about posts because of their media, and what it was decided by. */
import type { MatchedSegment } from '@tockwork/media/originality'
import { sql } from 'kysely'
import type { FindingLevel, MediaDecision, PostFinding } from '../originality/judge-post.ts'
import type { Post } from '../publishing/post.ts'
import type { Database, Transaction } from './database.ts'

type Db = Database | Transaction

/** Another post of the workspace with the same media. */
export interface RepeatedPost {
  postId: string
  accountId: string
  assetId: string
  /** On its way, not out yet. */
  queued: boolean
  /** When it went out, or when it last moved. */
  at: number
  /** Absent: the same file, byte by byte. */
  match: { verdict: 'duplicate' | 'review'; score: number; segments: readonly MatchedSegment[] } | undefined
}

/** States in which TikTok was asked and the post is not out yet: those count as queued. */
const UNDER_WAY = [
  'waiting_for_time',
  'waiting_for_rate',
  'accepted',
  'checking',
  'initialising',
  'uploading',
]
const OUT = ['processing', 'in_inbox', 'published', 'needs_attention']
const MOST_REPEATS = 20

/**
 * Waits until nobody else decides about posts that this one might repeat; held until the end of the transaction. Locks the
 * file and the earlier ones that it is like. Of two files alike the later one knows of the earlier, so any two posts that
 * repeat each other meet at one lock, and others do not wait for each other.
 */
export async function lockMedia(tx: Transaction, workspaceId: string, assetId: string): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended('media:' || id, 0)) from (
      select ${assetId}::text as id union
      select other_asset_id from media_matches where workspace_id = ${workspaceId} and asset_id = ${assetId}
      order by id) files`.execute(tx)
}

/**
 * Posts of the workspace with this file or one like it that went out or may go out, latest first; those of accounts of
 * the same environment, since a sandbox shows nothing to anybody.
 */
export async function repeatedPosts(
  tx: Transaction,
  post: { id: string; workspaceId: string; accountId: string; assetId: string; contentHash: Uint8Array },
): Promise<RepeatedPost[]> {
  const { rows } = await sql<{
    id: string
    account_id: string
    asset_id: string
    state: string
    at: Date
    same: boolean
    verdict: 'duplicate' | 'review' | null
    score: number | null
    segments: MatchedSegment[] | null
    flipped: boolean | null
  }>`
    with found as (
      select other_asset_id as id, verdict, score, segments, false as flipped from media_matches
        where asset_id = ${post.assetId} and workspace_id = ${post.workspaceId}
      union all
      select asset_id, verdict, score, segments, true from media_matches
        where other_asset_id = ${post.assetId} and workspace_id = ${post.workspaceId}
    ), alike as (
      select distinct on (id) * from found order by id, verdict, score desc
    ), candidates as (
      select p.id from posts p
        where p.asset_id = ${post.assetId} or p.asset_id in (select id from alike)
      union
      select v.post_id from media_verdicts v
        where v.workspace_id = ${post.workspaceId} and v.content_hash = ${post.contentHash}
    )
    select p.id, p.account_id, coalesce(p.asset_id, v.asset_id) as asset_id, p.state,
        coalesce(p.published_at, p.processing_since, p.changed_at) as at,
        (p.asset_id is not distinct from ${post.assetId} or
          (p.asset_id is null and v.content_hash = ${post.contentHash})) as same,
        alike.verdict, alike.score, alike.segments, alike.flipped
      from candidates
      join posts p on p.id = candidates.id
      join accounts a on a.id = p.account_id
      join apps on apps.id = a.app_id
      left join media_verdicts v on v.post_id = p.id
      left join alike on alike.id = p.asset_id
    where p.workspace_id = ${post.workspaceId} and p.id <> ${post.id}
      and apps.environment = (
        select mine.environment from accounts me join apps mine on mine.id = me.app_id
          where me.id = ${post.accountId})
      and (p.state = any(${OUT}::text[])
        or (p.state = any(${UNDER_WAY}::text[]) and v.verdict in ('ok', 'warn', 'overruled')
          and v.asset_id = p.asset_id))
      and (p.asset_id = ${post.assetId} or alike.id is not null
        or (p.asset_id is null and v.content_hash = ${post.contentHash}))
    order by at desc limit ${MOST_REPEATS}`.execute(tx)
  return rows.map((row) => ({
    postId: row.id,
    accountId: row.account_id,
    assetId: row.asset_id,
    queued: UNDER_WAY.includes(row.state),
    at: row.at.getTime(),
    match:
      row.same || row.verdict === null
        ? undefined
        : {
            verdict: row.verdict,
            score: row.score ?? 0,
            segments: (row.segments ?? []).map(row.flipped === true ? seenFromOther : asIs),
          },
  }))
}

const asIs = (segment: MatchedSegment): MatchedSegment => segment

function seenFromOther({ query, stored, speed, orientation }: MatchedSegment): MatchedSegment {
  return { query: stored, stored: query, speed: Math.round(1000 / speed) / 1000, orientation }
}

export interface StoredVerdict extends MediaDecision {
  assetId: string
  judgedAt: number
  overruled: { rules: string[]; by: string; at: number; reason: string } | undefined
}

export async function findVerdict(
  db: Db,
  workspaceId: string,
  postId: string,
): Promise<StoredVerdict | undefined> {
  const row = await db
    .selectFrom('media_verdicts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('post_id', '=', postId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const findings = await db
    .selectFrom('media_findings')
    .selectAll()
    .where('post_id', '=', postId)
    .orderBy('number')
    .execute()
  return {
    assetId: row.asset_id,
    verdict: row.verdict,
    aigcSuggested: row.is_aigc_suggested,
    because: row.because,
    skipped: row.skipped,
    judgedAt: row.judged_at.getTime(),
    overruled:
      row.overruled_by === null || row.overruled_at === null
        ? undefined
        : {
            rules: row.overruled_rules,
            by: row.overruled_by,
            at: row.overruled_at.getTime(),
            reason: row.overrule_reason ?? '',
          },
    findings: findings.map(
      (finding): PostFinding => ({
        rule: finding.rule as PostFinding['rule'],
        level: finding.level as FindingLevel,
        message: finding.message,
        postId: finding.other_post_id ?? undefined,
        accountId: finding.other_account_id ?? undefined,
        assetId: finding.other_asset_id ?? undefined,
        score: finding.score ?? undefined,
        segments: finding.segments as MatchedSegment[],
      }),
    ),
  }
}

/** What was decided about posts, by their ids; what was said of a file that a post no longer has is left out. */
export async function verdictsOf(
  db: Db,
  posts: readonly Pick<Post, 'id' | 'source'>[],
): Promise<Map<string, MediaDecision['verdict']>> {
  const files = new Map<string, string>()
  for (const { id, source } of posts) if (source.type === 'asset') files.set(id, source.assetId)
  if (files.size === 0) return new Map()
  const rows = await db
    .selectFrom('media_verdicts')
    .select(['post_id', 'asset_id', 'verdict'])
    .where('post_id', 'in', [...files.keys()])
    .execute()
  return new Map(
    rows.filter((row) => files.get(row.post_id) === row.asset_id).map((row) => [row.post_id, row.verdict]),
  )
}

/** In the place of what was decided about the post before; that somebody overruled it stays for the same file. */
export async function saveVerdict(
  tx: Transaction,
  post: { id: string; workspaceId: string; assetId: string; contentHash: Uint8Array; now: number },
  decision: MediaDecision,
): Promise<void> {
  const values = {
    asset_id: post.assetId,
    content_hash: post.contentHash,
    verdict: decision.verdict,
    is_aigc_suggested: decision.aigcSuggested,
    because: decision.because,
    skipped: decision.skipped,
    judged_at: new Date(post.now),
  }
  await tx
    .insertInto('media_verdicts')
    .values({ post_id: post.id, workspace_id: post.workspaceId, ...values })
    .onConflict((conflict) => conflict.column('post_id').doUpdateSet(values))
    .execute()
  await tx.deleteFrom('media_findings').where('post_id', '=', post.id).execute()
  if (decision.findings.length === 0) return
  await tx
    .insertInto('media_findings')
    .values(
      decision.findings.map((finding, number) => ({
        post_id: post.id,
        number,
        workspace_id: post.workspaceId,
        rule: finding.rule,
        level: finding.level,
        message: finding.message,
        other_post_id: finding.postId ?? null,
        other_account_id: finding.accountId ?? null,
        other_asset_id: finding.assetId ?? null,
        score: finding.score ?? null,
        segments: JSON.stringify(finding.segments ?? []),
      })),
    )
    .execute()
}

/** Notes that a person lets the post go on in spite of these rules. Answers whether there was a block. */
export async function overruleVerdict(
  tx: Transaction,
  post: { id: string; workspaceId: string },
  said: { by: string; reason: string; now: number; rules: readonly string[] },
): Promise<boolean> {
  const row = await tx
    .updateTable('media_verdicts')
    .set({
      verdict: 'overruled',
      overruled_rules: [...said.rules],
      overruled_by: said.by,
      overruled_at: new Date(said.now),
      overrule_reason: said.reason,
    })
    .where('workspace_id', '=', post.workspaceId)
    .where('post_id', '=', post.id)
    .where('verdict', '=', 'block')
    .returning('post_id')
    .executeTakeFirst()
  return row !== undefined
}

export interface EvidenceFrame {
  id: number
  kind: 'match' | 'watermark'
  atSec: number
  otherAssetId: string | undefined
  otherAtSec: number | undefined
  /** The half of the picture that shows the file asked about. */
  side: 'left' | 'right'
}

/** Pictures of a file as evidence, without their bytes; of matches where the other file is one of these. */
export async function evidenceOf(db: Db, workspaceId: string, assetId: string): Promise<EvidenceFrame[]> {
  const rows = await db
    .selectFrom('media_frames')
    .select(['id', 'kind', 'at_sec', 'other_asset_id', 'other_at_sec', 'asset_id'])
    .where('workspace_id', '=', workspaceId)
    .where((where) => where.or([where('asset_id', '=', assetId), where('other_asset_id', '=', assetId)]))
    // A mark of another file is none of this one's.
    .where((where) => where.or([where('kind', '=', 'match'), where('asset_id', '=', assetId)]))
    .orderBy('id')
    .limit(100)
    .execute()
  return rows.map((row) => {
    const own = row.asset_id === assetId
    return {
      id: row.id,
      kind: row.kind,
      atSec: own ? row.at_sec : (row.other_at_sec ?? 0),
      otherAssetId: (own ? row.other_asset_id : row.asset_id) ?? undefined,
      otherAtSec: (own ? row.other_at_sec : row.at_sec) ?? undefined,
      side: own ? 'left' : 'right',
    }
  })
}

export async function findFrame(
  db: Db,
  workspaceId: string,
  { assetId, id }: { assetId: string; id: number },
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('media_frames')
    .select('png')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where((where) => where.or([where('asset_id', '=', assetId), where('other_asset_id', '=', assetId)]))
    .executeTakeFirst()
  return row?.png
}
