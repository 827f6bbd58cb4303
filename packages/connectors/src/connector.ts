/**
 * The port that a platform fills. A connector is thin: it keeps no tokens, repeats nothing and waits for nothing, since
 * whoever calls it does that where a crash does not forget it. Failures are data. Time, randomness and the network
 * come in when it is made.
 *
 * What a platform does not have is absent, never empty: a number that it does not tell is `null`, a call that it does
 * not have is a missing member, and `capabilities` names the rest.
 */
import type { Secret } from '@tockwork/kernel'
import type { PlatformResult } from './outcome.ts'

/** What one creator gave us for one account. Sealed by the caller; nothing of it may be logged but the ids. */
export interface Grant {
  /** The platform's id of the account, which never changes: an `open_id`, a DID. */
  accountId: string
  /** The server that holds the account, on platforms that are made of many. An origin. */
  home?: string
  access: Secret
  /** Absent where there is no refreshing. */
  refresh?: Secret
  scopes: readonly string[]
  /** Milliseconds since the epoch, as all times here. */
  obtainedAt: number
  /** Absent: does not expire. */
  expiresAt?: number
  refreshExpiresAt?: number
  /** What its calls need besides the tokens, as the connector wrote it: the private key that these are bound to. */
  binding?: Secret
}

export interface CallOptions {
  signal?: AbortSignal | undefined
}

export interface Consent {
  /** Where the creator is sent. */
  url: string
  /** Kept until the callback; what only this one login knows. */
  secret: Secret
}

/** A page of the platform's own, where the creator agrees. */
export interface ConsentPage {
  kind: 'consent-page'
  /** Asked for when the caller names none. */
  defaultScopes: readonly string[]
  /** Whether `start` has to know whose account it is, as on platforms that are made of many servers. */
  needsIdentifier: boolean
  /**
   * @param login.state must be unguessable and is expected back
   * @param login.identifier the account's name, as a person wrote it
   */
  start(
    login: { scopes: readonly string[]; redirectUri: string; state: string; identifier?: string },
    options?: CallOptions,
  ): Promise<PlatformResult<Consent>>
  /** Reads the callback and exchanges its code. A refusal by the creator is a failure with `access_denied`. */
  finish(
    callback: URLSearchParams,
    login: { state: string; redirectUri: string; secret: Secret },
    options?: CallOptions,
  ): Promise<PlatformResult<Grant>>
}

/** A password that the creator makes for us on the platform and can take back there; never their own. */
export interface AppPassword {
  kind: 'app-password'
  /** The origin that is asked where neither `home` nor the identifier says another. */
  defaultHome: string
  /**
   * @param login.home where the account lives, if the creator says so. It comes from a person: the network given to the
   * connector has to refuse addresses that are not public.
   */
  signIn(
    login: { identifier: string; password: Secret; home?: string },
    options?: CallOptions,
  ): Promise<PlatformResult<Grant>>
}

export type Authorization = ConsentPage | AppPassword

/** How long and how a grant is renewed; what the caller has to be careful about follows from it. */
export type RefreshModel =
  /** The answer replaces both tokens; the old refresh token is, or may be, worthless once it was sent. */
  | 'rotating'
  /** The refresh token stays; the answer has an access token alone. */
  | 'fixed'
  | 'none'

/** Counts as told by the platform; `null` where it tells none, which is not zero. */
export interface AccountCounts {
  followers: number | null
  following: number | null
  contents: number | null
}

export interface Profile extends AccountCounts {
  accountId: string
  username: string | null
  displayName: string | null
  about: string | null
  avatarUrl: string | null
  /** Where people see it. */
  url: string | null
  /** The platform's call that told it. */
  source: string
}

export interface ContentCounts {
  views: number | null
  likes: number | null
  /** Answers under it. */
  comments: number | null
  /** Passed on as it is. */
  shares: number | null
  /** Passed on with words of one's own. */
  quotes: number | null
}

/** A picture or video of a content, where people can load it. */
export interface ContentMedium {
  kind: 'image' | 'video'
  url: string
  /** A small picture of it. */
  previewUrl: string | null
  /** What it shows, for people who cannot see it. */
  alt: string | null
}

export interface Content {
  /** Unique within the platform. */
  id: string
  kind: 'video' | 'images' | 'text'
  text: string
  postedAt: number
  /** Empty where the platform tells no addresses. */
  media: readonly ContentMedium[]
  /** Where people see it. */
  url: string | null
  counts: ContentCounts
  /** The platform's call that told it. */
  source: string
}

export interface ContentPage {
  contents: readonly Content[]
  /** Asks for what is older; absent at the end. */
  next?: string
  /** All that was posted after this time has been told by this page and those before; absent: not known. */
  reachedTo?: number
}

