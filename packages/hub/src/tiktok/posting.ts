import type { InputOf } from '@tockwork/contracts'
import { mediaRules } from '@tockwork/contracts'
import type { initInboxVideo, initVideo } from '@tockwork/contracts/posting'
import { type Clock, Secret } from '@tockwork/kernel'
import { planChunks } from '@tockwork/sdk'
import { fileSource } from '@tockwork/sdk/node'
import type { OpenBlob } from '../assets/blob-store.ts'
import type {
  AccountRef,
  InitAnswer,
  InitRequest,
  PostingPort,
  PublishStanding,
  RecentVideo,
  UploadRequest,
} from '../publishing/posting-port.ts'
import { attempt, type PlatformResult } from './outcome.ts'
import type { TikTokPlatform, UploadOptions } from './platform.ts'
import { explain } from './posting-rules.ts'

/** Gives calls the app and a good access token of an account, and renews a refused one once. */
export interface AccountAccess {
  withAccess<T>(
    account: AccountRef,
    call: (platform: TikTokPlatform, access: Secret) => Promise<PlatformResult<T>>,
  ): Promise<PlatformResult<T>>
}

/** Bytes of a chunk: ten megabytes as in TikTok's own samples, so that a crash costs little of what was sent. */
const CHUNK_BYTES = 10_000_000

/** Publishing on TikTok. */
export class TikTokPosting implements PostingPort {
  readonly #access: AccountAccess
  readonly #clock: Clock
  readonly #chunkBytes: number

  constructor(parts: { access: AccountAccess; clock: Clock; chunkBytes?: number }) {
    this.#access = parts.access
    this.#clock = parts.clock
    this.#chunkBytes = parts.chunkBytes ?? CHUNK_BYTES
  }

