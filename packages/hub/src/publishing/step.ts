import type { Clock, Random } from '@tockwork/kernel'
import type { BlobStore } from '../assets/blob-store.ts'
import type { RateGovernor, RateRule } from '../governor/governor.ts'
import type { Log } from '../observability/log.ts'
import type { Account } from '../storage/accounts.ts'
import type { Database } from '../storage/database.ts'
import type { PostChange } from '../storage/posts.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import type { Vault } from '../vault/sealing.ts'
import type { PostingRules } from './check-post.ts'
import type { MediaGate } from './media-gate.ts'
import type { Post } from './post.ts'
import type { OnPostMoved } from './post-events.ts'
import type { PostState } from './post-states.ts'
import type { PostingPort } from './posting-port.ts'
import type { CreatorAnswer, RecentCreators } from './recent-creators.ts'
import type { WholePostings } from './whole-posting.ts'

/** The job that brings a post on. */
export const ADVANCE_POST = 'advance-post'
/** The same for bytes to send, which can take hours where the others take moments: they wait for each other's end. */
export const UPLOAD_POST = 'upload-post'

export interface PublishingRates {
  creatorInfo: RateRule
  initVideo: RateRule
  initInboxVideo: RateRule
  initContent: RateRule
  status: RateRule
  listVideos: RateRule
}

export interface PublishingParts {
  db: Database
  unitOfWork: UnitOfWork
  governor: RateGovernor
  port: PostingPort
  /** Platforms that take posts whole. */
  wholes: WholePostings
  vault: Vault
  blobs: BlobStore
  gate: MediaGate
  rules: PostingRules
  rates: PublishingRates
  clock: Clock
  random: Random
  log: Log
  /** Names this process in leases. */
  owner: string
  /** Told of the changes that posts go through, where an endpoint of the workspace may want to hear of them. */
  onPostMoved: OnPostMoved
  /** After so long in processing a post is left to a person. 24 hours. */
  processingDeadlineMs?: number
}

/** What a step is given. The post is as it was last written down. */
export interface Step {
  parts: PublishingParts
  post: Post
  /** Aborted when the work must stop: the process ends, or the job went elsewhere. */
  signal: AbortSignal
  /**
   * Writes the next state, and with it when to go on: a time, at once (now or before), or never. `undefined`: someone
   * has changed the post meanwhile, and nothing was written. `from` is the post of an earlier move of this step.
   */
  move(change: Move, from?: Post): Promise<Post | undefined>
  /** The post's account as it stood a moment ago. */
  account(): Promise<Account | undefined>
  /** What its creator allows, asked now or a few seconds ago. */
  creators: RecentCreators<CreatorAnswer>
  /**
   * Makes a call in its window, or says when it may be made. `ready` is to be waited for right before the call is sent,
   * by whoever has something to write down before.
   */
  call<T>(
    rule: RateRule,
    name: string,
    make: (ready: () => Promise<void>) => Promise<PlatformResult<T>>,
  ): Promise<{ waitUntil: number } | { result: PlatformResult<T> }>
  /** Keeps the post ours for another while. `undefined`: it is not any more. */
  renew(uploadedBytes?: number): Promise<{ cancelRequested: boolean } | undefined>
}

export interface Move {
  to?: PostState
  cause?: string
  detail?: Record<string, unknown>
  set?: PostChange['set']
  /**
   * Going on at once, it need not be written down before: it goes into one commit with what follows. For what changes
   * nothing outside and is simply done again after a crash.
   */
  brief?: true
  /** When to go on; `undefined`: it rests until someone acts. */
  at: number | undefined
}

/**
 * Long enough for a call to a healthy TikTok; short enough that a crash does not hold a post up for long. A call that
 * outlives it does no harm: another process then treats its answer as lost, which is safe whatever came of it.
 */
export const LEASE_MS = 20_000
