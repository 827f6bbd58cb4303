import * as z from 'zod/mini'
import * as limits from '../limits.ts'
import { count, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { privacyLevels } from './init.ts'

const PAGE = 'https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info'

export const creatorInfo = defineEndpoint({
  id: 'posting.creatorInfo',
  title: 'Ask what a creator may post, each time the post page is shown',
  host: 'open.tiktokapis.com',
  method: 'POST',
  path: '/v2/post/publish/creator_info/query/',
  doc: { url: PAGE },
  auth: 'user',
  encoding: 'json',
  envelope: 'standard',
  scopes: ['video.publish'],
  input: z.looseObject({}),
  output: z.looseObject({
    /** Lives two hours. */
    creator_avatar_url: z.string(),
    /** The handle, unique. */
    creator_username: z.string(),
    creator_nickname: z.string(),
    /** The audit wants exactly these to be offered, none chosen beforehand. */
    privacy_level_options: z.array(openEnum(privacyLevels)),
    /** The creator lets nobody comment. */
    comment_disabled: z.boolean(),
    /** Also true for a private account, as is `stitch_disabled`; neither concerns photos. */
    duet_disabled: z.boolean(),
    stitch_disabled: z.boolean(),
    /** Seconds; differs from creator to creator. */
    max_video_post_duration_sec: count(),
  }),
  errors: [
    'spam_risk_too_many_posts',
    'spam_risk_user_banned_from_posting',
    'reached_active_user_cap',
    'access_token_invalid',
    'scope_not_authorized',
    'rate_limit_exceeded',
    'internal_error',
  ],
  // TikTok's page says so on purpose: a creator who cannot post now is still an answer.
  errorStatus: {
    spam_risk_too_many_posts: 200,
    spam_risk_user_banned_from_posting: 200,
    reached_active_user_cap: 200,
  },
  limits: limits.creatorInfo,
  repeat: 'safe',
})
