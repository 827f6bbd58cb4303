/** Products: created, edited, listed, switched on and off. */
import { productStatuses } from '@tockwork/contracts/shop'
import { activitiesOf } from './activity-prices.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { idPrefix, newId } from './ids.ts'
import { parseAmount } from './money.ts'
import { page, pageOf, sorted } from './paging.ts'
import { readContent, readPrice } from './product-content.ts'
import { canMove, demandSellable, moveProduct, numberSkus, stockSkus, submit } from './product-life.ts'
import { productDetail, productSummary, skuReceipt } from './product-view.ts'
import type { ProductContent, ProductRow } from './state.ts'
import { tellShop } from './tell.ts'

const MOST_PRODUCTS_A_CALL = 20

/** @throws {ShopRefusal} when the shop has no such product */
export function productOf({ world, shop }: Pick<ShopCall, 'world' | 'shop'>, id: string): ProductRow {
  if (!/^\d{1,20}$/.test(id)) throw new ShopRefusal(12052031, `product_id: ${id.slice(0, 40)} is malformed.`)
  const product = world.products.get(id)
  if (product === undefined) throw new ShopRefusal(12052032, `product_id: there is no product ${id}.`)
  if (product.shop !== shop.id) throw new ShopRefusal(12052034, `product_id: ${id} belongs to another shop.`)
  return product
}

function createProduct(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const key = body.optional('idempotency_key', { max: 128 })
  const known = key === undefined ? undefined : world.idempotency.get(`product:${shop.id}:${key}`)
  if (known !== undefined && known.expiresAt > now) return JSON.parse(known.answer) as object
  const draft = body.oneOf('save_mode', ['AS_DRAFT', 'LISTING']) === 'AS_DRAFT'
  const input = readContent(world, shop, now, body, { draft })
  const skus = numberSkus(platform, input.skus, [])
  if (!draft) demandSellable(skus, input)
  const id = newId(platform, idPrefix.product)
  stockSkus(world, shop, id, skus, input)
  const product = world.products.put({
    id,
    shop: shop.id,
    status: 'DRAFT',
    content: { ...input.content, skus },
    audit: 'NONE',
    auditReasons: [],
    submission: 0,
    notForSale: body.flag('is_not_for_sale') ?? false,
    createdAt: now,
    updatedAt: now,
    ...readAuction(body, shop.currency),
  })
  tellShop(platform, shop, 16, { product_id: BigInt(id), product_types: [], update_time: now })
  if (!draft) submit(platform, product)
  const answer = { product_id: id, skus: skuReceipt(skus), warnings: [] }
  if (key !== undefined)
    world.idempotency.put({
      id: `product:${shop.id}:${key}`,
      answer: JSON.stringify(answer),
      expiresAt: now + 86_400,
    })
  return answer
}

/** Names of the fields are assumed, as in the view. */
function readAuction(body: Fields, currency: string): Pick<ProductRow, 'auction'> {
  const auction = body.object('auction_info')
  if (auction === undefined) return {}
  const bid = parseAmount(auction.requiredObject('starting_bid').text('amount'), currency)
  if (bid === undefined || bid <= 0) return auction.refuse('starting_bid', 'must be an amount above 0')
  return { auction: { startingBid: bid, status: 'SCHEDULED' } }
}

/** A whole edit replaces everything, a partial one only what is sent; both are looked at again. */
function edit(call: ShopCall, partial: boolean): object {
  const { platform, world, shop, body, now, path } = call
  const product = productOf(call, path.product_id ?? '')
  if (product.status === 'DELETED' || product.status === 'FREEZE')
    throw new ShopRefusal(12052048, `A product that is ${product.status} cannot be edited.`)
  const draft = body.oneOf('save_mode', ['AS_DRAFT', 'LISTING']) === 'AS_DRAFT'
  const before = product.review ?? product.content
  const input = readContent(world, shop, now, body, { draft, ...(partial ? { before } : {}) })
  const skus = input.skus.length === 0 ? before.skus : numberSkus(platform, input.skus, before.skus)
  if (!draft && (!partial || input.skus.length > 0)) demandSellable(skus, input)
  stockSkus(world, shop, product.id, skus, input)
  const content: ProductContent = { ...input.content, skus }
  const auction = readAuction(body, shop.currency)
  if (draft) world.products.patch(product, { draft: content, updatedAt: now, ...auction })
  else {
    delete product.draft
    const live = product.status === 'ACTIVATE'
    world.products.patch(product, { ...(live ? { review: content } : { content }), ...auction })
    submit(platform, product)
  }
  return { product_id: product.id, audit: { status: product.audit }, skus: skuReceipt(skus), warnings: [] }
}

