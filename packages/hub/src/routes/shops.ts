import { Problem, problem, type shopOperations } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import { CheckFailedError, checkShop } from '../shop/check.ts'
import { WARN_BEFORE_MS } from '../shop/policy.ts'
import { pushStock } from '../shop/push-stock.ts'
import type { ShopCaller } from '../shop/shop-caller.ts'
import type { Database } from '../storage/database.ts'
import { requestShopSync, type ShopSync, shopSyncsOf } from '../storage/shop-syncs.ts'
import { SHOP_SYNC_KINDS, type ShopThingKind } from '../storage/shop-tables.ts'
import { findThings, listThings, type ShopThing, type ThingFilter } from '../storage/shop-things.ts'
import { findShop, listShops, type ShopWithAccount } from '../storage/shops.ts'
import { notConnected } from '../sync/refresh-videos.ts'
import { environmentOf } from '../tenancy/principal.ts'
import { shopCapabilitiesOf } from '../tiktok/shop/capabilities.ts'
import { pageOfItems } from './cursor.ts'
import { iso, isoOrNull } from './iso-time.ts'
import {
  orderInFull,
  orderToJson,
  productInFull,
  productToJson,
  returnToJson,
  statementToJson,
  stockToJson,
  transactionToJson,
} from './shop-json.ts'

export interface ShopRouteParts {
  db: Database
  clock: Clock
  caller: ShopCaller
}

export function shopHandlers(parts: ShopRouteParts): Handlers<typeof shopOperations> {
  const { db, clock } = parts
  const reach = async (caller: Caller, id: string): Promise<ShopWithAccount> => {
    const scope = { workspaceId: caller.workspaceId, environment: environmentOf(caller) }
    const shop = await findShop(db, scope, id)
    if (shop === undefined) throw problem('not_found', 'There is no such shop.')
    return shop
  }
  const connected = async (caller: Caller, id: string): Promise<ShopWithAccount> => {
    const shop = await reach(caller, id)
    if (shop.accountStatus !== 'connected') throw notConnected()
    return shop
  }
  const withSyncs = async (shops: readonly ShopWithAccount[]) => {
    const syncs = await shopSyncsOf(
      db,
      shops.map(({ id }) => id),
    )
    return (shop: ShopWithAccount) =>
      shopToJson(
        shop,
        syncs.filter(({ shopId }) => shopId === shop.id),
        clock.now(),
      )
  }
  const show = async (shop: ShopWithAccount) => (await withSyncs([shop]))(shop)
  const one = async (shopId: string, kind: ShopThingKind, id: string): Promise<ShopThing> => {
    const [thing] = await findThings(db, shopId, kind, [id])
    if (thing === undefined) throw problem('not_found', 'The shop has no such thing, or it was not read yet.')
    return thing
  }
  return {
    'shops.list': async ({ query }, { caller }) => {
      const filter = { environment: environmentOf(caller), accountId: query.account_id }
      let found: ShopWithAccount[] = []
      const page = await pageOfItems(
        query,
        idPattern('shp'),
        async (slice) => {
          found = await listShops(db, caller.workspaceId, { ...slice, ...filter })
          return found
        },
        (shop) => shop,
      )
      return { ...page, data: page.data.map(await withSyncs(page.data)) }
    },

    'shops.get': async ({ params }, { caller }) => show(await reach(caller, params.shop_id)),

    'shops.sync': async ({ params, body }, { caller }) => {
      const shop = await connected(caller, params.shop_id)
      const now = clock.now()
      await requestShopSync(db, shop.id, body?.kinds ?? SHOP_SYNC_KINDS, { now, at: now })
      return show(shop)
    },

    'shops.check': async ({ params, body }, { caller }) => {
      const shop = await connected(caller, params.shop_id)
      const { kind = 'orders', deep = false, repair = true } = body ?? {}
      const read = (await shopSyncsOf(db, [shop.id])).find((sync) => sync.kind === kind)
      // The second of the last change that was seen is over, or its things would not all be listed.
      const until = body?.until === undefined ? (read?.position ?? 0) : Date.parse(body.until) / 1000
      try {
        const report = await checkShop(parts, shop, { kind, until: Math.floor(until), deep, repair })
        const { atTikTok, missing, behind, ...rest } = report
        return {
          ...rest,
          until: iso(report.until * 1000),
          complete: missing.length + behind.length === 0,
          at_tiktok: atTikTok,
          missing,
          behind,
        }
      } catch (error) {
        if (!(error instanceof CheckFailedError)) throw error
        if (error.failure.needs === 'reconnect') throw notConnected()
        throw new Problem({
          status: 502,
          code: 'upstream_failed',
          title: 'TikTok did not answer',
          detail: `TikTok answered ${error.failure.code}. Try again.`,
        })
      }
    },

    'shopOrders.list': async ({ params, query }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      return pageOfThings(db, shop.id, 'orders', query, {}, orderToJson)
    },

    'shopOrders.get': async ({ params }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      return orderInFull(await one(shop.id, 'orders', params.order_id))
    },

    'shopProducts.list': async ({ params, query }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      return pageOfThings(db, shop.id, 'products', query, {}, productToJson)
    },

    'shopProducts.get': async ({ params }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      return productInFull(await one(shop.id, 'products', params.product_id))
    },

    'shopStock.list': async ({ params, query }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      const filter = { parentId: query.product_id }
      return pageOfThings(db, shop.id, 'stock', query, filter, stockToJson)
    },

    'shopStock.push': async ({ params, body }, { caller }) => {
      const shop = await connected(caller, params.shop_id)
      const wishes = body.updates.map(({ sku_id, quantity, warehouse_id, expected }) => ({
        skuId: sku_id,
        quantity,
        warehouseId: warehouse_id,
        expected,
      }))
      demandDistinct(wishes)
      const outcomes = await pushStock(parts, shop, wishes)
      return {
        ok: outcomes.filter(({ result }) => result === 'ok').length,
        results: outcomes.map(({ skuId, warehouseId, ...rest }) => ({
          sku_id: skuId,
          warehouse_id: warehouseId,
          ...rest,
        })),
      }
    },

    'shopReturns.list': async ({ params, query }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      const filter = { parentId: query.order_id }
      return pageOfThings(db, shop.id, 'returns', query, filter, returnToJson)
    },

    'shopStatements.list': async ({ params, query }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      const filter = { status: query.payment_status }
      return pageOfThings(db, shop.id, 'statements', query, filter, statementToJson)
    },

    'shopStatements.transactions': async ({ params, query }, { caller }) => {
      const shop = await reach(caller, params.shop_id)
      await one(shop.id, 'statements', params.statement_id)
      const filter = { parentId: params.statement_id }
      return pageOfThings(db, shop.id, 'transactions', query, filter, transactionToJson)
    },
  }
}

