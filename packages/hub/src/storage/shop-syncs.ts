/** How far the reading of a shop is, a row for each kind of thing, and what is to be read by itself. */
import { sql } from 'kysely'
import type { AppEnvironment } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import type { ShopSyncKind } from './shop-tables.ts'
import type { Row } from './tables.ts'

export interface ShopSync {
  shopId: string
  kind: ShopSyncKind
  workspaceId: string
  accountId: string
  /** Null: it rests, until its account is connected again. */
  dueAt: number | null
  leaseUntil: number | null
  /** Everything that changed up to this second was read; null: nothing yet. Epoch seconds. */
  position: number | null
  /** Where a run that is under way goes on. Epoch seconds. */
  runFrom: number | null
  runStartedAt: number | null
  completedAt: number | null
  /** When everything there is was last read. */
  wholeAt: number | null
  requestedAt: number | null
  failures: number
  lastFailure: string | null
}

/** A sync that the caller may carry on, alone, until the lease ends. */
export interface LeasedShopSync extends ShopSync {
  holder: string
  leaseUntil: number
  appId: string
  /** TikTok's id of the shop, and the cipher that names it in calls. */
  externalId: string
  cipher: string
  environment: AppEnvironment
}

export interface ShopSyncChange {
  dueAt?: number | null
  /** The end of a run: due at once instead when a walk or a thing was asked for after this time. */
  unlessAskedSince?: number
  /** The lease's new end; null gives it back. */
  leaseUntil?: number | null
  position?: number
  runFrom?: number | null
  runStartedAt?: number | null
  completedAt?: number
  wholeAt?: number
  failures?: number
  lastFailure?: string | null
}

/** Leases the sync that waits longest, of accounts that are connected; other processes pass over it. */
export async function claimDueShopSync(
  db: Database,
  { holder, now, until }: { holder: string; now: number; until: number },
): Promise<LeasedShopSync | undefined> {
  const { rows } = await sql<
    Row<'shop_syncs'> & { app_id: string; external_id: string; cipher: string; environment: AppEnvironment }
  >`
    with due as materialized (
      select shop_id, kind from shop_syncs
      where due_at <= ${new Date(now)} order by due_at limit 1 for update skip locked)
    update shop_syncs as sync
    set due_at = ${new Date(until)}, lease_until = ${new Date(until)}, lease_holder = ${holder}
    from due, shops, apps
    where sync.shop_id = due.shop_id and sync.kind = due.kind and shops.id = due.shop_id and apps.id = shops.app_id
    returning sync.*, shops.app_id, shops.external_id, shops.cipher, apps.environment`.execute(db)
  const [row] = rows
  if (row === undefined) return undefined
  return {
    ...toSync(row),
    holder,
    leaseUntil: until,
    appId: row.app_id,
    externalId: row.external_id,
    cipher: row.cipher,
    environment: row.environment,
  }
}

