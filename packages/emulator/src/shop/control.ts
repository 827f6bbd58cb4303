/** What buyers, carriers and TikTok's own people do, by hand: `/_emulator/shop/…`. */
import { orderStatuses } from '@tockwork/contracts/shop'
import * as z from 'zod/mini'
import { bad, ok, withBody } from '../control/routes.ts'
import type { Answer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Platform } from '../platform.ts'
import { setBuyers, shopAtRandom } from './buyers.ts'
import { nowOf, ShopRefusal } from './call.ts'
import { affiliateRoutes } from './control-affiliate.ts'
import { catalogueRoutes } from './control-catalogue.ts'
import { fbtRoutes } from './control-fbt.ts'
import { serveDocument } from './document-handlers.ts'
import { shopCoverage } from './handlers.ts'
import { endShopGrant } from './life.ts'
import { addMessage, openConversation } from './message-handlers.ts'
import {
  changeAddress,
  completeOrder,
  endHold,
  liveLines,
  makePackage,
  payOrder,
  placeOrder,
} from './order-life.ts'
import { collectPackage, deliverPackage, providers, shipPackage } from './package-life.ts'
import { askToCancel, moveReturn, openReturn } from './reverse-life.ts'
import type { OrderRow, ShopRow } from './state.ts'

const sku = z.object({
  sku_id: z.string(),
  quantity: z._default(z.int().check(z.minimum(1), z.maximum(100)), 1),
})

const checkout = z.strictObject({
  shop_id: z.string(),
  /** Absent: something that is in stock. */
  items: z.optional(z.array(sku).check(z.minLength(1), z.maxLength(20))),
  buyer_id: z.optional(z.string().check(z.regex(/^\d{1,19}$/))),
  shipping_type: z.optional(z.enum(['TIKTOK', 'SELLER'])),
  cod: z.optional(z.boolean()),
  message: z.optional(z.string().check(z.maxLength(500))),
  source: z.optional(z.enum(['VIDEO', 'LIVE', 'PRODUCT_CARD'])),
  content_id: z.optional(z.string()),
  sample: z.optional(z.boolean()),
  /** So many orders of the same kind, each by another buyer. */
  count: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
  /** How far they go at once. */
  status: z.optional(z.enum(orderStatuses)),
})

const address = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  line1: z.string().check(z.minLength(1), z.maxLength(200)),
  postal_code: z.string().check(z.minLength(1), z.maxLength(20)),
})

export type ControlRoute = (platform: Platform, exchange: Exchange, id: string) => Answer | Promise<Answer>

