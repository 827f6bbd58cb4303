/** The dashboard in a real browser, on a whole hub. Without a chromium on the machine these tests are skipped, and say so. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CHROMIUM, CHROMIUM_FLAGS, DashboardWorld, OWNER } from './dashboard-world.ts'
import { type Filled, fillWorld, signUp } from './filled-world.ts'

const found = existsSync(CHROMIUM)
const WHY_NOT = `there is no ${CHROMIUM} on this machine`
if (!found) console.log(`The dashboard is not looked at in a browser: ${WHY_NOT}.`)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const DESK = { viewport: { width: 1280, height: 800 } }
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true }

describe('in a browser', { timeout: 120_000 }, () => {
  let world: DashboardWorld
  let browser: Browser
  let state: Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>
  let filled: Filled
  let receiver: Server
  const received: string[] = []
  /** What the browser complained about, on whichever page. */
  const complaints: string[] = []

  beforeEach(({ skip }) => skip(!found, WHY_NOT))
  beforeAll(async () => {
    if (!found) return
    world = await DashboardWorld.start()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS })
    receiver = createServer((request, response) => {
      received.push(String(request.headers['webhook-id']))
      response.end()
    })
    await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening))
  }, 120_000)
  afterAll(async () => {
    receiver?.close()
    await browser?.close()
    await world?.close()
  })

  async function onPage(options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      ...DESK,
      ...(state === undefined ? {} : { storageState: state }),
      ...options,
    })
    const page = await context.newPage()
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
        complaints.push(message.text())
    })
    try {
      await work(page)
    } finally {
      await context.close()
    }
  }
  const go = (page: Page, path: string) => page.goto(`${world.origin}${path}`)

  test('the link of a first start makes the owner, who signs out and in again', async () => {
    await onPage({}, async (page) => {
      await go(page, '/accounts')
      await page.waitForURL('**/login')
      await page.getByText('Nobody has an account yet').waitFor()
      await signUp(page, world)
      expect(new URL(page.url()).hash).toBe('')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL('**/login')
      await page.getByLabel('Login').fill(OWNER.login)
      await page.getByLabel('Password').fill('not the password')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText('is not right').waitFor()
      await page.getByLabel('Password').fill(OWNER.password)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: `Hello, ${OWNER.name}` }).waitFor()
      state = await page.context().storageState()
      await go(page, `/welcome${new URL(world.ownerLink).hash}`)
      await page.getByRole('heading', { name: 'This link does not open' }).waitFor()
    })
  })

  test('a passkey is added and signs in without a password', async () => {
    // A passkey is of a name, which 127.0.0.1 is not.
    const origin = world.origin.replace('127.0.0.1', 'localhost')
    await onPage({ storageState: { cookies: [], origins: [] } }, async (page) => {
      const devtools = await page.context().newCDPSession(page)
      await devtools.send('WebAuthn.enable')
      await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      })
      await page.goto(`${origin}/login`)
      await page.getByLabel('Login').fill(OWNER.login)
      await page.getByLabel('Password').fill(OWNER.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByLabel('What it is on').fill('This laptop')
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByText('The passkey is added').waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('button', { name: 'Use a passkey' }).click()
      await page.getByRole('heading', { name: `Hello, ${OWNER.name}` }).waitFor()
    })
  })

  test('a creator is connected who does not grant everything, on a phone; the account says what is missing', async () => {
    await onPage(PHONE, async (page) => {
      await go(page, '/')
      await page.getByRole('button', { name: 'Connect an account' }).click()
      await page.getByRole('button', { name: 'Make the link' }).click()
      const link = await page.getByRole('link', { name: 'Open it here' }).getAttribute('href')
      const gone = await fetch(link ?? '', { method: 'POST', redirect: 'manual' })
      await fetch(world.emulator.consent(gone.headers.get('location') ?? '', 'lane', ['video.publish']))
      await page.getByText('The account is connected').waitFor()
      await page.getByRole('button', { name: 'Menu' }).click()
      await page.getByRole('dialog').getByRole('link', { name: 'Accounts' }).click()
      await page.getByRole('link', { name: /lane/i }).click()
      await page.getByText('did not grant video.publish', { exact: false }).first().waitFor()
      await page.getByRole('button', { name: 'Connect again' }).waitFor()
    })
  })

  test('a post that waits is moved by dragging, by the keyboard, and in its queue', async () => {
    filled = await fillWorld(world)
    const timeOf = async (id: string): Promise<number> => {
      const post = await world.api('GET', `/v1/posts/${id}`)
      return Date.parse(post.slot_at ?? post.scheduled_at)
    }
    const before = await timeOf(filled.scheduled)
    const moved = (at: number) =>
      world.until(
        async () => ((await timeOf(filled.scheduled)) === at ? true : undefined),
        String(new Date(at)),
      )
    await onPage({}, async (page) => {
      await go(page, '/calendar')
      const entry = page.getByRole('link', { name: /Backstage before the show/ })
      await entry.focus()
      await page.keyboard.press('Alt+ArrowDown')
      await moved(before + 3_600_000)
      const shown = new Date(before)
      // Two weeks from Monday on: the last day is in sight whatever day it is, and not the post's.
      await page
        .locator('.entry', { hasText: 'Backstage before the show' })
        .dragTo(page.locator('.day').last())
      await world.until(
        async () => ((await timeOf(filled.scheduled)) > before + 3_600_000 ? true : undefined),
        'another day',
      )
      expect(new Date(await timeOf(filled.scheduled)).getHours()).toBe(
        new Date(shown.getTime() + 3_600_000).getHours(),
      )

      await go(page, `/queue?account=${filled.mika}`)
      const rows = page.locator('.queue li')
      await rows.nth(2).waitFor()
      const titles = await rows.locator('a').allTextContents()
      await rows.nth(1).getByRole('link').focus()
      await page.keyboard.press('Alt+ArrowUp')
      await page.getByText('Moved to').waitFor()
      await world.until(async () => {
        const now = await rows.locator('a').allTextContents()
        return now[0] === titles[1] && now[1] === titles[0] ? true : undefined
      }, 'the other order')
    })
  })

  test('a failed post says why; tried again it goes out, and the page follows without being loaded', async () => {
    await onPage({}, async (page) => {
      await go(page, '/')
      await page.getByRole('link', { name: 'The one that TikTok refuses' }).first().click()
      await page.getByText('TikTok has banned this user from posting.', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByText('TikTok published it').waitFor()
    })
  })

  test('composing opens the posting screen that TikTok wants, in a frame', async () => {
    await onPage({}, async (page) => {
      await go(page, '/compose')
      await page.getByRole('checkbox', { name: /mika/i }).check()
      await page.getByLabel('Video', { exact: true }).selectOption({ index: 1 })
      await page.getByRole('button', { name: 'Go on' }).click()
      const frame = page.frameLocator('iframe[title="Post to TikTok"]')
      await frame.getByText(/mika/i).first().waitFor()
    })
  })

  test('a delivery is sent again, with the same id', async () => {
    const { port } = receiver.address() as { port: number }
    const endpoint = await world.api('POST', '/v1/webhook-endpoints', {
      url: `http://127.0.0.1:${port}/`,
      description: 'Mine',
    })
    const asset = await world.upload('another.mp4', 9)
    await world.post(filled.mika, asset, 'Told of', {
      scheduled_at: new Date(Date.now() + 9e8).toISOString(),
    })
    await world.until(async () => (received.length > 0 ? true : undefined), 'an event')
    await onPage({}, async (page) => {
      await go(page, `/webhooks/${endpoint.id}`)
      await page.locator('.row-button').first().click()
      const id = await page.locator('dd', { hasText: /^evt_/ }).textContent()
      const times = received.filter((one) => one === id).length
      await page.getByRole('button', { name: 'Send again' }).click()
      await world.until(
        async () => (received.filter((one) => one === id).length > times ? true : undefined),
        'once more',
      )
    })
  })

  test('every page is accessible, fits a desk and a phone, in light and dark, and breaks none of its own rules', async () => {
    const wrong: string[] = []
    complaints.length = 0
    for (const [size, options] of [
      ['desk', DESK],
      ['phone', PHONE],
    ] as const)
      await onPage(options, async (page) => {
        for (const [name, path] of Object.entries({ ...filled.pages, nothing: '/nothing-here' })) {
          await page.emulateMedia({ colorScheme: 'light' })
          await go(page, path)
          await page.locator('main h1').waitFor()
          await page.waitForFunction(() => document.querySelector('.loading') === null)
          await page.evaluate(axe)
          for (const [colorScheme, run] of [
            ['light', "axe.run(document, { resultTypes: ['violations'] })"],
            // Another theme is other colours of the same things.
            ['dark', "axe.run(document, { runOnly: ['color-contrast'], resultTypes: ['violations'] })"],
          ] as const) {
            await page.emulateMedia({ colorScheme })
            const { violations } = (await page.evaluate(run)) as AxeResults
            wrong.push(
              ...violations.map(({ id, nodes }) => `${name} ${size} ${colorScheme}: ${id} ${nodes[0]?.html}`),
            )
          }
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          if (over > 0) wrong.push(`${name} ${size}: ${over} pixels too wide`)
        }
      })
    expect(wrong).toEqual([])
    expect(complaints).toEqual([])
  })

  test('an account is erased after a word is typed, with a report of what went', async () => {
    await onPage({}, async (page) => {
      await go(page, `/accounts/${filled.mika}`)
      await page.getByRole('button', { name: 'Erase', exact: true }).click()
      const confirm = page.getByRole('button', { name: 'Erase everything' })
      expect(await confirm.isDisabled()).toBe(true)
      await page.getByLabel(/Type erase/).fill('erase')
      await confirm.click()
      await page.getByRole('heading', { name: 'Erased', exact: true }).waitFor()
      await page.getByText('revoked').first().waitFor()
      const account = await world.api('GET', `/v1/connected-accounts/${filled.mika}`)
      expect([account.status, account.username]).toEqual(['erased', null])
    })
  })

  test('by keyboard alone: past the menu, to another page by two keys, and the list of keys', async () => {
    await onPage({}, async (page) => {
      await go(page, '/')
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
      await page.keyboard.press('g')
      await page.keyboard.press('l')
      await page.waitForURL('**/limits')
      await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
      await page.keyboard.press('?')
      await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
      await page.keyboard.press('Escape')
      expect(await page.getByRole('dialog').count()).toBe(0)
    })
  })
})
