/**
 * Every line of TikTok's checklist for posting pages, in a real browser, on a desktop in light and on a phone in the dark.
 * Without a chromium on the machine these tests are skipped, and say so.
 */
import {
  notOfAPage,
  provenLines,
  publishPageProof,
  requiredLinks,
  requiredTexts,
  uxChecklist,
} from '@tockwork/contracts/audit'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasBrowser, PageWorld, tooWide, type Visit, WHY_NOT } from './page-world.ts'

if (!hasBrowser) console.log(`The publish page is not looked at in a browser: ${WHY_NOT}.`)

const LOOKS: Record<string, BrowserContextOptions> = {
  'desktop, light': { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  'phone, dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true },
}

let world: PageWorld
let assetId = ''
beforeAll(async () => {
  if (!hasBrowser) return
  world = await PageWorld.start()
  assetId = await world.upload()
}, 120_000)
afterAll(() => world?.close())

const step = (page: Page, name: string) => page.locator(`[data-step~="${name}"]`)
const submit = (page: Page) => page.locator('#submit')
const canPost = async (page: Page): Promise<boolean> =>
  (await submit(page).getAttribute('aria-disabled')) === 'false'
const allow = (page: Page, what: string) => page.locator(`[data-allow=${what}]`)

async function choosePrivacy(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox').click()
  await page.getByRole('option', { name }).click()
}

async function disclose(page: Page): Promise<void> {
  await page.locator('#disclose').click()
}

/** What is shown while something is hovered. */
async function hintOf(page: Page, selector: string): Promise<string | null> {
  await page.locator(selector).first().hover()
  const hint = page.locator('#hint')
  return (await hint.isVisible()) ? hint.textContent() : null
}

const photo = () => `${world.emulator.origin}/_emulator/media/avatar/mika_720.png`

type Line = (open: Open) => Promise<void>
/** Opens a fresh page of a creator. */
type Open = (
  creator: 'mika' | 'noor' | 'lane',
  wish?: object,
) => Promise<{ page: Page; session: { id: string; url: string } }>

const PROMPTS = `${requiredTexts.promotional}|${requiredTexts.paidPartnership}`

/** By the ids of the checklist. */
const LINES: Record<string, Line> = {
  'fresh-creator-info': async (open) => {
    const { page } = await open('mika')
    expect(await page.getByRole('combobox').count()).toBe(1)
    patchCreator('mika', { displayName: 'Mika Sanders', commentsOff: true })
    try {
      await page.reload()
      await page.waitForSelector('html[data-ready]')
      expect(await page.locator('.nickname').textContent()).toBe('Mika Sanders')
      expect(await allow(page, 'comment').isDisabled()).toBe(true)
    } finally {
      patchCreator('mika', { displayName: 'Mika', commentsOff: false })
    }
  },
  nickname: async (open) => {
    const { page } = await open('lane')
    expect(await step(page, 'nickname').locator('.nickname').textContent()).toBe('Lane')
    expect(
      await step(page, 'nickname')
        .locator('img')
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBeGreaterThan(0)
  },
  'stop-when-capped': async (open) => {
    patchCreator('lane', { dailyPostCap: 0 })
    try {
      const { page } = await open('lane')
      const stop = step(page, 'stop-when-capped')
      expect(await stop.textContent()).toMatch(/No more posts for now.*Please try again later/s)
      expect(await page.locator('form').count()).toBe(0)
    } finally {
      patchCreator('lane', { dailyPostCap: 15 })
    }
  },
  duration: async (open) => {
    patchCreator('lane', { maxDurationSec: 4 })
    try {
      const { page } = await open('lane')
      await choosePrivacy(page, 'Only you')
      expect(await step(page, 'duration').textContent()).toContain('Lane may post up to 4 seconds')
      expect(await canPost(page)).toBe(false)
    } finally {
      patchCreator('lane', { maxDurationSec: 300 })
    }
  },
  'title-editable': async (open) => {
    const { page } = await open('mika', { title: 'Soup 🍲 #cold' })
    const caption = page.getByLabel('Caption')
    expect(await caption.inputValue()).toBe('Soup 🍲 #cold')
    // A pot is two UTF-16 code units.
    expect(await page.locator('#title-count').textContent()).toBe('13 / 2200')
    await caption.fill('x'.repeat(2201))
    await choosePrivacy(page, 'Everyone')
    expect(await canPost(page)).toBe(false)
    await caption.fill('Mine now')
    expect(await canPost(page)).toBe(true)
  },
  'privacy-options': async (open) => {
    for (const [creator, options] of [
      ['mika', ['Everyone', 'Friends', 'Only you']],
      ['noor', ['Followers', 'Friends', 'Only you']],
    ] as const) {
      const { page } = await open(creator)
      await page.getByRole('combobox').click()
      expect((await page.getByRole('option').allTextContents()).map((text) => text.trim())).toEqual(options)
    }
  },
  'privacy-no-default': async (open) => {
    const { page } = await open('mika')
    expect(await page.locator('[aria-selected=true]').count()).toBe(0)
    expect(await page.getByRole('combobox').textContent()).toBe('Choose')
    expect(await canPost(page)).toBe(false)
    expect(await page.locator('#why').textContent()).toBe('Choose who can view this post.')
  },
  'interactions-off': async (open) => {
    const { page } = await open('mika')
    for (const what of ['comment', 'duet', 'stitch']) expect(await allow(page, what).isChecked()).toBe(false)
    await allow(page, 'duet').click()
    expect(await allow(page, 'duet').isChecked()).toBe(true)
  },
  'interactions-greyed': async (open) => {
    const { page } = await open('lane')
    expect(await allow(page, 'comment').isDisabled()).toBe(true)
    expect(await allow(page, 'stitch').isDisabled()).toBe(true)
    expect(await allow(page, 'duet').isEnabled()).toBe(true)
    expect(await hintOf(page, '[data-off]')).toBe('Lane has this switched off in TikTok.')
  },
  'photo-interactions': async (open) => {
    const { page } = await open('mika', { video: undefined, photos: { urls: [photo()] } })
    expect(await allow(page, 'comment').count()).toBe(1)
    expect(await page.locator('[data-allow]').count()).toBe(1)
  },
  'disclosure-off': async (open) => {
    const { page } = await open('mika')
    expect(await page.locator('#disclose').isChecked()).toBe(false)
    expect(await page.locator('#disclosure').isVisible()).toBe(false)
    expect(await page.locator('#prompt').textContent()).toBe('')
  },
  'disclosure-choices': async (open) => {
    const { page } = await open('mika')
    await disclose(page)
    for (const name of [requiredTexts.yourBrand, requiredTexts.brandedContent]) {
      const box = page.getByRole('checkbox', { name })
      expect(await box.isChecked()).toBe(false)
      await box.click()
      expect(await box.isChecked()).toBe(true)
    }
    // Switched off again, nothing stays chosen behind it.
    await disclose(page)
    await disclose(page)
    expect(await page.locator('#disclosure input:checked').count()).toBe(0)
  },
  'disclosure-empty': async (open) => {
    const { page } = await open('mika')
    await choosePrivacy(page, 'Everyone')
    expect(await canPost(page)).toBe(true)
    await disclose(page)
    expect(await canPost(page)).toBe(false)
    expect(await hintOf(page, '#submit')).toBe(requiredTexts.chooseDisclosure)
  },
  'your-brand-prompt': async (open) => {
    const { page } = await open('mika')
    await disclose(page)
    expect(await page.locator('main').textContent()).not.toMatch(new RegExp(PROMPTS))
    await page.getByRole('checkbox', { name: requiredTexts.yourBrand }).click()
    expect(await page.locator('#prompt').textContent()).toBe(requiredTexts.promotional)
  },
  'branded-prompt': async (open) => {
    const { page } = await open('mika')
    await disclose(page)
    await page.getByRole('checkbox', { name: requiredTexts.brandedContent }).click()
    expect(await page.locator('#prompt').textContent()).toBe(requiredTexts.paidPartnership)
    await page.getByRole('checkbox', { name: requiredTexts.yourBrand }).click()
    expect(await page.locator('#prompt').textContent()).toBe(requiredTexts.paidPartnership)
  },
  'branded-not-private': async (open) => {
    const { page } = await open('mika')
    await disclose(page)
    const branded = page.locator('#branded-content')
    await branded.click()
    await page.getByRole('combobox').click()
    const own = page.getByRole('option', { name: 'Only you' })
    expect(await own.getAttribute('aria-disabled')).toBe('true')
    await own.hover()
    expect(await page.locator('#hint').textContent()).toBe(requiredTexts.brandedNotPrivate)
    await own.click({ force: true })
    expect(await own.getAttribute('aria-selected')).toBe('false')
    await page.keyboard.press('Escape')
    await branded.click()
    await choosePrivacy(page, 'Only you')
    expect(await branded.isDisabled()).toBe(true)
    expect(await hintOf(page, '#branded-box')).toBe(requiredTexts.brandedNotPrivate)
  },
  'disclosure-fields': async (open) => {
    const { page, session } = await open('mika')
    await choosePrivacy(page, 'Everyone')
    await disclose(page)
    await page.locator('#branded-content').click()
    await submit(page).click()
    const post = await postOf(page, session.id)
    expect(post.options).toMatchObject({ brand_content: true, brand_organic: false })
    expect(post.consent).toMatchObject({
      source: 'publish_page',
      agreed: ['branded_content', 'music_usage'],
    })
    await page.waitForSelector('html[data-finished]')
    expect(world.emulator.world.publishes.get(post.publish_id)).toMatchObject({
      postInfo: { brand_content_toggle: true, brand_organic_toggle: false },
    })
  },
  'consent-music': async (open) => {
    const { page } = await open('mika')
    await disclose(page)
    await page.locator('#your-brand').click()
    await sayBeforeButton(page, 'consent-music', requiredTexts.consent, ['Music Usage Confirmation'])
    expect(await step(page, 'consent-branded').isVisible()).toBe(false)
  },
  'consent-branded': async (open) => {
    const { page } = await open('mika')
    await disclose(page)
    await page.locator('#branded-content').click()
    await sayBeforeButton(page, 'consent-branded', requiredTexts.consentBranded, [
      'Branded Content Policy',
      'Music Usage Confirmation',
    ])
    expect(await step(page, 'consent-music').isVisible()).toBe(false)
  },
  preview: async (open) => {
    const { page } = await open('mika')
    const video = page.locator('#video')
    expect(await video.isVisible()).toBe(true)
    const response = await page.request.get(await video.evaluate((player: HTMLVideoElement) => player.src), {
      headers: { range: 'bytes=4-7' },
    })
    expect([response.status(), await response.text()]).toEqual([206, 'ftyp'])
    const { page: photos } = await open('mika', {
      video: undefined,
      photos: { urls: [photo(), photo()], cover_index: 1 },
    })
    expect(
      await photos
        .locator('.photos img')
        .first()
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBeGreaterThan(0)
  },
  'no-added-marks': async (open) => {
    const { page } = await open('mika', { title: '' })
    const asset = await world.call('GET', `/v1/assets/${assetId}`)
    const response = await page.request.get(`${page.url().split('?')[0]}/media`)
    expect((await response.body()).length).toBe(asset.size_bytes)
    expect(await page.getByLabel('Caption').inputValue()).toBe('')
  },
  'nothing-before-consent': async (open) => {
    const before = world.emulator.world.publishes.size
    const { page, session } = await open('mika')
    await choosePrivacy(page, 'Everyone')
    expect(await step(page, 'consent-music').isVisible()).toBe(true)
    const { accounts } = await world.call('GET', `/v1/publish-sessions/${session.id}`)
    expect(accounts).toMatchObject([{ post_id: null }])
    expect(world.emulator.world.publishes.size).toBe(before)
    // Nor by a request that says nothing of an agreement.
    const answer = await page.evaluate(async (account_id) => {
      const response = await fetch(location.pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ accounts: [{ account_id, privacy_level: 'PUBLIC_TO_EVERYONE' }] }),
      })
      return { status: response.status, body: await response.text() }
    }, accounts[0].account_id)
    expect(answer).toMatchObject({ status: 422, body: expect.stringContaining('consent_missing') })
  },
  'processing-notice': async (open) => {
    const { page } = await open('mika')
    if ((await page.locator('form').count()) === 0) console.log(await page.locator('main').textContent())
    expect(await step(page, 'processing-notice').textContent()).toContain('it may take a few minutes')
  },
  'show-result': async (open) => {
    const { page } = await open('noor', { title: 'For me' })
    await choosePrivacy(page, 'Only you')
    await submit(page).click()
    const result = step(page, 'show-result')
    await result.waitFor()
    expect(await page.locator('form').isVisible()).toBe(false)
    await page.waitForSelector('html[data-finished]')
    expect(await result.locator('.status-title').textContent()).toBe('Published')
    // Whoever comes back sees it too, and no second form.
    await page.reload()
    await page.waitForSelector('html[data-finished]')
    expect(await page.locator('form').count()).toBe(0)
  },
  'secret-kept': async (open) => {
    const { page, session } = await open('mika')
    const sent = [await page.content()]
    for (const name of ['publish.js', 'demo.js', 'publish.css'])
      sent.push(await (await fetch(`${world.hub.url}/publish-page/${name}`)).text())
    expect(sent.join()).not.toContain('tw-demo-secret')
    expect(sent.join()).not.toContain(world.key)
    expect(session.url).toMatch(/\/publish\/[\w-]{43}$/)
  },
}

