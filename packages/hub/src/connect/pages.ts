/**
 * The pages that creators see: plain HTML that needs no script, in the light or dark of their device. Nothing is loaded
 * from anywhere.
 */
import { consentWords } from '../tiktok/capabilities.ts'
import { isShopScope, shopConsentWords } from '../tiktok/shop/capabilities.ts'
import { type Brand, brandStyle, styleHash } from './brand.ts'
import type { Speech } from './messages/languages.ts'
import { fill, type WORDED_SCOPES } from './messages/messages.ts'

export interface Page {
  status: number
  title: string
  /** Trusted markup; everything from outside has gone through `escapeHtml`. */
  body: string
  /** Trusted markup above the heading, for the eye alone. */
  picture?: string
  /** Where its form may lead, besides the hub itself. */
  formTargets?: readonly string[]
  speech: Speech
  brand?: Brand | undefined
  /** What the page tells the one that opened it; with it, the page has a script. */
  news?: News | undefined
}

/** For the window that opened the page. */
export interface News {
  /** The only one that is told. */
  origin: string
  /** What connect.js understands. */
  message: Readonly<Record<string, unknown>>
}

/** The script's address, with its version. */
export type ScriptAddress = () => string

const STYLE = `:root{color-scheme:light dark;--ink:#17171b;--soft:#5b5b66;--paper:#f3f3f5;--card:#fff;--line:#dcdce2;--act:#c4163f;--act-over:#a81035;--on-act:#fff;--good:#0a7a45;--good-bg:#e2f5ea;--other:#5b5b66;--other-bg:#ececf0;--shadow:0 1px 2px rgb(0 0 0/.05),0 12px 32px rgb(0 0 0/.07)}
@media (prefers-color-scheme:dark){:root{--ink:#f1f1f4;--soft:#b0b0bb;--paper:#101013;--card:#1c1c21;--line:#35353e;--act:#ff5a7d;--act-over:#ff7a96;--on-act:#200008;--good:#5fd99a;--good-bg:#12351f;--other:#c3c3cc;--other-bg:#2c2c34;--shadow:none}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;min-height:100svh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{width:100%;max-width:34rem;background:var(--card);border:1px solid var(--line);border-radius:1.125rem;padding:2rem;box-shadow:var(--shadow)}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.015em;text-wrap:balance}h1,p,li{overflow-wrap:anywhere}p{margin:0 0 1rem}
ul{margin:0 0 1.25rem;padding:.25rem 1rem;border:1px solid var(--line);border-radius:.75rem;list-style:none}li{display:grid;grid-template-columns:1.625rem 1fr;padding:.4375rem 0}li+li{border-top:1px solid var(--line)}li::before{content:"\\2713";color:var(--good);font-weight:700}.out li::before{content:"\\2013";color:var(--soft)}
.account{display:grid;grid-template-columns:1fr auto;align-items:center;gap:.75rem;margin:0 0 .75rem}.account button{width:auto;min-height:2.75rem;font-size:1rem;background:var(--other-bg);color:var(--ink)}.account button:hover{background:var(--line)}.logo{max-width:9rem;max-height:2.75rem;object-fit:contain}
.who{display:flex;align-items:center;gap:.6rem;margin:0 0 1.25rem;color:var(--soft)}.tile{display:grid;place-items:center;min-width:2.75rem;height:2.75rem;padding:0 .7rem;border-radius:.75rem;background:var(--other-bg);color:var(--ink);font-weight:700}
.mark{display:grid;place-items:center;width:3rem;height:3rem;margin:0 0 1.25rem;border-radius:50%;background:var(--other-bg);color:var(--other);font-size:1.375rem;font-weight:700;line-height:1}.mark.good{background:var(--good-bg);color:var(--good)}
.field{display:grid;gap:.375rem;margin:0 0 1rem}.field label{font-weight:600}.field input{width:100%;min-height:3rem;padding:.5rem .75rem;border:1px solid var(--soft);border-radius:.75rem;background:var(--paper);color:var(--ink);font:inherit}.alert{padding:.75rem 1rem;border-inline-start:.25rem solid var(--act);border-radius:.5rem;background:var(--other-bg)}summary{padding:.5rem 0;cursor:pointer}.pick{margin:0 0 .75rem}
.soft{color:var(--soft);font-size:.9375rem}form{margin:1.5rem 0 1rem}main>:last-child{margin-bottom:0}
button,.button{display:block;width:100%;min-height:3.125rem;padding:.75rem 1rem;border:0;border-radius:.75rem;background:var(--act);color:var(--on-act);font:inherit;font-size:1.0625rem;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}button:hover,.button:hover{background:var(--act-over)}
:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
@media (max-width:30rem){body{padding:.75rem}main{padding:1.5rem 1.25rem;border-radius:1rem}}
@media (forced-colors:active){button,.button,main,.tile,.mark{border:1px solid}}`

