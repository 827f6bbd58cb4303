/** Products that a seller keeps once and publishes in several markets. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { type GlobalSku, globalOf, publish, updateInventory } from './global-publish.ts'
import { idPrefix, newId } from './ids.ts'
import { parseAmount } from './money.ts'
import { page, pageOf, sorted } from './paging.ts'
import type { RecordRow } from './state.ts'

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
  'product.GetGlobalListingRules': ({ world, shop }) => ({
    listing_methods:
      world.shops.where('seller', shop.seller).length > 1 ? ['GLOBAL_PUBLISHING', 'LOCAL_REPLICATION'] : [],
    inventory_rules: world.warehouses
      .where('shop', shop.id)
      .filter(({ type }) => type === 'SALES_WAREHOUSE')
      .map(({ id }) => ({ local_warehouse_id: id, allocation_mode: 'EXCLUSIVE', associated_warehouses: [] })),
  }),
}
