import { type UserField, userInfo, videoList, videoQuery } from '@tockwork/contracts/display'
import type { Handlers } from '../endpoint/handlers.ts'
import type { Platform } from '../platform.ts'
import type { AppRow, CreatorRow, GrantRow, VideoRow } from '../state/model.ts'

export const displayEndpoints = { userInfo, videoList, videoQuery }

export const displayHandlers: Handlers<typeof displayEndpoints> = {
  userInfo({ platform, creator, grant, query, fail }) {
    const scopes: Readonly<Record<string, string>> = userInfo.fieldScopes
    const locked = query.fields.find((field) => !grant.scopes.includes(scopes[field] ?? ''))
    if (locked !== undefined)
      throw fail('scope_permission_missed', `${locked} needs the scope ${scopes[locked]}`)
    if (query.fields.length === 0) throw fail('invalid_params', 'fields: is required')
    const read = profileReader(platform, creator, grant)
    return { user: Object.fromEntries(query.fields.map((field) => [field, read[field]()])) }
  },

  videoList({ platform, app, creator, query, input, fail }) {
    if (query.fields.length === 0) throw fail('invalid_params', 'fields: is required')
    const before =
      input.cursor === undefined || input.cursor === '0' ? Number.POSITIVE_INFINITY : Number(input.cursor)
    const limit = input.max_count ?? 10
    const videos = publicVideos(platform, creator).filter((video) => video.createdAt < before)
    const batch = videos.slice(0, limit)
    const last = batch.at(-1)
    return {
      videos: batch.map((video) => pick(videoOf(platform, app, creator, video), query.fields)),
      cursor: String(last?.createdAt ?? (Number.isFinite(before) ? before : platform.clock.now())),
      has_more: videos.length > batch.length,
    }
  },

  videoQuery({ platform, app, creator, query, input, fail }) {
    if (query.fields.length === 0) throw fail('invalid_params', 'fields: is required')
    const mine = new Map(publicVideos(platform, creator).map((video) => [video.id, video]))
    // What happens to unknown and foreign ids is not documented; leaving them out is assumed.
    const found = input.filters.video_ids.flatMap((id) => mine.get(id) ?? [])
    return { videos: found.map((video) => pick(videoOf(platform, app, creator, video), query.fields)) }
  },
}

/** How each field is read; counters are worked out only when asked for. */
function profileReader(
  platform: Platform,
  creator: CreatorRow,
  grant: GrantRow,
): Record<UserField, () => unknown> {
  const { clock } = platform
  const avatar = (size: number) => () =>
    `${platform.origin()}/_emulator/media/avatar/${creator.id}_${size}.png`
  return {
    open_id: () => grant.openId,
    union_id: () => unionId(creator),
    avatar_url: avatar(168),
    avatar_url_100: avatar(100),
    avatar_large_url: avatar(720),
    display_name: () => creator.displayName,
    bio_description: () => creator.bio,
    profile_deep_link: () => `https://vm.tiktok.com/${creator.id}`,
    profile_web_link: () => `https://www.tiktok.com/@${creator.id}`,
    is_verified: () => creator.verified,
    username: () => creator.id,
    follower_count: () => followersAt(creator, clock.now()),
    following_count: () => creator.following,
    likes_count: () =>
      publicVideos(platform, creator).reduce((sum, video) => sum + counters(video, clock.now()).likes, 0),
    video_count: () => publicVideos(platform, creator).length,
  }
}

/** A creator gains about one follower an hour for each thousand they have. */
export function followersAt(creator: CreatorRow, nowMs: number): number {
  const hours = Math.max(0, (nowMs - creator.createdAt) / 3_600_000)
  return creator.followers + Math.floor((creator.followers / 1000) * hours)
}

/** The same in every app of one developer, which all apps here are. */
function unionId(creator: CreatorRow): string {
  const hex = Buffer.from(`union:${creator.id}`).toString('hex').padEnd(32, '0').slice(0, 32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/** Newest first. */
export function publicVideos({ world }: Platform, creator: CreatorRow): VideoRow[] {
  return world.videos
    .where('creator', creator.id)
    .filter((video) => video.public && video.privacy === 'PUBLIC_TO_EVERYONE')
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
}

function videoOf(
  platform: Platform,
  app: AppRow,
  creator: CreatorRow,
  video: VideoRow,
): Record<string, unknown> {
  const { views, likes, comments, shares } = counters(video, platform.clock.now())
  const campaign = `utm_campaign=tt4d_open_api&utm_source=${app.id}`
  const page = `https://www.tiktok.com/@${creator.id}/video/${video.id}`
  return {
    id: video.id,
    create_time: Math.floor(video.createdAt / 1000),
    cover_image_url: `${platform.origin()}/_emulator/media/cover/${video.id}.png?x-expires=${platform.clock.seconds() + 6 * 3600}`,
    share_url: `${page}?${campaign}`,
    video_description: video.description.slice(0, 150),
    duration: Math.round(video.durationSec),
    height: video.height,
    width: video.width,
    title: video.title.slice(0, 150),
    embed_html: `<blockquote class="tiktok-embed" cite="${page}" data-video-id="${video.id}"><section></section></blockquote> <script async src="https://www.tiktok.com/embed.js"></script>`,
    embed_link: `https://www.tiktok.com/static/profile-video?id=${video.id}&hide_author=1&${campaign}`,
    like_count: likes,
    comment_count: comments,
    share_count: shares,
    view_count: views,
  }
}

/** Of those that come by themselves. */
export const COMMENTS_PER_VIEW = 0.006

/** Counters that grow with the clock: half of a video's reach in its first day, then ever slower. Never falling. */
export function counters(
  video: VideoRow,
  nowMs: number,
): { views: number; likes: number; comments: number; shares: number } {
  const days = Math.max(0, (nowMs - video.createdAt) / 86_400_000)
  const views = Math.floor(video.reach * (days / (days + 1)))
  return {
    views,
    likes: Math.floor(views * 0.08),
    comments: Math.floor(views * COMMENTS_PER_VIEW) + (video.commentsMade ?? 0),
    shares: Math.floor(views * 0.004),
  }
}

function pick(values: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, values[field]]))
}
