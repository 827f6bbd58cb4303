/** Which sellers are connected. Their tokens lie in a folder beside it; here is only what may be shown. */
import { join } from 'node:path'
import { AuthError, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { readIfThere, writePrivateFile } from '../state/private-file.ts'
import type { ShopTarget } from './shop-target.ts'

const shop = z.object({
  id: z.string(),
  name: z.optional(z.string()),
  code: z.optional(z.string()),
  /** Country code. */
  region: z.optional(z.string()),
})
const seller = z.object({
  openId: z.string(),
  appKey: z.string(),
  name: z.optional(z.string()),
  shops: z.array(shop),
  /** ISO 8601. */
  connectedAt: z.string(),
})
const book = z.object({ defaultShop: z.optional(z.string()), sellers: z.array(seller) })

export type ConnectedShop = z.output<typeof shop>
export type Seller = z.output<typeof seller>
type SellerBook = z.output<typeof book>

/** The sellers of the app in use, and the shop that is meant when none is named. */
export async function readSellers(target: ShopTarget): Promise<SellerBook> {
  const { sellers, defaultShop } = await readAll(target)
  const own = sellers.filter(({ appKey }) => appKey === target.app.key)
  return { sellers: own, ...(defaultShop === undefined ? {} : { defaultShop }) }
}

/** Adds or replaces a seller; its first shop becomes the one that is meant. */
export async function keepSeller(target: ShopTarget, added: Seller): Promise<void> {
  const { sellers, defaultShop } = await readAll(target)
  const others = sellers.filter(({ openId }) => openId !== added.openId)
  const chosen = added.shops[0]?.id ?? defaultShop
  await write(target, {
    ...(chosen === undefined ? {} : { defaultShop: chosen }),
    sellers: [...others, added],
  })
}

/** The shops of a seller as TikTok lists them now. */
export async function keepShops(
  target: ShopTarget,
  openId: string,
  shops: readonly ConnectedShop[],
): Promise<void> {
  const all = await readAll(target)
  const sellers = all.sellers.map((each) => (each.openId === openId ? { ...each, shops: [...shops] } : each))
  if (JSON.stringify(sellers) !== JSON.stringify(all.sellers)) await write(target, { ...all, sellers })
}

export async function chooseShop(target: ShopTarget, shopId: string): Promise<void> {
  await write(target, { ...(await readAll(target)), defaultShop: shopId })
}

export async function dropSeller(target: ShopTarget, openId: string): Promise<void> {
  const { sellers, defaultShop } = await readAll(target)
  const left = sellers.filter((each) => each.openId !== openId)
  const stays = left.some(({ shops }) => shops.some(({ id }) => id === defaultShop))
  const next = stays ? defaultShop : left.at(-1)?.shops[0]?.id
  await write(target, { ...(next === undefined ? {} : { defaultShop: next }), sellers: left })
}

/**
 * The shop that is meant by an id, a code or a name, or the one used last.
 * @throws {AuthError} when no seller is connected, {@link UsageError} when the name fits none or several
 */
export async function findShop(
  target: ShopTarget,
  name: string | undefined,
): Promise<{ seller: Seller; shop: ConnectedShop }> {
  const { sellers, defaultShop } = await readSellers(target)
  const all = sellers.flatMap((each) => each.shops.map((row) => ({ seller: each, shop: row })))
  if (all.length === 0)
    throw new AuthError(`No shop is connected (${target.name}).`, {
      code: 'no_shop_connected',
      needs: 'reconnect',
      retry: 'never',
      endpoint: 'shop.oauth.GetAccessToken.v2',
    })
  if (name === undefined)
    return all.find(({ shop: { id } }) => id === defaultShop) ?? (all.at(-1) as (typeof all)[number])
  const wanted = name.toLowerCase()
  const found = all.filter(({ shop: row }) =>
    [row.id, row.code, row.name].some((each) => each?.toLowerCase() === wanted),
  )
  const [first] = found
  if (first !== undefined && found.length === 1) return first
  throw new UsageError(
    found.length === 0
      ? `No shop called ${name} is connected (${target.name}).`
      : `${name} is the name of several shops; use an id.`,
    {
      code: 'no_such_shop',
      field: '--shop',
      action: `Connected: ${all.map(({ shop: row }) => `${nameOfShop(row)} (${row.id})`).join(', ')}.`,
    },
  )
}

export function nameOfShop({ name, code, id }: ConnectedShop): string {
  return name ?? code ?? id
}

function pathOf(target: ShopTarget): string {
  return join(target.folder, 'sellers.json')
}

async function readAll(target: ShopTarget): Promise<SellerBook> {
  const text = await readIfThere(pathOf(target))
  if (text === undefined) return { sellers: [] }
  try {
    return z.parse(book, JSON.parse(text))
  } catch (cause) {
    throw new UsageError(`${pathOf(target)} is damaged.`, {
      code: 'sellers_damaged',
      action: 'Delete it and run `tockwork shop connect` again.',
      cause,
    })
  }
}

async function write(target: ShopTarget, sellers: SellerBook): Promise<void> {
  await writePrivateFile(pathOf(target), `${JSON.stringify(sellers, null, 2)}\n`)
}
