import * as z from 'zod/mini'
import * as limits from '../limits.ts'
import { count, fieldList } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

const PAGE = 'https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info'

/** Only requested fields come back, so each is optional. */
export const user = z.looseObject({
  open_id: z.optional(z.string()),
  /** The same in all apps of one developer. */
  union_id: z.optional(z.string()),
  avatar_url: z.optional(z.string()),
  /** 100 by 100 pixels. */
  avatar_url_100: z.optional(z.string()),
  /** In a higher resolution. */
  avatar_large_url: z.optional(z.string()),
  display_name: z.optional(z.string()),
  bio_description: z.optional(z.string()),
  profile_deep_link: z.optional(z.string()),
  /** Named by the scopes page only. */
  profile_web_link: z.optional(z.string()),
  is_verified: z.optional(z.boolean()),
  username: z.optional(z.string()),
  follower_count: z.optional(count()),
  following_count: z.optional(count()),
  likes_count: z.optional(count()),
  /** Public ones. */
  video_count: z.optional(count()),
})

/** The scope that unlocks each field, since the migration of 2024-02-29. */
export const userFieldScopes = {
  open_id: 'user.info.basic',
  union_id: 'user.info.basic',
  avatar_url: 'user.info.basic',
  avatar_url_100: 'user.info.basic',
  avatar_large_url: 'user.info.basic',
  display_name: 'user.info.basic',
  bio_description: 'user.info.profile',
  profile_deep_link: 'user.info.profile',
  profile_web_link: 'user.info.profile',
  is_verified: 'user.info.profile',
  username: 'user.info.profile',
  follower_count: 'user.info.stats',
  following_count: 'user.info.stats',
  likes_count: 'user.info.stats',
  video_count: 'user.info.stats',
} as const

export type UserField = keyof typeof userFieldScopes
export const userFields = Object.keys(userFieldScopes) as [UserField, ...UserField[]]

export const userInfo = defineEndpoint({
  id: 'display.userInfo',
  title: "Read the connected user's profile",
  host: 'open.tiktokapis.com',
  method: 'GET',
  path: '/v2/user/info/',
  doc: { url: PAGE },
  auth: 'user',
  encoding: 'query',
  envelope: 'standard',
  scopes: ['user.info.basic', 'user.info.profile', 'user.info.stats'],
  query: z.looseObject({ fields: fieldList(userFields) }),
  output: z.looseObject({ user }),
  errors: [
    'access_token_invalid',
    'internal_error',
    'invalid_params',
    'rate_limit_exceeded',
    'scope_not_authorized',
    'scope_permission_missed',
  ],
  limits: limits.display,
  fieldScopes: userFieldScopes,
  repeat: 'safe',
  lifecycle: {
    notes: [{ date: '2024-02-29', text: 'Profile fields need user.info.profile, counters user.info.stats.' }],
  },
})
