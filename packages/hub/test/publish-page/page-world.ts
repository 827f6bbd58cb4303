import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { makeSampleVideo } from '@tockwork/media/sample'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type Hub, parseConfig, startHub } from '../../src/index.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { scratchFolder, type TestDatabase, testDatabase } from '../database.ts'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
]
export const hasBrowser = existsSync(CHROMIUM)
export const WHY_NOT = `there is no ${CHROMIUM} on this machine`
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const MASTER_KEY = Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64')

/** The demo creators of the emulator: a public account, a private one, and one with comments and stitches off. */
export type Creator = 'mika' | 'noor' | 'lane' | Like
/** Others like `mika`: TikTok is asked about one account 20 times a minute, and tests open more pages than people do. */
type Like = (typeof LIKE_MIKA)[number]
const LIKE_MIKA = ['mika2', 'mika3', 'mika4'] as const

export interface Visit {
  page: Page
  /** What scripts threw, and what the page's own policy forbade it. */
  wrong: string[]
  end(): Promise<void>
}

/** A whole hub with its jobs, an emulated TikTok, and a browser. */
export class PageWorld {
  readonly hub: Hub
  readonly emulator: Emulator
  readonly database: TestDatabase
  readonly browser: Browser | undefined
  readonly key: string
  readonly appId: string
  readonly accounts: Record<Creator, string>
  /** Every line that was logged. */
  readonly lines: readonly string[]
  readonly #folder: string

  private constructor(parts: {
    hub: Hub
    emulator: Emulator
    database: TestDatabase
    browser: Browser | undefined
    key: string
    appId: string
    accounts: Record<Creator, string>
    lines: readonly string[]
    folder: string
  }) {
    this.hub = parts.hub
    this.emulator = parts.emulator
    this.database = parts.database
    this.browser = parts.browser
    this.key = parts.key
    this.appId = parts.appId
    this.accounts = parts.accounts
    this.lines = parts.lines
    this.#folder = parts.folder
  }

  /** @param options `browser: false` leaves it out */
  static async start(options: { browser?: boolean } = {}): Promise<PageWorld> {
    const folder = mkdtempSync(join(scratchFolder(), 'tockwork-page-'))
    const [database, emulator] = await Promise.all([
      testDatabase({ empty: true }),
      startEmulator({ port: 0, settings: { rateLimits: false, processingSeconds: 1, moderationSeconds: 1 } }),
    ])
    emulator.plant({
      creators: LIKE_MIKA.map((username) => ({ username, display_name: 'Mika', followers: 48_200 })),
    })
    const lines: string[] = []
    const hub = await startHub(
      parseConfig({
        TOCKWORK_DATA_DIR: folder,
        TOCKWORK_HUB_PORT: '0',
        TOCKWORK_DATABASE_URL: database.url,
        TOCKWORK_SECRET_KEY: MASTER_KEY,
        TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
        TOCKWORK_MEDIA_CHECKS: 'rules',
      }),
      {
        log: createLogger({ level: 'info', destination: { write: (line: string) => lines.push(line) } }),
        graceSeconds: 1,
        jobs: { pollSeconds: 0.5 },
      },
    )
    const key = readFileSync(hub.adminKeyFile, 'utf8').trim()
    const browser =
      hasBrowser && options.browser !== false
        ? await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
        : undefined
    const apps = await call(hub, key, 'GET', '/v1/apps')
    const appId = apps.data[0].id
    const accounts: Record<string, string> = {}
    for (const user of ['mika', 'noor', 'lane', ...LIKE_MIKA]) {
      const session = await call(hub, key, 'POST', '/v1/connect-sessions', { app_id: appId })
      const gone = await fetch(session.url, { method: 'POST', redirect: 'manual' })
      await fetch(emulator.consent(gone.headers.get('location') ?? '', user))
      accounts[user] = (await call(hub, key, 'GET', `/v1/connect-sessions/${session.id}`)).account_id
    }
    return new PageWorld({
      hub,
      emulator,
      database,
      browser,
      key,
      appId,
      accounts: accounts as Record<Creator, string>,
      lines,
      folder,
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  call(method: string, path: string, body?: unknown): Promise<any> {
    return call(this.hub, this.key, method, path, body)
  }

  /** Another file each time, or the same creator would post the same twice. */
  async upload(seconds = 5): Promise<string> {
    this.#clips += 1
    // The smallest that TikTok takes: browsers decode it in software here.
    const bytes = makeSampleVideo({
      durationSec: seconds,
      width: 360,
      height: 640,
      frameRate: 24,
      seed: this.#clips,
    })
    return (await this.call('POST', '/v1/assets?name=soup.mp4', bytes)).id
  }
  #clips = 0

  /** Another creator of the same kind each time. */
  anyLike(creator: Creator): Creator {
    this.#turn += 1
    return creator === 'mika' ? (LIKE_MIKA[this.#turn % LIKE_MIKA.length] ?? creator) : creator
  }
  #turn = 0

  /** A link to the page. */
  async link(creators: readonly Creator[], wish: object = {}): Promise<{ id: string; url: string }> {
    const accounts = creators.map((name) => this.accounts[name])
    return this.call('POST', '/v1/publish-sessions', { accounts, ...wish })
  }

  /** A window of its own, which notes what breaks in it. */
  async visit(options: BrowserContextOptions): Promise<Visit> {
    if (this.browser === undefined) throw new Error(WHY_NOT)
    const context = await this.browser.newContext({
      reducedMotion: 'reduce',
      timezoneId: 'Europe/Berlin',
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) wrong.push(message.text())
    })
    return { page, wrong, end: () => context.close() }
  }

  async onPage<T>(
    options: BrowserContextOptions,
    work: (page: Page, wrong: string[]) => Promise<T>,
  ): Promise<T> {
    const { page, wrong, end } = await this.visit(options)
    try {
      return await work(page, wrong)
    } finally {
      await end()
    }
  }

  async close(): Promise<void> {
    await this.browser?.close()
    await this.hub.close()
    await this.emulator.close()
    await this.database.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
async function call(hub: Hub, key: string, method: string, path: string, body?: unknown): Promise<any> {
  const isBytes = body instanceof Uint8Array
  const response = await fetch(`${hub.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined
        ? {}
        : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = text === '' ? undefined : JSON.parse(text)
  if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${text}`), { json })
  return json
}

/** Whatever axe finds wrong with the page as it is, with the part of it. */
export async function axeFindings(page: Page): Promise<string[]> {
  // The page's own policy lets no script in from outside, and should not; the debugger's evaluation is not bound by it.
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
}

export function tooWide(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))
}
