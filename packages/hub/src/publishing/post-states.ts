import type { POST_STATES } from '@tockwork/api'

/**
 * The life of a post, in the words of our API. `waiting_for_approval`, `waiting_for_time` and `waiting_for_rate` say
 * why nothing happens; `needs_attention` is a doubt that only a person can end, since guessing could post twice.
 */
export type PostState = (typeof POST_STATES)[number]

/** From where to where; whatever is not here is a bug. A state may be recorded again with another cause. */
export const TRANSITIONS: Readonly<Record<PostState, readonly PostState[]>> = {
  accepted: ['accepted', 'waiting_for_approval', 'waiting_for_time', 'checking', 'cancelled', 'failed'],
  // Nothing but an approval lets it go on, and what is changed meanwhile waits again.
  waiting_for_approval: ['waiting_for_approval', 'accepted', 'rejected', 'cancelled'],
  rejected: ['waiting_for_approval', 'cancelled'],
  waiting_for_time: [
    'waiting_for_time',
    'waiting_for_approval',
    'accepted',
    'checking',
    'cancelled',
    'failed',
  ],
  waiting_for_rate: [
    'waiting_for_approval',
    'waiting_for_rate',
    'waiting_for_time',
    'checking',
    'initialising',
    'cancelled',
    'failed',
  ],
  checking: [
    'checking',
    'waiting_for_approval',
    'waiting_for_rate',
    'waiting_for_time',
    'media_blocked',
    'initialising',
    'cancelled',
    'failed',
  ],
  // TikTok was not asked: with other media it is a post like any other, or a person lets it go as it is.
  media_blocked: ['accepted', 'waiting_for_approval', 'waiting_for_time', 'cancelled'],
  initialising: [
    'initialising',
    'waiting_for_rate',
    'uploading',
    'processing',
    'needs_attention',
    'cancelled',
    'failed',
  ],
  // Without the last byte there is no post: an upload that ends early may begin anew, be cancelled, or fail.
  uploading: ['uploading', 'initialising', 'processing', 'cancelled', 'failed'],
  processing: [
    'processing',
    'waiting_for_rate',
    'in_inbox',
    'published',
    'failed',
    'cancelled',
    'needs_attention',
  ],
  in_inbox: ['published', 'failed'],
  published: ['published'],
  failed: ['accepted'],
  cancelled: [],
  needs_attention: ['processing', 'in_inbox', 'published', 'failed'],
}

/** States in which nothing has been asked of TikTok yet: a post can be changed, moved in time and cancelled at will. */
export const BEFORE_INIT: ReadonlySet<PostState> = new Set([
  'accepted',
  'waiting_for_approval',
  'rejected',
  'waiting_for_time',
  'waiting_for_rate',
  'checking',
  'media_blocked',
])

/** States in which a post rests until a person says yes, or changes it. */
export const WITHOUT_APPROVAL: ReadonlySet<PostState> = new Set(['waiting_for_approval', 'rejected'])

/** A transition that the table does not know: a bug of ours, never a caller's mistake. */
export class PostTransitionError extends Error {
  constructor(from: PostState, to: PostState) {
    super(`a post does not go from ${from} to ${to}`)
    this.name = 'PostTransitionError'
  }
}

/** @throws {PostTransitionError} */
export function assertTransition(from: PostState, to: PostState): void {
  if (!TRANSITIONS[from].includes(to)) throw new PostTransitionError(from, to)
}
