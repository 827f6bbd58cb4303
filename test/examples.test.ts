/** The example programs, run as a user runs them. `examples/test-your-app.ts` is a test itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { makeSampleVideo } from '@tockwork/media/sample'
import { startTestkit } from '@tockwork/testkit'
import { afterEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const children: ChildProcess[] = []
const emulators: Emulator[] = []

afterEach(async () => {
  for (const child of children.splice(0)) child.kill()
  for (const emulator of emulators.splice(0)) await emulator.close()
})

/** Runs an example with nothing of our environment but PATH; `until` waits for a line on stdout. */
function run(name: string, args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [`examples/${name}`, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const until = async (line: RegExp): Promise<string> => {
    await expect.poll(() => output, { timeout: 15_000, interval: 20 }).toMatch(line)
    return line.exec(output)?.[1] ?? ''
  }
  return { exited, until, output: () => output }
}

test('each is short', () => {
  const files = globSync('examples/*.ts', { cwd: root })
  expect(files.length).toBeGreaterThanOrEqual(3)
  for (const file of files)
    expect(readFileSync(root + file, 'utf8').split('\n').length, file).toBeLessThan(60)
})

test('login-and-post: from the consent page to PUBLISH_COMPLETE', async () => {
  const emulator = await startEmulator({ settings: { processingSeconds: 0 } })
  emulators.push(emulator)
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-example-'))
  const clip = join(folder, 'clip.mp4')
  writeFileSync(clip, makeSampleVideo({ durationSec: 5 }))
  const example = run('login-and-post.ts', [clip], { TOCKWORK_TIKTOK_ORIGIN: emulator.origin })
  const back = emulator.consent(await example.until(/Open (\S+)/), 'mika')
  expect((await fetch(back)).status).toBe(200)
  expect(await example.exited, example.output()).toBe(0)
  expect(example.output()).toMatch(/Posting as Mika.*\n(.*bytes\n)+.*: PUBLISH_COMPLETE\n$/)
  rmSync(folder, { recursive: true })
})

test('webhook-receiver: takes what TikTok signed and nothing else', async () => {
  const example = run('webhook-receiver.ts', [], {})
  const url = await example.until(/Listening on (\S+)/)
  // In real time: a signature says when it was made.
  await using kit = await startTestkit({ emulator: { frozen: false, now: new Date().toISOString() } })
  kit.emulator.plant({
    apps: [{ client_key: 'tw-demo-app', client_secret: 'tw-demo-secret', audited: true, webhook_url: url }],
  })
  const { openId } = await kit.connect('mika')
  await kit.tiktok.auth.revoke(openId)
  await example.until(/^(authorization\.removed: \{"reason":5\})$/m)
  const forged = await fetch(url, { method: 'POST', body: '{}', headers: { 'tiktok-signature': 't=1,s=00' } })
  expect(forged.status).toBe(401)
  await example.until(/^(refused: .+)$/m)
})
