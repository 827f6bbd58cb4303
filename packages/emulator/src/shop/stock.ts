/** Stock by SKU and warehouse. Every change is one step without a pause in it, so that nothing is sold twice. */
import { ShopRefusal } from './call.ts'
import type { ShopRow, ShopWorld, StockRow } from './state.ts'

export function stockId(sku: string, warehouse: string): string {
  return `${sku}:${warehouse}`
}

/** @param quantity 0 to 99,999; what is promised to buyers comes on top */
export function setStock(
  world: ShopWorld,
  place: { shop: string; product: string; sku: string; warehouse: string },
  quantity: number,
): StockRow {
  const id = stockId(place.sku, place.warehouse)
  const before = world.stock.get(id)
  return world.stock.put({ ...place, id, available: quantity, committed: before?.committed ?? 0 })
}

export function stockOf(world: ShopWorld, sku: string): StockRow[] {
  return world.stock.where('sku', sku)
}

export interface StockCount {
  available: number
  committed: number
}

/** Of a SKU in all warehouses together. */
export function countOf(world: ShopWorld, sku: string): StockCount {
  let [available, committed] = [0, 0]
  for (const row of stockOf(world, sku)) {
    available += row.available
    committed += row.committed
  }
  return { available, committed }
}

export function availableOf(world: ShopWorld, sku: string): number {
  return countOf(world, sku).available
}

/** Takes units out of one warehouse for an order: from the default one if it has enough. Nothing when none has. */
export function reserve(world: ShopWorld, shop: ShopRow, sku: string, units: number): string | undefined {
  const row = stockOf(world, sku)
    .filter(({ warehouse, available }) => {
      const place = world.warehouses.get(warehouse)
      return available >= units && place?.status === 'ENABLED' && place.shop === shop.id
    })
    .sort(
      (a, b) =>
        Number(world.warehouses.get(b.warehouse)?.isDefault) -
        Number(world.warehouses.get(a.warehouse)?.isDefault),
    )[0]
  if (row === undefined) return undefined
  world.stock.patch(row, { available: row.available - units, committed: row.committed + units })
  return row.warehouse
}

/** Back on the shelf: an order was not to be. */
export function release(world: ShopWorld, sku: string, warehouse: string, units: number): void {
  const row = world.stock.get(stockId(sku, warehouse))
  if (row === undefined) return
  const freed = Math.min(units, row.committed)
  world.stock.patch(row, { available: row.available + freed, committed: row.committed - freed })
}

/** Out of the house. */
export function ship(world: ShopWorld, sku: string, warehouse: string, units: number): void {
  const row = world.stock.get(stockId(sku, warehouse))
  if (row !== undefined) world.stock.patch(row, { committed: Math.max(0, row.committed - units) })
}

/** @throws {ShopRefusal} when a seller names a warehouse that cannot hold stock for this shop */
export function salesWarehouse(world: ShopWorld, shop: ShopRow, id: string): string {
  const found = world.warehouses.get(id)
  if (found === undefined || found.shop !== shop.id)
    throw new ShopRefusal(12052097, `warehouse_id: there is no warehouse ${id}.`)
  if (found.type !== 'SALES_WAREHOUSE')
    throw new ShopRefusal(12052403, `warehouse_id: ${id} cannot serve this shop.`)
  if (found.status === 'DISABLED') throw new ShopRefusal(12052531, `warehouse_id: ${id} is disabled.`)
  return id
}

export function defaultWarehouse(world: ShopWorld, shop: ShopRow): string {
  const own = world.warehouses.where('shop', shop.id).filter(({ type }) => type === 'SALES_WAREHOUSE')
  const found = own.find(({ isDefault }) => isDefault) ?? own[0]
  if (found === undefined) throw new ShopRefusal(12052115, 'The seller has no warehouse.')
  return found.id
}
