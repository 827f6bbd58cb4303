/** Accounts as the unified API knows them: each belongs to a user, and has an id and a profile id of its own. */
import { type SelectQueryBuilder, sql } from 'kysely'
import type { AccountStatus } from './accounts.ts'
import type { AppEnvironment } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'
import type { UnifiedPage, UserScope } from './unified-users.ts'
import type { StoredProfile } from './videos.ts'

/** Which user an account belongs to, and under which ids it is shown. */
export interface AccountBond {
  accountId: string
  /** The id that the unified API shows, a UUID. */
  id: string
  profileId: string
  workspaceId: string
  userId: string
  /** What the creator was asked for: `IDENTITY`, `PUBLISH.CONTENT` … */
  products: string[]
}

/** Everything that is shown of an account besides its profile and contents. */
export interface UnifiedAccount extends AccountBond {
  userName: string
  platform: string
  environment: AppEnvironment
  externalId: string
  username: string | null
  displayName: string | null
  avatarUrl: string | null
  status: AccountStatus
  scopes: string[]
  /** `STANDARD` or `ON_DEMAND` by product, where it was said. */
  monitoring: Record<string, unknown>
  disconnectionSource: string | null
  createdAt: number
  updatedAt: number
  profileReadAt: number | null
  /** When the oldest content that is known was posted. */
  oldestContentAt: number | null
  sync: {
    completedAt: number | null
    dueAt: number | null
    leaseUntil: number | null
    skipped: string[]
  } | null
}

/**
 * Writes down whose an account is. One that is bound already goes to the new user and keeps its ids.
 * @param bond `id` and `profileId` are used for a new bond only
 */
