/** The connect pages as plain requests and answers; the HTTP server carries them. */
import { usesHandles } from '../platforms/registry.ts'
import type { ConnectSession } from '../storage/connect-sessions.ts'
import { isShopScope, SELLER_ORIGINS } from '../tiktok/shop/capabilities.ts'
import type { Brand } from './brand.ts'
import type { CallbackEnd, ConnectFlow, Visitor } from './connect-flow.ts'
import { type HandleTrouble, handleMessages, handlePage } from './handle-pages.ts'
import type { HandleSignIn } from './handle-sign-in.ts'
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
  /** The same for sellers. */
  readonly #sellerOrigins: readonly string[]

  readonly #handles: HandleSignIn
  /** Where a handle may lead: to any server, as far as the hub itself is reached. */
  readonly #accountServers: readonly string[]

  constructor(parts: {
    flow: ConnectFlow
    sdk: SdkConnect
    handles: HandleSignIn
    tiktokOrigin: string | undefined
    publicUrl: string
  }) {
    const { flow, sdk, tiktokOrigin } = parts
    this.#flow = flow
    this.#handles = parts.handles
    this.#accountServers = parts.publicUrl.startsWith('https:') ? ['https:'] : ['https:', 'http:']
    this.#sdk = sdk
    this.#consentOrigin = tiktokOrigin === undefined ? 'https://www.tiktok.com' : new URL(tiktokOrigin).origin
    this.#sellerOrigins = tiktokOrigin === undefined ? SELLER_ORIGINS : [this.#consentOrigin]
  }

  /** `GET /connect/:session` */
  async show(sessionId: string, browser: Browser, wish?: string | null): Promise<Visit> {
    const opened = SESSION_ID.test(sessionId) ? await this.#flow.open(sessionId) : undefined
    if (opened === undefined) return render(unknownLinkPage(speechFor(undefined, browser, wish)))
    const { session, brand, appName, platform, expired } = opened
    const speech = speechFor(session, browser, wish)
    if (session.outcome === 'connected')
      return render(
        connectedPage({
          name: null,
          missing: [],
          speech,
          brand,
          ...(usesHandles(platform) ? { unnamed: handleMessages(speech).connected } : {}),
        }),
      )
    if (expired)
      return render(expiredLinkPage(speech, newsFor(session, { type: 'failed', reason: 'expired' })))
    if (usesHandles(platform)) return this.#handlePage({ session, brand }, speech)
    return render(
      invitationPage({
        brand,
        appName,
        scopes: session.scopes,
        speech,
        action: `/connect/${session.id}`,
        formTargets: session.scopes.some(isShopScope) ? this.#sellerOrigins : [this.#consentOrigin],
        again: session.outcome !== null,
        news: newsFor(session, { type: 'session', session_id: session.id }),
      }),
    )
  }

  /** `POST /connect/:session`: on to the platform. */
  async go(sessionId: string, browser: Browser, form: URLSearchParams, visitor: Visitor): Promise<Visit> {
    const opened = SESSION_ID.test(sessionId) ? await this.#flow.open(sessionId) : undefined
    if (opened !== undefined && usesHandles(opened.platform))
      return this.#signIn(opened, form, visitor, browser)
    const begun = opened === undefined ? undefined : await this.#flow.start(sessionId)
    return begun === undefined || 'failure' in begun ? this.show(sessionId, browser) : redirect(begun.url)
  }

  async #signIn(
    opened: { session: ConnectSession; brand: Brand },
    form: URLSearchParams,
    visitor: Visitor,
    browser: Browser,
  ): Promise<Visit> {
    const { session } = opened
    const identifier = form.get('identifier')?.trim().slice(0, 300) ?? ''
    const password = form.get('password')?.slice(0, 100) || undefined
    const step = await this.#handles.go(session.id, { identifier, password }, visitor)
    switch (step.kind) {
      case 'go':
        return redirect(step.url)
      case 'trouble':
        return this.#handlePage(opened, speechFor(session, browser), { identifier, trouble: step.trouble })
      case 'end':
        return this.#ended(step.end, browser)
      case 'over':
        return this.show(session.id, browser)
    }
  }

  async #handlePage(
    { session, brand }: { session: ConnectSession; brand: Brand },
    speech: Speech,
    typed: { identifier: string; trouble: HandleTrouble | undefined } = {
      identifier: '',
      trouble: undefined,
    },
  ): Promise<Visit> {
    return render(
      handlePage({
        brand,
        speech,
        action: `/connect/${session.id}`,
        // Which server it will be is known when the handle is.
        formTargets: this.#accountServers,
        hasConsentPage: await this.#handles.hasConsentPage(session),
        ...typed,
        again: session.outcome !== null,
        news: newsFor(session, { type: 'session', session_id: session.id }),
      }),
    )
  }

  /** `GET /connect/callback`: back from TikTok. */
  async back(query: URLSearchParams, visitor: Visitor, browser: Browser): Promise<Visit> {
    return this.#ended(await this.#flow.callback(query, visitor), browser, query)
  }

  async #ended(end: CallbackEnd, browser: Browser, query = new URLSearchParams()): Promise<Visit> {
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
    const opened = await this.#flow.open(id)
    const brand = opened?.brand
    const handles = usesHandles(opened?.platform) ? handleMessages(speech) : undefined
    const news = newsFor(session, await this.#sdk.outcomeOf(session))
    if (end.kind === 'connected')
      return connectedPage({
        ...end,
        speech,
        brand,
        news,
        ...(handles === undefined ? {} : { unnamed: handles.connected }),
      })
    if (outcomeCode === 'session_expired') return expiredLinkPage(speech, news)
    if (outcome === 'denied') return deniedPage(speech, `/connect/${id}`, news, handles?.denied)
    return notConnectedPage({
      status: 502,
      title: handles?.failed ?? speech.messages.failed,
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

function deniedPage(
  speech: Speech,
  retry: string | undefined,
  news?: News,
  text = speech.messages.denied,
): Page {
  return notConnectedPage({
    status: 200,
    title: speech.messages.nothing,
    text,
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
