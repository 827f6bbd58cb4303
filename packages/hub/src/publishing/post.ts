import type { PostState } from './post-states.ts'

/** TikTok's options of a post, in our words. Which of them apply depends on kind and mode. */
export interface PostOptions {
  title?: string | undefined
  description?: string | undefined
  privacyLevel?: string | undefined
  disableComment?: boolean | undefined
  disableDuet?: boolean | undefined
  disableStitch?: boolean | undefined
  /** Frame for the cover, in milliseconds from the start of the video. */
  coverTimestampMs?: number | undefined
  brandContent?: boolean | undefined
  brandOrganic?: boolean | undefined
  aigc?: boolean | undefined
  autoAddMusic?: boolean | undefined
  /** What each picture shows, for people who cannot see it; for platforms that take it. */
  altTexts?: string[] | undefined
  /** BCP 47, of the text; for platforms that take them. */
  languages?: string[] | undefined
}

/** Where the media comes from: bytes that we hold, or addresses from which TikTok downloads. */
export type PostSource =
  | { type: 'asset'; assetId: string }
  | { type: 'url'; url: string }
  | { type: 'photos'; urls: string[]; coverIndex: number }
  /** No media. */
  | { type: 'text' }

/** How an upload is cut, and until when its address works. Written at the init, the same for every process. */
export interface UploadPlan {
  totalBytes: number
  chunkSize: number
  contentType: string
  urlExpiresAt: number
  /** Bytes may have left: where it stands must be asked before going on. */
  begun: boolean
  /** Nothing was begun at the platform: it is sent whole, and may be sent again. */
  whole?: true
}

export type PostKind = 'video' | 'photo' | 'text'
export type PostMode = 'direct' | 'draft'

/** One post on one account. Times are milliseconds since the epoch. */
export interface Post {
  id: string
  workspaceId: string
  groupId: string
  accountId: string
  kind: PostKind
  mode: PostMode
  state: PostState
  stateReason: string | undefined
  options: PostOptions
  source: PostSource
  scheduledAt: number | undefined
  timeZone: string | undefined
  publishId: string | undefined
  uploadSealed: Uint8Array | undefined
  upload: UploadPlan | undefined
  uploadedBytes: number
  initAttempt: number
  /** When an init whose answer is not written down was sent: until then, nothing can have happened. */
  initSentAt: number | undefined
  /** When its first attempt was sent to a platform that takes posts whole: a part of its key there. */
  firstSentAt: number | undefined
  postIds: string[]
  failReason: string | undefined
  failDetail: string | undefined
  failAction: string | undefined
  attempt: number
  stepAt: number | undefined
  version: number
  createdAt: number
  changedAt: number
  leaseOwner: string | undefined
  leaseUntil: number | undefined
  failures: number
  processingSince: number | undefined
  cancelRequestedAt: number | undefined
  publishedAt: number | undefined
  /** Whether it goes out only after somebody said yes to it as it is. */
  approvalRequired: boolean
  /** Who asked for it as it is now, as the audit log names them. */
  madeBy: string | undefined
  decision: 'approved' | 'rejected' | undefined
  decidedBy: string | undefined
  decidedAt: number | undefined
  decisionReason: string | undefined
  /** The slot of its account's queue that it holds; `scheduledAt` is the same then. */
  slotAt: number | undefined
}

/** One recorded change of state. */
export interface PostTransition {
  at: number
  from: PostState | undefined
  to: PostState
  /** A stable word: `created`, `init_answered`, `init_answer_lost`, `cancelled_by_caller` … */
  cause: string
  detail: Record<string, unknown>
}

/** Whether a repeated init could post twice: TikTok downloads by itself then, bytes or no bytes from us. */
export function pullsMedia(post: Pick<Post, 'source'>): boolean {
  return post.source.type !== 'asset'
}
