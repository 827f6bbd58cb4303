/** What was decided about posts because of their media, and what it was decided by. */
import type { MatchedSegment } from '@tockwork/media/originality'
import { type RawBuilder, sql } from 'kysely'
import type { FindingLevel, MediaDecision, PostFinding } from '../originality/judge-post.ts'
import type { Post } from '../publishing/post.ts'
import type { Database, Transaction } from './database.ts'

type Db = Database | Transaction

/** Another post of the workspace with the same media, or with some of it. */
export interface RepeatedPost {
  postId: string
  accountId: string
  /** On its way, not out yet. */
  queued: boolean
  /** When it went out, or when it last moved. */
  at: number
  /** What of this post is in that one; each thing of this post at most once. */
  hits: RepeatedMedia[]
}

export interface RepeatedMedia {
  /** In this post. */
  position: number
  /** The file in the other post; absent once it was deleted. */
  assetId: string | undefined
  /** Absent: the same file, byte by byte. */
  match: { verdict: 'duplicate' | 'review'; score: number; segments: readonly MatchedSegment[] } | undefined
}

/** Something of a post that was looked at: a file of the library, or a copy. */
export interface SeenMedia {
  position: number
  assetId: string
  contentHash: Uint8Array
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
 * Waits until nobody else decides about posts that this one might repeat; held until the end of the transaction. Locks its
 * files and the earlier ones that they are like. Of two files alike the later one knows of the earlier, so any two posts
 * that repeat each other meet at one lock, and others do not wait for each other.
 */
export async function lockMedia(
  tx: Transaction,
  workspaceId: string,
  assetIds: readonly string[],
): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended('media:' || id, 0)) from (
      select unnest(${[...assetIds]}::text[]) as id union
      select other_asset_id from media_matches
        where workspace_id = ${workspaceId} and asset_id = any(${[...assetIds]}::text[])
      order by id) files`.execute(tx)
}

/** What a post's `source` is recognised by in the database; `source` as the column holds it. */
const sourceHash = (source: RawBuilder<unknown>) =>
  sql<Uint8Array>`sha256(convert_to((${source})::text, 'UTF8'))`

/**
 * Posts of the workspace with this media or something like it that went out or may go out, latest first; those of accounts
 * of the same environment, since a sandbox shows nothing to anybody.
 */
export async function repeatedPosts(
  tx: Transaction,
  post: { id: string; workspaceId: string; accountId: string },
  media: readonly SeenMedia[],
): Promise<RepeatedPost[]> {
  const { rows } = await sql<{
    id: string
    account_id: string
    state: string
    at: Date
    hits: {
      position: number
      asset_id: string | null
      same: boolean
      verdict: 'duplicate' | 'review' | null
      score: number | null
      segments: MatchedSegment[] | null
      flipped: boolean
    }[]
  }>`
    with mine as (
      select m.position, m.asset_id, decode(m.content, 'hex') as content_hash
        from unnest(${media.map(({ position }) => position)}::int[],
          ${media.map(({ assetId }) => assetId)}::text[],
          ${media.map(({ contentHash }) => Buffer.from(contentHash).toString('hex'))}::text[])
          as m (position, asset_id, content)
    ), found as (
      select mine.position, f.other_asset_id as id, f.verdict, f.score, f.segments, false as flipped
        from mine join media_matches f on f.asset_id = mine.asset_id and f.workspace_id = ${post.workspaceId}
      union all
      select mine.position, f.asset_id, f.verdict, f.score, f.segments, true
        from mine join media_matches f on f.other_asset_id = mine.asset_id and f.workspace_id = ${post.workspaceId}
    ), near as (
      select position, asset_id as id, true as same, null as verdict, null::float8 as score,
          null::jsonb as segments, false as flipped from mine
      union all
      (select distinct on (position, id) position, id, false, verdict, score, segments, flipped
        from found order by position, id, verdict, score desc)
    ), used as (
      select p.id as post_id, near.* from near join posts p on p.asset_id = near.id
      union all
      select m.post_id, near.* from near join post_media m on m.asset_id = near.id
      union all
      -- The same bytes, whose file or copy was deleted since.
      select m.post_id, mine.position, null, true, null, null, null, false
        from mine join post_media m on m.workspace_id = ${post.workspaceId}
          and m.content_hash = mine.content_hash and m.asset_id is null
      union all
      select v.post_id, mine.position, v.asset_id, true, null, null, null, false
        from mine join media_verdicts v on v.workspace_id = ${post.workspaceId}
          and v.content_hash = mine.content_hash
        join posts p on p.id = v.post_id and p.asset_id is null and p.source ->> 'type' = 'asset'
    ), hits as (
      select distinct on (post_id, position) * from used
        order by post_id, position, same desc, verdict, score desc
    )
    select p.id, p.account_id, p.state, coalesce(p.published_at, p.processing_since, p.changed_at) as at,
        jsonb_agg(jsonb_build_object('position', hits.position, 'asset_id', hits.id, 'same', hits.same,
          'verdict', hits.verdict, 'score', hits.score, 'segments', hits.segments, 'flipped', hits.flipped)
          order by hits.position) as hits
      from hits
      join posts p on p.id = hits.post_id
      join accounts a on a.id = p.account_id
      join apps on apps.id = a.app_id
      left join media_verdicts v on v.post_id = p.id
    where p.workspace_id = ${post.workspaceId} and p.id <> ${post.id}
      and apps.environment = (
        select mine.environment from accounts me join apps mine on mine.id = me.app_id
          where me.id = ${post.accountId})
      and (p.state = any(${OUT}::text[])
        or (p.state = any(${UNDER_WAY}::text[]) and v.verdict in ('ok', 'warn', 'overruled')
          and v.source_sha256 = ${sourceHash(sql`p.source`)}))
    group by p.id
    order by at desc limit ${MOST_REPEATS}`.execute(tx)
  return rows.map((row) => ({
    postId: row.id,
    accountId: row.account_id,
    queued: UNDER_WAY.includes(row.state),
    at: row.at.getTime(),
    hits: row.hits.map(({ position, asset_id, same, verdict, score, segments, flipped }) => ({
      position,
      assetId: asset_id ?? undefined,
      match:
        same || verdict === null
          ? undefined
          : { verdict, score: score ?? 0, segments: (segments ?? []).map(flipped ? seenFromOther : asIs) },
    })),
  }))
}

const asIs = (segment: MatchedSegment): MatchedSegment => segment

function seenFromOther({ query, stored, speed, orientation }: MatchedSegment): MatchedSegment {
  return { query: stored, stored: query, speed: Math.round(1000 / speed) / 1000, orientation }
}

export interface StoredVerdict extends MediaDecision {
  /** Of all of the post's media that was looked at. */
  contentHash: Uint8Array
  judgedAt: number
  /** When the copies came that it was decided by, the oldest of them; absent for a file of the library. */
  fetchedAt: number | undefined
  /** Whether it is about the media that the post has now. */
  current: boolean
  overruled: { rules: string[]; by: string; at: number; reason: string } | undefined
}

export async function findVerdict(
  db: Db,
  workspaceId: string,
  postId: string,
): Promise<StoredVerdict | undefined> {
  const row = await db
    .selectFrom('media_verdicts')
    .innerJoin('posts', 'posts.id', 'media_verdicts.post_id')
    .selectAll('media_verdicts')
    .select(IS_CURRENT.as('current'))
    .where('media_verdicts.workspace_id', '=', workspaceId)
    .where('media_verdicts.post_id', '=', postId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const findings = await db
    .selectFrom('media_findings')
    .selectAll()
    .where('post_id', '=', postId)
    .orderBy('number')
    .execute()
  return {
    contentHash: row.content_hash,
    fetchedAt: row.fetched_at?.getTime(),
    current: row.current,
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
        positions: finding.positions,
      }),
    ),
  }
}

/** For a query with `posts` and `media_verdicts`: whether the verdict is about what the post has now. */
export const IS_CURRENT = sql<boolean>`coalesce(media_verdicts.source_sha256 = ${sourceHash(sql`posts.source`)}, false)`

/** What was decided about posts, by their ids; what was said of media that a post no longer has is left out. */
export async function verdictsOf(
  db: Db,
  posts: readonly Pick<Post, 'id'>[],
): Promise<Map<string, MediaDecision['verdict']>> {
  if (posts.length === 0) return new Map()
  const rows = await db
    .selectFrom('media_verdicts')
    .innerJoin('posts', 'posts.id', 'media_verdicts.post_id')
    .select(['media_verdicts.post_id', 'media_verdicts.verdict'])
    .where(
      'media_verdicts.post_id',
      'in',
      posts.map(({ id }) => id),
    )
    .where(IS_CURRENT)
    .execute()
  return new Map(rows.map((row) => [row.post_id, row.verdict]))
}

/** In the place of what was decided about the post before; that somebody overruled it stays for the same media. */
export async function saveVerdict(
  tx: Transaction,
  post: Pick<Post, 'id' | 'workspaceId' | 'source'>,
  seen: { contentHash: Uint8Array; fetchedAt: number | undefined; now: number },
  decision: MediaDecision,
): Promise<void> {
  const { source } = post
  const values = {
    asset_id: source.type === 'asset' ? source.assetId : null,
    content_hash: seen.contentHash,
    source_sha256: sourceHash(sql`${JSON.stringify(source)}::jsonb`),
    fetched_at: seen.fetchedAt === undefined ? null : new Date(seen.fetchedAt),
    verdict: decision.verdict,
    is_aigc_suggested: decision.aigcSuggested,
    because: decision.because,
    skipped: decision.skipped,
    judged_at: new Date(seen.now),
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
        positions: [...finding.positions],
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
  /** The file of the post that it shows. */
  assetId: string
  kind: 'match' | 'watermark'
  atSec: number
  otherAssetId: string | undefined
  otherAtSec: number | undefined
  /** The half of the picture that shows the file asked about. */
  side: 'left' | 'right'
}

/** Pictures of files as evidence, without their bytes; of matches where the other file is one of these. */
export async function evidenceOf(
  db: Db,
  workspaceId: string,
  assetIds: readonly string[],
): Promise<EvidenceFrame[]> {
  if (assetIds.length === 0) return []
  const rows = await db
    .selectFrom('media_frames')
    .select(['id', 'kind', 'at_sec', 'other_asset_id', 'other_at_sec', 'asset_id'])
    .where('workspace_id', '=', workspaceId)
    .where((where) => where.or([where('asset_id', 'in', assetIds), where('other_asset_id', 'in', assetIds)]))
    // A mark of another file is none of this one's.
    .where((where) => where.or([where('kind', '=', 'match'), where('asset_id', 'in', assetIds)]))
    .orderBy('id')
    .limit(MOST_FRAMES)
    .execute()
  return rows.map((row) => {
    const own = assetIds.includes(row.asset_id)
    const other = own ? row.other_asset_id : row.asset_id
    return {
      id: row.id,
      assetId: (own ? row.asset_id : row.other_asset_id) ?? '',
      kind: row.kind,
      atSec: own ? row.at_sec : (row.other_at_sec ?? 0),
      otherAssetId: other ?? undefined,
      otherAtSec: (own ? row.other_at_sec : row.at_sec) ?? undefined,
      side: own ? 'left' : 'right',
    }
  })
}

const MOST_FRAMES = 100

export async function findFrame(
  db: Db,
  workspaceId: string,
  { assetIds, id }: { assetIds: readonly string[]; id: number },
): Promise<Uint8Array | undefined> {
  if (assetIds.length === 0) return undefined
  const row = await db
    .selectFrom('media_frames')
    .select('png')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where((where) => where.or([where('asset_id', 'in', assetIds), where('other_asset_id', 'in', assetIds)]))
    .executeTakeFirst()
  return row?.png
}
