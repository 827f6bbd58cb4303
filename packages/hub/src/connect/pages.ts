/**
 * The pages that creators see: plain HTML that needs no script, in the light or dark of their device. Nothing is loaded
 * from anywhere.
 */
import { createHash } from 'node:crypto'
import { consentWords } from '../tiktok/capabilities.ts'

export interface Page {
  status: number
  title: string
  /** Trusted markup; everything from outside has gone through `escapeHtml`. */
  body: string
  /** Trusted markup above the heading, for the eye alone. */
  picture?: string
  /** Where its form may lead, besides the hub itself. */
  formTargets?: readonly string[]
}

const STYLE = `:root{color-scheme:light dark;--ink:#17171b;--soft:#5b5b66;--paper:#f3f3f5;--card:#fff;--line:#dcdce2;--act:#c4163f;--act-over:#a81035;--on-act:#fff;--good:#0a7a45;--good-bg:#e2f5ea;--other:#5b5b66;--other-bg:#ececf0;--shadow:0 1px 2px rgb(0 0 0/.05),0 12px 32px rgb(0 0 0/.07)}
@media (prefers-color-scheme:dark){:root{--ink:#f1f1f4;--soft:#b0b0bb;--paper:#101013;--card:#1c1c21;--line:#35353e;--act:#ff5a7d;--act-over:#ff7a96;--on-act:#200008;--good:#5fd99a;--good-bg:#12351f;--other:#c3c3cc;--other-bg:#2c2c34;--shadow:none}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;min-height:100svh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{width:100%;max-width:34rem;background:var(--card);border:1px solid var(--line);border-radius:1.125rem;padding:2rem;box-shadow:var(--shadow)}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.015em;text-wrap:balance}h1,p,li{overflow-wrap:anywhere}p{margin:0 0 1rem}
ul{margin:0 0 1.25rem;padding:.25rem 1rem;border:1px solid var(--line);border-radius:.75rem;list-style:none}li{display:grid;grid-template-columns:1.625rem 1fr;padding:.4375rem 0}li+li{border-top:1px solid var(--line)}li::before{content:"\\2713";color:var(--good);font-weight:700}.out li::before{content:"\\2013";color:var(--soft)}
.who{display:flex;align-items:center;gap:.6rem;margin:0 0 1.25rem;color:var(--soft)}.tile{display:grid;place-items:center;min-width:2.75rem;height:2.75rem;padding:0 .7rem;border-radius:.75rem;background:var(--other-bg);color:var(--ink);font-weight:700}
.mark{display:grid;place-items:center;width:3rem;height:3rem;margin:0 0 1.25rem;border-radius:50%;background:var(--other-bg);color:var(--other);font-size:1.375rem;font-weight:700;line-height:1}.mark.good{background:var(--good-bg);color:var(--good)}
.soft{color:var(--soft);font-size:.9375rem}form{margin:1.5rem 0 1rem}main>:last-child{margin-bottom:0}
button,.button{display:block;width:100%;min-height:3.125rem;padding:.75rem 1rem;border:0;border-radius:.75rem;background:var(--act);color:var(--on-act);font:inherit;font-size:1.0625rem;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}button:hover,.button:hover{background:var(--act-over)}
:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
@media (max-width:30rem){body{padding:.75rem}main{padding:1.5rem 1.25rem;border-radius:1rem}}
@media (forced-colors:active){button,.button,main,.tile,.mark{border:1px solid}}`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Text of somebody else as HTML text or attribute value. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A page as it goes out. The policy allows this style, this form, and nothing else. */
export function renderPage(page: Page): { status: number; headers: Record<string, string>; body: string } {
  const targets = ["'self'", ...(page.formTargets ?? [])].join(' ')
  return {
    status: page.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
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

const paragraph = (text: string, soft = false): string =>
  `<p${soft ? ' class="soft"' : ''}>${escapeHtml(text)}</p>`

/** How it ended, at a glance. */
const mark = (sign: '✓' | '–' | '!', good = false): string =>
  `<p class="mark${good ? ' good' : ''}" aria-hidden="true">${sign}</p>`

/** Who is connected to whom: the first letter of the one, the name of the other. */
function whoWithTikTok(workspaceName: string): string {
  const first = /[\p{L}\p{N}]/u.exec(workspaceName)?.[0]?.toUpperCase() ?? '·'
  return `<p class="who" aria-hidden="true"><span class="tile">${escapeHtml(first)}</span><span>→</span><span class="tile">TikTok</span></p>`
}

function scopeList(scopes: readonly string[], leftOut = false): string {
  const items = scopes.map((scope) => `<li>${escapeHtml(consentWords(scope))}</li>`)
  // Without bullets, some browsers take it for no list unless it says so.
  return `<ul role="list"${leftOut ? ' class="out"' : ''}>\n${items.join('\n')}\n</ul>`
}

/** What is asked, by whom, and the way on. */
export function invitationPage(invitation: {
  workspaceName: string
  appName: string
  scopes: readonly string[]
  /** Where the button leads. */
  action: string
  formTargets: readonly string[]
  /** The creator came back without connecting. */
  again: boolean
}): Page {
  const { workspaceName, appName, scopes, action, again } = invitation
  return {
    status: 200,
    title: `${workspaceName} asks to connect your TikTok account`,
    picture: whoWithTikTok(workspaceName),
    formTargets: invitation.formTargets,
    body: [
      ...(again ? [paragraph('Last time nothing was connected. You can try again.')] : []),
      paragraph(`If you agree, ${workspaceName} can, through its TikTok app “${appName}”:`),
      scopeList(scopes),
      paragraph(
        'TikTok shows you this list again and asks you to agree. You can leave single points out there.',
      ),
      `<form method="post" action="${escapeHtml(action)}"><button type="submit">Continue to TikTok</button></form>`,
      paragraph(
        'We never see your TikTok password. You can end this at any time in TikTok, under Settings › Security and permissions › Apps and services permissions. If you did not expect this page, close it: nothing happens.',
        true,
      ),
    ].join('\n'),
  }
}

export function connectedPage(done: { name: string | null; missing: readonly string[] }): Page {
  return {
    status: 200,
    title: done.name === null ? 'Your TikTok account is connected' : `${done.name} is connected`,
    picture: mark('✓', true),
    body: [
      ...(done.missing.length === 0
        ? []
        : [paragraph('You left these out, so they will not work:'), scopeList(done.missing, true)]),
      paragraph('You can close this page.'),
    ].join('\n'),
  }
}

/** Nothing was connected; `retry` is the way back to the beginning, where there is one. */
export function notConnectedPage(why: { status: number; title: string; text: string; retry?: string }): Page {
  return {
    status: why.status,
    title: why.title,
    picture: mark(why.status === 200 ? '–' : '!'),
    body: [
      paragraph(why.text),
      ...(why.retry === undefined
        ? []
        : [`<p><a class="button" href="${escapeHtml(why.retry)}">Try again</a></p>`]),
    ].join('\n'),
  }
}

export const unknownLinkPage: Page = notConnectedPage({
  status: 404,
  title: 'This link is not known',
  text: 'It may be incomplete. Ask whoever sent it to you for a new one.',
})

export const expiredLinkPage: Page = notConnectedPage({
  status: 410,
  title: 'This link has expired',
  text: 'Nothing was connected. Ask whoever sent it to you for a new one.',
})

export const foreignCallbackPage: Page = notConnectedPage({
  status: 400,
  title: 'Nothing was connected',
  text: 'This answer from TikTok does not belong to a connection that was begun here, or it is too old. Open the link that you were sent once more.',
})

export const alreadyRunningPage: Page = notConnectedPage({
  status: 409,
  title: 'This is being done already',
  text: 'The page was opened twice, and the first one is at work. You can close this one.',
})
