/** Examples that are apps of their own, or in other languages: run as they stand, on one emulator. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Emulator, type EmulatorProxy, startEmulator, startProxy } from '@tockwork/emulator'
import { TikTokShop } from '@tockwork/sdk/shop'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const CHROMIUM = '/usr/bin/chromium'
let emulator: Emulator
let folder: string

beforeAll(async () => {
  emulator = await startEmulator()
  folder = mkdtempSync(join(tmpdir(), 'tockwork-example-'))
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs a program with nothing of our environment but PATH. `answer` is typed when the output fits `when`. */
function run(
  program: string,
  args: string[],
  env: Record<string, string>,
  { when, answer }: { when?: RegExp; answer?: (found: string) => string } = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
  })
  let output = ''
  let asked = false
  const hear = (piece: unknown): void => {
    output += String(piece)
    const found = asked ? undefined : when?.exec(output)?.[1]
    if (found === undefined) return
    asked = true
    child.stdin.end(`${answer?.(found) ?? ''}\n`)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  child.stdin.on('error', () => undefined)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** The routes of the Next.js app, answered as Next answers them: a file's `GET` at the folder's address. */
async function startApp(): Promise<{ server: Server; origin: string }> {
  const routes: Record<string, (request: Request) => Promise<Response>> = {
    '/api/tiktok/login': (await import('../examples/nextjs/app/api/tiktok/login/route.ts')).GET,
    '/api/tiktok/callback': (await import('../examples/nextjs/app/api/tiktok/callback/route.ts')).GET,
    '/api/me': (await import('../examples/nextjs/app/api/me/route.ts')).GET,
  }
  const server = createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', origin)
    const headers = new Headers(
      incoming.headers.cookie === undefined ? {} : { cookie: incoming.headers.cookie },
    )
    const route = routes[url.pathname]
    const answer = route === undefined ? new Response('home') : await route(new Request(url, { headers }))
    outgoing.writeHead(answer.status, [...answer.headers].flat())
    outgoing.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  Object.assign(process.env, {
    APP_URL: origin,
    TOKEN_DIR: join(folder, 'tokens'),
    TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
  })
  return { server, origin }
}

const cookieOf = (answer: Response, name: string): string =>
  answer.headers
    .getSetCookie()
    .find((each) => each.startsWith(`${name}=`))
    ?.split(';')[0] ?? ''

test('Next.js: Login with TikTok, the tokens on the server, and nobody else’s callback', async () => {
  const { server, origin } = await startApp()
  const get = (url: string, cookie = '') =>
    fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } })
  try {
    const begun = await get(`${origin}/api/tiktok/login`)
    const back = emulator.consent(begun.headers.get('location') ?? '', 'mika')
    const waiting = cookieOf(begun, 'tiktok_login')
    expect(begun.headers.getSetCookie().join()).toMatch(/HttpOnly; SameSite=Lax/)

    // In a browser that began no login, and with a cookie that was tampered with.
    for (const cookie of ['', waiting.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))])
      expect((await get(back, cookie)).headers.get('location')).toContain('problem=This+login+began')

    const done = await get(back, waiting)
    expect(done.headers.get('location')).toBe(`${origin}/`)
    const session = cookieOf(done, 'session')
    expect(await (await get(`${origin}/api/me`, session)).json()).toEqual({
      display_name: 'Mika',
      titles: [expect.any(String), expect.any(String), expect.any(String)],
    })
    expect((await get(`${origin}/api/me`)).status).toBe(401)
    // A browser holds no token of TikTok's.
    expect([...done.headers].flat().join()).not.toMatch(/act\.|rft\./)
  } finally {
    server.close()
  }
})

