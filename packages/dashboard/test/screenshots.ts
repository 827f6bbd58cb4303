/**
 * Pictures of every page in both themes, on a desk and on a phone:
 *
 *   node packages/dashboard/test/screenshots.ts OUT [--pages home,posts] [--docs]
 *
 * `--docs` makes small ones of what is in sight, for the documentation: `docs/images/dashboard-*.png` are of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { CHROMIUM, CHROMIUM_FLAGS, DashboardWorld } from './dashboard-world.ts'
import { fillWorld, signUp } from './filled-world.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pages: { type: 'string' }, docs: { type: 'boolean', default: false } },
})
const out = positionals[0] ?? 'build/screenshots'
mkdirSync(out, { recursive: true })
const world = await DashboardWorld.start()
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS })
try {
  const filled = await fillWorld(world)
  const state = await (async () => {
    const context = await browser.newContext()
    await signUp(await context.newPage(), world)
    return context.storageState()
  })()
  const wanted = values.pages?.split(',')
  const pages = Object.entries(filled.pages).filter(([name]) => wanted?.includes(name) ?? true)
  const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        storageState: state,
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      page.on('console', (message) => message.type() === 'error' && console.error(message.text()))
      page.on('pageerror', (error) => console.error(error))
      for (const [name, path] of pages)
        await picture(page, path, join(out, `${name}-${size}-${colorScheme}.png`))
      await context.close()
    }
} finally {
  await browser.close()
  await world.close()
}

async function picture(page: Page, path: string, file: string): Promise<void> {
  await page.goto(`${world.origin}${path}`)
  await page.waitForSelector('main h1')
  await page.waitForFunction(() => document.querySelector('.loading') === null)
  await page.waitForTimeout(400)
  const picture = await page.screenshot({ fullPage: !values.docs })
  // A palette of colours is a third of the bytes, and nobody sees a difference in an interface.
  writeFileSync(file, values.docs ? await sharp(picture).png({ palette: true }).toBuffer() : picture)
}