export async function storeBond(tx: Transaction, bond: AccountBond & { now: number }): Promise<AccountBond> {
  const now = new Date(bond.now)
  const row = await tx
    .insertInto('unified_accounts')
    .values({
      account_id: bond.accountId,
      id: bond.id,
      profile_id: bond.profileId,
      workspace_id: bond.workspaceId,
      user_id: bond.userId,
      products: bond.products,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet({
        user_id: bond.userId,
        products: bond.products,
        disconnection_source: null,
        updated_at: now,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  return toBond(row)
}

export async function findBond(db: Database, accountId: string): Promise<AccountBond | undefined> {
  const row = await db
    .selectFrom('unified_accounts')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row === undefined ? undefined : toBond(row)
}

/** The caller's own id of the person, as the hub's own API shows it: the same as the user's. */
export async function setExternalUserId(
  tx: Transaction,
  { workspaceId, accountId, externalId }: { workspaceId: string; accountId: string; externalId: string },
): Promise<void> {
  await tx
    .updateTable('accounts')
    .set({ external_user_id: externalId })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', accountId)
    .execute()
}

/** Notes who ended a connection, or that it stands again. */
export async function setDisconnectionSource(
  tx: Transaction,
  accountId: string,
  source: string | null,
  now: number,
): Promise<void> {
  await tx
    .updateTable('unified_accounts')
    .set({ disconnection_source: source, updated_at: new Date(now) })
    .where('account_id', '=', accountId)
    .execute()
}

/** For an account that is erased: its ids mean nothing afterwards. */
export async function deleteBond(tx: Transaction, accountId: string): Promise<void> {
  await tx.deleteFrom('unified_publications').where('account_id', '=', accountId).execute()
  await tx.deleteFrom('unified_accounts').where('account_id', '=', accountId).execute()
}

export interface UnifiedAccountFilter {
  userId?: string | undefined
  /** The hub's name of the platform. */
  platform?: string | undefined
  /** The id that the unified API shows. */
  id?: string | undefined
  /** Only those whose profile was read. */
  withProfile?: boolean
}

/** Newest first; erased accounts have no bond and are not there. */
export async function listUnifiedAccounts(
  db: Database,
  scope: UserScope,
  filter: UnifiedAccountFilter,
  { limit, offset, after }: UnifiedPage,
): Promise<UnifiedAccount[]> {
  let page = narrowed(db, scope, filter)
    .select(['bond.account_id', 'bond.created_at', 'bond.id'])
    .orderBy('bond.created_at', 'desc')
    .orderBy('bond.id', 'desc')
    .limit(limit)
    .offset(offset)
  if (after !== undefined)
    page = page.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('bond.created_at', 'bond.id'), '<', tuple(new Date(after.at), after.id)),
    )
  // The page is found by index alone; everything else is read of its rows only, however deep it lies.
  const ids = (await page.execute()).map(({ account_id }) => account_id)
  const accounts = await findUnifiedAccounts(db, scope, ids)
  return ids.flatMap((id) => accounts.get(id) ?? [])
}

/** By the hub's ids (`acc_…`). */
export async function findUnifiedAccounts(
  db: Database,
  { workspaceId }: UserScope,
  accountIds: readonly string[],
): Promise<Map<string, UnifiedAccount>> {
  if (accountIds.length === 0) return new Map()
  const rows = await whole(db)
    .where('bond.workspace_id', '=', workspaceId)
    .where('bond.account_id', 'in', [...new Set(accountIds)])
    .execute()
  return new Map(rows.map((row) => [row.account_id, toUnifiedAccount(row)]))
}

export async function countUnifiedAccounts(
  db: Database,
  scope: UserScope,
  filter: UnifiedAccountFilter,
): Promise<number> {
  const row = await narrowed(db, scope, filter)
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** By the id that the unified API shows, or by the id of the profile. */
export async function findUnifiedAccount(
  db: Database,
  { workspaceId, environment }: UserScope,
  by: { id: string } | { profileId: string } | { accountId: string },
): Promise<UnifiedAccount | undefined> {
  let query = whole(db).where('bond.workspace_id', '=', workspaceId)
  if ('id' in by) query = query.where('bond.id', '=', by.id)
  else if ('profileId' in by) query = query.where('bond.profile_id', '=', by.profileId)
  else query = query.where('bond.account_id', '=', by.accountId)
  if (environment !== undefined) query = query.where('user.environment', '=', environment)
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : toUnifiedAccount(row)
}

/** Profiles as they were last read, by the hub's ids of their accounts. */
export async function findProfiles(
  db: Database,
  accountIds: readonly string[],
): Promise<Map<string, StoredProfile>> {
  if (accountIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('profiles')
    .selectAll()
    .where('account_id', 'in', [...accountIds])
    .execute()
  return new Map(
    rows.map((row) => [
      row.account_id,
      { data: row.data, sourceCall: row.source_call, readAt: row.read_at.getTime() },
    ]),
  )
}

/** How often each product is to be read; `onDemand`: the account is read only when somebody asks. */
export async function setMonitoring(
  tx: Transaction,
  accountId: string,
  monitoring: Record<string, unknown>,
  { onDemand, now }: { onDemand: boolean; now: number },
): Promise<void> {
  await tx
    .updateTable('unified_accounts')
    .set({ monitoring: JSON.stringify(monitoring), updated_at: new Date(now) })
    .where('account_id', '=', accountId)
    .execute()
  await tx
    .updateTable('account_syncs')
    .set({
      on_demand: onDemand,
      // A reading that is under way goes on to its end; one that only waits is taken off, or put on again.
      due_at: onDemand
        ? sql<Date | null>`case when run_started_at is null then null else due_at end`
        : sql<Date>`coalesce(due_at, ${new Date(now)})`,
    })
    .where('account_id', '=', accountId)
    .where('on_demand', '<>', onDemand)
    .execute()
}

/** The next reading goes back to the first content. */
export async function forgetWholeReading(db: Database, accountId: string): Promise<void> {
  await db.updateTable('account_syncs').set({ whole_at: null }).where('account_id', '=', accountId).execute()
}

type Bonds = Tables & { bond: Tables['unified_accounts'] }

function narrowed(db: Database, { workspaceId, environment }: UserScope, filter: UnifiedAccountFilter) {
  let query: SelectQueryBuilder<Bonds, 'bond', object> = db
    .selectFrom('unified_accounts as bond')
    .where('bond.workspace_id', '=', workspaceId)
  if (filter.userId !== undefined) query = query.where('bond.user_id', '=', filter.userId)
  if (filter.id !== undefined) query = query.where('bond.id', '=', filter.id)
  if (filter.withProfile === true)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('profiles')
          .select('profiles.account_id')
          .whereRef('profiles.account_id', '=', 'bond.account_id'),
      ),
    )
  if (environment !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('unified_users')
          .select('unified_users.id')
          .whereRef('unified_users.id', '=', 'bond.user_id')
          .where('unified_users.environment', '=', environment),
      ),
    )
  const { platform } = filter
  if (platform !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('accounts')
          .select('accounts.id')
          .whereRef('accounts.id', '=', 'bond.account_id')
          .where('accounts.platform', '=', platform),
      ),
    )
  return query
}

