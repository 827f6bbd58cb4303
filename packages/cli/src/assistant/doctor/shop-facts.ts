/** What the doctor sees of TikTok Shop: the shops and listings of the token in the environment, and grants of an emulator. */

import { join } from 'node:path'
import { getProduct, mandatoryAttributes, searchProducts } from '@tockwork/contracts/shop'
import { TockworkError } from '@tockwork/kernel'
import { FileShopGrantStore } from '@tockwork/sdk/node'
import { type ShopAccount, TikTokShop } from '@tockwork/sdk/shop'
import * as z from 'zod/mini'
import type { Context } from '../../context.ts'
import { Control } from '../../control.ts'

export interface Listing {
  id: string
  title: string
  shop: string
  /** Country code. */
  market: string
  /** Ids, from the root to the category itself. */
  categories: string[]
  attributes: { id: string; name: string; values: string[] }[]
  certifications: string[]
}

export interface ShopFacts {
  listings: Listing[]
  /** How many listings were not looked at, where there are more than are read. */
  unread: number
  /** Why the shops of the token could not be read. */
  refused?: { code: string; said: string }
}

/** A seller's authorization, and when it ends by itself. Times in milliseconds since the epoch. */
export interface ShopGrant {
  seller: string
  app: string
  endsAt: number
  /** Of whoever says so: an emulator has a clock of its own. */
  now: number
}

type Needs = Pick<Context, 'config' | 'clock' | 'fetch' | 'signal'>

/** A look must not use up what an app may call: each listing is a call. */
const MOST_LISTINGS = 100

/** @returns undefined where the environment names no shop app with a token. */
export async function readShop({ config, clock }: Needs): Promise<ShopFacts | undefined> {
  const [appKey, appSecret, token] = ['APP_KEY', 'APP_SECRET', 'ACCESS_TOKEN'].map(
    (part) => config.environment[`TIKTOK_SHOP_${part}`]?.trim() ?? '',
  ) as [string, string, string]
  if (appKey === '' || appSecret === '' || token === '') return undefined
  const facts: ShopFacts = { listings: [], unread: 0 }
  try {
    const client = new TikTokShop({
      appKey,
      appSecret,
      origin: config.tiktokOrigin,
      clock,
      limits: { maxAttempts: 2 },
    })
    const account = client.withToken(token)
    const markets = new Set(mandatoryAttributes.flatMap((each) => each.markets))
    for (const { id, name = id, region } of await account.shops())
      if (region !== undefined && markets.has(region))
        await readListings(account, { id, name, market: region }, facts)
  } catch (error) {
    if (!(error instanceof TockworkError)) throw error
    facts.refused = { code: error.code, said: error.message }
  }
  return facts
}

const page = z.looseObject({
  products: z.optional(z.array(z.looseObject({ id: z.string() }))),
  total_count: z.optional(z.number()),
})
const named = z.looseObject({ id: z.string(), name: z._default(z.string(), '') })
const product = z.looseObject({
  title: z._default(z.string(), ''),
  category_chains: z._default(z.array(z.looseObject({ id: z.string() })), []),
  product_attributes: z._default(
    z.array(
      z.looseObject({
        id: z.string(),
        name: z._default(z.string(), ''),
        values: z._default(z.array(named), []),
      }),
    ),
    [],
  ),
  certifications: z._default(z.array(z.looseObject({ title: z._default(z.string(), '') })), []),
})

async function readListings(
  account: ShopAccount,
  shop: { id: string; name: string; market: string },
  facts: ShopFacts,
): Promise<void> {
  const answer = z.safeParse(
    page,
    await account.call(searchProducts, {
      shopId: shop.id,
      query: { page_size: 100 },
      body: { status: 'ACTIVATE' },
    }),
  )
  const { products = [], total_count = products.length } = answer.data ?? {}
  const read = products.slice(0, Math.max(0, MOST_LISTINGS - facts.listings.length))
  facts.unread += Math.max(0, total_count - read.length)
  for (const { id } of read) {
    const found = z.safeParse(
      product,
      await account.call(getProduct, { shopId: shop.id, path: { product_id: id } }),
    )
    if (!found.success) continue
    const { title, category_chains, product_attributes, certifications } = found.data
    facts.listings.push({
      id,
      title,
      shop: shop.name,
      market: shop.market,
      categories: category_chains.map((each) => each.id),
      attributes: product_attributes.map((each) => ({
        id: each.id,
        name: each.name,
        values: each.values.map(({ name }) => name),
      })),
      certifications: certifications.map((each) => each.title),
    })
  }
}

const grants = z.object({
  grants: z.array(z.looseObject({ app: z.string(), account: z.string(), endsAt: z.optional(z.number()) })),
})
const clockAnswer = z.looseObject({ now: z.string() })

/** The authorizations that sellers gave at an emulator; none where something else answers. */
export async function shopGrantsOf(context: Needs, origin: string): Promise<ShopGrant[]> {
  const control = new Control(context as Context, origin)
  try {
    const [given, clock] = await Promise.all([
      control.send('GET', 'shop/grants'),
      control.send('GET', 'clock'),
    ])
    const now = Date.parse(z.parse(clockAnswer, clock).now)
    return z
      .parse(grants, given)
      .grants.flatMap(({ app, account, endsAt }) =>
        endsAt === undefined ? [] : [{ seller: account, app, endsAt: endsAt * 1000, now }],
      )
  } catch {
    return []
  }
}

/**
 * Sellers that `tockwork shop connect` keeps for the real TikTok Shop: a refresh token lives as long as the
 * authorization does. Those of an emulator are in its own books.
 */
export async function keptShopGrants(dataDir: string, now: number): Promise<ShopGrant[]> {
  const store = new FileShopGrantStore(join(dataDir, 'cli/tiktok/shop/grants'))
  const found: ShopGrant[] = []
  for (const openId of await store.list()) {
    const grant = await store.get(openId)
    if (grant !== undefined)
      found.push({
        seller: grant.sellerName ?? openId,
        app: 'the app of this machine',
        endsAt: grant.refreshExpiresAt,
        now,
      })
  }
  return found
}
