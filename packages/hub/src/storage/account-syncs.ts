/** One row an account: when its profile and videos are read next, who reads them, and how far that is. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

export interface AccountSync {
  accountId: string
  workspaceId: string
  dueAt: number | null
  leaseUntil: number | null
  runStartedAt: number | null
  /** The open run reads no further back; null: all the way. */
  runSince: number | null
  profileDone: boolean
  cursor: string | null
  completedAt: number | null
  /** When the last run ended that read every video. */
  wholeAt: number | null
  requestedAt: number | null
  failures: number
  lastFailure: string | null
  /** Parts that are left out because their scope was not granted: `profile`, `stats`, `videos`. */
  skipped: string[]
  /** Nothing is read of it but what somebody asks for. */
  onDemand: boolean
}

/** A sync that the caller may carry on, alone, until the lease ends. */
export interface LeasedSync extends AccountSync {
  appId: string
  platform: string
  scopes: string[]
  holder: string
  leaseUntil: number
}

export interface SyncChange {
  dueAt?: number | null
  /** The lease's new end; null gives it back. */
  leaseUntil?: number | null
  runStartedAt?: number | null
  runSince?: number | null
  profileDone?: boolean
  cursor?: string | null
  completedAt?: number
  wholeAt?: number
  failures?: number
  lastFailure?: string | null
  skipped?: string[]
}

/** Has an account read at this time, whatever it was before: after a creator connected it. */
export async function scheduleSync(
  tx: Transaction,
  sync: { accountId: string; workspaceId: string; dueAt: number },
): Promise<void> {
  const due_at = new Date(sync.dueAt)
  // A run from before it was connected again ends: what it may read could have changed.
  const fresh = {
    due_at,
    failures: 0,
    last_failure: null,
    lease_until: null,
    lease_holder: null,
    run_started_at: null,
    run_since: null,
    // Connecting anew may have brought scopes: the next run reads everything.
    whole_at: null,
    profile_done: false,
    cursor: null,
  }
  await tx
    .insertInto('account_syncs')
    .values({ account_id: sync.accountId, workspace_id: sync.workspaceId, due_at })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(fresh))
    .execute()
}

/** Leases up to `limit` accounts that are due, found by index; other processes pass over them. */
export async function claimDueSyncs(
  db: Database,
  { holder, now, until }: { holder: string; now: number; until: number },
  limit: number,
): Promise<LeasedSync[]> {
  const { rows } = await sql<Row<'account_syncs'> & { app_id: string; platform: string; scopes: string[] }>`
    with due as materialized (
      select account_id from account_syncs
      where due_at <= ${new Date(now)} order by due_at limit ${limit} for update skip locked)
    update account_syncs as sync
    set due_at = ${new Date(until)}, lease_until = ${new Date(until)}, lease_holder = ${holder}
    from due, accounts where sync.account_id = due.account_id and accounts.id = due.account_id
    returning sync.*, accounts.app_id, accounts.platform, accounts.scopes`.execute(db)
  return rows.map((row) => ({
    ...toSync(row),
    appId: row.app_id,
    platform: row.platform,
    scopes: row.scopes,
    holder,
    leaseUntil: until,
  }))
}

/** How many accounts are due, and since when the first of them; found by index. */
export async function syncBacklog(
  db: Database,
  now: number,
): Promise<{ due: number; oldestAt: number | undefined }> {
  const row = await db
    .selectFrom('account_syncs')
    .select((select) => [select.fn.countAll<number>().as('due'), select.fn.min('due_at').as('oldest')])
    .where('due_at', '<=', new Date(now))
    .executeTakeFirst()
  return { due: Number(row?.due ?? 0), oldestAt: row?.oldest?.getTime() }
}

/** Writes progress down, if the lease is still the caller's; false when another process or an erasure had it since. */
export async function moveSync(
  db: Database,
  lease: Pick<LeasedSync, 'accountId' | 'holder' | 'leaseUntil'>,
  change: SyncChange,
): Promise<boolean> {
  const { dueAt, leaseUntil, runStartedAt, profileDone, cursor, completedAt, failures } = change
  const { lastFailure, skipped, runSince, wholeAt } = change
  const result = await db
    .updateTable('account_syncs')
    .set({
      ...(dueAt === undefined ? {} : { due_at: dateOrNull(dueAt) }),
      ...(leaseUntil === undefined ? {} : { lease_until: dateOrNull(leaseUntil) }),
      ...(runStartedAt === undefined ? {} : { run_started_at: dateOrNull(runStartedAt) }),
      ...(runSince === undefined ? {} : { run_since: dateOrNull(runSince) }),
      ...(wholeAt === undefined ? {} : { whole_at: new Date(wholeAt) }),
      ...(profileDone === undefined ? {} : { profile_done: profileDone }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(completedAt === undefined ? {} : { completed_at: new Date(completedAt) }),
      ...(failures === undefined ? {} : { failures }),
      ...(lastFailure === undefined ? {} : { last_failure: lastFailure }),
      ...(skipped === undefined ? {} : { skipped }),
    })
    .where('account_id', '=', lease.accountId)
    .where('lease_holder', '=', lease.holder)
    .where('lease_until', '=', new Date(lease.leaseUntil))
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/**
 * Brings an account's next reading forward to `wishAt`, never back; answers the row as it is then. A pause that a failure
 * or a 429 asked for is kept: whoever presses harder would only make it longer.
 */
export async function requestSync(
  db: Database,
  accountId: string,
  wish: { now: number; wishAt: number },
): Promise<AccountSync | undefined> {
  const row = await db
    .updateTable('account_syncs')
    .set({
      due_at: sql<Date>`case when lease_until > ${new Date(wish.now)} then due_at
        when failures > 0 and due_at is not null then due_at
        else least(due_at, ${new Date(wish.wishAt)}) end`,
      requested_at: new Date(wish.now),
    })
    .where('account_id', '=', accountId)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toSync(row)
}

/** Holds the account's row until `tx` ends, so that an erasure comes before or after; false when it is erased. */
export async function holdSync(tx: Transaction, accountId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('account_syncs')
    .select('account_id')
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

export async function findSync(db: Database, accountId: string): Promise<AccountSync | undefined> {
  const row = await db
    .selectFrom('account_syncs')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row === undefined ? undefined : toSync(row)
}

function toSync(row: Row<'account_syncs'>): AccountSync {
  return {
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    dueAt: row.due_at?.getTime() ?? null,
    leaseUntil: row.lease_until?.getTime() ?? null,
    runStartedAt: row.run_started_at?.getTime() ?? null,
    runSince: row.run_since?.getTime() ?? null,
    profileDone: row.profile_done,
    cursor: row.cursor,
    completedAt: row.completed_at?.getTime() ?? null,
    wholeAt: row.whole_at?.getTime() ?? null,
    requestedAt: row.requested_at?.getTime() ?? null,
    failures: row.failures,
    lastFailure: row.last_failure,
    skipped: row.skipped,
    onDemand: row.on_demand,
  }
}

function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
