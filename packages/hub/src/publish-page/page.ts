/**
 * The publish page as HTML. What TikTok's audit looks for carries its place in the checklist of `contracts/audit` as
 * `data-step`; texts that TikTok prescribes come from there too.
 */

import type { CreatorInfo } from '../publishing/posting-port.ts'
import { requiredLinks, requiredTexts } from '../tiktok/publish-texts.ts'
import type { CannotPost } from './creator-words.ts'
import { cannotPost } from './creator-words.ts'
import { escapeHtml, type Html, html, join, raw } from './html.ts'
import type { PageAccount, PageView } from './publish-sessions.ts'

export interface PageOptions {
  theme: 'light' | 'dark' | 'auto'
  embedded: boolean
  /** Address of an asset of the page, with its version. */
  asset: (name: 'publish.css' | 'publish.js') => string
  caption: { videoTitleMax: number; photoTitleMax: number; photoDescriptionMax: number }
  /** When the proposed time is, in milliseconds. */
  scheduledAt: number | undefined
  token: string
  /** Who asks the creator to post. */
  from: string
  /** Nothing can be submitted any more, or everything was. */
  closed: boolean
}

/** In the words of TikTok's own settings. */
const PRIVACY_LABELS: Readonly<Record<string, string>> = {
  PUBLIC_TO_EVERYONE: 'Everyone',
  MUTUAL_FOLLOW_FRIENDS: 'Friends',
  FOLLOWER_OF_CREATOR: 'Followers',
  SELF_ONLY: 'Only you',
}
const UNAUDITED = 'TikTok has not audited this app yet: until then only you can view its posts.'

/** https://developers.tiktok.com/doc/content-sharing-guidelines: the account itself has to be private, not only the post. */
const stillPublic = (name: string): string =>
  `TikTok has not audited this app yet, and refuses posts to public accounts until then. Set ${name} to private in TikTok, then load this page again.`

export function publishPage(view: PageView, options: PageOptions): string {
  const { session, accounts } = view
  const stops = accounts.map(cannotPost)
  const open = accounts.filter((one, at) => stops[at] === undefined && one.postId === undefined)
  const only = accounts.length === 1 ? stops[0] : undefined
  const content =
    options.closed || (open.length === 0 && accounts.some(({ postId }) => postId !== undefined))
      ? raw('')
      : only !== undefined
        ? stopped(accounts[0], only)
        : formOf(view, stops, options)
  return document({
    title: `Post to TikTok · ${options.from}`,
    options,
    state: stateOf(view, options),
    body: html`<header class="top">
<p class="by"><span class="tile" aria-hidden="true">${firstLetter(options.from)}</span>${options.from}</p>
<h1>${session.mode === 'draft' ? 'Send to your TikTok inbox' : 'Post to TikTok'}</h1>
</header>
${content}
${resultOf(accounts)}`,
  })
}

/** A page without a form: an unknown or expired link. */
export function noticePage(
  notice: { title: string; text: string },
  options: Pick<PageOptions, 'theme' | 'embedded' | 'asset'>,
): string {
  return document({
    title: notice.title,
    options,
    state: undefined,
    body: html`<section class="card stop"><h1>${notice.title}</h1><p>${notice.text}</p></section>`,
  })
}

/** What the script has to know. */
function stateOf(view: PageView, options: PageOptions): object {
  const { session, asset } = view
  return {
    base: `/publish/${options.token}`,
    mode: session.mode,
    kind: session.kind,
    demo: session.isDemo,
    origins: session.origins,
    expiresAt: session.expiresAt,
    scheduledAt: options.scheduledAt ?? null,
    media:
      asset === undefined
        ? session.videoUrl !== undefined || session.photoUrls.length > 0
          ? { ready: true, durationSec: null, problems: [] }
          : null
        : {
            ready: true,
            durationSec: asset.info.durationSec ?? null,
            problems: view.mediaErrors.map(({ message }) => message),
          },
    accounts: view.accounts.map(({ account, asked, postId }) => ({
      id: account.id,
      name: nameOf(account, asked?.creator),
      postId: postId ?? null,
      maxDurationSec: asked?.creator?.maxVideoPostDurationSec ?? null,
    })),
    texts: {
      chooseDisclosure: requiredTexts.chooseDisclosure,
      brandedNotPrivate: requiredTexts.brandedNotPrivate,
      promotional: requiredTexts.promotional,
      paidPartnership: requiredTexts.paidPartnership,
      unaudited: UNAUDITED,
    },
  }
}

