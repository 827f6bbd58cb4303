import { removalReasons } from '@tockwork/contracts/webhooks'
import { action, field } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import { when } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import { type Refused, rulesFor } from '../portal/section.ts'
import type { CreatorRow, GrantRow } from '../state/model.ts'
import { avatar, videoTiles } from './pictures.ts'

/** Who lives in this world, and who gave what to which app. */
export function worldPage(platform: Platform, refused?: Refused): Html {
  const { world } = platform
  return html`<h2>Creators</h2><div class="grid">${[...world.creators.values()].map(
    (creator) => html`<article class="card"><div class="person">${avatar(creator, 48)}<div>
<h3><a href="/_emulator/world/${encodeURIComponent(creator.id)}">${creator.displayName}</a></h3><p class="quiet">@${creator.id}</p></div></div>
<p class="actions">${traits(creator)}</p>
<p class="quiet">${number(creator.followers)} followers · ${number(world.videos.where('creator', creator.id).length)} videos</p></article>`,
  )}
<article class="card"><h3 id="new-creator">New creator</h3><form method="post" action="/_emulator/actions/creators">
${field({
  id: 'username',
  label: 'Username',
  wrong: rulesFor(refused, 'username'),
  help: 'Letters, digits, _ and . (2 to 24)',
  control: (attributes) =>
    html`<input${attributes} name="username" required autocomplete="off" value="${refused?.entered.get('username')}">`,
})}
<label class="check"><input type="checkbox" name="private" value="yes"><span>Private account</span></label>
<button>Create</button></form></article></div>
<section class="card" aria-labelledby="grants"><h2 id="grants">Grants</h2>${grantTable(platform, [...world.grants.values()])}</section>`
}

/** One creator: switches and caps, grants, videos. */
export function creatorPage(platform: Platform, creator: CreatorRow, refused?: Refused): Html {
  const grants = [...platform.world.grants.values()].filter((grant) => grant.creator === creator.id)
  const videos = platform.world.videos
    .where('creator', creator.id)
    .toSorted((a, b) => b.createdAt - a.createdAt)
  return html`<div class="person">${avatar(creator, 72)}<div><p><b>@${creator.id}</b></p><p>${creator.bio}</p><p>${traits(creator)}</p></div></div>
<div class="two">${creatorForm(creator, refused)}
<section class="card" aria-labelledby="grants"><h2 id="grants">Grants</h2>${grantTable(platform, grants)}</section></div>
<section class="card" aria-labelledby="videos"><div class="head"><h2 id="videos">Videos</h2><a href="/_emulator/feed?user=${encodeURIComponent(creator.id)}">all ${videos.length}</a></div>
${videoTiles(platform, videos.slice(0, 12))}</section>`
}

const SWITCHES = [
  ['private', 'private', 'Private account', 'Posts reach followers at most; no duets, no stitches.'],
  ['verified', 'verified', 'Verified', ''],
  ['banned', 'banned', 'Banned from posting', 'Posts are refused with spam_risk_user_banned_from_posting.'],
  ['comments_off', 'commentsOff', 'Comments off', ''],
  ['duet_off', 'duetOff', 'Duets off', ''],
  ['stitch_off', 'stitchOff', 'Stitches off', ''],
] as const

const VALUES = [
  ['display_name', 'displayName', 'Name', 'text'],
  ['bio', 'bio', 'Bio', 'text'],
  ['followers', 'followers', 'Followers at the start', 'number'],
  ['following', 'following', 'Following', 'number'],
  ['daily_post_cap', 'dailyPostCap', 'Posts in 24 hours through apps', 'number'],
  ['max_duration_sec', 'maxDurationSec', 'Longest video in seconds', 'number'],
  ['app_version', 'appVersion', 'Version of the app on the phone', 'text'],
] as const

function creatorForm(creator: CreatorRow, refused?: Refused): Html {
  return html`<section class="card" aria-labelledby="account"><h2 id="account">Account</h2>
<form method="post" action="/_emulator/actions/creators/${encodeURIComponent(creator.id)}">
${SWITCHES.map(
  ([
    name,
    key,
    label,
    help,
  ]) => html`<label class="check"><input type="checkbox" name="${name}" value="yes"${creator[key] && html` checked`}>
<span>${label}${help !== '' && html`<small>${help}</small>`}</span></label>`,
)}<div class="row">${VALUES.map(([name, key, label, type]) =>
    field({
      id: name,
      label,
      wrong: rulesFor(refused, name),
      control: (attributes) =>
        html`<input${attributes} name="${name}" type="${type}" value="${refused?.entered.get(name) ?? String(creator[key])}">`,
    }),
  )}</div><button class="primary">Save</button></form></section>`
}

/** What a form of `creatorForm` means for `updateCreator`. */
export function readCreatorForm(form: URLSearchParams): Record<string, unknown> {
  return {
    ...Object.fromEntries(SWITCHES.map(([name]) => [name, form.has(name)])),
    ...Object.fromEntries(
      VALUES.flatMap(([name, , , type]) => {
        const value = form.get(name)
        return value === null ? [] : [[name, type === 'number' ? Number(value) : value]]
      }),
    ),
  }
}

function traits(creator: CreatorRow): Html {
  return html`<span class="tag">${creator.private ? 'private' : 'public'}</span>${creator.verified && html` <span class="tag good">verified</span>`}${
    creator.banned && html` <span class="tag bad">banned</span>`
  }${creator.commentsOff && html` <span class="tag">comments off</span>`}`
}

function grantTable(platform: Platform, grants: readonly GrantRow[]): Html {
  if (grants.length === 0) return html`<p class="empty">No app has been authorized yet.</p>`
  return html`<table class="rows"><thead><tr><th scope="col">Who</th><th scope="col">Scopes</th><th scope="col">State</th><th scope="col"><span class="sr">Action</span></th></tr></thead><tbody>${grants.map(
    (
      grant,
    ) => html`<tr><td>@${grant.creator}<br><small>${platform.world.apps.get(grant.clientKey)?.name ?? grant.clientKey}</small></td>
<td>${grant.scopes.map((scope) => html`<code>${scope}</code> `)}</td>
<td class="side">${
      grant.endedAt === undefined
        ? html`<span class="tag good">active</span> <small>since ${when(grant.createdAt)}</small>`
        : html`<span class="tag">ended</span> <small>${when(grant.endedAt)}: ${removalReasons[(grant.endReason ?? 0) as keyof typeof removalReasons]}</small>`
    }</td><td class="side">${
      grant.endedAt === undefined &&
      action(
        '/_emulator/actions/disconnect',
        html`Disconnect<span class="sr"> ${grant.clientKey} as ${grant.creator}</span>`,
        { grant: grant.id },
        'danger',
      )
    }</td></tr>`,
  )}</tbody></table>`
}

function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
