/** The emulator's screens in a real browser. Without a chromium on the machine these tests are skipped, and say so. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { makeSampleVideo } from '@tockwork/media/sample'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { authorizeUrl, connect, directPost, frozenEmulator, publish, put, send } from './client.ts'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const found = existsSync(CHROMIUM)
const WHY_NOT = `there is no ${CHROMIUM} on this machine`
if (!found) console.log(`The emulator's screens are not looked at in a browser: ${WHY_NOT}.`)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const WIDTHS = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
]

describe('in a browser', { timeout: 120_000 }, () => {
  let emulator: Emulator
  let browser: Browser
  /** Where the app takes its users back. */
  let app: Server
  /** Every kind of page, with something on it. */
  const pages: Record<string, string> = {}

  beforeEach(({ skip }) => skip(!found, WHY_NOT))
  beforeAll(async () => {
    if (!found) return
    emulator = await frozenEmulator()
    app = createServer((_request, response) => response.end('back at the app')).listen(0, '127.0.0.1')
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
    Object.assign(pages, await populate(emulator))
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    app?.close()
    await emulator?.close()
  })

  async function onPage(options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      baseURL: emulator.origin,
      ...options,
    })
    try {
      await work(await context.newPage())
    } finally {
      await context.close()
    }
  }

  test('every page is accessible and fits, on a phone and a desk, in light and dark, and breaks none of its own rules', async () => {
    const wrong: string[] = []
    let looks = 0
    await onPage({}, async (page) => {
      let at = ''
      page.on('console', (message) => {
        // A page that is meant to be an answer of 400 is reported by the browser, too.
        if (message.type() === 'error' && !message.text().includes('status of 400'))
          wrong.push(`${at}: ${message.text()}`)
      })
      page.on('pageerror', (error) => wrong.push(`${at}: ${error.message}`))
      for (const [name, path] of Object.entries(pages)) {
        at = name
        await page.goto(path)
        await page.evaluate(axe)
        for (const size of WIDTHS) {
          await page.setViewportSize(size)
          for (const colorScheme of ['light', 'dark'] as const) {
            at = `${name}, ${size.width}, ${colorScheme}`
            await page.emulateMedia({ colorScheme })
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
            if (over > 0) wrong.push(`${at}: ${over} pixels too wide`)
            // Colours are all that dark changes.
            wrong.push(...(await seriousFindings(page, colorScheme === 'dark')).map((one) => `${at}: ${one}`))
            looks += 1
          }
        }
      }
    })
    expect(wrong).toEqual([])
    expect(looks).toBe(Object.keys(pages).length * 4)
  })

  test('what judges accessibility would see a fault', async () => {
    await onPage({}, async (page) => {
      await page.goto('/_emulator/portal')
      await page.evaluate(axe)
      await page.evaluate(() => {
        document.querySelector('label')?.remove()
        document.querySelector<HTMLElement>('main p')!.style.color = '#aaa'
      })
      const found = await seriousFindings(page, false)
      expect(found.some((one) => one.startsWith('label at'))).toBe(true)
      expect((await seriousFindings(page, true)).length).toBeGreaterThan(0)
    })
  })

  test('consent goes by keyboard alone, without JavaScript, and shows what is denied', async () => {
    await onPage({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } }, async (page) => {
      const redirect = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`
      const scope = 'user.info.basic,video.list,video.publish'
      await page.goto(authorizeUrl(emulator, { scope, redirect_uri: redirect }))
      const press = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      // The first stop is the choice of the creator, an arrow goes to the next one.
      await press('Tab', 'ArrowDown')
      expect(await page.locator('input[value=noor]').isChecked()).toBe(true)
      // The basic scope cannot be reached; the next stop is the first switch.
      await press('Tab', 'Space')
      expect(await page.getByRole('switch', { name: 'Read your public videos' }).isChecked()).toBe(false)
      const label = page.locator('label', { hasText: 'Read your public videos' })
      expect(await label.locator('.what').evaluate((node) => getComputedStyle(node).textDecorationLine)).toBe(
        'line-through',
      )
      await press('Tab', 'Tab', 'Tab', 'Enter')
      await page.waitForURL(`${redirect}?**`)
      const back = new URL(page.url()).searchParams
      expect(back.get('scopes')).toBe('user.info.basic,video.publish')
      const code = emulator.world.codes.get(back.get('code') ?? '')
      expect(code?.creator).toBe('noor')
    })
  })

  test('requests appear as they come in, and the clock with them', async () => {
    await onPage({}, async (page) => {
      await page.goto('/_emulator/?verdict=not+ok')
      await page.getByText('live', { exact: true }).waitFor()
      const rows = page.locator('#requests tbody tr')
      const before = await rows.count()
      await send(emulator, 'GET', '/v2/user/info/?fields=open_id')
      await page.getByText('access_token_invalid').first().waitFor()
      expect(await rows.count()).toBe(before + 1)
      await send(emulator, 'GET', authorizeUrl(emulator, { scope: '<b>bold</b>' }))
      await rows.first().getByText('<b>bold</b>').waitFor()
      // One that does not fit the filter stays away.
      await send(emulator, 'GET', authorizeUrl(emulator))
      await emulator.advance(3600)
      await page
        .getByText(/1[3-9]:\d\d:\d\d UTC/)
        .first()
        .waitFor()
      expect(await rows.count()).toBe(before + 2)
      await rows.first().getByRole('link').click()
      await page.getByRole('heading', { name: '/v2/auth/authorize/' }).waitFor()
    })
  })

  test('a developer makes an app, gets it through review, and moves the clock, without JavaScript', async () => {
    await onPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto('/_emulator/portal')
      await page.getByLabel('Name').fill('Browser <b>made</b>')
      await page.getByRole('button', { name: 'Create app' }).click()
      await page.getByRole('status').getByText('Created. Client key').waitFor()
      await page.getByLabel('Redirect URIs').fill('https://made.example/cb\nhttp://made.example/')
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await page.getByText('line 2 scheme must be https').first().waitFor()
      await page.getByLabel('Redirect URIs').fill('https://made.example/cb')
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await page.getByRole('button', { name: 'Submit for review' }).click()
      await page.getByLabel('Decide as the reviewer').fill('Good.')
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByText('Reviewer: “Good.”').waitFor()
      const before = emulator.clock.now()
      await page.getByRole('button', { name: '+1 day' }).click()
      await page.getByRole('status').getByText('It is now').waitFor()
      expect(emulator.clock.now() - before).toBe(86_400_000)
      expect(page.url()).toContain('/portal/apps/aw')
    })
  })

  test('a page of another origin cannot drive the emulator', async () => {
    await onPage({}, async (page) => {
      await page.route('http://other.localhost/', (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<form method="post" action="${emulator.origin}/_emulator/actions/clock"><button name="advance" value="60">x</button></form>`,
        }),
      )
      await page.goto('http://other.localhost/')
      const before = emulator.clock.now()
      await page.getByRole('button').click()
      await page.getByText('another origin').waitFor()
      expect(emulator.clock.now()).toBe(before)
    })
  })
})

