/** What was read of shops: orders, products, stock, returns, statements and their transactions, one row each. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { ShopThingKind } from './shop-tables.ts'
import type { Row } from './tables.ts'

export interface ReadThing {
  externalId: string
  /** Of a stock row its product, of a return its order, of a transaction its statement. */
  parentId: string | null
  status: string | null
  /** Milliseconds since the epoch, of TikTok's own times. */
  createdAt: number
  updatedAt: number
  /** Decimal text. */
  amount: string | null
  currency: string | null
  /** As TikTok told it. */
  data: Readonly<Record<string, unknown>>
}

export interface ShopThing extends Omit<ReadThing, 'data'> {
  shopId: string
  kind: ShopThingKind
  data: Record<string, unknown>
  /** Which call told it, and when. */
  sourceCall: string
  readAt: number
  goneAt: number | null
}

export interface ThingsRead {
  shopId: string
  workspaceId: string
  kind: ShopThingKind
  sourceCall: string
  readAt: number
}

/**
 * Writes things down in one statement. What is there in a later state stays as it is: answers may overtake each other.
 * @returns ids of those that are new or changed by TikTok's own time
 */
export async function storeThings(
  tx: Transaction,
  about: ThingsRead,
  things: readonly ReadThing[],
): Promise<string[]> {
  if (things.length === 0) return []
  // A statement cannot touch a row twice; of two in one answer the later one counts.
  const byId = new Map<string, ReadThing>()
  for (const thing of things)
    if ((byId.get(thing.externalId)?.updatedAt ?? 0) <= thing.updatedAt) byId.set(thing.externalId, thing)
  const rows = [...byId.values()].sort((a, b) => (a.externalId < b.externalId ? -1 : 1))
  const { rows: written } = await sql<{ external_id: string; changed: boolean }>`
    with before as (
      select external_id, updated_at from shop_things
      where shop_id = ${about.shopId} and kind = ${about.kind}
        and external_id = any(${rows.map(({ externalId }) => externalId)}::text[])),
    written as (
      insert into shop_things as thing (shop_id, kind, external_id, workspace_id, parent_id, status, created_at,
        updated_at, amount, currency, data, source_call, read_at)
      select ${about.shopId}, ${about.kind}, told.external_id, ${about.workspaceId}, told.parent_id, told.status,
        told.created_at, told.updated_at, told.amount, told.currency, told.data::jsonb, ${about.sourceCall},
        ${new Date(about.readAt)}
      from unnest(${rows.map(({ externalId }) => externalId)}::text[], ${rows.map(({ parentId }) => parentId)}::text[],
        ${rows.map(({ status }) => status)}::text[],
        ${rows.map(({ createdAt }) => new Date(createdAt))}::timestamptz[],
        ${rows.map(({ updatedAt }) => new Date(updatedAt))}::timestamptz[],
        ${rows.map(({ amount }) => amount)}::text[], ${rows.map(({ currency }) => currency)}::text[],
        ${rows.map(({ data }) => JSON.stringify(data))}::text[])
        as told(external_id, parent_id, status, created_at, updated_at, amount, currency, data)
      on conflict (shop_id, kind, external_id) do update set parent_id = excluded.parent_id,
        status = excluded.status, created_at = excluded.created_at, updated_at = excluded.updated_at,
        amount = excluded.amount, currency = excluded.currency, data = excluded.data,
        source_call = excluded.source_call, read_at = excluded.read_at, gone_at = null
      where excluded.updated_at >= thing.updated_at and excluded.read_at >= thing.read_at
      returning external_id, updated_at)
    select written.external_id, before.updated_at is distinct from written.updated_at as changed
    from written left join before using (external_id)`.execute(tx)
  return written.filter(({ changed }) => changed).map(({ external_id }) => external_id)
}

/** This transaction's commit does not wait for the disk: for what can be read again when the server dies right after it. */
export async function commitLazily(tx: Transaction): Promise<void> {
  await sql`set local synchronous_commit to off`.execute(tx)
}

