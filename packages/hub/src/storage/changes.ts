import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

/** An endpoint of TikTok's that an app calls. Times in milliseconds since the epoch. */
export interface CalledEndpoint {
  appId: string
  endpoint: string
  firstCalledAt: number
  lastCalledAt: number
}

export interface Call {
  workspaceId: string
  appId: string
  endpoint: string
  at: number
}

/** Notes that endpoints were called, each of them once. An app that was removed meanwhile is left out. */
export async function noteCalls(db: Database, calls: readonly Call[]): Promise<void> {
  if (calls.length === 0) return
  const given = calls.map(({ workspaceId, appId, endpoint, at }) => ({
    workspace: workspaceId,
    app: appId,
    endpoint,
    at: new Date(at),
  }))
  await sql`
    insert into called_endpoints as held (workspace_id, app_id, endpoint, first_called_at, last_called_at)
    select apps.workspace_id, apps.id, given.endpoint, given.at, given.at
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      as given(workspace text, app text, endpoint text, at timestamptz)
    join apps on apps.id = given.app and apps.workspace_id = given.workspace
    order by apps.id, given.endpoint
    on conflict (app_id, endpoint) do update set last_called_at = greatest(held.last_called_at, excluded.last_called_at)
  `.execute(db)
}

export async function listCalledEndpoints(
  db: Database | Transaction,
  workspaceId: string,
): Promise<CalledEndpoint[]> {
  const rows = await db
    .selectFrom('called_endpoints')
    .where('workspace_id', '=', workspaceId)
    .selectAll()
    .orderBy('endpoint')
    .orderBy('app_id')
    .execute()
  return rows.map((row) => ({
    appId: row.app_id,
    endpoint: row.endpoint,
    firstCalledAt: row.first_called_at.getTime(),
    lastCalledAt: row.last_called_at.getTime(),
  }))
}

/** Workspaces that call something at all. */
export async function workspacesThatCall(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('called_endpoints').select('workspace_id').distinct().execute()
  return rows.map((row) => row.workspace_id)
}

/**
 * Writes down that a workspace is told. Of several processes one gets true; the others wait for its commit.
 * @param due `YYYY-MM-DD`
 */
export async function noteTold(
  tx: Transaction,
  notice: { workspaceId: string; changeId: string; due: string; daysBefore: number; at: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('change_notices')
    .values({
      workspace_id: notice.workspaceId,
      change_id: notice.changeId,
      due: notice.due,
      days_before: notice.daysBefore,
      told_at: new Date(notice.at),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Notices of days that are long past. @param before `YYYY-MM-DD` */
export async function deleteOldNotices(db: Database, before: string): Promise<void> {
  await db.deleteFrom('change_notices').where('due', '<', before).execute()
}

/** Gives the workspace's calendar this address; one that it had before ends. */
export async function saveCalendar(
  tx: Transaction,
  calendar: { workspaceId: string; tokenHash: Uint8Array; at: number },
): Promise<void> {
  const values = { token_hash: calendar.tokenHash, created_at: new Date(calendar.at) }
  await tx
    .insertInto('change_calendars')
    .values({ workspace_id: calendar.workspaceId, ...values })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(values))
    .execute()
}

export async function deleteCalendar(tx: Transaction, workspaceId: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('change_calendars')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

/** Whose calendar it is. */
export async function findCalendar(db: Database, tokenHash: Uint8Array): Promise<string | undefined> {
  const row = await db
    .selectFrom('change_calendars')
    .where('token_hash', '=', tokenHash)
    .select('workspace_id')
    .executeTakeFirst()
  return row?.workspace_id
}
