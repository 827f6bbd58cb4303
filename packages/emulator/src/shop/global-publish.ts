/** From a global product to local ones: publishing, and stock that follows. */
import { type ShopCall, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { idPrefix, newId } from './ids.ts'
import { readPrice } from './product-content.ts'
import { submit } from './product-life.ts'
import type { ProductContent, ProductRow, RecordRow, ShopRow } from './state.ts'
import { countOf, defaultWarehouse, salesWarehouse, setStock } from './stock.ts'
import { tellStock } from './stock-told.ts'

export interface GlobalSku extends Record<string, unknown> {
  id: string
  seller_sku: string
}

/** @throws {ShopRefusal} when the seller has no such global product */
export function globalOf({ world, account, path }: ShopCall): RecordRow {
  const row = world.records.get(path.global_product_id ?? '')
  if (row?.kind !== 'global_product' || row.owner !== account.id || row.value.status === 'DELETED')
    throw new ShopRefusal(12052032, `There is no global product ${path.global_product_id}.`)
  return row
}

/** Makes a local product of it in each market where the seller has a shop. */
export function publish(call: ShopCall): object {
  const { world, account, body, now } = call
  const row = globalOf(call)
  const products: object[] = []
  const results: object[] = []
  const links = [...(row.value.products as object[])]
  for (const target of body.list('publish_target', { required: true })) {
    const region = target.text('region')
    const shop = world.shops.where('seller', account.id).find((each) => each.region === region)
    try {
      if (shop === undefined) throw new ShopRefusal(36009004, `The seller has no shop in ${region}.`)
      const { product, mappings } = publishIn(call, row, shop, target)
      products.push({
        id: product.id,
        region,
        shop_id: shop.id,
        skus: mappings.map(({ global, local }) => ({
          id: local,
          related_global_sku_id: global,
          seller_sku: '',
          sale_attributes: [],
        })),
      })
      links.push({
        id: product.id,
        region,
        sku_mappings: mappings.map(({ global, local }) => ({
          global_sku_id: global,
          local_sku_id: local,
          sales_attribute_mappings: [],
        })),
      })
      results.push({ region, status: 'SUCCESS', fail_reasons: [] })
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      results.push({ region, status: 'FAILED', fail_reasons: [{ message: error.message }] })
    }
  }
  if (products.length > 0)
    world.records.patch(row, {
      value: { ...row.value, status: 'PUBLISHED', products: links },
      updatedAt: now,
    })
  return { products, publish_result: results }
}

function publishIn(
  { platform, world, now }: ShopCall,
  { id, value }: RecordRow,
  shop: ShopRow,
  target: Fields,
): { product: ProductRow; mappings: { global: string; local: string }[] } {
  const chosen = target.list('skus', { required: true }).map((sku) => {
    const global = sku.text('related_global_sku_id')
    const known = (value.skus as GlobalSku[]).find((each) => each.id === global)
    if (known === undefined) throw new ShopRefusal(12052032, `There is no global SKU ${global}.`)
    const inventory = sku.object('inventory')
    const warehouse = inventory?.optional('warehouse_id')
    return {
      global,
      known,
      price: readPrice(sku.requiredObject('price'), shop),
      quantity: inventory?.integer('quantity', { min: 0, max: 99_999 }) ?? 0,
      warehouse:
        warehouse === undefined ? defaultWarehouse(world, shop) : salesWarehouse(world, shop, warehouse),
    }
  })
  const product = newId(platform, idPrefix.product)
  const skus = chosen.map(({ known, price }) => ({
    id: newId(platform, idPrefix.product),
    sellerSku: known.seller_sku,
    price,
    attributes: [],
  }))
  const content: ProductContent = {
    title: String(value.title),
    description: String(value.description),
    categoryId: String(value.category_id),
    images: (value.main_images as { uri: string }[]).map(({ uri }) => uri),
    attributes: [],
    certifications: [],
    weight: value.package_weight as ProductContent['weight'],
    codAllowed: false,
    preOwned: false,
    manufacturers: target.texts('manufacturer_ids'),
    responsiblePersons: target.texts('responsible_person_ids'),
    minimumQuantity: 1,
    skus,
  }
  const row = world.products.put({
    id: product,
    shop: shop.id,
    status: 'DRAFT',
    content,
    audit: 'NONE',
    auditReasons: [],
    submission: 0,
    notForSale: false,
    createdAt: now,
    updatedAt: now,
    globalProduct: id,
  })
  for (const [at, sku] of skus.entries()) {
    const { warehouse, quantity } = chosen[at] as (typeof chosen)[number]
    setStock(world, { shop: shop.id, product, sku: sku.id, warehouse }, quantity)
  }
  submit(platform, row)
  return {
    product: row,
    mappings: skus.map((sku, at) => ({ global: chosen[at]?.global ?? '', local: sku.id })),
  }
}

/** What is set globally reaches the shops whose SKUs stem from it. */
export function updateInventory(call: ShopCall): object {
  const { platform, world, body, now } = call
  const row = globalOf(call)
  const links = row.value.products as {
    id: string
    sku_mappings: { global_sku_id: string; local_sku_id: string }[]
  }[]
  for (const sku of body.list('global_skus', { required: true })) {
    const id = sku.text('id')
    const quantity = sku
      .list('inventory', { required: true })
      .reduce((sum, each) => sum + each.requiredInteger('quantity', { min: 0, max: 99_999 }), 0)
    for (const link of links)
      for (const { global_sku_id, local_sku_id } of link.sku_mappings) {
        const shop = world.shops.get(world.products.get(link.id)?.shop ?? '')
        if (global_sku_id !== id || shop === undefined) continue
        const before = countOf(world, local_sku_id)
        const warehouse = defaultWarehouse(world, shop)
        setStock(world, { shop: shop.id, product: link.id, sku: local_sku_id, warehouse }, quantity)
        tellStock(platform, shop, link.id, local_sku_id, before, 'api_sync')
      }
  }
  world.records.patch(row, { updatedAt: now })
  return {}
}
