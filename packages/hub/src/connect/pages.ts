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
  /** Where its form may lead, besides the hub itself. */
  formTargets?: readonly string[]
}

const STYLE = `:root{color-scheme:light dark;--ink:#16161a;--soft:#55555f;--paper:#fff;--card:#f5f5f7;--line:#d0d0d7;--act:#c4163f;--on-act:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#f1f1f4;--soft:#b3b3bd;--paper:#131316;--card:#1e1e23;--line:#3b3b44;--act:#ff5a7d;--on-act:#200008}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.55 system-ui,sans-serif}
main{width:100%;max-width:32rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.75rem}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}p,li{overflow-wrap:anywhere}ul{padding-left:1.25rem}.soft{color:var(--soft);font-size:.9375rem}
button,.button{display:block;width:100%;padding:.8rem 1rem;border:0;border-radius:.5rem;background:var(--act);color:var(--on-act);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
:focus-visible{outline:3px solid var(--ink);outline-offset:3px}a{color:inherit}`

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
  const items = scopes.map((scope) => `<li>${escapeHtml(consentWords(scope))}</li>`).join('\n')
  return {
    status: 200,
    title: `${workspaceName} asks to connect your TikTok account`,
    formTargets: invitation.formTargets,
    body: [
      ...(again ? [paragraph('Last time nothing was connected. You can try again.')] : []),
      paragraph(`If you agree, ${workspaceName} can, through its TikTok app “${appName}”:`),
      `<ul>\n${items}\n</ul>`,
      paragraph(
        'TikTok shows you this list again and asks you to agree. You can leave single points out there, and end it at any time in TikTok: Settings, Security and permissions, Apps and services permissions.',
      ),
      `<form method="post" action="${escapeHtml(action)}"><button type="submit">Continue to TikTok</button></form>`,
      paragraph(
        'We never see your TikTok password. If you did not expect this page, close it: nothing happens.',
        true,
      ),
    ].join('\n'),
  }
}

export function connectedPage(done: { name: string | null; missing: readonly string[] }): Page {
  const items = done.missing.map((scope) => `<li>${escapeHtml(consentWords(scope))}</li>`).join('\n')
  return {
    status: 200,
    title: done.name === null ? 'Your TikTok account is connected' : `${done.name} is connected`,
    body: [
      ...(done.missing.length === 0
        ? []
        : [paragraph('You left these out, so they will not work:'), `<ul>\n${items}\n</ul>`]),
      paragraph('You can close this page.'),
    ].join('\n'),
  }
}

/** Nothing was connected; `retry` is the way back to the beginning, where there is one. */
export function notConnectedPage(why: { status: number; title: string; text: string; retry?: string }): Page {
  return {
    status: why.status,
    title: why.title,
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
