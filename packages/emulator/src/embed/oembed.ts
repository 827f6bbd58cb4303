import { embedMarkup, oembed } from '@tockwork/contracts/embed'
import type { Handlers } from '../endpoint/handlers.ts'
import { escapeHtml } from '../pages/html.ts'
import { type Platform, Refusal } from '../platform.ts'
import type { CreatorRow, VideoRow } from '../state/model.ts'
import { findPublic } from './public-post.ts'
import { readShareUrl } from './share-url.ts'

export const embedEndpoints = { oembed }

const SITE = 'https://www.tiktok.com'
const SCRIPT = `<script async src="${embedMarkup.script}"></script>`

/** https://developers.tiktok.com/doc/embed-videos and …/embed-creator-profiles */
export const embedHandlers: Handlers<typeof embedEndpoints> = {
  oembed({ platform, query }) {
    const named = readShareUrl(query.url)
    // 400 for what is no address of a post or profile, 404 for what is not there or not for everybody (observed, no page says).
    if (named === undefined)
      throw new Refusal(
        'invalid_url',
        'url: must be the address of a video or profile on www.tiktok.com',
        400,
      )
    const found = findPublic(platform, named.username, named.postId)
    if (found === undefined)
      throw new Refusal('not_found', 'url: there is no public video or profile at this address', 404)
    return found.video === undefined
      ? describeProfile(found.creator)
      : describeVideo(platform, found.creator, found.video)
  },
}

function author(creator: CreatorRow) {
  return {
    author_url: `${SITE}/@${creator.id}`,
    author_name: creator.displayName,
    author_unique_id: creator.id,
    width: '100%',
    height: '100%',
    provider_url: SITE,
    provider_name: 'TikTok',
  }
}

function describeVideo(platform: Platform, creator: CreatorRow, video: VideoRow) {
  const page = `${SITE}/@${creator.id}/video/${video.id}`
  const title = escapeHtml(video.title)
  const profile = `<a target="_blank" title="@${creator.id}" href="${SITE}/@${creator.id}?refer=embed">@${creator.id}</a>`
  return {
    version: '1.0',
    type: 'video',
    title: video.title,
    ...author(creator),
    html: `<blockquote class="${embedMarkup.class}" cite="${page}" data-video-id="${video.id}" data-embed-from="oembed" style="max-width:605px; min-width:325px;"> <section> ${profile} <p>${title}</p> </section> </blockquote> ${SCRIPT}`,
    thumbnail_width: 720,
    thumbnail_height: 1280,
    thumbnail_url: `${platform.origin()}/_emulator/media/cover/${video.id}.png`,
    embed_product_id: video.id,
    embed_type: 'video',
  }
}

function describeProfile(creator: CreatorRow) {
  const page = `${SITE}/@${creator.id}`
  return {
    version: '1.0',
    type: 'rich',
    title: `${creator.displayName}'s Creator Profile`,
    ...author(creator),
    html: `<blockquote class="${embedMarkup.class}" cite="${page}" data-unique-id="${creator.id}" data-embed-from="oembed" data-embed-type="creator" style="max-width:780px; min-width:288px;"> <section> <a target="_blank" href="${page}?refer=creator_embed">@${creator.id}</a> </section> </blockquote> ${SCRIPT}`,
    embed_product_id: creator.id,
    embed_type: 'profile',
  }
}
