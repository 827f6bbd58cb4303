/** Reviews from elsewhere, and orders of other channels that are matched with TikTok's. Source: TikTok's published models. */
import { type ShopCall, type ShopHandlers, ShopRefusal, type UploadedPart } from './call.ts'
import type { Fields } from './fields.ts'

const MOST_REVIEWS = 50

/** @throws {ShopRefusal} naming what is wrong with it */
function keepReview(
  { world, shop, now }: ShopCall,
  product: Readonly<Record<string, unknown>>,
  review: Fields,
): void {
  const id = review.text('external_review_id', { max: 19 })
  review.text('content', { max: 5000 })
  review.requiredInteger('rating', { min: 1, max: 5 })
  for (const uri of [...review.texts('image_uris', { max: 6 }), ...review.texts('video_uris', { max: 1 })])
    if (world.files.get(uri)?.useCase !== 'REVIEW')
      throw new ShopRefusal(36009004, `uris: ${uri.slice(0, 60)} is unknown.`)
  const key = `review:${shop.id}:${id}`
  if (world.records.get(key) !== undefined)
    throw new ShopRefusal(36009004, `The review ${id} is there already.`)
  world.records.put({
    id: key,
    kind: 'review',
    owner: shop.id,
    createdAt: now,
    updatedAt: now,
    value: { ...review.raw, product },
  })
}

/** One by one; what is wrong is listed. */
function importReviews(call: ShopCall): object {
  const given = call.body.requiredObject('product_review')
  const product = given.requiredObject('product')
  product.text('name', { max: 255 })
  const errors: object[] = []
  for (const review of given.list('review_records', { required: true, max: MOST_REVIEWS }))
    try {
      keepReview(call, product.raw, review)
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      const id = review.optional('external_review_id') ?? ''
      errors.push({ code: error.code, message: error.message, detail: { external_review_id: id } })
    }
  return { errors }
}

function uploadMedia({ platform, world, parts, body, now }: ShopCall): object {
  const kind = body.oneOf('file_type', ['IMAGE', 'VIDEO']) ?? 'IMAGE'
  const part: UploadedPart = parts.get('data') ?? body.refuse('data', 'is required')
  if (part.bytes.length === 0) body.refuse('data', 'is empty')
  const id = `tos-emulator/review-${platform.ids.hex(24)}`
  world.files.put({
    id,
    kind: kind === 'IMAGE' ? 'image' : 'file',
    useCase: 'REVIEW',
    name: part.filename ?? '',
    format: kind,
    width: 0,
    height: 0,
    size: part.bytes.length,
    createdAt: now,
  })
  return { uri: id }
}

/** What a connector says of an order in its own shop system. */
function reconcile({ world, account, body, now }: ShopCall): object {
  const errors: object[] = []
  for (const entry of body.list('orders', { required: true, max: 100 })) {
    const order = entry.optional('order_id')
    const channel = entry.optional('channel_order_id')
    const shop = world.shops.get(world.orders.get(order ?? '')?.shop ?? '')
    if (shop?.seller === account.id) {
      const id = `reconciled:${order}`
      world.records.put({
        id,
        kind: 'reconciled',
        owner: shop.id,
        createdAt: now,
        updatedAt: now,
        value: entry.raw,
      })
    } else
      errors.push({
        code: '36009004',
        message: 'The seller has no such order.',
        detail: { order_id: order ?? '', channel_order_id: channel ?? '', extra_errors: [] },
      })
  }
  return { errors }
}

export const reviewHandlers: ShopHandlers = {
  'review_rating.UploadReviewMedia': uploadMedia,
  'review_rating.ImportProductReviews': importReviews,
  'data_reconciliation.OrderStatusDataExchange': reconcile,
  'data_reconciliation.QualityFactoryOrderDataImportAPI': reconcile,
}
