import { sql } from 'kysely'
import type { Post } from '../publishing/post.ts'
import { assertTransition, type PostState } from '../publishing/post-states.ts'
import type { Database, Transaction } from './database.ts'
import { dateOf, insertTransitions, type PostChange, toColumns, toPost, transitionRows } from './post-rows.ts'

export type { PostChange } from './post-rows.ts'

type Db = Database | Transaction

/** What a new post is made of; the rest starts empty. */
export type NewPost = Pick<
  Post,
  | 'id'
  | 'workspaceId'
  | 'groupId'
  | 'accountId'
  | 'kind'
  | 'mode'
  | 'options'
  | 'source'
  | 'scheduledAt'
  | 'timeZone'
> &
  Partial<Pick<Post, 'approvalRequired' | 'madeBy' | 'slotAt'>> & {
    now: number
    cause: string
    detail?: Record<string, unknown>
  }

/** With the record of each post's beginning, in one statement. */
export async function insertPosts(tx: Transaction, posts: readonly NewPost[]): Promise<Post[]> {
  if (posts.length === 0) return []
  const records = transitionRows(
    posts.map((post) => ({
      postId: post.id,
      at: post.now,
      from: undefined,
      to: firstState(post),
      cause: post.cause,
      detail: post.detail ?? {},
    })),
  )
  const rows = await tx
    .with('recorded', (inner) => inner.insertInto('post_transitions').values(records))
    .insertInto('posts')
    .values(
      posts.map((post) => ({
        id: post.id,
        workspace_id: post.workspaceId,
        group_id: post.groupId,
        account_id: post.accountId,
        kind: post.kind,
        mode: post.mode,
        state: firstState(post),
        options: JSON.stringify(post.options),
        source: JSON.stringify(post.source),
        asset_id: post.source.type === 'asset' ? post.source.assetId : null,
        scheduled_at: dateOf(post.scheduledAt),
        time_zone: post.timeZone ?? null,
        approval_required: post.approvalRequired ?? false,
        made_by: post.madeBy ?? null,
        slot_at: dateOf(post.slotAt),
        step_at: dateOf(firstStepAt(post)),
        created_at: new Date(post.now),
        changed_at: new Date(post.now),
      })),
    )
    .returningAll()
    .execute()
  return rows.map(toPost)
}

function firstState(post: NewPost): PostState {
  if (post.approvalRequired === true) return 'waiting_for_approval'
  return isLater(post) ? 'waiting_for_time' : 'accepted'
}

function firstStepAt(post: NewPost): number | undefined {
  if (post.approvalRequired === true) return undefined
  return isLater(post) ? post.scheduledAt : post.now
}

function isLater({ scheduledAt, now }: NewPost): boolean {
  return scheduledAt !== undefined && scheduledAt > now
}

