import type { Post } from '../publishing/post.ts'
import type { PostState } from '../publishing/post-states.ts'

export const PUBLICATION_STATUSES = ['IN_PROGRESS', 'READY', 'SUCCESS', 'FAILURE'] as const
export type PublicationStatus = (typeof PUBLICATION_STATUSES)[number]

/** A post that waits, for its time, a limit or somebody's yes, is in progress as far as the caller goes. */
const ENDED: Partial<Record<PostState, PublicationStatus>> = {
  // The creator finishes it in the app.
  in_inbox: 'READY',
  published: 'SUCCESS',
  failed: 'FAILURE',
  rejected: 'FAILURE',
  cancelled: 'FAILURE',
}

/** A post's state in the words of the unified API. */
export function publicationStatus(post: Pick<Post, 'state'>): PublicationStatus {
  return ENDED[post.state] ?? 'IN_PROGRESS'
}
