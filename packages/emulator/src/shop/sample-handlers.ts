/** Samples: creators ask in the app, sellers grant or refuse them. Source: partner.tiktokshop.com/docv2 (affiliate). */
import type { Platform } from '../platform.ts'
import { moveSample, openOf, rateFor, SAMPLE_SECONDS } from './affiliate-life.ts'
import { creatorById, creatorFacts, userIdOf, usernameOf } from './affiliate-people.ts'
import { mainImage, soldProduct } from './affiliate-products.ts'
import { nowOf, type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { newId } from './ids.ts'
import { amountText } from './money.ts'
import { endHold, payOrder, placeOrder } from './order-life.ts'
import { pageOf, slice } from './paging.ts'
import { imageUrl } from './product-view.ts'
import type { ShopAccountRow, ShopRow } from './state.ts'
import type { SampleRow, SampleStatus } from './state-affiliate.ts'
import { availableOf } from './stock.ts'

/** A creator asks for a sample in TikTok's app. @throws {ShopRefusal} when there is no collaboration that offers it */
export function askForSample(
  platform: Platform,
  shop: ShopRow,
  creator: ShopAccountRow,
  sku: string,
): SampleRow {
  const world = platform.world.shop
  const now = nowOf(platform)
  const product = world.products.get(world.stock.where('sku', sku)[0]?.product ?? '')
  if (product?.shop !== shop.id) throw new ShopRefusal(12052036, `sku: this shop has no SKU ${sku}.`)
  const commission = rateFor(world, shop.id, product.id, creator.id, now)
  if (commission === undefined)
    throw new ShopRefusal(36009004, 'sku: no collaboration offers its product to this creator.')
  const target =
    commission.kind === 'TARGET' ? world.targetCollaborations.get(commission.collaboration) : undefined
  const row = world.samples.put({
    id: newId(platform, '7460'),
    shop: shop.id,
    creator: creator.id,
    product: product.id,
    sku,
    status: 'PENDING',
    contents: [],
    createdAt: now,
    updatedAt: now,
    expiresAt: now + SAMPLE_SECONDS.answer,
    ...(target === undefined ? {} : { target: target.id }),
  })
  moveSample(platform, row, 'PENDING')
  if (target?.freeSample.exempt === true) grant(platform, shop, row)
  return row
}

/** The sample becomes an order that is ready to be shipped. */
function grant(platform: Platform, shop: ShopRow, row: SampleRow): void {
  const order = placeOrder(platform, shop, {
    items: [{ sku: row.sku, quantity: 1 }],
    buyer: userIdOf(row.creator),
    sample: true,
  })
  platform.world.shop.samples.patch(row, { order: order.id })
  payOrder(platform, order)
  endHold(platform, order)
  moveSample(platform, row, 'AWAITING_SHIPMENT')
}

/** Something was posted with a product: what was asked for in return is done. */
export function fulfilSamples(
  platform: Platform,
  creator: string,
  products: readonly string[],
  content: string,
): void {
  for (const row of platform.world.shop.samples.where('creator', creator))
    if (row.status === 'CONTENT_PENDING' && products.includes(row.product)) {
      platform.world.shop.samples.patch(row, { contents: [...row.contents, content] })
      moveSample(platform, row, 'COMPLETED')
    }
}

const FULFILMENT: Readonly<Record<SampleStatus, string>> = {
  PENDING: 'PENDING',
  AWAITING_SHIPMENT: 'PENDING',
  SHIPPED: 'PENDING',
  CONTENT_PENDING: 'ONGOING',
  REJECT_CANCELLED: 'CANCELLED',
  OVERDUE_CANCELLED: 'OVERDUE',
  UNFULFILL_CANCELLED: 'FAILED',
  SELLER_NOT_SHIP_CANCELLED: 'CANCELLED',
  COMPLETED: 'SUCCEED',
}

function sellerView(call: ShopCall, row: SampleRow): object {
  const { platform, world, shop, now } = call
  const product = world.products.get(row.product)
  const sku = product?.content.skus.find(({ id }) => id === row.sku)
  const order = world.orders.get(row.order ?? '')
  const parcel = world.packages.get(order?.lines[0]?.package ?? '')
  const image =
    sku?.attributes.find(({ image: own }) => own !== undefined)?.image ?? product?.content.images[0] ?? ''
  return {
    id: row.id,
    status: row.status,
    fulfillment_status: FULFILMENT[row.status],
    is_approvable: row.status === 'PENDING',
    disapprovable_reasons: [],
    approve_expiration_time: row.status === 'PENDING' ? row.expiresAt : 0,
    shipment_expiration_time: row.status === 'AWAITING_SHIPMENT' ? row.expiresAt : 0,
    available_quantity: availableOf(world, row.sku),
    commission_rate: String(rateFor(world, shop.id, row.product, row.creator, now)?.rate ?? 0),
    order_id: row.order ?? '',
    tracking_number: parcel?.tracking ?? '',
    creator: {
      ...creatorFacts(call, world.accounts.get(row.creator) as ShopAccountRow),
      content_count: row.contents.length,
    },
    product: {
      id: row.product,
      title: product?.content.title ?? '',
      sku_id: row.sku,
      sku_name: sku?.attributes.map(({ valueName }) => valueName).join(', ') ?? '',
      sku_image_url: imageUrl(platform, image),
    },
  }
}

function sellerSearch(call: ShopCall): object {
  const { world, shop, query, body } = call
  // Spelt so by TikTok.
  const named = body.optional('creator_user_oepn_id') ?? body.optional('creator_user_id')
  const creator = named === undefined ? undefined : creatorById(call, named).id
  const [status, product, order, target, username, title] = [
    'status',
    'product_id',
    'order_id',
    'target_collabration_id',
    'username',
    'title',
  ].map((name) => body.optional(name))
  const found = world.samples
    .where('shop', shop.id)
    .filter(
      (row) =>
        (creator === undefined || row.creator === creator) &&
        (status === undefined || row.status === status) &&
        (product === undefined || row.product === product) &&
        (order === undefined || row.order === order) &&
        (target === undefined || row.target === target) &&
        (username === undefined || usernameOf(row.creator) === username) &&
        (title === undefined ||
          (world.products.get(row.product)?.content.title ?? '').toLowerCase().includes(title.toLowerCase())),
    )
    .sort((a, b) => b.createdAt - a.createdAt)
  const { items, ...rest } = slice(found, pageOf(query, { default: 20, max: 100 }))
  return { sample_applications: items.map((row) => sellerView(call, row)), ...rest }
}

function ownSample({ world, shop, path }: ShopCall): SampleRow {
  const row = world.samples.get(path.application_id ?? '')
  if (row?.shop !== shop.id)
    throw new ShopRefusal(36009004, 'application_id: the shop has no such application.')
  return row
}

function review(call: ShopCall): object {
  const { platform, world, shop, body } = call
  const row = ownSample(call)
  const result = body.requiredOneOf('review_result', ['APPROVE', 'REJECT'])
  if (row.status !== 'PENDING')
    throw new ShopRefusal(
      36009004,
      `application_id: the application is ${row.status}, and waits for no answer.`,
    )
  if (result === 'APPROVE') grant(platform, shop, row)
  else {
    const reason = body.optional('reject_reason') ?? body.refuse('reject_reason', 'is required with REJECT')
    world.samples.patch(row, { rejection: reason })
    moveSample(platform, row, 'REJECT_CANCELLED')
  }
  return {}
}

function contents(call: ShopCall): object {
  const { platform, world, body } = call
  const row = ownSample(call)
  const kind = body.oneOf('content_format', ['LIVE', 'VIDEO'])
  return {
    fulfillments: row.contents.flatMap((id) => {
      const content = world.contents.get(id)
      const product = world.products.get(row.product)
      if (content === undefined || product === undefined || (kind !== undefined && content.kind !== kind))
        return []
      const url = `https://www.tiktok.com/@${content.username}/video/${id}`
      const paid = world.orders
        .where('shop', row.shop)
        .filter((order) => order.content === id && order.paidAt !== undefined)
      return [
        {
          product: { id: product.id, main_image_url: mainImage(platform, product) },
          content: {
            id,
            format: content.kind,
            description: content.title,
            create_time: content.startedAt,
            ...(content.kind === 'LIVE' ? { live_end_time: content.endedAt } : {}),
            url,
            page_link: url,
            view_count: content.views,
            like_count: 0,
            comment_count: 0,
            paid_order_count: paid.length,
          },
        },
      ]
    }),
  }
}

function creatorView({ world }: ShopCall, row: SampleRow): Record<string, unknown> {
  const sku = world.products.get(row.product)?.content.skus.find(({ id }) => id === row.sku)
  return {
    id: row.id,
    activity_id: row.target ?? '',
    status: row.status,
    type: 'FREE_SAMPLE',
    create_time: row.createdAt,
    main_order_id: row.order ?? '',
    creator_fulfillment: fulfilment(row),
    sample_product: {
      id: row.product,
      sku_id: row.sku,
      sku_sale_property_value_names: sku?.attributes.map(({ valueName }) => valueName) ?? [],
    },
  }
}

function fulfilment(row: SampleRow): Record<string, unknown> {
  return {
    id: `${row.id.slice(0, -1)}9`,
    status: FULFILMENT[row.status],
    expiration_time: row.expiresAt,
    total_suspend_duration: 0,
  }
}

function label(call: ShopCall): object {
  const { world, account, query, now } = call
  const product = soldProduct(world, query.text('product_id'))
  const shop = world.shops.get(product.shop) as ShopRow
  const [own] = world.samples
    .where('creator', account.id)
    .filter((row) => row.product === product.id)
    .sort((a, b) => b.createdAt - a.createdAt)
  const offered = rateFor(world, shop.id, product.id, account.id, now) !== undefined
  return {
    label: {
      application_id: own?.id ?? '',
      status: own?.status ?? '',
      can_apply: offered && own === undefined && openOf(world, product.id, now)?.sampleRule?.active !== false,
      reach_limit: false,
      sample_product: {
        sample_sku_list: product.content.skus.map(({ id, price, attributes }) => ({
          id,
          is_available: availableOf(world, id) > 0,
          price: { amount: amountText(price, shop.currency), currency: shop.currency },
          sale_properties: attributes.map((each) => ({
            id: each.id,
            name: each.name,
            value_id: each.valueId,
            value_name: each.valueName,
          })),
          sale_property_value_ids: attributes.map(({ valueId }) => valueId).join(','),
        })),
      },
    },
  }
}

export const sampleHandlers: ShopHandlers = {
  'affiliate_seller.SellerSearchSampleApplications': sellerSearch,
  'affiliate_seller.SellerReviewSampleApplications': review,
  'affiliate_seller.SellerSearchSampleApplicationsFulfillments': contents,
  'affiliate_creator.SearchCreatorSampleApplications': (call) => {
    const statuses = call.body.texts('application_statuses')
    const found = call.world.samples
      .where('creator', call.account.id)
      .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
      .sort((a, b) => b.createdAt - a.createdAt)
    const { items, next_page_token } = slice(found, pageOf(call.query, { default: 20, max: 100 }))
    return { sample_applications: items.map((row) => creatorView(call, row)), next_page_token }
  },
  'affiliate_creator.GetCreatorSampleApplicationDetail': (call) => {
    const { world, account, body } = call
    const product = body.text('product_id')
    const row = world.samples
      .where('creator', account.id)
      .find((each) => each.product === product && each.id === (body.optional('application_id') ?? each.id))
    if (row === undefined) throw new ShopRefusal(36009004, 'product_id: you asked for no sample of it.')
    return { sample_application: creatorView(call, row) }
  },
  'affiliate_creator.CreatorSearchSampleApplicationFulfillments': ({ world, account, body }) => {
    const statuses = body.texts('fulfillment_statuses', { required: true })
    return {
      fulfillments: world.samples
        .where('creator', account.id)
        .filter(({ status }) => statuses.includes(FULFILMENT[status]))
        .map((row) => ({
          ...fulfilment(row),
          application_id: row.id,
          product_id: row.product,
          shop_id: row.shop,
          sample_application_type: 'FREE_SAMPLE',
          bound_product_status:
            world.products.get(row.product)?.status === 'ACTIVATE' ? 'LIVE' : 'SELLER_DEACTIVATE',
        })),
    }
  },
  'affiliate_creator.GetCreatorApplicableSampleLabel': label,
  'affiliate_creator.CreatorGetSampleRequestDeeplink': ({ query }) => ({
    deeplink: `https://shop.tiktok.com/sample/request?product_id=${query.text('product_id')}&sku_id=${query.text('sku_id')}`,
  }),
}
