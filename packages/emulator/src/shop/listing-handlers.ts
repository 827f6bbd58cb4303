/** Help with listings: checks before, diagnoses after, and what could be said better. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { category } from './catalogue.ts'
import { newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'
import { qualityOf, readContent } from './product-content.ts'
import { productOf } from './product-handlers.ts'
import { demandSellable, numberSkus } from './product-life.ts'
import { imageUrl } from './product-view.ts'
import type { ProductContent, ProductRow } from './state.ts'
import { tellShop } from './tell.ts'

/** The rules of create, without creating: what would be refused is told. */
function checkListing({ platform, world, shop, body, now }: ShopCall): object {
  try {
    const input = readContent(world, shop, now, body, { draft: false })
    const skus = numberSkus(platform, input.skus, [])
    demandSellable(skus, input)
    const content = { ...input.content, skus }
    return {
      check_result: 'PASS',
      fail_reasons: [],
      listing_quality: quality(content),
      diagnoses: diagnose(content),
    }
  } catch (error) {
    if (!(error instanceof ShopRefusal)) throw error
    return { check_result: 'FAILED', fail_reasons: [{ code: error.code, message: error.message }] }
  }
}

function quality(content: ProductContent): object {
  return { current_tier: qualityOf(content), remaining_recommendations: diagnose(content).length }
}

/** What holds a listing back, by the same points that its tier is made of. */
function diagnose(content: ProductContent): object[] {
  const findings = [
    [content.images.length < 5, 'IMAGE', 'TOO_FEW_IMAGES', 'Add pictures until there are five.'],
    [
      [...content.title].length < 40,
      'TITLE',
      'TITLE_TOO_SHORT',
      'Say more in the title: 40 characters or more.',
    ],
    [
      content.description.length < 300,
      'DESCRIPTION',
      'DESCRIPTION_TOO_SHORT',
      'Describe it in 300 characters or more.',
    ],
    [
      content.attributes.length === 0,
      'ATTRIBUTE',
      'NO_ATTRIBUTES',
      'Fill in the attributes of the category.',
    ],
  ] as const
  return findings
    .filter(([found]) => found)
    .map(([, field, code, how]) => ({
      field,
      diagnosis_results: [{ code, how_to_solve: how, quality_tier: 'GOOD' }],
      suggestion: { images: [], seo_words: [], smart_texts: [] },
    }))
}

function asked(call: ShopCall): ProductRow[] {
  return call.query.texts('product_ids', { required: true, max: 20 }).map((id) => productOf(call, id))
}

function words({ title }: ProductContent): string[] {
  return [
    ...new Set(
      title
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .filter((word) => word.length > 4),
    ),
  ].slice(0, 5)
}

function longerTitle(content: ProductContent): string {
  return `${content.title} - ${category(content.categoryId)?.name ?? ''}`.slice(0, 255)
}

function prerequisites({ world, shop, operation }: ShopCall): object {
  const warehouses = world.warehouses.where('shop', shop.id).filter(({ status }) => status === 'ENABLED')
  const checks = [
    ['SHOP_STATUS', shop.active],
    ['SHOP_TAX', true],
    ['PICKUP_WAREHOUSE', warehouses.some(({ type }) => type === 'SALES_WAREHOUSE')],
    ['RETURN_WAREHOUSE', warehouses.some(({ type }) => type === 'RETURN_WAREHOUSE')],
    ['DELIVERY_OPTION', true],
    ['SHIPPING_TEMPLATE', true],
    ['PRODUCT_QUANTITY_LIMIT', world.products.where('shop', shop.id).length < 10_000],
    ['CONTACT_INFO', true],
  ] as const
  if (operation.version === '202309') {
    const word = (item: string): string =>
      checks.find(([name]) => name === item)?.[1] === true ? 'PASS' : 'FAILED'
    return {
      shop: {
        status: word('SHOP_STATUS'),
        contact_info: word('CONTACT_INFO'),
        logistics: {
          pickup_warehouse: word('PICKUP_WAREHOUSE'),
          return_warehouse: word('RETURN_WAREHOUSE'),
          delivery_option: word('DELIVERY_OPTION'),
          shipping_template: word('SHIPPING_TEMPLATE'),
        },
      },
    }
  }
  return {
    check_results: checks.map(([item, passed]) => ({
      check_item: item,
      is_failed: !passed,
      fail_reasons: passed ? [] : [`${item} is not as it should be.`],
    })),
  }
}

