/** Shipping documents: a label with a bar code that scanners read, and a packing slip. */
import type { Platform } from '../platform.ts'
import { code128 } from './barcode.ts'
import { recipient } from './order-view.ts'
import { ordersOf, providerName } from './package-life.ts'
import type { PackageRow, ShopRow } from './state.ts'

/** Points. Source: ISO 216. */
const SIZES = { A6: [297.64, 419.53], A5: [419.53, 595.28] } as const

export type LabelSize = keyof typeof SIZES

export interface DocumentRequest {
  label: boolean
  slip: boolean
  size: LabelSize
}

/** One page for each document, as PDF. */
export async function labelPdf(
  platform: Platform,
  shop: ShopRow,
  row: PackageRow,
  request: DocumentRequest,
): Promise<Buffer> {
  const { default: PdfDocument } = await import('pdfkit')
  const [width, height] = SIZES[request.size]
  // The creation date of the world and not of the machine: the same document is the same bytes.
  const pdf = new PdfDocument({
    size: [width, height],
    margin: 18,
    autoFirstPage: false,
    info: { Title: `Package ${row.id}`, CreationDate: new Date(row.createdAt * 1000) },
  })
  const chunks: Buffer[] = []
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
    pdf.on('end', () => resolve(Buffer.concat(chunks)))
    pdf.on('error', reject)
  })
  if (request.label) drawLabel(pdf, platform, shop, row, width)
  if (request.slip) drawSlip(pdf, platform, row)
  pdf.end()
  return done
}

type Pdf = PDFKit.PDFDocument

function drawLabel(pdf: Pdf, platform: Platform, shop: ShopRow, row: PackageRow, width: number): void {
  const [order] = ordersOf(platform, row)
  pdf.addPage()
  pdf
    .font('Helvetica-Bold')
    .fontSize(16)
    .text(providerName(row.provider) || 'Carrier')
  pdf.font('Helvetica').fontSize(8).text('Emulated label: not for posting')
  const bars = code128(row.tracking)
  const unit = (width - 60) / bars.length
  for (const [at, bar] of [...bars].entries()) if (bar === '1') pdf.rect(30 + at * unit, 70, unit, 70)
  pdf.fill('black')
  pdf.font('Courier-Bold').fontSize(12).text(row.tracking, 18, 146, { align: 'center' })
  const to = order === undefined ? {} : (recipient(order, shop, { whole: true }) as Record<string, string>)
  pdf.font('Helvetica-Bold').fontSize(10).text('To', 18, 180)
  pdf
    .font('Helvetica')
    .fontSize(11)
    .text(`${to.name ?? ''}\n${to.address_line1 ?? ''}\n${to.postal_code ?? ''} ${to.region_code ?? ''}`)
  pdf.moveDown().font('Helvetica-Bold').fontSize(10).text('From')
  pdf.font('Helvetica').fontSize(9).text(`${shop.name}, ${shop.region}`)
  pdf
    .moveDown()
    .fontSize(8)
    .text(`Package ${row.id}\nOrders ${row.orders.join(', ')}`)
}

function drawSlip(pdf: Pdf, platform: Platform, row: PackageRow): void {
  pdf.addPage()
  pdf.font('Helvetica-Bold').fontSize(14).text('Packing slip')
  pdf.font('Helvetica').fontSize(8).text(`Package ${row.id}`).moveDown()
  for (const order of ordersOf(platform, row)) {
    pdf.font('Helvetica-Bold').fontSize(9).text(`Order ${order.id}`)
    const counts = new Map<string, number>()
    for (const line of order.lines.filter(({ id }) => row.lines.includes(id))) {
      const what = `${line.sellerSku}  ${line.productName} (${line.skuName})`
      counts.set(what, (counts.get(what) ?? 0) + 1)
    }
    pdf.font('Helvetica').fontSize(9)
    for (const [what, count] of counts) pdf.text(`${count} x ${what}`)
    pdf.moveDown()
  }
}

/** The same label in Zebra's language. Source: ZPL II programming guide. */
export function labelZpl(row: PackageRow): string {
  return [
    '^XA',
    '^CI28',
    `^FO40,40^A0N,40,40^FD${providerName(row.provider)}^FS`,
    `^FO40,110^BY2^BCN,140,Y,N,N^FD${row.tracking}^FS`,
    `^FO40,320^A0N,24,24^FDPackage ${row.id}^FS`,
    '^XZ',
  ].join('\n')
}
