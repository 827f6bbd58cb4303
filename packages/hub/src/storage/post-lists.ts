/** Posts as they are looked at: newest first, as a calendar, and what happened to one. */
import { sql } from 'kysely'
import type { MediaDecision } from '../originality/judge-post.ts'
import type { Post, PostTransition } from '../publishing/post.ts'
import type { PostState } from '../publishing/post-states.ts'
import type { Database, Transaction } from './database.ts'
import { IS_CURRENT } from './media-verdicts.ts'
import { toPost } from './post-rows.ts'

type Db = Database | Transaction

export interface PostFilter {
  workspaceId: string
  accountId?: string | undefined
  groupId?: string | undefined
  state?: string | undefined
  /** What the media gate decided about the media that it has now. */
  mediaVerdict?: MediaDecision['verdict'] | undefined
}

/** Newest first. @param slice `before`: only those before this id, the last one of the page before. */
export async function listPosts(
  db: Db,
  filter: PostFilter,
  slice: { before?: string | undefined; limit: number },
): Promise<Post[]> {
  let query = filtered(db, filter).orderBy('id', 'desc').limit(slice.limit)
  if (slice.before !== undefined) query = query.where('id', '<', slice.before)
  return (await query.execute()).map(toPost)
}

/** When a post stands in a calendar: at its time, or, where it has none, when it was asked for. */
const CALENDAR_TIME = sql<Date>`coalesce(scheduled_at, created_at)`

export function calendarTime(post: Pick<Post, 'scheduledAt' | 'createdAt'>): number {
  return post.scheduledAt ?? post.createdAt
}

/**
 * In the order of their times, those of one time by id: `from` counts, `to` does not.
 * @param slice `after`: only those after this one, the last of the page before.
 */
export async function listCalendar(
  db: Db,
  filter: PostFilter & { from: number | undefined; to: number | undefined },
  slice: { after?: { at: number; id: string } | undefined; limit: number },
): Promise<Post[]> {
  let query = filtered(db, filter).orderBy(CALENDAR_TIME).orderBy('id').limit(slice.limit)
  if (filter.from !== undefined) query = query.where(CALENDAR_TIME, '>=', new Date(filter.from))
  if (filter.to !== undefined) query = query.where(CALENDAR_TIME, '<', new Date(filter.to))
  if (slice.after !== undefined)
    query = query.where(
      sql<boolean>`(${CALENDAR_TIME}, id) > (${new Date(slice.after.at)}, ${slice.after.id})`,
    )
  return (await query.execute()).map(toPost)
}

function filtered(db: Db, filter: PostFilter) {
  let query = db.selectFrom('posts').selectAll().where('workspace_id', '=', filter.workspaceId)
  if (filter.accountId !== undefined) query = query.where('account_id', '=', filter.accountId)
  if (filter.groupId !== undefined) query = query.where('group_id', '=', filter.groupId)
  if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  const { mediaVerdict } = filter
  if (mediaVerdict !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('media_verdicts')
          .select('media_verdicts.post_id')
          .whereRef('media_verdicts.post_id', '=', 'posts.id')
          .where(IS_CURRENT)
          .where('media_verdicts.verdict', '=', mediaVerdict),
      ),
    )
  return query
}

export async function listTransitions(db: Db, postId: string): Promise<PostTransition[]> {
  const rows = await db
    .selectFrom('post_transitions')
    .selectAll()
    .where('post_id', '=', postId)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    at: row.at.getTime(),
    from: (row.from_state ?? undefined) as PostState | undefined,
    to: row.to_state as PostState,
    cause: row.cause,
    detail: row.detail,
  }))
}
