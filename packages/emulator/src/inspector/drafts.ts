import type { Platform } from '../platform.ts'
import { INBOX_POSTED, postFromInbox } from '../posting/life-cycle.ts'
import type { PublishRow } from '../state/model.ts'

/** In a creator's inbox, waiting for them. */
export function isDraft(post: PublishRow): boolean {
  return post.state === 'SEND_TO_USER_INBOX' && post.discardedAt === undefined
}

/** The creator finishes a draft in the app. */
export function postDraft(platform: Platform, post: PublishRow): void {
  platform.timers.drop(INBOX_POSTED, post.id)
  postFromInbox(platform, post)
}

/**
 * The creator throws a draft away. TikTok documents no event and no fail reason for it, so the app goes on reading
 * SEND_TO_USER_INBOX; the draft no longer counts as pending (both assumed).
 */
export function discardDraft(platform: Platform, post: PublishRow): void {
  platform.timers.drop(INBOX_POSTED, post.id)
  platform.world.publishes.patch(post, { discardedAt: platform.clock.now() })
}
