/** One row an account: its sealed token pair, when it is due, and who is renewing it. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

export interface StoredTokens {
  accountId: string
  workspaceId: string
  sealed: Uint8Array
  accessExpiresAt: number
  refreshExpiresAt: number
  /** When it is to be refreshed, or looked at again; null: never, the grant is gone. */
  dueAt: number | null
  leaseUntil: number | null
  /** A refresh may have been sent then, and no outcome is written down. */
  refreshSentAt: number | null
  /** When TikTok first said that the grant is gone. */
  refusedAt: number | null
  failures: number
  lastFailure: string | null
  /** Counts the pairs an account has had. Whoever writes a pair names the one it replaces. */
  generation: number
}

/** A row that the caller may refresh, alone, until `leaseUntil`. */
export interface LeasedTokens extends StoredTokens {
  appId: string
  leaseUntil: number
  holder: string
  /** `refreshSentAt` from before this lease: an earlier refresh whose answer never came. */
  lostSince: number | null
}

export interface Lease {
  holder: string
  now: number
  until: number
}

/** The statement is measured in tests: it must find its rows by the index on `due_at`. */
export function claimDueQuery(db: Database, { holder, now, until }: Lease, limit: number) {
  return sql<Row<'token_vault'> & { lost_since: Date | null }>`
    with due as materialized (
      select account_id, refresh_sent_at from token_vault
      where due_at <= ${new Date(now)} order by due_at limit ${limit} for update skip locked)
    update token_vault as vault
    set due_at = ${new Date(until)}, lease_until = ${new Date(until)}, lease_holder = ${holder},
      refresh_sent_at = coalesce(vault.refresh_sent_at, ${new Date(now)})
    from due where vault.account_id = due.account_id
    returning vault.*, due.refresh_sent_at as lost_since`.compile(db)
}

/**
 * Leases up to `limit` rows that are due, the longest waiting first. Other processes pass over them; when this one dies
 * they are due again at the end of the lease.
 */
export async function claimDueTokens(db: Database, lease: Lease, limit: number): Promise<LeasedTokens[]> {
  const { rows } = await db.executeQuery(claimDueQuery(db, lease, limit))
  return rows.map((row) => toLeased(row, lease))
}

/** Leases one row, if nobody else has it and its pair is still the one that the caller has read. */
export async function leaseTokens(
  db: Database,
  workspaceId: string,
  accountId: string,
  generation: number,
  lease: Lease,
): Promise<LeasedTokens | undefined> {
  const { now, until, holder } = lease
  const { rows } = await sql<Row<'token_vault'> & { lost_since: Date | null }>`
    with free as materialized (
      select account_id, refresh_sent_at from token_vault
      where account_id = ${accountId} and workspace_id = ${workspaceId} and generation = ${generation}
        and (lease_until is null or lease_until <= ${new Date(now)}) for update)
    update token_vault as vault
    set due_at = ${new Date(until)}, lease_until = ${new Date(until)}, lease_holder = ${holder},
      refresh_sent_at = coalesce(vault.refresh_sent_at, ${new Date(now)})
    from free where vault.account_id = free.account_id
    returning vault.*, free.refresh_sent_at as lost_since`.execute(db)
  return rows[0] === undefined ? undefined : toLeased(rows[0], lease)
}

export interface RotatedTokens {
  accountId: string
  workspaceId: string
  /** The generation that this pair replaces; the pair itself is sealed under the next one. */
  replaces: number
  sealed: Uint8Array
  keyVersion: number
  accessExpiresAt: number
  refreshExpiresAt: number
  dueAt: number
}

/**
 * Writes renewed pairs in one statement and ends their leases. A pair whose predecessor has been replaced meanwhile (a
 * reconnect, or another process after this one's lease ran out) is not written. Returns the accounts that were; they
 * are durable when this resolves.
 */
export async function storeRotatedTokens(
  db: Database,
  pairs: readonly RotatedTokens[],
  now: number,
): Promise<Set<string>> {
  if (pairs.length === 0) return new Set()
  const dates = (pick: (pair: RotatedTokens) => number) => pairs.map((pair) => new Date(pick(pair)))
  const { rows } = await sql<{ account_id: string }>`
    update token_vault as vault
    set sealed = pair.sealed, key_version = pair.key_version, access_expires_at = pair.access_expires_at,
      refresh_expires_at = pair.refresh_expires_at, due_at = pair.due_at, generation = vault.generation + 1,
      lease_until = null, lease_holder = null, refresh_sent_at = null, refused_at = null, failures = 0,
      last_failure = null, changed_at = ${new Date(now)}
    from unnest(${pairs.map((pair) => pair.accountId)}::text[], ${pairs.map((pair) => pair.workspaceId)}::text[],
      ${pairs.map((pair) => pair.replaces)}::bigint[], ${pairs.map((pair) => Buffer.from(pair.sealed))}::bytea[],
      ${pairs.map((pair) => pair.keyVersion)}::integer[],
      ${dates((pair) => pair.accessExpiresAt)}::timestamptz[],
      ${dates((pair) => pair.refreshExpiresAt)}::timestamptz[],
      ${dates((pair) => pair.dueAt)}::timestamptz[])
      as pair(account_id, workspace_id, replaces, sealed, key_version, access_expires_at, refresh_expires_at, due_at)
    where vault.account_id = pair.account_id and vault.workspace_id = pair.workspace_id
      and vault.generation = pair.replaces
    returning vault.account_id`.execute(db)
  return new Set(rows.map((row) => row.account_id))
}

