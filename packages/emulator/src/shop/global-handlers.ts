/** Products that a seller keeps once and publishes in several markets. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { idPrefix, newId } from './ids.ts'
import { parseAmount } from './money.ts'
import { page, pageOf, sorted } from './paging.ts'
import { readPrice } from './product-content.ts'
import { productOf } from './product-handlers.ts'
import { submit } from './product-life.ts'
import type { ProductContent, ProductRow, RecordRow, ShopRow } from './state.ts'
import { defaultWarehouse, salesWarehouse, setStock } from './stock.ts'
import { tellShop } from './tell.ts'

interface GlobalSku extends Record<string, unknown> {
  id: string
  seller_sku: string
}

function globalOf({ world, account, path }: ShopCall): RecordRow {
  const row = world.records.get(path.global_product_id ?? '')
  if (row?.kind !== 'global_product' || row.owner !== account.id || row.value.status === 'DELETED')
    throw new ShopRefusal(12052032, `There is no global product ${path.global_product_id}.`)
  return row
}

/** As it was sent, with an id for each SKU. */
function readSkus(call: ShopCall, before: readonly GlobalSku[]): GlobalSku[] {
  return call.body.list('skus', { required: true }).map((sku) => {
    const given = sku.optional('id')
    const known = before.find(({ id }) => id === given)
    if (given !== undefined && known === undefined)
      throw new ShopRefusal(12052032, `skus.id: there is no SKU ${given}.`)
    const price = sku.object('price')
    if (price !== undefined && parseAmount(price.text('amount'), price.text('currency')) === undefined)
      throw new ShopRefusal(12052012, 'price.amount: must be a decimal.')
    return {
      ...known,
      ...sku.raw,
      seller_sku: sku.optional('seller_sku') ?? '',
      id: known?.id ?? newId(call.platform, idPrefix.product),
    }
  })
}

function receipt(skus: readonly GlobalSku[]): object[] {
  return skus.map(({ id, seller_sku }) => ({ id, seller_sku, sales_attributes: [] }))
}

const WHOLE = ['title', 'description', 'category_id', 'main_images', 'package_weight', 'skus']

function demand(body: Fields): void {
  for (const name of WHOLE) if (!body.has(name)) body.refuse(name, 'is required')
}

function create(call: ShopCall): object {
  const { platform, world, account, body, now } = call
  demand(body)
  const skus = readSkus(call, [])
  const id = newId(platform, idPrefix.product)
  world.records.put({
    id,
    kind: 'global_product',
    owner: account.id,
    createdAt: now,
    updatedAt: now,
    value: { ...body.raw, skus, status: 'UNPUBLISHED', products: [] },
  })
  return { global_product_id: id, global_skus: receipt(skus) }
}

function edit(call: ShopCall, partial: boolean): object {
  const { world, body, now } = call
  const row = globalOf(call)
  if (!partial) demand(body)
  const before = row.value.skus as GlobalSku[]
  const skus = body.has('skus') ? readSkus(call, before) : before
  const { status, products } = row.value
  world.records.patch(row, {
    value: { ...(partial ? row.value : {}), ...body.raw, skus, status, products },
    updatedAt: now,
  })
  const links = products as { region: string }[]
  return {
    global_skus: receipt(skus),
    publish_results: links.map(({ region }) => ({ region, status: 'SUCCESS', fail_reasons: [] })),
  }
}

function view({ id, owner, value, createdAt, updatedAt }: RecordRow): object {
  const { status: _status, category_id, brand_id, ...rest } = value
  return {
    ...rest,
    id,
    global_seller_id: owner,
    category: { id: category_id },
    ...(brand_id === undefined ? {} : { brand: { id: brand_id } }),
    create_time: createdAt,
    update_time: updatedAt,
  }
}

function search({ world, account, query, body }: ShopCall): object {
  const request = pageOf(query, { max: 100 })
  const status = body.oneOf('status', ['PUBLISHED', 'UNPUBLISHED', 'DRAFT', 'DELETED'])
  const sellerSkus = body.texts('seller_skus')
  const by = { name: 'created', value: (row: RecordRow) => row.createdAt }
  const rows = sorted(world.records, 'kind', `global_product:${account.id}`, by)
  const found = page(rows, by.value, { ...request, descending: true }, ({ value }) => {
    const skus = value.skus as GlobalSku[]
    return (
      (status === undefined ? value.status !== 'DELETED' : value.status === status) &&
      (sellerSkus.length === 0 || skus.some(({ seller_sku }) => sellerSkus.includes(seller_sku)))
    )
  })
  return {
    global_products: found.rows.map(({ id, value, createdAt, updatedAt }) => ({
      id,
      title: value.title,
      status: value.status,
      skus: (value.skus as GlobalSku[]).map((sku) => ({ id: sku.id, seller_sku: sku.seller_sku })),
      create_time: createdAt,
      update_time: updatedAt,
    })),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

function remove({ world, account, body, now }: ShopCall): object {
  const errors: object[] = []
  for (const id of body.texts('global_product_ids', { required: true, max: 20 })) {
    const row = world.records.get(id)
    if (row?.kind === 'global_product' && row.owner === account.id)
      world.records.patch(row, { value: { ...row.value, status: 'DELETED' }, updatedAt: now })
    else
      errors.push({
        code: 12052032,
        message: 'There is no such global product.',
        detail: { global_product_id: id },
      })
  }
  return { errors }
}

/** Makes a local product of it in each market where the seller has a shop. */
function publish(call: ShopCall): object {
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

/** What is set globally reaches the shops whose SKUs stem from it. */
function updateInventory(call: ShopCall): object {
  const { world, body, now } = call
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
        if (global_sku_id === id && shop !== undefined)
          setStock(
            world,
            { shop: shop.id, product: link.id, sku: local_sku_id, warehouse: defaultWarehouse(world, shop) },
            quantity,
          )
      }
  }
  world.records.patch(row, { updatedAt: now })
  return {}
}

export const globalHandlers: ShopHandlers = {
  'product.CreateGlobalProduct': create,
  'product.EditGlobalProduct': (call) => edit(call, false),
  'product.PartialEditGlobalProduct': (call) => edit(call, true),
  'product.GetGlobalProduct': (call) => view(globalOf(call)),
  'product.SearchGlobalProducts': search,
  'product.DeleteGlobalProducts': remove,
  'product.PublishGlobalProduct': publish,
  'product.UpdateGlobalInventory': updateInventory,
  'product.CheckGlobalProductListing': ({ body }) => {
    const missing = WHOLE.filter((name) => !body.has(name))
    return {
      check_result: missing.length === 0 ? 'PASS' : 'FAILED',
      fail_reasons: missing.map((name) => ({ message: `${name}: is required` })),
    }
  },
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
  'product.GetGlobalListingRules': ({ world, shop }) => ({
    listing_methods:
      world.shops.where('seller', shop.seller).length > 1 ? ['GLOBAL_PUBLISHING', 'LOCAL_REPLICATION'] : [],
    inventory_rules: world.warehouses
      .where('shop', shop.id)
      .filter(({ type }) => type === 'SALES_WAREHOUSE')
      .map(({ id }) => ({ local_warehouse_id: id, allocation_mode: 'EXCLUSIVE', associated_warehouses: [] })),
  }),
}
