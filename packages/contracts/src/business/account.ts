import * as z from 'zod/mini'
import { count, jsonText, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { asAccount, BUSINESS_PREFIX, everyCall, reading } from './api.ts'

/** Shares: whether 0 to 1 or percent is not stated; 0 to 1 is assumed. */
const share = z.optional(z.number())

/** Names inside the lists for countries and cities are assumed. */
const audienceAge = z.looseObject({
  age: openEnum(['18-24', '25-34', '35-44', '45-54', '55+']),
  percentage: share,
})
export const audienceGender = z.looseObject({
  gender: openEnum(['Female', 'Male', 'Other']),
  percentage: share,
})
export const audienceCountry = z.looseObject({ country: z.string(), percentage: share })
export const audienceCity = z.looseObject({ city_name: z.string(), percentage: share })

/** A UTC day. The figures of a day come 24 to 48 hours later. */
export const accountDay = z.looseObject({
  /** `YYYY-MM-DD`. */
  date: z.string(),
  video_views: z.optional(count()),
  unique_video_views: z.optional(count()),
  profile_views: z.optional(count()),
  likes: z.optional(count()),
  comments: z.optional(count()),
  shares: z.optional(count()),
  followers_count: z.optional(count()),
  daily_total_followers: z.optional(count()),
  daily_new_followers: z.optional(count()),
  daily_lost_followers: z.optional(count()),
  engaged_audience: z.optional(count()),
  /** Followers who were active in an hour of the day. */
  audience_activity: z.optional(z.array(z.looseObject({ hour: z.string(), count: count() }))),
  bio_link_clicks: z.optional(count()),
  email_clicks: z.optional(count()),
  phone_number_clicks: z.optional(count()),
  address_clicks: z.optional(count()),
  app_download_clicks: z.optional(count()),
  lead_submissions: z.optional(count()),
})

/** Only requested fields come back, so each is optional. */
export const businessAccount = z.looseObject({
  is_business_account: z.optional(z.boolean()),
  username: z.optional(z.string()),
  display_name: z.optional(z.string()),
  /** For a while: its `x-expires` tells until when. */
  profile_image: z.optional(z.string()),
  profile_deep_link: z.optional(z.string()),
  bio_description: z.optional(z.string()),
  is_verified: z.optional(z.boolean()),
  following_count: z.optional(count()),
  /** Stands here and, by the day, in `metrics`. */
  followers_count: z.optional(count()),
  total_likes: z.optional(count()),
  videos_count: z.optional(count()),
  /** Of followers; from 100 followers on. */
  audience_ages: z.optional(z.array(audienceAge)),
  audience_genders: z.optional(z.array(audienceGender)),
  audience_countries: z.optional(z.array(audienceCountry)),
  audience_cities: z.optional(z.array(audienceCity)),
  /** Days that have figures, for the fields that are counted by the day. */
  metrics: z.optional(z.array(accountDay)),
})

export const dailyFields = [
  'video_views',
  'unique_video_views',
  'profile_views',
  'likes',
  'comments',
  'shares',
  'followers_count',
  'daily_total_followers',
  'daily_new_followers',
  'daily_lost_followers',
  'engaged_audience',
  'audience_activity',
  'bio_link_clicks',
  'email_clicks',
  'phone_number_clicks',
  'address_clicks',
  'app_download_clicks',
  'lead_submissions',
] as const
export const audienceFields = [
  'audience_ages',
  'audience_genders',
  'audience_countries',
  'audience_cities',
] as const
export const profileFields = [
  'is_business_account',
  'username',
  'display_name',
  'profile_image',
  'profile_deep_link',
  'bio_description',
  'is_verified',
  'following_count',
  'followers_count',
  'total_likes',
  'videos_count',
] as const

export type DailyField = (typeof dailyFields)[number]
export type ProfileField = (typeof profileFields)[number]
export type AccountField = ProfileField | (typeof audienceFields)[number] | DailyField
export const accountFields = [...new Set([...profileFields, ...audienceFields, ...dailyFields])] as [
  AccountField,
  ...AccountField[],
]

/** Scopes of the fields as their names suggest them. Only that of `is_business_account` is stated. */
export const assumedAccountScopes: Readonly<Partial<Record<AccountField, string>>> = {
  username: 'user.info.username',
  profile_deep_link: 'user.info.profile',
  bio_description: 'user.info.profile',
  is_verified: 'user.info.profile',
  following_count: 'user.info.stats',
  total_likes: 'user.info.stats',
  videos_count: 'user.info.stats',
  ...Object.fromEntries(
    [...audienceFields, ...dailyFields]
      .filter((field) => field !== 'followers_count')
      .map((field) => [field, 'user.insights']),
  ),
}

export const accountRules = {
  defaultFields: ['display_name', 'profile_image'],
  /** Days before today; both ends are included. */
  defaultRange: { fromDaysAgo: 7, toDaysAgo: 1 },
  longestLookBackDays: 60,
  audienceMinFollowers: 100,
  delayHours: { min: 24, max: 48 },
} as const

const day = () => z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/, 'expected YYYY-MM-DD'))

export const getAccount = defineEndpoint({
  ...reading,
  id: 'business.get',
  title: 'Read the profile of a TikTok account, its audience and its figures by the day',
  path: `${BUSINESS_PREFIX}/business/get/`,
  limits: asAccount.limits,
  query: z.looseObject({
    business_id: z.string(),
    /** Without it `display_name` and `profile_image`. */
    fields: z.optional(jsonText(z.array(z.enum(accountFields)))),
    /** A UTC day, at most 60 days back; seven days ago by default. */
    start_date: z.optional(day()),
    /** A UTC day; yesterday by default. */
    end_date: z.optional(day()),
  }),
  output: businessAccount,
  errors: everyCall,
  fieldScopes: { is_business_account: 'user.account.type' },
})
