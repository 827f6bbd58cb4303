/** What was seen in a file, and which files it is like. */
import { sql } from 'kysely'
import type { LookReport, MatchedAsset, SeenFrame } from '../originality/look.ts'
import type { Database, Transaction } from './database.ts'

type Db = Database | Transaction

export interface MediaLook {
  requestedAt: number
  /** Absent until somebody has looked. */
  report: LookReport | undefined
}

/** Notes that a file is to be looked at; answers what stands there already. */
export async function requestLook(
  db: Db,
  look: { workspaceId: string; assetId: string; now: number },
): Promise<MediaLook> {
  const row = await db
    .insertInto('media_looks')
    .values({ asset_id: look.assetId, workspace_id: look.workspaceId, requested_at: new Date(look.now) })
    // Touched so that the row comes back; nothing of it changes.
    .onConflict((conflict) =>
      conflict
        .column('asset_id')
        .doUpdateSet((set) => ({ requested_at: set.ref('media_looks.requested_at') })),
    )
    .returning(['requested_at', 'report'])
    .executeTakeFirstOrThrow()
  return toLook(row)
}

export async function findLook(db: Db, workspaceId: string, assetId: string): Promise<MediaLook | undefined> {
  const row = await db
    .selectFrom('media_looks')
    .select(['requested_at', 'report'])
    .where('workspace_id', '=', workspaceId)
    .where('asset_id', '=', assetId)
    .executeTakeFirst()
  return row === undefined ? undefined : toLook(row)
}

/** What was seen in several files, by their ids. */
export async function looksOf(
  db: Db,
  workspaceId: string,
  assetIds: readonly string[],
): Promise<Map<string, MediaLook>> {
  if (assetIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('media_looks')
    .select(['asset_id', 'requested_at', 'report'])
    .where('workspace_id', '=', workspaceId)
    .where('asset_id', 'in', [...assetIds])
    .execute()
  return new Map(rows.map((row) => [row.asset_id, toLook(row)]))
}

/** Everything that one look brought, in the place of what an earlier one did. */
export async function saveLook(
  tx: Transaction,
  look: {
    workspaceId: string
    assetId: string
    report: LookReport
    matches: readonly MatchedAsset[]
    frames: readonly SeenFrame[]
    now: number
  },
): Promise<void> {
  const { workspaceId, assetId, report, now } = look
  await tx.deleteFrom('media_matches').where('asset_id', '=', assetId).execute()
  await tx.deleteFrom('media_frames').where('asset_id', '=', assetId).execute()
  // A file that was deleted while it was looked at takes nothing with it into these tables.
  const there = await tx
    .selectFrom('assets')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [assetId, ...look.matches.map((match) => match.assetId)])
    .orderBy('id')
    .forKeyShare()
    .execute()
  const known = new Set(there.map(({ id }) => id))
  if (!known.has(assetId)) return
  const matches = look.matches.filter((match) => known.has(match.assetId))
  if (matches.length > 0)
    await tx
      .insertInto('media_matches')
      .values(
        matches.map((match) => ({
          asset_id: assetId,
          other_asset_id: match.assetId,
          workspace_id: workspaceId,
          verdict: match.verdict,
          score: match.score,
          segments: JSON.stringify(match.segments),
        })),
      )
      .execute()
  const frames = look.frames.filter(({ otherAssetId: other }) => other === undefined || known.has(other))
  if (frames.length > 0)
    await tx
      .insertInto('media_frames')
      .values(
        frames.map((frame) => ({
          asset_id: assetId,
          other_asset_id: frame.otherAssetId ?? null,
          workspace_id: workspaceId,
          kind: frame.kind,
          at_sec: frame.atSec,
          other_at_sec: frame.otherAtSec ?? null,
          png: frame.png,
        })),
      )
      .execute()
  const values = { report: JSON.stringify(report), looked_at: new Date(now) }
  await tx
    .insertInto('media_looks')
    .values({ asset_id: assetId, workspace_id: workspaceId, requested_at: new Date(now), ...values })
    .onConflict((conflict) => conflict.column('asset_id').doUpdateSet(values))
    .execute()
}

/** Posts that wait for this file's look, brought forward once everything else of them was looked at too. */
export async function wakeWaitingPosts(
  tx: Transaction,
  { assetId, reason, now }: { assetId: string; reason: string; now: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update posts set step_at = ${new Date(now)}
      where (asset_id = ${assetId} or id in (select post_id from post_media where asset_id = ${assetId}))
        and state = 'checking' and state_reason = ${reason} and step_at > ${new Date(now)}
        and not exists (
          select from post_media m left join media_looks l on l.asset_id = m.asset_id
            where m.post_id = posts.id and m.asset_id is not null and l.report is null)
      returning id`.execute(tx)
  return rows.map(({ id }) => id)
}

/**
 * Files that nobody has looked at, or not with this version of fingerprints: what was there before the gate, and jobs
 * that were lost. `retry`: those too that found no decoder, when that was before this time.
 */
export async function unseenAssets(
  db: Database,
  { version, retry, limit }: { version: number; retry: number | undefined; limit: number },
): Promise<{ id: string; workspaceId: string }[]> {
  const { rows } = await sql<{ id: string; workspace_id: string }>`
    select a.id, a.workspace_id from assets a
      left join media_looks l on l.asset_id = a.id
      left join media_fingerprints f on f.asset_id = a.id
    where a.released_at is null and (l.looked_at is null or f.version < ${version}
      ${retry === undefined ? sql`` : sql`or (l.report ->> 'decoder' is null and l.looked_at < ${new Date(retry)})`})
    order by a.id desc limit ${limit}`.execute(db)
  return rows.map((row) => ({ id: row.id, workspaceId: row.workspace_id }))
}

function toLook(row: { requested_at: Date; report: unknown }): MediaLook {
  return {
    requestedAt: row.requested_at.getTime(),
    // Written by this program from what it saw.
    report: (row.report ?? undefined) as LookReport | undefined,
  }
}
