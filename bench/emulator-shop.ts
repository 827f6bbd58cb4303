/** How many orders a second the emulated TikTok Shop takes, and how many signed searches for orders it answers. */
import { TikTokShop } from '@tockwork/sdk/shop'
import type { LoadAnswer } from './children/load.ts'
import { startEmulatorProcess } from './emulator-process.ts'
import { type Measurements, measured } from './measurement.ts'
import { startBareServer, startWorker } from './worker.ts'

const CONNECTIONS = 20
const SELLER = 'Pinecart'
const APP = { appKey: 'tw-shop-app', appSecret: 'tw-shop-secret', serviceId: 'tw-shop-service' }
/** The most that a SKU can have: no round sells everything out. */
const STOCK = 99_999
const PAGE = 20

export async function measureEmulatorShop({ quick }: { quick: boolean }): Promise<Measurements> {
  const rounds = quick ? 2 : 5
  const seconds = quick ? 0.3 : 2
  const emulator = await startEmulatorProcess({ rateLimits: false })
  const load = await startWorker('load')
  const floors: Awaited<ReturnType<typeof startBareServer>>[] = []
  const floor = async (body: string): Promise<number> => {
    const server = await startBareServer(body)
    floors.push(server)
    return server.port
  }
  try {
    const { shopId, searchPath, token } = await openShop(emulator.origin)
    const checkout = post(emulator.port, '/_emulator/shop/orders', JSON.stringify({ shop_id: shopId }))
    const answer = await fetch(`${emulator.origin}/_emulator/shop/orders`, {
      method: 'POST',
      body: JSON.stringify({ shop_id: shopId, count: 1000 }),
    })
    const { created } = (await answer.json()) as { created: object[] }
    const one = JSON.stringify({ created: created.slice(0, 1), failed: [] })
    const search = post(emulator.port, searchPath, '{}', `x-tts-access-token: ${token}\r\n`)
    const page = await fetch(`${emulator.origin}${searchPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tts-access-token': token },
      body: '{}',
    })
    const found = await page.text()
    if (!found.includes('"code":0')) throw new Error(found)
    const loads = {
      checkoutFloor: { port: await floor(one), request: checkout },
      checkout: { port: emulator.port, request: checkout },
      searchFloor: { port: await floor(found), request: search },
      search: { port: emulator.port, request: search },
    }
    const rates: Record<keyof typeof loads, number[]> = {
      checkoutFloor: [],
      checkout: [],
      searchFloor: [],
      search: [],
    }
    for (let round = -1; round < rounds; round += 1)
      for (const name of Object.keys(loads) as (keyof typeof loads)[]) {
        const { perSecond } = await load.ask<LoadAnswer>('load', {
          ...loads[name],
          connections: CONNECTIONS,
          seconds: round < 0 ? Math.min(1, seconds) : seconds,
        })
        // The first round warms both up.
        if (round >= 0) rates[name].push(perSecond)
      }
    const isOn = `at ${CONNECTIONS} connections; bare node:http server with the same answer`
    return {
      'emulator-shop-orders': measured({
        unit: 'orders/s',
        what: `checkouts, each an order with stock taken and payment due, ${isOn}`,
        values: rates.checkout,
        against: rates.checkoutFloor,
        aim: { of: 'value', limit: 'least', number: 1000 },
      }),
      'emulator-shop-search': measured({
        unit: 'requests/s',
        what: `signed searches for orders, ${PAGE} on a page of all that were made, ${isOn}`,
        values: rates.search,
        against: rates.searchFloor,
      }),
    }
  } finally {
    await Promise.all([emulator.stop(), load.stop(), ...floors.map((each) => each.stop())])
  }
}

/** Connects a seller, fills the shop's shelves, and signs a search; a signature holds for five minutes. */
async function openShop(origin: string): Promise<{ shopId: string; searchPath: string; token: string }> {
  const sent: { url: string; headers: Record<string, string> }[] = []
  const client = new TikTokShop({
    ...APP,
    origin,
    http: {
      send: async ({ method, url, headers, body }) => {
        sent.push({ url, headers })
        const response = await fetch(url, {
          method,
          headers,
          ...(body === undefined ? {} : { body: body as string }),
        })
        const bytes = new Uint8Array(await response.arrayBuffer())
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          text: async () => new TextDecoder().decode(bytes),
          bytes: async () => bytes,
          stream: async function* () {
            yield bytes
          },
        }
      },
    },
  })
  const { url, state } = client.auth.consentUrl({ market: 'US' })
  const consent = await fetch(`${origin}/_emulator/authorize`, {
    method: 'POST',
    body: JSON.stringify({ authorize_url: url, user: SELLER }),
  })
  const { redirect_url } = (await consent.json()) as { redirect_url: string }
  const { openId } = await client.auth.exchange(client.auth.parseCallback(redirect_url, { state }))
  const [first] = await client.as(openId).shops()
  if (first === undefined) throw new Error(`${SELLER} has no shop`)
  const shop = client.as(openId).shop(first.id)
  for await (const { id, skus = [] } of shop.products.search())
    await shop.inventory.update(
      id,
      skus.map((sku) => ({ id: sku.id, inventory: [{ quantity: STOCK }] })),
    )
  for await (const _page of shop.orders.search({}, { pageSize: PAGE }).pages()) break
  const last = sent.at(-1)
  if (last === undefined) throw new Error('nothing was sent')
  return {
    shopId: first.id,
    searchPath: last.url.slice(origin.length),
    token: last.headers['x-tts-access-token'] ?? '',
  }
}

function post(port: number, path: string, body: string, headers = ''): string {
  return `POST ${path} HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/json\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`
}
