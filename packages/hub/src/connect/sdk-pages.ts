/** What connect.js opens: the way in, the accounts of a user, and the answers for a window that lost sight of it. */
import { Problem } from '@tockwork/api'
import type { PlainAnswer, PlainRequest, PlainRoute } from '../http/ports.ts'
import { originProblem } from '../publish-page/origins.ts'
import { type Brand, styleHash } from './brand.ts'
import { pickPage } from './handle-pages.ts'
import { accountsPage, notConnectedPage } from './pages.ts'
import { returnUrlProblem } from './return-url.ts'
import { scriptAddress, scriptAnswer } from './scripts.ts'
import type { SdkConnect, SdkWish } from './sdk-connect.ts'
import { redirect, render, speechFor } from './visit.ts'

const FORM_BYTES = 16 * 1024
const SESSION_ID = /^cs_[0-9A-Z]{26}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export interface SdkPageParts {
  sdk: SdkConnect
  brandOf: (workspaceId: string) => Promise<Brand>
}

export function sdkRoutes({ sdk, brandOf }: SdkPageParts): PlainRoute[] {
  return [
    {
      method: 'GET',
      path: '/connect.js',
      handle: () => Promise.resolve(scriptAnswer('connect.js', undefined)),
    },
    {
      method: 'GET',
      path: '/connect-page/{name}',
      handle: ({ params, query }) =>
        Promise.resolve(scriptAnswer(params.name ?? '', query.get('v') ?? undefined)),
    },
    { method: 'GET', path: '/connect/sdk', handle: () => Promise.resolve(wayIn()) },
    {
      method: 'POST',
      path: '/connect/sdk',
      bodyLimit: FORM_BYTES,
      handle: (request) => enter(sdk, brandOf, request),
    },
    {
      method: 'POST',
      path: '/connect/sdk/status',
      bodyLimit: FORM_BYTES,
      handle: async ({ body }) => {
        const asked = jsonOf(body)
        const token = await sdk.verify(String(asked.token ?? ''))
        if (token === undefined) return json(401, { type: 'token_expired' })
        const sessionId = String(asked.session ?? '')
        const outcome = SESSION_ID.test(sessionId) ? await sdk.status(token, sessionId) : undefined
        return outcome === undefined ? json(404, { type: 'unknown' }) : json(200, outcome)
      },
    },
  ]
}

/** What it was opened with stands behind the `#`, which browsers send to nobody: a script puts it into a form. */
function wayIn(): PlainAnswer {
  const style = ':root{color-scheme:light dark}'
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'self'; style-src ${styleHash(style)}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      'x-robots-tag': 'noindex',
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>…</title>
<style>${style}</style><script type="module" src="${scriptAddress('connect-start.js')}"></script></head>
<body><main><noscript>JavaScript has to be allowed here.</noscript></main></body></html>
`,
  }
}

async function enter(
  sdk: SdkConnect,
  brandOf: SdkPageParts['brandOf'],
  { body, headers }: PlainRequest,
): Promise<PlainAnswer> {
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'))
  const field = (name: string): string | undefined => form.get(name)?.slice(0, 4096) || undefined
  const speech = speechFor(undefined, { languages: headers['accept-language'] }, field('language'))
  const { messages } = speech
  const origin = field('origin') ?? ''
  // Nobody is told anything whose origin is not one.
  if (originProblem(origin) !== undefined)
    return render(
      notConnectedPage({ status: 400, title: messages.unknown, text: messages.unknownText, speech }),
    )
  const news = (message: Record<string, unknown>) => ({ origin, message })
  const secret = field('token') ?? ''
  const token = await sdk.verify(secret)
  if (token === undefined)
    return render(
      notConnectedPage({
        status: 401,
        title: messages.expired,
        text: messages.expiredText,
        speech,
        news: news({ type: 'token_expired' }),
      }),
    )
  const returnUrl = field('redirect')
  const refused = (reason: string, text: string): PlainAnswer =>
    render(
      notConnectedPage({
        status: 422,
        title: messages.nothing,
        text,
        speech,
        news: news({
          type: 'failed',
          reason,
          work_platform_id: field('platform') ?? null,
          user_id: token.userId,
        }),
      }),
    )
  if (returnUrl !== undefined && returnUrlProblem(returnUrl) !== undefined)
    return refused('redirect_url', messages.unknownText)
  const wish: SdkWish = {
    origin,
    returnUrl,
    workPlatformId: field('platform'),
    language: field('language') === undefined ? undefined : speech.language,
  }
  let told: Record<string, unknown> = { type: 'accounts' }
  let endedPlatform: string
  const account = field('account')
  if (field('act') === 'disconnect' && account !== undefined && UUID.test(account)) {
    try {
      endedPlatform = await sdk.disconnect(token, account)
    } catch (error) {
      if (error instanceof Problem) return refused(error.code, messages.failedText)
      throw error
    }
    told = {
      type: 'disconnected',
      account_id: account,
      work_platform_id: endedPlatform,
      user_id: token.userId,
    }
  }
  const carry = Object.fromEntries(
    Object.entries({
      token: secret,
      origin,
      platform: wish.workPlatformId,
      redirect: returnUrl,
      language: wish.language,
    }).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  )
  const accounts = field('act') === 'connect' || field('single') === '1' ? [] : await sdk.accounts(token)
  if (accounts.length > 0 || told.type === 'disconnected') {
    return render(
      accountsPage({
        accounts,
        speech,
        brand: await brandOf(token.workspaceId),
        carry,
        news: news(told),
      }),
    )
  }
  const platforms = wish.workPlatformId === undefined ? await sdk.platforms(token) : []
  if (platforms.length > 1)
    return render(
      pickPage({
        platforms,
        speech,
        brand: await brandOf(token.workspaceId),
        carry,
        news: news({ type: 'picking' }),
      }),
    )
  const session = await sdk.begin(token, wish)
  return session === undefined
    ? refused('platform_not_offered', messages.notOffered)
    : redirect(`/connect/${session.id}`)
}

function jsonOf(body: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(body).toString('utf8')))
  } catch {
    return {}
  }
}

/** The token is in the request, and there are no cookies: any page may ask. */
function json(status: number, body: object): PlainAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    },
    body: JSON.stringify(body),
  }
}
