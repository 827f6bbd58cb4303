import * as z from 'zod/mini'
import * as limits from '../limits.ts'
import { mediaRules } from '../media-rules.ts'
import { count, text } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

const DIRECT = 'https://developers.tiktok.com/doc/content-posting-api-reference-direct-post'
const INBOX = 'https://developers.tiktok.com/doc/content-posting-api-reference-upload-video'
const PHOTO = 'https://developers.tiktok.com/doc/content-posting-api-reference-photo-post'
const READ = '2026-09-11'

export const privacyLevels = [
  'PUBLIC_TO_EVERYONE',
  'MUTUAL_FOLLOW_FRIENDS',
  'FOLLOWER_OF_CREATOR',
  'SELF_ONLY',
] as const
export type PrivacyLevel = (typeof privacyLevels)[number]

/** Where a video comes from. `video_size`, `chunk_size` in bytes; `total_chunk_count` = floor(size / chunk). */
export const videoSource = z.union([
  z.looseObject({
    source: z.literal('FILE_UPLOAD'),
    /** Bytes of the whole file. */
    video_size: count(),
    /** Bytes of every chunk but the last, which takes the rest. */
    chunk_size: count(),
    /** floor(video_size / chunk_size), 1 to 1000. */
    total_chunk_count: count(),
  }),
  z.looseObject({
    source: z.literal('PULL_FROM_URL'),
    /** A public https URL under a verified domain or prefix; no redirects. */
    video_url: z.string(),
  }),
])

export const videoPostInfo = z.looseObject({
  /** One of the creator's `privacy_level_options`. */
  privacy_level: z.enum(privacyLevels),
  /** The caption, at most 2200 UTF-16 code units; `#` and `@` are matched. */
  title: z.optional(text(mediaRules.caption.videoTitleMax)),
  /** The server also turns it off for private accounts and by the creator's own setting, as it does stitch. */
  disable_duet: z.optional(z.boolean()),
  disable_stitch: z.optional(z.boolean()),
  /** The server also turns it off by the creator's own setting. */
  disable_comment: z.optional(z.boolean()),
  /** Frame for the cover, in milliseconds; the first frame when absent or invalid. */
  video_cover_timestamp_ms: z.optional(count()),
  /** Paid partnership for a third party. Pages mark it required, every sample omits it. */
  brand_content_toggle: z.optional(z.boolean()),
  /** Promotes the creator's own business. */
  brand_organic_toggle: z.optional(z.boolean()),
  /** Labels the post as AI-generated. */
  is_aigc: z.optional(z.boolean()),
})

const initOutput = z.looseObject({
  /** At most 64 characters; treat as opaque. */
  publish_id: z.string(),
  /** FILE_UPLOAD only; valid for one hour; holds a credential in its query. */
  upload_url: z.optional(z.string()),
})

const base = {
  host: 'open.tiktokapis.com',
  method: 'POST',
  auth: 'user',
  encoding: 'json',
  envelope: 'standard',
  limits: limits.init,
} as const

/**
 * An init has no idempotency key. Without bytes there is no post, so a FILE_UPLOAD init whose answer was lost may be
 * made again: nobody holds the first upload URL. A PULL_FROM_URL init starts TikTok's download: a second one posts twice.
 */
const repeat = {
  by: 'source_info.source',
  cases: { FILE_UPLOAD: 'safe', PULL_FROM_URL: 'unless-sent' },
  otherwise: 'unless-sent',
} as const

export const initVideo = defineEndpoint({
  ...base,
  id: 'posting.initVideo',
  title: 'Post a video directly',
  path: '/v2/post/publish/video/init/',
  doc: { url: DIRECT, retrieved: READ },
  scopes: ['video.publish'],
  input: z.looseObject({ post_info: videoPostInfo, source_info: videoSource }),
  output: initOutput,
  errors: [
    'invalid_param',
    'spam_risk_too_many_posts',
    'spam_risk_user_banned_from_posting',
    'reached_active_user_cap',
    'unaudited_client_can_only_post_to_private_accounts',
    'url_ownership_unverified',
    'privacy_level_option_mismatch',
    'access_token_invalid',
    'scope_not_authorized',
    'rate_limit_exceeded',
    'internal_error',
  ],
  invalidField: { 'post_info.privacy_level': 'privacy_level_option_mismatch' },
  repeat,
})

export const initInboxVideo = defineEndpoint({
  ...base,
  id: 'posting.initInboxVideo',
  title: "Send a video to the creator's inbox as a draft",
  path: '/v2/post/publish/inbox/video/init/',
  doc: { url: INBOX },
  scopes: ['video.upload'],
  input: z.looseObject({ source_info: videoSource }),
  output: initOutput,
  errors: [
    'invalid_param',
    'spam_risk_too_many_pending_share',
    'spam_risk_user_banned_from_posting',
    'url_ownership_unverified',
    'access_token_invalid',
    'scope_not_authorized',
    'rate_limit_exceeded',
    'internal_error',
  ],
  repeat,
})

export const photoPostInfo = z.looseObject({
  /** With `description` it fills the editor of a draft beforehand. */
  title: z.optional(text(mediaRules.caption.photoTitleMax)),
  description: z.optional(text(mediaRules.caption.photoDescriptionMax)),
  /** DIRECT_POST only, and required there. */
  privacy_level: z.optional(z.enum(privacyLevels)),
  /** DIRECT_POST only, as are the three below. */
  disable_comment: z.optional(z.boolean()),
  /** Adds recommended music, which the user can change later. */
  auto_add_music: z.optional(z.boolean()),
  brand_content_toggle: z.optional(z.boolean()),
  brand_organic_toggle: z.optional(z.boolean()),
})

export const initContent = defineEndpoint({
  ...base,
  id: 'posting.initContent',
  title: 'Post photos, directly or as a draft',
  path: '/v2/post/publish/content/init/',
  doc: { url: PHOTO, retrieved: READ },
  scopes: {
    by: 'post_mode',
    cases: { DIRECT_POST: ['video.publish'], MEDIA_UPLOAD: ['video.upload'] },
    otherwise: ['video.publish', 'video.upload'],
  },
  input: z.looseObject({
    media_type: z.literal('PHOTO'),
    post_mode: z.enum(['DIRECT_POST', 'MEDIA_UPLOAD']),
    /** At the top level, by the page of 2026-09-11. */
    is_aigc: z.optional(z.boolean()),
    post_info: z.optional(photoPostInfo),
    source_info: z.looseObject({
      source: z.literal('PULL_FROM_URL'),
      /** Public https URLs under a verified domain or prefix; no redirects. */
      photo_images: z
        .array(z.string())
        .check(
          z.minLength(1, 'at least one photo'),
          z.maxLength(mediaRules.photo.maxCount, `at most ${mediaRules.photo.maxCount} photos`),
        ),
      /** Which photo is the cover, from 0. */
      photo_cover_index: count(),
    }),
  }),
  output: z.looseObject({ publish_id: z.string() }),
  errors: [
    'invalid_param',
    'app_version_check_failed',
    'spam_risk_too_many_posts',
    'spam_risk_user_banned_from_posting',
    'spam_risk_too_many_pending_share',
    'reached_active_user_cap',
    'unaudited_client_can_only_post_to_private_accounts',
    'url_ownership_unverified',
    'privacy_level_option_mismatch',
    'access_token_invalid',
    'scope_not_authorized',
    'rate_limit_exceeded',
    'internal_error',
  ],
  invalidField: { 'post_info.privacy_level': 'privacy_level_option_mismatch' },
  repeat: 'unless-sent',
})
