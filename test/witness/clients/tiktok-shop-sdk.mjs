/** tiktok-shop-sdk: signs without an empty body, sends it all the same, and speaks in its own words. */
import { TikTokShopSDK } from 'tiktok-shop-sdk'
import { shopConsent } from './browser.mjs'

const [appKey, appSecret, service] = process.argv.slice(6)
const sdk = new TikTokShopSDK({ appKey, appSecret })
const back = await shopConsent(
  `https://services.us.tiktokshop.com/open/authorize?service_id=${service}&state=s`,
  'Pinecart',
)
const first = await sdk.auth.getAccessToken({ auth_code: back.searchParams.get('code') })
const { data: tokens } = await sdk.auth.refreshAccessToken({ refresh_token: first.data.refresh_token })
sdk.setAccessToken(tokens.access_token)
const { data: listed } = await sdk.shop.getAuthorizedShops()
sdk.setShopCipher(listed.shops[0].cipher)

const query = { page_size: 10, sort_field: 'create_time', sort_order: 'ASC' }
const all = await sdk.order.getOrderList({ query, body: {} })
const waiting = await sdk.order.getOrderList({ query, body: { order_status: 'AWAITING_SHIPMENT' } })
const [order] = waiting.data.orders
const detail = await sdk.order.getOrderDetail({ ids: [order.id] })
const products = await sdk.product.searchProducts({ query: { page_size: 5 }, body: { status: 'ACTIVATE' } })
const [product] = products.data.products
const sku = product.skus[0]
const warehouses = await sdk.logistic.getWarehouseList()
const inventory = [{ quantity: 7, warehouse_id: warehouses.data.warehouses[0].id }]
const stock = await sdk.product.updateProductInventory({
  product_id: product.id,
  body: { skus: [{ id: sku.id, inventory }] },
})
const packed = await sdk.fulfillment.createPackage({
  order_id: order.id,
  order_line_item_ids: order.line_items.map(({ id }) => id),
})
const packages = await sdk.fulfillment.searchPackage({ query: { page_size: 10 }, body: {} })
const activities = await sdk.promotion.searchActivity({ page_size: 10 })
await sdk.event.updateShopWebhook({ address: 'https://example.com/hook', event_type: 'PACKAGE_UPDATE' })
const hooks = await sdk.event.getShopWebhooks()
await sdk.event.deleteShopWebhook({ event_type: 'PACKAGE_UPDATE' })
const refused = await sdk.order.getOrderDetail({ ids: ['1'] }).catch(({ name, code }) => ({ name, code }))

console.log(
  JSON.stringify({
    state: back.searchParams.get('state'),
    renewed: tokens.refresh_token !== first.data.refresh_token,
    shop: listed.shops[0].name,
    orders: all.data.orders.length,
    waiting: waiting.data.orders.map(({ id }) => id),
    buyer: detail.data.orders[0].recipient_address.name,
    title: product.title,
    stockErrors: stock.data.errors,
    packed: packed.data.order_id === order.id,
    packages: packages.data.packages.map(({ id }) => id === packed.data.package_id),
    activities: Array.isArray(activities.data.activities),
    hooks: hooks.data.webhooks.map(({ event_type }) => event_type),
    refused,
  }),
)