async function seriousFindings(page: Page, coloursOnly: boolean): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(coloursOnly ? { runOnly: ['color-contrast'] } : {}) }
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id} at ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
    )
}

/** A world in which every page has something to show. */
async function populate(emulator: Emulator): Promise<Record<string, string>> {
  const control = async (method: string, path: string, json: unknown) => {
    const { status, body } = await send(emulator, method, `/_emulator/${path}`, { json })
    if (status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(body)}`)
    return body
  }
  await control('PATCH', 'apps/tw-demo-app', { webhook_url: 'http://127.0.0.1:9/hook' })
  const mika = await connect(emulator)
  await connect(emulator, 'noor')
  const clip = makeSampleVideo()
  await publish(emulator, mika, clip, { title: 'Soup, the long way #kitchen' })
  const draft = await mika.as('/v2/post/publish/inbox/video/init/', {
    source_info: directPost(clip.length).source_info,
  })
  await put(emulator, draft.body.data.upload_url, clip, `bytes 0-${clip.length - 1}/${clip.length}`)
  await emulator.advance(10)
  await mika.as('/v2/post/publish/video/init/', directPost(1000, { privacy_level: 'FOLLOWER_OF_CREATOR' }))
  const refused = emulator.requests().at(-1)?.id
  await mika.get('/v2/user/info?fields=open_id')
  const warned = emulator.requests().at(-1)?.id
  emulator.addFault({ match: { user: 'nobody' }, action: { code: 'internal_error' } })
  await send(emulator, 'DELETE', `/_emulator/grants/${encodeURIComponent('tw-demo-app:noor')}`)
  await control('POST', 'apps/tw-demo-app/url-properties', { value: 'https://media.example.com/clips/' })
  await control('POST', 'apps/tw-demo-app/url-properties', { value: 'static.example.com' })
  const sandbox = await control('POST', 'apps/tw-demo-app/sandboxes', { name: 'Staging rehearsal' })
  const reviewed = await control('POST', 'apps', {
    name: 'Kitchen',
    redirect_uris: ['https://kitchen.example/cb'],
    scopes: ['user.info.basic'],
  })
  await control('POST', `apps/${reviewed.client_key}/review`, { decision: 'submit' })
  return {
    consent: authorizeUrl(emulator),
    'consent to a sandbox': authorizeUrl(emulator, { client_key: sandbox.client_key }),
    'a wrong request': authorizeUrl(emulator, { redirect_uri: 'https://elsewhere.example/' }),
    requests: '/_emulator/',
    'a refused request': `/_emulator/request/${refused}`,
    'a request with warnings': `/_emulator/request/${warned}`,
    world: '/_emulator/world',
    creator: '/_emulator/world/mika',
    posts: '/_emulator/posts',
    videos: '/_emulator/feed',
    webhooks: '/_emulator/deliveries',
    faults: '/_emulator/disturb',
    settings: '/_emulator/preferences',
    portal: '/_emulator/portal',
    app: '/_emulator/portal/apps/tw-demo-app',
    sandbox: `/_emulator/portal/apps/${sandbox.client_key}`,
    'an app in review': `/_emulator/portal/apps/${reviewed.client_key}`,
  }
}
