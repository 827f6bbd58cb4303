/** `tockwork shop` against whole shops of the emulator, in this process. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { type Clock, systemClock } from '@tockwork/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Options, Session } from './in-process.ts'

let folder: string
let emulator: Emulator
let env: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-shop-'))
  // Its time stands still far from the machine's: signatures hold by the emulator's clock.
  emulator = await startEmulator({ frozen: true, seed: 'shop-cli', now: '2026-11-24T12:00:00Z' })
  env = { TOCKWORK_TIKTOK_ORIGIN: emulator.origin }
  expect((await shop('connect', '--user', 'Brightkiln')).code).toBe(0)
  expect((await shop('connect', '--user', 'Pinecart')).code).toBe(0)
})
afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true, force: true })
})

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
type Any = any

const session = (options: Partial<Options> = {}) => new Session({ cwd: folder, env, ...options })
const shop = (...args: string[]) => session().run(['shop', ...args])
async function json(...args: string[]): Promise<{ code: number; value: Any; text: string }> {
  const { code, stdout } = await shop(...args, '--json')
  return { code, value: JSON.parse(stdout), text: stdout }
}

async function control(path: string, body?: object): Promise<Any> {
  const response = await fetch(`${emulator.origin}/_emulator${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  return response.json()
}

const shopIds: Record<string, string> = {}
beforeEach(async () => {
  const { shops } = await control('/shop')
  for (const { name, id } of shops) shopIds[name] = id
})

async function place(name: string, fields: object = {}): Promise<Any> {
  const { created, failed } = await control('/shop/orders', {
    shop_id: shopIds[name],
    status: 'AWAITING_SHIPMENT',
    ...fields,
  })
  expect(failed).toEqual([])
  return created
}

test('sellers are connected, their shops listed, and the latest one is meant', async () => {
  const { value } = await json('shops')
  expect(value.shops.map((each: Any) => [each.name, each.region, each.default])).toEqual([
    ['Brightkiln UK', 'GB', false],
    ['Brightkiln DE', 'DE', false],
    ['Pinecart US', 'US', true],
  ])
  const used = await json('shops', '--use', 'brightkiln de')
  expect(used.value.shops.find((each: Any) => each.default).name).toBe('Brightkiln DE')
  await shop('shops', '--use', shopIds['Pinecart US'] as string)
  const nobody = await shop('orders', '--shop', 'Nowhere')
  expect(nobody).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Nowhere.*\[no_such_shop\][\s\S]*Brightkiln UK/),
  })
})

test('tokens are kept for this user alone, shown nowhere, and renewed when they end', async () => {
  const grants = join(folder, '.tockwork/cli/emulator/shop/grants')
  const [file] = await readdir(grants)
  const kept = await readFile(join(grants, file as string), 'utf8')
  expect((await stat(join(grants, file as string))).mode & 0o777).toBe(0o600)
  const { accessToken, refreshToken } = JSON.parse(kept)
  const shown = await session().run(['shop', 'connect', '--user', 'Aoi Works', '--json', '--verbose'])
  for (const secret of [accessToken, refreshToken, 'tw-shop-secret'])
    expect(`${shown.stdout}${shown.stderr}`).not.toContain(secret)
  expect(`${shown.stdout}${shown.stderr}`).not.toMatch(/(TTP|ROW)_\w/)
  await emulator.advance(8 * 86_400)
  expect((await json('products', '--shop', 'Aoi Works', '--limit', '1')).code).toBe(0)
  await shop('shops', '--use', 'Pinecart US')
  const gone = await json('disconnect', '--shop', 'Aoi Works')
  expect(gone).toMatchObject({ code: 0, value: { authorization_ended: true } })
  expect((await json('shops')).value.shops).toHaveLength(3)
})

test('a seller agrees in a browser, or says no; the address of the app is given back', async () => {
  const before = (await control('/shop')).apps[0].redirect_url
  const open = session()
  const connecting = open.run(['shop', 'connect', '--no-browser', '--json'])
  const address = await printed(open)
  expect((await control('/shop')).apps[0].redirect_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
  const answer = await fetch(address, {
    method: 'POST',
    body: new URLSearchParams({ account: await accountOf('Kedai Hijau'), decision: 'allow' }),
    redirect: 'manual',
  })
  const page = await fetch(answer.headers.get('location') as string)
  expect(await page.text()).toContain('You agreed')
  const { code, stdout } = await connecting
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ seller: { name: 'Kedai Hijau' }, shops: [{ region: 'MY' }] })
  expect((await control('/shop')).apps[0].redirect_url).toBe(before)
  await shop('disconnect', '--local', '--shop', 'Kedai Hijau')

  const denied = await json('connect', '--user', 'Pinecart', '--deny')
  expect(denied).toMatchObject({ code: 3, value: { error: { code: 'auth_denied', action: /shop connect/ } } })
  expect((await json('connect', '--user', 'Nobody')).code).toBe(2)
  const late = await session().run(['shop', 'connect', '--no-browser', '--timeout', '0.1', '--json'])
  expect(JSON.parse(late.stdout)).toMatchObject({ error: { code: 'login_timeout' } })
})

test('where the app leads elsewhere, the address that the browser ended at is pasted', async () => {
  const forged = await session({ input: 'https://example.com/callback?code=ROW_x&state=guessed\n' }).run([
    'shop',
    'connect',
    '--paste',
  ])
  expect(forged).toMatchObject({ code: 3, stderr: expect.stringContaining('state') })
  const real = session({
    env: { TIKTOK_SHOP_APP_KEY: 'k', TIKTOK_SHOP_APP_SECRET: 's', TIKTOK_SHOP_SERVICE_ID: 'v' },
  })
  const said = await real.run(['shop', 'connect'])
  expect(said).toMatchObject({ code: 2, stderr: expect.stringMatching(/Partner Center[\s\S]*--paste/) })
})

async function printed(open: Session): Promise<string> {
  for (;;) {
    const found = /http\S+authorize\S+/.exec(open.stderr)?.[0]
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function accountOf(name: string): Promise<string> {
  return (await control('/shop')).accounts.find((each: Any) => each.name === name).id
}

test('orders are listed, filtered and shown', async () => {
  const [first] = await place('Pinecart US', { message: 'Leave it at the door' })
  await control('/shop/orders', { shop_id: shopIds['Pinecart US'] })
  const waiting = await json('orders', '--status', 'awaiting-shipment', '--since', '1h')
  expect(waiting.value).toMatchObject({ shop: { name: 'Pinecart US' }, orders: [{ id: first.id }] })
  expect((await json('orders', '--since', '1h')).value.orders).toHaveLength(2)
  expect((await json('orders', '--until', '2026-11-24')).value.orders).toHaveLength(0)
  const text = (await shop('orders')).stdout
  expect(text).toMatch(/2 orders of Pinecart US/)
  expect(text).toMatch(
    new RegExp(`${first.id} +20\\d\\d-\\S+ \\S+ +AWAITING_SHIPMENT +\\d+ +\\d+\\.\\d\\d USD`),
  )
  const shown = await shop('orders', first.id)
  expect(shown.stdout).toContain('Leave it at the door')
  expect(await shop('orders', '1')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('21008111'),
  })
  expect((await shop('orders', '--status', 'paid')).stderr).toMatch(/--status paid[\s\S]*AWAITING_SHIPMENT/)
  expect((await shop('orders', '--since', 'monday')).stderr).toContain('--since is "monday"')
})

test('what is new and what changes is told once, and a pause of TikTok is survived', async () => {
  const [old] = await place('Brightkiln UK')
  const happens = [
    () => place('Brightkiln UK', { status: 'UNPAID' }),
    () =>
      control('/faults', {
        match: { path: '/order/202309/orders/search' },
        times: 4,
        action: { status: 503, body: 'busy' },
      }),
    () => control(`/shop/orders/${old.id}/status`, { status: 'IN_TRANSIT' }),
  ]
  const clock: Clock = {
    now: () => systemClock.now(),
    // Between two looks something happens; the pauses of repeated calls are shorter.
    sleep: async (ms) => {
      if (ms !== 15_000) return
      const next = happens.shift()
      if (next === undefined) throw new Error('nothing comes')
      await next()
    },
  }
  const { code, stdout } = await session({ clock }).run([
    ...['shop', 'orders', '--watch', '--shop', 'Brightkiln UK', '--count', '2', '--json'],
  ])
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(told.map(({ type }) => type)).toEqual(['listed', 'new', 'trouble', 'changed'])
  expect(told[3]).toMatchObject({ before: 'AWAITING_SHIPMENT', order: { id: old.id, status: 'IN_TRANSIT' } })
  expect(code).toBe(0)
})

test('watching begins now: what was there before is not told', async () => {
  await place('Brightkiln DE')
  const stop = new AbortController()
  let round = 0
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: async (ms) => {
      if (ms !== 2000) return
      round += 1
      if (round === 1) {
        await emulator.advance(300)
        await place('Brightkiln DE')
      } else stop.abort()
    },
  }
  const { code, stdout } = await session({ clock, signal: stop.signal }).run([
    ...['shop', 'watch', '--shop', 'Brightkiln DE', '--interval', '2', '--new'],
  ])
  expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^\+ .*AWAITING_SHIPMENT .*EUR/)])
  expect(code).toBe(0)
})

test('products, and the stock of every SKU', async () => {
  const listed = await json('products', '--status', 'activate')
  expect(listed.value.products.length).toBeGreaterThan(3)
  const [product] = listed.value.products
  const shown = await json('products', product.id)
  expect(shown.value.products[0]).toMatchObject({ id: product.id, title: product.title })
  const sku = product.skus[0]
  expect((await json('products', '--sku', sku.seller_sku)).value.products[0].id).toBe(product.id)
  const stock = await json('stock', sku.seller_sku)
  expect(stock.value.skus).toMatchObject([
    { sku_id: sku.id, seller_sku: sku.seller_sku, product_id: product.id },
  ])
  expect((await shop('stock')).stdout).toMatch(/\d+ SKUs of Pinecart US/)
  expect(await shop('stock', 'NOTHING')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no SKU NOTHING'),
  })
})

test('stock of many SKUs is set from a table and arguments, with an answer for each', async () => {
  const [one, two, three] = (await json('stock')).value.skus as [Any, Any, Any]
  const [warehouse, other] = Object.keys(three.warehouses) as [string, string]
  await writeFile(
    join(folder, 'stock.csv'),
    `\uFEFFSeller_SKU,Quantity,note,warehouse_id\r\n"${one.seller_sku}",31,"two\r\nlines",${warehouse}\r\n\r\n${two.sku_id},0,,${other}\r\nGONE-1,5,\r\n`,
  )
  const name = `${three.sku_id}=7`
  const dry = await json('stock', 'set', name, '--warehouse', warehouse, '--dry-run')
  expect(dry.value).toMatchObject({
    set: 0,
    dry_run: true,
    skus: [{ outcome: 'planned', before: three.warehouses[warehouse] }],
  })
  const { code, value } = await json('stock', 'set', name, '--from', 'stock.csv')
  expect(code).toBe(4)
  expect(value).toMatchObject({ set: 2, failed: 2 })
  expect(value.skus).toMatchObject([
    { sku: three.sku_id, outcome: 'failed', code: 'warehouse_needed' },
    { sku: one.seller_sku, sku_id: one.sku_id, outcome: 'set', before: one.warehouses[warehouse] },
    { sku: two.sku_id, outcome: 'set', quantity: 0 },
    { sku: 'GONE-1', outcome: 'failed', code: 'no_such_sku' },
  ])
  const after = (await json('stock', one.sku_id, two.sku_id)).value.skus
  expect(after.map((each: Any) => each.warehouses)).toEqual([
    { ...one.warehouses, [warehouse]: 31 },
    { ...two.warehouses, [other]: 0 },
  ])
  const piped = await session({ input: `sku;quantity\n${one.sku_id};12\n` }).run([
    ...['shop', 'stock', 'set', '--from', '-', '--warehouse', warehouse],
  ])
  expect(piped).toMatchObject({ code: 0, stdout: expect.stringContaining('31 → 12') })
  const elsewhere = await json('stock', 'set', `${one.sku_id}=5`, `${two.sku_id}=5`, '--warehouse', '1')
  expect(elsewhere).toMatchObject({ code: 4, value: { failed: 2, skus: [{ message: /warehouse/i }, {}] } })
  const same = await json('stock', 'set', `${one.sku_id}=5`, `${one.seller_sku}=6`, '--warehouse', warehouse)
  expect(same.value.skus).toMatchObject([{ outcome: 'set' }, { code: 'set_twice' }])
})

test.each([
  [['MUG'], /MUG: expected SKU=QUANTITY/],
  [['MUG=many'], /argument 1: "many" is no whole number/],
  [['MUG=-1'], /"-1" is no whole number/],
  [['MUG=1', 'MUG=2'], /MUG is set twice: argument 1 and argument 2/],
  [[], /nothing to set/],
  [['--from', 'missing.csv'], /--from missing\.csv/],
  [['--from', 'wrong.csv'], /line 3, column quantity: "lots"/],
])('a wrong table or argument sets nothing: %j', async (args, message) => {
  await writeFile(join(folder, 'wrong.csv'), 'sku,quantity\nA,1\nB,lots\n')
  const { code, stderr } = await shop('stock', 'set', ...args)
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

test('an order of the US is shipped with a label of TikTok, once', async () => {
  const [order] = await place('Pinecart US')
  const { code, value, text } = await json('ship', order.id, '--label', 'label.pdf')
  expect(code).toBe(0)
  expect(value.packages).toMatchObject([
    { order_id: order.id, outcome: 'shipped', tracking_number: /^TW/, label: join(folder, 'label.pdf') },
  ])
  expect(text).not.toContain('/documents/')
  expect((await readFile(join(folder, 'label.pdf'))).subarray(0, 5).toString()).toBe('%PDF-')
  const again = await json('ship', order.id, '--label', 'labels/', '--document', 'both')
  expect(again.value.packages[0]).toMatchObject({
    outcome: 'already',
    package_id: value.packages[0].package_id,
  })
  expect(await readdir(join(folder, 'labels'))).toEqual([`${order.id}-${value.packages[0].package_id}.pdf`])
  expect((await json('orders', order.id)).value.orders[0].status).toBe('AWAITING_COLLECTION')
})

test('elsewhere the package that is there is shipped; of several orders one may fail', async () => {
  const [first, second] = await place('Brightkiln UK', { count: 2 })
  await control(`/shop/orders/${second.id}/cancel`, {
    reason: 'ecom_order_to_ship_canceled_reason_no_longer_needed_uk',
  })
  const { code, value } = await json(
    'ship',
    first.id,
    second.id,
    '--shop',
    'Brightkiln UK',
    '--handover',
    'pickup',
  )
  expect(code).toBe(4)
  expect(value.packages).toMatchObject([{ order_id: first.id, outcome: 'shipped' }])
  expect(value.failed).toMatchObject([{ order_id: second.id, error: { code: '21011007' } }])
  const unknown = await json('ship', '77', first.id, '--shop', 'Brightkiln UK')
  expect(unknown).toMatchObject({ code: 4, value: { error: { code: '21008111' } } })
})

test('where the seller ships, carrier and number are asked for', async () => {
  const [us] = await place('Pinecart US', { shipping_type: 'SELLER' })
  const [gb] = await place('Brightkiln UK', { shipping_type: 'SELLER' })
  const without = await json('ship', us.id)
  expect(without).toMatchObject({
    code: 2,
    value: { error: { code: 'tracking_needed', message: /carrier and number/ } },
  })
  const half = await json('ship', us.id, '--tracking', 'X123456')
  expect(half.value.error.message).toContain('go together')
  const own = ['--tracking', 'X123456', '--provider', '7117858858072016686']
  expect((await json('ship', us.id, ...own)).value.packages).toMatchObject([
    { tracking_number: 'X123456', outcome: 'shipped' },
  ])
  const abroad = await json('ship', gb.id, '--shop', 'Brightkiln UK', ...own)
  expect(abroad.value.packages).toMatchObject([
    { tracking_number: 'X123456', shipping_provider: 'Harbour Post' },
  ])
  const paid = await place('Pinecart US', { status: 'UNPAID' })
  expect((await json('ship', paid[0].id)).value.error).toMatchObject({ code: 'order_not_shippable' })
})

test('any operation is called as the connected seller, of the shop that is meant', async () => {
  const call = (...args: string[]) => session().run(['call', ...args])
  const { code, stdout } = await call('shop.product.SearchProducts.202502', '--query', 'page_size=1')
  expect(code).toBe(0)
  expect(JSON.parse(stdout).products).toHaveLength(1)
  const warehouses = await call('shop.logistics.GetWarehouseList', '--shop', 'Brightkiln DE')
  expect(JSON.parse(warehouses.stdout).warehouses[0].address.region_code ?? 'DE').toBe('DE')
})

test('returns are listed with what the seller may do next', async () => {
  const [order] = await place('Pinecart US', { status: 'DELIVERED' })
  const made = await control(`/shop/orders/${order.id}/return`, {
    type: 'REFUND',
    reason: 'ecom_order_delivered_refund_reason_damaged',
  })
  expect(made.problem).toBeUndefined()
  const { value } = await json('returns', '--status', 'return_or_refund_request_pending', '--order', order.id)
  expect(value.returns).toMatchObject([{ order_id: order.id, return_type: 'REFUND' }])
  expect((await shop('returns')).stdout).toContain('SELLER_RESPOND_REFUND')
})

test('whoever ended the authorization is sent to a new consent', async () => {
  const { grants } = await control('/shop/grants')
  const account = await accountOf('Brightkiln')
  const grant = grants.find((each: Any) => each.account === account)
  await fetch(`${emulator.origin}/_emulator/shop/grants/${grant.id}`, { method: 'DELETE' })
  const { code, stderr } = await shop('orders', '--shop', 'Brightkiln UK')
  expect(code).toBe(3)
  expect(stderr).toMatch(/105001[\s\S]*tockwork shop connect/)
  const listed = await json('shops')
  expect(listed.code).toBe(0)
  expect(listed.value.shops.find((each: Any) => each.name === 'Brightkiln UK').problem.code).toBe('105001')
  const none = await session({ cwd: join(folder, 'labels') }).run(['shop', 'orders'])
  expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('tockwork shop connect') })
})
