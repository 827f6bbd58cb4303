/**
 * Products that none of the platforms offers to an app. Their operations are there all the same, so that a client that asks
 * every account for everything goes on: lists are empty, nothing is found by id, and asking for a reading is refused.
 */
import { defineOperation, type OperationShape } from '@tockwork/api'
import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import { activityArtist, activityContent } from './activity.ts'
import { content, contentGroup } from './content-wire.ts'
import { rangeOf } from './contents.ts'
import type { UnifiedContext, UnifiedHandler } from './context.ts'
import { balance, payout, socialTransaction } from './income.ts'
import { mustFindAccount } from './references.ts'
import { notFound, type Thing, unsupported } from './refusals.ts'
import { day, historicBody, idParam, listOf, pageQuery, refreshBody, searchBody } from './wire.ts'
import { workPlatformOf } from './work-platforms.ts'

interface Product {
  /** Names its operations. */
  id: string
  path: `/v1/${string}`
  /** What one of it is called. */
  thing: string
  item: z.ZodType
  /** Days by which a list is narrowed, by the first part of their parameters; required where the product says so. */
  days?: { prefix: '' | 'transaction_' | 'payout_' | 'balance_'; required: boolean }
  /** More parameters of the list. */
  query?: z.ZodRawShape
  single: boolean
  search: boolean
  refresh: boolean
}

const whole = { single: true, search: true, refresh: true } as const
const income = (prefix: 'transaction_' | 'payout_' | 'balance_') => ({ prefix, required: true })

const PRODUCTS: readonly Product[] = [
  {
    ...whole,
    id: 'contentGroups',
    path: '/v1/social/content-groups',
    thing: 'content group',
    item: contentGroup,
  },
  {
    id: 'newsletters',
    path: '/v1/publications/contents',
    thing: 'newsletter',
    item: content,
    days: { prefix: '', required: false },
    single: true,
    search: true,
    refresh: false,
  },
  {
    ...whole,
    id: 'socialTransactions',
    path: '/v1/social/income/transactions',
    thing: 'transaction',
    item: socialTransaction,
    days: income('transaction_'),
    query: { type: z.enum(['AD', 'SUBSCRIPTION', 'ADDITIONAL']).optional() },
  },
  {
    ...whole,
    id: 'socialPayouts',
    path: '/v1/social/income/payouts',
    thing: 'payout',
    item: payout,
    days: income('payout_'),
  },
  {
    ...whole,
    id: 'commerceBalances',
    path: '/v1/commerce/income/balances',
    thing: 'balance',
    item: balance,
    days: income('balance_'),
  },
  {
    id: 'activityArtists',
    path: '/v1/media/activity/artists',
    thing: 'artist',
    item: activityArtist,
    single: true,
    search: true,
    refresh: false,
  },
  {
    id: 'activityContents',
    path: '/v1/media/activity/contents',
    thing: 'activity content',
    item: activityContent,
    single: true,
    search: true,
    refresh: false,
  },
]

interface Route {
  operation: OperationShape
  handler: UnifiedHandler<never>
}

/** What the parsed request of one of these holds, whose schema is put together at run time. */
interface Asked {
  query: Record<string, string | undefined> & { limit: number; offset: number }
  body: { account_id: string }
}

/** A handler of an operation whose types are only known at run time. */
function handlerOf(
  handle: (asked: Asked, context: UnifiedContext) => Promise<object>,
): UnifiedHandler<never> {
  return handle as unknown as UnifiedHandler<never>
}

/** Every operation of these products, with what carries it out. */
export function notOffered(db: Database): {
  operations: OperationShape[]
  handlers: Record<string, UnifiedHandler<never>>
} {
  const routes = PRODUCTS.flatMap((product) => [
    listRoute(product, db),
    ...(product.single ? [getRoute(product)] : []),
    ...(product.search ? [searchRoute(product)] : []),
    ...(product.refresh
      ? [refreshRoute(product, db, 'refresh'), refreshRoute(product, db, 'fetch-historic')]
      : []),
  ])
  return {
    operations: routes.map(({ operation }) => operation),
    handlers: Object.fromEntries(routes.map(({ operation, handler }) => [operation.id, handler])),
  }
}

function listRoute({ id, path, thing, item, days, query = {} }: Product, db: Database): Route {
  const [from, to] = [`${days?.prefix ?? ''}from_date`, `${days?.prefix ?? ''}to_date`]
  const wanted = days?.required === true ? day : day.optional()
  const operation = defineOperation({
    id: `${id}.list`,
    method: 'GET',
    path,
    summary: `List ${thing}s of an account`,
    scope: 'accounts:read',
    query: pageQuery.extend({
      account_id: idParam,
      ...(days === undefined ? {} : { [from]: wanted, [to]: wanted }),
      ...query,
    }),
    answer: listOf(item),
    status: 200,
    errors: {},
  })
  const handler = handlerOf(async ({ query: asked }, context) => {
    await mustFindAccount(db, context.scope, asked.account_id ?? '')
    rangeOf(asked[from], asked[to])
    const [from_date, to_date] = [asked[from] ?? null, asked[to] ?? null]
    const extra = context.asks('paging') ? { total: 0, next_cursor: null } : {}
    return { data: [], metadata: { offset: asked.offset, limit: asked.limit, from_date, to_date, ...extra } }
  })
  return { operation, handler }
}

function getRoute({ id, path, thing, item }: Product): Route {
  const name = thing.replaceAll(' ', '_')
  return {
    operation: defineOperation({
      id: `${id}.get`,
      method: 'GET',
      path: `${path}/{${name}_id}`,
      summary: `Read one ${thing}`,
      scope: 'accounts:read',
      params: z.object({ [`${name}_id`]: idParam }),
      answer: item,
      status: 200,
      errors: {},
    }),
    handler: async () => {
      throw notFound(name as Thing)
    },
  }
}

function searchRoute({ id, path, thing, item }: Product): Route {
  return {
    operation: defineOperation({
      id: `${id}.search`,
      method: 'POST',
      path: `${path}/search`,
      summary: `Read up to a hundred ${thing}s by id`,
      scope: 'accounts:read',
      body: searchBody,
      answer: z.object({ data: z.array(item) }),
      status: 200,
      idempotency: 'natural',
      errors: {},
    }),
    handler: handlerOf(async () => ({ data: [] })),
  }
}

function refreshRoute({ id, path, thing }: Product, db: Database, verb: 'refresh' | 'fetch-historic'): Route {
  const body = verb === 'refresh' ? refreshBody : historicBody
  return {
    operation: defineOperation({
      id: `${id}.${verb === 'refresh' ? 'refresh' : 'fetchHistoric'}`,
      method: 'POST',
      path: `${path}/${verb}`,
      summary: `Have ${thing}s of an account read soon`,
      scope: 'accounts:write',
      body,
      answer: body,
      status: 200,
      idempotency: 'natural',
      errors: { product_not_supported: { status: 400, title: 'The platform does not have this product' } },
    }),
    handler: handlerOf(async ({ body: asked }, context) => {
      const account = await mustFindAccount(db, context.scope, asked.account_id)
      throw unsupported(workPlatformOf(account.platform).name, `${thing}s`)
    }),
  }
}
