import type { Work } from '../storage/unit-of-work.ts'
import type { Post } from './post.ts'

/** What a post went through. Told inside the transaction that makes it so. */
export interface PostMoved {
  /** As it was; `undefined` for a new one. */
  before: Post | undefined
  post: Post
  cause: string
}

/** Adds jobs or rows to the transaction, such as a webhook to send. When it throws, nothing happens at all. */
export type OnPostMoved = (work: Work, moved: PostMoved) => Promise<void>

export const noPostEvents: OnPostMoved = async () => undefined
