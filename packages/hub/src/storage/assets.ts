import type { MediaInfo } from '@tockwork/media'
import { type Selectable, sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { AssetsTable } from './tables.ts'

type Db = Database | Transaction

/** A file of a workspace. The bytes are in the blob store by `hash`. */
export interface Asset {
  id: string
  workspaceId: string
  hash: Uint8Array
  sizeBytes: number
  contentType: string
  name: string | undefined
  tags: string[]
  /** What the probe found. */
  info: MediaInfo
  /** `post`: a copy of what a post names by address, in no library. */
  origin: 'library' | 'post'
  /** Since when its bytes are gone; only those of a copy ever are. */
  releasedAt: number | undefined
  createdAt: number
}

/**
 * Writes an asset down, or gives the one that has these bytes already. A copy that comes into the library is a file of it
 * from then on; its bytes are in the store again in any case.
 */
export async function insertAsset(db: Db, asset: Asset): Promise<{ asset: Asset; isNew: boolean }> {
  const promoted = sql<boolean>`excluded.origin = 'library' and assets.origin = 'post'`
  const row = await db
    .insertInto('assets')
    .values({
      id: asset.id,
      workspace_id: asset.workspaceId,
      hash: asset.hash,
      size_bytes: asset.sizeBytes,
      content_type: asset.contentType,
      name: asset.name ?? null,
      tags: asset.tags,
      info: JSON.stringify(asset.info),
      origin: asset.origin,
      created_at: new Date(asset.createdAt),
    })
    // Touched so that the row comes back, whether anything of it changes or not.
    .onConflict((conflict) =>
      conflict.columns(['workspace_id', 'hash']).doUpdateSet({
        released_at: null,
        origin: sql`case when ${promoted} then 'library' else assets.origin end`,
        name: sql`case when ${promoted} then excluded.name else assets.name end`,
        tags: sql`case when ${promoted} then excluded.tags else assets.tags end`,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  return { asset: toAsset(row), isNew: row.id === asset.id }
}

export async function findAsset(db: Db, workspaceId: string, id: string): Promise<Asset | undefined> {
  const row = await db
    .selectFrom('assets')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toAsset(row)
}

/** The same for what a post may be made with: a copy belongs to the post that it was made for. */
export async function findLibraryAsset(db: Db, workspaceId: string, id: string): Promise<Asset | undefined> {
  const asset = await findAsset(db, workspaceId, id)
  return asset?.origin === 'library' ? asset : undefined
}

/** Files of the library, newest first. */
export async function listAssets(
  db: Db,
  filter: {
    workspaceId: string
    tag?: string | undefined
    kind?: 'video' | 'photo' | undefined
    /** Whether any post was made with it. */
    used?: boolean | undefined
    before?: string | undefined
    limit: number
  },
): Promise<Asset[]> {
  let query = db
    .selectFrom('assets')
    .selectAll()
    .where('workspace_id', '=', filter.workspaceId)
    // Written out, so that the index of the library is of use.
    .where(sql<boolean>`origin = 'library'`)
    .orderBy('id', 'desc')
    .limit(filter.limit)
  if (filter.before !== undefined) query = query.where('id', '<', filter.before)
  if (filter.tag !== undefined) query = query.where(sql<boolean>`tags @> ${[filter.tag]}::text[]`)
  if (filter.kind !== undefined)
    query = query.where('content_type', 'like', filter.kind === 'video' ? 'video/%' : 'image/%')
  if (filter.used !== undefined)
    query = query.where(({ exists, not, selectFrom }) => {
      const posts = exists(
        selectFrom('posts').select('posts.id').whereRef('posts.asset_id', '=', 'assets.id'),
      )
      return filter.used === true ? posts : not(posts)
    })
  return (await query.execute()).map(toAsset)
}

export async function updateAsset(
  db: Db,
  workspaceId: string,
  id: string,
  change: { name?: string | undefined; tags?: string[] | undefined },
): Promise<Asset | undefined> {
  const row = await db
    .updateTable('assets')
    .set({
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.tags === undefined ? {} : { tags: change.tags }),
      id,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('origin', '=', 'library')
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toAsset(row)
}

/** Posts in these states have no more need of their file, or say what is missing when they are tried again. */
const NEED_NO_FILE = ['published', 'in_inbox', 'cancelled', 'failed']

/**
 * Deletes a file of the library that no post still needs; its bytes are another matter (`removeUnused`). Posts that were made with it
 * keep its id in what they say.
 * @returns the asset as it was, or the posts that need it (100 at most); undefined when there is none.
 */
export async function deleteAsset(
  tx: Transaction,
  workspaceId: string,
  id: string,
): Promise<{ asset: Asset; neededBy: string[] } | undefined> {
  // Held first: a post that is being written down with it goes before, and is seen, or waits.
  const row = await tx
    .selectFrom('assets')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('origin', '=', 'library')
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const needing = await tx
    .selectFrom('posts')
    .select('id')
    .where('asset_id', '=', id)
    .where('state', 'not in', NEED_NO_FILE)
    .orderBy('id', 'desc')
    .limit(100)
    .execute()
  if (needing.length === 0) await tx.deleteFrom('assets').where('id', '=', id).execute()
  return { asset: toAsset(row), neededBy: needing.map((post) => post.id) }
}

/** Ids of the posts that an asset was used in, newest first, at most `limit`. */
export async function assetUses(db: Db, id: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('posts')
    .select('id')
    .where('asset_id', '=', id)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}

export function toAsset(row: Selectable<AssetsTable>): Asset {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    hash: row.hash,
    sizeBytes: row.size_bytes,
    contentType: row.content_type,
    name: row.name ?? undefined,
    tags: row.tags,
    // Written by this program from the probe.
    info: row.info as unknown as MediaInfo,
    origin: row.origin,
    releasedAt: row.released_at?.getTime(),
    createdAt: row.created_at.getTime(),
  }
}
