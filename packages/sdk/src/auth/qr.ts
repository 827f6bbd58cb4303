/** Login by QR code. Source: developers.tiktok.com/doc/login-kit-qr-code-authorization. */

import type { OutputOf } from '@tockwork/contracts'
import { checkQrCode, getQrCode } from '@tockwork/contracts/oauth'
import { AuthError, type Random, UsageError } from '@tockwork/kernel'
import type { Credential, Dispatcher } from '../transport/dispatcher.ts'
import { base64url, sameText } from './pkce.ts'

/** A code to draw, and what is needed to ask about it. */
export interface QrCode {
  /** Draw this as a QR code. */
  url: string
  token: string
  /** Made for this code; only answers that carry it are believed. */
  clientTicket: string
}

export interface QrStatus {
  status: OutputOf<typeof checkQrCode>['status']
  /** Once confirmed: for `auth.exchange`, together with `redirectUri`. */
  code?: string
  redirectUri?: string
  state?: string
}

interface QrParts {
  clientKey: string
  random: Random
  dispatcher: Dispatcher
  app: Credential
  appFields: () => { client_key: string; client_secret: string }
}

const PLACEHOLDER = 'client_ticket=tobefilled'

export class QrLogin {
  readonly #parts: QrParts

  constructor(parts: QrParts) {
    this.#parts = parts
  }

  /** Asks for a code and puts a ticket of our own into it. */
  async get(options: {
    scopes: readonly string[]
    state?: string
    signal?: AbortSignal | undefined
  }): Promise<QrCode> {
    const { clientKey, random, dispatcher, app } = this.#parts
    const { scopes, state, signal } = options
    if (scopes.length === 0) throw new UsageError('scopes: at least one scope is needed', { field: 'scopes' })
    const input = { client_key: clientKey, scope: [...scopes], ...(state === undefined ? {} : { state }) }
    const answer = (await dispatcher.call(getQrCode, { input, signal }, app)) as OutputOf<typeof getQrCode>
    const clientTicket = base64url(random.bytes(24))
    const url = answer.scan_qrcode_url.includes(PLACEHOLDER)
      ? answer.scan_qrcode_url.replace(PLACEHOLDER, `client_ticket=${clientTicket}`)
      : `${answer.scan_qrcode_url}${answer.scan_qrcode_url.includes('?') ? '&' : '?'}client_ticket=${clientTicket}`
    return { url, token: answer.token, clientTicket }
  }

  /**
   * Asks whether a code was scanned and confirmed. How often is not documented; every two seconds is polite.
   * @throws {AuthError} `client_ticket_mismatch` when the answer belongs to another code.
   */
  async check(
    code: Pick<QrCode, 'token' | 'clientTicket'>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<QrStatus> {
    const { dispatcher, app, appFields } = this.#parts
    const input = { ...appFields(), token: code.token }
    const answer = (await dispatcher.call(checkQrCode, { input, signal: options.signal }, app)) as OutputOf<
      typeof checkQrCode
    >
    const { status, client_ticket: ticket, state } = answer
    // Before a scan and after expiry the ticket is empty; then the answer carries nothing to steal.
    const empty = ticket === '' && (status === 'new' || status === 'expired')
    if (!empty && !sameText(ticket, code.clientTicket)) {
      throw new AuthError('The answer belongs to another QR code: its client_ticket differs.', {
        code: 'client_ticket_mismatch',
        needs: 'reconnect',
        retry: 'never',
        endpoint: checkQrCode.id,
        action: 'Do not use it. Draw a new code.',
      })
    }
    const redirect = answer.redirect_uri
    const url = redirect !== undefined && URL.canParse(redirect) ? new URL(redirect) : undefined
    const given = answer.code ?? url?.searchParams.get('code') ?? undefined
    const redirectUri = url === undefined ? redirect : bare(url, redirect as string)
    return {
      status,
      ...(given === undefined ? {} : { code: given }),
      ...(redirectUri === undefined ? {} : { redirectUri }),
      ...(state === undefined ? {} : { state }),
    }
  }
}

/** The registered address: what came before the query. `URL` would add a slash that was not registered. */
function bare(url: URL, text: string): string {
  return url.search === '' ? text : text.slice(0, text.indexOf('?'))
}
