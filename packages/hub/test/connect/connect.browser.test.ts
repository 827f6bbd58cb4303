/** The connect pages in a real browser. Without a chromium on the machine these tests are skipped, and say so. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AccountWorld, type Tenant } from '../account-world.ts'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
]
const found = existsSync(CHROMIUM)
const WHY_NOT = `there is no ${CHROMIUM} on this machine`
if (!found) console.log(`The connect pages are not looked at in a browser: ${WHY_NOT}.`)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe('in a browser', { timeout: 60_000 }, () => {
  let world: AccountWorld
  let tenant: Tenant
  let browser: Browser

  beforeEach(({ skip }) => skip(!found, WHY_NOT))
  beforeAll(async () => {
    if (!found) return
    world = await AccountWorld.start({ listen: true })
    tenant = await world.tenant()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  async function onPage(options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
    try {
      await work(await context.newPage())
    } finally {
      await context.close()
    }
  }

  const invite = async (wish: object = {}): Promise<string> =>
    (await world.call(tenant, 'POST', '/v1/connect-sessions', { app_id: tenant.appId, ...wish })).json.url

  test('a creator gets from the link to the connected account by keyboard, without JavaScript', async () => {
    await onPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto(await invite())
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      // The policy of the page must let its form lead to TikTok.
      await page.waitForURL(`${world.emulator.origin}/**`)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(`${world.origin}/connect/callback?**`)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/ is connected$/)
    })
    const { data } = (await world.call(tenant, 'GET', '/v1/connected-accounts')).json
    expect(data).toMatchObject([{ status: 'connected' }])
    const consents = await world.call(tenant, 'GET', `/v1/connected-accounts/${data[0].id}/consents`)
    expect(consents.json.data[0].user_agent).toContain('Chrome')
  })

  test('every page is accessible and fits a phone, in light and dark, and breaks none of its own rules', async () => {
    const wrong: string[] = []
    const longName = await world.tenant('Donaudampfschifffahrtsgesellschaftskapitänswitwenverein & Co. KG')
    const long = await world.call(longName, 'POST', '/v1/connect-sessions', { app_id: longName.appId })
    const bluesky = { name: 'Soup', environment: 'production', platform: 'bluesky' } as const
    const app = await world.services.apps.create(tenant.workspaceId, bluesky, 'test')
    const byHandle = await world.call(tenant, 'POST', '/v1/connect-sessions', { app_id: app.id })
    const pages = [
      await invite(),
      byHandle.json.url,
      `${byHandle.json.url}?lang=ar`,
      long.json.url,
      `${world.origin}/connect/cs_00000000000000000000000000`,
      `${world.origin}/connect/callback?error=access_denied`,
      `${world.origin}/connect/callback?code=x&state=y`,
    ]
    await onPage({ viewport: { width: 320, height: 640 } }, async (page) => {
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 40[04]/.test(message.text())) wrong.push(message.text())
      })
      for (const address of pages)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          await page.goto(address)
          await page.evaluate(axe)
          const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults
          wrong.push(
            ...violations.map(({ id, nodes }) => `${address} ${colorScheme}: ${id} ${nodes[0]?.html}`),
          )
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          if (over > 0) wrong.push(`${address}: ${over} pixels too wide`)
          // The style is the page's own: a policy that blocked it would leave the browser's.
          const { background } = await page.evaluate(() => {
            const main = document.querySelector('main')
            return { background: main === null ? '' : getComputedStyle(main).backgroundColor }
          })
          expect(background).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(28, 28, 33)')
        }
    })
    expect(wrong).toEqual([])
  })
})
