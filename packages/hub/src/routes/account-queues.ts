import { type accountQueueOperations, problem } from '@tockwork/api'
import type { Caller, Handlers } from '../http/ports.ts'
import type { QueuePlace, QueueService } from '../publishing/queue-service.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { actorOf } from '../tenancy/principal.ts'
import { reachableAccount } from './connected-accounts.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'
import { reachablePost } from './posts.ts'
import { shownPost, shownPosts } from './shown-post.ts'

export interface AccountQueueRouteParts {
  db: Database
  clock: { now(): number }
  queues: QueueService
}

export function accountQueueHandlers({
  db,
  clock,
  queues,
}: AccountQueueRouteParts): Handlers<typeof accountQueueOperations> {
  const audit =
    (caller: Caller, action: string, subject: string, detail = {}) =>
    (tx: Transaction) =>
      appendAudit(tx, {
        workspaceId: caller.workspaceId,
        at: clock.now(),
        actor: actorOf(caller),
        action,
        subject,
        detail,
      })
  const read = async (accountId: string) => {
    const { queue, nextFree } = await queues.get(accountId)
    return {
      account_id: queue.accountId,
      time_zone: queue.timeZone,
      slots: [...queue.slots],
      paused_at: queue.pausedAt === undefined ? null : iso(queue.pausedAt),
      next_free_slot: nextFree === undefined ? null : iso(nextFree),
      changed_at: iso(queue.changedAt),
    }
  }
  return {
    'accountQueues.get': async ({ params }, { caller }) =>
      read((await reachableAccount(db, caller, params.account_id)).id),

    'accountQueues.set': async ({ params, body }, { caller }) => {
      const account = await reachableAccount(db, caller, params.account_id)
      const timetable = { timeZone: body.time_zone, slots: body.slots }
      await queues.setTimetable(account, timetable, audit(caller, 'queue.changed', account.id, timetable))
      return read(account.id)
    },

    'accountQueues.listPosts': async ({ params, query }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      const list = async ({ limit, before }: { limit: number; before: string | undefined }) => {
        const posts = await queues.list(id, {
          limit,
          after: before === undefined ? undefined : Number(before),
        })
        // A slot is held once, so it says where a page ended.
        const shown = await shownPosts(db, posts)
        return shown.map((post, at) => ({ id: posts[at]?.slotAt ?? 0, post }))
      }
      return pageOfItems(query, /^\d{1,15}$/, list, ({ post }) => post)
    },

    'accountQueues.pause': async ({ params }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      await queues.pause(id, audit(caller, 'queue.paused', id))
      return read(id)
    },

    'accountQueues.resume': async ({ params }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      await queues.resume(id, audit(caller, 'queue.resumed', id))
      return read(id)
    },

    'accountQueues.movePost': async ({ params, body }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const place = placeFrom(body)
      return shownPost(
        db,
        await queues.move(caller.workspaceId, id, place, audit(caller, 'post.moved_in_queue', id, body)),
      )
    },
  }
}

function placeFrom(body: {
  to?: 'top' | 'bottom' | undefined
  before?: string | undefined
  swap_with?: string | undefined
}): QueuePlace {
  const places: QueuePlace[] = [
    ...(body.to === undefined ? [] : [{ to: body.to }]),
    ...(body.before === undefined ? [] : [{ before: body.before }]),
    ...(body.swap_with === undefined ? [] : [{ swapWith: body.swap_with }]),
  ]
  const [place] = places
  if (place !== undefined && places.length === 1) return place
  throw problem('invalid_request', 'Name one of to, before and swap_with.', {
    errors: [{ field: 'to', rule: 'one_place', message: 'Name one of to, before and swap_with.' }],
  })
}
