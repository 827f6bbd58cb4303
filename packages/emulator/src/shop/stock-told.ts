/** What is told of stock: webhook 68 of every change, and 27 when it has just become low or none. */
import type { Platform } from '../platform.ts'
import { newId } from './ids.ts'
import type { ShopRow } from './state.ts'
import { countOf, type StockCount } from './stock.ts'
import { tellFlat, tellShop } from './tell.ts'

/** Words of `trigger_source`. Source: partner.tiktokshop.com/docv2 (inventory webhook, of 2026). */
export type StockCause = 'order_created' | 'order_canceled' | 'order_shipped' | 'api_sync'

const LOW = 5
/** Webhook 68 came in April 2026. */
const EVERY_CHANGE_SINCE = Date.parse('2026-04-23T00:00:00Z') / 1000

export function tellStock(
  platform: Platform,
  shop: ShopRow,
  product: string,
  sku: string,
  before: StockCount,
  cause: StockCause,
): void {
  const after = countOf(platform.world.shop, sku)
  if (before.available === after.available && before.committed === after.committed) return
  tellChange(platform, shop, product, sku, before, after, cause)
  tellLevel(platform, shop, product, sku, before, after)
}

/** The names of the quantities are assumed: those that webhook 27 has. */
function tellChange(
  platform: Platform,
  shop: ShopRow,
  product: string,
  sku: string,
  before: StockCount,
  after: StockCount,
  cause: StockCause,
): void {
  if (platform.clock.seconds() < EVERY_CHANGE_SINCE) return
  // To the nanosecond, as the documented sample has it.
  const occurred = new Date(platform.clock.now()).toISOString().replace('Z', '000000Z')
  tellFlat(platform, shop, 68, () => ({
    event_id: newId(platform, '7600'),
    occurred_at: occurred,
    seller_id: shop.seller,
    product_id: product,
    sku_id: sku,
    quantity_snapshot_after_change: quantities(after),
    change_detail: [
      {
        idempotency_key: newId(platform, '7601'),
        trigger_source: cause,
        occurred_at: occurred,
        available_quantity_delta: after.available - before.available,
        committed_quantity_delta: after.committed - before.committed,
        total_quantity_delta: after.available + after.committed - before.available - before.committed,
      },
    ],
  }))
}

function tellLevel(
  platform: Platform,
  shop: ShopRow,
  product: string,
  sku: string,
  before: StockCount,
  after: StockCount,
): void {
  const level = (units: number): string =>
    units === 0 ? 'OUT_OF_STOCK' : units <= LOW ? 'LOW_STOCK' : 'SUFFICIENT_STOCK'
  if (level(after.available) === level(before.available)) return
  tellShop(platform, shop, 27, {
    product_id: product,
    sku_id: sku,
    trigger_reason: { alert_type: 'REALTIME', low_stock_threshold: LOW },
    current_inventory_status: level(after.available),
    inventory_distribution: quantities(after),
    update_time: platform.clock.seconds(),
  })
}

function quantities({ available, committed }: StockCount): object {
  return {
    total_quantity: available + committed,
    available_quantity: available,
    creator_reserved_quantity: 0,
    campaign_reserved_quantity: 0,
    committed_quantity: committed,
  }
}
