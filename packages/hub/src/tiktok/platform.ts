/** TikTok as one app of a workspace sees it. Thin over the SDK; keeps no tokens and repeats nothing by itself. */
import type { InputOf, OutputOf } from '@tockwork/contracts'
import { userFieldScopes, userFields, videoFields } from '@tockwork/contracts/display'
import { exchangeCode, refreshToken, revoke } from '@tockwork/contracts/oauth'
import {
  cancelPublish,
  creatorInfo,
  initContent,
  initInboxVideo,
  initVideo,
  publishStatus,
} from '@tockwork/contracts/posting'
import { type Clock, type Random, Secret } from '@tockwork/kernel'
import {
  type Creator,
  type PostStatus,
  TikTok,
  type UploadStanding,
  type UploadTask,
  type User,
  type UserField,
  upload,
  type Video,
} from '@tockwork/sdk'
import { attempt, type PlatformResult } from './outcome.ts'
import type { PlatformTokens } from './tokens.ts'

export interface PlatformApp {
  clientKey: string
  clientSecret: Secret
  /** Sends everything to an emulator; absent: TikTok. */
  origin?: string | undefined
  clock: Clock
  random: Random
  /** Told the id of the endpoint of every request. */
  onCall?: ((endpoint: string) => void) | undefined
}

export type { Video }

/** Seconds are precious here: a refresh that hangs holds its account's lease. */
const TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000

export interface StartedConsent {
  /** Where the creator is sent. */
  url: string
  /** Kept until the callback; a secret of this one login. */
  codeVerifier: Secret
}

export interface CreatorProfile {
  openId: string
  unionId?: string
  username?: string
  displayName?: string
  avatarUrl?: string
}

export type UploadOptions = Pick<
  UploadTask,
  'publishId' | 'source' | 'plan' | 'contentType' | 'from' | 'onProgress' | 'signal'
> & { uploadUrl: Secret }

type CallSignal = { signal?: AbortSignal | undefined }

export class TikTokPlatform {
  readonly #tiktok: TikTok
  readonly #clock: Clock
  readonly #onCall: PlatformApp['onCall']

