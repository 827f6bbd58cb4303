import { failReasons } from '@tockwork/contracts'
import { action } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import { when } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import type { PublishRow, VideoRow } from '../state/model.ts'
import { isDraft } from './drafts.ts'
import { cover, videoTiles } from './pictures.ts'
import { facts } from './requests-page.ts'

const SHOWN = 50
const PAGE = 24

/** Posts through apps: drafts that wait for their creator first, then all, newest first. */
export function postsPage(platform: Platform): Html {
  const posts = [...platform.world.publishes.values()].toReversed()
  const drafts = posts.filter(isDraft)
  const rest = posts.filter((post) => !isDraft(post)).slice(0, SHOWN)
  if (posts.length === 0)
    return html`<div class="card"><p class="empty">No app has posted yet. Posts appear here with every state they pass.</p></div>`
  return html`${
    drafts.length > 0 &&
    html`<h2>Drafts in inboxes</h2><div class="grid posts">${drafts.map((post) => postCard(platform, post))}</div>`
  }<h2>Posts</h2>${
    rest.length === 0
      ? html`<p class="quiet">None besides the drafts.</p>`
      : html`<div class="grid posts">${rest.map((post) => postCard(platform, post))}</div>`
  }`
}

function postCard(platform: Platform, post: PublishRow): Html {
  const video = videoOf(platform, post)
  const caption = typeof post.postInfo.title === 'string' ? post.postInfo.title : ''
  return html`<article class="card post">${video !== undefined && cover(video, 72)}<div>
<h3>${caption || html`<span class="quiet">no caption</span>`}</h3>
<p>${stateTag(post)}</p>
${facts([
  ['Creator', `@${post.creator}`],
  ['App', platform.world.apps.get(post.clientKey)?.name ?? post.clientKey],
  ['Kind', `${post.mode === 'direct' ? 'direct post' : 'draft'}, ${post.media}, ${post.source}`],
  ['Bytes', post.uploadedBytes + post.downloadedBytes || undefined],
  ['Changed', when(post.changedAt)],
  ['Why', post.failReason !== undefined && why(post.failReason)],
  ['Post id', post.postIds.join(', ')],
  ['Publish id', html`<code>${post.id}</code>`],
])}
${
  isDraft(post) &&
  html`<div class="actions">${action('/_emulator/actions/post-draft', html`Post it as @${post.creator}`, { publish: post.id }, 'primary')}
${action('/_emulator/actions/discard-draft', html`Discard<span class="sr"> ${post.id}</span>`, { publish: post.id }, 'danger')}</div>`
}</div></article>`
}

function why(reason: string): Html {
  const entry = Object.hasOwn(failReasons, reason)
    ? failReasons[reason as keyof typeof failReasons]
    : undefined
  return html`<code>${reason}</code> ${entry?.meaning}`
}

function stateTag(post: PublishRow): Html {
  if (post.discardedAt !== undefined) return html`<span class="tag">discarded by the creator</span>`
  const kind = post.state === 'FAILED' ? 'bad' : post.state === 'PUBLISH_COMPLETE' ? 'good' : 'warn'
  return html`<span class="tag ${kind}">${post.state}</span>`
}

function videoOf(platform: Platform, post: PublishRow): VideoRow | undefined {
  return platform.world.videos.where('creator', post.creator).find((video) => video.publishId === post.id)
}

/** All videos, or those of one creator, newest first. */
export function videosPage(platform: Platform, query: URLSearchParams): Html {
  const user = query.get('user') ?? ''
  const { world } = platform
  const all = (user === '' ? [...world.videos.values()] : world.videos.where('creator', user)).toSorted(
    (a, b) => b.createdAt - a.createdAt,
  )
  const page = Math.max(1, Math.floor(Number(query.get('page') ?? 1)) || 1)
  const shown = all.slice((page - 1) * PAGE, page * PAGE)
  const link = (to: number, label: string): Html =>
    html`<a class="button" href="/_emulator/feed?${new URLSearchParams({ ...(user === '' ? {} : { user }), page: String(to) }).toString()}">${label}</a>`
  return html`<p class="actions"><a href="/_emulator/feed"${user === '' && html` aria-current="page"`}>all</a>${[
    ...world.creators.values(),
  ].map(
    ({ id }) =>
      html` <a href="/_emulator/feed?user=${encodeURIComponent(id)}"${user === id && html` aria-current="page"`}>@${id}</a>`,
  )}</p>
<section class="card" aria-labelledby="wall"><h2 id="wall">${all.length === 1 ? '1 video' : `${all.length} videos`}${user !== '' && ` of @${user}`}</h2>
${videoTiles(platform, shown)}
<p class="actions">${page > 1 && link(page - 1, 'Newer')} ${all.length > page * PAGE && link(page + 1, 'Older')}</p></section>`
}
