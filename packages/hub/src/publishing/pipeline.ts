import type { RateCall, RateRule } from '../governor/governor.ts'
import { type AccountRef, findAccounts } from '../storage/account-reads.ts'
import type { Account } from '../storage/accounts.ts'
import { Batcher } from '../storage/batcher.ts'
import {
  claimPosts,
  type MovedPost,
  type PostMove,
  type PostRecord,
  savePosts,
} from '../storage/post-moves.ts'
import { peekPost, releaseLease, renewLease } from '../storage/posts.ts'
import type { NewJob, Work } from '../storage/unit-of-work.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import { type Advance, enqueueAdvances } from './coming-posts.ts'
import { kindOf } from './failures.ts'
import type { Post } from './post.ts'
import type { PostMoved } from './post-events.ts'
import { assertTransition, type PostState } from './post-states.ts'
import { type CreatorAnswer, RecentCreators } from './recent-creators.ts'
import { LEASE_MS, type Move, type PublishingParts, type Step, UPLOAD_POST } from './step.ts'
import { checkStep } from './steps/check-step.ts'
import { initStep } from './steps/init-step.ts'
import { reconcileStep } from './steps/reconcile-step.ts'
import { statusStep } from './steps/status-step.ts'
import { uploadStep } from './steps/upload-step.ts'

/** Asking how a post is getting on gives way to starting another. */
const BEHIND = -1
/** Posts in one commit: as many as come while the one before is written. */
const MOST_MOVES = 100
const MOVE_LANES = 3

/** One run of a post: what it was told, and what it has read. */
interface Run {
  signal: AbortSignal
  /** Whether it may send bytes, which takes long. */
  uploads: boolean
  account?: Promise<Account | undefined>
  /** Brief moves that are not written down yet; `post` is the row that they began from. */
  unwritten?: { post: Post; set: PostMove['set']; told: PostMoved[]; records: PostRecord[] } | undefined
}

/** A move to write down: with the brief ones before it, and what is to be told of those. */
type AskedMove = PostMove & {
  at: number | undefined
  goesOn: boolean
  told: readonly PostMoved[]
  last: Post
}

/** A post goes through fewer steps than this without waiting; more would be a circle. */
const MOST_STEPS = 50

