/** What reading accounts needs of their platform. Failures are data; an access token that was refused is renewed once. */
import type { RateRule } from '../governor/governor.ts'
import type { ReadComment } from '../storage/comments.ts'
import type { Counts } from '../storage/metrics.ts'
import type { Fields, ReadVideo } from '../storage/videos.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'

export interface AccountRef {
  workspaceId: string
  accountId: string
}

/** A call that reading makes: its id is what provenance names, its window what the governor keeps. */
export interface ReadCall {
  id: string
  rule: RateRule
}

export interface VideoPage {
  videos: ReadVideo[]
  /** Where the next page starts; undefined on the last one. */
  next: string | undefined
  /** All that was posted after this time was on this page or before; undefined: not known. */
  reachedTo: number | undefined
  /** The call that told it, where it is not always the same. */
  sourceCall?: string | undefined
}

/** Parts of an account's data that somebody may have left out, by the hub's names: `profile`, `stats`, `videos` … */
export interface ReadableParts {
  profile: boolean
  counters: boolean
  videos: boolean
  /** What is left out. */
  skipped: string[]
}

export interface AccountReading {
  readonly calls: {
    profile: ReadCall
    videos: ReadCall
    videosById: ReadCall
    comments?: ReadCall
  }
  /** Most ids of one `videosById`. */
  readonly idsAtOnce: number
  /** What these scopes let be read. */
  parts(scopes: readonly string[]): ReadableParts
  /** What the platform says of the profile, by the names that are stored. */
  profile(account: AccountRef, scopes: readonly string[]): Promise<PlatformResult<Fields>>
  /** Public contents, newest first, from a `next` of an earlier page on. */
  videos(account: AccountRef, before: string | undefined): Promise<PlatformResult<VideoPage>>
  /** Contents of the account's, by id; those that are no longer public are absent. */
  videosById(account: AccountRef, ids: readonly string[]): Promise<PlatformResult<ReadVideo[]>>
  /** Everything that others wrote under a content. */
  comments?(
    account: AccountRef,
    contentId: string,
  ): Promise<PlatformResult<{ comments: ReadComment[]; sourceCall: string | undefined }>>
  /** Counters in stored fields. */
  videoCounts(data: Fields): Counts
  accountCounts(data: Fields): Counts
  /** Who it is, in stored fields, where the platform lets that change. */
  names?(data: Fields): { username?: string; displayName?: string; avatarUrl?: string }
}
