/** A server on 127.0.0.1 that waits for one callback of a login and tells the person in the browser what happened. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthError, UsageError } from '@tockwork/kernel'
import { Interrupted, LocalError } from './output/failure.ts'

export class LoopbackReceiver {
  readonly redirectUri: string
  readonly #server: Server
  readonly #path: string
  #onRequest: ((url: URL, response: ServerResponse) => void) | undefined

  private constructor(server: Server, redirectUri: string) {
    this.#server = server
    this.redirectUri = redirectUri
    this.#path = new URL(redirectUri).pathname
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', redirectUri)
      if (url.pathname !== this.#path || request.method !== 'GET')
        return page(response, 404, 'Nothing here', '')
      this.#onRequest?.(url, response)
    })
  }

  /** @param redirectUri address that the app has registered; a free port and `/callback` without it. */
  static async listen(redirectUri?: string): Promise<LoopbackReceiver> {
    const wanted = redirectUri === undefined ? undefined : readRedirect(redirectUri)
    const server = createServer()
    const port = wanted === undefined ? 0 : Number(wanted.port || 80)
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        reject(
          new LocalError(`Port ${port} of the redirect address cannot be used: ${cause.message}`, {
            code: 'redirect_port_taken',
            action: 'Stop the program that has it, or register another address.',
            cause,
          }),
        )
      })
      server.listen(port, wanted?.hostname === '[::1]' ? '::1' : '127.0.0.1', () => resolve())
    })
    const { port: chosen } = server.address() as AddressInfo
    return new LoopbackReceiver(server, redirectUri ?? `http://127.0.0.1:${chosen}/callback`)
  }

  /** The callback's address, once it comes with the state of this login or with a refusal. */
  answer(state: string, options: { seconds: number; signal: AbortSignal }): Promise<string> {
    const { seconds, signal } = options
    return new Promise((resolve, reject) => {
      const interrupted = (): void => reject(new Interrupted('Login given up; nothing was changed.'))
      if (signal.aborted) interrupted()
      signal.addEventListener('abort', interrupted, { once: true })
      const timer = setTimeout(() => {
        reject(
          new AuthError(`No answer within ${seconds} s.`, {
            code: 'login_timeout',
            needs: 'reconnect',
            retry: 'never',
          }),
        )
      }, seconds * 1000)
      this.#onRequest = (url, response) => {
        const error = url.searchParams.get('error')
        const answered = url.searchParams.get('state')
        // A stray or forged visit must not end the login that is under way.
        if (error === null ? answered !== state : answered !== null && answered !== state) {
          return page(
            response,
            400,
            'Not this login',
            'This answer belongs to another login. Nothing was changed.',
          )
        }
        clearTimeout(timer)
        signal.removeEventListener('abort', interrupted)
        if (error === null)
          page(response, 200, 'You agreed', 'Go back to the terminal; you can close this page.')
        else
          page(
            response,
            200,
            'Not agreed',
            `TikTok says: ${error}. Go back to the terminal; you can close this page.`,
          )
        resolve(url.href)
      }
    })
  }

  async close(): Promise<void> {
    // What was answered must reach the browser before the connection goes.
    this.#server.closeIdleConnections()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      setTimeout(() => this.#server.closeAllConnections(), 500).unref()
    })
  }
}

function readRedirect(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const local = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url !== undefined && local && url.protocol === 'http:') return url
  throw new UsageError(
    `--redirect-uri ${text}: only http://127.0.0.1:<port>/… or http://localhost:<port>/… reach this command.`,
    {
      field: '--redirect-uri',
      action: 'Register such an address for the app in the portal (product Login Kit, platform Desktop).',
    },
  )
}

function page(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  })
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)} · Tockwork</title>` +
      '<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>' +
      `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p></html>`,
  )
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
