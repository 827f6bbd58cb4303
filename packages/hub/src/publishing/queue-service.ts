import { type FieldError, problem } from '@tockwork/api'
import {
  type AccountQueue,
  findQueue,
  freeSlots,
  lockQueue,
  queuedPosts,
  savePause,
  saveTimetable,
  takenSlots,
} from '../storage/account-queues.ts'
import type { Account } from '../storage/accounts.ts'
import type { Transaction } from '../storage/database.ts'
import { savePost } from '../storage/posts.ts'
import type { Work } from '../storage/unit-of-work.ts'
import { type ChangeParts, mustFindPost } from './change-post.ts'
import { enqueueAdvances } from './coming-posts.ts'
import type { Post } from './post.ts'
import { invalid, wrongState } from './post-request.ts'
import { WITHOUT_APPROVAL } from './post-states.ts'
import { slotsBetween, type Timetable } from './queue-slots.ts'
import { isTimeZone } from './schedule.ts'

/** As far ahead as any post can be scheduled. */
const FURTHEST_MS = 365 * 86_400_000
const TRIES = 5

/** Where a post goes in its queue. */
export type QueuePlace = { to: 'top' | 'bottom' } | { before: string } | { swapWith: string }

type Remember = (tx: Transaction) => Promise<void>

/**
 * The queue of an account: a weekly timetable, and posts that hold its slots in order. Whoever changes it holds its row,
 * so that no slot is given twice.
 */
export class QueueService {
  readonly #parts: ChangeParts

  constructor(parts: ChangeParts) {
    this.#parts = parts
  }

  /** @throws {Problem} `not_found` when the account has none. */
  async get(accountId: string): Promise<{ queue: AccountQueue; nextFree: number | undefined }> {
    const { db, clock } = this.#parts
    const queue = await findQueue(db, accountId)
    if (queue === undefined) throw noQueue()
    const now = clock.now()
    return { queue, nextFree: nextFree(queue, await takenSlots(db, accountId, now), now) }
  }

  list(accountId: string, slice: { after: number | undefined; limit: number }): Promise<Post[]> {
    return queuedPosts(this.#parts.db, accountId, { now: this.#parts.clock.now(), ...slice })
  }

  /** Gives the queue another timetable; its posts move to the new slots in their order. @throws {Problem} */
  async setTimetable(account: Account, timetable: Timetable, remember: Remember): Promise<void> {
    if (!isTimeZone(timetable.timeZone))
      throw invalid([
        {
          field: 'time_zone',
          rule: 'unknown_time_zone',
          message: 'This is no IANA time zone; write one such as Europe/Berlin.',
        },
      ])
    await this.#again(async (work) => {
      const now = this.#parts.clock.now()
      await saveTimetable(work.tx, account, timetable, now)
      const queue = await lockQueue(work.tx, account.id)
      if (queue === undefined) throw noQueue()
      const laidOut = await this.#layOut(work, queue, now)
      await remember(work.tx)
      return laidOut
    })
  }

  /** Nothing of the queue goes out until it is resumed. Does nothing when it is paused. @throws {Problem} */
  async pause(accountId: string, remember: Remember): Promise<void> {
    await this.#again(async (work) => {
      const queue = await lockQueue(work.tx, accountId)
      if (queue === undefined) throw noQueue()
      if (queue.pausedAt !== undefined) return true
      const now = this.#parts.clock.now()
      await savePause(work.tx, accountId, now, now)
      await remember(work.tx)
      return true
    })
  }

  /** Goes on; posts whose slots went by take the next ones, and all keep their order. @throws {Problem} */
  async resume(accountId: string, remember: Remember): Promise<void> {
    await this.#again(async (work) => {
      const queue = await lockQueue(work.tx, accountId)
      if (queue === undefined) throw noQueue()
      if (queue.pausedAt === undefined) return true
      const now = this.#parts.clock.now()
      await savePause(work.tx, accountId, undefined, now)
      const late = await queuedPosts(work.tx, accountId, { now, limit: 1 })
      const missed = late[0]?.slotAt !== undefined && late[0].slotAt <= now
      const laidOut = !missed || (await this.#layOut(work, queue, now))
      await remember(work.tx)
      return laidOut
    })
  }

  /** Moves a post among the slots that the queue's posts hold. @throws {Problem} */
  async move(workspaceId: string, id: string, place: QueuePlace, remember: Remember): Promise<Post> {
    const { db, clock } = this.#parts
    const { accountId } = await mustFindPost(db, workspaceId, id)
    await this.#again(async (work) => {
      if ((await lockQueue(work.tx, accountId)) === undefined) throw noQueue()
      const posts = await queuedPosts(work.tx, accountId, { now: clock.now() })
      const post = posts.find((one) => one.id === id)
      if (post === undefined)
        throw wrongState(await mustFindPost(work.tx, workspaceId, id), 'moved in the queue')
      const slots = posts.flatMap(({ slotAt }) => (slotAt === undefined ? [] : [slotAt]))
      const placed = await this.#place(work, ordered(posts, post, place), slots, clock.now())
      await remember(work.tx)
      return placed
    })
    return mustFindPost(db, workspaceId, id)
  }

  async #layOut(work: Work, queue: AccountQueue, now: number): Promise<boolean> {
    const posts = await queuedPosts(work.tx, queue.accountId, { now })
    const own = new Set(posts.map(({ slotAt }) => slotAt))
    const taken = await takenSlots(work.tx, queue.accountId, now)
    const slots: number[] = []
    for (const at of slotsBetween(queue, now, now + FURTHEST_MS)) {
      if (slots.length === posts.length) break
      if (own.has(at) || !taken.has(at)) slots.push(at)
    }
    if (slots.length < posts.length)
      throw invalid([
        {
          field: 'slots',
          rule: 'too_few_slots',
          message: `${posts.length} posts are in the queue, and a year has ${slots.length} such slots.`,
        },
      ])
    return this.#place(work, posts, slots, now, queue.timeZone)
  }

  /** Whether nobody was faster. */
  async #place(
    work: Work,
    posts: readonly Post[],
    slots: readonly number[],
    now: number,
    timeZone?: string,
  ): Promise<boolean> {
    const { onPostMoved } = this.#parts
    const moved = posts.map((post, place) => ({ post, at: slots[place] as number }))
    const changed = moved.filter(({ post, at }) => post.slotAt !== at || post.stateReason !== undefined)
    await freeSlots(
      work.tx,
      changed.map(({ post }) => post.id),
    )
    for (const { post, at } of changed) {
      const rests = WITHOUT_APPROVAL.has(post.state)
      const saved = await savePost(work.tx, post, {
        ...(rests
          ? {}
          : {
              to: 'waiting_for_time' as const,
              cause: 'moved_in_queue',
              detail: { until: new Date(at).toISOString() },
            }),
        set: {
          slotAt: at,
          scheduledAt: at,
          timeZone: timeZone ?? post.timeZone,
          stateReason: undefined,
          stepAt: rests ? undefined : at,
          leaseOwner: undefined,
          leaseUntil: undefined,
        },
        now,
      })
      if (saved === undefined) return false
      if (rests) continue
      await enqueueAdvances(work, [{ id: post.id, version: saved.version, at }], now)
      await onPostMoved(work, { before: post, post: saved, cause: 'moved_in_queue' })
    }
    return true
  }

  /** In one transaction, and in another when a post began to move meanwhile. */
  async #again(attempt: (work: Work) => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      try {
        await this.#parts.unitOfWork(async (work) => {
          if (!(await attempt(work))) throw new Overtaken()
        })
        return
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error
      }
    }
    throw problem('conflict', 'The queue keeps changing; read it and try again.')
  }
}

