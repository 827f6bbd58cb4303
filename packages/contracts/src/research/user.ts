import * as z from 'zod/mini'
import { count, fieldList, int64 } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { base, cursor, page, pageSize, username } from './parts.ts'
import { researchRules } from './research-rules.ts'

export const researchUserFields = [
  'display_name',
  'bio_description',
  'avatar_url',
  'is_verified',
  'follower_count',
  'following_count',
  'likes_count',
  'video_count',
  'bio_url',
] as const
export type ResearchUserField = (typeof researchUserFields)[number]

/** Live, unlike the archive in which videos are searched. The handle itself does not come back. */
export const researchUser = z.looseObject({
  display_name: z.optional(z.string()),
  bio_description: z.optional(z.string()),
  bio_url: z.optional(z.string()),
  avatar_url: z.optional(z.string()),
  is_verified: z.optional(z.boolean()),
  follower_count: z.optional(count()),
  following_count: z.optional(count()),
  likes_count: z.optional(count()),
  video_count: z.optional(count()),
})
export type ResearchUser = z.output<typeof researchUser>

export const userInfo = defineEndpoint({
  ...base,
  id: 'research.userInfo',
  title: 'A public profile',
  path: '/v2/research/user/info/',
  doc: page('research-api-specs-query-user-info'),
  mayAnswerWith500: true,
  query: z.looseObject({ fields: fieldList(researchUserFields) }),
  input: z.looseObject({ username: username() }),
  output: researchUser,
})

const relation = z.looseObject({ display_name: z.optional(z.string()), username: z.optional(z.string()) })
export type ResearchRelation = z.output<typeof relation>

const relationInput = z.looseObject({
  username: username(),
  max_count: pageSize(researchRules.maxPageSize.value),
  /** UTC epoch seconds: relations made at or before it. Absent and 0 mean now. */
  cursor: cursor(),
})

/** Counts towards its own daily quota, and shows public accounts of adults only. */
export const followers = defineEndpoint({
  ...base,
  id: 'research.followers',
  title: 'Who follows a user',
  path: '/v2/research/user/followers/',
  doc: page('research-api-specs-query-user-followers'),
  input: relationInput,
  output: z.looseObject({
    user_followers: z.array(relation),
    cursor: z.optional(int64()),
    has_more: z.optional(z.boolean()),
  }),
})

export const following = defineEndpoint({
  ...base,
  id: 'research.following',
  title: 'Whom a user follows, where the user shows it',
  path: '/v2/research/user/following/',
  doc: page('research-api-specs-query-user-following'),
  input: relationInput,
  output: z.looseObject({
    user_following: z.array(relation),
    cursor: z.optional(int64()),
    has_more: z.optional(z.boolean()),
  }),
})

export const playlistInfo = defineEndpoint({
  ...base,
  id: 'research.playlistInfo',
  title: 'A playlist and the ids of its videos',
  path: '/v2/research/playlist/info/',
  doc: page('research-api-specs-query-playlist-info'),
  mayAnswerWith500: true,
  query: z.looseObject({ fields: z.optional(z.string()) }),
  input: z.looseObject({ playlist_id: int64(), cursor: cursor(), max_count: z.optional(count()) }),
  output: z.looseObject({
    playlist_id: z.optional(int64()),
    playlist_item_total: z.optional(count()),
    /** UTC epoch seconds. */
    playlist_last_updated: z.optional(count()),
    playlist_name: z.optional(z.string()),
    playlist_video_ids: z.optional(z.array(int64())),
    has_more: z.optional(z.boolean()),
    cursor: z.optional(int64()),
  }),
})
