/**
 * Prints labels: hands over every order that waits for it, and writes each package's label as a PDF.
 * `npx node examples/shop-order-printer.ts labels/`; again prints what came since. Environment: TIKTOK_SHOP_ACCESS_TOKEN,
 * TIKTOK_SHOP_APP_KEY, TIKTOK_SHOP_APP_SECRET, TOCKWORK_TIKTOK_ORIGIN (default: the emulator).
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Shop, TikTokShop } from '@tockwork/sdk/shop'

const { env } = process
const folder = process.argv[2] ?? 'labels'
const client = new TikTokShop({
  appKey: env.TIKTOK_SHOP_APP_KEY ?? 'tw-shop-app',
  appSecret: env.TIKTOK_SHOP_APP_SECRET ?? 'tw-shop-secret',
  origin: env.TOCKWORK_TIKTOK_ORIGIN ?? 'http://localhost:4646',
})
const seller = client.withToken(env.TIKTOK_SHOP_ACCESS_TOKEN ?? '')

/** Packages of an order. In some markets they come with the order, in others they are made when a label is bought. */
async function packagesOf(shop: Shop, orderId: string): Promise<string[]> {
  const [order] = await shop.orders.get([orderId])
  const lines = (order?.line_items ?? []).filter(({ display_status }) => display_status !== 'CANCELLED')
  const known = new Set(lines.flatMap(({ package_id }) => (package_id ? [package_id] : [])))
  for (const id of known)
    await shop.call('shop.fulfillment.ShipPackage.202309', {
      path: { package_id: id },
      body: { handover_method: 'DROP_OFF' },
    })
  const loose = lines.filter(({ package_id }) => !package_id).map(({ id }) => id)
  if (loose.length === 0) return [...known]
  const { package_id = '' } = await shop.call('shop.fulfillment.CreatePackages.202309', {
    body: { order_id: orderId, order_line_item_ids: loose },
  })
  return [...known, package_id]
}

await mkdir(folder, { recursive: true })
for (const { id: shopId, name } of await seller.shops()) {
  const shop = seller.shop(shopId)
  // Read to the end first: an order that is handed over leaves the list.
  const wish = { order_status: 'AWAITING_SHIPMENT', shipping_type: 'TIKTOK' } as const
  const waiting: string[] = []
  for await (const { id } of shop.orders.search(wish)) waiting.push(id)
  for (const orderId of waiting)
    for (const packageId of await packagesOf(shop, orderId)) {
      const { doc_url = '', tracking_number } = await shop.call(
        'shop.fulfillment.GetPackageShippingDocument.202309',
        { path: { package_id: packageId }, query: { document_type: 'SHIPPING_LABEL', document_size: 'A6' } },
      )
      const label = await fetch(doc_url)
      if (!label.ok) throw new Error(`The label of ${packageId} answers HTTP ${label.status}`)
      const pdf = new Uint8Array(await label.arrayBuffer())
      // It carries the buyer's name and address.
      await writeFile(join(folder, `${orderId}.pdf`), pdf, { mode: 0o600 })
      console.log(`${name}: ${orderId} by ${tracking_number}`)
    }
}