function patchCreator(name: string, fields: object): void {
  const { creators } = world.emulator.world
  const row = creators.get(name)
  if (row === undefined) throw new Error(`there is no ${name}`)
  creators.patch(row, fields)
}

async function postOf(page: Page, sessionId: string) {
  await step(page, 'show-result').waitFor()
  const { accounts } = await world.call('GET', `/v1/publish-sessions/${sessionId}`)
  return waitFor(async () => {
    const post = await world.call('GET', `/v1/posts/${accounts[0].post_id}`)
    return post.publish_id === null ? undefined : post
  })
}

async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('it did not come to that')
}

async function sayBeforeButton(
  page: Page,
  name: string,
  text: string,
  links: readonly (keyof typeof requiredLinks)[],
): Promise<void> {
  const place = step(page, name)
  expect(await place.isVisible()).toBe(true)
  expect(await place.textContent()).toBe(text)
  for (const link of links)
    expect(await place.getByRole('link', { name: link }).getAttribute('href')).toBe(requiredLinks[link])
  const [textBox, button] = [await place.boundingBox(), await submit(page).boundingBox()]
  expect(textBox?.y).toBeLessThan(button?.y ?? 0)
}

describe('the checklist', { timeout: 120_000 }, () => {
  beforeEach(({ skip }) => skip(!hasBrowser, WHY_NOT))

  test('is tried line by line, besides what no page shows', () => {
    const tried = [...Object.keys(LINES), ...notOfAPage]
    expect(tried.sort()).toEqual(uxChecklist.map(({ id }) => id).sort())
    // What the audit packet says of these tests.
    expect([...provenLines].sort()).toEqual(Object.keys(LINES).sort())
    expect(publishPageProof.looks).toEqual(Object.keys(LOOKS))
    expect(import.meta.filename.replaceAll('\\', '/')).toMatch(new RegExp(`${publishPageProof.file}$`))
  })

  describe.each(Object.entries(LOOKS))('%s', (_look, options) => {
    let visit: Visit

    beforeAll(async () => {
      if (hasBrowser) visit = await world.visit(options)
    })
    afterAll(() => visit?.end())

    test.each(Object.entries(LINES))('%s', async (name, line) => {
      const { page, wrong } = visit
      const open: Open = async (creator, wish) => {
        const who = name === 'fresh-creator-info' ? creator : world.anyLike(creator)
        const session = await world.link([who], { video: { asset_id: assetId }, ...wish })
        await page.goto(session.url)
        await page.waitForSelector('html[data-ready]')
        return { page, session }
      }
      await line(open)
      expect(await tooWide(page)).toBe(0)
      expect(wrong).toEqual([])
    })
  })
})