function formOf(view: PageView, stops: readonly (CannotPost | undefined)[], options: PageOptions): Html {
  const { session, accounts } = view
  const direct = session.mode === 'direct'
  const ready = accounts.filter((one, at) => stops[at] === undefined && one.postId === undefined)
  return html`<form id="form" class="form" novalidate>
${previewOf(view)}
<div class="fields">
<section class="card who" aria-label="Account" data-step="fresh-creator-info nickname">
${join(accounts.map((one, at) => whoOf(one, stops[at])))}
</section>
${textsOf(view, options)}
${direct ? join(ready.map((one) => choicesOf(view, one, ready.length > 1))) : ''}
${direct ? disclosureOf() : ''}
${timeOf(direct)}
<section class="card end">
<p class="problems" id="problems" role="alert" hidden></p>
${direct ? consentOf() : raw('<p class="soft">TikTok tells you in its inbox. There you edit the draft, choose who can view it, and post it.</p>')}
<p class="soft" data-step="processing-notice">After posting, it may take a few minutes until it is processed and can be seen on the profile.</p>
<button id="submit" type="submit" class="main" data-step="nothing-before-consent disclosure-empty" aria-disabled="true">${direct ? 'Post' : 'Send to inbox'}</button>
<p id="why" class="soft why" aria-live="polite"></p>
</section>
</div>
</form>`
}

function previewOf({ session, asset }: PageView): Html {
  const media =
    session.kind === 'photo'
      ? html`<ul class="photos" role="list" tabindex="0" aria-label="Photos">${join(
          session.photoUrls.map(
            (url, at) =>
              html`<li><img src="${url}" alt="Photo ${at + 1} of ${session.photoUrls.length}">${at === session.coverIndex ? html`<span class="chip">Cover</span>` : ''}</li>`,
          ),
        )}</ul>`
      : html`<video id="video" controls playsinline preload="metadata" aria-label="Preview of the video"${
          asset !== undefined
            ? ''
            : session.videoUrl === undefined
              ? raw(' hidden')
              : html` data-url="${session.videoUrl}"`
        }></video>
<p id="unplayable" class="soft" hidden>This browser cannot play the file. TikTok can.</p>`
  return html`<section class="preview" aria-label="Preview" data-step="preview no-added-marks">
<div class="frame" id="frame">${media}
${
  session.mayUpload
    ? html`<label class="drop" id="drop"><input type="file" id="file" accept="video/mp4,video/quicktime,video/webm"><span id="drop-text">${asset === undefined ? 'Choose a video, or drop it here' : 'Choose another video'}</span></label>
<div class="progress" id="progress" hidden><div class="bar" role="progressbar" aria-label="Upload" aria-valuemin="0" aria-valuemax="100" id="bar"><span id="bar-fill"></span></div><button type="button" class="quiet" id="stop-upload">Stop</button></div>`
    : ''
}</div>
<p class="under" id="under"><strong id="under-who"></strong> <span id="under-text"></span></p>
<p class="note" id="media-note" data-step="duration" role="status"></p>
</section>`
}

function whoOf({ account, asked, postId }: PageAccount, stop: CannotPost | undefined): Html {
  const { creator } = asked ?? {}
  const name = nameOf(account, creator)
  const handle = creator?.username ?? account.username
  const avatar = creator?.avatarUrl || account.avatarUrl
  return html`<div class="person"${stop === undefined ? '' : raw(' data-stopped')}>
<span class="face" aria-hidden="true">${firstLetter(name)}${avatar ? html`<img src="${avatar}" alt="" width="44" height="44">` : ''}</span>
<span class="names"><strong class="nickname">${name}</strong>${handle ? html`<span class="soft">@${handle}</span>` : ''}</span>
${postId === undefined ? '' : html`<span class="chip">Posted</span>`}
${stop === undefined ? '' : html`<p class="problem" data-step="stop-when-capped"><strong>${stop.title}.</strong> ${stop.text}</p>`}
</div>`
}

