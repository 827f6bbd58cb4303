/** What TikTok's people and sellers at their desks do to a catalogue, by hand: `/_emulator/shop/products` and the like. */
import * as z from 'zod/mini'
import { bad, ok, withBody } from '../control/routes.ts'
import type { ControlRoute } from './control.ts'
import { newId } from './ids.ts'
import { judge, moveProduct, switchSku } from './product-life.ts'
import { tellSeller } from './tell.ts'

const sizeChart = z.strictObject({
  seller: z.string(),
  name: z.string().check(z.minLength(1), z.maxLength(100)),
})

export const catalogueRoutes: Readonly<Record<string, ControlRoute>> = {
  'POST /products/:id/audit': (platform, exchange, id) =>
    withBody(z.strictObject({ reasons: z._default(z.array(z.string()), []) }), ({ reasons }) => {
      const product = platform.world.shop.products.get(id)
      if (product?.audit !== 'AUDITING') return bad('there is no such product under review')
      judge(platform, product, reasons)
      return ok(product)
    })(exchange),
  'POST /products/:id/status': (platform, exchange, id) =>
    withBody(
      z.strictObject({ status: z.enum(['PLATFORM_DEACTIVATED', 'FREEZE']), reason: z.optional(z.string()) }),
      ({ status, reason }) => {
        const product = platform.world.shop.products.get(id)
        if (product === undefined) return bad('there is no such product')
        moveProduct(platform, product, status, reason ?? '')
        return ok(product)
      },
    )(exchange),
  /** One variation is taken out of sale, or put back. */
  'POST /skus/:id/status': (platform, exchange, id) =>
    withBody(z.strictObject({ status: z.enum(['NORMAL', 'DEACTIVATED']) }), ({ status }) => {
      const world = platform.world.shop
      const product = world.products.get(world.stock.where('sku', id)[0]?.product ?? '')
      if (product === undefined) return bad('there is no such SKU')
      switchSku(platform, product, id, status)
      return ok(product)
    })(exchange),
  /** Sellers make size charts in Seller Center only. */
  'POST /size-charts': (platform, exchange) =>
    withBody(sizeChart, ({ seller, name }) => {
      const { accounts, records } = platform.world.shop
      if (accounts.get(seller)?.kind !== 'seller') return bad('seller: there is no such seller')
      const now = platform.clock.seconds()
      const id = newId(platform, '7430')
      records.put({
        id,
        kind: 'size_chart',
        owner: seller,
        createdAt: now,
        updatedAt: now,
        value: { template_name: name },
      })
      tellSeller(platform, seller, 19, {
        size_chart_template_id: id,
        size_chart_template_name: name,
        event_type: 'CREATE',
        update_time: now,
      })
      return ok({ id })
    })(exchange),
  'DELETE /size-charts/:id': (platform, _exchange, id) => {
    const { records } = platform.world.shop
    const row = records.get(id)
    if (row?.kind !== 'size_chart') return bad('there is no such size chart')
    records.delete(id)
    tellSeller(platform, row.owner, 19, {
      size_chart_template_id: id,
      size_chart_template_name: String(row.value.template_name),
      event_type: 'DELETE',
      update_time: platform.clock.seconds(),
    })
    return ok({ ok: true })
  },
}
