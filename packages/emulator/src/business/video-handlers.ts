import {
  type BusinessVideoField,
  businessVideoFieldScopes,
  businessVideoRules,
  listBusinessVideos,
} from '@tockwork/contracts/business'
import { counters, publicVideos } from '../display/handlers.ts'
import type { Handlers } from '../endpoint/handlers.ts'
import type { Platform } from '../platform.ts'
import { mix, unit } from '../research/mix.ts'
import type { CreatorRow, VideoRow } from '../state/model.ts'
import { audienceOf, DAY_MS, numberOf, rounded } from './figures.ts'

export const videoEndpoints = { listBusinessVideos }

export const videoHandlers: Handlers<typeof videoEndpoints> = {
  listBusinessVideos({ platform, creator, grant, query, fail }) {
    const fields = query.fields ?? ['item_id']
    for (const field of fields) {
      const scope = businessVideoFieldScopes[field]
      // The id comes with either scope (assumed).
      if (field !== 'item_id' && !grant.scopes.includes(scope))
        throw fail('40001', `fields: ${field} needs the scope ${scope}`)
    }
    const { video_ids: ids, ad_post_only: adsOnly } = query.filters ?? {}
    const before = query.cursor ?? platform.clock.now()
    const limit = query.max_count ?? businessVideoRules.page.defaultCount
    // No post here is an ad. Only public posts are listed (assumed).
    const all = adsOnly === true ? [] : publicVideos(platform, creator)
    const found = all.filter((video) => video.createdAt < before && (ids?.includes(video.id) ?? true))
    const page = found.slice(0, shorter(found[0], limit))
    const last = page.at(-1)
    return {
      videos: page.map((video) => pick(fields, reader(platform, creator, video))),
      cursor: String(last?.createdAt ?? before),
      has_more: found.length > page.length,
    }
  },
}

/** A page may hold fewer than were asked for although there are more: about every third is one short. */
function shorter(first: VideoRow | undefined, limit: number): number {
  return limit > 1 && first !== undefined && numberOf(first.id) % 3 === 0 ? limit - 1 : limit
}

function pick(
  fields: readonly BusinessVideoField[],
  read: Record<BusinessVideoField, () => unknown>,
): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, read[field]()]))
}

const SOURCES = {
  'For You': 0.74,
  Follow: 0.09,
  'Personal Profile': 0.07,
  Search: 0.05,
  Sound: 0.02,
  'Direct Message': 0.01,
  Others: 0.02,
} as const

function reader(
  platform: Platform,
  creator: CreatorRow,
  video: VideoRow,
): Record<BusinessVideoField, () => unknown> {
  const { clock } = platform
  const { views, likes, comments, shares } = counters(
    video,
    Math.min(clock.now(), video.createdAt + businessVideoRules.figuresEndAfterDays * DAY_MS),
  )
  const seed = numberOf(video.id)
  const length = Math.max(1, Math.round(video.durationSec))
  const average = Math.round(length * (0.25 + 0.4 * unit(seed, 1)) * 100) / 100
  const returning = rounded(0.2 + 0.2 * unit(seed, 2))
  const following = rounded(0.1 + 0.3 * unit(seed, 3))
  const part = (share: number): number => Math.floor(views * share * (0.7 + 0.6 * unit(seed, share * 1e6)))
  const page = `https://www.tiktok.com/@${creator.id}/${video.kind === 'photo' ? 'photo' : 'video'}/${video.id}`
  return {
    item_id: () => video.id,
    media_type: () => (video.kind === 'photo' ? 'PHOTO' : 'VIDEO'),
    is_ad: () => false,
    thumbnail_url: () =>
      `${platform.origin()}/_emulator/media/cover/${video.id}.png?x-expires=${clock.seconds() + 48 * 3600}`,
    share_url: () => page,
    embed_url: () => `https://www.tiktok.com/embed/v2/${video.id}`,
    caption: () => video.description,
    create_time: () => Math.floor(video.createdAt / 1000),
    video_duration: () => video.durationSec,
    likes: () => likes,
    comments: () => comments,
    shares: () => shares,
    favorites: () => Math.floor(likes * 0.12),
    reach: () => Math.floor(views * 0.85),
    video_views: () => views,
    total_time_watched: () => Math.round(views * average),
    average_time_watched: () => average,
    full_video_watched_rate: () => rounded(0.08 + 0.3 * unit(seed, 4)),
    new_followers: () => part(0.002),
    profile_views: () => part(0.02),
    website_clicks: () => part(0.001),
    phone_number_clicks: () => part(0.000_1),
    email_clicks: () => part(0.000_1),
    address_clicks: () => part(0.000_1),
    app_download_clicks: () => part(0.000_1),
    lead_submissions: () => part(0.000_05),
    video_view_retention: () =>
      seconds(length, (second) => rounded(Math.exp((-1.6 * second) / length) * 0.97 + 0.03)),
    engagement_likes: () => {
      const weights = Array.from({ length }, (_, second) => 1 + (mix(seed, second) % 5))
      const sum = weights.reduce((total, weight) => total + weight, 0)
      return seconds(length, (second) => rounded((weights[second] ?? 0) / sum))
    },
    impression_sources: () =>
      Object.entries(SOURCES).map(([impression_source, percentage]) => ({ impression_source, percentage })),
    audience_genders: () => audienceOf(seed).genders,
    audience_countries: () => audienceOf(seed).countries,
    audience_cities: () => audienceOf(seed).cities,
    audience_types: () => [
      { type: 'NEW_VIEWER', percentage: rounded(1 - returning) },
      { type: 'RETURN_VIEWER', percentage: returning },
      { type: 'FOLLOWER_PERCENT', percentage: following },
      { type: 'NON_FOLLOWER_PERCENT', percentage: rounded(1 - following) },
    ],
  }
}

function seconds(
  length: number,
  value: (second: number) => number,
): { second: number; percentage: number }[] {
  return Array.from({ length }, (_, second) => ({ second, percentage: value(second) }))
}
