/** Prices that are shown struck through beside the one to pay, for 90 days. */
import type { Platform } from '../platform.ts'
import type { ShopCall, ShopHandlers } from './call.ts'
import { productOf } from './product-handlers.ts'
import { tellShop } from './tell.ts'

const ENDED = 'shop.strikethrough'
/** Source: partner.tiktokshop.com/docv2, webhook 38. */
const HOLDS_SECONDS = 90 * 86_400

export function registerStrikethrough(platform: Platform): void {
  platform.timers.on(ENDED, (id) => {
    const { records, shops } = platform.world.shop
    const row = records.get(id)
    const shop = shops.get(row?.owner ?? '')
    // Enabled again in between: the later end counts.
    if (row === undefined || shop === undefined) return
    if (platform.clock.seconds() < row.updatedAt + HOLDS_SECONDS) return
    records.delete(id)
    tellShop(platform, shop, 38, { product_id: row.value.product_id, sku_id: row.value.id })
  })
}

function enable(call: ShopCall): object {
  const { platform, world, shop, body, path, now } = call
  const product = productOf(call, path.product_id ?? '')
  const errors: object[] = []
  for (const sku of body.list('skus', { required: true })) {
    const id = sku.text('id')
    if (!product.content.skus.some((part) => part.id === id)) {
      errors.push({ code: '12052036', message: 'This product has no such SKU.', detail: { sku_id: id } })
      continue
    }
    const row = `strike:${id}`
    world.records.put({
      id: row,
      kind: 'strikethrough',
      owner: shop.id,
      createdAt: now,
      updatedAt: now,
      value: { ...sku.raw, product_id: product.id },
    })
    platform.timers.after(HOLDS_SECONDS, ENDED, row)
  }
  return { errors }
}

export const strikethroughHandlers: ShopHandlers = { 'product.EnableStrikethroughPrices': enable }
