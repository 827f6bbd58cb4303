/**
 * Tests a login of your own app in a real browser, with Playwright, against the emulator: TikTok's consent page is a page like
 * any other, and what the person at it does is up to the test.
 *
 *   npx node examples/test-in-browser.ts https://localhost:3000/login     # your app, started with TOCKWORK_TIKTOK_ORIGIN
 *
 * Environment: CHROMIUM (default: /usr/bin/chromium). With @playwright/test the same lines stand in a `test`.
 */
import { chromium } from 'playwright-core'

const login = process.argv[2] ?? 'http://localhost:3000/api/tiktok/login'
const home = new URL('/', login).href

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  // Somebody who agrees.
  const page = await browser.newPage()
  await page.goto(login)
  await page.locator('label', { hasText: 'mika' }).click()
  await page.locator('button[name=decision][value=allow]').click()
  await page.waitForURL(`${home}**`)
  if (new URL(page.url()).searchParams.has('problem')) throw new Error(`It ended at ${page.url()}`)
  const me = await page.request.get(new URL('/api/me', home).href)
  console.log(`logged in: ${await me.text()}`)

  // Somebody who thinks better of it, in a browser of their own.
  const other = await (await browser.newContext()).newPage()
  await other.goto(login)
  await other.locator('label', { hasText: 'mika' }).click()
  await other.locator('button[name=decision][value=deny]').click()
  await other.waitForURL(`${home}**`)
  const problem = new URL(other.url()).searchParams.get('problem')
  if (problem === null) throw new Error('A refusal went unnoticed.')
  console.log(`refused: ${problem}`)
} finally {
  await browser.close()
}
