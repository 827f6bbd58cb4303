import { sql } from 'kysely'
import type { AppEnvironment } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

export type AccountStatus = Row<'accounts'>['status']

/** A creator's account on a platform, as one app of a workspace knows it. */
export interface Account {
  id: string
  workspaceId: string
  appId: string
  platform: string
  /** The creator's id for the app (TikTok's `open_id`). */
  externalId: string
  /** The caller's own id of the person, if they gave one. */
  externalUserId: string | null
  username: string | null
  displayName: string | null
  avatarUrl: string | null
  status: AccountStatus
  /** Why it is not connected: `removed_by_creator`, `refresh_answer_lost` … */
  statusReason: string | null
  scopes: string[]
  missingScopes: string[]
  connectedAt: number
  changedAt: number
}

export interface ConnectedCreator {
  id: string
  workspaceId: string
  appId: string
  platform: string
  externalId: string
  externalUserId: string | null
  scopes: readonly string[]
  missingScopes: readonly string[]
  now: number
}

/**
 * Writes a new grant down: makes the account, or brings the creator's existing one back. `id` is used for a new one
 * only. `isNew` tells which it was.
 */
export async function upsertConnectedAccount(
  tx: Transaction,
  creator: ConnectedCreator,
): Promise<{ account: Account; isNew: boolean }> {
  const now = new Date(creator.now)
  const state = {
    status: 'connected' as const,
    status_reason: null,
    scopes: [...creator.scopes],
    missing_scopes: [...creator.missingScopes],
    connected_at: now,
    changed_at: now,
  }
  const row = await tx
    .insertInto('accounts')
    .values({
      id: creator.id,
      workspace_id: creator.workspaceId,
      app_id: creator.appId,
      platform: creator.platform,
      external_id: creator.externalId,
      external_user_id: creator.externalUserId,
      ...state,
    })
    .onConflict((conflict) =>
      conflict.columns(['app_id', 'external_id']).doUpdateSet({
        ...state,
        ...(creator.externalUserId === null ? {} : { external_user_id: creator.externalUserId }),
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  return { account: toAccount(row), isNew: row.id === creator.id }
}

export async function findAccount(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<Account | undefined> {
  const row = await db
    .selectFrom('accounts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toAccount(row)
}

/** An account by its id alone, for what comes from TikTok and names no workspace. */
export async function findAccountById(db: Database, id: string): Promise<Account | undefined> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toAccount(row)
}

/** The account of a creator as TikTok names them in a webhook; the app comes from `findAppsByClientKey`. */
export async function findAccountByExternalId(
  db: Database,
  appId: string,
  externalId: string,
): Promise<Account | undefined> {
  const row = await db
    .selectFrom('accounts')
    .selectAll()
    .where('app_id', '=', appId)
    .where('external_id', '=', externalId)
    .executeTakeFirst()
  return row === undefined ? undefined : toAccount(row)
}

export interface AccountFilter extends Slice {
  appId?: string | undefined
  environment?: AppEnvironment | undefined
  status?: AccountStatus | undefined
  externalUserId?: string | undefined
}

/** Newest first; erased ones only when asked for by status. */
export async function listAccounts(
  db: Database,
  workspaceId: string,
  filter: AccountFilter,
): Promise<Account[]> {
  let query = db
    .selectFrom('accounts')
    .selectAll('accounts')
    .where('accounts.workspace_id', '=', workspaceId)
    .orderBy('accounts.id', 'desc')
    .limit(filter.limit)
  if (filter.before !== undefined) query = query.where('accounts.id', '<', filter.before)
  if (filter.appId !== undefined) query = query.where('app_id', '=', filter.appId)
  if (filter.externalUserId !== undefined) query = query.where('external_user_id', '=', filter.externalUserId)
  query =
    filter.status === undefined
      ? query.where('status', '<>', 'erased')
      : query.where('status', '=', filter.status)
  if (filter.environment !== undefined)
    query = query
      .innerJoin('apps', 'apps.id', 'accounts.app_id')
      .where('apps.environment', '=', filter.environment)
  return (await query.execute()).map(toAccount)
}

/** Who they are, as TikTok last said. What is left out stays as it was. */
export async function updateAccountProfile(
  db: Database,
  workspaceId: string,
  id: string,
  profile: { username?: string; displayName?: string; avatarUrl?: string },
  now: number,
): Promise<Account | undefined> {
  const row = await db
    .updateTable('accounts')
    .set({
      ...(profile.username === undefined ? {} : { username: profile.username }),
      ...(profile.displayName === undefined ? {} : { display_name: profile.displayName }),
      ...(profile.avatarUrl === undefined ? {} : { avatar_url: profile.avatarUrl }),
      changed_at: new Date(now),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('status', '<>', 'erased')
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toAccount(row)
}

/** Moves an account to another status, when it is in one of those it may come from. Answers whether it did. */
export async function setAccountStatus(
  db: Database,
  workspaceId: string,
  id: string,
  change: {
    from: readonly AccountStatus[]
    to: Exclude<AccountStatus, 'connected' | 'erased'>
    reason: string
    now: number
    /** Only while this grant is the present one: a creator may reconnect at any moment. */
    connectedAt?: number
  },
): Promise<boolean> {
  let query = db
    .updateTable('accounts')
    .set({ status: change.to, status_reason: change.reason, changed_at: new Date(change.now) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('status', 'in', [...change.from])
  if (change.connectedAt !== undefined) query = query.where('connected_at', '=', new Date(change.connectedAt))
  const { numUpdatedRows } = await query.executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Takes back that a grant was given up, when it was for this reason. Answers whether it was. */
export async function reviveAccount(
  db: Database,
  workspaceId: string,
  id: string,
  reason: string,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('accounts')
    .set({ status: 'connected', status_reason: null, changed_at: new Date(now) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('status', '=', 'reauthorization_required')
    .where('status_reason', '=', reason)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Scopes can shrink with a refresh; what TikTok says last holds, and what is gone is missing. */
export async function updateAccountScopes(
  db: Database,
  workspaceId: string,
  id: string,
  scopes: readonly string[],
  now: number,
): Promise<void> {
  const missing = sql<string[]>`array(
    select scope from unnest(scopes || missing_scopes) as had(scope) where scope <> all(${[...scopes]}::text[]))`
  await db
    .updateTable('accounts')
    .set({ scopes: [...scopes], missing_scopes: missing, changed_at: new Date(now) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

export function toAccount(row: Row<'accounts'>): Account {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    appId: row.app_id,
    platform: row.platform,
    externalId: row.external_id,
    externalUserId: row.external_user_id,
    username: row.username,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    status: row.status,
    statusReason: row.status_reason,
    scopes: row.scopes,
    missingScopes: row.missing_scopes,
    connectedAt: row.connected_at.getTime(),
    changedAt: row.changed_at.getTime(),
  }
}
