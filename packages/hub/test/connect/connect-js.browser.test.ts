/**
 * connect.js in a page of another site, as products embed it. Without a chromium on the machine these tests are skipped, and
 * say so; its size is held in any case.
 */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LANGUAGES } from '../../src/connect/messages/languages.ts'
import { axeFindings, hasBrowser, PageWorld, tooWide, WHY_NOT } from '../publish-page/page-world.ts'

if (!hasBrowser) console.log(`connect.js is not tried in a browser: ${WHY_NOT}.`)

test('connect.js is small', () => {
  const source = readFileSync(new URL('../../src/connect/assets/connect.js', import.meta.url))
  expect(gzipSync(source).length).toBeLessThan(15_000)
})

interface Heard {
  event: string
  given: unknown[]
}

describe('a product that embeds Connect', { timeout: 120_000 }, () => {
  let world: PageWorld
  let product: Server
  let site = ''
  let userId = ''
  let token = ''
  let options: object = {}

  beforeEach(({ skip }) => skip(!hasBrowser, WHY_NOT))
  beforeAll(async () => {
    if (!hasBrowser) return
    world = await PageWorld.start()
    const basic = await fetch(`${world.hub.url}/v1/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ada', external_id: 'ada-1' }),
    })
    userId = ((await basic.json()) as { id: string }).id
    token = (
      await world.call('POST', '/v1/sdk-tokens', {
        user_id: userId,
        products: ['IDENTITY', 'ENGAGEMENT', 'PUBLISH.CONTENT'],
      })
    ).sdk_token
    product = createServer((request, response) => {
      if (request.url === '/product.js')
        return response.setHeader('content-type', 'text/javascript').end(productScript(options))
      // A policy as strict as they come: nothing but the product's own scripts and the hub.
      response
        .setHeader('content-type', 'text/html')
        .setHeader(
          'content-security-policy',
          `default-src 'none'; script-src 'self' ${world.hub.url}; connect-src ${world.hub.url}; form-action 'none'`,
        )
        .end(
          `<!doctype html><title>A product</title><button id="go">Connect TikTok</button><script src="${world.hub.url}/connect.js"></script><script src="/product.js"></script>`,
        )
    })
    await new Promise<void>((done) => product.listen(0, '127.0.0.1', done))
    site = `http://127.0.0.1:${(product.address() as AddressInfo).port}/`
  }, 120_000)
  afterAll(async () => {
    product?.closeAllConnections()
    product?.close()
    await world?.close()
  })

  /** As the documentation of the hosted service has it. */
  const productScript = (more: object): string => `
window.heard = []
const connect = PhylloConnect.initialize(${JSON.stringify({ clientDisplayName: 'A product', environment: 'sandbox', userId, token, ...more })})
for (const event of ['accountConnected', 'accountDisconnected', 'tokenExpired', 'exit', 'connectionFailure'])
  connect.on(event, (...given) => heard.push({ event, given }))
document.getElementById('go').addEventListener('click', () => connect.open())
if (TockworkConnect.isReturn()) connect.open()`

  const heardOf = (page: Page) => page.evaluate('heard') as Promise<Heard[]>

  /** Asked from here: the policy of the product lets no text become a script. */
  async function hears(page: Page, event?: string): Promise<void> {
    await expect
      .poll(async () => (await heardOf(page)).some((one) => event === undefined || one.event === event), {
        timeout: 30_000,
      })
      .toBe(true)
  }

  async function onSite(
    work: (page: Page) => Promise<void>,
    more: object = {},
    browser: BrowserContextOptions = {},
  ) {
    options = more
    await world.onPage(browser, async (page, wrong) => {
      await page.goto(site)
      await work(page)
      expect(wrong).toEqual([])
    })
  }

  async function openPopup(page: Page): Promise<Page> {
    const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('#go')])
    popup.setDefaultTimeout(15_000)
    return popup
  }

  const TIKTOK = 'de55aeec-0dc8-4119-bf90-16b3d1f0c987'
  const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/)

  test('connects in a window, with all that the product hears of it', async () => {
    await onSite(async (page) => {
      const popup = await openPopup(page)
      await popup.getByRole('button', { name: 'Continue to TikTok' }).click()
      // What a creator leaves out at TikTok is told, and the rest is connected.
      await popup.locator('input[name=scope][value="video.publish"]').uncheck({ force: true })
      await popup.getByRole('button', { name: 'Continue' }).click()
      await popup.getByText('You left these out, so they will not work:').waitFor()
      expect(await popup.locator('.out').textContent()).toContain('Post content to TikTok')
      expect(await axeFindings(popup)).toEqual([])
      expect(popup.url()).not.toContain(token.slice(0, 20))
      const closed = popup.waitForEvent('close')
      // The window may be gone before the click is reported to have happened.
      await popup
        .getByRole('button', { name: 'Done' })
        .click()
        .catch((error: Error) => {
          if (!/has been closed/.test(error.message)) throw error
        })
      await closed
      await hears(page, 'exit')
      expect(await heardOf(page)).toEqual([
        { event: 'accountConnected', given: [UUID, TIKTOK, userId] },
        { event: 'exit', given: ['done', userId] },
      ])
    })
    const accounts = await world.call('GET', `/v1/accounts?user_id=${userId}`)
    expect(accounts.data).toMatchObject([{ status: 'CONNECTED', user: { id: userId } }])
  })

  test('shows what is connected, and ends it', async () => {
    await onSite(async (page) => {
      const popup = await openPopup(page)
      await popup.getByRole('heading', { name: 'Your connected accounts' }).waitFor()
      expect(await axeFindings(popup)).toEqual([])
      await popup
        .getByRole('button', { name: /^Disconnect/ })
        .first()
        .click()
      await hears(page, 'accountDisconnected')
      expect((await heardOf(page))[0]).toEqual({
        event: 'accountDisconnected',
        given: [UUID, TIKTOK, userId],
      })
    })
  })

  test('hears of the end also when the platform cuts its window off', async () => {
    await onSite(
      async (page) => {
        // As sign-in pages do it: from here on the window and the product know nothing of each other.
        await page.context().route(`${world.emulator.origin}/**`, async (route) => {
          const response = await route.fetch({ maxRedirects: 0 })
          const headers = { ...response.headers(), 'cross-origin-opener-policy': 'same-origin' }
          await route.fulfill({ response, headers })
        })
        const popup = await openPopup(page)
        await popup.getByRole('button', { name: 'Continue to TikTok' }).click()
        await popup.getByRole('button', { name: 'Continue' }).click()
        await popup.getByRole('button', { name: 'Done' }).waitFor()
        expect(await popup.evaluate(() => window.opener)).toBeNull()
        await hears(page, 'accountConnected')
      },
      { singleAccount: true },
    )
  })

  test('goes there and back by redirect where it is wanted', async () => {
    await onSite(
      async (page) => {
        await page.click('#go')
        await page.getByRole('button', { name: 'Continue to TikTok' }).click()
        await page.getByRole('button', { name: 'Continue' }).click()
        await page.waitForURL(`${site}?connect_session=**`)
        await hears(page, 'exit')
        expect(await heardOf(page)).toEqual([
          { event: 'accountConnected', given: [UUID, TIKTOK, userId] },
          { event: 'exit', given: ['done', userId] },
        ])
      },
      { redirect: true, redirectURL: site, singleAccount: true },
    )
  })

  test('says when the creator closes it, when nothing can be connected, and when the token has ended', async () => {
    await onSite(
      async (page) => {
        const popup = await openPopup(page)
        await popup.getByRole('button', { name: 'Continue to TikTok' }).waitFor()
        await popup.close()
        await hears(page)
        expect(await heardOf(page)).toEqual([{ event: 'exit', given: ['closed_by_user', userId] }])
      },
      { singleAccount: true },
    )
    await onSite(
      async (page) => {
        const popup = await openPopup(page)
        await popup.getByText('This platform cannot be connected here.').waitFor()
        await hears(page)
        expect((await heardOf(page))[0]?.event).toBe('connectionFailure')
      },
      { workPlatformId: '9bb8913b-ddd9-430b-a66a-d74d846e6c66', singleAccount: true },
    )
    await onSite(
      async (page) => {
        await openPopup(page)
        await hears(page)
        expect(await heardOf(page)).toEqual([{ event: 'tokenExpired', given: [userId] }])
      },
      { token: 'a.b.c' },
    )
  })

  test('speaks every language, in its direction, in light and dark, in the colour of the workspace', async () => {
    const { id } = (await world.call('GET', '/v1/workspaces')).data[0]
    const wrong: string[] = []
    for (const [color, colorScheme] of [
      ['#ffe14d', 'light'],
      ['#12203f', 'dark'],
    ] as const) {
      await world.call('PATCH', `/v1/workspaces/${id}`, { brand: { name: 'Soup & Sons', color } })
      const session = await world.call('POST', '/v1/connect-sessions', { app_id: world.appId })
      await world.onPage({ viewport: { width: 320, height: 640 }, colorScheme }, async (page, errors) => {
        for (const language of Object.keys(LANGUAGES)) {
          await page.goto(`${session.url}?lang=${language}`)
          expect(await page.locator('h1').textContent()).toContain('Soup & Sons')
          expect(await page.locator('html').getAttribute('lang')).toBe(language)
          expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe(
            language === 'ar' ? 'rtl' : 'ltr',
          )
          if (['en', 'ar', 'de'].includes(language)) wrong.push(...(await axeFindings(page)))
          if ((await tooWide(page)) > 0) wrong.push(`${language} is too wide`)
        }
        wrong.push(...errors)
      })
    }
    await world.call('PATCH', `/v1/workspaces/${id}`, { brand: null })
    const session = await world.call('POST', '/v1/connect-sessions', { app_id: world.appId })
    const page = await fetch(session.url, { headers: { 'accept-language': 'de-AT,en;q=0.5' } })
    // A workspace that nobody has named is shown by its app.
    expect(await page.text()).toContain('Demo app möchte dein TikTok-Konto verbinden')
    expect(wrong).toEqual([])
  })
})