export interface Reading {
  /** Who the account is, and its counts. */
  profile(grant: Grant, options?: CallOptions): Promise<PlatformResult<Profile>>
  /**
   * The account's own contents, newest first.
   * @param page.cursor a `next` of before, unchanged
   */
  contents(
    grant: Grant,
    page?: { cursor?: string | undefined },
    options?: CallOptions,
  ): Promise<PlatformResult<ContentPage>>
  /** Contents of the account by id with fresh counts, at most `idsAtOnce`; those that are gone are absent. */
  contentsById(
    grant: Grant,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<PlatformResult<readonly Content[]>>
  comments?(
    grant: Grant,
    contentId: string,
    page?: { cursor?: string | undefined },
    options?: CallOptions,
  ): Promise<PlatformResult<{ comments: readonly Comment[]; next?: string }>>
  audience?(grant: Grant, options?: CallOptions): Promise<PlatformResult<readonly AudienceShare[]>>
  income?(
    grant: Grant,
    range: { from: number; to: number },
    options?: CallOptions,
  ): Promise<PlatformResult<readonly Income[]>>
}

export interface Comment {
  id: string
  contentId: string
  /** The comment that it answers; `null` for one on the content itself. */
  parentId: string | null
  authorId: string
  authorName: string | null
  authorUsername: string | null
  authorUrl: string | null
  text: string
  likes: number | null
  replies: number | null
  postedAt: number
  /** The platform's call that told it. */
  source: string
}

/** A part of the audience: `{ dimension: 'country', value: 'DE', share: 0.31 }`. */
export interface AudienceShare {
  dimension: 'country' | 'city' | 'gender' | 'age' | 'language'
  value: string
  /** Between 0 and 1. */
  share: number
}

export interface Income {
  id: string
  kind: string
  /** In the smallest unit of `currency` (ISO 4217). */
  amount: bigint
  currency: string
  at: number
}

export interface Medium {
  kind: 'image' | 'video'
  contentType: string
  sizeBytes: number
  /** What people are told who cannot see it. */
  alt?: string
  width?: number
  height?: number
  /** All of its bytes, each time anew. */
  bytes(): Promise<Uint8Array>
}

/** What is to be published. The caller keeps it, `key` and `at` included, before it is sent for the first time. */
export interface Publication {
  /** Ours, unguessable and unique: the same key is the same post. */
  key: string
  /** When it was decided on; the same at every try. */
  at: number
  text: string
  media: readonly Medium[]
  /** BCP 47. */
  languages?: readonly string[]
  /** What only this platform knows, by its own names: a privacy level, a disclosure. */
  options?: Readonly<Record<string, unknown>>
}

/** How a post is getting on at the platform. */
export type Standing =
  | { state: 'processing'; publishId: string }
  | { state: 'published'; publishId: string; contentIds: readonly string[] }
  | { state: 'failed'; publishId: string; reason: string }

export interface Publishing {
  /**
   * Whether the same `Publication` may be sent again when nobody knows what became of it. Where not, a failure with
   * `sent: 'maybe'` has to be cleared up by looking at the latest contents.
   */
  repeatable: boolean
  /** What is wrong with it before anything is sent; empty when nothing is. */
  check(publication: Publication): readonly { code: string; field: string; message: string }[]
  publish(grant: Grant, publication: Publication, options?: CallOptions): Promise<PlatformResult<Standing>>
  /** @param publishId of an earlier standing */
  status(grant: Grant, publishId: string, options?: CallOptions): Promise<PlatformResult<Standing>>
  /** Takes a published content back, where the platform lets an app do so. A content that is gone already is a success. */
  remove?(grant: Grant, contentId: string, options?: CallOptions): Promise<PlatformResult<void>>
}

/** What a platform tells by itself. */
export interface Webhooks {
  /** Lower case. */
  signatureHeader: string
  /** Whose event it is and what it says; a failure says why it is not believed. */
  read(delivery: { body: Uint8Array; signature: string | undefined }): Promise<PlatformResult<PlatformNews>>
}

export type PlatformNews =
  | { kind: 'post'; event: string; publishId: string }
  | { kind: 'grant-ended'; event: string; accountId: string; at: number }
  | { kind: 'other'; event: string }

/** A cap as documented. What an answer says goes before it. */
export interface Limit {
  /** What it counts: a call by the platform's name, or `points`. */
  of: string
  requests: number
  windowMs: number
  per: 'account' | 'app' | 'address'
  /** How much of it publishing one content takes; absent: nothing. */
  publishTakes?: number
  /** Where it is written. */
  source: string
}

export interface Capabilities {
  /** Whether each can be done at all with a full grant. */
  refresh: RefreshModel
  publish: { text: boolean; images: boolean; video: boolean }
  read: { comments: boolean; audience: boolean; income: boolean }
  webhooks: boolean
  /** Counts that the platform tells; the others are `null` always. */
  counts: { account: readonly (keyof AccountCounts)[]; content: readonly (keyof ContentCounts)[] }
}

export interface Connector {
  /** Stable and lower case, as stored with each account: `bluesky`. */
  readonly platform: string
  /** As people know it. */
  readonly name: string
  readonly capabilities: Capabilities
  readonly limits: readonly Limit[]
  /** The most ids of one `contentsById`. */
  readonly idsAtOnce: number
  /** The ways in, the best one first. */
  readonly authorization: readonly Authorization[]
  /**
   * Trades a grant for a fresh one, once. Where the model is `rotating`, the old one may be worthless from the moment
   * it is sent, and `failure.sent` says whether that moment came.
   */
  refresh?(grant: Grant, options?: CallOptions): Promise<PlatformResult<Grant>>
  /** Gives the grant up. One that is gone already is a success. */
  revoke(grant: Grant, options?: CallOptions): Promise<PlatformResult<void>>
  readonly reading: Reading
  readonly publishing?: Publishing
  readonly webhooks?: Webhooks
}
