/** Whole ways through the publish page, in a real browser. Without a chromium on the machine they are skipped. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSampleVideo } from '@tockwork/media/sample'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { axeFindings, hasBrowser, PageWorld, tooWide, WHY_NOT } from './page-world.ts'

if (!hasBrowser) console.log(`The ways through the publish page are not tried: ${WHY_NOT}.`)

let world: PageWorld
let assetId = ''
beforeAll(async () => {
  if (!hasBrowser) return
  world = await PageWorld.start()
  assetId = await world.upload()
}, 120_000)
afterAll(() => world?.close())

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.waitForSelector('html[data-ready]')
}

const finished = (page: Page) => page.waitForSelector('html[data-finished]', { timeout: 60_000 })
const titleOf = (page: Page) => page.locator('.status-title').first().textContent()

describe('the publish page', { timeout: 120_000 }, () => {
  beforeEach(({ skip }) => skip(!hasBrowser, WHY_NOT))

  test('is accessible in every state, on a desktop and a phone, in light and dark, and breaks none of its own rules', async () => {
    const found: string[] = []
    const { url } = await world.link(['lane', 'noor'], { video: { asset_id: assetId }, title: 'Soup' })
    const { url: draft } = await world.link(['mika'], { mode: 'draft', title: 'Paste me' })
    const unknown = `${world.hub.url}/publish/${'x'.repeat(43)}`
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 320, height: 640 },
    ])
      for (const colorScheme of ['light', 'dark'] as const)
        await world.onPage({ viewport, colorScheme }, async (page, wrong) => {
          const look = async (state: string): Promise<void> => {
            const where = `${state}, ${viewport.width}, ${colorScheme}: `
            found.push(...(await axeFindings(page)).map((finding) => where + finding))
            if ((await tooWide(page)) > 0) found.push(`${where}too wide`)
          }
          await page.goto(unknown)
          await look('unknown')
          await open(page, draft)
          await look('draft')
          await open(page, url)
          await look('as it opens')
          await page.locator('#disclose').click()
          await page.locator('#branded-content').click()
          await page.locator('input[value=later]').check({ force: true })
          await page.getByRole('combobox').first().click()
          await page.getByRole('option', { name: 'Only you' }).first().hover()
          await look('with everything open')
          expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe(colorScheme)
          found.push(...wrong)
        })
    expect(found).toEqual([])
  })

  test('takes a keyboard all the way', async () => {
    await world.onPage({}, async (page) => {
      const { url, id } = await world.link(['noor'], { video: { asset_id: assetId } })
      await open(page, url)
      await page.getByLabel('Caption').focus()
      await page.keyboard.type('By hand')
      await page.keyboard.press('Tab')
      // Opens the list, skips to its end, chooses.
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('End')
      await page.keyboard.press('Enter')
      expect(await page.getByRole('combobox').textContent()).toBe('Only you')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      for (let presses = 0; presses < 12; presses += 1) {
        if (await page.locator('#submit').evaluate((button) => button === document.activeElement)) break
        await page.keyboard.press('Tab')
      }
      await page.keyboard.press('Enter')
      await finished(page)
      const { accounts } = await world.call('GET', `/v1/publish-sessions/${id}`)
      const post = await world.call('GET', `/v1/posts/${accounts[0].post_id}`)
      expect(post.options).toMatchObject({
        title: 'By hand',
        privacy_level: 'SELF_ONLY',
        disable_comment: false,
      })
    })
  })

  test('takes a file of the creator’s own, and a draft goes to the inbox', async () => {
    await world.onPage({}, async (page, wrong) => {
      const { url } = await world.link(['mika'], { mode: 'draft' })
      await open(page, url)
      expect(await page.locator('#why').textContent()).toBe('Choose a video.')
      const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'video/mp4', buffer })
      await page.locator('#file').setInputFiles(file('no.mp4', Buffer.from('no video at all')))
      await page.locator('#problems:not([hidden])').waitFor()
      const clip = Buffer.from(
        makeSampleVideo({ durationSec: 6, width: 360, height: 640, frameRate: 24, seed: 99 }),
      )
      await page.locator('#file').setInputFiles(file('mine.mp4', clip))
      await page.locator('#submit[aria-disabled=false]').waitFor()
      expect(await page.locator('#video').isVisible()).toBe(true)
      await page.locator('#submit').click()
      await finished(page)
      expect(await titleOf(page)).toBe('In the TikTok inbox')
      expect(await page.locator('.status-text').first().textContent()).toContain('finish the post there')
      expect(wrong).toEqual([])
    })
  })

  test('says what TikTok refused and what to do about it, and posts to each account once', async () => {
    await world.onPage({}, async (page) => {
      const { url, id } = await world.link(['lane', 'mika2'], { video: { asset_id: assetId } })
      await open(page, url)
      for (const at of [0, 1]) {
        await page.getByRole('combobox').nth(at).click()
        // Only the open list counts.
        await page.getByRole('option', { name: 'Everyone' }).click()
      }
      // Between the page and the button, one of them closes the account.
      const { creators } = world.emulator.world
      creators.patch(creators.get('lane') as never, { private: true } as never)
      await page.locator('#submit').click()
      const problems = page.locator('#problems:not([hidden])')
      await problems.waitFor()
      expect(await problems.textContent()).toContain('Lane: Lane')
      await finished(page)
      creators.patch(creators.get('lane') as never, { private: false } as never)
      await page.locator('#submit').click()
      await page.waitForFunction(() => document.querySelectorAll('[data-tone]').length === 2)
      const { accounts, status } = await world.call('GET', `/v1/publish-sessions/${id}`)
      expect(status).toBe('submitted')
      expect(new Set(accounts.map(({ post_id }: { post_id: string }) => post_id)).size).toBe(2)
    })
  })

  test('offers only-me alone while TikTok has not audited the app, and says why', async () => {
    await world.call('PATCH', `/v1/apps/${world.appId}`, { audited: false })
    try {
      await world.onPage({}, async (page) => {
        const { url } = await world.link(['mika'], { video: { asset_id: assetId } })
        await open(page, url)
        expect(await page.locator('.choices .problem').textContent()).toContain('Set Mika to private')
        await page.getByRole('combobox').click()
        const options = page.getByRole('option')
        expect(
          await options.evaluateAll((all) => all.map((one) => one.getAttribute('aria-disabled'))),
        ).toEqual(['true', 'true', null])
        await options.first().hover()
        expect(await page.locator('#hint').textContent()).toContain('has not audited this app')
        await options.last().click()
        expect(await page.locator('#branded-content').isDisabled()).toBe(true)
        expect(await page.locator('#submit').getAttribute('aria-disabled')).toBe('false')
      })
    } finally {
      await world.call('PATCH', `/v1/apps/${world.appId}`, { audited: true })
    }
  })

  test('tells why TikTok did not take a post', async () => {
    await world.onPage({}, async (page) => {
      // TikTok takes no PNG.
      const urls = [`${world.emulator.origin}/_emulator/media/avatar/mika_720.png`]
      const { url } = await world.link(['lane'], {
        photos: { urls },
        title: 'Soup',
        description: 'A pot of it',
      })
      await open(page, url)
      expect(await page.getByLabel('Description').inputValue()).toBe('A pot of it')
      await page.getByRole('combobox').click()
      await page.getByRole('option', { name: 'Friends' }).click()
      await page.locator('#submit').click()
      await finished(page)
      expect(await titleOf(page)).toBe('Not posted')
      expect(await page.locator('.status-text').first().textContent()).toMatch(/format/i)
    })
  })

  test('is scheduled in the creator’s own zone', async () => {
    await world.onPage({ timezoneId: 'America/New_York' }, async (page) => {
      const year = new Date().getUTCFullYear() + 1
      const { url, id } = await world.link(['mika3'], {
        video: { asset_id: assetId },
        scheduled_at: `${year}-01-10T20:00:00Z`,
      })
      await open(page, url)
      await page.getByRole('combobox').click()
      await page.getByRole('option', { name: 'Friends' }).click()
      // What was proposed stands there in the creator's own time, and can be changed.
      expect(await page.locator('#at').inputValue()).toBe(`${year}-01-10T15:00`)
      await page.locator('#at').fill('2020-01-15T09:00')
      expect(await page.locator('#why').textContent()).toBe('Choose a time that is still to come.')
      await page.locator('#at').fill(`${year}-01-15T09:00`)
      expect(await page.locator('#submit').textContent()).toBe('Schedule')
      expect(await page.locator('#zone').textContent()).toBe('America/New York')
      await page.locator('#submit').click()
      await finished(page)
      expect(await titleOf(page)).toBe('Scheduled')
      const { accounts } = await world.call('GET', `/v1/publish-sessions/${id}`)
      const post = await world.call('GET', `/v1/posts/${accounts[0].post_id}`)
      // Nine in New York is two in the afternoon in winter.
      expect(post).toMatchObject({
        scheduled_at: `${year}-01-15T14:00:00.000Z`,
        time_zone: 'America/New_York',
      })
      await world.call('POST', `/v1/posts/${accounts[0].post_id}/cancel`)
    })
  })

  test('tells the page that frames it how it goes, and lets nobody else frame it', async () => {
    // `localhost` and `127.0.0.1` are two origins, as two sites are.
    const html = (
      address: string,
    ) => `<!doctype html><title>A product</title><iframe src="${address}" width="900" height="1400"></iframe>
<script>window.heard = []; addEventListener('message', ({ data, origin }) => heard.push({ ...data, origin }))</script>`
    let framed = ''
    const product = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end(html(framed)),
    )
    await new Promise<void>((done) => product.listen(0, '127.0.0.1', done))
    const { port } = product.address() as AddressInfo
    const origin = `http://127.0.0.1:${port}`
    try {
      await world.onPage({}, async (page) => {
        const { url } = await world.link(['noor'], { video: { asset_id: assetId }, origins: [origin] })
        framed = `${url}?embedded=1&theme=dark`
        await page.goto(origin)
        const frame = page.frameLocator('iframe')
        await frame.locator('html[data-ready]').waitFor({ state: 'attached' })
        expect(await frame.locator('html').getAttribute('data-theme')).toBe('dark')
        await frame.getByRole('combobox').click()
        await frame.getByRole('option', { name: 'Only you' }).click()
        await frame.locator('#submit').click()
        await frame.locator('html[data-finished]').waitFor({ state: 'attached', timeout: 60_000 })
        await frame.locator('#close').click()
        await page.waitForFunction('heard.some(({ type }) => type === "closed")')
        const heard = (await page.evaluate('heard')) as { source: string; type: string; origin: string }[]
        expect(new Set(heard.map((one) => `${one.source} ${one.origin}`))).toEqual(
          new Set([`tockwork-publish ${new URL(url).origin}`]),
        )
        expect([...new Set(heard.map(({ type }) => type))].sort()).toEqual(
          ['closed', 'finished', 'ready', 'resize', 'submitted'].sort(),
        )
        expect(heard.find(({ type }) => type === 'finished')).toMatchObject({
          posts: [{ account_id: world.accounts.noor, state: 'published' }],
        })
        const other = await world.link(['noor'], { video: { asset_id: assetId } })
        framed = other.url
        await page.goto(origin)
        await page.waitForTimeout(300)
        expect(await page.frames()[1]?.locator('#form').count()).toBe(0)
      })
    } finally {
      product.closeAllConnections()
      product.close()
    }
  })

  test('walks through itself in the order of the guideline, and posts where the link allows it', async () => {
    await world.onPage({}, async (page) => {
      const { url } = await world.link(['mika4'], { video: { asset_id: assetId }, title: 'Soup', demo: true })
      await page.addInitScript(() => {
        const seen: string[] = []
        Reflect.set(window, 'seen', seen)
        new MutationObserver(() => {
          const step = document.documentElement?.dataset.demoStep
          if (step !== undefined && seen.at(-1) !== step) seen.push(step)
        }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-demo-step'] })
      })
      await page.goto(`${url}?demo=1&pace=0.02`)
      await page.waitForSelector('html[data-demo=done]', { timeout: 60_000 })
      const seen = (await page.evaluate('seen')) as string[]
      expect(seen.map((step) => step.split(' ')[0])).toEqual([
        'fresh-creator-info',
        'preview',
        'duration',
        'title-editable',
        'privacy-no-default',
        'privacy-options',
        'interactions-off',
        'disclosure-off',
        'disclosure-choices',
        'disclosure-empty',
        'your-brand-prompt',
        'branded-prompt',
        'consent-branded',
        'branded-not-private',
        'consent-music',
        'processing-notice',
        'nothing-before-consent',
        'show-result',
      ])
      expect(await titleOf(page)).toBe('Published')
    })
    await world.onPage({}, async (page) => {
      const { url, id } = await world.link(['noor'], { video: { asset_id: assetId } })
      await page.goto(`${url}?demo=1&pace=0.02`)
      await page.waitForSelector('html[data-demo=waiting]', { timeout: 60_000 })
      expect((await world.call('GET', `/v1/publish-sessions/${id}`)).accounts[0].post_id).toBeNull()
    })
  })
})