/** Writes progress down, if the lease is still the caller's; false when another process or an erasure had it since. */
export async function moveShopSync(
  db: Database,
  lease: Pick<LeasedShopSync, 'shopId' | 'kind' | 'holder' | 'leaseUntil'>,
  change: ShopSyncChange,
): Promise<boolean> {
  const date = (ms: number | null) => (ms === null ? null : new Date(ms))
  const { dueAt, leaseUntil, position, runFrom, runStartedAt, completedAt, wholeAt } = change
  // The row first, by a statement of its own: an update that has waited for the row sees its newest state, and yet no wish
  // that was committed while it waited.
  if (change.unlessAskedSince !== undefined)
    await db
      .selectFrom('shop_syncs')
      .select('shop_id')
      .where('shop_id', '=', lease.shopId)
      .where('kind', '=', lease.kind)
      .forUpdate()
      .execute()
  const { numUpdatedRows } = await db
    .updateTable('shop_syncs')
    .set({
      ...(dueAt === undefined ? {} : { due_at: dueOf(date(dueAt), change.unlessAskedSince) }),
      ...(leaseUntil === undefined ? {} : { lease_until: date(leaseUntil) }),
      ...(position === undefined ? {} : { position }),
      ...(runFrom === undefined ? {} : { run_from: runFrom }),
      ...(runStartedAt === undefined ? {} : { run_started_at: date(runStartedAt) }),
      ...(completedAt === undefined ? {} : { completed_at: new Date(completedAt) }),
      ...(wholeAt === undefined ? {} : { whole_at: new Date(wholeAt) }),
      ...(change.failures === undefined ? {} : { failures: change.failures }),
      ...(change.lastFailure === undefined ? {} : { last_failure: change.lastFailure }),
    })
    .where('shop_id', '=', lease.shopId)
    .where('kind', '=', lease.kind)
    .where('lease_holder', '=', lease.holder)
    .where('lease_until', '=', new Date(lease.leaseUntil))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Judged on the row as it is when the update gets it, so that whoever asks at that very moment is not passed over; and by
 * what is still wished for, since a wish of the run's own first moment looks as old as the run.
 */
function dueOf(dueAt: Date | null, since: number | undefined) {
  if (since === undefined) return dueAt
  return sql<Date | null>`case
    when greatest(requested_at, wished_at) > ${new Date(since)} then least(requested_at, wished_at, ${dueAt})
    when exists (select from shop_wishes as wish
      where wish.shop_id = shop_syncs.shop_id and wish.kind = shop_syncs.kind) then least(wished_at, ${dueAt})
    else ${dueAt}::timestamptz end`
}

/**
 * Brings the next run forward to `at`, never back. A pause that a failure or a 429 asked for is kept, and so is a rest. A
 * run that is under way leaves a note: `requested_at` after its start makes another one follow.
 */
export async function requestShopSync(
  db: Database,
  shopId: string,
  kinds: readonly ShopSyncKind[],
  { now, at }: { now: number; at: number },
): Promise<void> {
  await db
    .updateTable('shop_syncs')
    .set({
      due_at: sql<Date>`case when lease_until > ${new Date(now)} or failures > 0 then due_at
        else least(due_at, ${new Date(at)}) end`,
      requested_at: new Date(now),
    })
    .where('shop_id', '=', shopId)
    .where('kind', 'in', [...kinds])
    .where('due_at', 'is not', null)
    .execute()
}

/**
 * Has these things read by themselves; the sync of their kind becomes due, unless it rests. Takes the sync's row first, as
 * a run that grants wishes does, so that neither waits for the other in a circle.
 */
export async function wishFor(
  tx: Transaction,
  shopId: string,
  kind: ShopSyncKind,
  ids: readonly string[],
  now: number,
): Promise<void> {
  if (ids.length === 0) return
  const { numUpdatedRows } = await tx
    .updateTable('shop_syncs')
    .set({
      due_at: sql<Date | null>`case when due_at is null or lease_until > ${new Date(now)} or failures > 0 then due_at
        else least(due_at, ${new Date(now)}) end`,
      wished_at: new Date(now),
    })
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  await sql`
    insert into shop_wishes (shop_id, kind, external_id, asked_at)
    select ${shopId}, ${kind}, id, ${new Date(now)} from unnest(${[...new Set(ids)].sort()}::text[]) as id
    on conflict (shop_id, kind, external_id) do update set asked_at = excluded.asked_at`.execute(tx)
}

/** What is to be read by itself, the longest waiting first. */
export async function wishesOf(
  db: Database,
  { shopId, kind }: Pick<ShopSync, 'shopId' | 'kind'>,
  limit: number,
): Promise<{ externalId: string; askedAt: number }[]> {
  const rows = await db
    .selectFrom('shop_wishes')
    .select(['external_id', 'asked_at'])
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .orderBy('asked_at')
    .orderBy('external_id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ externalId: row.external_id, askedAt: row.asked_at.getTime() }))
}

/** Those that were asked for again meanwhile stay. */
export async function grantWishes(
  tx: Transaction,
  { shopId, kind }: Pick<ShopSync, 'shopId' | 'kind'>,
  wishes: readonly { externalId: string; askedAt: number }[],
): Promise<void> {
  for (const { externalId, askedAt } of wishes)
    await tx
      .deleteFrom('shop_wishes')
      .where('shop_id', '=', shopId)
      .where('kind', '=', kind)
      .where('external_id', '=', externalId)
      .where('asked_at', '<=', new Date(askedAt))
      .execute()
}

export async function shopSyncsOf(db: Database, shopIds: readonly string[]): Promise<ShopSync[]> {
  if (shopIds.length === 0) return []
  const rows = await db
    .selectFrom('shop_syncs')
    .selectAll()
    .where('shop_id', 'in', [...shopIds])
    .execute()
  return rows.map(toSync)
}

/** How many syncs are due, and since when the first of them; found by index. */
export async function shopBacklog(
  db: Database,
  now: number,
): Promise<{ due: number; oldestAt: number | undefined }> {
  const row = await db
    .selectFrom('shop_syncs')
    .select((select) => [select.fn.countAll<number>().as('due'), select.fn.min('due_at').as('oldest')])
    .where('due_at', '<=', new Date(now))
    .executeTakeFirst()
  return { due: Number(row?.due ?? 0), oldestAt: row?.oldest?.getTime() }
}

function toSync(row: Row<'shop_syncs'>): ShopSync {
  const number = (value: number | null): number | null => (value === null ? null : Number(value))
  return {
    shopId: row.shop_id,
    kind: row.kind,
    workspaceId: row.workspace_id,
    accountId: row.account_id,
    dueAt: row.due_at?.getTime() ?? null,
    leaseUntil: row.lease_until?.getTime() ?? null,
    position: number(row.position),
    runFrom: number(row.run_from),
    runStartedAt: row.run_started_at?.getTime() ?? null,
    completedAt: row.completed_at?.getTime() ?? null,
    wholeAt: row.whole_at?.getTime() ?? null,
    requestedAt: row.requested_at?.getTime() ?? null,
    failures: row.failures,
    lastFailure: row.last_failure,
  }
}
