/** What a caller asks to have published, and what it is in the hub's words. */
import { Problem } from '@tockwork/api'
import { z } from 'zod'
import type { PostOptions } from '../publishing/post.ts'
import type { PostRequest } from '../publishing/post-request.ts'
import { idParam } from './wire.ts'

const TYPES = [
  'TWEET',
  'REELS',
  'STORY',
  'VIDEO',
  'IMAGE',
  'BLOG',
  'THREAD',
  'POST',
  'PODCAST',
  'TRACK',
  'STREAM',
  'FEED',
  'SHORTS',
] as const

const agreements = ['music_usage', 'branded_content'] as const

/** What TikTok wants to know of every post and other services do not ask. */
const additionalInfo = z
  .object({
    mode: z.enum(['direct', 'draft']).optional().meta({
      description: '`draft`: the creator finishes it in the app; the status is READY then',
    }),
    privacy_level: z
      .enum(['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'FOLLOWER_OF_CREATOR', 'SELF_ONLY'])
      .optional()
      .meta({ description: 'Instead of `visibility`, from what the creator may choose' }),
    disable_comment: z.boolean().optional(),
    disable_duet: z.boolean().optional(),
    disable_stitch: z.boolean().optional(),
    brand_content: z.boolean().optional(),
    brand_organic: z.boolean().optional(),
    aigc: z.boolean().optional(),
    auto_add_music: z.boolean().optional(),
    scheduled_at: z.iso.datetime({ offset: true }).optional(),
    consent: z
      .object({
        agreed: z.array(z.enum(agreements)).max(agreements.length),
        given_at: z.iso.datetime({ offset: true }),
      })
      .optional()
      .meta({ description: 'What the creator agreed to on your own page' }),
    share_to_feed: z.boolean().optional(),
  })
  .meta({ id: 'PublishAdditionalInfo' })

const media = z
  .object({
    media_type: z.enum(['VIDEO', 'IMAGE']),
    source_media_url: z.url().max(2000).optional(),
    source_thumbnail_url: z.url().max(2000).optional(),
    thumbnail_offset: z.int().min(0).optional().meta({ description: 'Milliseconds' }),
    additional_info: z
      .object({
        asset_id: z.string().max(64).optional().meta({
          description: "A file of the hub's own library, instead of an address",
        }),
      })
      .nullish(),
  })
  .meta({ id: 'PublishMedia' })

export const publishRequest = z
  .object({
    account_id: idParam,
    title: z.string().max(4000).nullish(),
    description: z.string().max(4000).nullish(),
    type: z.enum(TYPES),
    visibility: z.enum(['PUBLIC', 'PRIVATE', 'UNLISTED']).default('PUBLIC'),
    retry: z.boolean().default(false).meta({ description: 'Go on trying when the media does not come' }),
    additional_info: additionalInfo.nullish(),
    media: z.array(media).max(35).meta({ description: 'Empty for a text, on platforms that take one' }),
  })
  .meta({ id: 'PublishRequest' })

export type PublishRequest = z.output<typeof publishRequest>

/**
 * @param textAlone whether the platform takes a text without media
 * @throws {Problem} with everything that no post could be made of
 */
export function checkRequest({ media: items, visibility }: PublishRequest, textAlone: boolean): void {
  const wrong = (field: string, rule: string, message: string): never => {
    throw new Problem({
      status: 400,
      code: 'invalid_request',
      title: 'The request does not fit',
      detail: `${field}: ${message}`,
      errors: [{ field, rule, message }],
    })
  }
  if (items.length === 0 && !textAlone) wrong('media', 'required', 'Name a video or pictures.')
  const videos = items.filter(({ media_type }) => media_type === 'VIDEO')
  if (videos.length > 1 || (videos.length === 1 && items.length > 1))
    wrong('media', 'one_video', 'One video, or pictures, not both.')
  for (const [index, item] of items.entries()) {
    const assetId = item.additional_info?.asset_id
    if (item.source_media_url === undefined && assetId === undefined)
      wrong(`media[${index}].source_media_url`, 'required', 'Missing')
    if (item.media_type === 'IMAGE' && assetId !== undefined)
      wrong(
        `media[${index}].additional_info.asset_id`,
        'url_only',
        'Pictures are fetched by the platform from an address.',
      )
  }
  if (visibility === 'UNLISTED') wrong('visibility', 'not_supported', 'The platform has no unlisted posts.')
}

/** The request as the hub posts it. @param assetId the file that the video's address held */
export function toPost(
  request: PublishRequest,
  assetId: string | undefined,
): Pick<PostRequest, 'mode' | 'video' | 'photos' | 'options' | 'time' | 'consent'> {
  const info = request.additional_info ?? {}
  const pictures = request.media.flatMap(({ media_type, source_media_url: url }) =>
    media_type === 'IMAGE' && url !== undefined ? [url] : [],
  )
  const { consent } = info
  return {
    mode: info.mode ?? 'direct',
    video: assetId === undefined ? undefined : { assetId },
    photos: pictures.length === 0 ? undefined : { urls: pictures, coverIndex: 0 },
    options: optionsOf(request, pictures.length > 0),
    time: { scheduledAt: info.scheduled_at, timeZone: undefined, nextSlot: false },
    ...(consent === undefined
      ? {}
      : {
          consent: {
            source: 'api' as const,
            agreed: [...new Set(consent.agreed)],
            givenAt: Date.parse(consent.given_at),
            ip: undefined,
            userAgent: undefined,
          },
        }),
  }
}

/** A video has one text, its caption: the description where there is one, else the title. Pictures have both. */
function optionsOf(request: PublishRequest, isPictures: boolean): PostOptions {
  const info = request.additional_info ?? {}
  const title = request.title ?? undefined
  const description = request.description ?? undefined
  if (info.mode === 'draft') return isPictures ? { title, description } : {}
  const common = {
    privacyLevel:
      info.privacy_level ?? (request.visibility === 'PRIVATE' ? 'SELF_ONLY' : 'PUBLIC_TO_EVERYONE'),
    disableComment: info.disable_comment,
    brandContent: info.brand_content,
    brandOrganic: info.brand_organic,
  }
  if (isPictures) return { ...common, title, description, autoAddMusic: info.auto_add_music }
  return {
    ...common,
    title: description ?? title,
    disableDuet: info.disable_duet,
    disableStitch: info.disable_stitch,
    aigc: info.aigc,
    coverTimestampMs: request.media[0]?.thumbnail_offset,
  }
}
