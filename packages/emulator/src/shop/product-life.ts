/** A product's life: sent for review, live, failed, taken down, deleted. */
import type { Platform } from '../platform.ts'
import { nowOf, ShopRefusal } from './call.ts'
import { idPrefix, newId } from './ids.ts'
import type { ContentInput, SkuInput } from './product-content.ts'
import type { ProductContent, ProductRow, ShopRow, ShopWorld, SkuPart } from './state.ts'
import { defaultWarehouse, salesWarehouse, setStock } from './stock.ts'
import { tellShop } from './tell.ts'

const AUDIT = 'shop.audit'

type Status = ProductRow['status']

/** Who may go where. Anything else is refused. */
const moves: Readonly<Record<Status, readonly Status[]>> = {
  DRAFT: ['PENDING', 'DELETED'],
  PENDING: ['ACTIVATE', 'FAILED', 'DELETED', 'SELLER_DEACTIVATED'],
  FAILED: ['PENDING', 'DELETED'],
  ACTIVATE: ['SELLER_DEACTIVATED', 'PLATFORM_DEACTIVATED', 'FREEZE', 'DELETED'],
  SELLER_DEACTIVATED: ['PENDING', 'PLATFORM_DEACTIVATED', 'FREEZE', 'DELETED'],
  PLATFORM_DEACTIVATED: ['PENDING', 'FREEZE', 'DELETED'],
  FREEZE: ['PLATFORM_DEACTIVATED'],
  DELETED: ['SELLER_DEACTIVATED'],
}

export function canMove(from: Status, to: Status): boolean {
  return moves[from].includes(to)
}

export function registerProductLife(platform: Platform): void {
  platform.timers.on(AUDIT, (subject) => {
    const [id, submission] = subject.split(':')
    const product = platform.world.shop.products.get(id ?? '')
    if (product?.audit === 'AUDITING' && String(product.submission) === submission)
      judge(platform, product, wordsAgainst(product.review ?? product.content))
  })
}

/** Words for which the review takes a listing down: a way to see a failure without the control door. */
function wordsAgainst({ title }: ProductContent): string[] {
  return /\b(counterfeit|replica|prohibited)\b/i.test(title)
    ? ['The title names goods that may not be sold.']
    : []
}

/** Sends for review what is new of a product. A live one sells on as it was. */
export function submit(platform: Platform, product: ProductRow): void {
  const { world, timers, settings } = platform
  const submission = product.submission + 1
  const live = product.status === 'ACTIVATE'
  world.shop.products.patch(product, {
    submission,
    audit: 'AUDITING',
    auditReasons: [],
    status: live ? 'ACTIVATE' : 'PENDING',
    updatedAt: nowOf(platform),
  })
  tellAudit(platform, product)
  timers.after(settings.shopAuditSeconds, AUDIT, `${product.id}:${submission}`)
}

/** The verdict of a review; no reasons are a pass. */
export function judge(platform: Platform, product: ProductRow, reasons: readonly string[]): void {
  const world = platform.world.shop
  const shop = world.shops.get(product.shop) as ShopRow
  const first = product.status === 'PENDING'
  if (reasons.length > 0) {
    world.products.patch(product, {
      audit: 'FAILED',
      auditReasons: [...reasons],
      status: first ? 'FAILED' : product.status,
      updatedAt: nowOf(platform),
    })
    tellStatus(platform, shop, product, 'PRODUCT_AUDIT_FAILURE', reasons.join(' '))
  } else {
    const before = product.content
    const content = product.review ?? before
    delete product.review
    world.products.patch(product, {
      content,
      audit: 'APPROVED',
      auditReasons: [],
      status: first ? 'ACTIVATE' : product.status,
      updatedAt: nowOf(platform),
    })
    if (first) tellStatus(platform, shop, product, 'PRODUCT_FIRST_PASS_REVIEW', '')
    else tellChange(platform, shop, product, before)
  }
  tellAudit(platform, product)
}

/** @throws {ShopRefusal} when the product cannot go there from where it is */
export function moveProduct(platform: Platform, product: ProductRow, to: Status, reason = ''): void {
  if (!canMove(product.status, to))
    throw new ShopRefusal(12052048, `A product that is ${product.status} cannot become ${to}.`)
  const world = platform.world.shop
  world.products.patch(product, { status: to, updatedAt: nowOf(platform) })
  tellStatus(platform, world.shops.get(product.shop) as ShopRow, product, 'PRODUCT_STATUS_CHANGED', reason)
}

