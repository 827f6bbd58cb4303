/**
 * How long a first visit of the home page takes on a slow machine and network, in Debian's Chromium:
 *
 *   node packages/dashboard/test/time-to-interactive.ts
 *
 * The processor four times slower, 1.6 Mbit/s with 150 ms a round trip ("slow 4G"), nothing kept from before; until the
 * heading and the first table of posts are there and a press of a key is answered.
 */
import { chromium } from 'playwright-core'
import { CHROMIUM, CHROMIUM_FLAGS, DashboardWorld } from './dashboard-world.ts'
import { fillWorld, signUp } from './filled-world.ts'

const RUNS = 5
const PROFILES = {
  'as it is': { cpu: 1, latency: 0, throughput: -1 },
  'processor 4x slower, 10 Mbit/s, 40 ms': { cpu: 4, latency: 40, throughput: 10e6 / 8 },
  'processor 4x slower, 1.6 Mbit/s, 150 ms': { cpu: 4, latency: 150, throughput: 1.6e6 / 8 },
} as const

const world = await DashboardWorld.start()
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS })
try {
  await fillWorld(world)
  const first = await browser.newContext()
  await signUp(await first.newPage(), world)
  const storageState = await first.storageState()
  for (const [name, { cpu, latency, throughput }] of Object.entries(PROFILES)) {
    const times: number[] = []
    for (let run = 0; run < RUNS; run += 1) {
      const context = await browser.newContext({ storageState })
      const page = await context.newPage()
      const devtools = await context.newCDPSession(page)
      await devtools.send('Network.enable')
      await devtools.send('Network.emulateNetworkConditions', {
        offline: false,
        latency,
        downloadThroughput: throughput,
        uploadThroughput: throughput,
      })
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpu })
      const begun = performance.now()
      await page.goto(`${world.origin}/`, { waitUntil: 'commit' })
      await page.locator('main table tbody tr').first().waitFor()
      await page.keyboard.press('?')
      await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
      times.push(performance.now() - begun)
      await context.close()
    }
    times.sort((a, b) => a - b)
    console.log(
      `${name}: median ${Math.round(times[RUNS >> 1] ?? 0)} ms, worst ${Math.round(times.at(-1) ?? 0)} ms`,
    )
  }
} finally {
  await browser.close()
  await world.close()
}
