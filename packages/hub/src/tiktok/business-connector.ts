/**
 * TikTok API for Business behind the port that every platform fills: what TikTok for Developers does not tell about an
 * account, its audience and the comments on its posts. It is connected by itself, with an app of that platform.
 */
import type {
  AudienceShare,
  CallOptions,
  Capabilities,
  Comment,
  Connector,
  ConsentPage,
  Content,
  Grant,
  Limit,
  PlatformResult,
  Reading,
} from '@tockwork/connectors'
import { refuse, succeed } from '@tockwork/connectors'
import {
  type accountToken,
  businessCommentRules,
  businessVideoRules,
  exchangeAccountCode,
  getAccount,
  listBusinessComments,
  listBusinessReplies,
  listBusinessVideos,
  refreshAccountToken,
  revokeAccountToken,
} from '@tockwork/contracts/business'
import { type Clock, type Random, Secret } from '@tockwork/kernel'
import {
  type BusinessAccount,
  type BusinessAccountData,
  type BusinessComment,
  type BusinessVideo,
  TikTokBusiness,
} from '@tockwork/sdk/business'
import type { z } from 'zod'
import { attempt } from './outcome.ts'

/** What a creator is asked for: everything that the hub shows of such an account. */
export const BUSINESS_SCOPES = [
  'user.info.basic',
  'user.info.username',
  'user.info.profile',
  'user.info.stats',
  'user.insights',
  'video.list',
  'comment.list',
] as const

const TIMEOUT_MS = 10_000
/** Ten calls a second are the app's; a page of comments needs no more patience than this. */
const MAX_WAIT_MS = 5_000
/** Pages of replies under one comment; TikTok gives three of them with the comment. */
const MOST_REPLY_PAGES = 5

export interface BusinessConnectorParts {
  appId: string
  appSecret: Secret
  /** Sends everything to an emulator; absent: TikTok. */
  origin: string | undefined
  clock: Clock
  random: Random
  /** Told the id of the endpoint of every request. */
  onCall?: ((endpoint: string) => void) | undefined
  /** Keeps TikTok's windows over all accounts of the app: ten calls a second are soon used up. `true`. */
  keepWindows?: boolean
}

export class BusinessConnector implements Connector {
  readonly platform = 'tiktok_business'
  readonly name = 'TikTok (Business)'
  readonly idsAtOnce = businessVideoRules.page.maxCount
  readonly capabilities: Capabilities = {
    refresh: 'rotating',
    publish: { text: false, images: false, video: false },
    read: { comments: true, audience: true, income: false },
    webhooks: false,
    counts: {
      account: ['followers', 'following', 'contents'],
      content: ['views', 'likes', 'comments', 'shares'],
    },
  }
  readonly limits: readonly Limit[] = [
    getAccount,
    listBusinessVideos,
    listBusinessComments,
    listBusinessReplies,
  ].map(({ id, limits, doc }) => ({
    of: id,
    requests: limits[0].requests,
    windowMs: limits[0].seconds * 1000,
    per: 'account',
    source: doc.url,
  }))
  readonly authorization: readonly ConsentPage[]
  readonly reading: Reading
  readonly #business: TikTokBusiness
  readonly #clock: Clock

