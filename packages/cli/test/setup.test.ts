import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { changeEnv } from '../src/setup/env-file.ts'
import { runHere, Session } from './in-process.ts'
import { type Json, Shop } from './tockwork.ts'

let emulator: Emulator
let site: Server
let siteOrigin: string
/** What the developer's site answers: path to status, type and body. */
const pages = new Map<string, { status?: number; type?: string; body?: string }>()

let shop: Shop
beforeAll(async () => {
  emulator = await startEmulator()
  site = createServer((request, response) => {
    const page = pages.get(request.url ?? '') ?? { status: 404 }
    response.writeHead(page.status ?? 200, { 'content-type': page.type ?? 'text/html' }).end(page.body)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => site.once('listening', resolve))
  siteOrigin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
afterAll(async () => {
  site.close()
  await emulator.close()
})
beforeEach(async () => {
  shop = await Shop.open()
  pages.clear()
})
afterEach(() => shop.close())

const practice = (): Record<string, string> => ({ TOCKWORK_TIKTOK_ORIGIN: emulator.origin })

async function setup(args: string[], env: Record<string, string> = practice()) {
  const { code, stdout, stderr } = await runHere(['setup', ...args, '--json'], { cwd: shop.folder, env })
  const value = JSON.parse(stdout) as Json
  const step = (id: string): Json => value.steps.find((each: Json) => each.id === id)
  return { code, value, step, stderr }
}

async function control(method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await fetch(`${emulator.origin}/_emulator/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(answer.ok, path).toBe(true)
  return answer.json()
}

test('at the start everything is to do, and that is no failure', async () => {
  const { code, value } = await setup([], {})
  expect(code).toBe(0)
  expect(value.steps.map(({ state }: Json) => state)).toEqual(value.steps.map(() => 'todo'))
  expect(value.env_file).toBeNull()
})

test('practice with the portal: each step turns good as it is done there, and the env file has its key', {
  timeout: 60_000,
}, async () => {
  const app = await control('POST', 'apps', { name: 'Soup of the day', platform: 'web' })
  const key = app.client_key as string
  const hook = `${siteOrigin}/hooks`
  pages.set('/hooks', { status: 401 })
  await writeFile(
    join(shop.folder, 'app.ts'),
    "const scope = 'user.info.basic,video.list'\nawait creator.videos.query(['1'], ['id'])\nawait creator.posts.publishVideo({})\n",
  )
  const first = await setup([
    '--practice',
    '--code',
    '.',
    ...[
      `client_key=${key}`,
      'platform=web',
      'redirect_uris=https://app.example.com/callback,http://app.example.com/cb?x=1',
      'scopes=user.info.basic,video.list,video.upload',
      `webhook_url=${hook}`,
      'url_properties=media.example.com',
    ].flatMap((pair) => ['--set', pair]),
  ])
  expect(first.code).toBe(1)
  expect(first.step('redirects').seen).toEqual(
    expect.arrayContaining([
      'http://app.example.com/cb?x=1: scheme must be https',
      'http://app.example.com/cb?x=1: must have no query string',
      'https://app.example.com/callback: not in the portal yet',
    ]),
  )
  expect(first.step('scopes').seen).toEqual(
    expect.arrayContaining([
      'video.publish is not asked for, and used: posting.initVideo at app.ts:3',
      'video.upload is asked for, and nothing uses it',
    ]),
  )
  expect(first.step('url-properties')).toMatchObject({ state: 'problem' })
  expect(first.step('webhooks').seen).toContain(`${hook}: not in the portal yet`)

  // What the person does in the portal.
  await control('PATCH', `apps/${key}`, {
    redirect_uris: ['https://app.example.com/callback'],
    scopes: ['user.info.basic', 'video.list', 'video.publish'],
    webhook_url: hook,
  })
  await control('POST', `apps/${key}/url-properties`, { value: 'media.example.com' })
  await control('POST', `apps/${key}/url-properties/verify`, {
    value: 'media.example.com',
    without_looking: true,
  })
  const sandbox = await control('POST', `apps/${key}/sandboxes`, { name: 'Try' })
  await control('PUT', `apps/${sandbox.client_key}/target-users`, { users: ['mika'] })

  const second = await setup([
    '--practice',
    '--code',
    '.',
    ...[
      'redirect_uris=https://app.example.com/callback',
      'scopes=user.info.basic,video.list,video.publish',
      `sandbox_client_key=${sandbox.client_key}`,
      'target_users=mika',
    ].flatMap((pair) => ['--set', pair]),
    '--done',
    'register',
    '--write-env',
  ])
  const states = Object.fromEntries(second.value.steps.map(({ id, state }: Json) => [id, state]))
  expect(states, JSON.stringify(second.value.steps, null, 1)).toEqual({
    register: 'ok',
    create: 'ok',
    redirects: 'ok',
    policies: 'todo',
    'url-properties': 'ok',
    // Lists are compared by the code: user.info.basic comes with every login.
    scopes: 'ok',
    webhooks: 'ok',
    sandbox: 'ok',
    build: 'todo',
    submit: 'todo',
  })
  expect(second.code).toBe(0)
  const env = join(shop.folder, '.env')
  expect(second.value.env_file).toBe(env)
  expect(await readFile(env, 'utf8')).toBe(
    `TIKTOK_CLIENT_KEY=${key}\nTIKTOK_CLIENT_SECRET=${app.client_secret}\n`,
  )
  expect((await stat(env)).mode & 0o777).toBe(0o600)
  expect(JSON.stringify(second.value)).not.toContain(app.client_secret)

  // Another app's credentials are not overwritten silently.
  await writeFile(env, 'PORT=3000\nTIKTOK_CLIENT_KEY=other\n')
  const refused = await runHere(['setup', '--practice', '--write-env'], { cwd: shop.folder, env: practice() })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('another TIKTOK_CLIENT_KEY') })
  expect(await readFile(env, 'utf8')).toContain('other')
  expect((await setup(['--practice', '--write-env', '--force'])).code).toBe(0)
  expect(await readFile(env, 'utf8')).toMatch(/^PORT=3000\nTIKTOK_CLIENT_KEY=(?!other)/)
})

test('pages and receivers that do not answer as reviewers and TikTok expect are told', async () => {
  pages.set('/open-hook', { status: 200 })
  const { step } = await setup(
    [
      `webhook_url=${siteOrigin}/open-hook`,
      'website=http://example.com',
      'privacy_policy=https://127.0.0.1:1/privacy',
      'url_properties=http://media.example.com/videos,media.example.com',
      'url_token.media.example.com=short',
      'client_key=aw1',
      'sandbox_client_key=aw1',
    ].flatMap((pair) => ['--set', pair]),
    {},
  )
  expect(step('webhooks').seen[1]).toMatch(/took an event without a signature/)
  expect(step('policies').seen).toEqual([
    'website: http://example.com is no https address',
    expect.stringMatching(/^privacy policy: https:\/\/127\.0\.0\.1:1\/privacy cannot be reached: \w+/),
    'terms: no address yet',
  ])
  expect(step('url-properties').seen).toEqual([
    'http://media.example.com/videos: scheme must be https',
    'http://media.example.com/videos: must end with a slash',
    'media.example.com: the signature is 32 letters and digits, as the portal shows it',
  ])
  expect(step('sandbox').seen[0]).toMatch(/has one of its own/)
  expect(step('create').seen).toContain('TIKTOK_CLIENT_SECRET is not set')
})

test('what is no answer is refused by name, and a secret is none', async () => {
  for (const [args, words] of [
    [['--set', 'client_secret=x'], /history of the shell/],
    [['--set', 'colour=red'], /has no answer "colour"/],
    [['--set', 'website'], /is not NAME=VALUE/],
    [['--done', 'redirects'], /no step that is ticked by hand/],
    [['--write-env'], /wants a client key/],
    [['--code', 'nowhere'], /is no folder/],
  ] as const) {
    const { code, stdout, stderr } = await runHere(['setup', ...args], { cwd: shop.folder })
    expect({ code, text: stdout + stderr }).toEqual({ code: 2, text: expect.stringMatching(words) })
  }
})

test('a person is asked, step by step, and every answer is kept', async () => {
  const { stdout } = await new Session({ cwd: shop.folder })
    .atTerminal([
      [/Register as a developer: done\?/, 'y'],
      [/Client key of the app/, 'aw9\r'],
      [/web or as a desktop/, 'web\r'],
      [/Redirect URIs, separated/, 'https://a.example/cb\r'],
      [/Address of the website/, '\x03'],
    ])
    .run(['setup'])
  expect(stdout).toContain('Register as a developer')
  const kept = JSON.parse(await readFile(join(shop.folder, '.tockwork/cli/setup.json'), 'utf8')) as Json
  expect(kept).toEqual({
    done: ['register'],
    client_key: 'aw9',
    platform: 'web',
    redirect_uris: ['https://a.example/cb'],
  })
})

test('an env file keeps its other lines, quotes and comments, and takes no value that a shell would read', () => {
  expect(changeEnv('# app\nexport A="1"\nB=2\n', { A: '1', C: '3' })).toEqual({
    text: '# app\nexport A="1"\nB=2\nC=3\n',
    replaces: [],
    changed: true,
  })
  expect(changeEnv('A=1\n', { A: '2' })).toMatchObject({ text: 'A=2\n', replaces: ['A'] })
  expect(() => changeEnv('', { A: '$(rm)' })).toThrow(/A holds a character/)
})