const routes: Readonly<Record<string, ControlRoute>> = {
  ...affiliateRoutes,
  ...catalogueRoutes,
  ...fbtRoutes,
  'GET /': (platform) => ok(overview(platform)),
  'GET /coverage': () => ok(shopCoverage()),
  'GET /orders': ({ world }, exchange) => {
    const shop = exchange.query.get('shop_id')
    return ok({
      orders: [...world.shop.orders.values()].filter((order) => shop === null || order.shop === shop),
    })
  },
  'POST /orders': (platform, exchange) => withBody(checkout, (body) => placeOrders(platform, body))(exchange),
  'POST /orders/:id/status': (platform, exchange, id) =>
    withBody(z.strictObject({ status: z.enum(orderStatuses) }), ({ status }) => {
      const order = platform.world.shop.orders.get(id)
      if (order === undefined) return bad('there is no such order')
      return advanceTo(platform, order, status)
        ? ok(order)
        : bad(`the order is ${order.status} and does not become ${status}`)
    })(exchange),
  'POST /orders/:id/cancel': (platform, exchange, id) =>
    withBody(z.strictObject({ reason: z.string() }), ({ reason }) => {
      const order = platform.world.shop.orders.get(id)
      return order === undefined ? bad('there is no such order') : ok(askToCancel(platform, order, reason))
    })(exchange),
  'POST /orders/:id/return': (platform, exchange, id) =>
    withBody(
      z.strictObject({
        type: z.enum(['REFUND', 'RETURN_AND_REFUND', 'REPLACEMENT']),
        reason: z.string(),
        line_ids: z.optional(z.array(z.string())),
      }),
      ({ type, reason, line_ids }) => {
        const order = platform.world.shop.orders.get(id)
        if (order === undefined) return bad('there is no such order')
        const lines = liveLines(order).filter((line) => line_ids === undefined || line_ids.includes(line.id))
        return ok(openReturn(platform, order, { type, role: 'BUYER', reason, lines }))
      },
    )(exchange),
  /** The buyer moves before anything is on its way. */
  'POST /orders/:id/address': (platform, exchange, id) =>
    withBody(address, (to) => {
      const order = platform.world.shop.orders.get(id)
      if (order === undefined) return bad('there is no such order')
      if (!changeAddress(platform, order, to)) return bad(`the order is ${order.status}; its address stays`)
      return ok(order)
    })(exchange),
  'GET /returns': ({ world }) => ok({ returns: [...world.shop.returns.values()] }),
  /** The buyer sends it back, takes or leaves an offer, or thinks better of it. */
  'POST /returns/:id/buyer': (platform, exchange, id) =>
    withBody(z.strictObject({ action: z.enum(['ship', 'accept', 'decline', 'cancel']) }), ({ action }) => {
      const row = platform.world.shop.returns.get(id)
      if (row === undefined) return bad('there is no such return')
      if (action === 'ship') {
        platform.world.shop.returns.patch(row, {
          tracking: row.tracking ?? `RT${row.id}`,
          provider: row.provider ?? providers[0].id,
        })
        moveReturn(platform, row, 'BUYER_SHIPPED_ITEM', { role: 'BUYER', text: 'The buyer sent it back.' })
      } else if (action === 'accept') {
        if (row.partial !== undefined) row.refund = row.partial
        moveReturn(platform, row, 'RETURN_OR_REFUND_REQUEST_SUCCESS', {
          role: 'BUYER',
          text: 'The buyer took the offer.',
        })
      } else if (action === 'decline')
        moveReturn(platform, row, 'RETURN_OR_REFUND_REQUEST_PENDING', {
          role: 'BUYER',
          text: 'The buyer wants all of it.',
        })
      else
        moveReturn(platform, row, 'RETURN_OR_REFUND_REQUEST_CANCEL', {
          role: 'BUYER',
          text: 'The buyer withdrew it.',
        })
      return ok(row)
    })(exchange),
  'POST /buyers': (platform, exchange) =>
    withBody(
      z.strictObject({
        shop_id: z.string(),
        orders_per_hour: z.number().check(z.minimum(0), z.maximum(360_000)),
      }),
      (body) => {
        const shop = platform.world.shop.shops.get(body.shop_id)
        if (shop === undefined) return bad('shop_id: there is no such shop')
        setBuyers(platform, shop, body.orders_per_hour)
        return ok({ shop_id: shop.id, orders_per_hour: shop.ordersPerHour })
      },
    )(exchange),
  'POST /messages': (platform, exchange) =>
    withBody(
      z.strictObject({
        shop_id: z.string(),
        buyer_id: z.string(),
        text: z.string().check(z.maxLength(2000)),
      }),
      (body) => {
        const shop = platform.world.shop.shops.get(body.shop_id)
        if (shop === undefined) return bad('shop_id: there is no such shop')
        const conversation = openConversation(platform, shop, body.buyer_id)
        const message = {
          role: 'BUYER',
          type: 'TEXT',
          content: JSON.stringify({ content: body.text }),
        } as const
        return ok(addMessage(platform, shop, conversation, message))
      },
    )(exchange),
  /** Where the app is led back to, and where its webhooks go. */
  'PATCH /apps/:id': (platform, exchange, id) =>
    withBody(
      z.strictObject({ redirect_url: z.optional(z.url()), webhook_url: z.optional(z.string()) }),
      (body) => {
        const app = platform.world.shop.apps.get(id)
        if (app === undefined) return bad('there is no such app')
        platform.world.shop.apps.patch(app, {
          ...(body.redirect_url === undefined ? {} : { redirectUrl: body.redirect_url }),
          ...(body.webhook_url === undefined ? {} : { webhookUrl: body.webhook_url }),
        })
        return ok({ app_key: app.id, redirect_url: app.redirectUrl, webhook_url: app.webhookUrl ?? null })
      },
    )(exchange),
  'PATCH /shops/:id': (platform, exchange, id) =>
    withBody(z.strictObject({ active: z.boolean() }), ({ active }) => {
      const shop = platform.world.shop.shops.get(id)
      if (shop === undefined) return bad('there is no such shop')
      return ok(platform.world.shop.shops.patch(shop, { active }))
    })(exchange),
  'GET /grants': ({ world }) => ok({ grants: [...world.shop.grants.values()] }),
  /** The seller ends the authorization in Seller Center. */
  'DELETE /grants/:id': (platform, _exchange, id) => {
    const grant = platform.world.shop.grants.get(id)
    if (grant === undefined) return bad('there is no such grant')
    endShopGrant(platform, grant)
    return ok({ ok: true })
  },
  'GET /documents/:id': (platform, exchange, id) => serveDocument(platform, exchange, id),
}

