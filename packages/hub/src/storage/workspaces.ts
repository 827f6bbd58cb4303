import type { Database } from './database.ts'
import type { Row } from './tables.ts'

export interface Workspace {
  id: string
  name: string
  createdAt: number
}

/** A slice of a list, newest first: at most `limit`, those before the id `before`. */
export interface Slice {
  limit: number
  before?: string | undefined
}

export async function insertWorkspace(db: Database, workspace: Workspace): Promise<void> {
  const { id, name, createdAt } = workspace
  await db
    .insertInto('workspaces')
    .values({ id, name, created_at: new Date(createdAt) })
    .execute()
}

export async function findWorkspace(db: Database, id: string): Promise<Workspace | undefined> {
  const row = await db.selectFrom('workspaces').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toWorkspace(row)
}

/** All workspaces of the installation: only for keys that may manage them. */
export async function listWorkspaces(db: Database, { limit, before }: Slice): Promise<Workspace[]> {
  let query = db.selectFrom('workspaces').selectAll().orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  return (await query.execute()).map(toWorkspace)
}

export async function renameWorkspace(
  db: Database,
  id: string,
  name: string,
): Promise<Workspace | undefined> {
  const row = await db
    .updateTable('workspaces')
    .set({ name })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toWorkspace(row)
}

function toWorkspace(row: Row<'workspaces'>): Workspace {
  return { id: row.id, name: row.name, createdAt: row.created_at.getTime() }
}
