/** Contents as they are shown (product ENGAGEMENT). */
import { z } from 'zod'
import type { UnifiedAccount } from '../storage/unified-accounts.ts'
import type { UnifiedContent } from '../storage/unified-contents.ts'
import type { UnifiedContext } from './context.ts'
import { wordsOf } from './platform-fields.ts'
import { type LogoPlace, referencesOf } from './references.ts'
import { head, ofAccount, source, time } from './wire.ts'

const text = z.string().nullable()
const count = z.number().nullable()

/** What all contents and groups count. */
const counters = {
  like_count: count,
  dislike_count: count,
  comment_count: count,
  impression_organic_count: count,
  reach_organic_count: count,
  save_count: count,
  view_count: count,
} as const

const engagement = z.object({
  ...counters,
  replay_count: count,
  watch_time_in_hours: count,
  avg_watch_time_in_sec: count,
  share_count: count,
  impression_paid_count: count,
  reach_paid_count: count,
  email_open_rate: count,
  email_click_rate: count,
  unsubscribe_count: count,
  spam_report_count: count,
  click_count: count,
  repost_count: count,
  additional_info: z.record(z.string(), z.unknown()).nullable(),
})

export const FORMATS = ['VIDEO', 'IMAGE', 'AUDIO', 'TEXT', 'OTHER'] as const

export const content = z
  .object({
    ...ofAccount,
    engagement,
    authors: z.array(z.string()).nullable(),
    audience: z.enum(['FREE', 'PAID', 'BOTH']).nullable(),
    platform: z.enum(['WEB', 'EMAIL', 'BOTH']).nullable(),
    external_id: z.string(),
    title: text,
    format: z.enum(FORMATS),
    type: z.string(),
    url: text,
    media_url: text,
    duration: count,
    description: text,
    visibility: z.enum(['PUBLIC', 'PRIVATE', 'UNLISTED']).nullable(),
    thumbnail_url: text,
    persistent_thumbnail_url: text,
    published_at: time,
    platform_profile_id: text,
    platform_profile_name: text,
    sponsored: z.object({ is_sponsored: z.boolean(), tags: z.array(z.string()).nullable() }).nullable(),
    collaboration: z.object({ has_collaborators: z.boolean() }).nullable(),
    is_owned_by_platform_user: z.boolean().nullable(),
    hashtags: z.array(z.string()).nullable(),
    content_tags: z.array(z.string()).nullable(),
    mentions: z.array(z.string()).nullable(),
    media_urls: z.array(z.string()).nullable(),
    source,
    gone_at: time.nullable().optional().meta({
      description:
        'With `Tockwork-Extend: source`: since when it is missing from what the creator shows in public',
    }),
  })
  .meta({ id: 'Content' })

export const contentGroup = z
  .object({
    ...ofAccount,
    engagement: z.object({
      ...counters,
      watch_time_in_hours: count,
      share_count: count,
      impression_paid_count: count,
      reach_paid_count: count,
    }),
    external_id: z.string(),
    title: text,
    format: z.enum([...FORMATS, 'COLLECTION']),
    type: z.enum(['ALBUM', 'PLAYLIST', 'OTHER']),
    url: text,
    description: text,
    visibility: text,
    thumbnail_url: text,
    published_at: time.nullable(),
    platform_profile_id: text,
    platform_profile_name: text,
    item_count: count,
  })
  .meta({ id: 'ContentGroup' })

export const comment = z
  .object({
    id: head.id,
    created_at: head.created_at,
    updated_at: head.updated_at,
    published_at: time,
    user: ofAccount.user,
    account: ofAccount.account,
    work_platform: ofAccount.work_platform,
    content: z.object({ id: head.id, url: text, published_at: time }),
    external_id: z.string(),
    text,
    commenter_username: text,
    commenter_display_name: text,
    commenter_id: text,
    commenter_profile_url: text,
    like_count: count,
    reply_count: count,
    source,
  })
  .meta({ id: 'Comment' })

export function contentToWire(
  account: UnifiedAccount,
  row: UnifiedContent,
  place: LogoPlace,
  context: Pick<UnifiedContext, 'asks' | 'time' | 'timeOrNull'>,
) {
  const said = wordsOf(account.platform).content(row.externalId, row.data)
  return {
    id: row.id,
    created_at: context.time(row.firstReadAt),
    updated_at: context.time(row.readAt),
    ...referencesOf(account, place),
    engagement: {
      like_count: said.likes,
      dislike_count: null,
      comment_count: said.comments,
      impression_organic_count: null,
      reach_organic_count: null,
      save_count: null,
      view_count: said.views,
      replay_count: null,
      watch_time_in_hours: null,
      avg_watch_time_in_sec: null,
      share_count: said.shares,
      impression_paid_count: null,
      reach_paid_count: null,
      email_open_rate: null,
      email_click_rate: null,
      unsubscribe_count: null,
      spam_report_count: null,
      click_count: null,
      repost_count: said.reposts ?? null,
      additional_info: said.more ?? null,
    },
    authors: null,
    audience: null,
    platform: null,
    external_id: row.externalId,
    title: said.title,
    format: said.format,
    type: said.type,
    url: said.url,
    media_url: said.mediaUrl,
    duration: said.duration,
    description: said.description,
    // Platforms show what is public; what is no longer shown was deleted or made private, which they do not tell apart.
    visibility: row.goneAt === null ? ('PUBLIC' as const) : ('PRIVATE' as const),
    thumbnail_url: said.thumbnailUrl,
    persistent_thumbnail_url: null,
    published_at: context.time(row.postedAt),
    platform_profile_id: account.externalId,
    platform_profile_name: account.displayName,
    sponsored: null,
    collaboration: null,
    is_owned_by_platform_user: true,
    hashtags: said.hashtags,
    content_tags: null,
    mentions: said.mentions,
    media_urls: said.mediaUrls ?? null,
    ...(context.asks('source')
      ? {
          source: { call: row.sourceCall, read_at: context.time(row.readAt) },
          gone_at: context.timeOrNull(row.goneAt),
        }
      : {}),
  }
}