/** Finds the route of a request under `/_emulator/shop`; what the world refuses is a problem of the caller. */
export async function controlShop(platform: Platform, exchange: Exchange, rest: string): Promise<Answer> {
  const parts = rest.split('/').filter((part) => part !== '')
  const pattern = parts.map((part, at) => (at === 1 ? ':id' : part)).join('/')
  const route = routes[`${exchange.method} /${pattern}`]
  if (route === undefined)
    return { ...bad(`there is no ${exchange.method} /_emulator/shop/${rest.slice(0, 100)}`), status: 404 }
  try {
    return await route(platform, exchange, decodeURIComponent(parts[1] ?? ''))
  } catch (error) {
    if (error instanceof ShopRefusal) return bad(`${error.message} (${error.code})`)
    throw error
  }
}

function overview({ world }: Platform): object {
  const { apps, accounts, shops, products, orders } = world.shop
  return {
    apps: [...apps.values()].map(({ id, name, serviceId, redirectUrl, webhookUrl }) => ({
      app_key: id,
      name,
      service_id: serviceId,
      redirect_url: redirectUrl,
      webhook_url: webhookUrl ?? null,
    })),
    accounts: [...accounts.values()],
    shops: [...shops.values()].map((shop) => ({
      ...shop,
      products: products.where('shop', shop.id).length,
      orders: orders.where('shop', shop.id).length,
      warehouses: world.shop.warehouses
        .where('shop', shop.id)
        .map(({ id, name, type }) => ({ id, name, type })),
    })),
  }
}

function placeOrders(platform: Platform, body: z.output<typeof checkout>): Answer {
  const shop = platform.world.shop.shops.get(body.shop_id)
  if (shop === undefined) return bad('shop_id: there is no such shop')
  const created: OrderRow[] = []
  const failed: { problem: string }[] = []
  for (let at = 0; at < (body.count ?? 1); at += 1)
    try {
      const order = placeOne(platform, shop, body)
      if (order === undefined) throw new ShopRefusal(12052146, 'Everything is sold out.')
      if (body.status !== undefined) advanceTo(platform, order, body.status)
      created.push(order)
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      failed.push({ problem: error.message })
    }
  // Of a thousand, the ids are enough.
  return ok({ created: created.length > 100 ? created.map(({ id }) => ({ id })) : created, failed })
}

function placeOne(platform: Platform, shop: ShopRow, body: z.output<typeof checkout>): OrderRow | undefined {
  const wishes = {
    buyer: body.buyer_id,
    shippingType: body.shipping_type,
    cod: body.cod,
    message: body.message,
    source: body.source,
    content: body.content_id,
    sample: body.sample,
  }
  if (body.items === undefined) return shopAtRandom(platform, shop, wishes)
  const items = body.items.map(({ sku_id, quantity }) => ({ sku: sku_id, quantity }))
  return placeOrder(platform, shop, { ...wishes, items })
}

/** Step by step, each as if it came about by itself. Whether the order is where it was meant to be. */
function advanceTo(platform: Platform, order: OrderRow, target: OrderRow['status']): boolean {
  for (let step = 0; step < 8 && order.status !== target; step += 1) {
    if (target === 'CANCELLED') return false
    if (order.status === 'UNPAID') payOrder(platform, order)
    else if (order.status === 'ON_HOLD') endHold(platform, order)
    else if (order.status === 'DELIVERED') completeOrder(platform, order)
    else if (!movePackages(platform, order)) return false
  }
  return order.status === target
}

/** The next step of all packages of an order. */
function movePackages(platform: Platform, order: OrderRow): boolean {
  const { packages } = platform.world.shop
  if (liveLines(order).some((line) => line.package === undefined))
    makePackage(
      platform,
      [order],
      liveLines(order).filter((line) => line.package === undefined),
    )
  const rows = [...new Set(liveLines(order).map((line) => line.package ?? ''))].flatMap(
    (id) => packages.get(id) ?? [],
  )
  const waiting = rows.filter(({ stage }) => stage === 'new')
  if (waiting.length > 0) {
    for (const row of waiting)
      shipPackage(platform, row, {
        provider: providers[0].id,
        tracking: `TW${nowOf(platform)}${row.id.slice(-6)}`,
      })
    return true
  }
  const shipped = rows.filter(({ stage }) => stage === 'shipped')
  for (const row of shipped) collectPackage(platform, row)
  if (shipped.length > 0) return true
  const moving = rows.filter(({ stage }) => stage === 'transit')
  for (const row of moving) deliverPackage(platform, row)
  return moving.length > 0
}
