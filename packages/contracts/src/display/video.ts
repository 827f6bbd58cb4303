import * as z from 'zod/mini'
import * as limits from '../limits.ts'
import { count, fieldList, int64 } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

const LIST = 'https://developers.tiktok.com/doc/tiktok-api-v2-video-list'
const QUERY = 'https://developers.tiktok.com/doc/tiktok-api-v2-video-query'

/** Only requested fields come back, so each is optional. Source: developers.tiktok.com/doc/tiktok-api-v2-video-object. */
export const video = z.looseObject({
  id: z.optional(int64String()),
  /** UTC epoch seconds. */
  create_time: z.optional(count()),
  /** Lives six hours; ask again through video/query. */
  cover_image_url: z.optional(z.string()),
  share_url: z.optional(z.string()),
  /** At most 150 characters, as is the title. */
  video_description: z.optional(z.string()),
  /** Seconds. */
  duration: z.optional(count()),
  height: z.optional(count()),
  width: z.optional(count()),
  title: z.optional(z.string()),
  embed_html: z.optional(z.string()),
  embed_link: z.optional(z.string()),
  like_count: z.optional(count()),
  comment_count: z.optional(count()),
  share_count: z.optional(count()),
  view_count: z.optional(count()),
})

/** Video ids are strings here, numbers elsewhere: written as a string, read as either. */
function int64String() {
  return z.codec(z.union([z.string(), z.bigint(), z.number()]), z.string(), {
    decode: (wire) => String(wire),
    encode: (ours) => ours,
  })
}

export const videoFields = [
  'id',
  'create_time',
  'cover_image_url',
  'share_url',
  'video_description',
  'duration',
  'height',
  'width',
  'title',
  'embed_html',
  'embed_link',
  'like_count',
  'comment_count',
  'share_count',
  'view_count',
] as const
export type VideoField = (typeof videoFields)[number]

const base = {
  host: 'open.tiktokapis.com',
  method: 'POST',
  auth: 'user',
  encoding: 'json',
  envelope: 'standard',
  scopes: ['video.list'],
  query: z.looseObject({ fields: fieldList(videoFields) }),
  errors: [
    'access_token_invalid',
    'internal_error',
    'invalid_params',
    'rate_limit_exceeded',
    'scope_not_authorized',
    'scope_permission_missed',
  ],
  limits: limits.display,
  repeat: 'safe',
} as const

export const videoList = defineEndpoint({
  ...base,
  id: 'display.videoList',
  title: "List the user's public videos, newest first",
  path: '/v2/video/list/',
  doc: { url: LIST },
  input: z.looseObject({
    /** UTC epoch milliseconds: videos posted before it. */
    cursor: z.optional(int64()),
    /** 1 to 20, by default 10. */
    max_count: z.optional(z.int().check(z.minimum(1), z.maximum(20, 'at most 20'))),
  }),
  output: z.looseObject({
    videos: z.array(video),
    /** UTC epoch milliseconds; send it for the next page. */
    cursor: int64(),
    has_more: z.boolean(),
  }),
})

export const videoQuery = defineEndpoint({
  ...base,
  id: 'display.videoQuery',
  title: 'Read videos of the user by id',
  path: '/v2/video/query/',
  doc: { url: QUERY },
  input: z.looseObject({
    filters: z.looseObject({
      video_ids: z
        .array(int64String())
        .check(z.minLength(1, 'at least one id'), z.maxLength(20, 'at most 20 ids')),
    }),
  }),
  output: z.looseObject({
    videos: z.array(video),
    cursor: z.optional(int64()),
    has_more: z.optional(z.boolean()),
  }),
})
