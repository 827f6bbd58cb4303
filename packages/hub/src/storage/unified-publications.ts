/** What was asked for through the unified API's publish call, and the post that came of it. */
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'
import type { UserScope } from './unified-users.ts'

export interface Publication {
  /** A UUID. */
  id: string
  workspaceId: string
  /** The hub's id. */
  accountId: string
  /** `null` until the media is there, and when it never came. */
  postId: string | null
  /** The request as it was sent. */
  request: Record<string, unknown>
  /** Why no post came of it. */
  failure: { code: string; message: string } | null
  /** As the audit log names them. */
  createdBy: string
  createdAt: number
  updatedAt: number
}

export async function insertPublication(
  tx: Transaction,
  publication: Omit<Publication, 'postId' | 'failure' | 'updatedAt'>,
): Promise<void> {
  const now = new Date(publication.createdAt)
  await tx
    .insertInto('unified_publications')
    .values({
      id: publication.id,
      workspace_id: publication.workspaceId,
      account_id: publication.accountId,
      request: JSON.stringify(publication.request),
      created_by: publication.createdBy,
      created_at: now,
      updated_at: now,
    })
    .execute()
}

/** For whoever works on it; `undefined` when it is erased. */
export async function findPublicationById(db: Database, id: string): Promise<Publication | undefined> {
  const row = await db.selectFrom('unified_publications').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toPublication(row)
}

export async function findPublication(
  db: Database,
  { workspaceId, environment }: UserScope,
  id: string,
): Promise<Publication | undefined> {
  let query = db
    .selectFrom('unified_publications')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
  if (environment !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('unified_accounts as bond')
          .innerJoin('unified_users as user', 'user.id', 'bond.user_id')
          .select('bond.account_id')
          .whereRef('bond.account_id', '=', 'unified_publications.account_id')
          .where('user.environment', '=', environment),
      ),
    )
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : toPublication(row)
}

export async function findPublicationOfPost(db: Database, postId: string): Promise<Publication | undefined> {
  const row = await db
    .selectFrom('unified_publications')
    .selectAll()
    .where('post_id', '=', postId)
    .executeTakeFirst()
  return row === undefined ? undefined : toPublication(row)
}

/** Binds the post to what asked for it; false when it has one or is erased, so that the post must not be made. */
export async function setPost(tx: Transaction, id: string, postId: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('unified_publications')
    .set({ post_id: postId, updated_at: new Date(now) })
    .where('id', '=', id)
    .where('post_id', 'is', null)
    .where('failure', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function setPublicationFailure(
  tx: Transaction,
  id: string,
  failure: { code: string; message: string },
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('unified_publications')
    .set({ failure: JSON.stringify(failure), updated_at: new Date(now) })
    .where('id', '=', id)
    .where('post_id', 'is', null)
    .where('failure', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function touchPublication(tx: Transaction, id: string, now: number): Promise<void> {
  await tx
    .updateTable('unified_publications')
    .set({ updated_at: new Date(now) })
    .where('id', '=', id)
    .execute()
}

function toPublication(row: Row<'unified_publications'>): Publication {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    accountId: row.account_id,
    postId: row.post_id,
    request: row.request,
    failure: row.failure,
    createdBy: row.created_by,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
  }
}
