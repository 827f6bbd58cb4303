import type { InputOf, OutputOf } from '@tockwork/contracts'
import { creatorInfo, initContent, initInboxVideo, initVideo } from '@tockwork/contracts/posting'
import { ContractError, TransportError } from '@tockwork/kernel'
import type { Caller } from '../caller.ts'
import type { SliceSource } from '../sources/slice-source.ts'
import { toSource } from '../sources/to-source.ts'
import { type ChunkPlan, planChunks } from '../upload/chunk-plan.ts'
import { chooseContentType } from '../upload/content-type.ts'
import { type UploadProgress, type UploadStanding, upload } from '../upload/uploader.ts'
import type { CompletionContext } from './await-completion.ts'
import { Post } from './post.ts'
import type {
  PhotoDraftOptions,
  PhotoPostOptions,
  PullSource,
  ResumeOptions,
  TransferOptions,
  VideoDraftOptions,
  VideoPostOptions,
  VideoSource,
} from './post-options.ts'
import { checkAudience, checkPhotos, checkPullUrl, checkVideoPost } from './post-rules.ts'
import { explainFailure, fetchStatus } from './post-status.ts'
import { PublishFailedError } from './publish-errors.ts'
import type { StatusFeed } from './status-feed.ts'
import { StatusPace } from './status-pace.ts'

/** Chunk of a stream in bytes: one is kept in memory. TikTok's own samples use this size. */
const STREAM_CHUNK = 10_000_000

type SourceInfo = InputOf<typeof initInboxVideo>['source_info']

/** Posting for one creator. */
export class Posts {
  readonly #caller: Caller
  readonly #context: CompletionContext

  /** @param feed brings webhook events to `completed()`, which otherwise polls. */
  constructor(caller: Caller, feed?: StatusFeed) {
    this.#caller = caller
    this.#context = { caller, pace: new StatusPace(caller.clock, caller.random), feed }
  }

  /** What the creator may post right now, in TikTok's words. Ask each time a post page is shown. */
  creatorInfo(options: { signal?: AbortSignal | undefined } = {}): Promise<OutputOf<typeof creatorInfo>> {
    return this.#caller.call(creatorInfo, { input: {}, ...signalOf(options.signal) })
  }

