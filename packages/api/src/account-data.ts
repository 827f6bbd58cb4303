import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

/** As platforms write their ids: TikTok's are numbers, Bluesky's addresses. */
const contentId = z.string().regex(/^[\w:./~-]{1,300}$/)

const source = z
  .object({
    call: z
      .string()
      .meta({ description: "TikTok's endpoint that it was read from", example: 'display.videoList' }),
    at: moment.meta({ description: 'When it was read' }),
  })
  .meta({ id: 'DataSource' })

const fields = z
  .record(z.string(), z.unknown())
  .meta({ description: "By TikTok's own field names; absent where the scope was not granted" })

const sync = z
  .object({
    account_id: idOf('acc'),
    state: z.enum(['scheduled', 'running', 'stopped']),
    runs_at: moment.nullable().meta({ description: 'When it is read next, or goes on' }),
    last_completed_at: moment.nullable(),
    skipped: z.array(
      z.object({
        part: z.enum(['basic', 'profile', 'stats', 'videos']),
        reason: z.literal('scope_missing'),
        scope: z.string(),
      }),
    ),
    failures: z.int().meta({ description: 'In a row' }),
    last_failure: z.string().nullable(),
  })
  .meta({ id: 'AccountSync' })

const profile = z
  .object({ account_id: idOf('acc'), profile: fields.nullable(), source: source.nullable(), sync })
  .meta({ id: 'AccountProfile' })

const video = z
  .object({
    id: z.string().meta({ description: "TikTok's id" }),
    account_id: idOf('acc'),
    posted_at: moment,
    gone_at: moment
      .nullable()
      .meta({ description: "When it was first missing from the creator's public videos" }),
    cover_expires_at: moment.nullable().meta({
      description: 'From when `video.cover_image_url` is no longer good; refreshing the video gives another',
    }),
    video: fields,
    source,
  })
  .meta({ id: 'AccountVideo' })

const count = z.number().nullable()
const metrics = z
  .object({
    account_id: idOf('acc'),
    video_id: z.string().nullable(),
    granularity: z.enum(['day', 'week', 'month']),
    data: z.array(
      z.object({
        day: z.iso.date().meta({ description: 'In UTC; of a week its Monday, of a month its first day' }),
        read_at: moment,
        views: count,
        likes: count,
        comments: count,
        shares: count,
        followers: count,
        following: count,
        videos: count,
      }),
    ),
  })
  .meta({ id: 'Metrics' })

const params = z.object({ account_id: idOf('acc') })
const period = z.object({
  from: z.iso.date().optional().meta({ description: 'First day, UTC; 30 days before `to` unless told' }),
  to: z.iso.date().optional().meta({ description: 'Last day, UTC; today unless told' }),
  granularity: z.enum(['day', 'week', 'month']).default('day'),
})
const read = { method: 'GET', scope: 'accounts:read', status: 200, errors: {} } as const

const getProfile = defineOperation({
  ...read,
  id: 'accountData.profile',
  path: '/v1/connected-accounts/{account_id}/profile',
  summary: 'Read the profile as it was last synced',
  params,
  answer: profile,
})

const listVideos = defineOperation({
  ...read,
  id: 'accountData.videos',
  path: '/v1/connected-accounts/{account_id}/videos',
  summary: 'List videos with their latest counters',
  description: 'Newest first. Those that are no longer public stay, with `gone_at`.',
  params,
  query: pageQuery,
  answer: pageOf(video),
})

const refreshVideos = defineOperation({
  id: 'accountData.refreshVideos',
  method: 'POST',
  path: '/v1/connected-accounts/{account_id}/videos/refresh',
  summary: 'Read some videos again at once',
  description:
    "For fresh counters, and for covers whose addresses have expired. Videos that are not the creator's are left out; " +
    'those that are no longer public come with `gone_at`.',
  scope: 'accounts:write',
  params,
  body: z.object({
    video_ids: z.array(contentId).min(1).max(20),
  }),
  answer: z.object({ data: z.array(video) }),
  status: 200,
  idempotency: 'natural',
  errors: {
    account_not_connected: { status: 409, title: 'The account is not connected' },
    account_scope_missing: { status: 409, title: 'The creator did not grant what this needs' },
  },
})

const getMetrics = defineOperation({
  ...read,
  id: 'accountData.metrics',
  path: '/v1/connected-accounts/{account_id}/metrics',
  summary: "Read the history of an account's counters",
  description:
    'The last reading of each day for 90 days, of each week for a year, of each month before that.',
  params,
  query: period,
  answer: metrics,
})

const getVideoMetrics = defineOperation({
  ...read,
  id: 'accountData.videoMetrics',
  path: '/v1/videos/{video_id}/metrics',
  summary: "Read the history of a video's counters",
  params: z.object({ video_id: contentId }),
  query: period.extend({
    account_id: idOf('acc')
      .optional()
      .meta({ description: 'Where one creator is connected through several apps' }),
  }),
  answer: metrics,
})

const getSync = defineOperation({
  ...read,
  id: 'accountData.sync',
  path: '/v1/connected-accounts/{account_id}/sync',
  summary: "Read where an account's sync stands",
  params,
  answer: sync,
})

const requestSync = defineOperation({
  id: 'accountData.requestSync',
  method: 'POST',
  path: '/v1/connected-accounts/{account_id}/sync',
  summary: 'Have an account read soon',
  description: '`runs_at` says when: at once, or five minutes after the reading before.',
  scope: 'accounts:write',
  params,
  answer: sync,
  status: 202,
  idempotency: 'natural',
  errors: { account_not_connected: { status: 409, title: 'The account is not connected' } },
})

export const accountDataOperations = [
  getProfile,
  listVideos,
  refreshVideos,
  getMetrics,
  getVideoMetrics,
  getSync,
  requestSync,
] as const
