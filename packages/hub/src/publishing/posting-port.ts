import type { OpenBlob } from '../assets/blob-store.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import type { CreatorRules } from './check-post.ts'
import type { PostKind, PostMode, PostOptions, UploadPlan } from './post.ts'

/** An account of a workspace; a post is one too. */
export interface AccountRef {
  workspaceId: string
  accountId: string
}

/** What a creator allows at this moment, and how people know them. */
export interface CreatorInfo extends CreatorRules {
  name: string
  /** The handle, without `@`. */
  username: string
  /** An address that works for a while; empty where there is none. */
  avatarUrl: string
}

/** What an init asks the platform for. A file is declared by its size; its bytes follow. */
export interface InitRequest {
  kind: PostKind
  mode: PostMode
  options: PostOptions
  source:
    | { type: 'file'; size: number; contentType: string }
    | { type: 'url'; url: string }
    | { type: 'photos'; urls: readonly string[]; coverIndex: number }
}

export interface InitAnswer {
  publishId: string
  /** For a file: where its bytes go (a credential), and how it is cut. */
  upload?: { url: string; plan: UploadPlan }
}

export interface UploadRequest {
  publishId: string
  url: string
  plan: UploadPlan
  /** Opens the bytes, any range of which may be asked for. */
  open: () => Promise<OpenBlob>
  onProgress: (sentBytes: number) => void
  signal: AbortSignal
}

/** How a post is getting on at the platform. */
export interface PublishStanding {
  status: string
  postIds: readonly string[]
  uploadedBytes?: number | undefined
  failReason?: string | undefined
}

export interface RecentVideo {
  id: string
  /** Milliseconds since the epoch. */
  createdAt: number
  text: string
}

/**
 * What publishing needs of a platform, for one account of ours. Failures are data; an access token that was refused is
 * renewed once and the call repeated behind it.
 */
export interface PostingPort {
  creatorInfo(account: AccountRef): Promise<PlatformResult<CreatorInfo>>
  init(account: AccountRef, request: InitRequest): Promise<PlatformResult<InitAnswer>>
  /** Sends what the platform has not got yet. Rejects with the signal's reason when aborted. */
  upload(account: AccountRef, request: UploadRequest): Promise<PlatformResult<void>>
  status(account: AccountRef, publishId: string): Promise<PlatformResult<PublishStanding>>
  cancel(account: AccountRef, publishId: string): Promise<PlatformResult<void>>
  /** The latest public posts, newest first. */
  recentVideos(account: AccountRef): Promise<PlatformResult<RecentVideo[]>>
  explain(code: string): { meaning: string; action: string } | undefined
}
