import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { ManualClock, seededRandom } from '@tockwork/kernel'
import { TikTokShop } from '@tockwork/sdk/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { readCodeUsage } from '../code/code-usage.ts'
import { checkShop } from './check-shop.ts'
import type { Facts } from './facts.ts'
import { gatherFacts } from './facts.ts'
import type { Listing } from './shop-facts.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const DAY = 86_400_000
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-shop-doctor-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function facts(more: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    config: readConfig({}, folder),
    cwd: folder,
    logins: [],
    dates: [],
    requests: [],
    deliveries: [],
    hub: undefined,
    ...more,
  }
}
const ids = (more: Partial<Facts>) => checkShop(facts(more)).map(({ rule, level }) => `${level} ${rule}`)

const chair: Listing = {
  id: '1729',
  title: 'Garden chair',
  shop: 'Upuan Lab',
  market: 'PH',
  categories: ['600001', '877704'],
  attributes: [{ id: '100701', name: 'Material', values: ['Wood'] }],
  certifications: [],
}
const listed = (...listings: Listing[]): Partial<Facts> => ({ shop: { listings, unread: 0 } })

describe('mandatory attributes of listings', () => {
  test('one that says all, and one of another market, have no finding', () => {
    expect(ids(listed(chair, { ...chair, market: 'US', attributes: [] }))).toEqual([])
  })

  test('one that lacks what its market demands, with the attribute and the day', () => {
    const [found] = checkShop(facts(listed({ ...chair, attributes: [] })))
    expect(found).toMatchObject({ rule: 'mandatory-attribute', level: 'error', where: '1729' })
    expect(found?.what).toContain('PH demands of its category since 2026-08-04: Material (100701)')
  })

  test('what another value makes mandatory', () => {
    const plastic = { id: '100701', name: 'Material', values: ['Plastic'] }
    const number = { id: '101073', name: 'PS/ICC No.', values: ['Q-1'] }
    expect(ids(listed({ ...chair, attributes: [plastic] }))).toEqual(['error mandatory-attribute'])
    expect(ids(listed({ ...chair, attributes: [plastic, number] }))).toEqual([])
  })

  test('a document', () => {
    const rice: Listing = { ...chair, market: 'TH', categories: ['917896'], attributes: [] }
    expect(ids(listed(rice))).toEqual(['error mandatory-attribute'])
    expect(
      ids(listed({ ...rice, certifications: ['FDA food registration number on product label'] })),
    ).toEqual([])
  })

  test('one that comes due is a warning from 90 days before, and nothing earlier', () => {
    const ill = listed({ ...chair, attributes: [] })
    expect(ids({ ...ill, now: Date.parse('2026-07-01T00:00:00Z') })).toEqual(['warning mandatory-attribute'])
    expect(ids({ ...ill, now: Date.parse('2026-04-01T00:00:00Z') })).toEqual([])
  })
})

describe('code', () => {
  async function inCode(name: string, source: string): Promise<string[]> {
    const home = await mkdtemp(join(folder, 'code-'))
    await writeFile(join(home, name), source)
    return checkShop(facts({ code: await readCodeUsage(home) })).map(
      ({ rule, level, where }) => `${level} ${rule} ${where}`,
    )
  }

  test('operations that go on, by id, by path and with values in the path', async () => {
    const source = [
      "await shop.call('shop.order.GetOrderList.202309')",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a program that is read
      'await fetch(`https://open-api.tiktokglobalshop.com/product/202309/products/${id}/activate`)',
    ]
    expect(await inCode('app.ts', source.join('\n'))).toEqual([])
  })

  test('operations that have ended, in any language', async () => {
    expect(await inCode('app.ts', "await shop.call('shop.finance.GetPayments.202309')")).toEqual([
      'error retired-endpoint app.ts:1',
    ])
    expect(await inCode('old.py', 'get(f"/finance/202309/statements/{sid}/statement_transactions")')).toEqual(
      ['error retired-endpoint old.py:1'],
    )
    expect(
      await inCode('v1.php', "<?php post('https://open-api.tiktokglobalshop.com/api/orders/search');"),
    ).toEqual(['error retired-endpoint v1.php:1'])
  })

  test('one that is deprecated is a note', async () => {
    expect(await inCode('app.ts', "const path = '/analytics/202405/shop/performance'")).toEqual([
      'note retired-endpoint app.ts:1',
    ])
  })

  test('listing in a category without what it demands, and with it', async () => {
    const create = "await shop.call('shop.product.CreateProduct.202309', { body: { category_id: '876040' } })"
    expect(await inCode('app.ts', create)).toEqual(['warning mandatory-attribute app.ts:1'])
    expect(await inCode('app.ts', `${create}\nconst attributes = [{ id: '100701' }]`)).toEqual([])
    expect(await inCode('app.ts', "const category = '876040'")).toEqual([])
  })
})

