/**
 * A process of the hub that connects a seller of the emulator and reads their orders, beside a bare client that asks for
 * the same pages and does no more: database, origin, master key, how many orders there are to be, and rounds. Prints what
 * both took.
 */
import { type Clock, cryptoRandom, Secret, systemClock } from '@tockwork/kernel'
import { signShopRequest } from '@tockwork/sdk/shop'
import { sql } from 'kysely'
import { createAccountServices } from '../../src/connect/services.ts'
import { newId } from '../../src/ids.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createShopServices } from '../../src/shop/services.ts'
import { shopSyncDue } from '../../src/shop/sync-due.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { insertWorkspace } from '../../src/storage/workspaces.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'

const [url = '', origin = '', masterKey = '', wanted = '1000', rounds = '3'] = process.argv.slice(2)
const APP = { key: 'tw-shop-app', secret: 'tw-shop-secret', service: 'tw-shop-service' }
const PAGE = 100
const PER_HOUR = 3_600
const BARE_PAUSE_MS = 20

/** The emulator's time runs ahead while orders are made; signatures go by it. */
let ahead = 0
const clock: Clock = {
  now: () => systemClock.now() + ahead,
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
}

async function control<T>(path: string, body?: object, method = 'POST'): Promise<T> {
  const answer = await fetch(`${origin}/_emulator${path}`, {
    method: body === undefined ? 'GET' : method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const json = (await answer.json()) as T
  if (!answer.ok) throw new Error(JSON.stringify(json))
  return json
}

const { db, close } = openDatabase({ url, max: 6 })
await migrate(db)
const base = {
  db,
  unitOfWork: createUnitOfWork(db, { send: async () => null }),
  vault: new Vault(parseMasterKeys(masterKey)),
  clock,
  random: cryptoRandom,
  log: silentLog,
  holder: `bench-${process.pid}`,
}
const accounts = createAccountServices({ ...base, publicUrl: 'http://localhost:4848', tiktokOrigin: origin })
const { apps, flow, tokens, platforms, accountEnd } = accounts
const { shopDueParts } = createShopServices({ ...base, tokens, platforms, accountEnd })

const workspaceId = newId('ws', clock, cryptoRandom)
await insertWorkspace(db, { id: workspaceId, name: 'Bench', createdAt: clock.now() })
const app = await apps.create(
  workspaceId,
  {
    name: 'Shop',
    environment: 'production',
    platform: 'tiktok_shop',
    clientKey: APP.key,
    clientSecret: new Secret(APP.secret),
    serviceId: APP.service,
  },
  'bench',
)
await control(`/shop/apps/${APP.key}`, { redirect_url: flow.redirectUri() }, 'PATCH')
const session = await flow.create(workspaceId, { appId: app.id }, 'bench')
const started = await flow.start(session.id)
if (started === undefined || !('url' in started)) throw new Error('the consent did not begin')
const { redirect_url } = await control<{ redirect_url: string }>('/authorize', {
  authorize_url: started.url,
  user: 'Pinecart',
})
const end = await flow.callback(new URL(redirect_url).searchParams, { ip: null, userAgent: null })
if (end.kind !== 'connected' || end.session.accountId === null) throw new Error('the seller is not connected')
const { accountId } = end.session
const access = await tokens.accessToken(workspaceId, accountId)
if (!access.ok) throw new Error(access.failure.message)
const { token } = access.value
const shops = await (await platforms.shopOf(workspaceId, app.id)).shops(token)
if (!shops.ok || shops.value[0] === undefined) throw new Error('the seller has no shop')
const [shop] = shops.value

async function call(path: string, query: Record<string, string>, body: object): Promise<string> {
  const all: Record<string, string> = {
    ...query,
    app_key: APP.key,
    shop_cipher: shop?.cipher ?? '',
    timestamp: String(Math.floor(clock.now() / 1000)),
  }
  const text = JSON.stringify(body)
  all.sign = await signShopRequest({
    secret: new Secret(APP.secret),
    path,
    query: all,
    body: text,
    contentType: 'application/json',
  })
  const answer = await fetch(`${origin}${path}?${new URLSearchParams(all)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tts-access-token': token.reveal() },
    body: text,
  })
  return answer.text()
}

/** An order a second, from a stock that does not run out. */
async function makeOrders(count: number): Promise<number> {
  const stock = JSON.parse(
    await call('/product/202502/products/search', { page_size: '100' }, { status: 'ALL' }),
  ) as { data: { products: { id: string; skus: { id: string; inventory: { warehouse_id: string }[] }[] }[] } }
  for (const { id, skus } of stock.data.products)
    await call(
      `/product/202309/products/${id}/inventory/update`,
      {},
      {
        skus: skus.map((sku) => ({
          id: sku.id,
          inventory: sku.inventory.map(({ warehouse_id }) => ({ warehouse_id, quantity: 99_999 })),
        })),
      },
    )
  await control('/shop/buyers', { shop_id: shop?.id, orders_per_hour: PER_HOUR })
  // In steps, so that each request is answered in its time.
  for (let left = count; left > 0; left -= 1_000) {
    await control('/clock', { advance_seconds: Math.min(1_000, left) })
  }
  await control('/shop/buyers', { shop_id: shop?.id, orders_per_hour: 0 })
  const { now } = await control<{ now: string }>('/clock')
  ahead = Date.parse(now) - systemClock.now()
  return JSON.parse(await call('/order/202309/orders/search', { page_size: '1' }, {})).data.total_count
}

/** The same pages by their tokens, read and parsed, and nothing else. */
async function bare(): Promise<{ seconds: number; pages: number }> {
  const from = performance.now()
  let pages = 0
  let token = ''
  do {
    const query = { page_size: String(PAGE), sort_field: 'update_time', sort_order: 'ASC' }
    const text = await call(
      '/order/202309/orders/search',
      token === '' ? query : { ...query, page_token: token },
      { update_time_ge: 0 },
    )
    const { data } = JSON.parse(text)
    if (data === null) {
      // Over 50 calls in this second: TikTok's limit is what the best of clients keeps to.
      await systemClock.sleep(BARE_PAUSE_MS)
      continue
    }
    token = data.next_page_token
    pages += 1
  } while (pages === 0 || token !== '')
  return { seconds: (performance.now() - from) / 1000, pages }
}

async function whole(): Promise<{ seconds: number; rows: number; peakMb: number }> {
  globalThis.gc?.()
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 50)
  const from = performance.now()
  await shopSyncDue({ ...shopDueParts, lanes: 1 })
  const seconds = (performance.now() - from) / 1000
  clearInterval(look)
  const row = await db
    .selectFrom('shop_things')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('kind', '=', 'orders')
    .executeTakeFirstOrThrow()
  return { seconds, rows: Number(row.count), peakMb: peak / 2 ** 20 }
}

const orders = await makeOrders(Number(wanted))
// The list of shops, and whatever else there is to read of the seller, is not what is measured.
await shopSyncDue(shopDueParts)
/** The emulator's own list of requests is no longer than its memory allows. */
let lists = 0
const ask = shopDueParts.reading.orders.bind(shopDueParts.reading)
shopDueParts.reading.orders = (...wish) => {
  lists += 1
  return ask(...wish)
}
const report = { orders, bare: [] as number[], hub: [] as number[], pages: 0, calls: 0, peakMb: 0, restMb: 0 }
for (let round = 0; round < Number(rounds); round += 1) {
  const plain = await bare()
  report.bare.push(plain.seconds)
  report.pages = plain.pages
  await sql`delete from shop_things where kind = 'orders'`.execute(db)
  await sql`update shop_syncs set due_at = null where kind <> 'orders'`.execute(db)
  await sql`update shop_syncs set position = null, run_from = null, completed_at = null, due_at = to_timestamp(0)
    where kind = 'orders'`.execute(db)
  report.restMb = process.memoryUsage().rss / 2 ** 20
  lists = 0
  const full = await whole()
  if (full.rows !== orders) throw new Error(`${full.rows} of ${orders} orders were read`)
  report.hub.push(full.seconds)
  report.peakMb = Math.max(report.peakMb, full.peakMb)
  report.calls = lists
}
await close()
process.stdout.write(`${JSON.stringify(report)}\n`)
