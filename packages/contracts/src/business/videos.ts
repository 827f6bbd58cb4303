import * as z from 'zod/mini'
import { count, countText, idText, int64, jsonText, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { audienceCity, audienceCountry, audienceGender } from './account.ts'
import { BUSINESS_PREFIX, everyCall, reading } from './api.ts'

const percentage = z.optional(z.number())
/** Seconds from the start of the video. */
const bySecond = z.array(z.looseObject({ second: z.union([z.number(), z.string()]), percentage }))

/** Figures are of the post's whole life, and stand still from 365 days after posting. */
export const businessVideo = z.looseObject({
  item_id: z.optional(idText()),
  media_type: z.optional(openEnum(['VIDEO', 'PHOTO'])),
  is_ad: z.optional(z.boolean()),
  thumbnail_url: z.optional(z.string()),
  share_url: z.optional(z.string()),
  embed_url: z.optional(z.string()),
  caption: z.optional(z.string()),
  /** Epoch seconds; text on the wire. */
  create_time: z.optional(countText()),
  /** Seconds. */
  video_duration: z.optional(z.number()),
  likes: z.optional(count()),
  comments: z.optional(count()),
  shares: z.optional(count()),
  favorites: z.optional(count()),
  reach: z.optional(count()),
  video_views: z.optional(count()),
  /** Seconds. */
  total_time_watched: z.optional(z.number()),
  /** Seconds. */
  average_time_watched: z.optional(z.number()),
  full_video_watched_rate: z.optional(z.number()),
  new_followers: z.optional(count()),
  profile_views: z.optional(count()),
  website_clicks: z.optional(count()),
  phone_number_clicks: z.optional(count()),
  email_clicks: z.optional(count()),
  address_clicks: z.optional(count()),
  app_download_clicks: z.optional(count()),
  lead_submissions: z.optional(count()),
  video_view_retention: z.optional(bySecond),
  engagement_likes: z.optional(bySecond),
  impression_sources: z.optional(
    z.array(
      z.looseObject({
        impression_source: openEnum([
          'For You',
          'Follow',
          'Sound',
          'Personal Profile',
          'Search',
          'Others',
          'Direct Message',
        ]),
        percentage,
      }),
    ),
  ),
  /** Of viewers. */
  audience_genders: z.optional(z.array(audienceGender)),
  audience_countries: z.optional(z.array(audienceCountry)),
  /** At most ten. */
  audience_cities: z.optional(z.array(audienceCity)),
  audience_types: z.optional(
    z.array(
      z.looseObject({
        type: openEnum(['NEW_VIEWER', 'RETURN_VIEWER', 'FOLLOWER_PERCENT', 'NON_FOLLOWER_PERCENT']),
        percentage,
      }),
    ),
  ),
})

const list = [
  'item_id',
  'media_type',
  'is_ad',
  'thumbnail_url',
  'share_url',
  'embed_url',
  'caption',
  'create_time',
  'video_duration',
  'likes',
  'comments',
  'shares',
  'favorites',
  'reach',
  'video_views',
] as const
const insights = [
  'total_time_watched',
  'average_time_watched',
  'full_video_watched_rate',
  'new_followers',
  'profile_views',
  'website_clicks',
  'phone_number_clicks',
  'email_clicks',
  'address_clicks',
  'app_download_clicks',
  'lead_submissions',
  'video_view_retention',
  'engagement_likes',
  'impression_sources',
  'audience_genders',
  'audience_countries',
  'audience_cities',
  'audience_types',
] as const

export type BusinessVideoField = (typeof list)[number] | (typeof insights)[number]
export const businessVideoFields = [...list, ...insights] as const

/** The scope that unlocks each field, by a note on the portal's pages of September 2026. */
export const businessVideoFieldScopes = Object.fromEntries([
  ...list.map((field) => [field, 'video.list']),
  ...insights.map((field) => [field, 'video.insights']),
]) as Readonly<Record<BusinessVideoField, 'video.list' | 'video.insights'>>

export const businessVideoRules = {
  page: { defaultCount: 10, maxCount: 20 },
  /** After so many days figures no longer change. */
  figuresEndAfterDays: 365,
} as const

export const listBusinessVideos = defineEndpoint({
  ...reading,
  id: 'business.videoList',
  title: 'List the posts of a TikTok account with their figures, newest first',
  path: `${BUSINESS_PREFIX}/business/video/list/`,
  scopes: ['video.list', 'video.insights'],
  query: z.looseObject({
    business_id: z.string(),
    /** Must hold `item_id`, and gives only that by default. */
    fields: z.optional(
      jsonText(
        z
          .array(z.enum(businessVideoFields))
          .check(z.refine((fields) => fields.includes('item_id'), 'must hold item_id')),
      ),
    ),
    filters: z.optional(
      jsonText(
        z.looseObject({ video_ids: z.optional(z.array(idText())), ad_post_only: z.optional(z.boolean()) }),
      ),
    ),
    /** Epoch milliseconds: posts older than it; now by default. */
    cursor: z.optional(countText()),
    /** 1 to 20, by default 10. */
    max_count: z.optional(inRange(1, 20)),
  }),
  output: z.looseObject({
    videos: z.array(businessVideo),
    cursor: z.optional(int64()),
    /** The page may be shorter than asked for although there are more. */
    has_more: z.optional(z.boolean()),
  }),
  errors: everyCall,
  fieldScopes: businessVideoFieldScopes,
})

/** A whole number in a query. */
export function inRange(min: number, max: number) {
  const rule = `a whole number from ${min} to ${max}`
  return z.codec(
    z.string().check(z.regex(/^\d{1,9}$/, rule)),
    z.int(rule).check(z.minimum(min, rule), z.maximum(max, rule)),
    { decode: Number, encode: String },
  )
}