function whole(db: Database) {
  return db
    .selectFrom('unified_accounts as bond')
    .innerJoin('accounts as account', 'account.id', 'bond.account_id')
    .innerJoin('unified_users as user', 'user.id', 'bond.user_id')
    .leftJoin('account_syncs as sync', 'sync.account_id', 'bond.account_id')
    .leftJoin('profiles as profile', 'profile.account_id', 'bond.account_id')
    .select([
      'bond.account_id',
      'bond.id',
      'bond.profile_id',
      'bond.workspace_id',
      'bond.user_id',
      'bond.products',
      'bond.monitoring',
      'bond.disconnection_source',
      'bond.created_at',
      'bond.updated_at',
      'user.name as user_name',
      'user.environment',
      'account.platform',
      'account.external_id',
      'account.username',
      'account.display_name',
      'account.avatar_url',
      'account.status',
      'account.scopes',
      'account.changed_at',
      'sync.account_id as sync_id',
      'sync.completed_at',
      'sync.due_at',
      'sync.lease_until',
      'sync.skipped',
      'profile.read_at as profile_read_at',
      sql<Date | null>`(select min(posted_at) from videos where videos.account_id = bond.account_id)`.as(
        'oldest_content_at',
      ),
    ])
}

type WholeRow = Awaited<ReturnType<ReturnType<typeof whole>['executeTakeFirstOrThrow']>>

function toUnifiedAccount(row: WholeRow): UnifiedAccount {
  return {
    ...toBond(row),
    userName: row.user_name,
    platform: row.platform,
    environment: row.environment,
    externalId: row.external_id,
    username: row.username,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    status: row.status,
    scopes: row.scopes,
    monitoring: row.monitoring,
    disconnectionSource: row.disconnection_source,
    createdAt: row.created_at.getTime(),
    updatedAt: Math.max(row.updated_at.getTime(), row.changed_at.getTime()),
    profileReadAt: row.profile_read_at?.getTime() ?? null,
    oldestContentAt: row.oldest_content_at?.getTime() ?? null,
    sync:
      row.sync_id === null
        ? null
        : {
            completedAt: row.completed_at?.getTime() ?? null,
            dueAt: row.due_at?.getTime() ?? null,
            leaseUntil: row.lease_until?.getTime() ?? null,
            skipped: row.skipped ?? [],
          },
  }
}

function toBond(row: {
  account_id: string
  id: string
  profile_id: string
  workspace_id: string
  user_id: string
  products: string[]
}): AccountBond {
  return {
    accountId: row.account_id,
    id: row.id,
    profileId: row.profile_id,
    workspaceId: row.workspace_id,
    userId: row.user_id,
    products: row.products,
  }
}