  /**
   * Posts a video on the creator's profile: uploads it, or has TikTok download it from `{ url }`. Resolves when TikTok
   * has every byte, or has begun to download; `post.completed()` waits for the rest. Needs `video.publish`.
   *
   * No answer to the init of an upload: it is made again, since without bytes there is no post.
   * @throws {UsageError} before anything is sent when TikTok would refuse it; `UploadUrlExpiredError`, `UploadError`,
   * `UploadInterruptedError` from the upload; `PublishFailedError` when TikTok fails the post meanwhile.
   */
  async publishVideo(options: VideoPostOptions): Promise<Post> {
    checkVideoPost(options)
    const post_info = {
      privacy_level: options.privacyLevel,
      title: options.title,
      disable_duet: options.disableDuet,
      disable_stitch: options.disableStitch,
      disable_comment: options.disableComment,
      video_cover_timestamp_ms: options.coverTimestampMs,
      // Pages mark the toggles as required while every sample omits them; sent always, they are right either way.
      brand_content_toggle: options.brandContent ?? false,
      brand_organic_toggle: options.brandOrganic ?? false,
      is_aigc: options.aigc,
    }
    return this.#transfer(options, (source_info) =>
      this.#caller.call(initVideo, { input: { post_info, source_info }, ...signalOf(options.signal) }),
    )
  }

  /** Sends a video to the creator's inbox, where the creator writes the caption and posts it. Needs `video.upload`. */
  async sendVideoDraft(options: VideoDraftOptions): Promise<Post> {
    return this.#transfer(options, (source_info) =>
      this.#caller.call(initInboxVideo, { input: { source_info }, ...signalOf(options.signal) }),
    )
  }

  /** Posts 1 to 35 photos that TikTok downloads. Needs `video.publish`. */
  async publishPhotos(options: PhotoPostOptions): Promise<Post> {
    checkAudience(options)
    return this.#initPhotos('DIRECT_POST', options, {
      privacy_level: options.privacyLevel,
      disable_comment: options.disableComment,
      auto_add_music: options.autoAddMusic,
      brand_content_toggle: options.brandContent ?? false,
      brand_organic_toggle: options.brandOrganic ?? false,
    })
  }

  /** Sends photos to the creator's inbox; title and description prefill the editor there. Needs `video.upload`. */
  async sendPhotoDraft(options: PhotoDraftOptions): Promise<Post> {
    return this.#initPhotos('MEDIA_UPLOAD', options, {})
  }

  /** A post whose id was kept from before. Nothing is asked yet. */
  open(publishId: string): Post {
    return new Post(publishId, this.#context)
  }

  /**
   * Goes on with an upload that was cut off, by a crash of this program too: asks where it stands, and sends the rest.
   * When TikTok has every byte already, nothing is sent.
   */
  async resumeUpload(options: ResumeOptions): Promise<Post> {
    const source = toSource(await options.source)
    const plan = planFor(source, options.chunkSize)
    const { publishId, signal } = options
    const standing = await this.#standing(publishId, signal)
    if (!standing.over) {
      await this.#upload(publishId, options.uploadUrl, source, plan, options, standing.received)
    }
    return this.open(publishId)
  }

  async #transfer(
    options: TransferOptions,
    init: (source: SourceInfo) => Promise<{ publish_id: string; upload_url?: string | undefined }>,
  ): Promise<Post> {
    const given = await options.source
    if (isPull(given)) {
      checkPullUrl(given.url, 'source.url', this.#localOrigin())
      const { publish_id } = await explainLostInit(() =>
        init({ source: 'PULL_FROM_URL', video_url: given.url }),
      )
      await options.onInit?.({ publishId: publish_id })
      return this.open(publish_id)
    }
    const source = toSource(given)
    const plan = planFor(source, options.chunkSize)
    // Before the init, so that a file of the wrong kind leaves nothing behind at TikTok.
    const contentType = await chooseContentType(source, options.contentType)
    const { publish_id, upload_url } = await init({
      source: 'FILE_UPLOAD',
      video_size: plan.size,
      chunk_size: plan.chunkSize,
      total_chunk_count: plan.count,
    })
    if (upload_url === undefined) {
      throw new ContractError('TikTok began an upload without saying where to: upload_url is missing.', {
        code: 'upload_url_missing',
        retry: 'never',
        endpoint: initVideo.id,
      })
    }
    await options.onInit?.({ publishId: publish_id, uploadUrl: upload_url, chunkSize: plan.chunkSize })
    await this.#upload(publish_id, upload_url, source, plan, { ...options, contentType })
    return this.open(publish_id)
  }

  async #upload(
    publishId: string,
    url: string,
    source: SliceSource,
    plan: ChunkPlan,
    options: {
      contentType?: string | undefined
      onProgress?: ((progress: UploadProgress) => void) | undefined
      signal?: AbortSignal | undefined
    },
    from = 0,
  ): Promise<void> {
    const { http, clock, random } = this.#caller
    const { onProgress, signal } = options
    await upload({
      http,
      clock,
      random,
      url: this.#caller.resolve(url),
      publishId,
      source,
      plan,
      contentType: await chooseContentType(source, options.contentType),
      standing: () => this.#standing(publishId, signal),
      from,
      onProgress,
      signal,
    })
  }

  async #standing(publishId: string, signal?: AbortSignal): Promise<UploadStanding> {
    const status = await fetchStatus(this.#caller, publishId, signal)
    if (status.status === 'FAILED')
      throw new PublishFailedError(status, status.failure ?? explainFailure(undefined))
    if (status.status !== 'PROCESSING_UPLOAD') return { over: true }
    return { over: false, received: status.uploadedBytes }
  }

  async #initPhotos(
    post_mode: 'DIRECT_POST' | 'MEDIA_UPLOAD',
    options: PhotoDraftOptions,
    direct: NonNullable<InputOf<typeof initContent>['post_info']>,
  ): Promise<Post> {
    checkPhotos(options, this.#localOrigin())
    const input: InputOf<typeof initContent> = {
      media_type: 'PHOTO',
      post_mode,
      is_aigc: options.aigc,
      post_info: { title: options.title, description: options.description, ...direct },
      source_info: {
        source: 'PULL_FROM_URL',
        photo_images: [...options.urls],
        photo_cover_index: options.coverIndex ?? 0,
      },
    }
    const { publish_id } = await explainLostInit(() =>
      this.#caller.call(initContent, { input, ...signalOf(options.signal) }),
    )
    return this.open(publish_id)
  }

  /** Whether an emulator on this machine stands in for TikTok, which can download from this machine too. */
  #localOrigin(): boolean {
    const { hostname } = new URL(this.#caller.resolve('https://open.tiktokapis.com/'))
    return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  }
}

function isPull(source: VideoSource): source is PullSource {
  return typeof source === 'object' && source !== null && 'url' in source && !('slice' in source)
}

function planFor(source: SliceSource, chunkSize: number | undefined): ChunkPlan {
  return planChunks(source.size, chunkSize ?? (source.repeatable ? undefined : STREAM_CHUNK))
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

/**
 * An init that makes TikTok download has no idempotency key and TikTok has no list of posts under way, so when its
 * answer is lost nobody but the creator's profile or a webhook can say whether the post exists.
 */
async function explainLostInit<T>(init: () => Promise<T>): Promise<T> {
  try {
    return await init()
  } catch (error) {
    if (!(error instanceof TransportError) || error.sent === 'no') throw error
    throw new TransportError(error.message, {
      code: error.code,
      retry: 'outcome-unknown',
      sent: 'maybe',
      action:
        "TikTok may be downloading already, and the post's id is lost. Before posting again wait for a post.publish webhook of this creator, or look whether the post appears in videos.list() or the creator's inbox; a second init posts twice.",
      ...(error.httpStatus === undefined ? {} : { httpStatus: error.httpStatus }),
      ...(error.logId === undefined ? {} : { logId: error.logId }),
      ...(error.endpoint === undefined ? {} : { endpoint: error.endpoint }),
      cause: error,
    })
  }
}
