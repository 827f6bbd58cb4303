/**
 * Income of sellers: a TikTok Shop's statements are payouts, what they are made of is transactions. An account of another
 * platform has none, which its lists say by being empty.
 */
import { defineOperation } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import {
  countIncome,
  findIncome,
  type IncomeFilter,
  type IncomeKind,
  listIncome,
  type ShopIncome,
} from '../storage/shop-income.ts'
import { requestShopSync } from '../storage/shop-syncs.ts'
import { listShops } from '../storage/shops.ts'
import { findUnifiedAccounts, type UnifiedAccount } from '../storage/unified-accounts.ts'
import { notConnected } from '../sync/refresh-videos.ts'
import { rangeOf } from './contents.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { commerceTransaction, payout } from './income.ts'
import { mustFindAccount, referencesOf } from './references.ts'
import { notFound, unsupported } from './refusals.ts'
import { day, historicBody, idParam, listOf, pageOf, pageQuery, refreshBody, searchBody } from './wire.ts'
import { workPlatformOf } from './work-platforms.ts'

const TRANSACTIONS = '/v1/commerce/income/transactions'
const PAYOUTS = '/v1/commerce/income/payouts'
const TYPES = ['SALE', 'REFUND', 'CANCELLED', 'VOID', 'OTHER'] as const
type TransactionType = (typeof TYPES)[number]

const errors = {
  product_not_supported: { status: 400, title: 'The platform does not have this product' },
  account_not_connected: { status: 409, title: 'The account is not connected' },
}
const soon = { scope: 'accounts:write', status: 200, idempotency: 'natural', method: 'POST', errors } as const

export const commerceOperations = [
  defineOperation({
    id: 'commerceTransactions.list',
    method: 'GET',
    path: TRANSACTIONS,
    summary: 'List transactions of an account',
    description: 'By the day on which their statement was closed, UTC, both ends included. Newest first.',
    scope: 'accounts:read',
    query: pageQuery.extend({
      account_id: idParam,
      transaction_from_date: day,
      transaction_to_date: day,
      type: z.enum(TYPES).optional(),
    }),
    answer: listOf(commerceTransaction),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'commerceTransactions.get',
    method: 'GET',
    path: `${TRANSACTIONS}/{transaction_id}`,
    summary: 'Read one transaction',
    scope: 'accounts:read',
    params: z.object({ transaction_id: idParam }),
    answer: commerceTransaction,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'commerceTransactions.search',
    method: 'POST',
    path: `${TRANSACTIONS}/search`,
    summary: 'Read up to a hundred transactions by id',
    scope: 'accounts:read',
    body: searchBody,
    answer: z.object({ data: z.array(commerceTransaction) }),
    status: 200,
    idempotency: 'natural',
    errors: {},
  }),
  defineOperation({
    ...soon,
    id: 'commerceTransactions.refresh',
    path: `${TRANSACTIONS}/refresh`,
    summary: 'Have transactions of an account read soon',
    body: refreshBody,
    answer: refreshBody,
  }),
  defineOperation({
    ...soon,
    id: 'commerceTransactions.fetchHistoric',
    path: `${TRANSACTIONS}/fetch-historic`,
    summary: 'Have all transactions of an account read soon',
    description: 'The first reading goes back to the first statement anyway.',
    body: historicBody,
    answer: historicBody,
  }),
  defineOperation({
    id: 'commercePayouts.list',
    method: 'GET',
    path: PAYOUTS,
    summary: 'List payouts of an account',
    description: 'By the day on which the statement was closed, UTC, both ends included. Newest first.',
    scope: 'accounts:read',
    query: pageQuery.extend({ account_id: idParam, payout_from_date: day, payout_to_date: day }),
    answer: listOf(payout),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'commercePayouts.get',
    method: 'GET',
    path: `${PAYOUTS}/{payout_id}`,
    summary: 'Read one payout',
    scope: 'accounts:read',
    params: z.object({ payout_id: idParam }),
    answer: payout,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'commercePayouts.search',
    method: 'POST',
    path: `${PAYOUTS}/search`,
    summary: 'Read up to a hundred payouts by id',
    scope: 'accounts:read',
    body: searchBody,
    answer: z.object({ data: z.array(payout) }),
    status: 200,
    idempotency: 'natural',
    errors: {},
  }),
  defineOperation({
    ...soon,
    id: 'commercePayouts.refresh',
    path: `${PAYOUTS}/refresh`,
    summary: 'Have payouts of an account read soon',
    body: refreshBody,
    answer: refreshBody,
  }),
  defineOperation({
    ...soon,
    id: 'commercePayouts.fetchHistoric',
    path: `${PAYOUTS}/fetch-historic`,
    summary: 'Have all payouts of an account read soon',
    description: 'The first reading goes back to the first statement anyway.',
    body: historicBody,
    answer: historicBody,
  }),
] as const

export interface CommerceParts {
  db: Database
  clock: Clock
  publicUrl: string
}

