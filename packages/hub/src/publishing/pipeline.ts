import type { RateCall, RateRule } from '../governor/governor.ts'
import { findAccount } from '../storage/accounts.ts'
import { claimPost, peekPost, releaseLease, renewLease, savePost } from '../storage/posts.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import { kindOf } from './failures.ts'
import type { Post } from './post.ts'
import type { PostState } from './post-states.ts'
import { ADVANCE_POST, LEASE_MS, type Move, type PublishingParts, type Step } from './step.ts'
import { checkStep } from './steps/check-step.ts'
import { initStep } from './steps/init-step.ts'
import { reconcileStep } from './steps/reconcile-step.ts'
import { statusStep } from './steps/status-step.ts'
import { uploadStep } from './steps/upload-step.ts'

/** A post goes through fewer steps than this without waiting; more would be a circle. */
const MOST_STEPS = 50

const STEPS: Readonly<Record<PostState, ((step: Step) => Promise<Post | undefined>) | undefined>> = {
  accepted: checkStep,
  waiting_for_time: checkStep,
  waiting_for_rate: checkStep,
  checking: checkStep,
  initialising: initStep,
  uploading: uploadStep,
  processing: statusStep,
  in_inbox: statusStep,
  published: statusStep,
  failed: undefined,
  cancelled: undefined,
  needs_attention: reconcileStep,
}

/**
 * Brings posts on, step by step. Each step ends in one commit of the row and the job that goes on; a step that was cut
 * off is done again from what is written down. Who works on a post holds its lease; what they write counts only while
 * the post is as they read it.
 */
export class PublishPipeline {
  readonly #parts: PublishingParts

  constructor(parts: PublishingParts) {
    this.#parts = parts
  }

  /**
   * Takes a post as far as it goes now.
   * @returns when to come again, when someone else has it; nothing when the next job is already written down.
   */
  async run(postId: string, signal: AbortSignal): Promise<number | undefined> {
    const { db, clock, owner } = this.#parts
    const now = clock.now()
    const claimed = await claimPost(db, postId, { owner, now, until: now + LEASE_MS })
    if (claimed === undefined) return this.#whenFree(postId)
    let post: Post = claimed
    try {
      for (let step = 0; step < MOST_STEPS; step += 1) {
        const run = STEPS[post.state]
        if (run === undefined || post.stepAt === undefined || post.stepAt > clock.now()) return undefined
        signal.throwIfAborted()
        const next: Post | undefined = await run(this.#step(post, signal))
        // Changed under us, by a person or another process: what they wrote comes first.
        if (next === undefined) return await this.#letGo(postId)
        post = next
      }
      this.#parts.log.error({ post: postId, state: post.state }, 'a post goes in circles')
      return await this.#letGo(postId)
    } catch (error) {
      await releaseLease(db, postId, owner)
      throw error
    }
  }

  async #letGo(postId: string): Promise<number | undefined> {
    const { db, owner } = this.#parts
    await releaseLease(db, postId, owner)
    return this.#whenFree(postId)
  }

  async #whenFree(postId: string): Promise<number | undefined> {
    const { db, clock } = this.#parts
    const found = await peekPost(db, postId)
    if (found?.stepAt === undefined) return undefined
    const now = clock.now()
    return Math.max(found.stepAt, found.leaseUntil ?? 0, now + 1)
  }

  #step(post: Post, signal: AbortSignal): Step {
    const parts = this.#parts
    return {
      parts,
      post,
      signal,
      move: (change, from = post) => this.#move(from, change),
      call: (rule, name, make) => this.#call(post, rule, name, make),
      renew: (uploadedBytes) =>
        renewLease(
          parts.db,
          post.id,
          { owner: parts.owner, until: parts.clock.now() + LEASE_MS },
          uploadedBytes,
        ),
    }
  }

  async #move(post: Post, change: Move): Promise<Post | undefined> {
    const { unitOfWork, clock, onPostMoved } = this.#parts
    const now = clock.now()
    const { at } = change
    const goesOn = at !== undefined && at <= now
    return unitOfWork(async (work) => {
      const saved = await savePost(work.tx, post, {
        ...change,
        set: {
          ...change.set,
          stepAt: at,
          // Going on at once keeps the post; waiting lets go of it.
          ...(goesOn ? { leaseUntil: now + LEASE_MS } : { leaseOwner: undefined, leaseUntil: undefined }),
        },
        now,
      })
      if (saved === undefined) return undefined
      // A public id comes while the state stays what it is.
      if (change.to !== undefined || saved.postIds.length > post.postIds.length)
        await onPostMoved(work, { before: post, post: saved, cause: change.cause ?? '' })
      if (at !== undefined && !goesOn)
        await work.enqueue(ADVANCE_POST, { postId: post.id }, { at, key: `${post.id}:${saved.version}` })
      return saved
    })
  }

  async #call<T>(
    post: Post,
    rule: RateRule,
    name: string,
    make: () => Promise<PlatformResult<T>>,
  ): Promise<{ waitUntil: number } | { result: PlatformResult<T> }> {
    const { governor, clock, db } = this.#parts
    const account = await findAccount(db, post.workspaceId, post.accountId)
    if (account === undefined) throw new Error(`${post.id} has no account`)
    const call: RateCall = {
      appId: account.appId,
      accountId: post.accountId,
      rule,
      // A person who posts now waits for it; what was scheduled does not hurry.
      lane: post.scheduledAt === undefined ? 'person' : 'post',
      ticket: `${post.id}:${name}`,
    }
    const slot = await governor.take(call)
    if (!slot.granted) return { waitUntil: slot.at }
    const sentAt = clock.now()
    const result = await make()
    const failure = result.ok ? undefined : result.failure
    if (failure?.sent === 'no') await governor.giveBack(slot)
    await governor.settle(call, slot, {
      sentAt,
      answeredAt: clock.now(),
      blockedUntil:
        failure !== undefined && kindOf(failure) === 'window'
          ? (failure.until ?? clock.now() + rule.windowMs)
          : undefined,
    })
    return { result }
  }
}
