/** Products as answers show them. */
import type { Platform } from '../platform.ts'
import { attribute, categoryChain, certifications } from './catalogue.ts'
import { amountText } from './money.ts'
import { qualityOf } from './product-content.ts'
import type { ProductContent, ProductRow, ShopRow, ShopWorld, SkuPart } from './state.ts'
import { stockOf } from './stock.ts'

export function imageUrl(platform: Platform, uri: string): string {
  return `${platform.origin()}/_emulator/media/cover/${encodeURIComponent(uri.replaceAll('/', '_'))}.png`
}

function imageView(platform: Platform, uri: string): object {
  const file = platform.world.shop.files.get(uri)
  const url = imageUrl(platform, uri)
  return { uri, urls: [url], thumb_urls: [url], height: file?.height ?? 800, width: file?.width ?? 800 }
}

function priceView(sku: SkuPart, { currency }: ShopRow): object {
  const text = amountText(sku.price, currency)
  return { currency, sale_price: text, tax_exclusive_price: text }
}

function inventoryView(world: ShopWorld, sku: string): object[] {
  return stockOf(world, sku).map(({ warehouse, available }) => ({
    warehouse_id: warehouse,
    quantity: available,
  }))
}

function statusInfo(sku: SkuPart): object {
  return sku.disabled === true
    ? { status: 'DEACTIVATED', deactivation_source: 'PLATFORM' }
    : { status: 'NORMAL' }
}

/** In a list. */
export function productSummary({ world }: Platform, shop: ShopRow, product: ProductRow): object {
  const { content } = product
  return {
    id: product.id,
    title: content.title,
    status: product.status,
    audit: { status: product.audit, pre_approved_reasons: [] },
    has_draft: product.draft !== undefined,
    is_not_for_sale: product.notForSale,
    listing_quality_tier: qualityOf(content),
    sales_regions: [shop.region],
    create_time: product.createdAt,
    update_time: product.updatedAt,
    skus: content.skus.map((sku) => ({
      id: sku.id,
      seller_sku: sku.sellerSku,
      price: priceView(sku, shop),
      inventory: inventoryView(world.shop, sku.id),
      status_info: statusInfo(sku),
      ...(sku.listPrice === undefined
        ? {}
        : { list_price: { amount: amountText(sku.listPrice, shop.currency), currency: shop.currency } }),
    })),
    integrated_platform_statuses: [],
    ...auctionView(product, shop),
  }
}

/** Names of the fields are assumed: no public page has them. */
function auctionView({ auction }: ProductRow, { currency }: ShopRow): object {
  return auction === undefined
    ? {}
    : {
        auction_info: {
          status: auction.status,
          starting_bid: { amount: amountText(auction.startingBid, currency), currency },
        },
      }
}

export function productDetail(
  platform: Platform,
  shop: ShopRow,
  product: ProductRow,
  content: ProductContent,
): object {
  const world = platform.world.shop
  const brand = content.brandId === undefined ? undefined : world.brands.get(content.brandId)
  return {
    id: product.id,
    status: product.status,
    product_status: product.status,
    ...(product.needsPrescription === undefined
      ? {}
      : { prescription_requirement: { needs_prescription: product.needsPrescription } }),
    audit: { status: product.audit, pre_approved_reasons: [] },
    audit_failed_reasons:
      product.auditReasons.length === 0
        ? []
        : [
            {
              position: 'Product',
              reasons: product.auditReasons,
              suggestions: ['Correct it and send it again.'],
              listing_platform: 'TIKTOK_SHOP',
            },
          ],
    title: content.title,
    description: content.description,
    category_chains: categoryChain(content.categoryId).map(({ id, parent, name, leaf }) => ({
      id,
      parent_id: parent,
      local_name: name,
      is_leaf: leaf,
    })),
    ...(brand === undefined ? {} : { brand: { id: brand.id, name: brand.name } }),
    main_images: content.images.map((uri) => imageView(platform, uri)),
    product_attributes: content.attributes.map(({ id, values }) => ({
      id,
      name: attribute(id)?.name ?? id,
      values: values.map((value) => ({
        id: value.id ?? '',
        name: value.name ?? attribute(id)?.values.find((each) => each.id === value.id)?.name ?? '',
      })),
    })),
    certifications: content.certifications.map(({ id, images }) => ({
      id,
      title: certifications.find((each) => each.id === id)?.name ?? id,
      images: images.map((uri) => imageView(platform, uri)),
      files: [],
    })),
    package_weight: content.weight,
    ...(content.dimensions === undefined ? {} : { package_dimensions: content.dimensions }),
    ...(content.sizeChart === undefined
      ? {}
      : { size_chart: { image: imageView(platform, content.sizeChart) } }),
    ...(content.video === undefined
      ? {}
      : { video: { id: content.video, format: 'MP4', url: imageUrl(platform, content.video) } }),
    ...(content.externalId === undefined ? {} : { external_product_id: content.externalId }),
    is_cod_allowed: content.codAllowed,
    is_pre_owned: content.preOwned,
    is_not_for_sale: product.notForSale,
    is_replicated: product.replicaOf !== undefined,
    has_draft: product.draft !== undefined,
    listing_quality_tier: qualityOf(content),
    manufacturer_ids: content.manufacturers,
    responsible_person_ids: content.responsiblePersons,
    minimum_order_quantity: content.minimumQuantity,
    shipping_insurance_requirement: 'OPTIONAL',
    skus: content.skus.map((sku) => ({
      id: sku.id,
      seller_sku: sku.sellerSku,
      ...(sku.externalId === undefined ? {} : { external_sku_id: sku.externalId }),
      price: priceView(sku, shop),
      ...(sku.listPrice === undefined
        ? {}
        : { list_price: { amount: amountText(sku.listPrice, shop.currency), currency: shop.currency } }),
      inventory: inventoryView(world, sku.id),
      ...(sku.identifier === undefined ? {} : { identifier_code: sku.identifier }),
      sales_attributes: sku.attributes.map(({ id, name, valueId, valueName, image }) => ({
        id,
        name,
        value_id: valueId,
        value_name: valueName,
        ...(image === undefined ? {} : { sku_img: imageView(platform, image) }),
      })),
      status_info: statusInfo(sku),
    })),
    create_time: product.createdAt,
    update_time: product.updatedAt,
    ...auctionView(product, shop),
  }
}

/** What create and edit answer of the SKUs. */
export function skuReceipt(skus: readonly SkuPart[]): object[] {
  return skus.map((sku) => ({
    id: sku.id,
    seller_sku: sku.sellerSku,
    ...(sku.externalId === undefined ? {} : { external_sku_id: sku.externalId }),
    sales_attributes: sku.attributes.map(({ id, valueId }) => ({ id, value_id: valueId })),
  }))
}