/** Marks what a walk over everything, begun at `since`, did not meet; `met` names what it met, where reading leaves a row alone. */
export async function markGoneThings(
  tx: Transaction,
  { shopId, kind }: Pick<ThingsRead, 'shopId' | 'kind'>,
  { since, now, met = [] }: { since: number; now: number; met?: readonly string[] },
): Promise<void> {
  await tx
    .updateTable('shop_things')
    .set({ gone_at: new Date(now) })
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .where('gone_at', 'is', null)
    .where('read_at', '<', new Date(since))
    .where(sql<boolean>`external_id <> all(${[...met]}::text[])`)
    .execute()
}

export async function findThings(
  db: Database,
  shopId: string,
  kind: ShopThingKind,
  ids: readonly string[],
): Promise<ShopThing[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('shop_things')
    .selectAll()
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .where('external_id', 'in', [...ids])
    .execute()
  return rows.map(toThing)
}

export interface ThingPlace {
  /** Milliseconds since the epoch. */
  at: number
  id: string
}

export interface ThingFilter {
  limit: number
  /** Ascending by time of change, for who follows along; else newest first by creation. */
  order: 'changed' | 'newest'
  after?: ThingPlace | undefined
  status?: string | undefined
  parentId?: string | undefined
  updatedSince?: number | undefined
  withGone?: boolean | undefined
  /** Creation: from, included, to, not included. */
  createdFrom?: number | undefined
  createdTo?: number | undefined
}

export async function listThings(
  db: Database,
  shopId: string,
  kind: ShopThingKind,
  filter: ThingFilter,
): Promise<ShopThing[]> {
  const changed = filter.order === 'changed'
  const column = changed ? 'updated_at' : 'created_at'
  const direction = changed ? 'asc' : 'desc'
  let query = db
    .selectFrom('shop_things')
    .selectAll()
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .orderBy(column, direction)
    .orderBy('external_id', direction)
    .limit(filter.limit)
  const { after, status, parentId, updatedSince, createdFrom, createdTo } = filter
  if (after !== undefined) {
    const place = sql`(${new Date(after.at)}::timestamptz, ${after.id}::text)`
    const row = sql`(${sql.ref(column)}, external_id)`
    query = query.where(changed ? sql<boolean>`${row} > ${place}` : sql<boolean>`${row} < ${place}`)
  }
  if (status !== undefined) query = query.where('status', '=', status)
  if (parentId !== undefined) query = query.where('parent_id', '=', parentId)
  if (updatedSince !== undefined) query = query.where('updated_at', '>=', new Date(updatedSince))
  if (createdFrom !== undefined) query = query.where('created_at', '>=', new Date(createdFrom))
  if (createdTo !== undefined) query = query.where('created_at', '<', new Date(createdTo))
  if (filter.withGone !== true) query = query.where('gone_at', 'is', null)
  return (await query.execute()).map(toThing)
}

/** How many were created within, `to` not included; gone ones count. */
export async function countCreated(
  db: Database,
  shopId: string,
  kind: ShopThingKind,
  { from, to }: { from: number; to: number },
): Promise<number> {
  const row = await db
    .selectFrom('shop_things')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .where('created_at', '>=', new Date(from))
    .where('created_at', '<', new Date(to))
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}

/** Time of the last change of each of these that is there. */
export async function changesOf(
  db: Database,
  shopId: string,
  kind: ShopThingKind,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('shop_things')
    .select(['external_id', 'updated_at'])
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .where('external_id', 'in', ids.length === 0 ? [''] : [...ids])
    .execute()
  return new Map(rows.map((row) => [row.external_id, row.updated_at.getTime()]))
}

/** Ids of all that are not gone, in order, from after one. */
export async function idsAfter(
  db: Database,
  shopId: string,
  kind: ShopThingKind,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('shop_things')
    .select('external_id')
    .where('shop_id', '=', shopId)
    .where('kind', '=', kind)
    .where('gone_at', 'is', null)
    .where('external_id', '>', after)
    .orderBy('external_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.external_id)
}

function toThing(row: Row<'shop_things'>): ShopThing {
  return {
    shopId: row.shop_id,
    kind: row.kind,
    externalId: row.external_id,
    parentId: row.parent_id,
    status: row.status,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    amount: row.amount,
    currency: row.currency,
    data: row.data,
    sourceCall: row.source_call,
    readAt: row.read_at.getTime(),
    goneAt: row.gone_at?.getTime() ?? null,
  }
}