/** Text of somebody else as HTML text or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A page as it goes out. The policy allows this style, this form, the workspace's logo, and nothing else. */
export function renderPage(
  page: Page,
  script?: ScriptAddress,
): { status: number; headers: Record<string, string>; body: string } {
  const { brand, news, speech } = page
  const targets = ["'self'", ...(page.formTargets ?? [])].join(' ')
  const style = STYLE + brandStyle(brand?.color)
  const logo = logoOrigin(brand)
  const scripted = news !== undefined && script !== undefined
  const policy = [
    "default-src 'none'",
    `style-src ${styleHash(style)}`,
    ...(scripted ? ["script-src 'self'"] : []),
    ...(logo === undefined ? [] : [`img-src ${logo}`]),
    `form-action ${targets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  // As data, not as a script; `<` could end it early.
  const data = scripted ? JSON.stringify(news).replaceAll('<', '\\u003c') : ''
  return {
    status: page.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'content-language': speech.language,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    },
    body: `<!doctype html>
<html lang="${speech.language}" dir="${speech.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<style>${style}</style>
${scripted ? `<script type="application/json" id="news">${data}</script>\n<script type="module" src="${script()}"></script>` : ''}
</head>
<body>
<main>
${page.picture ?? ''}
<h1>${escapeHtml(page.title)}</h1>
${page.body}
</main>
</body>
</html>
`,
  }
}

function logoOrigin(brand: Brand | undefined): string | undefined {
  const url = brand?.logoUrl
  if (url === undefined || !URL.canParse(url)) return undefined
  const { origin, protocol } = new URL(url)
  return protocol === 'https:' && /^https:\/\/[\w.:[\]-]+$/.test(origin) ? origin : undefined
}

export const paragraph = (text: string, soft = false): string =>
  `<p${soft ? ' class="soft"' : ''}>${escapeHtml(text)}</p>`

/** How it ended, at a glance. */
const mark = (sign: '✓' | '–' | '!', good = false): string =>
  `<p class="mark${good ? ' good' : ''}" aria-hidden="true">${sign}</p>`

/** Who is connected to whom: the logo or first letter of the one, the name of the other. */
export function whoWith(brand: Brand, platform: string): string {
  const first = /[\p{L}\p{N}]/u.exec(brand.name)?.[0]?.toUpperCase() ?? '·'
  const own =
    logoOrigin(brand) === undefined
      ? `<span class="tile">${escapeHtml(first)}</span>`
      : `<img class="logo" src="${escapeHtml(brand.logoUrl ?? '')}" alt="">`
  return `<p class="who" aria-hidden="true">${own}<span>⇄</span><span class="tile">${escapeHtml(platform)}</span></p>`
}

function scopeList(scopes: readonly string[], { messages }: Speech, leftOut = false): string {
  const words = (scope: string): string =>
    messages.scopes[scope as (typeof WORDED_SCOPES)[number]] ?? shopConsentWords(scope) ?? consentWords(scope)
  const items = scopes.map((scope) => `<li>${escapeHtml(words(scope))}</li>`)
  // Without bullets, some browsers take it for no list unless it says so.
  return `<ul role="list"${leftOut ? ' class="out"' : ''}>\n${items.join('\n')}\n</ul>`
}

/** What is asked, by whom, for how long, and the way on. */
export function invitationPage(invitation: {
  brand: Brand
  appName: string
  scopes: readonly string[]
  speech: Speech
  /** Where the button leads. */
  action: string
  formTargets: readonly string[]
  /** The creator came back without connecting. */
  again: boolean
  news?: News | undefined
}): Page {
  const { appName, scopes, action, again, brand, speech } = invitation
  const { messages } = speech
  const who = { who: brand.name, app: appName }
  return {
    status: 200,
    title: fill(messages.asks, who, speech.direction),
    picture: whoWith(brand, 'TikTok'),
    formTargets: invitation.formTargets,
    speech,
    brand,
    news: invitation.news,
    body: [
      ...(again ? [paragraph(messages.again)] : []),
      paragraph(fill(messages.ifYouAgree, who, speech.direction)),
      scopeList(scopes, speech),
      // A seller agrees to all of it or to nothing.
      ...(scopes.some(isShopScope) ? [] : [paragraph(messages.leaveOut)]),
      paragraph(messages.howLong),
      `<form method="post" action="${escapeHtml(action)}"><button type="submit">${escapeHtml(messages.go)}</button></form>`,
      paragraph(`${messages.password} ${messages.unexpected}`, true),
    ].join('\n'),
  }
}

export function connectedPage(done: {
  name: string | null
  /** In place of the name, where there is none. */
  unnamed?: string
  missing: readonly string[]
  speech: Speech
  brand?: Brand | undefined
  news?: News | undefined
}): Page {
  const { name, missing, speech, brand, news, unnamed = speech.messages.connectedUnnamed } = done
  const { messages } = speech
  return {
    status: 200,
    title: name === null ? unnamed : fill(messages.connected, { name }, speech.direction),
    picture: mark('✓', true),
    speech,
    brand,
    news,
    body: [
      ...(missing.length === 0
        ? []
        : [paragraph(messages.leftOut), scopeList(missing, speech, true), paragraph(messages.allowLater)]),
      closing(speech, news),
    ].join('\n'),
  }
}

/** Nothing was connected; `retry` is the way back to the beginning, where there is one. */
export function notConnectedPage(why: {
  status: number
  title: string
  text: string
  speech: Speech
  retry?: string
  brand?: Brand | undefined
  news?: News | undefined
}): Page {
  const { speech, retry, brand, news } = why
  return {
    status: why.status,
    title: why.title,
    picture: mark(why.status === 200 ? '–' : '!'),
    speech,
    brand,
    news,
    body: [
      paragraph(why.text),
      ...(retry === undefined
        ? []
        : [`<p><a class="button" href="${escapeHtml(retry)}">${escapeHtml(speech.messages.retry)}</a></p>`]),
      ...(news === undefined ? [] : [closing(speech, news)]),
    ].join('\n'),
  }
}

/** In a window that a product opened there is a button, in a tab of its own there are words. */
function closing({ messages }: Speech, news: News | undefined): string {
  if (news === undefined) return paragraph(messages.close)
  return `<button type="button" id="done">${escapeHtml(messages.done)}</button>`
}

/** What a user has connected already, to end it or add to it. */
export function accountsPage(shown: {
  accounts: readonly { id: string; name: string; platform: string }[]
  speech: Speech
  brand: Brand
  /** Hidden fields of each form: whatever lets the next page know what this one knew. */
  carry: Readonly<Record<string, string>>
  news: News
}): Page {
  const { speech, brand, news } = shown
  const { messages } = speech
  const hidden = (fields: Readonly<Record<string, string>>): string =>
    Object.entries(fields)
      .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
      .join('')
  const form = (fields: Readonly<Record<string, string>>, label: string, about = ''): string =>
    `<form method="post" action="/connect/sdk">${hidden({ ...shown.carry, ...fields })}<button type="submit"${about === '' ? '' : ` aria-label="${escapeHtml(`${label}: ${about}`)}"`}>${escapeHtml(label)}</button></form>`
  return {
    status: 200,
    title: messages.yourAccounts,
    speech,
    brand,
    news,
    body: [
      ...shown.accounts.map(
        ({ id, name, platform }) =>
          `<div class="account"><span><strong>${escapeHtml(name)}</strong> <span class="soft">${escapeHtml(platform)}</span></span>${form({ act: 'disconnect', account: id }, messages.disconnect, name)}</div>`,
      ),
      form({ act: 'connect' }, messages.connectAnother),
      closing(speech, news),
    ].join('\n'),
  }
}

export const unknownLinkPage = (speech: Speech): Page =>
  notConnectedPage({
    status: 404,
    title: speech.messages.unknown,
    text: speech.messages.unknownText,
    speech,
  })

export const expiredLinkPage = (speech: Speech, news?: News): Page =>
  notConnectedPage({
    status: 410,
    title: speech.messages.expired,
    text: speech.messages.expiredText,
    speech,
    news,
  })

export const foreignCallbackPage = (speech: Speech): Page =>
  notConnectedPage({
    status: 400,
    title: speech.messages.nothing,
    text: speech.messages.foreignText,
    speech,
  })

export const alreadyRunningPage = (speech: Speech): Page =>
  notConnectedPage({
    status: 409,
    title: speech.messages.running,
    text: speech.messages.runningText,
    speech,
  })
