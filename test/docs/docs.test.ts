/**
 * Every program in the pages runs as it stands there, against one emulator and one hub, page by page, from top to bottom.
 * What only a reader has is filled in: ids such as `acc_…`, and the addresses of the emulator and the hub.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Block, blocksOf, isProgram, pages } from './blocks.ts'
import { serveCommands } from './command-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = join(root, 'packages/cli/bin/tockwork.mjs')
const blocks = pages(root)
  .flatMap((page) => blocksOf(root, page))
  .filter(isProgram)
const runnable = blocks.filter(({ noRun }) => noRun === undefined)

let folder: string
let dev: ChildProcess
let commands: Awaited<ReturnType<typeof serveCommands>>
let facts: { emulator: string; hub: string; api_key_file: string }
const ids = { app: '', acc: '', ast: '' }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-docs-'))
  commands = await serveCommands(folder)
  symlinkSync(join(root, 'examples'), join(folder, 'examples'))
  dev = spawn(
    process.execPath,
    [bin, 'dev', '--json', '--setting', 'processingSeconds=0', '--setting', 'moderationSeconds=0'],
    { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'ignore'] },
  )
  facts = JSON.parse(await firstLine(dev))
  await connect()
}, 120_000)

afterAll(async () => {
  const gone = new Promise((resolve) => dev.once('exit', resolve))
  dev.kill('SIGTERM')
  await gone
  await commands.close()
  rmSync(folder, { recursive: true, force: true })
})

function environment(more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: [commands.bin, process.env.PATH ?? ''].join(delimiter),
    HOME: folder,
    NO_COLOR: '1',
    TOCKWORK_EMULATOR_PORT: '0',
    TOCKWORK_HUB_PORT: '0',
    // What stands in pictures is looked at elsewhere, and takes longer than all blocks together.
    TOCKWORK_MEDIA_CHECKS: 'rules',
    TOCKWORK_FFMPEG: '/nowhere',
    ...more,
  }
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout?.on('data', (piece) => {
      text += String(piece)
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    stdout?.once('end', () => reject(new Error(`dev ended: ${text}`)))
  })
}

/**
 * An account and an asset in the hub, for blocks that name one. Hub, programs and shell are three creators, since a
 * creator's newer consent to an app replaces the scopes of the older one.
 */