/** Pictures are translated in a moment; webhook 46 says so. */
function translate({ platform, world, shop, body, now }: ShopCall): object {
  const images = body.list('images', { required: true })
  const wanted = images.flatMap((image) =>
    image
      .texts('target_languages', { required: true })
      .map((language) => ({ uri: image.text('image_uri'), language })),
  )
  if (wanted.length > 20) body.refuse('images', 'at most 20 tasks a call')
  const today = world.records
    .where('kind', `translation:${shop.id}`)
    .filter(({ createdAt }) => createdAt > now - 86_400)
  if (today.length + wanted.length > 500) body.refuse('images', 'at most 500 tasks a day')
  return {
    translation_tasks: wanted.map(({ uri, language }) => {
      const id = newId(platform, '7500')
      const known = world.files.get(uri) !== undefined
      const url = imageUrl(platform, uri)
      const task = {
        id,
        status: known ? 'COMPLETED' : 'FAILED',
        fail_reason: known ? '' : 'There is no such picture.',
        target_language: language,
        original_image: { uri, url },
        translated_image: known ? { uri, url } : { uri: '', url: '' },
      }
      world.records.put({
        id,
        kind: 'translation',
        owner: shop.id,
        createdAt: now,
        updatedAt: now,
        value: task,
      })
      tellShop(platform, shop, 46, { translation_task: task })
      return { id, image_uri: uri, target_language: language }
    }),
  }
}

/** Weight and size of the products of the same category that were listed before. */
function recommendPackages(call: ShopCall): object {
  const ids = call.body.texts('product_ids')
  return {
    product_packages: ids.map((id) => {
      const { content } = productOf(call, id)
      return {
        product_id: id,
        package_weight: content.weight,
        package_dimensions: content.dimensions ?? null,
      }
    }),
  }
}

export const listingHandlers: ShopHandlers = {
  'product.CheckProductListing': checkListing,
  'product.CheckListingPrerequisites': prerequisites,
  'product.ProductInformationIssueDiagnosis': (call) => ({
    products: asked(call).map(({ id, content }) => ({
      id,
      diagnoses: diagnose(content),
      listing_quality: quality(content),
    })),
  }),
  'product.GetProductsSEOWords': (call) => ({
    products: asked(call).map(({ id, content }) => ({
      id,
      seo_words: words(content).map((text) => ({ text })),
    })),
  }),
  'product.GetRecommendedProductTitleAndDescription': (call) => ({
    products: asked(call).map(({ id, content }) => ({
      id,
      suggestions: [
        { field: 'TITLE', items: [{ text: longerTitle(content) }] },
        {
          field: 'DESCRIPTION',
          items: [{ text: `<p>${content.title}.</p><p>${words(content).join(', ')}.</p>` }],
        },
      ],
    })),
  }),
  'product.DiagnoseandOptimizeProduct': (call) => {
    const { body } = call
    const base = body.has('product_id') ? productOf(call, body.text('product_id')).content : undefined
    const content = {
      title: body.optional('title') ?? base?.title ?? '',
      description: body.optional('description') ?? base?.description ?? '',
      categoryId: body.text('category_id'),
      images: body.has('main_images')
        ? body.list('main_images').map((each) => each.text('uri'))
        : (base?.images ?? []),
      attributes: base?.attributes ?? [],
    } as unknown as ProductContent
    return { diagnoses: diagnose(content), listing_quality: quality(content) }
  },
  'product.CreateImageTranslationTasks': translate,
  'product.GetImageTranslationTasks': ({ world, shop, query }) => ({
    translation_tasks: query.texts('translation_task_ids', { max: 20 }).flatMap((id) => {
      const row = world.records.get(id)
      return row?.kind === 'translation' && row.owner === shop.id ? [row.value] : []
    }),
  }),
  'product.RecommendSizechart': ({ body }) => ({
    images: body.list('images', { required: true }).map((image) => {
      const url = image.text('url')
      return { url, is_size_chart: /size/i.test(url) }
    }),
  }),
  'product.SearchSizeCharts': ({ world, account, query }) => {
    const { items, ...rest } = slice(
      world.records.where('kind', `size_chart:${account.id}`),
      pageOf(query, { max: 100 }),
    )
    return { size_chart: items.map(({ id, value }) => ({ template_id: id, ...value })), ...rest }
  },
  'product.GetRecommendedProductPackages': recommendPackages,
  'product.UploadExternalProduct': ({ world, shop, body, now }) => {
    const product = body.requiredObject('external_product')
    const id = `external:${shop.id}:${product.text('external_product_id', { max: 999 })}`
    world.records.put({
      id,
      kind: 'external_product',
      owner: shop.id,
      createdAt: now,
      updatedAt: now,
      value: product.raw,
    })
    return {}
  },
  'product.CreateAttributeRecommendationRequest': ({ world, shop, body, now }) => {
    const product = body.requiredObject('external_product')
    const id = `attributes:${shop.id}:${product.text('external_product_id', { max: 999 })}`
    world.records.put({
      id,
      kind: 'attribute_request',
      owner: shop.id,
      createdAt: now,
      updatedAt: now,
      value: product.raw,
    })
    return {}
  },
}
