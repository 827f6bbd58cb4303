/** A platform behind the port, as the hub's consent and tokens see any platform. */
import type { AppPassword, Connector, ConsentPage, PlatformResult } from '@tockwork/connectors'
import type { Secret } from '@tockwork/kernel'
import type { PlatformTokens } from '../tiktok/tokens.ts'
import { toGrant, toTokens } from './grant-tokens.ts'

type CallSignal = { signal?: AbortSignal | undefined }

export interface CreatorName {
  username?: string
  displayName?: string
  avatarUrl?: string
}

export class ConnectorPlatform {
  readonly connector: Connector

  constructor(connector: Connector) {
    this.connector = connector
  }

  get consentPage(): ConsentPage | undefined {
    return this.connector.authorization.find((way) => way.kind === 'consent-page')
  }

  get appPassword(): AppPassword | undefined {
    return this.connector.authorization.find((way) => way.kind === 'app-password')
  }

  /** The consent page's address. `state` must be unguessable and is expected back. */
  async begin(
    login: { scopes: readonly string[]; redirectUri: string; state: string; identifier: string },
    options?: CallSignal,
  ): Promise<PlatformResult<{ url: string; codeVerifier: Secret }>> {
    const page = this.consentPage
    if (page === undefined) return NO_CONSENT_PAGE
    const begun = await page.start(login, options)
    return begun.ok ? { ok: true, value: { url: begun.value.url, codeVerifier: begun.value.secret } } : begun
  }

  async finish(
    callback: URLSearchParams,
    { codeVerifier, ...login }: { state: string; redirectUri: string; codeVerifier: Secret },
    options?: CallSignal,
  ): Promise<PlatformResult<PlatformTokens>> {
    const page = this.consentPage
    if (page === undefined) return NO_CONSENT_PAGE
    const answer = await page.finish(callback, { ...login, secret: codeVerifier }, options)
    return answer.ok ? { ok: true, value: toTokens(answer.value) } : answer
  }

  async refresh(tokens: PlatformTokens, options?: CallSignal): Promise<PlatformResult<PlatformTokens>> {
    const { refresh } = this.connector
    // What cannot be renewed is as good as it was until its end.
    if (refresh === undefined) return { ok: true, value: tokens }
    const answer = await refresh.call(this.connector, toGrant(tokens), options)
    return answer.ok ? { ok: true, value: toTokens(answer.value) } : answer
  }

  revoke(tokens: PlatformTokens, options?: CallSignal): Promise<PlatformResult<void>> {
    return this.connector.revoke(toGrant(tokens), options)
  }

  /** Who the creator is. */
  async profile(tokens: PlatformTokens, options?: CallSignal): Promise<PlatformResult<CreatorName>> {
    const answer = await this.connector.reading.profile(toGrant(tokens), options)
    if (!answer.ok) return answer
    const { username, displayName, avatarUrl } = answer.value
    return {
      ok: true,
      value: {
        ...(username === null ? {} : { username }),
        ...(displayName === null ? {} : { displayName }),
        ...(avatarUrl === null ? {} : { avatarUrl }),
      },
    }
  }
}

const NO_CONSENT_PAGE = {
  ok: false,
  failure: {
    code: 'consent_page_missing',
    message: 'This hub has no address that the platform could send anybody back to.',
    action: 'Use an app password, or give the hub an https address (TOCKWORK_PUBLIC_URL).',
    retry: 'never',
    sent: 'no',
  },
} as const