function getProduct(call: ShopCall): object {
  const { platform, shop, query, path } = call
  const product = productOf(call, path.product_id ?? '')
  const wanted =
    query.flag('return_draft_version') === true
      ? product.draft
      : query.flag('return_under_review_version') === true
        ? product.review
        : undefined
  return productDetail(platform, shop, product, wanted ?? product.content)
}

function searchProducts({ platform, world, shop, query, body }: ShopCall): object {
  const request = pageOf(query, { max: 100 })
  const status = body.oneOf('status', ['ALL', ...productStatuses])
  const audits = body.texts('audit_status')
  const skus = new Set(body.texts('seller_skus'))
  const skuIds = new Set(body.texts('sku_ids', { max: 10 }))
  const between = (name: string) => {
    const from = body.integer(`${name}_ge`) ?? 0
    const to = body.integer(`${name}_le`) ?? Number.MAX_SAFE_INTEGER
    return (at: number): boolean => at >= from && at <= to
  }
  const created = between('create_time')
  const updated = between('update_time')
  const by = { name: 'created', value: (row: ProductRow) => row.createdAt }
  const found = page(
    sorted(world.products, 'shop', shop.id, by),
    by.value,
    { ...request, descending: true },
    (product) => {
      if (
        status === undefined || status === 'ALL'
          ? product.status === 'DELETED' && status === undefined
          : product.status !== status
      )
        return false
      if (audits.length > 0 && !audits.includes(product.audit)) return false
      if (skus.size > 0 && !product.content.skus.some(({ sellerSku }) => skus.has(sellerSku))) return false
      if (skuIds.size > 0 && !product.content.skus.some(({ id }) => skuIds.has(id))) return false
      return created(product.createdAt) && updated(product.updatedAt)
    },
  )
  return {
    products: found.rows.map((product) => productSummary(platform, shop, product)),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

/** One step for each of up to 20 products; only failures are listed. */
function each(call: ShopCall, act: (product: ProductRow) => void): object {
  const ids = call.body.texts('product_ids', { required: true, max: MOST_PRODUCTS_A_CALL })
  const errors: object[] = []
  for (const id of ids)
    try {
      act(productOf(call, id))
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      errors.push({ code: error.code, message: error.message, detail: { product_id: id } })
    }
  return { errors }
}

function updatePrices(call: ShopCall): object {
  const { world, shop, body, path, now } = call
  const product = productOf(call, path.product_id ?? '')
  if (product.status !== 'ACTIVATE')
    throw new ShopRefusal(12052048, 'Prices of live products only can be changed.')
  const changes = body.list('skus', { required: true }).map((sku) => {
    const id = sku.text('id', { code: 12052036 })
    const part = product.content.skus.find((one) => one.id === id)
    if (part === undefined) throw new ShopRefusal(12052036, `skus.id: this product has no SKU ${id}.`)
    if (activitiesOf(world, shop.id, product.id, id, now).length > 0)
      throw new ShopRefusal(12052038, `skus.id: the price of ${id} is locked by a promotion.`)
    return { part, price: readPrice(sku.requiredObject('price'), shop) }
  })
  for (const { part, price } of changes) part.price = price
  world.products.patch(product, { updatedAt: now })
  return {}
}

export const productHandlers: ShopHandlers = {
  'product.CreateProduct': createProduct,
  'product.EditProduct': (call) => edit(call, false),
  'product.PartialEditProduct': (call) => edit(call, true),
  'product.GetProduct': getProduct,
  'product.SearchProducts': searchProducts,
  'product.ActivateProduct': (call) =>
    each(call, (product) => {
      if (!canMove(product.status, 'PENDING')) throw new ShopRefusal(12052048, `It is ${product.status}.`)
      submit(call.platform, product)
    }),
  'product.DeactivateProducts': (call) =>
    each(call, (product) => moveProduct(call.platform, product, 'SELLER_DEACTIVATED')),
  'product.DeleteProducts': (call) => each(call, (product) => moveProduct(call.platform, product, 'DELETED')),
  'product.RecoverProducts': (call) =>
    each(call, (product) => {
      if (product.status !== 'DELETED')
        throw new ShopRefusal(12052048, `It is ${product.status}, not DELETED.`)
      moveProduct(call.platform, product, 'SELLER_DEACTIVATED')
    }),
  'product.UpdatePrice': updatePrices,
}
