import type { FieldError } from '@tockwork/api'
import type { RateRule } from '../governor/governor.ts'
import type { Account } from '../storage/accounts.ts'
import type { Asset } from '../storage/assets.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import type { PostContent } from './check-post.ts'
import type { Post, PostMode } from './post.ts'
import type { AccountRef, PublishStanding } from './posting-port.ts'

/**
 * A platform that takes a post whole and knows it by a key of ours: sent again after a crash or a lost answer it is the
 * same post. Nothing is begun that has to be found again, so nobody ever has to decide what became of it.
 */
export interface WholePosting {
  /** As people know it. */
  readonly name: string
  /** The window of posting. */
  readonly rate: RateRule
  /** What is wrong with a post before anything is sent. @param asset its file of the library, where it has one */
  checkContent(content: PostContent, asset: Asset | undefined): FieldError[]
  checkAccount(account: Account, mode: PostMode, field: string): FieldError[]
  /** @param post with `firstSentAt`, which is the same at every try */
  publish(post: Post, signal: AbortSignal): Promise<PlatformResult<{ publishId: string; postIds: string[] }>>
  status(account: AccountRef, publishId: string): Promise<PlatformResult<PublishStanding>>
}

/** By the name in `accounts.platform`; undefined where posts are made in steps of the platform's own. */
export type WholePostings = (platform: string) => WholePosting | undefined
