import { counters, publicVideos } from '../display/handlers.ts'
import { type Answer, htmlAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Router } from '../http/router.ts'
import { html } from '../pages/html.ts'
import { cardPage } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import { findPublic } from './public-post.ts'

/** Where `share_url` and `profile_web_link` lead: a plain page of the post or the profile. */
export function addPostPages(router: Router, platform: Platform): void {
  const post = (exchange: Exchange, { username = '', id = '' }: Record<string, string>): Answer => {
    const found = findPublic(platform, username, id)
    if (found?.video === undefined) return unavailable(exchange, 'Video')
    const { creator, video } = found
    const { views, likes, comments, shares } = counters(video, platform.clock.now())
    const body = html`<p><img src="/_emulator/media/cover/${video.id}.png" alt="" width="180" height="320"></p>
<h1>${video.title || 'Untitled'}</h1>
<p><a href="/@${creator.id}">@${creator.id}</a> · ${creator.displayName}</p>
<p class="quiet">${views} views · ${likes} likes · ${comments} comments · ${shares} shares</p>`
    return htmlAnswer(200, cardPage(video.title || 'Post', body))
  }
  router.add('GET', '/@:username/video/:id', post)
  router.add('GET', '/@:username/photo/:id', post)
  router.add('GET', '/@:username', (exchange, { username = '' }) => {
    const found = findPublic(platform, username)
    if (found === undefined) return unavailable(exchange, 'Account')
    const { creator } = found
    const videos = publicVideos(platform, creator)
    const body = html`<h1>${creator.displayName}</h1><p>@${creator.id}${creator.verified && ' · verified'}</p>
<p>${creator.bio}</p>
<ul>${videos
      .slice(0, 30)
      .map(
        (video) =>
          html`<li><a href="/@${creator.id}/video/${video.id}">${video.title || 'Untitled'}</a></li>`,
      )}</ul>`
    return htmlAnswer(200, cardPage(creator.displayName, body))
  })
}

function unavailable(exchange: Exchange, what: string): Answer {
  exchange.verdict = 'not public'
  return htmlAnswer(404, cardPage(`${what} unavailable`, html`<h1>${what} currently unavailable</h1>`))
}