function textsOf({ session }: PageView, { caption }: PageOptions): Html {
  if (session.mode === 'draft' && session.kind === 'video')
    return session.title === undefined
      ? html``
      : html`<section class="card" data-step="title-editable"><div class="row"><label class="label" for="title">Caption, to paste in TikTok</label><button type="button" class="quiet" id="copy">Copy</button></div>
<textarea id="title" rows="3">${session.title}</textarea>
<p class="soft">TikTok takes no caption with a draft: you write it there.</p></section>`
  const field = (id: string, label: string, most: number, text: string | undefined, rows: number): Html =>
    html`<div class="field"><div class="row"><label class="label" for="${id}">${label}</label><span class="count" id="${id}-count" data-most="${most}"></span></div>
<textarea id="${id}" rows="${rows}" aria-describedby="${id}-count">${text ?? ''}</textarea></div>`
  return html`<section class="card" data-step="title-editable">${
    session.kind === 'photo'
      ? html`${field('title', 'Title', caption.photoTitleMax, session.title, 1)}${field('description', 'Description', caption.photoDescriptionMax, session.description, 4)}`
      : field('title', 'Caption', caption.videoTitleMax, session.title, 4)
  }</section>`
}

function choicesOf({ session }: PageView, one: PageAccount, several: boolean): Html {
  const { account, asked, unaudited } = one
  const { creator } = asked ?? {}
  if (creator === undefined) return html``
  const id = account.id
  const options = creator.privacyLevelOptions.map((value, at) => {
    const barred = unaudited && value !== 'SELF_ONLY'
    return html`<li role="option" id="${id}-option-${at}" data-value="${value}" aria-selected="false"${
      barred ? html` aria-disabled="true" data-unaudited data-hint="${UNAUDITED}"` : ''
    }><span>${PRIVACY_LABELS[value] ?? value}</span></li>`
  })
  const name = creator.name
  const box = (field: 'comment' | 'duet' | 'stitch', label: string, off: boolean): Html => {
    const why = `${name} has this switched off in TikTok.`
    return html`<label class="box"${off ? html` data-off data-step="interactions-greyed" data-hint="${why}"` : ''}><input type="checkbox" data-allow="${field}"${
      off ? html` disabled aria-describedby="${id}-${field}-why"` : ''
    }><span>${label}${off ? html`<small id="${id}-${field}-why">${why}</small>` : ''}</span></label>`
  }
  return html`<section class="card choices" data-account="${id}" aria-label="${`Settings for ${name}`}">
${several ? html`<p class="for">${name}</p>` : ''}
${unaudited && creator.privacyLevelOptions.includes('PUBLIC_TO_EVERYONE') ? html`<p class="problem">${stillPublic(name)}</p>` : ''}
<div class="field select" data-step="privacy-options privacy-no-default">
<span class="label" id="${id}-label">Who can view this post</span>
<button type="button" class="choose" role="combobox" aria-haspopup="listbox" aria-expanded="false" aria-controls="${id}-list" aria-labelledby="${id}-label ${id}-value" aria-required="true"><span id="${id}-value" class="value" data-empty>Choose</span></button>
<ul role="listbox" id="${id}-list" aria-labelledby="${id}-label" hidden>${join(options)}</ul>
</div>
<fieldset data-step="interactions-off${session.kind === 'photo' ? ' photo-interactions' : ''}"><legend class="label">Allow people to</legend>
<div class="boxes">${box('comment', 'Comment', creator.commentDisabled)}
${session.kind === 'photo' ? '' : html`${box('duet', 'Duet', creator.duetDisabled)}${box('stitch', 'Stitch', creator.stitchDisabled)}`}</div>
</fieldset>
</section>`
}

function disclosureOf(): Html {
  return html`<section class="card">
<label class="switch" data-step="disclosure-off"><span><strong>Disclose commercial content</strong><small id="disclose-about">Switch it on when this post promotes yourself, a third party, or both.</small></span><input type="checkbox" role="switch" id="disclose" aria-describedby="disclose-about"></label>
<fieldset id="disclosure" class="inner" data-step="disclosure-choices disclosure-fields" hidden><legend class="unseen">What it promotes</legend>
<label class="box" data-step="your-brand"><input type="checkbox" id="your-brand"><span>${requiredTexts.yourBrand}<small>You promote yourself or your own business.</small></span></label>
<label class="box" data-step="branded-not-private" id="branded-box"><input type="checkbox" id="branded-content"><span>${requiredTexts.brandedContent}<small>You promote another brand or a third party.</small><small id="branded-why" hidden>${requiredTexts.brandedNotPrivate}</small></span></label>
<p class="prompt" id="prompt" role="status" data-step="your-brand-prompt branded-prompt"></p>
</fieldset>
<label class="switch"><span><strong>AI-generated content</strong><small id="aigc-about">TikTok labels the post as AI-generated.</small></span><input type="checkbox" role="switch" id="aigc" aria-describedby="aigc-about"></label>
</section>`
}

