/** What a platform says of a profile and of a content, in the words of the unified API. One entry for each platform. */
import type { Fields } from '../storage/videos.ts'

/** Everything of a profile that a platform may know; what is absent is null. */
export interface ProfileFields {
  username?: string | null
  fullName?: string | null
  url?: string | null
  introduction?: string | null
  imageUrl?: string | null
  website?: string | null
  isVerified?: boolean | null
  followers?: number | null
  following?: number | null
  likes?: number | null
  contents?: number | null
}

export interface ContentFields {
  title: string | null
  description: string | null
  format: 'VIDEO' | 'IMAGE' | 'AUDIO' | 'TEXT' | 'OTHER'
  type: string
  url: string | null
  mediaUrl: string | null
  /** Seconds. */
  duration: number | null
  thumbnailUrl: string | null
  hashtags: string[] | null
  mentions: string[] | null
  likes: number | null
  comments: number | null
  views: number | null
  shares: number | null
  /** Where the platform counts them by themselves. */
  reposts?: number | null
  /** More than one picture. */
  mediaUrls?: string[] | null
  more?: Record<string, unknown> | null
}

interface PlatformWords {
  profile(data: Fields): ProfileFields
  content(externalId: string, data: Fields): ContentFields
  /** Fields that change without the content having changed, such as addresses that expire. */
  readonly fleeting: ReadonlySet<string>
}

/** Sources: developers.tiktok.com/doc/tiktok-api-v2-user-object and tiktok-api-v2-video-object. */
const tiktok: PlatformWords = {
  profile: (data) => ({
    username: text(data.username),
    fullName: text(data.display_name),
    url: text(data.profile_web_link) ?? text(data.profile_deep_link),
    introduction: text(data.bio_description),
    imageUrl: text(data.avatar_large_url) ?? text(data.avatar_url),
    website: text(data.profile_web_link),
    isVerified: typeof data.is_verified === 'boolean' ? data.is_verified : null,
    followers: count(data.follower_count),
    following: count(data.following_count),
    likes: count(data.likes_count),
    contents: count(data.video_count),
  }),
  content: (externalId, data) => {
    const description = text(data.video_description)
    return {
      title: text(data.title),
      description,
      format: 'VIDEO',
      type: 'VIDEO',
      url: text(data.share_url),
      mediaUrl: text(data.embed_link) ?? `https://www.tiktok.com/player/v1/${externalId}`,
      duration: count(data.duration),
      thumbnailUrl: text(data.cover_image_url),
      ...tagsIn(description),
      likes: count(data.like_count),
      comments: count(data.comment_count),
      views: count(data.view_count),
      shares: count(data.share_count),
    }
  },
  fleeting: new Set([
    'cover_image_url',
    'embed_html',
    'embed_link',
    'share_url',
    'avatar_url',
    'avatar_url_100',
    'avatar_large_url',
  ]),
}

/** Platforms behind the port, whose readings are stored in the port's words. */
const connector: PlatformWords = {
  profile: (data) => ({
    username: text(data.username),
    fullName: text(data.display_name),
    url: text(data.url),
    introduction: text(data.about),
    imageUrl: text(data.avatar_url),
    followers: count(data.follower_count),
    following: count(data.following_count),
    contents: count(data.content_count),
  }),
  content: (_externalId, data) => {
    const description = text(data.text)
    const media = mediaIn(data.media)
    const { format, type } = KINDS[String(data.kind)] ?? { format: 'OTHER', type: 'OTHER' }
    const quotes = count(data.quote_count)
    return {
      title: null,
      description,
      format,
      type,
      url: text(data.url),
      mediaUrl: media[0]?.url ?? null,
      mediaUrls: media.length > 1 ? media.map(({ url }) => url) : null,
      duration: null,
      thumbnailUrl: media[0]?.previewUrl ?? null,
      ...tagsIn(description),
      likes: count(data.like_count),
      comments: count(data.comment_count),
      views: count(data.view_count),
      shares: count(data.share_count),
      reposts: count(data.share_count),
      more: quotes === null ? null : { quote_count: quotes },
    }
  },
  fleeting: new Set(['media']),
}

/** Its pictures have addresses that expire. */
const tiktokBusiness: PlatformWords = { ...connector, fleeting: new Set(['media', 'avatar_url']) }

const KINDS: Readonly<Record<string, Pick<ContentFields, 'format' | 'type'>>> = {
  video: { format: 'VIDEO', type: 'VIDEO' },
  images: { format: 'IMAGE', type: 'IMAGE' },
  text: { format: 'TEXT', type: 'POST' },
}

/** How a platform's stored fields are read. */
export function wordsOf(platform: string): PlatformWords {
  if (platform === 'tiktok_business') return tiktokBusiness
  return platform === 'tiktok' ? tiktok : connector
}

/** Whether two readings differ in anything but what changes by itself. */
export function differs(platform: string, before: Fields, after: Fields): boolean {
  const { fleeting } = wordsOf(platform)
  const lasting = (data: Fields): string =>
    JSON.stringify(
      Object.entries(data)
        .filter(([name]) => !fleeting.has(name))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  return lasting(before) !== lasting(after)
}

function tagsIn(text: string | null): Pick<ContentFields, 'hashtags' | 'mentions'> {
  const found = (pattern: RegExp): string[] | null => {
    const words = [...(text ?? '').matchAll(pattern)].map(([, word = '']) => word)
    return words.length === 0 ? null : [...new Set(words)]
  }
  return {
    hashtags: found(/#([\p{L}\p{M}\p{N}_]+)/gu),
    // A dot ends a sentence more often than a name.
    mentions: found(/(?<![\w.])@([\w.-]*\w)/gu),
  }
}

function mediaIn(value: unknown): { url: string; previewUrl: string | null }[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one) => {
    const { url, preview_url } = Object(one)
    return typeof url === 'string' ? [{ url, previewUrl: text(preview_url) }] : []
  })
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function count(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
