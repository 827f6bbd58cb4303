/** Comments: what others wrote under a creator's contents. */
import { defineOperation } from '@tockwork/api'
import { countComments, listComments, type StoredComment } from '../storage/comments.ts'
import type { Database } from '../storage/database.ts'
import type { UnifiedAccount } from '../storage/unified-accounts.ts'
import { findContents, findContentsByExternalId, type UnifiedContent } from '../storage/unified-contents.ts'
import { comment } from './content-wire.ts'
import { rangeOf } from './contents.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { wordsOf } from './platform-fields.ts'
import { mustFindAccount, referencesOf } from './references.ts'
import { notFound } from './refusals.ts'
import { commentId } from './uuid.ts'
import { day, idParam, listOf, pageOf, pageQuery } from './wire.ts'

export const commentOperations = [
  defineOperation({
    id: 'comments.list',
    method: 'GET',
    path: '/v1/social/comments',
    summary: 'List comments of an account, newest first',
    description:
      'By the day on which they were written, UTC, both ends included. Answers to comments are among them. Empty for a platform that tells none.',
    scope: 'accounts:read',
    query: pageQuery.extend({
      account_id: idParam,
      content_id: idParam.optional(),
      from_date: day.optional(),
      to_date: day.optional(),
    }),
    answer: listOf(comment),
    status: 200,
    errors: {},
  }),
] as const

export function commentHandlers(parts: {
  db: Database
  publicUrl: string
}): UnifiedHandlers<typeof commentOperations> {
  const { db } = parts
  /** The platform's id of a content of this account. @throws {Problem} */
  const externalIdOf = async (context: UnifiedContext, account: UnifiedAccount, id: string) => {
    const [found] = await findContents(db, context.scope, [id])
    if (found?.accountId !== account.accountId) throw notFound('content')
    return found.externalId
  }
  return {
    'comments.list': async ({ query }, context) => {
      const account = await mustFindAccount(db, context.scope, query.account_id)
      const contentId =
        query.content_id === undefined ? undefined : await externalIdOf(context, account, query.content_id)
      const filter = { contentId, ...rangeOf(query.from_date, query.to_date) }
      const contents = new Map<string, UnifiedContent>()
      return pageOf(context, query, {
        list: async (slice) => {
          const rows = await listComments(db, account.accountId, filter, slice)
          const ids = [...new Set(rows.map((row) => row.contentId))]
          for (const found of await findContentsByExternalId(db, account.accountId, ids))
            contents.set(found.externalId, found)
          // One whose content was erased since it was found is left out.
          return rows.filter((row) => contents.has(row.contentId))
        },
        count: () => countComments(db, account.accountId, filter),
        place: ({ postedAt, commentId: id }) => ({ at: postedAt, id }),
        toItem: (row) => toWire(row, contents.get(row.contentId), account, parts, context),
      })
    },
  }
}

function toWire(
  row: StoredComment,
  content: UnifiedContent | undefined,
  account: UnifiedAccount,
  place: { publicUrl: string },
  { asks, time }: Pick<UnifiedContext, 'asks' | 'time'>,
) {
  if (content === undefined) throw new Error(`${row.commentId} has no content`)
  const { url } = wordsOf(account.platform).content(content.externalId, content.data)
  return {
    id: commentId(row.accountId, row.commentId),
    created_at: time(row.firstReadAt),
    updated_at: time(row.readAt),
    published_at: time(row.postedAt),
    ...referencesOf(account, place),
    content: { id: content.id, url, published_at: time(content.postedAt) },
    external_id: row.commentId,
    text: row.text,
    commenter_username: row.authorUsername,
    commenter_display_name: row.authorName,
    commenter_id: row.authorId,
    commenter_profile_url: row.authorUrl,
    like_count: row.likes,
    reply_count: row.replies,
    ...(asks('source') ? { source: { call: row.sourceCall, read_at: time(row.readAt) } } : {}),
  }
}