/** Puts the pair of a new grant in, whatever was there. Returns the generation it has. */
export async function putGrantedTokens(
  tx: Transaction,
  { accountId, appId }: { accountId: string; appId: string },
  seal: (generation: number) => Promise<Omit<RotatedTokens, 'accountId' | 'replaces'>>,
  now: number,
): Promise<number> {
  const before = await tx
    .selectFrom('token_vault')
    .select('generation')
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirst()
  const generation = Number(before?.generation ?? 0) + 1
  const pair = await seal(generation)
  const values = {
    sealed: pair.sealed,
    key_version: pair.keyVersion,
    access_expires_at: new Date(pair.accessExpiresAt),
    refresh_expires_at: new Date(pair.refreshExpiresAt),
    due_at: new Date(pair.dueAt),
    lease_until: null,
    lease_holder: null,
    refresh_sent_at: null,
    refused_at: null,
    failures: 0,
    last_failure: null,
    generation,
    changed_at: new Date(now),
  }
  await tx
    .insertInto('token_vault')
    .values({ account_id: accountId, workspace_id: pair.workspaceId, app_id: appId, ...values })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
    .execute()
  return generation
}

export interface LeaseEnd {
  accountId: string
  workspaceId: string
  holder: string
  generation: number
  /** When to look again; null: never. */
  dueAt: number | null
  /** Stays set while the answer to a refresh is missing. */
  refreshSentAt: number | null
  refusedAt: number | null
  failures: number
  lastFailure: string | null
}

/** Ends a lease without a new pair. Answers false when the lease was not the caller's any more. */
export async function endLease(db: Database, end: LeaseEnd): Promise<boolean> {
  const date = (ms: number | null) => (ms === null ? null : new Date(ms))
  const { numUpdatedRows } = await db
    .updateTable('token_vault')
    .set({
      due_at: date(end.dueAt),
      lease_until: null,
      lease_holder: null,
      refresh_sent_at: date(end.refreshSentAt),
      refused_at: date(end.refusedAt),
      failures: end.failures,
      last_failure: end.lastFailure,
    })
    .where('workspace_id', '=', end.workspaceId)
    .where('account_id', '=', end.accountId)
    .where('lease_holder', '=', end.holder)
    .where('generation', '=', end.generation)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Makes a pair due at once, unless somebody is at work on it. */
export async function makeDue(
  db: Database,
  workspaceId: string,
  accountId: string,
  now: number,
): Promise<void> {
  await db
    .updateTable('token_vault')
    .set({ due_at: new Date(now) })
    .where('workspace_id', '=', workspaceId)
    .where('account_id', '=', accountId)
    .where('due_at', 'is not', null)
    .where((is) => is.or([is('lease_until', 'is', null), is('lease_until', '<=', new Date(now))]))
    .execute()
}

/** Forgets an account's tokens. Answers whether there were any. */
export async function deleteTokens(db: Database, workspaceId: string, accountId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('token_vault')
    .where('workspace_id', '=', workspaceId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

export function toStored(row: Row<'token_vault'>): StoredTokens {
  return {
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    sealed: row.sealed,
    accessExpiresAt: row.access_expires_at.getTime(),
    refreshExpiresAt: row.refresh_expires_at.getTime(),
    dueAt: row.due_at?.getTime() ?? null,
    leaseUntil: row.lease_until?.getTime() ?? null,
    refreshSentAt: row.refresh_sent_at?.getTime() ?? null,
    refusedAt: row.refused_at?.getTime() ?? null,
    failures: row.failures,
    lastFailure: row.last_failure,
    generation: Number(row.generation),
  }
}

function toLeased(
  row: Row<'token_vault'> & { lost_since: Date | null },
  { until, holder }: Lease,
): LeasedTokens {
  return {
    ...toStored(row),
    appId: row.app_id,
    leaseUntil: until,
    holder,
    lostSince: row.lost_since?.getTime() ?? null,
  }
}
