/** Contents: what a creator posted, with its counters. */
import { defineOperation, problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import { findUnifiedAccounts } from '../storage/unified-accounts.ts'
import { countContents, findContents, listContents, type TimeRange } from '../storage/unified-contents.ts'
import { content, contentToWire } from './content-wire.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { history, historyOf, historyQuery } from './history.ts'
import { mustFindAccount } from './references.ts'
import { askForReading } from './refresh.ts'
import { notFound } from './refusals.ts'
import { dayEnd, dayStart } from './times.ts'
import { day, historicBody, idParam, listOf, pageOf, pageQuery, refreshBody, searchBody } from './wire.ts'

const params = z.object({ content_id: idParam })
const needsConnection = { account_not_connected: { status: 409, title: 'The account is not connected' } }

export const contentOperations = [
  defineOperation({
    id: 'contents.list',
    method: 'GET',
    path: '/v1/social/contents',
    summary: "List an account's contents, newest first",
    description:
      'By the day of publication, UTC, both ends included. Those that are no longer public are left out here and still found by id.',
    scope: 'accounts:read',
    query: pageQuery.extend({
      account_id: idParam,
      from_date: day.optional(),
      to_date: day.optional(),
    }),
    answer: listOf(content),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'contents.get',
    method: 'GET',
    path: '/v1/social/contents/{content_id}',
    summary: 'Read a content',
    scope: 'accounts:read',
    params,
    answer: content,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'contents.metrics',
    method: 'GET',
    path: '/v1/social/contents/{content_id}/metrics',
    summary: "Read the history of a content's counters",
    scope: 'accounts:read',
    params,
    query: historyQuery,
    answer: history,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'contents.search',
    method: 'POST',
    path: '/v1/social/contents/search',
    summary: 'Read up to a hundred contents by id',
    description: 'In the order of the ids; those that are unknown are left out.',
    scope: 'accounts:read',
    body: searchBody,
    answer: z.object({ data: z.array(content) }),
    status: 200,
    idempotency: 'natural',
    errors: {},
  }),
  defineOperation({
    id: 'contents.refresh',
    method: 'POST',
    path: '/v1/social/contents/refresh',
    summary: "Have an account's latest contents read soon",
    scope: 'accounts:write',
    body: refreshBody,
    answer: refreshBody,
    status: 200,
    idempotency: 'natural',
    errors: needsConnection,
  }),
  defineOperation({
    id: 'contents.fetchHistoric',
    method: 'POST',
    path: '/v1/social/contents/fetch-historic',
    summary: "Have all of an account's contents read soon",
    description: 'The first reading goes back to the first content anyway, and so does one each week.',
    scope: 'accounts:write',
    body: historicBody,
    answer: historicBody,
    status: 200,
    idempotency: 'natural',
    errors: needsConnection,
  }),
] as const

export function contentHandlers(parts: {
  db: Database
  clock: Clock
  publicUrl: string
}): UnifiedHandlers<typeof contentOperations> {
  const { db } = parts
  const read = async (context: UnifiedContext, ids: readonly string[]) => {
    const rows = await findContents(db, context.scope, ids)
    const accounts = await findUnifiedAccounts(
      db,
      context.scope,
      rows.map(({ accountId }) => accountId),
    )
    const byId = new Map(rows.map((row) => [row.id, row]))
    return [...new Set(ids)].flatMap((id) => {
      const row = byId.get(id)
      const account = row === undefined ? undefined : accounts.get(row.accountId)
      return row === undefined || account === undefined
        ? []
        : [{ row, wire: contentToWire(account, row, parts, context) }]
    })
  }
  return {
    'contents.list': async ({ query }, context) => {
      const account = await mustFindAccount(db, context.scope, query.account_id)
      const range = rangeOf(query.from_date, query.to_date)
      return pageOf(context, query, {
        list: (slice) => listContents(db, account.accountId, range, slice),
        count: () => countContents(db, account.accountId, range),
        place: ({ postedAt, externalId }) => ({ at: postedAt, id: externalId }),
        toItem: (row) => contentToWire(account, row, parts, context),
      })
    },

    'contents.get': async ({ params: { content_id } }, context) => {
      const [found] = await read(context, [content_id])
      if (found === undefined) throw notFound('content')
      return found.wire
    },

    'contents.metrics': async ({ params: { content_id }, query }, context) => {
      const [found] = await read(context, [content_id])
      if (found === undefined) throw notFound('content')
      const { accountId, externalId } = found.row
      return historyOf(parts, { accountId, contentId: externalId }, query, context)
    },

    'contents.search': async ({ body }, context) => ({
      data: (await read(context, body.ids)).map(({ wire }) => wire),
    }),

    'contents.refresh': async ({ body }, context) => {
      await askForReading(parts, await mustFindAccount(db, context.scope, body.account_id))
      return body
    },

    'contents.fetchHistoric': async ({ body }, context) => {
      await askForReading(parts, await mustFindAccount(db, context.scope, body.account_id), true)
      return body
    },
  }
}

/** Whole UTC days, both ends included. @throws {Problem} when they are the wrong way round */
export function rangeOf(from: string | undefined, to: string | undefined): TimeRange {
  if (from !== undefined && to !== undefined && from > to)
    throw problem('invalid_request', 'The first day is after the last.', { field: 'from_date' })
  return {
    from: from === undefined ? undefined : dayStart(from),
    to: to === undefined ? undefined : dayEnd(to),
  }
}
