import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'
import { POST_ERRORS, post } from './posts.ts'

const slot = z
  .object({
    weekday: z.int().min(1).max(7).meta({ description: '1 Monday to 7 Sunday' }),
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .meta({ description: 'By the clocks of time_zone', example: '09:30' }),
  })
  .meta({ id: 'QueueSlot' })

const timetable = {
  time_zone: z.string().min(1).max(64).meta({ description: 'IANA name, such as Europe/Berlin' }),
  slots: z.array(slot).max(336).meta({ description: 'The times of a week; without any, nothing new fits' }),
}

const accountQueue = z
  .object({
    account_id: idOf('acc'),
    ...timetable,
    paused_at: moment.nullable().meta({ description: 'Nothing of it goes out since then' }),
    next_free_slot: moment.nullable(),
    changed_at: moment,
  })
  .meta({ id: 'AccountQueue' })

const params = z.object({ account_id: idOf('acc') })
const PATH = '/v1/connected-accounts/{account_id}/queue'

const getQueue = defineOperation({
  id: 'accountQueues.get',
  method: 'GET',
  path: PATH,
  summary: 'Read the queue of an account',
  scope: 'posts:read',
  params,
  answer: accountQueue,
  status: 200,
  errors: {},
})

const setQueue = defineOperation({
  id: 'accountQueues.set',
  method: 'PUT',
  path: PATH,
  summary: 'Give an account a queue, or its queue another timetable',
  description:
    'Posts in the queue move to the new slots and keep their order. Summer time is that of the zone: a slot that the clocks skip comes the same distance after the skip, one that comes twice comes at the first.',
  scope: 'posts:write',
  params,
  body: z.object(timetable),
  answer: accountQueue,
  status: 200,
  errors: { post_invalid: POST_ERRORS.post_invalid },
})

const listQueuedPosts = defineOperation({
  id: 'accountQueues.listPosts',
  method: 'GET',
  path: `${PATH}/posts`,
  summary: 'List the posts of a queue in the order in which they go out',
  scope: 'posts:read',
  params,
  query: pageQuery,
  answer: pageOf(post),
  status: 200,
  errors: {},
})

const pauseQueue = defineOperation({
  id: 'accountQueues.pause',
  method: 'POST',
  path: `${PATH}/pause`,
  summary: 'Hold back everything in a queue',
  description: 'Posts with a time of their own are not in the queue and still go out.',
  scope: 'posts:write',
  params,
  answer: accountQueue,
  status: 200,
  idempotency: 'natural',
  errors: {},
})

const resumeQueue = defineOperation({
  id: 'accountQueues.resume',
  method: 'POST',
  path: `${PATH}/resume`,
  summary: 'Let a queue go on',
  description: 'When a slot went by meanwhile, the posts move to the next free slots and keep their order.',
  scope: 'posts:write',
  params,
  answer: accountQueue,
  status: 200,
  idempotency: 'natural',
  errors: { post_invalid: POST_ERRORS.post_invalid },
})

const moveInQueue = defineOperation({
  id: 'accountQueues.movePost',
  method: 'POST',
  path: '/v1/posts/{post_id}/move',
  summary: 'Move a post within its queue',
  description:
    'Name one of the three. The posts of the queue take its slots in the new order; a swap leaves all others where they are.',
  scope: 'posts:write',
  params: z.object({ post_id: idOf('post') }),
  body: z.object({
    to: z.enum(['top', 'bottom']).optional(),
    before: idOf('post').optional().meta({ description: 'Directly before this post' }),
    swap_with: idOf('post').optional(),
  }),
  answer: post,
  status: 200,
  // A swap that is made twice is none.
  idempotency: 'optional',
  errors: { post_invalid: POST_ERRORS.post_invalid, post_wrong_state: POST_ERRORS.post_wrong_state },
})

export const accountQueueOperations = [
  getQueue,
  setQueue,
  listQueuedPosts,
  pauseQueue,
  resumeQueue,
  moveInQueue,
] as const