  creatorInfo(account: AccountRef): ReturnType<PostingPort['creatorInfo']> {
    return this.#access.withAccess(account, async (platform, access) =>
      map(await platform.creatorInfo(access), (info) => ({
        name: info.creator_nickname,
        username: info.creator_username,
        avatarUrl: info.creator_avatar_url,
        privacyLevelOptions: info.privacy_level_options,
        commentDisabled: info.comment_disabled,
        duetDisabled: info.duet_disabled,
        stitchDisabled: info.stitch_disabled,
        maxVideoPostDurationSec: info.max_video_post_duration_sec,
      })),
    )
  }

  async init(account: AccountRef, request: InitRequest): Promise<PlatformResult<InitAnswer>> {
    const { source } = request
    if (source.type === 'photos') return this.#initPhotos(account, request, source)
    const sentAt = this.#clock.now()
    const chunks = source.type === 'file' ? planChunks(source.size, this.#chunkBytes) : undefined
    const source_info: InputOf<typeof initInboxVideo>['source_info'] =
      chunks === undefined
        ? { source: 'PULL_FROM_URL', video_url: source.type === 'url' ? source.url : '' }
        : {
            source: 'FILE_UPLOAD',
            video_size: chunks.size,
            chunk_size: chunks.chunkSize,
            total_chunk_count: chunks.count,
          }
    const result = await this.#access.withAccess(account, (platform, access) =>
      request.mode === 'direct'
        ? platform.initVideo(access, { post_info: videoInfo(request), source_info })
        : platform.initInboxVideo(access, { source_info }),
    )
    if (!result.ok) return result
    const { publish_id, upload_url } = result.value
    if (source.type === 'url' || chunks === undefined) return { ok: true, value: { publishId: publish_id } }
    if (upload_url === undefined)
      return {
        ok: false,
        failure: {
          code: 'upload_url_missing',
          message: 'TikTok began an upload without saying where to.',
          retry: 'never',
          sent: 'answered',
        },
      }
    const plan = {
      totalBytes: chunks.size,
      chunkSize: chunks.chunkSize,
      contentType: source.contentType,
      urlExpiresAt: sentAt + mediaRules.upload.urlValidSeconds * 1000,
      begun: false,
    }
    return { ok: true, value: { publishId: publish_id, upload: { url: upload_url, plan } } }
  }

  async upload(account: AccountRef, request: UploadRequest): Promise<PlatformResult<void>> {
    const { plan, open, publishId, url, onProgress, signal } = request
    const opened = await attempt(async () => sourceOf(await open(), plan.contentType))
    if (!opened.ok) return opened
    return this.#access.withAccess(account, async (platform, access) => {
      let from = 0
      if (plan.begun) {
        const standing = await platform.status(access, publishId)
        if (!standing.ok) return standing
        // A status other than this one means that every byte is there, or that the post has failed: polling tells.
        if (standing.value.status !== 'PROCESSING_UPLOAD') return { ok: true, value: undefined }
        from = standing.value.uploadedBytes ?? 0
      }
      return platform.upload(access, {
        publishId,
        uploadUrl: new Secret(url),
        source: opened.value,
        plan: {
          size: plan.totalBytes,
          chunkSize: plan.chunkSize,
          count: Math.max(1, Math.floor(plan.totalBytes / plan.chunkSize)),
        },
        contentType: plan.contentType,
        from,
        onProgress: ({ sentBytes }) => onProgress(sentBytes),
        signal,
      })
    })
  }

  status(account: AccountRef, publishId: string): Promise<PlatformResult<PublishStanding>> {
    return this.#access.withAccess(account, async (platform, access) =>
      map(await platform.status(access, publishId), ({ status, postIds, uploadedBytes, failure }) => ({
        status,
        postIds,
        uploadedBytes,
        failReason: failure?.reason,
      })),
    )
  }

  cancel(account: AccountRef, publishId: string): Promise<PlatformResult<void>> {
    return this.#access.withAccess(account, (platform, access) => platform.cancel(access, publishId))
  }

  recentVideos(account: AccountRef): Promise<PlatformResult<RecentVideo[]>> {
    return this.#access.withAccess(account, (platform, access) => platform.recentVideos(access))
  }

  explain(code: string): { meaning: string; action: string } | undefined {
    return explain(code)
  }

  async #initPhotos(
    account: AccountRef,
    { mode, options }: InitRequest,
    source: Extract<InitRequest['source'], { type: 'photos' }>,
  ): Promise<PlatformResult<InitAnswer>> {
    const direct = mode === 'direct'
    const result = await this.#access.withAccess(account, (platform, access) =>
      platform.initContent(access, {
        media_type: 'PHOTO',
        post_mode: direct ? 'DIRECT_POST' : 'MEDIA_UPLOAD',
        is_aigc: options.aigc,
        post_info: {
          title: options.title,
          description: options.description,
          ...(direct
            ? {
                privacy_level: privacyOf(options.privacyLevel),
                disable_comment: options.disableComment,
                auto_add_music: options.autoAddMusic,
                brand_content_toggle: options.brandContent ?? false,
                brand_organic_toggle: options.brandOrganic ?? false,
              }
            : {}),
        },
        source_info: {
          source: 'PULL_FROM_URL',
          photo_images: [...source.urls],
          photo_cover_index: source.coverIndex,
        },
      }),
    )
    return map(result, ({ publish_id }) => ({ publishId: publish_id }))
  }
}

type VideoInfo = InputOf<typeof initVideo>['post_info']

function videoInfo({ options }: InitRequest): VideoInfo {
  return {
    privacy_level: privacyOf(options.privacyLevel),
    title: options.title,
    disable_comment: options.disableComment,
    disable_duet: options.disableDuet,
    disable_stitch: options.disableStitch,
    video_cover_timestamp_ms: options.coverTimestampMs,
    // Pages mark the toggles as required while every sample omits them; sent always, they are right either way.
    brand_content_toggle: options.brandContent ?? false,
    brand_organic_toggle: options.brandOrganic ?? false,
    is_aigc: options.aigc,
  }
}

/** Checked when the post was accepted; TikTok has the last word. */
function privacyOf(level: string | undefined): VideoInfo['privacy_level'] {
  return level as VideoInfo['privacy_level']
}

function map<T, U>(result: PlatformResult<T>, to: (value: T) => U): PlatformResult<U> {
  return result.ok ? { ok: true, value: to(result.value) } : result
}

/** A file of this machine is read in memory that is used again, and watched for changes; anything else by its ranges. */
async function sourceOf(blob: OpenBlob, contentType: string): Promise<UploadOptions['source']> {
  if (blob.path !== undefined) return fileSource(blob.path, { contentType })
  return {
    size: blob.sizeBytes,
    contentType,
    repeatable: true,
    slice: (first, last) => blob.slice(first, last),
  }
}