/** Webhook 50, whose number and list are of a sample that leaves both open. */
export function switchSku(
  platform: Platform,
  product: ProductRow,
  sku: string,
  status: 'NORMAL' | 'DEACTIVATED',
): void {
  const world = platform.world.shop
  const skus = product.content.skus.map((part) =>
    part.id === sku ? { ...part, disabled: status === 'DEACTIVATED' } : part,
  )
  world.products.patch(product, { content: { ...product.content, skus }, updatedAt: nowOf(platform) })
  tellShop(platform, world.shops.get(product.shop) as ShopRow, 50, {
    product_id: product.id,
    skus: [{ id: sku, status_info: { status, deactivation_source: 'PLATFORM' } }],
    update_time: product.updatedAt,
  })
}

function tellStatus(
  platform: Platform,
  shop: ShopRow,
  product: ProductRow,
  status: string,
  reason: string,
): void {
  // A JSON number in TikTok's sample.
  tellShop(platform, shop, 5, {
    product_id: BigInt(product.id),
    status,
    suspended_reason: reason,
    update_time: product.updatedAt,
  })
}

function tellAudit(platform: Platform, product: ProductRow): void {
  const shop = platform.world.shop.shops.get(product.shop) as ShopRow
  tellShop(platform, shop, 37, {
    product_id: BigInt(product.id),
    audit: { status: product.audit, pre_approved_reasons: [] },
    update_time: product.updatedAt,
  })
}

const NAMES = [
  ['title', 'title'],
  ['description', 'description'],
  ['images', 'main_images'],
  ['attributes', 'product_attributes'],
  ['sizeChart', 'size_chart_image'],
] as const

function tellChange(platform: Platform, shop: ShopRow, product: ProductRow, before: ProductContent): void {
  const changed = NAMES.filter(
    ([field]) => JSON.stringify(before[field]) !== JSON.stringify(product.content[field]),
  )
  tellShop(platform, shop, 15, {
    product_id: product.id,
    change_source: 'OPEN_API',
    changed_fields: changed.length === 0 ? ['others'] : changed.map(([, name]) => name),
    update_time: product.updatedAt,
  })
  if (before.categoryId !== product.content.categoryId)
    tellShop(platform, shop, 18, {
      product_id: product.id,
      previous_category_id: before.categoryId,
      current_category_id: product.content.categoryId,
      update_time: product.updatedAt,
    })
}

/** SKUs with ids: those that were sent with one keep it. @throws {ShopRefusal} for an id of another product */
export function numberSkus(
  platform: Platform,
  inputs: readonly SkuInput[],
  before: readonly SkuPart[],
): SkuPart[] {
  return inputs.map(({ part: { id, ...part } }) => {
    const known = id === undefined ? matching(part, before) : before.find((each) => each.id === id)
    if (id !== undefined && known === undefined)
      throw new ShopRefusal(12052032, `skus.id: this product has no SKU ${id}.`)
    return {
      ...part,
      id: known?.id ?? newId(platform, idPrefix.product),
      price: part.price === 0 ? (known?.price ?? 0) : part.price,
    }
  })
}

/** A variation that was there before is still the same SKU. */
function matching(part: Omit<SkuPart, 'id'>, before: readonly SkuPart[]): SkuPart | undefined {
  if (part.attributes.length === 0) return undefined
  const key = (sku: Omit<SkuPart, 'id'>): string =>
    sku.attributes.map(({ name, valueName }) => `${name}=${valueName}`).join()
  return before.find((each) => key(each) === key(part))
}

/** Writes the stock that came with SKUs. @throws {ShopRefusal} before anything is written */
export function stockSkus(
  world: ShopWorld,
  shop: ShopRow,
  product: string,
  skus: readonly SkuPart[],
  input: ContentInput,
): void {
  const rows = skus.flatMap((sku, at) =>
    (input.skus[at]?.stock ?? []).map(({ warehouse, quantity }) => ({
      place: {
        shop: shop.id,
        product,
        sku: sku.id,
        warehouse:
          warehouse === undefined ? defaultWarehouse(world, shop) : salesWarehouse(world, shop, warehouse),
      },
      quantity,
    })),
  )
  for (const { place, quantity } of rows) setStock(world, place, quantity)
}

/** @throws {ShopRefusal} when what a listing needs to sell is missing */
export function demandSellable(skus: readonly SkuPart[], input: ContentInput): void {
  if (skus.length === 0) throw new ShopRefusal(36009004, 'skus: is required')
  for (const { price } of skus) if (price <= 0) throw new ShopRefusal(12052571, 'skus.price: is missing.')
  for (const { stock, part } of input.skus)
    if (stock.length === 0 && part.id === undefined)
      throw new ShopRefusal(12052486, 'skus.inventory: is missing.')
}
