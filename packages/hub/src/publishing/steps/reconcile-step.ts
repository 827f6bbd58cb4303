import { knownPostIds } from '../../storage/posts.ts'
import type { Post } from '../post.ts'
import { findOwnVideo, reconcilePause } from '../reconcile.ts'
import type { Step } from '../step.ts'
import { statusStep } from './status-step.ts'

/** While a person has not decided: does the post show up among the creator's videos? */
export async function reconcileStep(step: Step): Promise<Post | undefined> {
  const { post, parts, move, call } = step
  const { clock, db, port, rates } = parts
  const now = clock.now()
  if (post.publishId !== undefined) return statusStep(step)
  if (post.stateReason !== 'init_outcome_unknown' || post.initSentAt === undefined)
    return move({ at: undefined })
  const pause = reconcilePause(now - post.initSentAt)
  const later = pause === undefined ? undefined : now + pause
  const outcome = await call(rates.listVideos, 'reconcile', () => port.recentVideos(post))
  if ('waitUntil' in outcome) return move({ at: Math.max(outcome.waitUntil, now + 1) })
  const { result } = outcome
  if (!result.ok) return move({ at: later })
  const known = await knownPostIds(
    db,
    post.accountId,
    result.value.map(({ id }) => id),
  )
  const found = findOwnVideo(post, result.value, known)
  if (found === undefined) return move({ at: later })
  return move({
    to: 'published',
    cause: 'found_among_videos',
    detail: { post_id: found.id, created_at: new Date(found.createdAt).toISOString() },
    set: { postIds: [found.id], publishedAt: found.createdAt, stateReason: undefined, initSentAt: undefined },
    at: undefined,
  })
}
