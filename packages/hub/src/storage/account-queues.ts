/** Queues of accounts: their weekly slots, and the posts that hold them. */
import { sql } from 'kysely'
import type { Post } from '../publishing/post.ts'
import type { Timetable, WeeklySlot } from '../publishing/queue-slots.ts'
import type { Database, Transaction } from './database.ts'
import { toPost } from './post-rows.ts'
import type { Row } from './tables.ts'

type Db = Database | Transaction

export interface AccountQueue extends Timetable {
  accountId: string
  pausedAt: number | undefined
  changedAt: number
}

export async function findQueue(db: Db, accountId: string): Promise<AccountQueue | undefined> {
  const row = await db
    .selectFrom('account_queues')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row === undefined ? undefined : toQueue(row)
}

/** Whoever gives slots out holds the queue until the commit, so that each is given once. */
export async function lockQueue(tx: Transaction, accountId: string): Promise<AccountQueue | undefined> {
  const row = await tx
    .selectFrom('account_queues')
    .selectAll()
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirst()
  return row === undefined ? undefined : toQueue(row)
}

export async function saveTimetable(
  tx: Transaction,
  account: { id: string; workspaceId: string },
  { timeZone, slots }: Timetable,
  now: number,
): Promise<void> {
  const set = { time_zone: timeZone, slots: JSON.stringify(slots), changed_at: new Date(now) }
  await tx
    .insertInto('account_queues')
    .values({ account_id: account.id, workspace_id: account.workspaceId, ...set })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(set))
    .execute()
}

export async function savePause(
  tx: Transaction,
  accountId: string,
  pausedAt: number | undefined,
  now: number,
): Promise<void> {
  await tx
    .updateTable('account_queues')
    .set({ paused_at: pausedAt === undefined ? null : new Date(pausedAt), changed_at: new Date(now) })
    .where('account_id', '=', accountId)
    .execute()
}

/** The slots after `after` that a post holds. */
export async function takenSlots(db: Db, accountId: string, after: number): Promise<Set<number>> {
  const rows = await db
    .selectFrom('posts')
    .select('slot_at')
    .where('account_id', '=', accountId)
    .where('slot_at', '>', new Date(after))
    .execute()
  return new Set(rows.flatMap(({ slot_at }) => (slot_at === null ? [] : [slot_at.getTime()])))
}

/** States in which nothing has begun, so that a post can change places. */
const WAITING = ['accepted', 'waiting_for_time', 'waiting_for_approval', 'rejected']

/** The posts of a queue in order: those to come, and those whose slot went by while it was paused. */
export async function queuedPosts(
  db: Db,
  accountId: string,
  range: { now: number; after?: number | undefined; limit?: number },
): Promise<Post[]> {
  let query = db
    .selectFrom('posts')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('slot_at', 'is not', null)
    .where('state', 'in', WAITING)
    .where((where) =>
      where.or([where('slot_at', '>', new Date(range.now)), where('state_reason', '=', 'queue_paused')]),
    )
    .orderBy('slot_at')
  if (range.after !== undefined) query = query.where('slot_at', '>', new Date(range.after))
  if (range.limit !== undefined) query = query.limit(range.limit)
  return (await query.execute()).map(toPost)
}

/** Lets go of slots, so that they can be given out in another order within the transaction. */
export async function freeSlots(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx
    .updateTable('posts')
    .set({ slot_at: null })
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute()
}

function toQueue(row: Row<'account_queues'>): AccountQueue {
  return {
    accountId: row.account_id,
    timeZone: row.time_zone,
    slots: row.slots as WeeklySlot[],
    pausedAt: row.paused_at?.getTime(),
    changedAt: row.changed_at.getTime(),
  }
}
