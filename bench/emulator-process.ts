/** The emulator as users start it, and what a load needs from it. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startProgram } from './worker.ts'

export const DEMO = { client_key: 'tw-demo-app', client_secret: 'tw-demo-secret' }
const REDIRECT = 'https://example.com/callback'
const SCOPES = 'user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload'

export const COMMAND = join(import.meta.dirname, '../packages/cli/bin/tockwork.mjs')

export interface EmulatorProcess {
  pid: number
  port: number
  origin: string
  stop: () => Promise<void>
}

/** `tockwork emulate` on a free port. */
export async function startEmulatorProcess(
  settings: Record<string, unknown> = {},
  options: { command?: string; env?: NodeJS.ProcessEnv; dataDir?: string; nodeOptions?: string[] } = {},
): Promise<EmulatorProcess> {
  const pairs = Object.entries(settings).flatMap(([name, value]) => ['--setting', `${name}=${value}`])
  const { pid, line, stop } = await startProgram(
    [
      ...(options.nodeOptions ?? []),
      options.command ?? COMMAND,
      'emulate',
      '--port',
      '0',
      ...(options.dataDir === undefined ? ['--memory'] : ['--data-dir', options.dataDir]),
      '--json',
      ...pairs,
    ],
    options.env,
  )
  const { emulator } = JSON.parse(line) as { emulator: string }
  const { port } = new URL(emulator)
  return { pid, port: Number(port), origin: `http://127.0.0.1:${port}`, stop }
}

export interface UserTokens {
  open_id: string
  access_token: string
  refresh_token: string
}

/** Sends a creator through consent and exchanges the code. */
export async function connectCreator(origin: string, user: string): Promise<UserTokens> {
  const verifier = randomBytes(32).toString('hex')
  const query = new URLSearchParams({
    client_key: DEMO.client_key,
    response_type: 'code',
    scope: SCOPES,
    redirect_uri: REDIRECT,
    state: 'bench',
    code_challenge: createHash('sha256').update(verifier).digest('hex'),
    code_challenge_method: 'S256',
  })
  const consent = await fetch(`${origin}/_emulator/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorize_url: `${origin}/v2/auth/authorize/?${query}`, user }),
  })
  const { redirect_url } = (await consent.json()) as { redirect_url?: string }
  if (redirect_url === undefined) throw new Error('the emulator refused the consent')
  const answer = await fetch(`${origin}/v2/oauth/token/`, {
    method: 'POST',
    body: new URLSearchParams({
      ...DEMO,
      grant_type: 'authorization_code',
      code: new URL(redirect_url).searchParams.get('code') ?? '',
      redirect_uri: REDIRECT,
      code_verifier: verifier,
    }),
  })
  const tokens = (await answer.json()) as UserTokens
  if (tokens.access_token === undefined) throw new Error(`no tokens: ${JSON.stringify(tokens)}`)
  return tokens
}
