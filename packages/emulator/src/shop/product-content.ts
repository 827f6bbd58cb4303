/** What a seller may write of a product. Limits: partner.tiktokshop.com/docv2 (create product), error codes split in July 2025. */

import { ShopRefusal } from './call.ts'
import {
  attribute,
  attributesOf,
  category,
  hasSizeChart,
  needsResponsiblePerson,
  rulesFor,
} from './catalogue.ts'
import type { Fields } from './fields.ts'
import { parseAmount } from './money.ts'
import type { AttributeValue, ProductContent, ShopRow, ShopWorld, SkuPart } from './state.ts'

/** A SKU as it was sent, with its stock. */
export interface SkuInput {
  part: Omit<SkuPart, 'id'> & { id?: string }
  stock: { warehouse?: string; quantity: number }[]
}

export interface ContentInput {
  content: Omit<ProductContent, 'skus'>
  skus: SkuInput[]
}

const LONG_TITLES = ['BR', 'MX']
const SHORT_TITLES_FROM_ONE = ['DE', 'ES', 'FR', 'IE', 'IT', 'JP', 'GB', 'US']
const MANY_SKUS = ['BR', 'DE', 'ES', 'FR', 'IE', 'IT', 'JP', 'MX', 'GB', 'US']

/**
 * Reads a whole product, or over an earlier one what is sent of it.
 * @throws {ShopRefusal} with the documented code
 */
export function readContent(
  world: ShopWorld,
  shop: ShopRow,
  now: number,
  body: Fields,
  options: { before?: ProductContent; draft: boolean },
): ContentInput {
  const { before, draft } = options
  const title = readTitle(body.optional('title') ?? before?.title, shop, draft)
  const description = body.optional('description') ?? before?.description ?? ''
  if (description === '' && !draft) throw new ShopRefusal(12052015, 'description: is required.')
  if ([...description].length > 10_000)
    throw new ShopRefusal(12052013, 'description: must have at most 10,000 characters.')
  if ((description.match(/<img\b/gi) ?? []).length > 30)
    throw new ShopRefusal(12052056, 'description: must have at most 30 images.')
  const categoryId = readCategory(body.optional('category_id') ?? before?.categoryId)
  const brandId = readBrand(world, shop, body.optional('brand_id') ?? before?.brandId)
  const images = body.has('main_images') ? readImages(world, body) : (before?.images ?? [])
  if (images.length === 0 && !draft) throw new ShopRefusal(12052028, 'main_images: one is required.')
  const content: Omit<ProductContent, 'skus'> = {
    title,
    description,
    categoryId,
    ...(brandId === undefined ? {} : { brandId }),
    images,
    attributes: body.has('product_attributes')
      ? readAttributes(body, categoryId)
      : (before?.attributes ?? []),
    certifications: body.has('certifications')
      ? body.list('certifications', { max: 10 }).map((each) => ({
          id: each.text('id'),
          images: each.list('images').map((image) => image.text('uri')),
        }))
      : (before?.certifications ?? []),
    weight: readWeight(body, shop, before),
    ...readDimensions(body, shop, before),
    ...readSizeChart(world, body, before),
    ...(body.object('video') === undefined
      ? before?.video === undefined
        ? {}
        : { video: before.video }
      : { video: body.requiredObject('video').text('id') }),
    ...externalId(body, before),
    codAllowed: body.flag('is_cod_allowed') ?? before?.codAllowed ?? false,
    preOwned: body.flag('is_pre_owned') ?? before?.preOwned ?? false,
    manufacturers: body.has('manufacturer_ids')
      ? body.texts('manufacturer_ids')
      : (before?.manufacturers ?? []),
    responsiblePersons: body.has('responsible_person_ids')
      ? body.texts('responsible_person_ids')
      : (before?.responsiblePersons ?? []),
    minimumQuantity:
      body.integer('minimum_order_quantity', { min: 1, max: 20 }) ?? before?.minimumQuantity ?? 1,
  }
  if (!draft) demandAttributes(content, shop, now)
  return { content, skus: body.has('skus') ? readSkus(world, body, shop) : [] }
}

function readTitle(title: string | undefined, { region }: ShopRow, draft: boolean): string {
  const [min, max] = LONG_TITLES.includes(region)
    ? [1, 300]
    : SHORT_TITLES_FROM_ONE.includes(region)
      ? [1, 255]
      : [25, 255]
  if (title === undefined) throw new ShopRefusal(12052261, 'title: is required.')
  const length = [...title].length
  if (length > max) throw new ShopRefusal(12052051, `title: must have at most ${max} characters.`)
  if (length < min && !draft)
    throw new ShopRefusal(36009004, `title: must have at least ${min} characters in ${region}.`)
  return title
}

function readCategory(id: string | undefined): string {
  if (id === undefined) throw new ShopRefusal(36009004, 'category_id: is required')
  const found = /^\d+$/.test(id) ? category(id) : undefined
  if (!/^\d+$/.test(id)) throw new ShopRefusal(12052002, 'category_id: must be a number.')
  if (found === undefined) throw new ShopRefusal(12052023, `category_id: there is no category ${id}.`)
  if (!found.leaf) throw new ShopRefusal(12052024, `category_id: ${id} is not a leaf category.`)
  if (found.restricted === true) throw new ShopRefusal(12052220, `category_id: ${id} is prohibited.`)
  return id
}