export function commerceHandlers(parts: CommerceParts): UnifiedHandlers<typeof commerceOperations> {
  const { db } = parts
  const list = async <Item>(
    query: z.output<typeof pageQuery> & { account_id: string },
    filter: Omit<IncomeFilter, 'accountId'>,
    days: { from_date: string; to_date: string },
    toWire: ToWire<Item>,
    context: UnifiedContext,
  ) => {
    const account = await mustFindAccount(db, context.scope, query.account_id)
    const asked = { ...filter, accountId: account.accountId }
    return pageOf(
      context,
      { ...query, ...days },
      {
        list: (slice) => listIncome(db, asked, slice),
        count: () => countIncome(db, asked),
        place: ({ at, externalId }) => ({ at, id: externalId }),
        toItem: (row) => toWire(account, row, parts, context),
      },
    )
  }
  const read = async <Item>(
    kind: IncomeKind,
    ids: readonly string[],
    toWire: ToWire<Item>,
    context: UnifiedContext,
  ): Promise<Item[]> => {
    const rows = await findIncome(db, context.scope, kind, ids)
    const accounts = await findUnifiedAccounts(
      db,
      context.scope,
      rows.map(({ accountId }) => accountId),
    )
    const byId = new Map(rows.map((row) => [row.id, row]))
    return [...new Set(ids)].flatMap((id) => {
      const row = byId.get(id)
      const account = row === undefined ? undefined : accounts.get(row.accountId)
      return row === undefined || account === undefined ? [] : [toWire(account, row, parts, context)]
    })
  }
  const readSoon = async (accountId: string, what: string, context: UnifiedContext): Promise<void> => {
    const account = await mustFindAccount(db, context.scope, accountId)
    const platform = workPlatformOf(account.platform)
    if (!platform.supports.has('income')) throw unsupported(platform.name, what)
    if (account.status !== 'connected') throw notConnected()
    const { workspaceId } = context.scope
    const filter = { limit: 100, before: undefined, accountId: account.accountId }
    const now = parts.clock.now()
    for (const { id } of await listShops(db, workspaceId, filter))
      await requestShopSync(db, id, ['statements'], { now, at: now })
  }
  return {
    'commerceTransactions.list': ({ query }, context) => {
      const { transaction_from_date: from_date, transaction_to_date: to_date, type } = query
      const filter = {
        kind: 'transactions',
        range: rangeOf(from_date, to_date),
        types: wordsOf(type),
      } as const
      return list(query, filter, { from_date, to_date }, transactionToWire, context)
    },
    'commerceTransactions.get': async ({ params }, context) => {
      const [found] = await read('transactions', [params.transaction_id], transactionToWire, context)
      if (found === undefined) throw notFound('transaction')
      return found
    },
    'commerceTransactions.search': async ({ body }, context) => ({
      data: await read('transactions', body.ids, transactionToWire, context),
    }),
    'commerceTransactions.refresh': async ({ body }, context) => {
      await readSoon(body.account_id, 'transactions', context)
      return body
    },
    'commerceTransactions.fetchHistoric': async ({ body }, context) => {
      await readSoon(body.account_id, 'transactions', context)
      return body
    },
    'commercePayouts.list': ({ query }, context) => {
      const { payout_from_date: from_date, payout_to_date: to_date } = query
      const filter = { kind: 'statements', range: rangeOf(from_date, to_date) } as const
      return list(query, filter, { from_date, to_date }, payoutToWire, context)
    },
    'commercePayouts.get': async ({ params }, context) => {
      const [found] = await read('statements', [params.payout_id], payoutToWire, context)
      if (found === undefined) throw notFound('payout')
      return found
    },
    'commercePayouts.search': async ({ body }, context) => ({
      data: await read('statements', body.ids, payoutToWire, context),
    }),
    'commercePayouts.refresh': async ({ body }, context) => {
      await readSoon(body.account_id, 'payouts', context)
      return body
    },
    'commercePayouts.fetchHistoric': async ({ body }, context) => {
      await readSoon(body.account_id, 'payouts', context)
      return body
    },
  }
}

type ToWire<Item> = (
  account: UnifiedAccount,
  row: ShopIncome,
  parts: CommerceParts,
  context: UnifiedContext,
) => Item

/** TikTok's words that stand for a sale or a refund; its adjustments, fees and compensations are OTHER. */
const WORDS: Partial<Record<TransactionType, readonly string[]>> = {
  SALE: ['ORDER'],
  REFUND: ['REFUND', 'CHARGE_BACK'],
}

function wordsOf(type: TransactionType | undefined): IncomeFilter['types'] {
  if (type === undefined) return undefined
  return type === 'OTHER' ? { noneOf: Object.values(WORDS).flat() } : { oneOf: WORDS[type] ?? [] }
}

function transactionToWire(
  account: UnifiedAccount,
  row: ShopIncome,
  parts: CommerceParts,
  context: UnifiedContext,
) {
  const known = TYPES.find((type) => WORDS[type]?.includes(row.status ?? '') === true)
  return {
    ...headOf(account, row, parts, context),
    type: known ?? ('OTHER' as const),
    status:
      ({ PAID: 'SUCCESS', PROCESSING: 'PENDING', FAILED: 'FAILURE' } as const)[row.paymentStatus ?? ''] ??
      ('OTHER' as const),
    transaction_at: context.time(row.at),
  }
}

function payoutToWire(
  account: UnifiedAccount,
  row: ShopIncome,
  parts: CommerceParts,
  context: UnifiedContext,
) {
  return {
    ...headOf(account, row, parts, context),
    status:
      ({ PAID: 'PAID', PROCESSING: 'IN_TRANSIT' } as const)[row.paymentStatus ?? ''] ?? ('OTHER' as const),
    payout_interval: 'AUTOMATIC_DAILY' as const,
    bank_details: null,
    payout_at: context.time(row.paidAt ?? row.at),
  }
}

function headOf(
  account: UnifiedAccount,
  row: ShopIncome,
  parts: CommerceParts,
  { time: at }: UnifiedContext,
) {
  return {
    id: row.id,
    created_at: at(row.at),
    updated_at: at(row.readAt),
    ...referencesOf(account, parts),
    // The unified API has numbers here; the shop's own operations have TikTok's decimal text.
    amount: Number(row.amount),
    currency: row.currency,
    external_id: row.externalId,
    platform_profile_id: account.externalId,
    platform_profile_name: account.displayName,
  }
}
