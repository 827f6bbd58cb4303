/** One row a connected seller of TikTok Shop: when their shops are read again, and when their authorization ends. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

export interface ShopSeller {
  accountId: string
  workspaceId: string
  appId: string
  dueAt: number | null
  failures: number
  lastFailure: string | null
  readAt: number | null
  /** When the authorization ends, after which only a new consent helps; null: not known. */
  endsAt: number | null
  /** The end that was warned of. */
  endsTold: number | null
}

export interface LeasedSeller extends ShopSeller {
  holder: string
  leaseUntil: number
}

/** After a consent: the shops are read at this time, whatever was there before. */
export async function scheduleSeller(
  tx: Transaction,
  seller: { accountId: string; workspaceId: string; appId: string; dueAt: number; endsAt: number },
): Promise<void> {
  const fresh = {
    due_at: new Date(seller.dueAt),
    ends_at: new Date(seller.endsAt),
    ends_told: null,
    failures: 0,
    last_failure: null,
    lease_until: null,
    lease_holder: null,
  }
  await tx
    .insertInto('shop_sellers')
    .values({
      account_id: seller.accountId,
      workspace_id: seller.workspaceId,
      app_id: seller.appId,
      ...fresh,
    })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(fresh))
    .execute()
}

/** Leases one seller that is due; other processes pass over it. */
export async function claimDueSeller(
  db: Database,
  { holder, now, until }: { holder: string; now: number; until: number },
): Promise<LeasedSeller | undefined> {
  const { rows } = await sql<Row<'shop_sellers'>>`
    with due as materialized (
      select account_id from shop_sellers
      where due_at <= ${new Date(now)} order by due_at limit 1 for update skip locked)
    update shop_sellers as seller
    set due_at = ${new Date(until)}, lease_until = ${new Date(until)}, lease_holder = ${holder}
    from due where seller.account_id = due.account_id returning seller.*`.execute(db)
  return rows[0] === undefined ? undefined : { ...toSeller(rows[0]), holder, leaseUntil: until }
}

/** Ends a lease; false when it was not the caller's any more. */
export async function endSellerLease(
  db: Database,
  lease: Pick<LeasedSeller, 'accountId' | 'holder' | 'leaseUntil'>,
  end: { dueAt: number | null; failures: number; lastFailure: string | null; readAt?: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('shop_sellers')
    .set({
      due_at: end.dueAt === null ? null : new Date(end.dueAt),
      lease_until: null,
      lease_holder: null,
      failures: end.failures,
      last_failure: end.lastFailure,
      ...(end.readAt === undefined ? {} : { read_at: new Date(end.readAt) }),
    })
    .where('account_id', '=', lease.accountId)
    .where('lease_holder', '=', lease.holder)
    .where('lease_until', '=', new Date(lease.leaseUntil))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Has the list of shops read now, unless somebody is at it. */
export async function makeSellerDue(db: Database, accountId: string, now: number): Promise<void> {
  await db
    .updateTable('shop_sellers')
    .set({ due_at: new Date(now) })
    .where('account_id', '=', accountId)
    .where((is) => is.or([is('lease_until', 'is', null), is('lease_until', '<=', new Date(now))]))
    .execute()
}

/** TikTok has named the day on which the authorization ends. */
export async function setSellerEnd(db: Database, accountId: string, endsAt: number): Promise<void> {
  await db
    .updateTable('shop_sellers')
    .set({ ends_at: new Date(endsAt) })
    .where('account_id', '=', accountId)
    .execute()
}

/** Connected sellers whose authorization ends before `before` and who were not warned of that end. */
export async function sellersToWarn(
  db: Database,
  { before, limit }: { before: number; limit: number },
): Promise<{ accountId: string; workspaceId: string; endsAt: number }[]> {
  const rows = await db
    .selectFrom('shop_sellers')
    .innerJoin('accounts', 'accounts.id', 'shop_sellers.account_id')
    .select(['shop_sellers.account_id', 'shop_sellers.workspace_id', 'ends_at'])
    .where('ends_at', '<=', new Date(before))
    .where(sql<boolean>`ends_told is distinct from ends_at`)
    .where('accounts.status', '=', 'connected')
    .orderBy('ends_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    endsAt: row.ends_at?.getTime() ?? 0,
  }))
}

/** Writes down that this end was warned of, and shows it on the account; false when it was, or when another one holds by now. */
export async function markWarned(
  tx: Transaction,
  { accountId, endsAt, now }: { accountId: string; endsAt: number; now: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('shop_sellers')
    .set({ ends_told: new Date(endsAt) })
    .where('account_id', '=', accountId)
    .where('ends_at', '=', new Date(endsAt))
    .where(sql<boolean>`ends_told is distinct from ends_at`)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return false
  await tx
    .updateTable('accounts')
    .set({ status_reason: 'authorization_ends_soon', changed_at: new Date(now) })
    .where('id', '=', accountId)
    .where('status', '=', 'connected')
    .execute()
  return true
}

function toSeller(row: Row<'shop_sellers'>): ShopSeller {
  return {
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    appId: row.app_id,
    dueAt: row.due_at?.getTime() ?? null,
    failures: row.failures,
    lastFailure: row.last_failure,
    readAt: row.read_at?.getTime() ?? null,
    endsAt: row.ends_at?.getTime() ?? null,
    endsTold: row.ends_told?.getTime() ?? null,
  }
}
