/** Webhooks of TikTok Shop. Source: partner.tiktokshop.com/docv2 (webhooks). */
import { shopTopics } from '@tockwork/contracts/shop'
import { stringifyJson } from '@tockwork/kernel'
import type { Platform } from '../platform.ts'
import { deliverLater } from '../webhooks/delivery.ts'
import { nowOf } from './call.ts'
import { newId } from './ids.ts'
import type { ShopGrantRow, ShopRow } from './state.ts'

export type ShopTopicNumber = keyof typeof shopTopics

/** Topics whose address can be set for a shop by itself, with the Event API. */
export const configurableEvents: Readonly<Record<string, ShopTopicNumber>> = {
  ORDER_STATUS_CHANGE: 1,
  REVERSE_STATUS_UPDATE: 2,
  RECIPIENT_ADDRESS_UPDATE: 3,
  PACKAGE_UPDATE: 4,
  PRODUCT_STATUS_CHANGE: 5,
  SELLER_DEAUTHORIZATION: 6,
  UPCOMING_AUTHORIZATION_EXPIRATION: 7,
  CANCELLATION_STATUS_CHANGE: 11,
  RETURN_STATUS_CHANGE: 12,
  NEW_CONVERSATION: 13,
  NEW_MESSAGE: 14,
  PRODUCT_INFORMATION_CHANGE: 15,
  PRODUCT_CREATION: 16,
  PRODUCT_CATEGORY_CHANGE: 18,
  NEW_MESSAGE_LISTENER: 33,
  INVOICE_STATUS_CHANGE: 36,
  PRODUCT_AUDIT_STATUS_CHANGE: 37,
}

/** Tells every app that this shop's seller has authorized. */
export function tellShop(platform: Platform, shop: ShopRow, topic: ShopTopicNumber, data: object): void {
  for (const grant of platform.world.shop.grants.where('account', shop.seller))
    send(platform, grant, topic, { shop_id: shop.id }, data, shop.id)
}

/** Tells the app of one grant about each shop of its seller, or about its creator. */
export function tellGrant(
  platform: Platform,
  grant: ShopGrantRow,
  topic: ShopTopicNumber,
  data: object,
): void {
  const { shops, accounts } = platform.world.shop
  if (accounts.get(grant.account)?.kind !== 'seller')
    send(platform, grant, topic, { creator_open_id: grant.openId }, data)
  for (const shop of shops.where('seller', grant.account))
    send(platform, grant, topic, { shop_id: shop.id }, data, shop.id)
}

/**
 * One that has no envelope: what is made is the whole body. It goes to the app's address, since the Event API does not know
 * such topics.
 */
export function tellFlat(
  platform: Platform,
  shop: ShopRow,
  topic: ShopTopicNumber,
  make: () => object,
): void {
  const { apps, grants } = platform.world.shop
  for (const grant of grants.where('account', shop.seller)) {
    const app = apps.get(grant.app)
    if (app?.webhookUrl === undefined || app.webhookUrl === '') continue
    deliverLater(platform, {
      clientKey: app.id,
      url: app.webhookUrl,
      event: shopTopics[topic],
      body: stringifyJson(make()),
      api: 'shop',
    })
  }
}

/** A topic of the seller's, which names the seller and no shop. */
export function tellSeller(platform: Platform, seller: string, topic: ShopTopicNumber, data: object): void {
  for (const grant of platform.world.shop.grants.where('account', seller))
    send(platform, grant, topic, { seller_open_id: grant.openId }, data)
}

function send(
  platform: Platform,
  grant: ShopGrantRow,
  topic: ShopTopicNumber,
  owner: Record<string, string>,
  data: object,
  shop?: string,
): void {
  const { world } = platform
  const app = world.shop.apps.get(grant.app)
  const own = shop === undefined ? [] : world.shop.webhooks.where('shop', shop)
  const address =
    own.find((each) => each.app === grant.app && configurableEvents[each.event] === topic)?.address ??
    app?.webhookUrl
  if (app === undefined || address === undefined || address === '') return
  const body = stringifyJson({
    type: topic,
    tts_notification_id: newId(platform, '73'),
    ...owner,
    timestamp: nowOf(platform),
    data,
  })
  deliverLater(platform, { clientKey: app.id, url: address, event: shopTopics[topic], body, api: 'shop' })
}