class Overtaken extends Error {}

/**
 * The next free slot of each account's queue. Whoever asks holds the queues until the commit.
 * @throws {Problem} `post_invalid` for accounts without a queue, or whose slots are all taken.
 */
export async function takeSlots(
  tx: Transaction,
  accounts: readonly Pick<Account, 'id'>[],
  now: number,
): Promise<Map<string, { at: number; timeZone: string }>> {
  const slots = new Map<string, { at: number; timeZone: string }>()
  const errors: FieldError[] = []
  // Sorted: two requests lock the same queues in one order.
  for (const id of accounts.map((account) => account.id).sort()) {
    const queue = await lockQueue(tx, id)
    const at = queue === undefined ? undefined : nextFree(queue, await takenSlots(tx, id, now), now)
    if (queue !== undefined && at !== undefined) slots.set(id, { at, timeZone: queue.timeZone })
    else
      errors.push({
        field: 'schedule',
        rule: queue === undefined ? 'no_queue' : 'queue_full',
        message:
          queue === undefined
            ? `${id} has no queue: give it slots first.`
            : `All slots of ${id} within a year are taken.`,
      })
  }
  if (errors.length > 0) throw invalid(errors)
  return slots
}

function nextFree(queue: Timetable, taken: ReadonlySet<number>, now: number): number | undefined {
  for (const at of slotsBetween(queue, now, now + FURTHEST_MS)) if (!taken.has(at)) return at
  return undefined
}

function ordered(posts: readonly Post[], post: Post, place: QueuePlace): Post[] {
  const indexOf = (id: string): number => {
    const index = posts.findIndex((one) => one.id === id)
    if (index < 0)
      throw invalid([
        {
          field: 'before' in place ? 'before' : 'swap_with',
          rule: 'not_in_queue',
          message: `${id} does not wait in the queue of this account.`,
        },
      ])
    return index
  }
  if ('swapWith' in place) {
    const other = posts[indexOf(place.swapWith)] as Post
    return posts.map((one) => (one === post ? other : one === other ? post : one))
  }
  const rest = posts.filter((one) => one !== post)
  if ('to' in place) return place.to === 'top' ? [post, ...rest] : [...rest, post]
  const next = posts[indexOf(place.before)] as Post
  return rest.flatMap((one) => (one === next ? [post, one] : [one]))
}

function noQueue() {
  return problem('not_found', 'The account has no queue: give it slots first.')
}
