/**
 * TikTok behind the port that every platform fills, over the same calls that the hub's own steps are made of. Those
 * cut a post finer (an init, then bytes from where a crash left them), which no other platform has.
 */
import type {
  CallOptions,
  Capabilities,
  Connector,
  ConsentPage,
  Content,
  Grant,
  Limit,
  Publication,
  Publishing,
  Reading,
  Standing,
  Webhooks,
} from '@tockwork/connectors'
import { fail, type PlatformFailure, type PlatformResult, refuse, succeed } from '@tockwork/connectors'
import { type InputOf, mediaRules } from '@tockwork/contracts'
import { userInfo, videoList, videoQuery } from '@tockwork/contracts/display'
import { initVideo } from '@tockwork/contracts/posting'
import { type Clock, Secret } from '@tockwork/kernel'
import { planChunks } from '@tockwork/sdk'
import { DEFAULT_SCOPES } from './capabilities.ts'
import type { TikTokPlatform, Video } from './platform.ts'
import type { PlatformTokens } from './tokens.ts'
import { readTikTokWebhook, SIGNATURE_HEADER, verifyTikTokWebhook } from './webhooks.ts'

/** As on developers.tiktok.com/doc/tiktok-api-v2-video-query. */
const IDS_AT_ONCE = 20
const CHUNK_BYTES = 10_000_000

export interface TikTokConnectorParts {
  platform: TikTokPlatform
  /** Signs the webhooks of the app. */
  clientSecret: Secret
  clock: Clock
}

export class TikTokConnector implements Connector {
  readonly platform = 'tiktok'
  readonly name = 'TikTok'
  readonly idsAtOnce = IDS_AT_ONCE
  readonly capabilities: Capabilities = {
    refresh: 'rotating',
    publish: { text: false, images: false, video: true },
    read: { comments: false, audience: false, income: false },
    webhooks: true,
    counts: {
      account: ['followers', 'following', 'contents'],
      content: ['views', 'likes', 'comments', 'shares'],
    },
  }
  readonly limits: readonly Limit[] = [userInfo, videoList, videoQuery, initVideo].map(
    ({ id, limits, doc }) => ({
      of: id,
      requests: limits[0].requests,
      windowMs: limits[0].seconds * 1000,
      per: 'account',
      source: doc.url,
    }),
  )
  readonly consentPage: ConsentPage
  readonly authorization: readonly ConsentPage[]
  readonly reading: Reading
  readonly publishing: Publishing
  readonly webhooks: Webhooks
  readonly #platform: TikTokPlatform
  readonly #clock: Clock

  constructor({ platform, clientSecret, clock }: TikTokConnectorParts) {
    this.#platform = platform
    this.#clock = clock
    this.consentPage = {
      kind: 'consent-page',
      defaultScopes: DEFAULT_SCOPES,
      needsIdentifier: false,
      start: async (login) => {
        const { url, codeVerifier } = await platform.authorizeUrl(login)
        return succeed({ url, secret: codeVerifier })
      },
      finish: async (callback, { secret, ...login }, options) =>
        map(await platform.finish(callback, { ...login, codeVerifier: secret }, options), toGrant),
    }
    this.authorization = [this.consentPage]
    this.reading = readingOf(platform)
    this.publishing = new TikTokPublishing(platform)
    this.webhooks = {
      signatureHeader: SIGNATURE_HEADER,
      read: async ({ body, signature }) => {
        const verified = await verifyTikTokWebhook({ body, signature, secret: clientSecret, clock })
        if (!verified.ok) {
          const { code, message, status } = verified
          return fail({ code, message, httpStatus: status, retry: 'never', sent: 'answered' })
        }
        const news = readTikTokWebhook(body)
        return succeed(
          news.kind === 'removed'
            ? { kind: 'grant-ended', event: news.event, accountId: news.openId, at: news.createTime * 1000 }
            : news,
        )
      },
    }
  }

  async refresh(grant: Grant, options?: CallOptions): Promise<PlatformResult<Grant>> {
    return map(await this.#platform.refresh(toTokens(grant), options), toGrant)
  }

  async revoke(grant: Grant, options?: CallOptions): Promise<PlatformResult<void>> {
    const answer = await this.#platform.revoke(grant.access, options)
    if (answer.ok) return answer
    // A token that ran out is refused in the same words as one that was given up; its grant may well live on.
    const ranOut = grant.expiresAt !== undefined && grant.expiresAt <= this.#clock.now()
    return !ranOut && isGone(answer.failure) ? succeed(undefined) : answer
  }
}

function readingOf(platform: TikTokPlatform): Reading {
  return {
    async profile({ access, accountId, scopes }, options) {
      return map(await platform.userInfo(access, scopes, options), (user) => ({
        accountId: user.open_id ?? accountId,
        username: user.username ?? null,
        displayName: user.display_name ?? null,
        about: user.bio_description ?? null,
        avatarUrl: user.avatar_url ?? null,
        url: user.profile_deep_link ?? null,
        source: userInfo.id,
        followers: user.follower_count ?? null,
        following: user.following_count ?? null,
        contents: user.video_count ?? null,
      }))
    },
    async contents({ access }, { cursor } = {}, options = {}) {
      const page = await platform.videoPage(access, { before: cursor, ...options })
      return map(page, (found) => ({
        contents: found.videos.flatMap((video) => toContent(video, videoList.id)),
        ...(found.hasMore && found.cursor !== cursor ? { next: found.cursor } : {}),
        // A cursor of TikTok's is the time of the last video of its page.
        ...(found.hasMore ? { reachedTo: Number(found.cursor) } : {}),
      }))
    },
    async contentsById({ access }, ids, options) {
      if (ids.length > IDS_AT_ONCE) return refuse('too_many_ids', 'ids', `At most ${IDS_AT_ONCE} at once.`)
      if (ids.length === 0) return succeed([])
      const found = await platform.videosById(access, ids, options)
      return map(found, (videos) => videos.flatMap((video) => toContent(video, videoQuery.id)))
    },
  }
}

class TikTokPublishing implements Publishing {
  /** TikTok knows no key of ours: a second init is a second post. */
  readonly repeatable = false
  readonly #platform: TikTokPlatform

