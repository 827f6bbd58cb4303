/**
 * Each call of the reference runs as it stands there, by the command and by curl, against one emulator: it is taken, or refused
 * with a code that its contract names and that is about the sample's ids. A parameter that is wrong fails.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scopes } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { endpointExamples } from '@tockwork/contracts/examples'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { MemoryTokenStore, TikTok } from '@tockwork/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf } from './blocks.ts'
import { serveCommands } from './command-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = 'docs/reference/endpoints.md'
/** Ids, codes and tokens are those of TikTok's samples, which nobody has here. */
const NOT_FOUND = new Set(['invalid_publish_id', 'invalid_grant', 'access_token_invalid'])
const NOBODYS =
  /does not exist|cannot find|there is no|token: is unknown|Incorrect `request_id`|url_ownership_unverified/

let emulator: Emulator
let folder: string
let commands: Awaited<ReturnType<typeof serveCommands>>
let env: Record<string, string>

beforeAll(async () => {
  emulator = await startEmulator()
  folder = mkdtempSync(join(tmpdir(), 'tockwork-reference-'))
  commands = await serveCommands(folder)
  const asked = Object.entries(scopes)
    .filter(([, { token }]) => token === 'user')
    .map(([name]) => name)
  const tokens = new MemoryTokenStore()
  const tiktok = new TikTok({
    clientKey: 'tw-demo-app',
    clientSecret: 'tw-demo-secret',
    redirectUri: 'https://example.com/callback',
    origin: emulator.origin,
    tokens,
  })
  const started = await tiktok.auth.start({ scopes: asked })
  const { openId } = await tiktok.auth.finish(emulator.consent(started.url, 'lane'), started)
  const research = await fetch(`${emulator.origin}/v2/oauth/token/`, {
    method: 'POST',
    body: new URLSearchParams({
      client_key: 'tw-research-app',
      client_secret: 'tw-research-secret',
      grant_type: 'client_credentials',
    }),
  })
  env = {
    PATH: [commands.bin, process.env.PATH ?? ''].join(delimiter),
    HOME: folder,
    TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
    TOKEN: (await tokens.get(openId))?.accessToken.reveal() ?? '',
    CLIENT_TOKEN: ((await research.json()) as { access_token: string }).access_token,
  }
  const login = await shell(`npx tockwork login --user mika --scopes ${asked.join(',')}`)
  expect(login.code, login.output).toBe(0)
}, 60_000)
afterAll(async () => {
  await commands.close()
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

function shell(line: string): Promise<{ code: number | null; output: string }> {
  const child = spawn('bash', ['-c', line.replaceAll('http://localhost:4646', emulator.origin)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += String(piece)))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })))
}

/** Which endpoint each block stands under. */
const calls = blocksOf(root, PAGE)
  .filter(({ language }) => language === 'sh')
  .map(({ at, text }) => {
    const before = readFileSync(join(root, PAGE), 'utf8')
      .split('\n')
      .slice(0, Number(at.split(':')[1]))
    const heading = before.findLast((line) => line.startsWith('## '))
    return { id: heading?.slice(3) ?? '', lines: text.trim().split(/\n(?=npx |curl )/) }
  })

test('every endpoint that a program calls, and has a sample, has a call', () => {
  const callable = endpoints.filter(
    ({ id, auth }) => auth !== 'session' && auth !== 'upload-url' && endpointExamples[id] !== undefined,
  )
  expect(calls.map(({ id }) => id)).toEqual(callable.map(({ id }) => id))
  expect(calls.length).toBeGreaterThan(35)
})

test('each is taken, or refused for ids that nobody has', { timeout: 120_000 }, async () => {
  const wrong: string[] = []
  for (const { id, lines } of calls)
    for (const line of lines) {
      const { output } = await shell(line)
      const [, code = 'ok'] = /"(?:code|error)":\s*"([a-z_]+)"/.exec(output) ?? []
      const known = code === 'ok' || NOT_FOUND.has(code) || NOBODYS.test(output)
      if (!known || !/^\s*(?:\{|PK)/.test(output))
        wrong.push(`${id}: ${line.slice(0, 80)} => ${output.slice(0, 300)}`)
    }
  expect(wrong).toEqual([])
})
