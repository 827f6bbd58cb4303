/** People as the caller knows them, each with accounts on platforms. */
import type { AppEnvironment } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

export interface UnifiedUser {
  /** A UUID. */
  id: string
  workspaceId: string
  environment: AppEnvironment
  name: string
  /** The caller's own id of the person. */
  externalId: string
  status: 'ACTIVE' | 'INACTIVE'
  /** Made by the hub for an account that was connected without naming a user. */
  implicit: boolean
  createdAt: number
  updatedAt: number
}

/** One page of a list: rows from `offset` on, or after the row that a cursor names. */
export interface UnifiedPage {
  limit: number
  offset: number
  after?: { at: number; id: string } | undefined
}

/** False when somebody has this external id in this workspace and environment. */
export async function insertUser(
  tx: Database,
  user: Omit<UnifiedUser, 'status' | 'updatedAt'>,
): Promise<boolean> {
  const now = new Date(user.createdAt)
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('unified_users')
    .values({
      id: user.id,
      workspace_id: user.workspaceId,
      environment: user.environment,
      name: user.name,
      external_id: user.externalId,
      implicit: user.implicit,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'environment', 'external_id']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** A user of a workspace, and, for a key that reaches one environment only, of that one. */
export interface UserScope {
  workspaceId: string
  environment: AppEnvironment | undefined
}

export async function findUser(
  db: Database,
  { workspaceId, environment }: UserScope,
  id: string,
): Promise<UnifiedUser | undefined> {
  let query = db
    .selectFrom('unified_users')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : toUser(row)
}

/** Of two with the same id in both environments the one in production. */
export async function findUserByExternalId(
  db: Database,
  { workspaceId, environment }: UserScope,
  externalId: string,
): Promise<UnifiedUser | undefined> {
  let query = db
    .selectFrom('unified_users')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('external_id', '=', externalId)
    .orderBy('environment')
    .limit(1)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : toUser(row)
}

/** Newest first. */
export async function listUsers(
  db: Database,
  { workspaceId, environment }: UserScope,
  { limit, offset, after }: UnifiedPage,
): Promise<UnifiedUser[]> {
  let query = db
    .selectFrom('unified_users')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  if (after !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'id'), '<', tuple(new Date(after.at), after.id)),
    )
  return (await query.execute()).map(toUser)
}

export async function countUsers(db: Database, { workspaceId, environment }: UserScope): Promise<number> {
  let query = db
    .selectFrom('unified_users')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  return Number((await query.executeTakeFirstOrThrow()).count)
}

/** Takes a user away, once no account is theirs any more. */
export async function deleteUser(tx: Transaction, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('unified_users')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where(({ exists, not, selectFrom }) =>
      not(exists(selectFrom('unified_accounts').select('account_id').where('user_id', '=', id))),
    )
    .executeTakeFirst()
  return numDeletedRows === 1n
}

function toUser(row: Row<'unified_users'>): UnifiedUser {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    environment: row.environment,
    name: row.name,
    externalId: row.external_id,
    status: row.status,
    implicit: row.implicit,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
  }
}
