import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

const LOCK = 4_848_000_003

/** Runs in one transaction that other processes' calls of this wait for: for what is to be made once. */
export async function once<T>(db: Database, body: (tx: Transaction) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx)
    return await body(tx)
  })
}

/** The workspace that was made first; undefined in a new installation. */
export async function firstWorkspaceId(db: Database): Promise<string | undefined> {
  const row = await db.selectFrom('workspaces').select('id').orderBy('id').limit(1).executeTakeFirst()
  return row?.id
}

export async function hasApps(db: Database, workspaceId: string): Promise<boolean> {
  const row = await db
    .selectFrom('apps')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