  constructor({ keepWindows = true, onCall, ...app }: BusinessConnectorParts) {
    this.#clock = app.clock
    this.#business = new TikTokBusiness({
      ...app,
      onEvent: (event) => {
        if (event.type === 'request') onCall?.(event.endpoint)
      },
      http: { timeoutMs: TIMEOUT_MS },
      // Repeating is the hub's business, in the database, where a crash does not forget it.
      limits: { maxAttempts: 1, maxWaitMs: MAX_WAIT_MS, keepWindows },
    })
    const { auth } = this.#business
    this.authorization = [
      {
        kind: 'consent-page',
        defaultScopes: BUSINESS_SCOPES,
        needsIdentifier: false,
        start: async ({ scopes, redirectUri, state }) => {
          const { url } = await auth.start({ scopes, redirectUri, state })
          // There is no PKCE here, so nothing has to be kept but the state.
          return succeed({ url, secret: new Secret('none') })
        },
        finish: (callback, login, { signal } = {}) =>
          attempt(async () => {
            const { code } = auth.parseCallback(callback, login)
            const fields = { auth_code: code, redirect_uri: login.redirectUri }
            const answer = await auth.callAsApp(
              exchangeAccountCode,
              { grant_type: 'authorization_code', ...fields },
              { signal },
            )
            return this.#grant(answer)
          }),
      },
    ]
    this.reading = {
      profile: (grant, options) => this.#profile(grant, options),
      contents: (grant, { cursor } = {}, options) => this.#contents(grant, cursor, options),
      contentsById: (grant, ids, options) => this.#contentsById(grant, ids, options),
      comments: (grant, contentId, { cursor } = {}, options) =>
        this.#comments(grant, contentId, cursor, options),
      audience: (grant, options) => this.#audience(grant, options),
    }
  }

  refresh(grant: Grant, { signal }: CallOptions = {}): Promise<PlatformResult<Grant>> {
    return attempt(async () => {
      const refresh_token = grant.refresh?.reveal() ?? ''
      const fields = { grant_type: 'refresh_token', refresh_token } as const
      return this.#grant(await this.#business.auth.callAsApp(refreshAccountToken, fields, { signal }))
    })
  }

  async revoke(grant: Grant, { signal }: CallOptions = {}): Promise<PlatformResult<void>> {
    const answer = await attempt(async () => {
      const access_token = grant.access.reveal()
      await this.#business.auth.callAsApp(revokeAccountToken, { access_token }, { signal })
    })
    // One that ran out is refused by another code than one that is gone: its grant may well live on.
    return !answer.ok && answer.failure.code === '40105' ? succeed(undefined) : answer
  }

  #profile(grant: Grant, options: CallOptions = {}) {
    return attempt(async () => {
      const optional = [
        ['username', 'user.info.username'],
        ['bio_description', 'user.info.profile'],
        ['profile_deep_link', 'user.info.profile'],
        ['followers_count', 'user.info.stats'],
        ['following_count', 'user.info.stats'],
        ['videos_count', 'user.info.stats'],
      ] as const
      const granted = optional.flatMap(([field, scope]) => (grant.scopes.includes(scope) ? [field] : []))
      const account = await this.#account(grant, options)
      const fields = ['display_name', 'profile_image', ...granted] as const
      const data: BusinessAccountData = await account.profile(fields, options)
      return {
        accountId: grant.accountId,
        username: data.username ?? null,
        displayName: data.display_name ?? null,
        about: data.bio_description ?? null,
        avatarUrl: data.profile_image ?? null,
        url: data.profile_deep_link ?? null,
        source: getAccount.id,
        followers: data.followers_count ?? null,
        following: data.following_count ?? null,
        contents: data.videos_count ?? null,
      }
    })
  }

  #contents(grant: Grant, cursor: string | undefined, options: CallOptions = {}) {
    return attempt(async () => {
      // The creator left it out; what they did not agree to is not asked for.
      if (!grant.scopes.includes('video.list')) return { contents: [] }
      const account = await this.#account(grant, options)
      const list = account.videos.list({
        fields: CONTENT_FIELDS,
        ...(cursor === undefined ? {} : { before: cursor }),
        signal: options.signal,
      })
      const { value: page } = await list.pages().next()
      if (page === undefined) return { contents: [] }
      const next = page.hasMore && page.cursor !== cursor ? page.cursor : undefined
      return {
        contents: page.items.map(toContent),
        // A cursor is the time of the last post of its page.
        ...(next === undefined ? {} : { next, reachedTo: Number(next) }),
      }
    })
  }

  async #contentsById(grant: Grant, ids: readonly string[], options: CallOptions = {}) {
    if (ids.length > this.idsAtOnce)
      return refuse('too_many_ids', 'ids', `At most ${this.idsAtOnce} at once.`)
    if (ids.length === 0 || !grant.scopes.includes('video.list')) return succeed([])
    return attempt(async () => {
      const account = await this.#account(grant, options)
      const found: Content[] = []
      // A page may be short although there are more.
      for await (const video of account.videos.list({ fields: CONTENT_FIELDS, ids, signal: options.signal }))
        found.push(toContent(video))
      return found
    })
  }

  #comments(grant: Grant, videoId: string, cursor: string | undefined, options: CallOptions = {}) {
    return attempt(async () => {
      if (!grant.scopes.includes('comment.list')) return { comments: [] }
      const { comments } = await this.#account(grant, options)
      const list = comments.list(videoId, {
        includeReplies: true,
        sort: { by: 'create_time', order: 'desc' },
        ...(cursor === undefined ? {} : { cursor }),
        signal: options.signal,
      })
      const { value: page } = await list.pages().next()
      if (page === undefined) return { comments: [] }
      const found: Comment[] = []
      for (const comment of page.items) {
        found.push(toComment(comment, videoId, listBusinessComments.id))
        const { reply_list: some = [], replies = 0 } = comment
        if (replies <= some.length) {
          for (const reply of some) found.push(toComment(reply, videoId, listBusinessComments.id))
          continue
        }
        const all = comments.replies(videoId, comment.comment_id, { signal: options.signal }).pages()
        for (let n = 0; n < MOST_REPLY_PAGES; n += 1) {
          const { value } = await all.next()
          if (value === undefined) break
          for (const reply of value.items) found.push(toComment(reply, videoId, listBusinessReplies.id))
        }
      }
      // Further on TikTok's order changes, and the same comment may come twice.
      const ordered = Number(page.cursor) < businessCommentRules.orderedUpTo
      const next = page.hasMore && ordered && page.cursor !== cursor ? page.cursor : undefined
      return { comments: found, ...(next === undefined ? {} : { next }) }
    })
  }

  #audience(grant: Grant, options: CallOptions = {}) {
    return attempt(async (): Promise<AudienceShare[]> => {
      if (!grant.scopes.includes('user.insights')) return []
      const account = await this.#account(grant, options)
      const { ages, genders, countries, cities } = await account.audience({ signal: options.signal })
      const part = (
        dimension: AudienceShare['dimension'],
        value: string,
        share: number | undefined,
      ): AudienceShare[] => (share === undefined ? [] : [{ dimension, value, share }])
      return [
        ...ages.flatMap(({ age, percentage }) => part('age', age, percentage)),
        ...genders.flatMap(({ gender, percentage }) => part('gender', gender, percentage)),
        ...countries.flatMap(({ country, percentage }) => part('country', country, percentage)),
        ...cities.flatMap(({ city_name, percentage }) => part('city', city_name, percentage)),
      ]
    })
  }

  #account({ access, accountId, scopes }: Grant, { signal }: CallOptions): Promise<BusinessAccount> {
    signal?.throwIfAborted()
    return this.#business.withToken(access, { known: { openId: accountId, scopes }, signal })
  }

  #grant(answer: z.output<typeof accountToken>): Grant {
    const now = this.#clock.now()
    return {
      accountId: answer.open_id,
      access: new Secret(answer.access_token),
      refresh: new Secret(answer.refresh_token),
      scopes: answer.scope,
      obtainedAt: now,
      expiresAt: now + answer.expires_in * 1000,
      refreshExpiresAt: now + answer.refresh_token_expires_in * 1000,
    }
  }
}