function timeOf(direct: boolean): Html {
  return html`<section class="card"><fieldset class="when"><legend class="label">When</legend>
<div class="segments"><label><input type="radio" name="when" value="now" checked><span>Now</span></label><label><input type="radio" name="when" value="later"><span>At a time</span></label></div>
<div id="later" hidden><label class="unseen" for="at">Date and time</label><input type="datetime-local" id="at"><span class="soft" id="zone"></span></div>
</fieldset>${direct ? '' : html`<p class="soft">The draft is in the inbox from then on.</p>`}</section>`
}

function consentOf(): Html {
  const music = html`<a href="${requiredLinks['Music Usage Confirmation']}" target="_blank" rel="noopener noreferrer">Music Usage Confirmation</a>`
  const branded = html`<a href="${requiredLinks['Branded Content Policy']}" target="_blank" rel="noopener noreferrer">Branded Content Policy</a>`
  return html`<p class="consent" id="consent-music" data-step="consent-music">${linked(requiredTexts.consent, { 'Music Usage Confirmation': music })}</p>
<p class="consent" id="consent-branded" data-step="consent-branded" hidden>${linked(requiredTexts.consentBranded, { 'Branded Content Policy': branded, 'Music Usage Confirmation': music })}</p>`
}

/** A prescribed text, to the letter, with some of its words as links. */
function linked(text: string, links: Readonly<Record<string, Html>>): Html {
  let parts: (string | Html)[] = [text]
  for (const [words, link] of Object.entries(links))
    parts = parts.flatMap((part) => {
      if (typeof part !== 'string') return [part]
      const at = part.indexOf(words)
      return at < 0 ? [part] : [part.slice(0, at), link, part.slice(at + words.length)]
    })
  return join(parts.map((part) => (typeof part === 'string' ? raw(escapeHtml(part)) : part)))
}

function stopped(one: PageAccount | undefined, stop: CannotPost): Html {
  if (one === undefined) return html``
  return html`<section class="card stop" data-step="stop-when-capped" data-code="${stop.code}">
${whoOf(one, undefined)}
<h2>${stop.title}</h2><p>${stop.text}</p>
${stop.again ? html`<button type="button" class="main" id="again">Try again</button>` : ''}
</section>`
}

function resultOf(accounts: readonly PageAccount[]): Html {
  return html`<section class="card result" id="result" data-step="show-result" aria-label="What became of it" aria-live="polite" hidden>
${join(
  accounts.map(
    ({ account, asked }) => html`<article class="status" data-status="${account.id}" hidden>
<span class="sign" aria-hidden="true"></span>
<div><h2 class="status-title"></h2><p class="soft status-who">${nameOf(account, asked?.creator)}</p><p class="status-text"></p><p><a class="status-link" hidden target="_blank" rel="noopener noreferrer">See it on TikTok</a></p></div></article>`,
  ),
)}
<button type="button" class="quiet" id="close">Close</button>
</section>`
}

function document(page: {
  title: string
  options: Pick<PageOptions, 'theme' | 'embedded' | 'asset'>
  state: object | undefined
  body: Html
}): string {
  const { theme, embedded, asset } = page.options
  // As data, not as a script; `<` could end it early.
  const state = page.state === undefined ? undefined : JSON.stringify(page.state).replaceAll('<', '\\u003c')
  return html`<!doctype html>
<html lang="en" data-theme="${theme}"${embedded ? raw(' data-embedded') : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}">
<title>${page.title}</title>
<link rel="stylesheet" href="${asset('publish.css')}">
${
  state === undefined
    ? ''
    : html`<script type="application/json" id="state">${raw(state)}</script>
<script type="module" src="${asset('publish.js')}"></script>`
}
</head>
<body><main>${page.body}</main></body>
</html>
`.markup
}

function nameOf(account: PageAccount['account'], creator: CreatorInfo | undefined): string {
  return creator?.name || account.displayName || account.username || 'TikTok account'
}

function firstLetter(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0]?.toUpperCase() ?? '·'
}
