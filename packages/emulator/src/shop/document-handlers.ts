import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { gradientPng } from '../pages/picture.ts'
import type { Platform } from '../platform.ts'
import { type ShopHandlers, ShopRefusal } from './call.ts'
import { type LabelSize, labelPdf, labelZpl } from './label.ts'
import { packageOf } from './package-parts.ts'

const TYPES = [
  'SHIPPING_LABEL',
  'PACKING_SLIP',
  'SHIPPING_LABEL_AND_PACKING_SLIP',
  'SHIPPING_LABEL_PICTURE',
  'HAZMAT_LABEL',
  'INVOICE_LABEL',
] as const

export const documentHandlers: ShopHandlers = {
  'fulfillment.GetPackageShippingDocument': (call) => {
    const { platform, shop, query, path } = call
    const row = packageOf(call, path.package_id ?? '')
    const type = query.requiredOneOf('document_type', TYPES)
    const size = query.oneOf('document_size', ['A6', 'A5']) ?? 'A6'
    const format = query.oneOf('document_format', ['PDF', 'ZPL']) ?? 'PDF'
    if (format === 'ZPL' && !['BR', 'MX'].includes(shop.region))
      query.refuse('document_format', 'ZPL is offered in BR and MX')
    if (row.shippingType !== 'TIKTOK')
      throw new ShopRefusal(21008017, 'Only packages that TikTok ships have a label.')
    if (row.status === 'CANCELLED') throw new ShopRefusal(21023059, 'The package is cancelled.')
    if (row.stage === 'new') throw new ShopRefusal(21023035, 'Arrange the shipment first.')
    return {
      doc_url: `${platform.origin()}/_emulator/shop/documents/${row.id}?type=${type}&size=${size}&format=${format}`,
      tracking_number: row.tracking,
    }
  },
}

/** What a `doc_url` leads to. */
export async function serveDocument(platform: Platform, exchange: Exchange, id: string): Promise<Answer> {
  const row = platform.world.shop.packages.get(id)
  const shop = platform.world.shop.shops.get(row?.shop ?? '')
  if (row === undefined || shop === undefined)
    return jsonAnswer(404, { problem: 'there is no such document' })
  const type = exchange.query.get('type') ?? 'SHIPPING_LABEL'
  if (exchange.query.get('format') === 'ZPL')
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: labelZpl(row) }
  if (type === 'SHIPPING_LABEL_PICTURE')
    return { status: 200, headers: { 'content-type': 'image/png' }, body: gradientPng(row.id, 400, 600) }
  const size: LabelSize = exchange.query.get('size') === 'A5' ? 'A5' : 'A6'
  const pdf = await labelPdf(platform, shop, row, {
    label: type !== 'PACKING_SLIP',
    slip: type === 'PACKING_SLIP' || type === 'SHIPPING_LABEL_AND_PACKING_SLIP',
    size,
  })
  return { status: 200, headers: { 'content-type': 'application/pdf' }, body: pdf }
}
