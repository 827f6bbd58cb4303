import type { PrivacyLevel } from '@tockwork/contracts/posting'
import type { UploadableSource } from '../sources/slice-source.ts'
import type { UploadProgress } from '../upload/uploader.ts'

/** A public https address that TikTok downloads itself, under a domain or prefix verified for the app. */
export interface PullSource {
  url: string
}

export type VideoSource = UploadableSource | PullSource

/** What an init has begun. */
export interface StartedPost {
  publishId: string
  /** Only for uploads. It holds a credential; keep it like one, and for an hour at most. */
  uploadUrl?: string
  /** Bytes of a chunk as declared to TikTok; hand it to `resumeUpload`. */
  chunkSize?: number
}

export interface TransferOptions {
  /** Bytes, a Blob, `await fileSource(path)`, `{ stream, size }`, or `{ url }` for TikTok to download. */
  source: VideoSource | Promise<VideoSource>
  /** `video/mp4`, `video/quicktime` or `video/webm`; found from the first bytes or the name when left out. */
  contentType?: string | undefined
  /**
   * Bytes of a chunk, 5,242,880 to 64,000,000. Left out: 64,000,000, or 10,000,000 for a stream, of which one chunk is
   * kept in memory.
   */
  chunkSize?: number | undefined
  onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Awaited after the init and before the first byte: the place to keep what a resumption after a crash needs. */
  onInit?: ((started: StartedPost) => void | Promise<void>) | undefined
  signal?: AbortSignal | undefined
}

export interface AudienceOptions {
  /** One of the creator's `privacy_level_options`, chosen by the creator. */
  privacyLevel: PrivacyLevel
  disableComment?: boolean | undefined
  /** A paid partnership for a third party; cannot go with `SELF_ONLY`. */
  brandContent?: boolean | undefined
  /** Promotes the creator's own business. */
  brandOrganic?: boolean | undefined
  /** Labels the post as AI-generated. */
  aigc?: boolean | undefined
}

export interface VideoPostOptions extends TransferOptions, AudienceOptions {
  /** The caption with its hashtags and mentions: at most 2200 UTF-16 code units. */
  title?: string | undefined
  disableDuet?: boolean | undefined
  disableStitch?: boolean | undefined
  /** Frame for the cover, in milliseconds from the start. */
  coverTimestampMs?: number | undefined
}

/** A draft takes the video alone: the creator writes the caption in TikTok. */
export type VideoDraftOptions = TransferOptions

export interface PhotoDraftOptions {
  /** 1 to 35 public https addresses of JPEG or WebP files; TikTok takes no photo bytes. */
  urls: readonly string[]
  /** Which of them is the cover, from 0. */
  coverIndex?: number | undefined
  /** At most 90 UTF-16 code units. */
  title?: string | undefined
  /** At most 4000 UTF-16 code units. */
  description?: string | undefined
  aigc?: boolean | undefined
  signal?: AbortSignal | undefined
}

export interface PhotoPostOptions extends PhotoDraftOptions, AudienceOptions {
  /** Adds recommended music, which the creator can change. */
  autoAddMusic?: boolean | undefined
}

export interface ResumeOptions {
  publishId: string
  /** As `onInit` gave it, at most an hour ago. */
  uploadUrl: string
  /** The same bytes as before. */
  source: UploadableSource | Promise<UploadableSource>
  contentType?: string | undefined
  /** As `onInit` gave it; without it the default for this source is assumed. */
  chunkSize?: number | undefined
  onProgress?: ((progress: UploadProgress) => void) | undefined
  signal?: AbortSignal | undefined
}
