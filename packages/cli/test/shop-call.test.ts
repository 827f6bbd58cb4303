import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runHere } from './in-process.ts'

const requests: { method: string; path: string; query: URLSearchParams; body: string; token: unknown }[] = []
const shops = [{ id: '7494049642642441621', cipher: 'GCP_one', code: 'GBLC1' }]
const server = createServer((request: IncomingMessage, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    // Whether an emulator's clock counts there.
    if (url.pathname.startsWith('/_emulator')) return response.writeHead(404).end()
    requests.push({
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      body: Buffer.concat(parts).toString(),
      token: request.headers['x-tts-access-token'],
    })
    const data = url.pathname.startsWith('/authorization')
      ? { shops }
      : { id: '1729', widget_token: { token: 'T' } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ code: 0, message: 'Success', request_id: 'R', data }))
  })
})
let env: Record<string, string> = {}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  env = {
    TOCKWORK_TIKTOK_ORIGIN: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    TIKTOK_SHOP_APP_KEY: 'k',
    TIKTOK_SHOP_APP_SECRET: 's',
    TIKTOK_SHOP_ACCESS_TOKEN: 'ROW_t',
  }
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const call = (...args: string[]) => runHere(['call', ...args], { cwd: tmpdir(), env })

test('all operations of TikTok Shop are listed', async () => {
  const { code, stdout } = await runHere(['call', '--list', '--api', 'shop', '--json'], { cwd: tmpdir() })
  expect(code).toBe(0)
  expect(JSON.parse(stdout).endpoints).toHaveLength(514)
  const text = (await runHere(['call', '--list', '--api', 'shop'], { cwd: tmpdir() })).stdout
  expect(text).toMatch(/shop\.finance\.GetPayments\.202309 +GET +\S+ +shop +ends 2026-08-15/)
})

test('one is called by its id, its newest version, or a path with values', async () => {
  const listed = await call('shop.authorization.GetAuthorizedShops')
  expect(JSON.parse(listed.stdout)).toEqual({ shops })
  const product = await call('GET /product/202309/products/1729', '--shop', '7494049642642441621')
  expect(product.code).toBe(0)
  expect(JSON.parse(product.stdout)).toMatchObject({ id: '1729', widget_token: { token: '[secret]' } })
  expect(requests.at(-1)).toMatchObject({
    method: 'GET',
    path: '/product/202309/products/1729',
    token: 'ROW_t',
  })
  expect(requests.at(-1)?.query.get('shop_cipher')).toBe('GCP_one')
  await call(
    'shop.product.UpdateInventory',
    '--shop',
    '7494049642642441621',
    '--query',
    'product_id=1729',
    '--json',
    '{"skus":[]}',
  )
  expect(requests.at(-1)).toMatchObject({
    path: '/product/202309/products/1729/inventory/update',
    body: '{"skus":[]}',
  })
})

test('what cannot be called is said, and nothing is sent', async () => {
  const before = requests.length
  const cases: [string[], RegExp][] = [
    [['shop.finance.GetPayments.202309', '--shop', '1'], /retired on 2026-08-15.*GetPayments\.202605/],
    [['shop.order.GetOrderList'], /say which/],
    [['/product/202309/products/1729'], /takes (GET|PUT|DELETE).* and /],
    [['/api/orders/search'], /first version.*ended on 2025-12-31/],
    [['--api', 'books', 'x'], /one of open, shop, business/],
  ]
  for (const [args, message] of cases) {
    const { code, stdout } = await call(...args)
    expect(code, args.join(' ')).toBe(2)
    expect(JSON.parse(stdout).error.message, args.join(' ')).toMatch(message)
  }
  const bare = await runHere(['call', 'shop.order.GetOrderList'], {
    cwd: join(tmpdir(), 'nothing-connected'),
  })
  expect(JSON.parse(bare.stdout).error.message).toMatch(/TIKTOK_SHOP_APP_KEY is not set/)
  const half = await runHere(['call', 'shop.order.GetOrderList'], {
    cwd: tmpdir(),
    env: { TIKTOK_SHOP_APP_KEY: 'k' },
  })
  expect(JSON.parse(half.stdout).error.message).toMatch(/secret of the shop app k/)
  expect(requests).toHaveLength(before)
})
