/** Pictures and files that go with products, parcels and messages. */
import { type ShopCall, type ShopHandlers, ShopRefusal, type UploadedPart } from './call.ts'
import { newId } from './ids.ts'
import { pictureSize } from './picture-size.ts'
import { imageUrl } from './product-view.ts'
import type { ShopFileRow } from './state.ts'

const MB = 1024 * 1024
const USES = [
  'MAIN_IMAGE',
  'ATTRIBUTE_IMAGE',
  'DESCRIPTION_IMAGE',
  'CERTIFICATION_IMAGE',
  'SIZE_CHART_IMAGE',
  'CUSTOMIZATION_IMAGE',
]

function dataPart({ parts, body }: ShopCall, maxBytes: number): UploadedPart {
  const part = parts.get('data')
  if (part === undefined) return body.refuse('data', 'is required')
  if (part.bytes.length === 0) return body.refuse('data', 'is empty')
  if (part.bytes.length > maxBytes) throw new ShopRefusal(36009021, `data: at most ${maxBytes / MB} MB.`)
  return part
}

/** Reads and keeps a picture. @throws {ShopRefusal} when it is none, or not of a size that is taken */
function keepPicture(call: ShopCall, useCase: string): ShopFileRow {
  const { platform, world, now } = call
  const part = dataPart(call, 10 * MB)
  const size = pictureSize(part.bytes)
  if (size === undefined) throw new ShopRefusal(12052304, 'data: must be JPG, PNG, WEBP, HEIC or BMP.')
  const sides = [size.width, size.height]
  if (sides.some((side) => side < 100 || side > 20_000))
    throw new ShopRefusal(12052301, 'data: sides must have 100 to 20,000 pixels.')
  if (useCase === 'MAIN_IMAGE' && sides.some((side) => side < 300 || side > 4000))
    throw new ShopRefusal(12052301, 'data: the sides of a main image must have 300 to 4,000 pixels.')
  if (useCase === 'SIZE_CHART_IMAGE' && Math.min(...sides) < 1024)
    throw new ShopRefusal(12052301, 'data: the shorter side of a size chart must have 1,024 pixels.')
  // Off-ratio pictures of these kinds are made square.
  const square = useCase === 'MAIN_IMAGE' || useCase === 'ATTRIBUTE_IMAGE'
  const side = Math.min(...sides)
  return world.files.put({
    id: `tos-emulator/${platform.ids.hex(32)}`,
    kind: 'image',
    useCase,
    name: part.filename ?? '',
    format: size.format,
    width: square ? side : size.width,
    height: square ? side : size.height,
    size: part.bytes.length,
    createdAt: now,
  })
}

const FORMATS = new Set(['PDF', 'MP4', 'MOV', 'MKV', 'WMV', 'WEBM', 'AVI', '3GP', 'FLV', 'MPEG'])

function keepFile(call: ShopCall): ShopFileRow {
  const { platform, world, body, now } = call
  const name = body.text('name')
  const format = (/\.(\w+)$/.exec(name)?.[1] ?? '').toUpperCase()
  if (!FORMATS.has(format)) body.refuse('name', `must end in one of ${[...FORMATS].join(', ').toLowerCase()}`)
  const part = dataPart(call, format === 'PDF' ? 20 * MB : 100 * MB)
  if (format === 'PDF' && part.bytes.toString('latin1', 0, 5) !== '%PDF-') body.refuse('data', 'is no PDF')
  return world.files.put({
    id: newId(platform, 'v09'),
    kind: 'file',
    useCase: '',
    name,
    format,
    width: 0,
    height: 0,
    size: part.bytes.length,
    createdAt: now,
  })
}

function messageImage(call: ShopCall): object {
  const { id, width, height } = keepPicture(call, 'MESSAGE')
  return { url: imageUrl(call.platform, id), width, height }
}

export const uploadHandlers: ShopHandlers = {
  'product.UploadProductImage': (call) => {
    const { id, width, height, useCase } = keepPicture(
      call,
      call.body.oneOf('use_case', USES) ?? 'MAIN_IMAGE',
    )
    return { uri: id, url: imageUrl(call.platform, id), width, height, use_case: useCase }
  },
  'product.UploadProductFile': (call) => {
    const { id, name, format } = keepFile(call)
    return { id, name, format, url: imageUrl(call.platform, id) }
  },
  'fulfillment.FulfillmentUploadDeliveryImage': (call) => {
    const { id, width, height } = keepPicture(call, 'DELIVERY')
    return { url: imageUrl(call.platform, id), width, height }
  },
  'fulfillment.FulfillmentUploadDeliveryFile': (call) => {
    const { id, name } = keepFile(call)
    return { name, url: imageUrl(call.platform, id) }
  },
  'customer_service.UploadBuyerMessagesImage': messageImage,
  'affiliate_seller.UploadMessageImage': messageImage,
  'affiliate_seller.UploadMessageImageV2': messageImage,
  'product.OptimizedImages': ({ platform, world, body }) => ({
    images: body.list('images', { required: true, max: 200 }).map((each) => {
      const uri = each.text('uri')
      const file = world.files.get(uri)
      const url = imageUrl(platform, uri)
      return {
        original_uri: uri,
        original_url: url,
        optimized_uri: uri,
        optimized_url: url,
        width: file?.width ?? 0,
        height: file?.height ?? 0,
        optimize_status: file === undefined ? 'IGNORE' : 'SUCCESS',
      }
    }),
  }),
}
