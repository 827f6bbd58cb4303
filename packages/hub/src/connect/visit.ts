/** The connect pages as plain requests and answers; the HTTP server carries them. */
import type { CallbackEnd, ConnectFlow, Visitor } from './connect-flow.ts'
import {
  alreadyRunningPage,
  connectedPage,
  expiredLinkPage,
  foreignCallbackPage,
  invitationPage,
  notConnectedPage,
  type Page,
  renderPage,
  unknownLinkPage,
} from './pages.ts'
import { returnTo } from './return-url.ts'

export interface Visit {
  status: number
  headers: Record<string, string>
  body: string
}

const SESSION_ID = /^cs_[0-9A-Z]{26}$/

export class ConnectPages {
  readonly #flow: ConnectFlow
  /** Origin of TikTok's consent page, where the form's redirect leads. */
  readonly #consentOrigin: string

  constructor(flow: ConnectFlow, tiktokOrigin: string | undefined) {
    this.#flow = flow
    this.#consentOrigin = tiktokOrigin === undefined ? 'https://www.tiktok.com' : new URL(tiktokOrigin).origin
  }

  /** `GET /connect/:session` */
  async show(sessionId: string): Promise<Visit> {
    const opened = SESSION_ID.test(sessionId) ? await this.#flow.open(sessionId) : undefined
    if (opened === undefined) return renderPage(unknownLinkPage)
    const { session, workspaceName, appName, expired } = opened
    if (session.outcome === 'connected') return renderPage(connectedPage({ name: null, missing: [] }))
    if (expired) return renderPage(expiredLinkPage)
    return renderPage(
      invitationPage({
        workspaceName,
        appName,
        scopes: session.scopes,
        action: `/connect/${session.id}`,
        formTargets: [this.#consentOrigin],
        again: session.outcome !== null,
      }),
    )
  }

  /** `POST /connect/:session`: on to TikTok. */
  async go(sessionId: string): Promise<Visit> {
    const url = SESSION_ID.test(sessionId) ? await this.#flow.start(sessionId) : undefined
    return url === undefined ? this.show(sessionId) : redirect(url)
  }

  /** `GET /connect/callback`: back from TikTok. */
  async back(query: URLSearchParams, visitor: Visitor): Promise<Visit> {
    const end = await this.#flow.callback(query, visitor)
    if (end.kind === 'unknown') {
      // TikTok does not promise a state when the creator refuses.
      const denied = query.has('error') && !query.has('state')
      return renderPage(denied ? deniedPage(undefined) : foreignCallbackPage)
    }
    if (end.kind === 'running') return renderPage(alreadyRunningPage)
    const { session } = end
    if (session.returnUrl === null) return renderPage(this.#pageOf(end))
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

  #pageOf(end: Exclude<CallbackEnd, { kind: 'running' | 'unknown' }>): Page {
    if (end.kind === 'connected') return connectedPage(end)
    const { id, outcome, outcomeCode } = end.session
    if (outcomeCode === 'session_expired') return expiredLinkPage
    if (outcome === 'denied') return deniedPage(`/connect/${id}`)
    return notConnectedPage({
      status: 502,
      title: 'TikTok did not finish the connection',
      text: `Nothing was connected. It may work in a few minutes. (${outcomeCode ?? 'unknown'})`,
      retry: `/connect/${id}`,
    })
  }
}

function deniedPage(retry: string | undefined): Page {
  return notConnectedPage({
    status: 200,
    title: 'Nothing was connected',
    text: 'You did not agree at TikTok, so nothing changes.',
    ...(retry === undefined ? {} : { retry }),
  })
}

function redirect(location: string): Visit {
  return {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    body: '',
  }
}
