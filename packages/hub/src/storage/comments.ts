/** Comments under contents, with who wrote them: other persons, whose words go with the account's data. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

export interface ReadComment {
  commentId: string
  contentId: string
  parentId: string | null
  authorId: string
  authorName: string | null
  authorUsername: string | null
  authorUrl: string | null
  text: string
  likes: number | null
  replies: number | null
  postedAt: number
}

export interface StoredComment extends ReadComment {
  accountId: string
  sourceCall: string
  readAt: number
  firstReadAt: number
}

/** Contents whose comments are to be read: more or fewer than when they were read last. Newest first. */
export async function contentsWithNewComments(
  db: Database,
  accountId: string,
  { since, limit }: { since: number; limit: number },
): Promise<{ contentId: string; comments: number }[]> {
  const comments = sql<string>`(data->>'comment_count')::bigint`
  const rows = await db
    .selectFrom('videos')
    .select(['video_id', comments.as('comments')])
    .where('account_id', '=', accountId)
    .where('gone_at', 'is', null)
    .where('posted_at', '>=', new Date(since))
    .where(sql<boolean>`${comments} is distinct from coalesce(comments_read, 0) and ${comments} is not null`)
    .orderBy('posted_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ video_id, comments: count }) => ({ contentId: video_id, comments: Number(count) }))
}

/** Whether a content has comments that were read before, and which. */
export async function knownComments(
  tx: Transaction,
  accountId: string,
  contentId: string,
): Promise<Set<string>> {
  const rows = await tx
    .selectFrom('comments')
    .select('comment_id')
    .where('account_id', '=', accountId)
    .where('video_id', '=', contentId)
    .where('gone_at', 'is', null)
    .execute()
  return new Set(rows.map(({ comment_id }) => comment_id))
}

/**
 * Writes down the comments of a content as they are now; those that are not among them any more are gone.
 * @param counted how many the content was said to have
 */
export async function storeComments(
  tx: Transaction,
  about: {
    accountId: string
    workspaceId: string
    contentId: string
    counted: number
    sourceCall: string
    readAt: number
  },
  comments: readonly ReadComment[],
): Promise<void> {
  const readAt = new Date(about.readAt)
  if (comments.length > 0)
    await tx
      .insertInto('comments')
      .values(
        comments.map((one) => ({
          account_id: about.accountId,
          comment_id: one.commentId,
          video_id: about.contentId,
          workspace_id: about.workspaceId,
          parent_id: one.parentId,
          author_id: one.authorId,
          author_name: one.authorName,
          author_username: one.authorUsername,
          author_url: one.authorUrl,
          body: one.text,
          likes: one.likes,
          replies: one.replies,
          posted_at: new Date(one.postedAt),
          source_call: about.sourceCall,
          read_at: readAt,
          first_read_at: readAt,
          gone_at: null,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'comment_id']).doUpdateSet(({ ref }) => ({
          author_name: ref('excluded.author_name'),
          author_username: ref('excluded.author_username'),
          author_url: ref('excluded.author_url'),
          body: ref('excluded.body'),
          likes: ref('excluded.likes'),
          replies: ref('excluded.replies'),
          source_call: ref('excluded.source_call'),
          read_at: ref('excluded.read_at'),
          gone_at: null,
        })),
      )
      .execute()
  await tx
    .updateTable('comments')
    .set({ gone_at: readAt })
    .where('account_id', '=', about.accountId)
    .where('video_id', '=', about.contentId)
    .where('gone_at', 'is', null)
    .where('read_at', '<', readAt)
    .execute()
  await tx
    .updateTable('videos')
    .set({ comments_read: about.counted, comments_read_at: readAt })
    .where('account_id', '=', about.accountId)
    .where('video_id', '=', about.contentId)
    .execute()
}

export interface CommentFilter {
  contentId: string | undefined
  /** Milliseconds since the epoch; `to` is not included. */
  from: number | undefined
  to: number | undefined
}

/** Those that are still there, newest first. */
export async function listComments(
  db: Database,
  accountId: string,
  filter: CommentFilter,
  page: { limit: number; offset: number; after?: { at: number; id: string } | undefined },
): Promise<StoredComment[]> {
  let query = present(db, accountId, filter)
    .selectAll()
    .orderBy('posted_at', 'desc')
    .orderBy('comment_id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
  const { after } = page
  if (after !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('posted_at', 'comment_id'), '<', tuple(new Date(after.at), after.id)),
    )
  return (await query.execute()).map(toComment)
}

export async function countComments(db: Database, accountId: string, filter: CommentFilter): Promise<number> {
  const row = await present(db, accountId, filter)
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

function present(db: Database, accountId: string, { contentId, from, to }: CommentFilter) {
  let query = db.selectFrom('comments').where('account_id', '=', accountId).where('gone_at', 'is', null)
  if (contentId !== undefined) query = query.where('video_id', '=', contentId)
  if (from !== undefined) query = query.where('posted_at', '>=', new Date(from))
  if (to !== undefined) query = query.where('posted_at', '<', new Date(to))
  return query
}

function toComment(row: Row<'comments'>): StoredComment {
  return {
    accountId: row.account_id,
    commentId: row.comment_id,
    contentId: row.video_id,
    parentId: row.parent_id,
    authorId: row.author_id,
    authorName: row.author_name,
    authorUsername: row.author_username,
    authorUrl: row.author_url,
    text: row.body,
    likes: row.likes,
    replies: row.replies,
    postedAt: row.posted_at.getTime(),
    sourceCall: row.source_call,
    readAt: row.read_at.getTime(),
    firstReadAt: row.first_read_at.getTime(),
  }
}
