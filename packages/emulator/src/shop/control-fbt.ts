/** What sellers do for TikTok's warehouses in Seller Center, by hand: `/_emulator/shop/fbt-goods` and the like. */
import * as z from 'zod/mini'
import { bad, ok, withBody } from '../control/routes.ts'
import type { ControlRoute } from './control.ts'
import { addGoods, fbtWarehouses, moveInbound, startInbound } from './fbt-life.ts'
import { inboundStatuses } from './state-fbt.ts'

const delivery = z.strictObject({
  shop_id: z.string(),
  fbt_warehouse_id: z.optional(z.string()),
  goods: z
    .array(z.strictObject({ id: z.string(), quantity: z.int().check(z.minimum(1), z.maximum(99_999)) }))
    .check(z.minLength(1), z.maxLength(100)),
})

export const fbtRoutes: Readonly<Record<string, ControlRoute>> = {
  'POST /fbt-goods': (platform, exchange) =>
    withBody(z.strictObject({ shop_id: z.string(), sku_id: z.string() }), ({ shop_id, sku_id }) => {
      const world = platform.world.shop
      const shop = world.shops.get(shop_id)
      if (shop === undefined) return bad('shop_id: there is no such shop')
      const product = world.products.get(world.stock.where('sku', sku_id)[0]?.product ?? '')
      if (product?.shop !== shop.id) return bad('sku_id: the shop has no such SKU')
      if (world.fbtGoods.where('shop', shop.id).some(({ skus }) => skus.some(({ sku }) => sku === sku_id)))
        return bad('sku_id: it is matched already')
      return ok(addGoods(platform, shop, product.id, sku_id, product.content.title))
    })(exchange),
  'POST /fbt-inbounds': (platform, exchange) =>
    withBody(delivery, ({ shop_id, fbt_warehouse_id, goods }) => {
      const world = platform.world.shop
      const shop = world.shops.get(shop_id)
      if (shop === undefined) return bad('shop_id: there is no such shop')
      const places = fbtWarehouses(shop.region)
      const place = places.find(({ id }) => id === (fbt_warehouse_id ?? places[0]?.id))
      if (place === undefined) return bad('fbt_warehouse_id: the market has no such warehouse')
      const stray = goods.find(({ id }) => world.fbtGoods.get(id)?.seller !== shop.seller)
      if (stray !== undefined) return bad(`goods: ${stray.id} is none of the seller's`)
      return ok(startInbound(platform, shop, place.id, goods))
    })(exchange),
  'POST /fbt-inbounds/:id/status': (platform, exchange, id) =>
    withBody(z.strictObject({ status: z.enum(inboundStatuses) }), ({ status }) => {
      const row = platform.world.shop.fbtInbounds.get(id)
      if (row === undefined) return bad('there is no such delivery')
      if (inboundStatuses.indexOf(status) <= inboundStatuses.indexOf(row.status) || row.status === 'RECEIVED')
        return bad(`the delivery is ${row.status} and does not become ${status}`)
      moveInbound(platform, row, status)
      return ok(row)
    })(exchange),
}
