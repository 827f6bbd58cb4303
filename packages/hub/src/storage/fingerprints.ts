/** Fingerprints of a workspace's files. Every query names the workspace: nothing of another one is ever compared. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

export interface FingerprintRow {
  assetId: string
  /** Rises in the order of commits within a workspace. */
  seq: number
  data: Uint8Array
}

/**
 * Writes a fingerprint down under the workspace's next number; one that is there keeps its number.
 * @returns undefined when the file is gone meanwhile
 */
export async function insertFingerprint(
  tx: Transaction,
  fingerprint: { workspaceId: string; assetId: string; version: number; data: Uint8Array },
): Promise<number | undefined> {
  const { workspaceId, assetId, version, data } = fingerprint
  const asset = await tx
    .selectFrom('assets')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', assetId)
    .forKeyShare()
    .executeTakeFirst()
  if (asset === undefined) return undefined
  // Its row is held until the commit, so numbers become visible in their order.
  const { last_seq: seq } = await tx
    .insertInto('media_libraries')
    .values({ workspace_id: workspaceId, last_seq: 1 })
    .onConflict((conflict) =>
      conflict.column('workspace_id').doUpdateSet({ last_seq: sql`media_libraries.last_seq + 1` }),
    )
    .returning('last_seq')
    .executeTakeFirstOrThrow()
  const row = await tx
    .insertInto('media_fingerprints')
    .values({ asset_id: assetId, workspace_id: workspaceId, seq, version, data })
    .onConflict((conflict) =>
      conflict.column('asset_id').doUpdateSet({
        data,
        version,
        // The same look done again after a crash changes nothing; one of a newer version is compared anew.
        seq: sql`case when media_fingerprints.version = ${version} then media_fingerprints.seq else ${seq} end`,
      }),
    )
    .returning('seq')
    .executeTakeFirstOrThrow()
  return row.seq
}

/** The number that the workspace gave out last; 0 when there is none. */
export async function lastSeq(db: Database, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('media_libraries')
    .select('last_seq')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  return row?.last_seq ?? 0
}

/** In the order of their numbers, above `after`. */
export async function fingerprintsAfter(
  db: Database,
  workspaceId: string,
  slice: { after: number; version: number; limit: number },
): Promise<FingerprintRow[]> {
  const rows = await db
    .selectFrom('media_fingerprints')
    .select(['asset_id', 'seq', 'data'])
    .where('workspace_id', '=', workspaceId)
    .where('seq', '>', slice.after)
    .where('version', '=', slice.version)
    .orderBy('seq')
    .limit(slice.limit)
    .execute()
  return rows.map(toFingerprint)
}

/** Those of these files that have one, with a number below `before`. */
export async function fingerprintsOf(
  db: Database,
  workspaceId: string,
  { assetIds, version, before }: { assetIds: readonly string[]; version: number; before: number },
): Promise<FingerprintRow[]> {
  if (assetIds.length === 0) return []
  const rows = await db
    .selectFrom('media_fingerprints')
    .select(['asset_id', 'seq', 'data'])
    .where('workspace_id', '=', workspaceId)
    .where('asset_id', 'in', [...assetIds])
    .where('version', '=', version)
    .where('seq', '<', before)
    .execute()
  return rows.map(toFingerprint)
}

function toFingerprint(row: { asset_id: string; seq: number; data: Uint8Array }): FingerprintRow {
  return { assetId: row.asset_id, seq: row.seq, data: row.data }
}
