import * as z from 'zod/mini'
import { count, fieldList, int64 } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { base, cursor, page, pageSize, username } from './parts.ts'
import { researchRules } from './research-rules.ts'
import { isDay, videoQuery } from './video-query.ts'

const day = () => z.string().check(z.refine(isDay, 'a day that exists, as YYYYMMDD'))
const DAY_MS = 86_400_000

/** Only requested fields come back, and one without a value is left out. Ids exceed 2^53, counters 32 bits. */
export const researchVideo = z.looseObject({
  id: z.optional(int64()),
  /** The page's sample calls the id `video_id`; recorded answers call it `id`. */
  video_id: z.optional(int64()),
  /** UTC epoch seconds. */
  create_time: z.optional(count()),
  username: z.optional(z.string()),
  /** Where the creator registered. */
  region_code: z.optional(z.string()),
  /** The caption. May hold U+0000, which PostgreSQL does not store. */
  video_description: z.optional(z.string()),
  music_id: z.optional(int64()),
  like_count: z.optional(count()),
  comment_count: z.optional(count()),
  share_count: z.optional(count()),
  view_count: z.optional(count()),
  favorites_count: z.optional(count()),
  effect_ids: z.optional(z.array(z.string())),
  hashtag_names: z.optional(z.array(z.string())),
  hashtag_info_list: z.optional(
    z.array(
      z.looseObject({
        hashtag_id: z.optional(int64()),
        hashtag_name: z.optional(z.string()),
        hashtag_description: z.optional(z.string()),
      }),
    ),
  ),
  sticker_info_list: z.optional(
    z.array(z.looseObject({ sticker_id: z.optional(int64()), sticker_name: z.optional(z.string()) })),
  ),
  /** The address is `effect_photo_url` on one page and `effect_photo_URI` on three. */
  effect_info_list: z.optional(
    z.array(z.looseObject({ effect_id: z.optional(int64()), effect_name: z.optional(z.string()) })),
  ),
  video_mention_list: z.optional(z.array(z.string())),
  /** Members are not documented. */
  video_label: z.optional(z.unknown()),
  playlist_id: z.optional(int64()),
  voice_to_text: z.optional(z.string()),
  is_stem_verified: z.optional(z.boolean()),
  /** Seconds. */
  video_duration: z.optional(count()),
  /**
   * `{type, number}` here, `{video_tag_type, video_tag_number}` for liked, pinned and reposted videos, where the numbers 1
   * and 2 of the AI type also change places. So a number means something only together with its endpoint.
   */
  video_tag: z.optional(z.unknown()),
})
export type ResearchVideo = z.output<typeof researchVideo>

/** Fields of a video in a search. */
export const researchVideoFields = [
  'id',
  'video_description',
  'create_time',
  'region_code',
  'share_count',
  'view_count',
  'like_count',
  'comment_count',
  'music_id',
  'hashtag_names',
  'username',
  'effect_ids',
  'playlist_id',
  'voice_to_text',
  'is_stem_verified',
  'favorites_count',
  'video_duration',
  'hashtag_info_list',
  'sticker_info_list',
  'effect_info_list',
  'video_mention_list',
  'video_label',
  'video_tag',
] as const
export type ResearchVideoField = (typeof researchVideoFields)[number]

/** Fields of a video in a user's lists: without effects, playlist and speech. */
export const listedVideoFields = [
  'id',
  'create_time',
  'username',
  'region_code',
  'video_description',
  'music_id',
  'like_count',
  'comment_count',
  'share_count',
  'view_count',
  'hashtag_names',
  'is_stem_verified',
  'favorites_count',
  'video_duration',
  'hashtag_info_list',
  'sticker_info_list',
  'effect_info_list',
  'video_mention_list',
  'video_label',
  'video_tag',
] as const
export type ListedVideoField = (typeof listedVideoFields)[number]

export const queryVideos = defineEndpoint({
  ...base,
  id: 'research.queryVideos',
  title: 'Search public videos',
  path: '/v2/research/video/query/',
  doc: page('research-api-specs-query-videos'),
  query: z.looseObject({ fields: fieldList(researchVideoFields) }),
  input: z
    .looseObject({
      query: videoQuery,
      /** UTC day, `YYYYMMDD`. */
      start_date: day(),
      /** UTC day, at most 30 days after `start_date`; read as the last day that counts. */
      end_date: day(),
      /** 1 to 100, by default 20. Fewer may come although there are more. */
      max_count: pageSize(researchRules.maxPageSize.value),
      /** Index into the candidates, which is not the number of videos delivered. */
      cursor: cursor(),
      /** The result set that the cursor belongs to. It may be refused for some seconds after it was given out. */
      search_id: z.optional(z.nullable(z.string())),
      /** 1 to 100 matching videos in random order, without further pages. */
      is_random: z.optional(z.boolean()),
    })
    .check((context) => {
      const { start_date: from, end_date: to } = context.value
      if (!isDay(from) || !isDay(to)) return
      const days = (epoch(to) - epoch(from)) / DAY_MS
      const message =
        days < 0
          ? 'must not be before start_date'
          : days > researchRules.maxWindowDays.value
            ? `at most ${researchRules.maxWindowDays.value} days after start_date, and it is ${days}`
            : undefined
      if (message !== undefined)
        context.issues.push({ code: 'custom', input: to, path: ['end_date'], message })
    }),
  output: z.looseObject({
    videos: z.array(researchVideo),
    cursor: z.optional(int64()),
    has_more: z.optional(z.boolean()),
    search_id: z.optional(z.string()),
  }),
})

function epoch(text: string): number {
  return Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6, 8)))
}

const listed = { ...base, query: z.looseObject({ fields: fieldList(listedVideoFields) }) } as const

export const likedVideos = defineEndpoint({
  ...listed,
  id: 'research.likedVideos',
  title: 'Videos that a user liked, where the user shows them',
  path: '/v2/research/user/liked_videos/',
  doc: page('research-api-specs-query-user-liked-videos'),
  input: z.looseObject({
    username: username(),
    max_count: pageSize(researchRules.maxPageSize.value),
    /** Videos created at or before it. The text says seconds, both samples show milliseconds: send back what came. */
    cursor: cursor(),
  }),
  output: z.looseObject({
    user_liked_videos: z.array(researchVideo),
    cursor: z.optional(int64()),
    has_more: z.optional(z.boolean()),
  }),
})

export const pinnedVideos = defineEndpoint({
  ...listed,
  id: 'research.pinnedVideos',
  title: 'Videos that a user pinned',
  path: '/v2/research/user/pinned_videos/',
  doc: page('research-api-specs-query-user-pinned-videos'),
  input: z.looseObject({ username: username() }),
  output: z.looseObject({ pinned_videos_list: z.array(researchVideo) }),
})

export const repostedVideos = defineEndpoint({
  ...listed,
  id: 'research.repostedVideos',
  title: 'Videos that a user reposted',
  path: '/v2/research/user/reposted_videos/',
  doc: page('research-api-specs-query-user-reposted-videos'),
  input: z.looseObject({
    username: username(),
    max_count: pageSize(researchRules.maxPageSize.value),
    /** An index. */
    cursor: cursor(),
  }),
  output: z.looseObject({
    /** The page's table says `user_reposted_videos`; its sample and TikTok's own client say this. */
    reposted_videos: z.optional(z.array(researchVideo)),
    user_reposted_videos: z.optional(z.array(researchVideo)),
    cursor: z.optional(int64()),
    has_more: z.optional(z.boolean()),
  }),
})
