/** What shops earned, as the unified API lists it: statements as payouts, their transactions as transactions. */
import { type SelectQueryBuilder, sql } from 'kysely'
import { contentId } from '../unified/uuid.ts'
import type { Database } from './database.ts'
import type { ShopThingKind } from './shop-tables.ts'
import type { Tables } from './tables.ts'
import type { TimeRange } from './unified-contents.ts'
import type { UnifiedPage, UserScope } from './unified-users.ts'

export type IncomeKind = Extract<ShopThingKind, 'transactions' | 'statements'>

export interface ShopIncome {
  /** A UUID. */
  id: string
  accountId: string
  /** TikTok's id of the statement or transaction. */
  externalId: string
  /** TikTok's word: of a transaction its type, of a statement how far its payment is. */
  status: string | null
  /** How far the payment of the statement is, of either. */
  paymentStatus: string | null
  /** Decimal text. */
  amount: string
  currency: string
  /** When the statement was closed. */
  at: number
  paidAt: number | null
  readAt: number
}

/** As the index has it. */
const ID = sql<string>`unified_content_id(t.shop_id, t.kind || '/' || t.external_id)`

export interface IncomeFilter {
  accountId: string
  kind: IncomeKind
  range: TimeRange
  /** By TikTok's words of types. */
  types?: { oneOf: readonly string[] } | { noneOf: readonly string[] } | undefined
}

/** Newest first. */
export async function listIncome(
  db: Database,
  filter: IncomeFilter,
  { limit, offset, after }: UnifiedPage,
): Promise<ShopIncome[]> {
  let query = within(selected(db), filter)
    .orderBy('t.created_at', 'desc')
    .orderBy('t.external_id', 'desc')
    .limit(limit)
    .offset(offset)
  if (after !== undefined)
    query = query.where(
      sql<boolean>`(t.created_at, t.external_id) < (${new Date(after.at)}::timestamptz, ${after.id}::text)`,
    )
  return (await query.execute()).map(toIncome)
}

export async function countIncome(db: Database, filter: IncomeFilter): Promise<number> {
  const row = await within(selected(db), filter)
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** By the ids that the unified API shows, in no order. */
export async function findIncome(
  db: Database,
  { workspaceId, environment }: UserScope,
  kind: IncomeKind,
  ids: readonly string[],
): Promise<ShopIncome[]> {
  if (ids.length === 0) return []
  let query = selected(db)
    .where('t.workspace_id', '=', workspaceId)
    .where('t.kind', '=', kind)
    .where('t.kind', 'in', ['transactions', 'statements'])
    .where(sql<boolean>`${ID} = any(${[...ids]}::text[])`)
  if (environment !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('apps')
          .select('apps.id')
          .whereRef('apps.id', '=', 's.app_id')
          .where('apps.environment', '=', environment),
      ),
    )
  return (await query.execute()).map(toIncome)
}

function selected(db: Database) {
  return db
    .selectFrom('shop_things as t')
    .innerJoin('shops as s', 's.id', 't.shop_id')
    .leftJoin('shop_things as of', (join) =>
      join
        .onRef('of.shop_id', '=', 't.shop_id')
        .onRef('of.external_id', '=', 't.parent_id')
        .on('of.kind', '=', 'statements'),
    )
    .select([
      't.shop_id',
      't.kind',
      't.external_id',
      't.status',
      't.amount',
      't.currency',
      't.created_at',
      't.updated_at',
      't.read_at',
      's.account_id',
      'of.status as of_status',
    ])
}

type Selected = SelectQueryBuilder<
  Tables & { t: Tables['shop_things']; s: Tables['shops']; of: Tables['shop_things'] | null },
  't' | 's' | 'of',
  Parameters<typeof toIncome>[0]
>

function within(
  query: ReturnType<typeof selected>,
  { accountId, kind, range, types }: IncomeFilter,
): Selected {
  let narrowed = query.where('s.account_id', '=', accountId).where('t.kind', '=', kind)
  if (range.from !== undefined) narrowed = narrowed.where('t.created_at', '>=', new Date(range.from))
  if (range.to !== undefined) narrowed = narrowed.where('t.created_at', '<', new Date(range.to))
  if (types !== undefined)
    narrowed =
      'oneOf' in types
        ? narrowed.where(sql<boolean>`t.status = any(${[...types.oneOf]}::text[])`)
        : narrowed.where(sql<boolean>`t.status is null or t.status <> all(${[...types.noneOf]}::text[])`)
  return narrowed as unknown as Selected
}

function toIncome(row: {
  shop_id: string
  kind: ShopThingKind
  external_id: string
  status: string | null
  amount: string | null
  currency: string | null
  created_at: Date
  updated_at: Date
  read_at: Date
  account_id: string
  of_status: string | null
}): ShopIncome {
  const isStatement = row.kind === 'statements'
  const paymentStatus = isStatement ? row.status : row.of_status
  return {
    id: contentId(row.shop_id, `${row.kind}/${row.external_id}`),
    accountId: row.account_id,
    externalId: row.external_id,
    status: row.status,
    paymentStatus,
    amount: row.amount ?? '0',
    currency: row.currency ?? '',
    at: row.created_at.getTime(),
    paidAt: isStatement && paymentStatus === 'PAID' ? row.updated_at.getTime() : null,
    readAt: row.read_at.getTime(),
  }
}
