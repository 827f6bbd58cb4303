import * as z from 'zod/mini'
import { failReasons } from '../errors.ts'
import * as limits from '../limits.ts'
import { count, int64, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

const PAGE = 'https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status'
const TRANSFER = 'https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide'

export const publishStatuses = [
  'PROCESSING_UPLOAD',
  'PROCESSING_DOWNLOAD',
  'SEND_TO_USER_INBOX',
  'PUBLISH_COMPLETE',
  'FAILED',
] as const

/** Public post ids have been seen as a list, a single value, and missing; they come as a list here. */
const postIds = z.codec(z.union([z.array(int64()), int64(), z.null()]), z.array(z.string()), {
  decode: (wire) => (wire === null ? [] : Array.isArray(wire) ? wire : [wire]),
  encode: (ours) => [...ours],
})

const base = {
  host: 'open.tiktokapis.com',
  method: 'POST',
  auth: 'user',
  encoding: 'json',
  envelope: 'standard',
  scopes: ['video.publish', 'video.upload'],
  repeat: 'safe',
} as const

export const publishStatus = defineEndpoint({
  ...base,
  id: 'posting.publishStatus',
  title: 'Ask how a post is getting on',
  path: '/v2/post/publish/status/fetch/',
  doc: { url: PAGE },
  input: z.looseObject({ publish_id: z.string() }),
  output: z.looseObject({
    status: openEnum(publishStatuses),
    /** Set when FAILED; the call itself is still HTTP 200 and `ok`. */
    fail_reason: z.optional(openEnum(Object.keys(failReasons) as (keyof typeof failReasons)[])),
    /** Spelt so by TikTok. Only after public posting and moderation; a draft can yield several. */
    publicaly_available_post_id: z.optional(postIds),
    /** FILE_UPLOAD. */
    uploaded_bytes: z.optional(count()),
    /** PULL_FROM_URL. */
    downloaded_bytes: z.optional(count()),
  }),
  errors: [
    'invalid_publish_id',
    'token_not_authorized_for_specified_publish_id',
    'access_token_invalid',
    'scope_not_authorized',
    'rate_limit_exceeded',
    'internal_error',
    'invalid_param',
  ],
  limits: limits.status,
})

export const cancelPublish = defineEndpoint({
  ...base,
  id: 'posting.cancelPublish',
  title: 'Cancel a download that is under way',
  path: '/v2/post/publish/cancel/',
  doc: { url: TRANSFER },
  input: z.looseObject({ publish_id: z.string() }),
  output: z.looseObject({}),
  errors: [
    'invalid_publish_id',
    'token_not_authorized_for_specified_publish_id',
    'publish_not_cancellable',
    'url_ownership_unverified',
    'access_token_invalid',
    'scope_not_authorized',
    'rate_limit_exceeded',
    'internal_error',
    'invalid_param',
  ],
})