/** Two numbers for one place would be a matter of luck. @throws {Problem} `invalid_request` */
function demandDistinct(wishes: readonly { skuId: string; warehouseId: string | undefined }[]): void {
  const seen = new Map<string, Set<string | undefined>>()
  for (const { skuId, warehouseId } of wishes) {
    const places = seen.get(skuId) ?? new Set()
    const clash =
      places.has(warehouseId) || places.has(undefined) || (warehouseId === undefined && places.size > 0)
    if (clash)
      throw problem('invalid_request', `updates: SKU ${skuId} is named twice for the same stock`, {
        field: 'updates',
      })
    seen.set(skuId, places.add(warehouseId))
  }
}

interface ThingQuery {
  limit: number
  cursor?: string | undefined
  status?: string | undefined
  updated_since?: string | undefined
}

const PLACE = /^(c|n)(-?\d{1,15})\.(.{1,120})$/s

/** A page of things, newest first, or in the order of their last change from `updated_since` on. */
async function pageOfThings<J>(
  db: Database,
  shopId: string,
  kind: ShopThingKind,
  { limit, cursor, status, updated_since: since }: ThingQuery,
  filter: Partial<ThingFilter>,
  toJson: (thing: ShopThing) => J,
): Promise<{ data: J[]; next_cursor: string | null }> {
  const order = since === undefined ? 'newest' : 'changed'
  const [letter] = order === 'newest' ? ['n'] : ['c']
  const found = await listThings(db, shopId, kind, {
    status,
    ...filter,
    order,
    limit: limit + 1,
    after: placeIn(cursor, letter ?? 'n'),
    updatedSince: since === undefined ? undefined : Date.parse(since),
  })
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const next =
    found.length > limit && last !== undefined
      ? Buffer.from(
          `${letter}${order === 'newest' ? last.createdAt : last.updatedAt}.${last.externalId}`,
        ).toString('base64url')
      : null
  return { data: shown.map(toJson), next_cursor: next }
}

/** @throws {Problem} `invalid_cursor`, also for one of a list in the other order */
function placeIn(cursor: string | undefined, letter: string): ThingFilter['after'] {
  if (cursor === undefined) return undefined
  const [, order, at, id] = PLACE.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? []
  if (order !== letter || at === undefined || id === undefined)
    throw problem('invalid_cursor', 'Use next_cursor of a page as it came, with the same `updated_since`.', {
      field: 'cursor',
    })
  return { at: Number(at), id }
}

function shopToJson(shop: ShopWithAccount, syncs: readonly ShopSync[], now: number) {
  const { endsAt } = shop
  return {
    id: shop.id,
    account_id: shop.accountId,
    app_id: shop.appId,
    external_id: shop.externalId,
    name: shop.name,
    region: shop.region,
    seller_type: shop.sellerType,
    account_status: shop.accountStatus,
    capabilities: shopCapabilitiesOf(shop.accountStatus, shop.scopes),
    authorization_ends_at: isoOrNull(endsAt),
    authorization_ends_soon: endsAt !== null && endsAt - now <= WARN_BEFORE_MS,
    gone_at: isoOrNull(shop.goneAt),
    syncs: SHOP_SYNC_KINDS.flatMap((kind) => {
      const sync = syncs.find((each) => each.kind === kind)
      if (sync === undefined) return []
      const { dueAt, completedAt, position, leaseUntil, lastFailure } = sync
      return [
        {
          kind,
          due_at: isoOrNull(dueAt),
          completed_at: isoOrNull(completedAt),
          position: position === null ? null : iso(position * 1000),
          running: (leaseUntil ?? 0) > now,
          last_failure: lastFailure,
        },
      ]
    }),
  }
}
