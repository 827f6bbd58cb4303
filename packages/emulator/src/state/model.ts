/** The rows of the emulated world. Times are epoch milliseconds of its clock. */
import type { PrivacyLevel } from '@tockwork/contracts/posting'
import { openShopWorld } from '../shop/state.ts'
import type { Collection, Row, Store } from './store.ts'

export interface UrlPropertyRow {
  kind: 'domain' | 'prefix'
  value: string
  token: string
  verified: boolean
}

export interface AppRow extends Row {
  /** id is the client key. */
  secret: string
  name: string
  kind: 'production' | 'sandbox'
  /** An app of TikTok API for Business, which has other scopes, tokens and calls; absent: of TikTok for Developers. */
  api?: 'business'
  /** Client key of the app that a sandbox belongs to. */
  parent?: string
  platform: 'web' | 'desktop' | 'any'
  /** Content Posting audit. */
  audit: 'none' | 'in_review' | 'approved' | 'rejected'
  /** App review. */
  review: 'draft' | 'in_review' | 'live' | 'not_approved'
  reviewComment?: string
  auditComment?: string
  /** Set once a review was approved: what is live stays so while a revision is in review. */
  liveSince?: number
  scopes: string[]
  redirectUris: string[]
  webhookUrl?: string
  urlProperties: UrlPropertyRow[]
  /** Sandboxes only: usernames that may authorize. */
  targetUsers: string[]
  /** Posting users in 24 hours; the unaudited limit is TikTok's five. */
  activeUserCap: number
  createdAt: number
}

export interface CreatorRow extends Row {
  /** id is the username. */
  displayName: string
  bio: string
  private: boolean
  verified: boolean
  banned: boolean
  commentsOff: boolean
  duetOff: boolean
  stitchOff: boolean
  followers: number
  following: number
  maxDurationSec: number
  dailyPostCap: number
  /** Version of the TikTok app on the phone; photo drafts need 31.8. */
  appVersion: string
  /** Data exports are for the European Economic Area and the United Kingdom; absent: one of them. */
  region?: 'EEA' | 'UK' | 'other'
  /** A business account. */
  business?: boolean
  createdAt: number
}

export interface VideoRow extends Row {
  /** id is the 19-digit post id. */
  creator: string
  createdAt: number
  title: string
  description: string
  durationSec: number
  width: number
  height: number
  privacy: PrivacyLevel
  kind: 'video' | 'photo'
  /** Public and through moderation. */
  public: boolean
  /** How far it goes: views tend to this number. */
  reach: number
  publishId?: string
  /** Comments written or taken away beside those that come by themselves. */
  commentsMade?: number
  /** How many of those that come by themselves have a row. */
  commentsWritten?: number
}

export interface CommentRow extends Row {
  /** id is the 19-digit comment id. */
  video: string
  /** Of a reply. */
  parent?: string
  username: string
  displayName: string
  /** Written by the account that has the video. */
  byOwner: boolean
  text: string
  imageUrl?: string
  likes: number
  /** By the account that has the video; one of `likes`. */
  liked: boolean
  pinned: boolean
  hidden: boolean
  createdAt: number
}

export interface CodeRow extends Row {
  clientKey: string
  creator: string
  scopes: string[]
  redirectUri: string
  challenge?: string
  expiresAt: number
  usedAt?: number
}

export interface GrantRow extends Row {
  /** id is `clientKey:username`. */
  clientKey: string
  creator: string
  openId: string
  scopes: string[]
  createdAt: number
  endedAt?: number
  endReason?: number
  /** Single-use scopes that are used up. */
  usedScopes?: string[]
}

export interface AccessTokenRow extends Row {
  /** id is the token. */
  kind: 'user' | 'client' | 'business'
  clientKey: string
  grant?: string
  expiresAt: number
}

export interface RefreshTokenRow extends Row {
  grant: string
  expiresAt: number
  /** Until when a rotated token still works. */
  graceUntil?: number
}

