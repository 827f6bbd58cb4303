import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEST_MASTER_KEY } from '../account-world.ts'
import { ShopWorld } from './shop-world.ts'

let world: ShopWorld
let child: ChildProcess | undefined

beforeAll(async () => {
  world = await ShopWorld.start()
}, 120_000)
afterAll(async () => {
  child?.kill('SIGKILL')
  await world.close()
})

function startReading(): ChildProcess {
  const settings = {
    url: world.accounts.database.url,
    origin: world.emulator.origin,
    masterKey: TEST_MASTER_KEY,
    now: world.now(),
  }
  const program = join(import.meta.dirname, 'reading-process.ts')
  child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return child
}

/** When the emulator has been asked for this many pages. */
async function pagesAsked(count: number): Promise<void> {
  while (world.calls('GetOrderList') < count) await new Promise((done) => setTimeout(done, 5))
}

async function kill(process: ChildProcess): Promise<void> {
  const ended = once(process, 'exit')
  process.kill('SIGKILL')
  await ended
  // The lease of the dead: let it run out at once instead of waiting for it.
  await world.db
    .updateTable('shop_syncs')
    .set({ due_at: new Date(0) })
    .where('lease_until', 'is not', null)
    .execute()
}

test('a reader that is killed at any page loses no order and doubles none', async () => {
  const accountId = await world.connect()
  const [first] = world.emulator.world.shop.shops.values()
  const externalId = first?.id ?? ''
  for (let round = 0; round < 14; round += 1) {
    await world.control('POST', '/orders', { shop_id: externalId, count: 60 })
    await world.advance(70)
  }
  // Slow enough that the kill comes in the middle.
  world.emulator.addFault({ match: { path: '/order/*' }, action: { delay_ms: 15 } })
  for (const page of [3, 6]) {
    const reading = startReading()
    await pagesAsked(world.calls('GetOrderList') + page)
    await kill(reading)
  }
  const rows = await world.db
    .selectFrom('shop_things')
    .select('external_id')
    .where('kind', '=', 'orders')
    .execute()
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.length).toBeLessThan(840)
  // The third one gets to the end.
  const last = startReading()
  await once(last.stdout as NodeJS.ReadableStream, 'data')
  await kill(last)
  const shop = await world.shopOf(accountId)
  expect(await world.differences(shop)).toEqual([])
}, 60_000)