const STEPS: Readonly<Record<PostState, ((step: Step) => Promise<Post | undefined>) | undefined>> = {
  accepted: checkStep,
  waiting_for_approval: undefined,
  rejected: undefined,
  waiting_for_time: checkStep,
  waiting_for_rate: checkStep,
  checking: checkStep,
  media_blocked: undefined,
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
 * the post is as they read it. Posts that are worked on at the same time share their statements and commits.
 */
export class PublishPipeline {
  readonly #parts: PublishingParts
  readonly #claims: Batcher<string, Post | undefined>
  readonly #accounts: Batcher<AccountRef, Account | undefined>
  readonly #moves: Batcher<AskedMove, Post | undefined>
  readonly #creators: RecentCreators<CreatorAnswer>

  constructor(parts: PublishingParts) {
    this.#parts = parts
    const { db, unitOfWork, clock, owner } = parts
    this.#claims = new Batcher(
      async (ids) => {
        const now = clock.now()
        const claimed = await claimPosts(db, ids, { owner, now, until: now + LEASE_MS })
        return ids.map((id) => claimed.get(id))
      },
      { keyOf: (id) => id },
    )
    this.#accounts = new Batcher((refs) => findAccounts(db, refs))
    this.#moves = new Batcher((moves) => unitOfWork((work) => this.#write(work, moves)), {
      most: MOST_MOVES,
      lanes: MOVE_LANES,
      keyOf: ({ post }) => post.id,
    })
    this.#creators = new RecentCreators(clock, (answer) => 'result' in answer && answer.result.ok)
  }

  /**
   * Takes a post as far as it goes now.
   * @param uploads false: a post whose bytes are to be sent is handed to `UPLOAD_POST`
   * @returns when to come again, when someone else has it; nothing when the next job is already written down.
   */
  async run(postId: string, signal: AbortSignal, { uploads = true } = {}): Promise<number | undefined> {
    const { db, clock, owner } = this.#parts
    const claimed = await this.#claims.ask(postId)
    if (claimed === undefined) return this.#whenFree(postId)
    const run: Run = { signal, uploads }
    let post: Post = claimed
    try {
      for (let step = 0; step < MOST_STEPS; step += 1) {
        const next = STEPS[post.state]
        if (next === undefined || post.stepAt === undefined || post.stepAt > clock.now()) return undefined
        // After its own move to `uploading` a post is let go already; this is one that somebody woke.
        const elsewhere = post.state === 'uploading' && !uploads
        if (elsewhere && post.leaseOwner === undefined) return undefined
        signal.throwIfAborted()
        const moved: Post | undefined = elsewhere
          ? await this.#move(post, { at: post.stepAt }, run)
          : await next(this.#step(post, run))
        // Changed under us, by a person or another process: what they wrote comes first.
        if (moved === undefined) return await this.#letGo(postId)
        post = moved
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

  #step(post: Post, run: Run): Step {
    const parts = this.#parts
    const account = (): Promise<Account | undefined> => {
      run.account ??= this.#accounts.ask(post)
      return run.account
    }
    return {
      parts,
      post,
      signal: run.signal,
      move: (change, from = post) => this.#move(from, change, run),
      account,
      creators: this.#creators,
      call: async (rule, name, make) => this.#call(post, await account(), rule, name, make),
      renew: (uploadedBytes) =>
        renewLease(
          parts.db,
          post.id,
          { owner: parts.owner, until: parts.clock.now() + LEASE_MS },
          uploadedBytes,
        ),
    }
  }

  async #move(post: Post, { at, to, cause, detail, set, brief }: Move, run: Run): Promise<Post | undefined> {
    const now = this.#parts.clock.now()
    const goesOn = at !== undefined && at <= now && (run.uploads || (to ?? post.state) !== 'uploading')
    const before = run.unwritten?.post.version === post.version ? run.unwritten : undefined
    const all: PostMove['set'] = {
      ...before?.set,
      ...set,
      stepAt: at,
      // Going on at once keeps the post; waiting lets go of it.
      ...(goesOn ? { leaseUntil: now + LEASE_MS } : { leaseOwner: undefined, leaseUntil: undefined }),
    }
    const record = { at: now, from: post.state, cause: cause ?? '', detail: detail ?? {} }
    const records = [...(before?.records ?? []), ...(to === undefined ? [] : [{ ...record, to }])]
    const told = before?.told ?? []
    const first = before?.post ?? post
    if (brief === true && goesOn) {
      if (to !== undefined) assertTransition(post.state, to)
      const next: Post = { ...post, ...set, state: to ?? post.state, stepAt: at, changedAt: now }
      const moved = to === undefined ? [] : [{ before: post, post: next, cause: record.cause }]
      run.unwritten = { post: first, set: all, records, told: [...told, ...moved] }
      return next
    }
    const saved = await this.#moves.ask({ post: first, set: all, records, told, last: post, at, goesOn, now })
    run.unwritten = undefined
    return saved
  }

  /** Rows, what is told of them, and the jobs that go on with them, in one commit. */
  async #write(work: Work, moves: readonly AskedMove[]): Promise<(Post | undefined)[]> {
    const { onPostMoved } = this.#parts
    const saved = await savePosts(work.tx, moves)
    for (const moved of toldOf(moves, saved)) await onPostMoved(work, moved)

    const advances: Advance[] = []
    const uploads: NewJob[] = []
    for (const [place, { at, goesOn }] of moves.entries()) {
      const post = saved[place]?.post
      if (post === undefined || at === undefined || goesOn) continue
      const { id, version, publishId } = post
      const priority = publishId === undefined ? {} : { priority: BEHIND }
      if (post.state === 'uploading')
        uploads.push({ data: { postId: id }, at, key: `${id}:${version}`, ...priority })
      else advances.push({ id, version, at, ...priority })
    }
    await enqueueAdvances(work, advances, this.#parts.clock.now())
    if (uploads.length > 0) await work.enqueueMany(UPLOAD_POST, uploads)
    return saved.map((moved) => moved?.post)
  }

  async #call<T>(
    post: Post,
    account: Account | undefined,
    rule: RateRule,
    name: string,
    make: (ready: () => Promise<void>) => Promise<PlatformResult<T>>,
  ): Promise<{ waitUntil: number } | { result: PlatformResult<T> }> {
    const { governor, clock } = this.#parts
    if (account === undefined) throw new Error(`${post.id} has no account`)
    const call: RateCall = {
      appId: account.appId,
      accountId: post.accountId,
      rule,
      // A person who posts now waits for it; what was scheduled does not hurry.
      lane: post.scheduledAt === undefined ? 'person' : 'post',
      ticket: `${post.id}:${name}`,
    }
    const taken = await governor.take(call)
    if (!taken.granted) return { waitUntil: taken.at }
    let slot = taken
    let sentAt = clock.now()
    const result = await make(async () => {
      // Without the database the call goes all the same: it is written down as sent, and would be in doubt unsent.
      slot = await governor.freshened(slot).catch(() => slot)
      sentAt = clock.now()
    })
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

/** What is told of written moves: in an account's order, and accounts in one order, since each account's is locked. */
function toldOf(moves: readonly AskedMove[], saved: readonly (MovedPost | undefined)[]): PostMoved[] {
  const all = moves.flatMap(({ told, last, records }, place) => {
    const moved = saved[place]
    if (moved === undefined || !moved.heard) return []
    const { post } = moved
    const own = records.length > told.length
    // A public id comes while the state stays what it is.
    if (!own && post.postIds.length <= last.postIds.length) return told
    return [...told, { before: last, post, cause: own ? (records.at(-1)?.cause ?? '') : '' }]
  })
  return all.sort(({ post: one }, { post: two }) => compare(one.accountId, two.accountId))
}

function compare(one: string, two: string): number {
  if (one === two) return 0
  return one < two ? -1 : 1
}