export type PublishState =
  | 'PROCESSING_UPLOAD'
  | 'PROCESSING_DOWNLOAD'
  | 'SEND_TO_USER_INBOX'
  | 'PUBLISH_COMPLETE'
  | 'FAILED'

export interface PublishRow extends Row {
  clientKey: string
  creator: string
  grant: string
  mode: 'direct' | 'inbox'
  media: 'video' | 'photo'
  source: 'FILE_UPLOAD' | 'PULL_FROM_URL'
  urls: string[]
  /** The request's post_info, as it was accepted. */
  postInfo: Record<string, unknown>
  state: PublishState
  /** Bytes are here and being looked at: too late to cancel. */
  processing: boolean
  failReason?: string
  uploadedBytes: number
  downloadedBytes: number
  postIds: string[]
  /** The creator threw the draft away. TikTok tells the app nothing of it (assumed), so the state stays. */
  discardedAt?: number
  createdAt: number
  changedAt: number
  /** What the probe found. */
  found?: { durationSec: number; width: number; height: number }
}

export interface UploadRow extends Row {
  publishId: string
  token: string
  totalBytes: number
  chunkSize: number
  chunkCount: number
  receivedBytes: number
  receivedChunks: number
  expiresAt: number
  done: boolean
}

export interface TimerRow extends Row {
  due: number
  kind: string
  /** What it is about, such as a publish id. */
  subject: string
}

export interface DeliveryRow extends Row {
  clientKey: string
  url: string
  event: string
  body: string
  createdAt: number
  attempts: { at: number; status?: number; error?: string; signature?: string }[]
  state: 'pending' | 'delivered' | 'dropped'
  /** Whose signature, header and pauses it has; absent: the open platform's. */
  api?: 'shop'
}

export interface QrRow extends Row {
  clientKey: string
  scopes: string[]
  state?: string
  ticket: string
  status: 'new' | 'scanned' | 'confirmed' | 'expired' | 'utilised'
  code?: string
  redirectUri?: string
  expiresAt: number
}

/** An export of Data Portability. */
export interface DataRequestRow extends Row {
  clientKey: string
  creator: string
  grant: string
  format: 'text' | 'json'
  categories: string[]
  state: 'pending' | 'ready' | 'cancelled'
  createdAt: number
  readyAt?: number
}

export interface MetaRow extends Row {
  value: unknown
}

export type World = ReturnType<typeof openWorld>

/** The collections of a store, with the indexes that handlers look things up by. */
export function openWorld(store: Store) {
  return {
    meta: store.collection<MetaRow>('meta') as Collection<MetaRow>,
    apps: store.collection<AppRow>('apps'),
    creators: store.collection<CreatorRow>('creators'),
    videos: store.collection<VideoRow>('videos', { creator: (row) => row.creator }),
    comments: store.collection<CommentRow>('comments', {
      video: (row) => row.video,
      parent: (row) => row.parent ?? '',
    }),
    codes: store.collection<CodeRow>('codes'),
    grants: store.collection<GrantRow>('grants', {
      openId: (row) => row.openId,
      app: (row) => row.clientKey,
    }),
    accessTokens: store.collection<AccessTokenRow>('accessTokens', { grant: (row) => row.grant ?? '' }),
    refreshTokens: store.collection<RefreshTokenRow>('refreshTokens', { grant: (row) => row.grant }),
    publishes: store.collection<PublishRow>('publishes', {
      creator: (row) => row.creator,
      app: (row) => row.clientKey,
    }),
    uploads: store.collection<UploadRow>('uploads', { publish: (row) => row.publishId }),
    timers: store.collection<TimerRow>('timers'),
    deliveries: store.collection<DeliveryRow>('deliveries'),
    dataRequests: store.collection<DataRequestRow>('dataRequests'),
    qrCodes: store.collection<QrRow>('qrCodes'),
    shop: openShopWorld(store),
  }
}
