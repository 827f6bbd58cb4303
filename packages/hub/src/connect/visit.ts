/** The connect pages as plain requests and answers; the HTTP server carries them. */
import type { ConnectSession } from '../storage/connect-sessions.ts'
import type { CallbackEnd, ConnectFlow, Visitor } from './connect-flow.ts'
import { acceptedLanguages, type Speech, speechOf } from './messages/languages.ts'
import {
  alreadyRunningPage,
  connectedPage,
  expiredLinkPage,
  foreignCallbackPage,
  invitationPage,
  type News,
  notConnectedPage,
  type Page,
  renderPage,
  unknownLinkPage,
} from './pages.ts'
import { returnTo } from './return-url.ts'
import { scriptAddress } from './scripts.ts'
import type { SdkConnect } from './sdk-connect.ts'

export interface Visit {
  status: number
  headers: Record<string, string>
  body: string
}

/** What a browser says about itself. */
export interface Browser {
  /** `Accept-Language`. */
  languages: string | undefined
}

const SESSION_ID = /^cs_[0-9A-Z]{26}$/

export class ConnectPages {
  readonly #flow: ConnectFlow
  readonly #sdk: SdkConnect
  /** Origin of TikTok's consent page, where the form's redirect leads. */
  readonly #consentOrigin: string

  constructor(flow: ConnectFlow, sdk: SdkConnect, tiktokOrigin: string | undefined) {
    this.#flow = flow
    this.#sdk = sdk
    this.#consentOrigin = tiktokOrigin === undefined ? 'https://www.tiktok.com' : new URL(tiktokOrigin).origin
  }

  /** `GET /connect/:session` */
  async show(sessionId: string, browser: Browser, wish?: string | null): Promise<Visit> {
    const opened = SESSION_ID.test(sessionId) ? await this.#flow.open(sessionId) : undefined
    if (opened === undefined) return render(unknownLinkPage(speechFor(undefined, browser, wish)))
    const { session, brand, appName, expired } = opened
    const speech = speechFor(session, browser, wish)
    if (session.outcome === 'connected')
      return render(connectedPage({ name: null, missing: [], speech, brand }))
    if (expired)
      return render(expiredLinkPage(speech, newsFor(session, { type: 'failed', reason: 'expired' })))
    return render(
      invitationPage({
        brand,
        appName,
        scopes: session.scopes,
        speech,
        action: `/connect/${session.id}`,
        formTargets: [this.#consentOrigin],
        again: session.outcome !== null,
        news: newsFor(session, { type: 'session', session_id: session.id }),
      }),
    )
  }

  /** `POST /connect/:session`: on to TikTok. */
  async go(sessionId: string, browser: Browser): Promise<Visit> {
    const url = SESSION_ID.test(sessionId) ? await this.#flow.start(sessionId) : undefined
    return url === undefined ? this.show(sessionId, browser) : redirect(url)
  }

  /** `GET /connect/callback`: back from TikTok. */
  async back(query: URLSearchParams, visitor: Visitor, browser: Browser): Promise<Visit> {
    const end = await this.#flow.callback(query, visitor)
    if (end.kind === 'unknown') {
      const speech = speechFor(undefined, browser)
      // TikTok does not promise a state when the creator refuses.
      const denied = query.has('error') && !query.has('state')
      return render(denied ? deniedPage(speech, undefined) : foreignCallbackPage(speech))
    }
    if (end.kind === 'running') return render(alreadyRunningPage(speechFor(undefined, browser)))
    const { session } = end
    if (session.returnUrl === null) return render(await this.#pageOf(end, speechFor(session, browser)))
    return redirect(
      returnTo(session.returnUrl, {
        sessionId: session.id,
        status: session.outcome ?? 'failed',
        accountId: session.accountId,
        code: session.outcomeCode,
        missingScopes: end.kind === 'connected' ? end.missing : [],
      }),
    )
  }

  async #pageOf(end: Exclude<CallbackEnd, { kind: 'running' | 'unknown' }>, speech: Speech): Promise<Page> {
    const { session } = end
    const { id, outcome, outcomeCode } = session
    const brand = (await this.#flow.open(id))?.brand
    const news = newsFor(session, await this.#sdk.outcomeOf(session))
    if (end.kind === 'connected') return connectedPage({ ...end, speech, brand, news })
    if (outcomeCode === 'session_expired') return expiredLinkPage(speech, news)
    if (outcome === 'denied') return deniedPage(speech, `/connect/${id}`, news)
    return notConnectedPage({
      status: 502,
      title: speech.messages.failed,
      text: `${speech.messages.failedText} (${outcomeCode ?? 'unknown'})`,
      speech,
      retry: `/connect/${id}`,
      news,
    })
  }
}

/** What the page says to the one that opened it with connect.js. */
function newsFor(
  session: Pick<ConnectSession, 'openerOrigin' | 'returnUrl'>,
  message: News['message'],
): News | undefined {
  if (session.openerOrigin === null || session.returnUrl !== null) return undefined
  return { origin: session.openerOrigin, message }
}

export function speechFor(
  session: Pick<ConnectSession, 'language'> | undefined,
  { languages }: Browser,
  wish?: string | null,
): Speech {
  return speechOf([wish, session?.language, ...acceptedLanguages(languages)])
}

export function render(page: Page): Visit {
  return renderPage(page, () => scriptAddress('connect-page.js'))
}

function deniedPage(speech: Speech, retry: string | undefined, news?: News): Page {
  return notConnectedPage({
    status: 200,
    title: speech.messages.nothing,
    text: speech.messages.denied,
    speech,
    news,
    ...(retry === undefined ? {} : { retry }),
  })
}

export function redirect(location: string): Visit {
  return {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    body: '',
  }
}