test('operations that were called: ended, about to end, and one that goes on', () => {
  const called = (endpoint: string) => ({
    at: '2026-06-20T00:00:00Z',
    method: 'GET',
    host: 'open-api.tiktokglobalshop.com',
    path: '/x',
    endpoint,
    verdict: 'ok',
  })
  const june = Date.parse('2026-06-20T00:00:00Z')
  const at = (now: number, endpoint: string) => ids({ now, requests: [called(endpoint)] })
  expect(at(june, 'shop.finance.GetPayments.202309')).toEqual(['warning retired-endpoint'])
  expect(at(NOW, 'shop.finance.GetPayments.202309')).toEqual(['error retired-endpoint'])
  expect(at(june - 60 * DAY, 'shop.finance.GetPayments.202309')).toEqual([])
  expect(at(NOW, 'shop.affiliate_seller.SearchSellerAffiliateOrders.202405')).toEqual([
    'note retired-endpoint',
  ])
  expect(at(NOW, 'shop.finance.GetPayments.202605')).toEqual([])
})

test('authorizations that end', () => {
  const until = (days: number) => ({
    shopGrants: [{ seller: 'Pinecart', app: 'k', endsAt: NOW + days * DAY, now: NOW }],
  })
  expect(ids(until(200))).toEqual([])
  expect(ids(until(12))).toEqual(['warning shop-authorization-ending'])
  expect(ids(until(-1))).toEqual(['error shop-authorization-ending'])
})

describe('against an emulated shop', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator()
  })
  afterAll(() => emulator.close())

  async function look(token: string): Promise<Facts> {
    const env = {
      TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
      TOCKWORK_HUB_PORT: '0',
      TIKTOK_SHOP_APP_KEY: 'tw-shop-app',
      TIKTOK_SHOP_APP_SECRET: 'tw-shop-secret',
      TIKTOK_SHOP_ACCESS_TOKEN: token,
    }
    return gatherFacts({
      config: readConfig(env, folder),
      cwd: folder,
      clock: new ManualClock(Date.now()),
      random: seededRandom(1),
      fetch: globalThis.fetch,
      signal: new AbortController().signal,
      pid: 1,
    })
  }
  const examined = async (token: string) =>
    checkShop(await look(token)).map(({ rule, level }) => `${level} ${rule}`)

  test('listings of the token are read; a token that is refused is told; an authorization ends with the year', async () => {
    const shop = new TikTokShop({
      appKey: 'tw-shop-app',
      appSecret: 'tw-shop-secret',
      serviceId: 'tw-shop-service',
      origin: emulator.origin,
    })
    const consent = shop.auth.consentUrl()
    const back = await fetch(`${emulator.origin}/_emulator/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ authorize_url: consent.url, user: 'Upuan Lab' }),
    })
    const { redirect_url } = (await back.json()) as { redirect_url: string }
    const grant = await shop.auth.exchange(shop.auth.parseCallback(redirect_url, consent))
    const seen = await look(grant.accessToken.reveal())
    expect(seen.shop?.listings.length).toBeGreaterThan(0)
    expect(checkShop(seen)).toEqual([])
    expect(await examined('made-up')).toEqual(['error shop-unreadable'])
    await emulator.advance(350 * 86_400)
    expect(await examined('made-up')).toContain('warning shop-authorization-ending')
  })
})