const CONTENT_FIELDS = [
  'caption',
  'create_time',
  'media_type',
  'share_url',
  'embed_url',
  'thumbnail_url',
  'video_views',
  'likes',
  'comments',
  'shares',
] as const

function toContent(video: Partial<BusinessVideo> & { item_id: string }): Content {
  const isPhoto = video.media_type === 'PHOTO'
  return {
    id: video.item_id,
    kind: isPhoto ? 'images' : 'video',
    text: video.caption ?? '',
    postedAt: (video.create_time ?? 0) * 1000,
    url: video.share_url ?? null,
    media:
      video.embed_url === undefined
        ? []
        : [
            {
              kind: isPhoto ? 'image' : 'video',
              url: video.embed_url,
              previewUrl: video.thumbnail_url ?? null,
              alt: null,
            },
          ],
    counts: {
      views: video.video_views ?? null,
      likes: video.likes ?? null,
      comments: video.comments ?? null,
      shares: video.shares ?? null,
      quotes: null,
    },
    source: listBusinessVideos.id,
  }
}

function toComment(row: BusinessComment, contentId: string, source: string): Comment {
  const username = row.username ?? null
  return {
    id: row.comment_id,
    contentId,
    parentId: row.parent_comment_id ?? null,
    authorId: row.unique_identifier ?? row.user_id ?? username ?? '',
    authorName: row.display_name ?? null,
    authorUsername: username,
    authorUrl: username === null ? null : `https://www.tiktok.com/@${encodeURIComponent(username)}`,
    text: row.text ?? '',
    likes: row.likes ?? null,
    replies: row.replies ?? null,
    postedAt: (row.create_time ?? 0) * 1000,
    source,
  }
}