  constructor(platform: TikTokPlatform) {
    this.#platform = platform
  }

  check({ text, media, options }: Publication): { code: string; field: string; message: string }[] {
    const wrong: { code: string; field: string; message: string }[] = []
    if (media.length !== 1 || media[0]?.kind !== 'video')
      wrong.push({ code: 'video_needed', field: 'media', message: 'There has to be one video.' })
    if (text.length > mediaRules.caption.videoTitleMax)
      wrong.push({
        code: 'text_too_long',
        field: 'text',
        message: `At most ${mediaRules.caption.videoTitleMax}.`,
      })
    if (typeof options?.privacyLevel !== 'string')
      wrong.push({
        code: 'privacy_level_missing',
        field: 'options',
        message: 'The creator chooses who sees it.',
      })
    return wrong
  }

  async publish(
    grant: Grant,
    publication: Publication,
    options: CallOptions = {},
  ): Promise<PlatformResult<Standing>> {
    const [wrong] = this.check(publication)
    const [video] = publication.media
    if (wrong !== undefined || video === undefined)
      return refuse(wrong?.code ?? 'video_needed', wrong?.field ?? 'media', wrong?.message ?? '')
    const bytes = await video.bytes()
    const plan = planChunks(bytes.byteLength, CHUNK_BYTES)
    const begun = await this.#platform.initVideo(
      grant.access,
      {
        post_info: {
          // Checked to be there; TikTok has the last word on which.
          privacy_level: publication.options?.privacyLevel as InputOf<
            typeof initVideo
          >['post_info']['privacy_level'],
          title: publication.text,
          brand_content_toggle: false,
          brand_organic_toggle: false,
        },
        source_info: {
          source: 'FILE_UPLOAD',
          video_size: plan.size,
          chunk_size: plan.chunkSize,
          total_chunk_count: plan.count,
        },
      },
      options,
    )
    if (!begun.ok) return begun
    const { publish_id: publishId, upload_url: url } = begun.value
    if (url === undefined)
      return fail({
        code: 'upload_url_missing',
        message: 'TikTok began an upload without saying where to.',
        retry: 'never',
        sent: 'answered',
      })
    const sent = await this.#platform.upload(grant.access, {
      publishId,
      uploadUrl: new Secret(url),
      source: {
        size: bytes.byteLength,
        contentType: video.contentType,
        repeatable: true,
        slice: (first, last) => once(bytes.subarray(first, last + 1)),
      },
      plan,
      contentType: video.contentType,
      from: 0,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    return sent.ok ? succeed({ state: 'processing', publishId }) : sent
  }

  async status(grant: Grant, publishId: string, options?: CallOptions): Promise<PlatformResult<Standing>> {
    return map(
      await this.#platform.status(grant.access, publishId, options),
      ({ status, postIds, failure }): Standing => {
        if (status === 'PUBLISH_COMPLETE') return { state: 'published', publishId, contentIds: postIds }
        return status === 'FAILED'
          ? { state: 'failed', publishId, reason: failure?.reason ?? 'unknown' }
          : { state: 'processing', publishId }
      },
    )
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function isGone({ code, needs }: PlatformFailure): boolean {
  return needs !== undefined && ['access_token_invalid', 'invalid_grant'].includes(code)
}

function toContent({ id, create_time, ...video }: Partial<Video>, source: string): Content[] {
  if (id === undefined) return []
  return [
    {
      id,
      kind: 'video',
      text: video.video_description ?? video.title ?? '',
      postedAt: (create_time ?? 0) * 1000,
      url: video.share_url ?? null,
      media:
        video.embed_link === undefined
          ? []
          : [{ kind: 'video', url: video.embed_link, previewUrl: video.cover_image_url ?? null, alt: null }],
      counts: {
        views: video.view_count ?? null,
        likes: video.like_count ?? null,
        comments: video.comment_count ?? null,
        shares: video.share_count ?? null,
        quotes: null,
      },
      source,
    },
  ]
}

function toGrant(tokens: PlatformTokens): Grant {
  const { openId, accessToken, refreshToken, scopes, obtainedAt, expiresAt, refreshExpiresAt } = tokens
  return {
    accountId: openId,
    access: accessToken,
    refresh: refreshToken,
    scopes,
    obtainedAt,
    expiresAt,
    refreshExpiresAt,
  }
}

function toTokens({
  accountId,
  access,
  refresh,
  scopes,
  obtainedAt,
  expiresAt,
  refreshExpiresAt,
}: Grant): PlatformTokens {
  return {
    openId: accountId,
    accessToken: access,
    refreshToken: refresh ?? new Secret(''),
    scopes: [...scopes],
    obtainedAt,
    expiresAt: expiresAt ?? obtainedAt,
    refreshExpiresAt: refreshExpiresAt ?? obtainedAt,
  }
}

function map<T, U>(result: PlatformResult<T>, to: (value: T) => U): PlatformResult<U> {
  return result.ok ? succeed(to(result.value)) : result
}
