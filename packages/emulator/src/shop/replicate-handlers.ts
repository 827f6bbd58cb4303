/** Local products, taken over to the seller's shops in other markets. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { idPrefix, newId } from './ids.ts'
import { readPrice } from './product-content.ts'
import { productOf } from './product-handlers.ts'
import { submit } from './product-life.ts'
import { salesWarehouse, setStock } from './stock.ts'
import { tellShop } from './tell.ts'

/** The same goods in another market of the seller, from a local product. */
function replicate(call: ShopCall): object {
  const { platform, world, shop, body, path, now } = call
  const source = productOf(call, path.product_id ?? '')
  const errors: object[] = []
  for (const target of body.list('replicate_target', { required: true })) {
    const region = target.text('region')
    const there = world.shops.where('seller', shop.seller).find((each) => each.region === region)
    if (there === undefined || there.id === shop.id) {
      errors.push({
        code: 36009004,
        message: `The seller has no other shop in ${region}.`,
        detail: { region },
      })
      continue
    }
    const id = newId(platform, idPrefix.product)
    const skus = target.list('skus', { required: true }).map((sku) => {
      const from = source.content.skus.find((each) => each.id === sku.text('source_sku_id'))
      if (from === undefined) throw new ShopRefusal(12052032, 'source_sku_id: this product has no such SKU.')
      const part = {
        ...from,
        id: newId(platform, idPrefix.product),
        price: readPrice(sku.requiredObject('price'), there),
      }
      for (const stock of sku.list('inventory'))
        setStock(
          world,
          {
            shop: there.id,
            product: id,
            sku: part.id,
            warehouse: salesWarehouse(world, there, stock.text('warehouse_id')),
          },
          stock.requiredInteger('quantity', { min: 0, max: 99_999 }),
        )
      return part
    })
    const copy = world.products.put({
      id,
      shop: there.id,
      status: 'DRAFT',
      content: { ...source.content, skus },
      audit: 'NONE',
      auditReasons: [],
      submission: 0,
      notForSale: false,
      createdAt: now,
      updatedAt: now,
      replicaOf: source.id,
    })
    submit(platform, copy)
    tellShop(platform, shop, 51, {
      source_product_id: source.id,
      replicated_product: { product_id: id, region, result: 'SUCCESS', fail_reasons: [] },
    })
  }
  return { errors }
}

export const replicateHandlers: ShopHandlers = {
  'product.ReplicateProduct': replicate,
  'product.GetGlobalReplicatedProducts': (call) => {
    const source = productOf(call, call.path.product_id ?? '')
    const copies = [...call.world.products.values()].filter(({ replicaOf }) => replicaOf === source.id)
    return {
      replicated_products: copies.map(({ id, status, shop }) => ({
        product_id: id,
        product_status: status,
        region: call.world.shops.get(shop)?.region ?? '',
        shop_id: shop,
      })),
    }
  },
}