function readBrand(world: ShopWorld, shop: ShopRow, id: string | undefined): string | undefined {
  if (id === undefined) return undefined
  const brand = world.brands.get(id)
  if (brand === undefined || (brand.seller !== undefined && brand.seller !== shop.seller))
    throw new ShopRefusal(12052026, `brand_id: there is no brand ${id}.`)
  return id
}

function readImages(world: ShopWorld, body: Fields): string[] {
  const images = body.list('main_images').map((each) => each.text('uri'))
  if (images.length > 9) throw new ShopRefusal(12052306, 'main_images: at most 9.')
  for (const uri of images) {
    const file = world.files.get(uri)
    if (file === undefined) throw new ShopRefusal(12052300, `main_images: ${uri} was not uploaded.`)
    if (Math.min(file.width, file.height) < 300 || Math.max(file.width, file.height) > 4000)
      throw new ShopRefusal(12052301, `main_images: ${uri} must have 300 to 4,000 pixels a side.`)
  }
  return images
}

function readAttributes(body: Fields, categoryId: string): AttributeValue[] {
  const seen = new Set<string>()
  return body.list('product_attributes').map((each) => {
    const id = each.text('id', { code: 12052241 })
    if (seen.has(id)) throw new ShopRefusal(12052253, `product_attributes: ${id} comes twice.`)
    seen.add(id)
    const known = attributesOf(categoryId).find((one) => one.id === id)
    const values = each.list('values', { required: true }).map((value) => ({
      ...(value.has('id') ? { id: value.text('id') } : {}),
      ...(value.has('name') ? { name: value.text('name', { max: 2000 }) } : {}),
    }))
    if (known !== undefined && !known.multiple && values.length > 1)
      throw new ShopRefusal(12052246, `product_attributes: ${id} takes one value.`)
    if (
      known !== undefined &&
      !known.custom &&
      values.some(({ id: value }) => !known.values.some((one) => one.id === value))
    )
      throw new ShopRefusal(12052247, `product_attributes: ${id} takes listed values only.`)
    return { id, values }
  })
}

/** What the market demands of the category, by the date of the emulated world. */
function demandAttributes(content: Omit<ProductContent, 'skus'>, shop: ShopRow, now: number): void {
  const given = new Map(content.attributes.map((each) => [each.id, each.values]))
  for (const { attribute: id, when, certification } of rulesFor(content.categoryId, shop.region, now)) {
    if (when !== undefined && given.get(when.attribute)?.some((value) => value.id === when.value) !== true)
      continue
    if (id !== undefined && (given.get(id)?.length ?? 0) === 0)
      throw new ShopRefusal(
        12052104,
        `product_attributes: ${id} (${attribute(id)?.name}) is mandatory in ${shop.region}.`,
      )
    if (certification !== undefined && !content.certifications.some((each) => each.id === certification))
      throw new ShopRefusal(12052105, `certifications: ${certification} is mandatory in ${shop.region}.`)
  }
  if (needsResponsiblePerson(content.categoryId, shop.region, now) && content.responsiblePersons.length === 0)
    throw new ShopRefusal(12052287, 'responsible_person_ids: one is required in the EU.')
}

function readWeight(
  body: Fields,
  { region }: ShopRow,
  before: ProductContent | undefined,
): { unit: string; value: string } {
  const weight = body.object('package_weight')
  if (weight === undefined) {
    if (before === undefined) throw new ShopRefusal(12052016, 'package_weight: is required.')
    return before.weight
  }
  const units = [
    'KILOGRAM',
    ...(region === 'US' ? ['POUND'] : ['BR', 'JP', 'MX'].includes(region) ? ['GRAM'] : []),
  ]
  const value = weight.text('value')
  if (!/^\d+(\.\d{1,3})?$/.test(value))
    throw new ShopRefusal(12052006, 'package_weight.value: must be a decimal.')
  if (Number(value) === 0) throw new ShopRefusal(12052181, 'package_weight.value: must not be 0.')
  return { unit: weight.requiredOneOf('unit', units), value }
}

const DIMENSION_CODES = { height: 12052003, width: 12052004, length: 12052005 } as const

function readDimensions(
  body: Fields,
  { region }: ShopRow,
  before: ProductContent | undefined,
): Pick<ProductContent, 'dimensions'> {
  const sent = body.object('package_dimensions')
  if (sent === undefined) return before?.dimensions === undefined ? {} : { dimensions: before.dimensions }
  const side = (name: keyof typeof DIMENSION_CODES): string => {
    const value = sent.text(name)
    if (!/^\d+(\.\d{1,2})?$/.test(value) || Number(value) === 0)
      throw new ShopRefusal(
        DIMENSION_CODES[name],
        `package_dimensions.${name}: must be a decimal with at most two places.`,
      )
    return value
  }
  const unit = sent.requiredOneOf('unit', region === 'US' ? ['CENTIMETER', 'INCH'] : ['CENTIMETER'])
  return { dimensions: { height: side('height'), length: side('length'), width: side('width'), unit } }
}