test('Playwright: two people at the consent page', { timeout: 60_000 }, async ({ skip }) => {
  skip(!existsSync(CHROMIUM), `no browser at ${CHROMIUM}; the same login is tried above without one`)
  const { server, origin } = await startApp()
  try {
    const { code, output } = await run(
      process.execPath,
      ['examples/test-in-browser.ts', `${origin}/api/tiktok/login`],
      { CHROMIUM },
    )
    expect(code, output).toBe(0)
    expect(output).toMatch(/logged in: \{"display_name":"Mika"/)
    expect(output).toMatch(/refused: /)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('Shop: labels of all orders that wait, and none twice', { timeout: 60_000 }, async () => {
  const client = new TikTokShop({
    appKey: 'tw-shop-app',
    appSecret: 'tw-shop-secret',
    serviceId: 'tw-shop-service',
    origin: emulator.origin,
  })
  const consent = client.auth.consentUrl()
  const control = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${emulator.origin}/_emulator/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await answer.json()) as Record<string, unknown>
  }
  const { redirect_url } = await control('authorize', { authorize_url: consent.url, user: 'Pinecart' })
  const grant = await client.auth.exchange(client.auth.parseCallback(String(redirect_url), consent))
  const [shop] = await client.withToken(grant.accessToken).shops()
  await control('shop/orders', { shop_id: shop?.id, count: 2, status: 'AWAITING_SHIPMENT' })
  const labels = join(folder, 'labels')
  const print = () =>
    run(process.execPath, ['examples/shop-order-printer.ts', labels], {
      TIKTOK_SHOP_ACCESS_TOKEN: grant.accessToken.reveal(),
      TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
    })
  const first = await print()
  expect(first.code, first.output).toBe(0)
  const files = readdirSync(labels)
  expect(files.length).toBeGreaterThanOrEqual(2)
  expect(first.output.trim().split('\n')).toHaveLength(files.length)
  for (const file of files) expect(readFileSync(join(labels, file)).subarray(0, 5).toString()).toBe('%PDF-')
  expect(await print()).toEqual({ code: 0, output: '' })
})

test('the research notebook: its cells from top to bottom', { timeout: 60_000 }, async () => {
  const notebook = JSON.parse(readFileSync(join(root, 'examples/research-notebook.ipynb'), 'utf8')) as {
    nbformat: number
    cells: { cell_type: string; source: string[]; outputs?: unknown[] }[]
  }
  expect(notebook.nbformat).toBe(4)
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === 'code')
  // What somebody's run put out does not belong into the repository.
  expect(cells.flatMap(({ outputs = [] }) => outputs)).toEqual([])
  // Inside of the checkout, so that its packages are found.
  mkdirSync(join(root, 'build'), { recursive: true })
  const place = mkdtempSync(join(root, 'build/notebook-'))
  try {
    writeFileSync(join(place, 'cells.ts'), cells.map(({ source }) => source.join('')).join('\n'))
    // A compliance task takes half a minute and is looked at every few seconds: neither is waited for.
    const hurry =
      'const real = setTimeout; globalThis.setTimeout = (done, ms, ...more) => real(done, ms === 5000 ? 50 : ms, ...more)'
    const running = run(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(hurry)}`, join(place, 'cells.ts')],
      { TOCKWORK_TIKTOK_ORIGIN: emulator.origin },
    )
    const asked = () =>
      emulator.requests().some(({ endpoint }) => endpoint === 'research.complianceTaskStatus')
    await expect.poll(asked, { timeout: 30_000, interval: 20 }).toBe(true)
    await emulator.advance(60)
    const { code, output } = await running
    expect(code, output).toBe(0)
    expect(output).toMatch(/^[1-9]\d* videos from 2026-10-01 to 2026-11-28$/m)
    expect(output).toMatch(/^ ?\d+ h {2}#+$/m)
    expect(output).toMatch(/^[1-9]\d* of [1-9]\d* may be kept$/m)
  } finally {
    rmSync(place, { recursive: true })
  }
})

/** With TikTok's own host names, and nothing changed in the program. */
async function inLanguage(program: string, file: string): Promise<string> {
  const proxy: EmulatorProxy = await startProxy({
    emulator,
    caFolder: join(folder, 'proxy'),
    passThrough: false,
  })
  try {
    const { code, output } = await run(program, [`examples/${file}`], proxy.environment, {
      when: /Open (\S+)\s/,
      answer: (url) => emulator.consent(url, 'mika'),
    })
    expect(code, output).toBe(0)
    return output
  } finally {
    await proxy.close()
  }
}

const has = async (program: string, args: string[]): Promise<boolean> =>
  (await run(program, args, {}).catch(() => ({ code: 1 }))).code === 0

test('Python, through the proxy', { timeout: 60_000 }, async ({ skip }) => {
  skip(
    !(await has('python3', ['-c', ''])),
    'no python3 on this machine; test/witness tries clients of others',
  )
  expect(await inLanguage('python3', 'login_and_read.py')).toMatch(/Mika\n(?:\d{19} .+\n){3}$/)
})

test('PHP, through the proxy', { timeout: 60_000 }, async ({ skip }) => {
  const curl = 'exit(function_exists("curl_init") ? 0 : 1);'
  skip(!(await has('php', ['-r', curl])), 'no PHP with its curl extension on this machine')
  expect(await inLanguage('php', 'login_and_read.php')).toMatch(/Mika\n(?:\d{19} .+\n){3}$/)
})
