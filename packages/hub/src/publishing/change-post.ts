import { problem } from '@tockwork/api'
import type { Database, Transaction } from '../storage/database.ts'
import { findPost, type PostChange, savePost } from '../storage/posts.ts'
import type { Work } from '../storage/unit-of-work.ts'
import { enqueueAdvances } from './coming-posts.ts'
import type { Post } from './post.ts'
import type { PublishingParts } from './step.ts'

export type ChangeParts = Pick<PublishingParts, 'db' | 'clock' | 'governor' | 'onPostMoved' | 'unitOfWork'>
export type Change = Omit<PostChange, 'now'>

interface Within {
  /** Completes the change inside its transaction, with what must be locked. */
  within?: ((work: Work, post: Post, change: Change) => Promise<Change>) | undefined
  /** Runs in the transaction of the change, last. */
  remember?: ((tx: Transaction, post: Post) => Promise<void>) | undefined
}

const TRIES = 5

/** Applies a change to the post as it is, again from the start when someone else was faster. */
export async function changePost(
  parts: ChangeParts,
  workspaceId: string,
  id: string,
  decide: (post: Post) => Promise<Change>,
  { within, remember }: Within = {},
): Promise<Post> {
  const { clock, governor, onPostMoved, unitOfWork } = parts
  for (let tries = 0; tries < TRIES; tries += 1) {
    const post = await mustFindPost(parts.db, workspaceId, id)
    const decided = await decide(post)
    const now = clock.now()
    const saved = await unitOfWork(async (work) => {
      const change = (await within?.(work, post, decided)) ?? decided
      const result = await savePost(work.tx, post, {
        ...change,
        // Whoever works on it finds that it is another version, and lets go.
        set: { ...change.set, leaseOwner: undefined, leaseUntil: undefined },
        now,
      })
      if (result === undefined) return undefined
      if (result.stepAt !== undefined)
        await enqueueAdvances(work, [{ id, version: result.version, at: result.stepAt }], now)
      if (change.to !== undefined)
        await onPostMoved(work, { before: post, post: result, cause: change.cause ?? '' })
      await remember?.(work.tx, result)
      return result
    })
    if (saved === undefined) continue
    if (saved.stepAt === undefined) await governor.leave([`${id}:creator`, `${id}:init`])
    return saved
  }
  throw problem('conflict', 'The post keeps changing; read it and try again.')
}

/** @throws {Problem} `not_found` */
export async function mustFindPost(db: Database, workspaceId: string, id: string): Promise<Post> {
  const post = await findPost(db, workspaceId, id)
  if (post === undefined) throw problem('not_found', 'There is no such post.')
  return post
}
