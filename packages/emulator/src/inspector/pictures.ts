import { counters } from '../display/handlers.ts'
import { type Html, html } from '../pages/html.ts'
import type { Platform } from '../platform.ts'
import type { CreatorRow, VideoRow } from '../state/model.ts'

export function avatar(creator: CreatorRow, size: number): Html {
  return html`<img class="avatar" src="/_emulator/media/avatar/${encodeURIComponent(creator.id)}_168.png" alt="" width="${size}" height="${size}">`
}

export function cover(video: VideoRow, width: number): Html {
  return html`<img class="cover" src="/_emulator/media/cover/${video.id}.png" alt="" width="${width}" height="${Math.round((width * 16) / 9)}" loading="lazy">`
}

/** Videos as a wall of covers, with counters as they stand now. */
export function videoTiles(platform: Platform, videos: readonly VideoRow[]): Html {
  if (videos.length === 0) return html`<p class="empty">No videos yet.</p>`
  return html`<ul class="tiles">${videos.map((video) => {
    const { views, likes, comments, shares } = counters(video, platform.clock.now())
    return html`<li>${cover(video, 136)}<p>${video.title || html`<span class="quiet">no caption</span>`}</p>
<p class="counters">${counted(views, 'view')}${counted(likes, 'like')}${counted(comments, 'comment')}${counted(shares, 'share')}</p>
<p class="counters"><span>@${video.creator}</span><span>${audience(video)}</span></p></li>`
  })}</ul>`
}

function counted(value: number, name: string): Html {
  return html`<span>${short(value)} ${name}${value !== 1 && 's'}</span>`
}

function audience(video: VideoRow): string {
  if (video.privacy === 'PUBLIC_TO_EVERYONE') return video.public ? 'public' : 'not public (yet)'
  return { FOLLOWER_OF_CREATOR: 'followers', MUTUAL_FOLLOW_FRIENDS: 'friends', SELF_ONLY: 'only me' }[
    video.privacy
  ]
}

/** `1234` as `1.2K`, the way people read counters. */
function short(value: number): string {
  if (value < 1000) return String(value)
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)}K`
  return `${(value / 1_000_000).toFixed(1)}M`
}
