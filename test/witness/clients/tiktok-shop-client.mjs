/**
 * tiktok-shop-client (an axios client with the token in the query too, and with `version` and `shop_id` that nothing
 * asks for) and tiktok-shop (tokens, and a signature for an address that the caller sends).
 */
import { TikTokShop } from 'tiktok-shop'
import { TikTokClient } from 'tiktok-shop-client'
import { shopConsent } from './browser.mjs'

const [appKey, appSecret, service] = process.argv.slice(6)
const back = await shopConsent(
  `https://services.tiktokshop.com/open/authorize?service_id=${service}&state=s`,
  'Brightkiln',
)
const signer = new TikTokShop({ appKey, appSecret })
const { data: first } = await signer.authCodeToken(back.searchParams.get('code'))
const tokens = await signer.refreshToken(first.refresh_token)

const timestamp = Math.floor(Date.now() / 1000)
const address = `https://open-api.tiktokglobalshop.com/authorization/202309/shops?app_key=${appKey}&timestamp=${timestamp}`
const { signature } = signer.signByUrl(address)
const listed = await fetch(`${address}&sign=${signature}`, {
  headers: { 'x-tts-access-token': tokens.access_token, 'content-type': 'application/json' },
})
const { data } = await listed.json()

const client = TikTokClient({
  appKey,
  appSecret,
  accessToken: tokens.access_token,
  shopCipher: data.shops[0].cipher,
  shopId: data.shops[0].id,
})
const shops = await client.getShops().catch((error) => error.response?.data)
const orders = await client.getOrders({ order_status: 'AWAITING_SHIPMENT' })
const [order] = orders.data.orders
const [line] = order.line_items
const product = await client.getProduct(line.product_id)
const inventory = await client.searchInventory({ sku_ids: [line.sku_id] })
const warehouses = await client.getWarehouses()
const categories = await client.getCategories()

console.log(
  JSON.stringify({
    type: first.user_type,
    renewed: tokens.refresh_token !== first.refresh_token,
    listed: data.shops.map(({ name }) => name),
    shopsWithACipher: shops.code,
    waiting: orders.data.orders.map(({ id }) => id),
    title: product.data.title === line.product_name,
    stock: inventory.data.inventory[0].skus[0].id === line.sku_id,
    warehouses: warehouses.data.warehouses.length,
    categories: categories.data.categories.length > 5,
  }),
)
