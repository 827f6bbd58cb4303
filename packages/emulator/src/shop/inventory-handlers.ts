/** Stock, as sellers see and set it. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { productOf } from './product-handlers.ts'
import type { ProductRow } from './state.ts'
import { countOf, defaultWarehouse, salesWarehouse, setStock, stockOf } from './stock.ts'
import { tellStock } from './stock-told.ts'

const MOST = 99_999

/** SKU by SKU: what cannot be set is listed, the rest is done. */
function updateInventory(call: ShopCall): object {
  const { platform, world, shop, body, path, now } = call
  const product = productOf(call, path.product_id ?? '')
  if (product.status === 'FREEZE' || product.status === 'DELETED')
    throw new ShopRefusal(12052048, `Stock of a product that is ${product.status} cannot be changed.`)
  const errors: object[] = []
  for (const sku of body.list('skus', { required: true })) {
    const id = sku.text('id', { code: 12052036 })
    const before = countOf(world, id)
    try {
      if (!product.content.skus.some((part) => part.id === id))
        throw new ShopRefusal(12052036, `skus.id: this product has no SKU ${id}.`)
      const rows = sku.list('inventory', { required: true }).map((row) => {
        const warehouse = row.optional('warehouse_id')
        const quantity = row.requiredInteger('quantity')
        if (quantity > MOST) throw new ShopRefusal(12052055, `quantity: at most ${MOST}.`)
        return {
          quantity,
          warehouse:
            warehouse === undefined ? defaultWarehouse(world, shop) : salesWarehouse(world, shop, warehouse),
        }
      })
      for (const { warehouse, quantity } of rows)
        setStock(world, { shop: shop.id, product: product.id, sku: id, warehouse }, quantity)
      tellStock(platform, shop, product.id, id, before, 'api_sync')
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      errors.push({ code: error.code, message: error.message, detail: { sku_id: id, extra_errors: [] } })
    }
  }
  world.products.patch(product, { updatedAt: now })
  return { errors }
}

function searchInventory({ world, shop, body }: ShopCall): object {
  const productIds = body.texts('product_ids', { max: 100 })
  const skuIds = body.texts('sku_ids', { max: 600 })
  if (productIds.length === 0 && skuIds.length === 0) body.refuse('product_ids', 'or sku_ids is required')
  const own = (id: string): ProductRow[] => {
    const product = world.products.get(id)
    return product?.shop === shop.id ? [product] : []
  }
  const found = new Map<ProductRow, Set<string>>()
  for (const product of productIds.flatMap(own))
    found.set(product, new Set(product.content.skus.map(({ id }) => id)))
  for (const id of skuIds)
    for (const product of own(stockOf(world, id)[0]?.product ?? ''))
      found.set(product, (found.get(product) ?? new Set()).add(id))
  return {
    inventory: [...found].map(([product, ids]) => ({
      product_id: product.id,
      skus: product.content.skus
        .filter(({ id }) => ids.has(id))
        .map(({ id, sellerSku }) => {
          const rows = stockOf(world, id)
          const available = rows.reduce((sum, row) => sum + row.available, 0)
          return {
            id,
            seller_sku: sellerSku,
            total_available_quantity: available,
            total_committed_quantity: rows.reduce((sum, row) => sum + row.committed, 0),
            total_available_inventory_distribution: {
              in_shop_inventory: { quantity: available },
              campaign_inventory: [],
              creator_inventory: [],
            },
            warehouse_inventory: rows.map((row) => ({
              warehouse_id: row.warehouse,
              available_quantity: row.available,
              committed_quantity: row.committed,
            })),
          }
        }),
    })),
  }
}

/** Whether cancelled units go back on the shelf by themselves. */
function updateStockOperation({ world, shop, body }: ShopCall): object {
  const ids = body.texts('sku_ids', { required: true, max: 500 })
  const enable = body.requiredObject('stock_operation_setting').flag('enable_auto_restock') ?? true
  const known = ids.filter((id) => stockOf(world, id).some((row) => row.shop === shop.id))
  const off = new Set(shop.noRestock)
  for (const id of known) enable ? off.delete(id) : off.add(id)
  world.shops.patch(shop, { noRestock: [...off] })
  return { failed_sku_ids: ids.filter((id) => !known.includes(id)) }
}

export const inventoryHandlers: ShopHandlers = {
  'product.UpdateInventory': updateInventory,
  'product.InventorySearch': searchInventory,
  'product.UpdateStockOperationSettings': updateStockOperation,
}
