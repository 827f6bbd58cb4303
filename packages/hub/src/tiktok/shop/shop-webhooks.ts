/** Webhooks of TikTok Shop as the hub understands them: who signed, and what is to be done. */
import { ContractError, type Secret, UsageError } from '@tockwork/kernel'
import { type ShopWebhookEvent, ShopWebhookSignatureError, verifyShopWebhook } from '@tockwork/sdk/shop'
import type { ShopSyncKind } from '../../storage/shop-tables.ts'

/** Lower case, as headers are read. */
export const SHOP_SIGNATURE_HEADER = 'authorization'

export type ShopVerification =
  | { ok: true; event: ShopWebhookEvent }
  /** `code` names what is wrong; 401 unless TikTok signed something that is no event. */
  | { ok: false; status: 400 | 401; code: string; message: string }

/** Whether the bytes were signed with the secret of the app, and what they say. */
export async function verifyShopDelivery(delivery: {
  appKey: string
  appSecret: Secret
  body: Uint8Array
  signature: string | undefined
}): Promise<ShopVerification> {
  try {
    return { ok: true, event: await verifyShopWebhook(delivery) }
  } catch (error) {
    if (error instanceof ShopWebhookSignatureError)
      return { ok: false, status: 401, code: error.code, message: error.message }
    if (error instanceof ContractError || error instanceof UsageError)
      return { ok: false, status: 400, code: error.code, message: error.message }
    throw error
  }
}

/** What an event asks of the hub. */
export interface ShopNews {
  topic: string
  /** TikTok's id of the shop; absent where the event names none. */
  shopId: string | undefined
  /** Things to be read by themselves. */
  wishes: { kind: ShopSyncKind; id: string }[]
  /** Lists in which something changed that is not named, or that are read by time alone. */
  walks: ShopSyncKind[]
  /** The seller ended the authorization. */
  isDeauthorized: boolean
  /** When the authorization ends, in milliseconds. */
  endsAt: number | undefined
  /** Epoch seconds of the event, where it says so. */
  at: number | undefined
}

export function readShopEvent(event: ShopWebhookEvent): ShopNews {
  const data = event.data as Readonly<Record<string, unknown>>
  const news: ShopNews = {
    topic: event.topic,
    shopId: event.owner?.field === 'shop_id' ? event.owner.id : undefined,
    wishes: [],
    walks: [],
    isDeauthorized: false,
    endsAt: undefined,
    at: event.timestamp,
  }
  const order = (): void => {
    const id = idIn(data.order_id)
    if (id !== undefined) news.wishes.push({ kind: 'orders', id })
  }
  switch (event.topic) {
    case 'order_status_change':
    case 'recipient_address_update':
    case 'cancellation_status_change':
      order()
      break
    case 'return_status_change':
    case 'reverse_status_update':
      order()
      news.walks.push('returns')
      break
    case 'package_update':
      for (const row of listIn(data.package_list))
        for (const each of Array.isArray(row.order_id_list) ? row.order_id_list : []) {
          const id = idIn(each)
          if (id !== undefined) news.wishes.push({ kind: 'orders', id })
        }
      break
    case 'refund_success':
    case 'aftersales_request_status_update':
    case 'rma_status_update':
      news.walks.push('returns')
      break
    case 'seller_deauthorization':
      news.isDeauthorized = true
      break
    case 'upcoming_authorization_expiration': {
      const seconds = Number(data.expiration_time)
      if (Number.isSafeInteger(seconds) && seconds > 0) news.endsAt = seconds * 1000
      break
    }
    default: {
      // Whatever else names a product is about what it is or how much there is of it.
      const product = idIn(data.product_id)
      if (product === undefined) break
      news.walks.push('products')
      news.wishes.push({ kind: 'stock', id: product })
    }
  }
  return news
}

function idIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,25}$/.test(value) ? value : undefined
}

function listIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : []
}
