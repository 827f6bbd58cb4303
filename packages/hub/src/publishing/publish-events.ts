import type { Database } from '../storage/database.ts'
import { findPostByPublishId, wakePost } from '../storage/posts.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { ADVANCE_POST } from './step.ts'

/**
 * A webhook of the platform says that something happened to a post. It is taken as a hint: the status is asked at once,
 * so that a forged, late or repeated event changes nothing. Answers whether the post is ours.
 */
export async function onPublishEvent(
  parts: { db: Database; unitOfWork: UnitOfWork; clock: { now(): number } },
  event: { publishId: string },
): Promise<boolean> {
  const post = await findPostByPublishId(parts.db, event.publishId)
  if (post === undefined) return false
  const now = parts.clock.now()
  await parts.unitOfWork(async (work) => {
    await wakePost(work.tx, post.id, now)
    await work.enqueue(ADVANCE_POST, { postId: post.id }, { at: now, key: `${post.id}:event` })
  })
  return true
}