export async function findPost(db: Db, workspaceId: string, id: string): Promise<Post | undefined> {
  const row = await db
    .selectFrom('posts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toPost(row)
}

/** By the platform's id of it, which an account of one app has given. */
export async function findPostByPublishId(db: Db, publishId: string): Promise<Post | undefined> {
  const row = await db.selectFrom('posts').selectAll().where('publish_id', '=', publishId).executeTakeFirst()
  return row === undefined ? undefined : toPost(row)
}

/** When a post is due and until when someone has it. */
export async function peekPost(
  db: Db,
  id: string,
): Promise<{ stepAt: number | undefined; leaseUntil: number | undefined } | undefined> {
  const row = await db
    .selectFrom('posts')
    .select(['step_at', 'lease_until'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined
    ? undefined
    : { stepAt: row.step_at?.getTime(), leaseUntil: row.lease_until?.getTime() }
}

/**
 * Holds on to a post during long work and writes down how far it is. `undefined` when it is no longer ours: whoever
 * works on it must stop.
 */
export async function renewLease(
  db: Db,
  id: string,
  lease: { owner: string; until: number },
  uploadedBytes?: number,
): Promise<{ cancelRequested: boolean } | undefined> {
  const row = await db
    .updateTable('posts')
    .set({
      lease_until: new Date(lease.until),
      ...(uploadedBytes === undefined ? {} : { uploaded_bytes: uploadedBytes }),
    })
    .where('id', '=', id)
    .where('lease_owner', '=', lease.owner)
    .returning('cancel_requested_at')
    .executeTakeFirst()
  return row === undefined ? undefined : { cancelRequested: row.cancel_requested_at !== null }
}

export async function releaseLease(db: Db, id: string, owner: string): Promise<void> {
  await db
    .updateTable('posts')
    .set({ lease_owner: null, lease_until: null })
    .where('id', '=', id)
    .where('lease_owner', '=', owner)
    .execute()
}

/** A wish that whoever works on the post sees; does not disturb their version. */
export async function requestCancel(db: Db, id: string, now: number): Promise<void> {
  await db
    .updateTable('posts')
    .set({ cancel_requested_at: new Date(now) })
    .where('id', '=', id)
    .execute()
  await wakePost(db, id, now)
}

/** Lets a post that rests or waits be worked on now. */
export async function wakePost(db: Db, id: string, now: number): Promise<void> {
  await db
    .updateTable('posts')
    .set({ step_at: new Date(now) })
    .where('id', '=', id)
    .where((where) => where.or([where('step_at', 'is', null), where('step_at', '>', new Date(now))]))
    .execute()
}

/**
 * Changes a post as it was read: when someone has changed it since, nothing happens and `undefined` comes back. A change
 * of state is recorded with its cause. @throws {PostTransitionError}
 */
export async function savePost(tx: Transaction, post: Post, change: PostChange): Promise<Post | undefined> {
  if (change.to !== undefined) assertTransition(post.state, change.to)
  const row = await tx
    .updateTable('posts')
    .set({
      ...toColumns(change.set ?? {}),
      ...(change.to === undefined ? {} : { state: change.to }),
      version: post.version + 1,
      changed_at: new Date(change.now),
    })
    .where('id', '=', post.id)
    .where('version', '=', post.version)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return undefined
  if (change.to !== undefined)
    await insertTransitions(tx, [
      {
        postId: post.id,
        at: change.now,
        from: post.state,
        to: change.to,
        cause: change.cause ?? '',
        detail: change.detail ?? {},
      },
    ])
  return toPost(row)
}

/** Posts whose time came before `before` and that nobody works on: their job was lost or is late. */
export async function overduePosts(
  db: Db,
  range: { before: number; now: number; limit: number },
): Promise<{ id: string; version: number }[]> {
  return db
    .selectFrom('posts')
    .select(['id', 'version'])
    .where('step_at', '<=', new Date(range.before))
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<=', new Date(range.now))]),
    )
    .orderBy('step_at')
    .limit(range.limit)
    .execute()
}

/** When the inits of an account were answered since, oldest first: what counts towards a cap of 24 hours. */
export async function initTimes(
  db: Db,
  accountId: string,
  mode: Post['mode'],
  since: number,
): Promise<number[]> {
  const rows = await db
    .selectFrom('post_transitions')
    .innerJoin('posts', 'posts.id', 'post_transitions.post_id')
    .select('post_transitions.at')
    .where('posts.account_id', '=', accountId)
    .where('posts.mode', '=', mode)
    .where('posts.changed_at', '>', new Date(since))
    .where('post_transitions.cause', '=', 'init_answered')
    .where('post_transitions.at', '>', new Date(since))
    .where('posts.state', 'not in', ['failed', 'cancelled'])
    .orderBy('post_transitions.at')
    .execute()
  return rows.map(({ at }) => at.getTime())
}

/** How many posts of the account wait for the same reason and came before this one. */
export async function countWaitingBefore(db: Db, post: Post, reason: string): Promise<number> {
  const row = await db
    .selectFrom('posts')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('account_id', '=', post.accountId)
    .where('mode', '=', post.mode)
    .where('state', '=', 'waiting_for_rate')
    .where('state_reason', '=', reason)
    .where('id', '<', post.id)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Which of these public ids belong to posts of ours already. */
export async function knownPostIds(db: Db, accountId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('posts')
    .select('post_ids')
    .where('account_id', '=', accountId)
    .where(sql<boolean>`post_ids && ${[...ids]}::text[]`)
    .execute()
  return new Set(rows.flatMap(({ post_ids }) => post_ids))
}