  constructor({ clientKey, clientSecret, origin, clock, random, onCall }: PlatformApp) {
    this.#clock = clock
    this.#onCall = onCall
    this.#tiktok = new TikTok({
      clientKey,
      clientSecret,
      origin,
      clock,
      random,
      onEvent: (event) => {
        if (event.type === 'request') onCall?.(event.endpoint)
      },
      http: { timeoutMs: TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS },
      // Waiting and repeating are the hub's business, in the database, where a crash does not forget them.
      limits: { maxAttempts: 1, maxWaitMs: 0, keepWindows: false },
    })
  }

  /** The consent page's address. `state` must be unguessable and is expected back. */
  async authorizeUrl(login: {
    scopes: readonly string[]
    redirectUri: string
    state: string
    forceConsent?: boolean
  }): Promise<StartedConsent> {
    // The creator's browser goes there, and nothing of ours sees it.
    this.#onCall?.('oauth.authorize')
    const { url, codeVerifier } = await this.#tiktok.auth.start({ ...login, pkce: 'hex' })
    if (codeVerifier === undefined) throw new TypeError('a login with PKCE has a verifier')
    return { url, codeVerifier: new Secret(codeVerifier) }
  }

  /** Reads a callback and exchanges its code. A refusal by the creator is a failure with `access_denied`. */
  finish(
    callback: URLSearchParams,
    login: { state: string; redirectUri: string; codeVerifier: Secret },
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<PlatformTokens>> {
    return attempt(async () => {
      const { code } = this.#tiktok.auth.parseCallback(callback, login)
      const answer = await this.#tiktok.callAsApp(exchangeCode, {
        input: {
          grant_type: 'authorization_code',
          code,
          redirect_uri: login.redirectUri,
          code_verifier: login.codeVerifier.reveal(),
        },
        signal,
      })
      return this.#tokens(answer)
    })
  }

  /**
   * Trades a refresh token for a new pair, once. From the moment it is sent the old refresh token may be worthless;
   * `failure.sent` says whether that moment came.
   */
  refresh(tokens: PlatformTokens, { signal }: CallSignal = {}): Promise<PlatformResult<PlatformTokens>> {
    return attempt(async () => {
      const answer = await this.#tiktok.callAsApp(refreshToken, {
        input: { grant_type: 'refresh_token', refresh_token: tokens.refreshToken.reveal() },
        signal,
      })
      return this.#tokens(answer)
    })
  }

  /** Gives the grant up. TikTok refuses an expired access token: refresh first. */
  revoke(access: Secret, { signal }: CallSignal = {}): Promise<PlatformResult<void>> {
    return attempt(async () => {
      await this.#tiktok.callAsApp(revoke, { input: { token: access.reveal() }, signal })
    })
  }

  /** Who the creator is, as far as the granted scopes tell. */
  profile(
    access: Secret,
    grantedScopes: readonly string[],
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<CreatorProfile>> {
    const wanted = ['open_id', 'union_id', 'username', 'display_name', 'avatar_url'] as const
    return attempt(async () => {
      const user = await this.#user(access, grantedScopes, wanted, signal)
      return {
        openId: user.open_id ?? '',
        ...(user.union_id === undefined ? {} : { unionId: user.union_id }),
        ...(user.username === undefined ? {} : { username: user.username }),
        ...(user.display_name === undefined ? {} : { displayName: user.display_name }),
        ...(user.avatar_url === undefined ? {} : { avatarUrl: user.avatar_url }),
      }
    })
  }

  /** The profile with every field that the granted scopes unlock, counters too. */
  userInfo(
    access: Secret,
    grantedScopes: readonly string[],
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<Partial<User>>> {
    return attempt(() => this.#user(access, grantedScopes, userFields, signal))
  }

  /** What the creator may post right now. Needs `video.publish`. */
  creatorInfo(
    access: Secret,
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<OutputOf<typeof creatorInfo>>> {
    return attempt(() => this.#as(access).call(creatorInfo, { input: {}, signal }))
  }

  /**
   * Begins a direct post of a video. There is no idempotency key: after `failure.sent: 'maybe'` a second init with
   * PULL_FROM_URL may post twice, one with FILE_UPLOAD does not, since without bytes there is no post.
   */
  initVideo(
    access: Secret,
    input: InputOf<typeof initVideo>,
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<OutputOf<typeof initVideo>>> {
    return attempt(() => this.#as(access).call(initVideo, { input, signal }))
  }

  /** Begins a draft of a video; see `initVideo` about repeating. */
  initInboxVideo(
    access: Secret,
    input: InputOf<typeof initInboxVideo>,
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<OutputOf<typeof initInboxVideo>>> {
    return attempt(() => this.#as(access).call(initInboxVideo, { input, signal }))
  }

  /** Begins a photo post or draft, which TikTok downloads: after `failure.sent: 'maybe'` it may exist already. */
  initContent(
    access: Secret,
    input: InputOf<typeof initContent>,
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<OutputOf<typeof initContent>>> {
    return attempt(() => this.#as(access).call(initContent, { input, signal }))
  }

  /**
   * Sends the bytes of a video from `from` on, chunk by chunk, and finds out where it stands when an answer is lost.
   * `onProgress` tells how far it is; another process can go on from what `status` says.
   */
  upload(access: Secret, options: UploadOptions): Promise<PlatformResult<void>> {
    const creator = this.#as(access)
    const { uploadUrl, ...rest } = options
    return attempt(() =>
      upload({
        ...rest,
        http: creator.http,
        clock: creator.clock,
        random: creator.random,
        url: creator.resolve(uploadUrl.reveal()),
        standing: () => standingOf(creator, options.publishId),
      }),
    )
  }

  /** How a post is getting on. A failed post is an answer, with its reason. */
  status(
    access: Secret,
    publishId: string,
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<PostStatus>> {
    return attempt(() => this.#as(access).posts.open(publishId).status({ signal }))
  }

  /** Cancels a download that is under way. */
  cancel(access: Secret, publishId: string, { signal }: CallSignal = {}): Promise<PlatformResult<void>> {
    return attempt(async () => {
      await this.#as(access).call(cancelPublish, { input: { publish_id: publishId }, signal })
    })
  }

  /** The creator's latest public posts, newest first; at most 20. Needs `video.list`. */
  recentVideos(
    access: Secret,
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<{ id: string; createdAt: number; text: string }[]>> {
    return attempt(async () => {
      const list = this.#as(access).videos.list({
        fields: ['id', 'create_time', 'title', 'video_description'],
        signal,
      })
      for await (const { videos } of list.pages())
        return videos.map((video) => ({
          id: video.id ?? '',
          createdAt: (video.create_time ?? 0) * 1000,
          text: video.video_description ?? video.title ?? '',
        }))
      return []
    })
  }

  /** One page of the creator's public videos with their counters, newest first, posted before `before`. */
  videoPage(
    access: Secret,
    { before, signal }: CallSignal & { before?: string | undefined } = {},
  ): Promise<PlatformResult<{ videos: Partial<Video>[]; cursor: string; hasMore: boolean }>> {
    return attempt(async () => {
      const options = { fields: videoFields, signal, ...(before === undefined ? {} : { before }) }
      for await (const page of this.#as(access).videos.list(options).pages()) return page
      return { videos: [], cursor: '0', hasMore: false }
    })
  }

  /** Videos of the creator's by id, at most twenty; others, and those that are not public, are absent. */
  videosById(
    access: Secret,
    ids: readonly string[],
    { signal }: CallSignal = {},
  ): Promise<PlatformResult<Partial<Video>[]>> {
    return attempt(() => this.#as(access).videos.query(ids, videoFields, { signal }))
  }

  #as(access: Secret): Creator {
    return this.#tiktok.withToken(access)
  }

  #user(
    access: Secret,
    grantedScopes: readonly string[],
    wanted: readonly UserField[],
    signal: AbortSignal | undefined,
  ): Promise<Partial<User>> {
    const fields = wanted.filter((field) => grantedScopes.includes(userFieldScopes[field]))
    return this.#as(access).user.info(fields, { signal })
  }

  #tokens(answer: OutputOf<typeof exchangeCode>): PlatformTokens {
    const now = this.#clock.now()
    return {
      openId: answer.open_id,
      accessToken: new Secret(answer.access_token),
      refreshToken: new Secret(answer.refresh_token),
      scopes: answer.scope,
      obtainedAt: now,
      expiresAt: now + answer.expires_in * 1000,
      refreshExpiresAt: now + answer.refresh_expires_in * 1000,
    }
  }
}

async function standingOf(creator: Creator, publishId: string): Promise<UploadStanding> {
  const { status, uploaded_bytes } = await creator.call(publishStatus, { input: { publish_id: publishId } })
  return status === 'PROCESSING_UPLOAD' ? { over: false, received: uploaded_bytes } : { over: true }
}
