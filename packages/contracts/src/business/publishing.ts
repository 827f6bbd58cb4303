import * as z from 'zod/mini'
import { idText, openEnum, text } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { BUSINESS_PREFIX, everyCall, reading, writing } from './api.ts'
import { businessLimits } from './limits.ts'

const privacyLevels = [
  'PUBLIC_TO_EVERYONE',
  'MUTUAL_FOLLOW_FRIENDS',
  'FOLLOWER_OF_CREATOR',
  'SELF_ONLY',
] as const

const publishing = {
  ...writing,
  limits: businessLimits.publishing,
  // Drafts need the one, posts the other.
  scopes: ['video.publish', 'video.upload'],
  errors: [...everyCall, '40007', '40050', '40118'],
  repeat: 'unless-sent',
} as const

/** TikTok fetches the file from an address under a verified URL property; it must stay there for half an hour. */
export const publishBusinessVideo = defineEndpoint({
  ...publishing,
  id: 'business.videoPublish',
  title: 'Publish a video from an address',
  path: `${BUSINESS_PREFIX}/business/video/publish/`,
  input: z.looseObject({
    business_id: z.string(),
    /** mp4, mov or webm; at most 1 GB, 3 to 600 seconds, 360 pixels and more, 23 to 60 frames a second. */
    video_url: z.string(),
    custom_thumbnail_url: z.optional(z.string()),
    /** May be empty. */
    post_info: z.looseObject({
      /** At most 2,200 UTF-16 code units and 30 mentions. */
      caption: z.optional(text(2_200)),
      is_brand_organic: z.optional(z.boolean()),
      /** Wins over `is_brand_organic`. */
      is_branded_content: z.optional(z.boolean()),
      tto_invite_link: z.optional(z.string()),
      disable_comment: z.optional(z.boolean()),
      disable_duet: z.optional(z.boolean()),
      disable_stitch: z.optional(z.boolean()),
      /** Milliseconds. */
      thumbnail_offset: z.optional(z.int()),
      is_ai_generated: z.optional(z.boolean()),
      /** Sends a draft to the inbox; the rest of `post_info` is not looked at. */
      upload_to_draft: z.optional(z.boolean()),
      is_ads_only: z.optional(z.boolean()),
      location_id: z.optional(z.string()),
      location_name: z.optional(z.string()),
    }),
  }),
  output: z.looseObject({
    /** Such as `v_pub_url~v1.123…`: the `publish_id` of the status. */
    share_id: z.string(),
  }),
})

export const publishBusinessPhotos = defineEndpoint({
  ...publishing,
  id: 'business.photoPublish',
  title: 'Publish photos from addresses',
  path: `${BUSINESS_PREFIX}/business/photo/publish/`,
  input: z.looseObject({
    business_id: z.string(),
    /** jpg or webp; at most 20 MB and 1080 by 1920 pixels each. */
    photo_images: z.array(z.string()).check(z.minLength(1, 'at least one'), z.maxLength(35, 'at most 35')),
    photo_cover_index: z.optional(z.int().check(z.minimum(0))),
    post_info: z.looseObject({
      privacy_level: z.enum(privacyLevels),
      title: z.optional(text(90)),
      caption: z.optional(text(4_000)),
      auto_add_music: z.optional(z.boolean()),
      is_brand_organic: z.optional(z.boolean()),
      is_branded_content: z.optional(z.boolean()),
      is_draft: z.optional(z.boolean()),
      disable_comment: z.optional(z.boolean()),
      location_id: z.optional(z.string()),
      location_name: z.optional(z.string()),
    }),
  }),
  output: z.looseObject({
    /** Such as `p_pub_url~v1.…`. */
    share_id: z.string(),
  }),
})

export const businessPublishStatus = defineEndpoint({
  ...reading,
  id: 'business.publishStatus',
  title: 'Ask how a publication stands',
  path: `${BUSINESS_PREFIX}/business/publish/status/`,
  scopes: ['video.publish', 'video.upload'],
  query: z.looseObject({
    business_id: z.string(),
    /** The `share_id`. */
    publish_id: z.string(),
  }),
  output: z.looseObject({
    status: openEnum(['PROCESSING_DOWNLOAD', 'PUBLISH_COMPLETE', 'FAILED', 'SEND_TO_USER_INBOX']),
    /** Up to three minutes after the post is complete. */
    post_ids: z.optional(z.array(idText())),
    /** Why it failed: see the fail reasons of the catalogue. */
    reason: z.optional(z.string()),
  }),
  errors: [...everyCall, '40007'],
})

export const businessVideoSettings = defineEndpoint({
  ...reading,
  id: 'business.videoSettings',
  title: 'Ask what the account allows for its posts',
  path: `${BUSINESS_PREFIX}/business/video/settings/`,
  scopes: ['video.publish', 'video.upload'],
  query: z.looseObject({ business_id: z.string() }),
  output: z.looseObject({
    privacy_level_options: z.array(openEnum(privacyLevels)),
    comment_disabled: z.boolean(),
    duet_disabled: z.boolean(),
    stitch_disabled: z.boolean(),
    max_video_post_duration_sec: z.int(),
  }),
  errors: everyCall,
})