async function connect(): Promise<void> {
  const key = readFileSync(facts.api_key_file, 'utf8').trim()
  const call = async (path: string, init: RequestInit = {}): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers }
    const answer = await fetch(`${facts.hub}${path}`, { ...init, headers })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const first = async (path: string): Promise<string> =>
    ((await call(path)).data as { id: string }[])[0]?.id as string
  ids.app = await first('/v1/apps')
  const session = await call('/v1/connect-sessions', {
    method: 'POST',
    headers: { 'idempotency-key': 'docs' },
    body: JSON.stringify({
      app_id: ids.app,
      scopes: ['user.info.basic', 'user.info.stats', 'video.list', 'video.publish'],
    }),
  })
  const page = await (await fetch(String(session.url))).text()
  const started = /href="([^"]*\/start[^"]*)"|action="([^"]*)"/.exec(page)
  const next = new URL((started?.[1] ?? started?.[2] ?? '').replaceAll('&amp;', '&'), String(session.url))
  const away = await fetch(next, { method: started?.[1] === undefined ? 'POST' : 'GET', redirect: 'manual' })
  const consent = await fetch(`${facts.emulator}/_emulator/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorize_url: away.headers.get('location'), user: 'noor' }),
  })
  const { redirect_url } = (await consent.json()) as { redirect_url: string }
  await fetch(redirect_url)
  ids.acc = await first('/v1/connected-accounts')
  const asset = await call('/v1/assets', {
    method: 'POST',
    headers: { 'idempotency-key': 'docs', 'content-type': 'video/mp4' },
    body: new Uint8Array(makeSampleVideo({ durationSec: 5 })),
  })
  ids.ast = String(asset.id)
}

/** These go on until they are stopped; that they take their options is what is tried. */
const LASTING = /^npx tockwork (?:(?:emulate|dev|serve|webhooks listen|mcp)\b.*)$/

function shell(text: string): string {
  return filledIn(text)
    .split('\n')
    .map((line) => {
      if (LASTING.test(line) && !/--help/.test(line)) return `${line} --help`
      // A person at a terminal would press a key; the questions have tests of their own.
      if (line === 'npx tockwork login') return `${line} --user mika`
      if (/^npx tockwork post /.test(line) && !/--privacy/.test(line)) return `${line} --privacy public`
      return line
    })
    .join('\n')
}

function filledIn(text: string): string {
  return text
    .replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):4646/g, facts.emulator)
    .replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):4848/g, facts.hub)
    .replaceAll(/\b(app|acc|ast)_…/g, (_, kind: keyof typeof ids) => ids[kind])
}

async function run(block: Block): Promise<{ code: number | null; output: string }> {
  const isShell = block.language === 'sh' || block.language === 'bash'
  let args: string[]
  if (isShell) args = ['-c', `set -eu\n${shell(block.text)}`]
  else {
    // Inside of the checkout, so that its packages are found.
    mkdirSync(join(root, 'build'), { recursive: true })
    const place = mkdtempSync(join(root, 'build/docs-'))
    writeFileSync(join(place, 'block.ts'), program(filledIn(block.text)))
    args = [join(place, 'block.ts')]
  }
  const child = spawn(isShell ? 'bash' : process.execPath, args, {
    cwd: folder,
    env: environment({ TOCKWORK_HUB_URL: facts.hub }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += String(piece)))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (!isShell) rmSync(join(args[0] as string, '..'), { recursive: true })
  // An answer of the API that refuses is a failure, though curl is content with it.
  const refused = isShell && /"type":\s*"[^"]*problems?\/|"status":\s*4\d\d\b/.test(output)
  return { code: refused ? 1 : code, output }
}

/** What the pages leave to the reader: who the user is, and where they came back to. */
function program(text: string): string {
  const consent =
    "const callbackUrl = ((await (await fetch('EMULATOR/_emulator/authorize', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ authorize_url: started.url, user: 'lane' }) })).json()) as { redirect_url: string }).redirect_url\n"
  const at = /^.*\bcallbackUrl\b/m.exec(text)
  if (at === null || /const callbackUrl/.test(text)) return text
  return `${text.slice(0, at.index)}${consent.replace('EMULATOR', facts.emulator)}${text.slice(at.index)}`
}

test('what is not run says why', () => {
  const left = blocks.filter(({ noRun }) => noRun !== undefined)
  console.log(
    `${runnable.length} programs of the pages run, ${left.length} cannot: ${left.map(({ at, noRun }) => `${at} (${noRun})`).join('; ')}`,
  )
  for (const { noRun } of left) expect(noRun?.length).toBeGreaterThan(10)
  expect(runnable.length).toBeGreaterThan(left.length)
})

describe.each([...new Set(runnable.map(({ page }) => page))])('%s', (page) => {
  // A page is read by itself: what another one wrote is not there, and what it set does not hold.
  beforeAll(async () => {
    rmSync(join(folder, 'clip.mp4'), { force: true })
    await fetch(`${facts.emulator}/_emulator/settings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ processingSeconds: 0, moderationSeconds: 0 }),
    })
  })
  test.each(runnable.filter((block) => block.page === page).map((block) => [block.at, block] as const))(
    '%s',
    async (_, block) => {
      const { code, output } = await run(block)
      expect(code, output).toBe(0)
    },
    // What takes two seconds alone takes much longer beside other tests.
    180_000,
  )
})

test('the world of the README is one', async () => {
  const world = blocksOf(root, 'README.md').find(({ language }) => language === 'yaml')?.text as string
  writeFileSync(join(folder, 'world.yaml'), world)
  const child = spawn(
    process.execPath,
    [bin, 'emulate', '--json', '--port', '0', '--data-dir', 'other', '--world', 'world.yaml'],
    { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const { emulator } = JSON.parse(await firstLine(child)) as { emulator: string }
  const read = async (what: string) => (await fetch(`${emulator}/_emulator/${what}`)).json()
  expect(await read('apps')).toMatchObject({
    apps: [{ client_key: 'my-app', webhook_url: 'http://localhost:3000/webhooks' }],
  })
  expect(await read('creators')).toMatchObject({ creators: [{}, {}] })
  child.kill()
}, 30_000)
