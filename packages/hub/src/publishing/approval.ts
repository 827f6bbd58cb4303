import { Problem } from '@tockwork/api'
import type { Transaction } from '../storage/database.ts'
import { type Change, type ChangeParts, changePost } from './change-post.ts'
import type { Post } from './post.ts'
import { wrongState } from './post-request.ts'

export interface Decision {
  /** As the audit log names them. */
  by: string
  /** The version of the post that they looked at. */
  version: number | undefined
  reason: string | undefined
}

type Remember = (tx: Transaction, post: Post) => Promise<void>

/** Somebody's yes or no to posts that wait for it. */
export class PostApproval {
  readonly #parts: ChangeParts

  constructor(parts: ChangeParts) {
    this.#parts = parts
  }

  /**
   * Lets a post go out: at its time, or at once where that has gone by, unless `ifLate` says that it is refused then.
   * @param own whether whoever asked for a post may approve it themselves
   * @throws {Problem}
   */
  approve(
    workspaceId: string,
    id: string,
    decision: Decision & { ifLate: 'post_now' | 'refuse'; own: boolean },
    remember: Remember,
  ): Promise<Post> {
    const { by, reason, ifLate, own } = decision
    const decide = (post: Post): Promise<Change> => {
      mustWait(post, decision, 'approved')
      if (post.madeBy === by && !own)
        throw new Problem({
          status: 403,
          code: 'approval_own_post',
          title: 'Whoever asked for a post does not approve it',
          detail: 'Use another key, or let the workspace allow it (own_approval_allowed).',
        })
      const now = this.#parts.clock.now()
      const late = post.scheduledAt !== undefined && post.scheduledAt <= now
      if (late && ifLate === 'refuse')
        throw new Problem({
          status: 409,
          code: 'post_late',
          title: 'The time of the post has gone by',
          detail: 'Reschedule it first, or approve it with if_late: post_now.',
        })
      return Promise.resolve({
        to: 'accepted',
        cause: 'approved',
        detail: { by, reason: reason ?? null, late },
        set: { ...decided('approved', decision, now), stepAt: now },
      })
    }
    return changePost(this.#parts, workspaceId, id, decide, { remember })
  }

  /** Sends a post back to whoever asked for it. Changed, it waits again. @throws {Problem} */
  reject(
    workspaceId: string,
    id: string,
    decision: Decision & { reason: string },
    remember: Remember,
  ): Promise<Post> {
    const decide = (post: Post): Promise<Change> => {
      mustWait(post, decision, 'rejected')
      return Promise.resolve({
        to: 'rejected',
        cause: 'rejected',
        detail: { by: decision.by, reason: decision.reason },
        set: { ...decided('rejected', decision, this.#parts.clock.now()), stepAt: undefined },
      })
    }
    return changePost(this.#parts, workspaceId, id, decide, { remember })
  }
}

function decided(what: 'approved' | 'rejected', { by, reason }: Decision, now: number) {
  return { decision: what, decidedBy: by, decidedAt: now, decisionReason: reason }
}

function mustWait(post: Post, { version }: Decision, what: string): void {
  if (post.state !== 'waiting_for_approval') throw wrongState(post, what)
  if (version !== undefined && version !== post.version)
    throw new Problem({
      status: 409,
      code: 'post_changed',
      title: 'The post is another than the one that was looked at',
      detail: `It was changed to version ${post.version}; read it again.`,
    })
}