function readSizeChart(
  world: ShopWorld,
  body: Fields,
  before: ProductContent | undefined,
): Pick<ProductContent, 'sizeChart'> {
  const chart = body.object('size_chart')
  if (chart === undefined) return before?.sizeChart === undefined ? {} : { sizeChart: before.sizeChart }
  const uri = chart.object('image')?.text('uri') ?? chart.object('template')?.text('id')
  if (uri === undefined) return {}
  if (chart.object('image') !== undefined && world.files.get(uri) === undefined)
    throw new ShopRefusal(12052128, `size_chart: ${uri} was not uploaded.`)
  return { sizeChart: uri }
}

function externalId(body: Fields, before: ProductContent | undefined): Pick<ProductContent, 'externalId'> {
  const id = body.optional('external_product_id', { max: 999 }) ?? before?.externalId
  return id === undefined ? {} : { externalId: id }
}

function readSkus(world: ShopWorld, body: Fields, shop: ShopRow): SkuInput[] {
  const limit = MANY_SKUS.includes(shop.region) ? 300 : 100
  const list = body.list('skus', { required: true })
  if (list.length > limit) throw new ShopRefusal(12052050, `skus: at most ${limit} in ${shop.region}.`)
  return list.map((each) => readSku(world, each, shop))
}

function readSku(world: ShopWorld, sku: Fields, shop: ShopRow): SkuInput {
  const sellerSku = sku.optional('seller_sku') ?? ''
  if ([...sellerSku].length > 50)
    throw new ShopRefusal(12052054, 'seller_sku: must have at most 50 characters.')
  if (/\s/.test(sellerSku)) throw new ShopRefusal(36009004, 'seller_sku: must not hold spaces')
  const price = sku.object('price')
  const identifier = sku.object('identifier_code')
  const attributes = sku.list('sales_attributes', { max: 3 }).map((each) => ({
    id: each.optional('id') ?? '100000',
    name: each.optional('name', { max: 20 }) ?? attribute(each.optional('id') ?? '')?.name ?? '',
    valueId: each.optional('value_id') ?? '',
    valueName:
      each.optional('value_name', { max: 50 }) ?? valueName(each.optional('id'), each.optional('value_id')),
    ...(each.object('sku_img') === undefined
      ? {}
      : { image: uploaded(world, each.requiredObject('sku_img').text('uri')) }),
  }))
  const external = sku.optional('external_sku_id', { max: 999 })
  return {
    part: {
      ...(sku.has('id') ? { id: sku.text('id') } : {}),
      sellerSku,
      ...(external === undefined ? {} : { externalId: external }),
      price: price === undefined ? 0 : readPrice(price, shop),
      ...(sku.object('list_price') === undefined
        ? {}
        : { listPrice: readPrice(sku.requiredObject('list_price'), shop) }),
      ...(identifier === undefined
        ? {}
        : { identifier: { code: identifier.text('code'), type: identifier.text('type') } }),
      attributes,
    },
    stock: sku.list('inventory').map((each) => {
      const quantity = each.integer('quantity', { min: 0 }) ?? 0
      if (quantity > 99_999) throw new ShopRefusal(12052055, 'inventory.quantity: at most 99,999.')
      return { quantity, ...(each.has('warehouse_id') ? { warehouse: each.text('warehouse_id') } : {}) }
    }),
  }
}

function uploaded(world: ShopWorld, uri: string): string {
  if (world.files.get(uri) === undefined) throw new ShopRefusal(12052300, `sku_img: ${uri} was not uploaded.`)
  return uri
}

function valueName(attributeId: string | undefined, valueId: string | undefined): string {
  return attribute(attributeId ?? '')?.values.find(({ id }) => id === valueId)?.name ?? ''
}

/** `amount` of local sellers, `sale_price` of global ones. @throws {ShopRefusal} */
export function readPrice(price: Fields, shop: ShopRow): number {
  const currency = price.text('currency')
  if (currency !== shop.currency)
    throw new ShopRefusal(12052084, `price.currency: this shop sells in ${shop.currency}.`)
  const text = price.optional('sale_price') ?? price.optional('amount')
  if (text === undefined) throw new ShopRefusal(12052571, 'price: is missing.')
  const amount = parseAmount(text, currency)
  if (amount === undefined)
    throw new ShopRefusal(12052012, 'price.amount: must be a decimal of this currency.')
  if (amount <= 0) throw new ShopRefusal(12052073, 'price.amount: must be more than 0.')
  return amount
}

/** How good a listing is, by what is filled in. */
export function qualityOf(content: ProductContent): 'POOR' | 'FAIR' | 'GOOD' {
  const points = [
    content.images.length >= 5,
    [...content.title].length >= 40,
    content.description.length >= 300,
    content.attributes.length > 0,
    !hasSizeChart(content.categoryId) || content.sizeChart !== undefined,
  ].filter(Boolean).length
  return points >= 4 ? 'GOOD' : points >= 2 ? 'FAIR' : 'POOR'
}
