import type { ServerResponse } from 'node:http'
import { stringifyJson } from '@tockwork/kernel'

/** What goes back: status, headers, and a body that is at hand. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
  /** Instead of a body: takes over the answer once its head is sent, for streams that stay open. */
  stream?: (response: ServerResponse) => void
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: stringifyJson(value),
  }
}

/** `formAction`: where its forms may lead, by themselves or by a redirect; the consent page leads to any app. */
export function htmlAnswer(status: number, body: string, formAction = "'self'"): Answer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // Styles and scripts only from files of the emulator: text that a stranger chose cannot become either.
      'content-security-policy': `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    },
    body,
  }
}

export function redirectAnswer(location: string, status = 302): Answer {
  return { status, headers: { location, 'cache-control': 'no-store' }, body: '' }
}
