/** Bluesky's own server, started for a test, with one account; it is installed by who asks for it (README.md beside). */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const FOLDER = join(import.meta.dirname, 'pds')

/** Why there is no server to ask; undefined where it is installed. */
export const PDS_MISSING = existsSync(join(FOLDER, 'node_modules/@atproto/pds'))
  ? undefined
  : "needs Bluesky's own server: npm ci --ignore-scripts --prefix test/witness/pds"

export const HANDLE = 'mika.test'
/** The password of the whole account, which only the server's own page may see. */
const PASSWORD = 'the password of the whole account'

export interface OwnPds {
  home: string
  /** Of its accounts' documents. */
  directory: string
  did: string
  appPassword: string
  /** What the account's owner does on the server's page: signs in and agrees. Answers where the browser is sent. */
  consent(authorizeUrl: string): Promise<URL>
  stop(): void
}

export async function startOwnPds(): Promise<OwnPds> {
  const server = spawn(process.execPath, [join(FOLDER, 'serve.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] })
  let started: { url: string; directory: string } | undefined
  for await (const line of createInterface({ input: server.stdout })) {
    started = JSON.parse(line)
    break
  }
  if (started === undefined) throw new Error('the server did not start')
  const { url: home, directory } = started
  const account = { handle: HANDLE, email: 'mika@example.com', password: PASSWORD }
  const made = await xrpc(home, 'com.atproto.server.createAccount', account)
  const { password } = await xrpc(
    home,
    'com.atproto.server.createAppPassword',
    { name: 'tockwork' },
    made.accessJwt,
  )
  return {
    home,
    directory,
    did: made.did,
    appPassword: password,
    consent: (authorizeUrl) => consentAt(authorizeUrl, made.did),
    stop: () => server.stdin.end(),
  }
}

async function xrpc(home: string, method: string, json: unknown, token?: string) {
  const response = await fetch(`${home}/xrpc/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(json),
  })
  if (!response.ok) throw new Error(`${method}: ${await response.text()}`)
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
  return (await response.json()) as any
}

/** As the page's own script does it, with the headers that a browser adds. */
async function consentAt(authorizeUrl: string, did: string): Promise<URL> {
  const cookies = new Map<string, string>()
  const { origin } = new URL(authorizeUrl)
  const page = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const shown = await browse(authorizeUrl, cookies, page)
  if (shown.status !== 200)
    throw new Error(`the consent page answered ${shown.status}: ${shown.body.slice(0, 500)}`)
  const ask = async (endpoint: string, body: object) => {
    const headers = {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-dest': 'empty',
      origin,
      referer: authorizeUrl,
      'content-type': 'application/json',
      'x-csrf-token': cookies.get('csrf-token') ?? '',
    }
    const url = `${origin}/@atproto/oauth-provider/~api/${endpoint}`
    const answer = await browse(url, cookies, headers, JSON.stringify(body))
    if (answer.status !== 200) throw new Error(`${endpoint} answered ${answer.status}: ${answer.body}`)
    return JSON.parse(answer.body) as { url: string }
  }
  await ask('sign-in', { locale: 'en', username: HANDLE, password: PASSWORD, remember: true })
  const { url } = await ask('consent', { did })
  const back = new URL(url).searchParams
  const target = new URL(back.get('redirect_uri') ?? '')
  for (const name of ['iss', 'state', 'code', 'error', 'error_description']) {
    const value = back.get(name)
    if (value !== null) target.searchParams.set(name, value)
  }
  return target
}

function browse(
  url: string,
  cookies: Map<string, string>,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = request(
      url,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, cookie, 'user-agent': 'Mozilla/5.0' },
      },
      async (response: IncomingMessage) => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
          cookies.set(name, value)
        }
        let text = ''
        for await (const piece of response) text += piece
        resolve({ status: response.statusCode ?? 0, body: text })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
