/** The shop that a command is about, and a client for it. */
import type { Shop, ShopAccount } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { type ConnectedShop, findShop, nameOfShop, type Seller } from './sellers.ts'
import { chooseShopTarget, openClient, type ShopClock, type ShopTarget } from './shop-target.ts'

export interface ShopSession {
  target: ShopTarget
  seller: Seller
  account: ShopAccount
  shop: Shop
  /** What is known of the shop here. */
  row: ConnectedShop
  clock: ShopClock
}

export interface ShopOption {
  /** Id, code or name of a connected shop. */
  shop?: string
}

export async function openShop(context: Context, { shop: name }: ShopOption): Promise<ShopSession> {
  const target = await chooseShopTarget(context)
  const { seller, shop: row } = await findShop(target, name)
  const { client, clock } = await openClient(context, target)
  const account = client.as(seller.openId)
  return { target, seller, account, shop: account.shop(row.id), row, clock }
}

/** What every answer of a command about a shop begins with. */
export function aboutShop({ target, row }: ShopSession): Record<string, unknown> {
  return {
    target: target.origin ?? 'tiktok',
    shop: { id: row.id, name: row.name ?? null, region: row.region ?? null },
  }
}

export function titleOf({ target, row }: ShopSession): string {
  return `${nameOfShop(row)} (${target.name})`
}
