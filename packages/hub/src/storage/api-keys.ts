import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

/** A key without its secret, of which only a hash exists. */
export interface ApiKey {
  id: string
  workspaceId: string
  name: string
  /** The beginning of the key, by which a person recognises it. */
  prefix: string
  scopes: string[]
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  revokedAt: number | null
  /** The key made when this one was rotated. */
  replacedBy: string | null
}

export async function insertApiKey(
  db: Database,
  key: Pick<ApiKey, 'id' | 'workspaceId' | 'name' | 'prefix' | 'scopes' | 'createdAt' | 'expiresAt'>,
  hash: Uint8Array,
): Promise<void> {
  await db
    .insertInto('api_keys')
    .values({
      id: key.id,
      workspace_id: key.workspaceId,
      name: key.name,
      prefix: key.prefix,
      hash,
      scopes: key.scopes,
      created_at: new Date(key.createdAt),
      expires_at: key.expiresAt === null ? null : new Date(key.expiresAt),
    })
    .execute()
}

/** The one lookup that comes before a workspace is known: it is what makes it known. Answers in the order of `hashes`. */
export async function findApiKeysByHash(
  db: Database,
  hashes: readonly Uint8Array[],
): Promise<({ key: ApiKey; hash: Uint8Array } | undefined)[]> {
  const names = hashes.map(nameOf)
  const different = [...new Map(hashes.map((hash, at) => [names[at], Buffer.from(hash)])).values()]
  const rows = await db
    .selectFrom('api_keys')
    .selectAll()
    .where(sql<boolean>`hash = any(${different}::bytea[])`)
    .execute()
  const found = new Map(rows.map((row) => [nameOf(row.hash), { key: toApiKey(row), hash: row.hash }]))
  return names.map((name) => found.get(name))
}

function nameOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('base64')
}

export async function findApiKey(db: Database, workspaceId: string, id: string): Promise<ApiKey | undefined> {
  const row = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toApiKey(row)
}

export async function listApiKeys(
  db: Database,
  workspaceId: string,
  { limit, before }: Slice,
): Promise<ApiKey[]> {
  let query = db
    .selectFrom('api_keys')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  return (await query.execute()).map(toApiKey)
}

/** Notes a use, at most once a minute, so that reading does not turn into writing. */
export async function touchApiKey(
  db: Database,
  workspaceId: string,
  id: string,
  now: number,
  everyMs: number,
): Promise<void> {
  await db
    .updateTable('api_keys')
    .set({ last_used_at: new Date(now) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where((is) => is.or([is('last_used_at', 'is', null), is('last_used_at', '<=', new Date(now - everyMs))]))
    .execute()
}

/** Ends a key; one that has ended keeps its first end. */
export async function revokeApiKey(
  db: Database,
  workspaceId: string,
  id: string,
  now: number,
): Promise<ApiKey | undefined> {
  await db
    .updateTable('api_keys')
    .set({ revoked_at: new Date(now) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  return findApiKey(db, workspaceId, id)
}

/** Lets a key live until `expiresAt` at most beside the one that replaces it. `undefined` when it has ended already. */
export async function supersedeApiKey(
  db: Database,
  workspaceId: string,
  id: string,
  replacedBy: string,
  now: number,
  expiresAt: number,
): Promise<ApiKey | undefined> {
  const row = await db
    .updateTable('api_keys')
    .set((is) => ({
      replaced_by: replacedBy,
      expires_at: is.fn<Date>('least', [
        is.fn.coalesce('expires_at', is.val(new Date(expiresAt))),
        is.val(new Date(expiresAt)),
      ]),
    }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('replaced_by', 'is', null)
    .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', new Date(now))]))
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toApiKey(row)
}

function toApiKey(row: Row<'api_keys'>): ApiKey {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime() ?? null,
    lastUsedAt: row.last_used_at?.getTime() ?? null,
    revokedAt: row.revoked_at?.getTime() ?? null,
    replacedBy: row.replaced_by,
  }
}
