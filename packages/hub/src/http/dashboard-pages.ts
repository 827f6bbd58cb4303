/** The built dashboard, as files: its page for every address that a person may open, its assets for good. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@tockwork/api'
import type { PageFor, PlainAnswer, PlainRoute } from './ports.ts'

/** Where the built dashboard lies, and whether it is there. */
export interface DashboardFiles {
  /** Holds `index.html` and `assets/`. */
  readonly folder: string
  /** `building`: soon there; `failed`: why not stands in `problem`. */
  state(): 'ready' | 'building' | 'failed'
  readonly problem?: string | undefined
}

/**
 * Scripts and styles from this hub alone, none of them inline. Pictures also from elsewhere: avatars and covers lie with
 * the platforms. `frame-src` is for the publish page.
 */
const policyWith = (pictures: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' https: data: blob: ${pictures}`.trimEnd(),
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
} as const

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}
/** Their names carry a hash of their content, so a name never means another content. */
const FOREVER = 'public, max-age=31536000, immutable'
const ASSET_NAME = /^[\w-]+\.(css|js|svg|woff2)$/
/** What programs ask for; no page of the dashboard is there. */
const NO_PAGES =
  /^\/(v1|connect|publish|publish-page|session|webhooks\/tiktok|assets|docs|openapi\.json|metrics|healthz|readyz)(\/|$)/
const TRY_AGAIN_S = 2
/** What every page asks first is on its way while its script still comes. */
const SESSION_AHEAD = '</session>; rel=preload; as=fetch; crossorigin'
/** These ask when somebody has signed in; an answer from before would be taken for that one. */
const ASKS_LATER = /^\/(login|welcome)(\/|$)/

/**
 * For a browser that goes to an address at which there is nothing else; the page itself knows what to show there.
 * @param pictures an origin of pictures besides https: an emulator's
 */
export function dashboardPage(files: DashboardFiles, pictures: string | undefined): PageFor {
  const policy = { 'content-security-policy': policyWith(pictures ?? '') }
  return async (method, url, headers) => {
    const path = url.split('?')[0] ?? ''
    const navigates = headers['sec-fetch-mode'] === undefined || headers['sec-fetch-mode'] === 'navigate'
    if ((method !== 'GET' && method !== 'HEAD') || NO_PAGES.test(path) || !navigates) return undefined
    if (!(headers.accept ?? '').includes('text/html')) return undefined
    const state = files.state()
    if (state !== 'ready') return waitingPage(state, files.problem)
    const body = await readFile(join(files.folder, 'index.html'))
    const ahead = headers.cookie === undefined || ASKS_LATER.test(path) ? {} : { link: SESSION_AHEAD }
    return {
      status: 200,
      headers: { ...PAGE_HEADERS, ...policy, 'cache-control': 'no-cache', ...ahead },
      body,
    }
  }
}

export function dashboardRoutes(files: DashboardFiles): PlainRoute[] {
  return [
    {
      method: 'GET',
      path: '/assets/{name}',
      handle: async ({ params, headers }) => {
        const name = params.name ?? ''
        const type = TYPES[ASSET_NAME.exec(name)?.[1] ?? '']
        if (type === undefined) throw problem('not_found')
        const file = join(files.folder, 'assets', name)
        for (const [coding, suffix] of codingsFor(headers['accept-encoding'])) {
          const body = await readFile(`${file}${suffix}`).catch(() => undefined)
          if (body === undefined) continue
          const plain = { 'content-type': type, 'cache-control': FOREVER, vary: 'accept-encoding' }
          return {
            status: 200,
            headers: coding === '' ? plain : { ...plain, 'content-encoding': coding },
            body,
          }
        }
        throw problem('not_found')
      },
    },
  ]
}

/** In the order in which they are tried; the built files lie beside each other under these endings. */
function codingsFor(accepted: string | undefined): (readonly [coding: string, suffix: string])[] {
  const taken = new Set((accepted ?? '').split(',').map((one) => one.trim()))
  const all = [
    ['br', '.br'],
    ['gzip', '.gz'],
    ['', ''],
  ] as const
  return all.filter(([coding]) => coding === '' || taken.has(coding))
}

/** Plain HTML that asks again by itself, without a script. */
function waitingPage(state: 'building' | 'failed', why: string | undefined): PlainAnswer {
  const words =
    state === 'building'
      ? {
          title: 'One moment',
          text: 'The dashboard is being built; this page shows it as soon as it is there.',
        }
      : { title: 'The dashboard could not be built', text: why ?? 'The log says why.' }
  return {
    status: 503,
    headers: {
      ...PAGE_HEADERS,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'retry-after': String(TRY_AGAIN_S),
      ...(state === 'building' ? { refresh: String(TRY_AGAIN_S) } : {}),
    },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${words.title} · Tockwork</title>
<h1>${words.title}</h1>
<p>${escaped(words.text)}</p>
<p>The hub itself is up: its API is described at <a href="/openapi.json">/openapi.json</a>.</p>
</html>
`,
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
