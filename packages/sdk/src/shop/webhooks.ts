/** Webhooks of TikTok Shop: the signature, and what is in them. Source: partner.tiktokshop.com/docv2 (webhooks). */
import { type ShopTopic, shopOwnerFields, shopTopics, shopWebhook } from '@tockwork/contracts/shop'
import { type ShopWebhookData, shopWebhookModels } from '@tockwork/contracts/shop/webhook-models'
import { ContractError, Secret, TockworkError, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { hmacHex, hmacMatches } from './signing.ts'
import { readShopJson } from './wire-json.ts'

const MAX_BYTES = 1024 * 1024

/** A delivery that cannot be trusted: answer 401 and do nothing else. */
export class ShopWebhookSignatureError extends TockworkError {
  constructor(reason: 'missing' | 'malformed' | 'mismatch') {
    super(
      reason === 'missing'
        ? 'There is no Authorization header.'
        : reason === 'malformed'
          ? 'The Authorization header is not 64 hex digits.'
          : 'The signature does not fit the body, the app key and the secret.',
      {
        code: `webhook_signature_${reason}`,
        retry: 'never',
        action:
          reason === 'mismatch'
            ? 'Check that the body is the raw bytes as received, and that key and secret are of the same app.'
            : 'Pass on the Authorization header as it came.',
      },
    )
  }
}

export interface SignedShopWebhook {
  appKey: string
  /** Several while it is being changed. */
  appSecret: string | Secret | readonly (string | Secret)[]
  /** The body exactly as received. */
  body: string | Uint8Array
  /** Value of the `Authorization` header. */
  signature: string | null | undefined
}

/** Told apart by `topic`: `if (event.topic === 'order_status_change') event.data.order_id`. */
export type ShopWebhookEvent =
  | {
      [Topic in ShopTopic]: Delivery & { topic: Topic; data: Readonly<ShopWebhookData<Topic>> }
    }[ShopTopic]
  | UnknownShopWebhook

export interface UnknownShopWebhook extends Delivery {
  /** The number is not public. */
  topic: 'unknown'
  data: Readonly<Record<string, unknown>>
}

interface Delivery {
  /** `undefined` where the delivery has none (the inventory topic), as documented. */
  type: number | undefined
  /** The same for every repeat of a delivery; deduplicate on it. */
  notificationId: string
  /** Epoch seconds; `undefined` where the delivery says its time in another form. */
  timestamp: number | undefined
  /** Whose event it is. */
  owner: { field: (typeof shopOwnerFields)[number]; id: string } | undefined
  /**
   * What in `data` is not as TikTok documents it, so that its type cannot be relied on: field and rule. The delivery is
   * handed over all the same, since an event that is thrown away is lost after five attempts.
   */
  misfit?: string
}

/**
 * Checks the signature (comparison in constant time), then reads the delivery. Answer 200 within three seconds. The
 * signature holds no time: a repeat of an old delivery is only told by its `notificationId`.
 * @throws {ShopWebhookSignatureError} when it is not TikTok's
 * @throws {ContractError} when it is, and cannot be read
 */
export async function verifyShopWebhook(webhook: SignedShopWebhook): Promise<ShopWebhookEvent> {
  const { appKey, appSecret, body, signature } = webhook
  if ((typeof body === 'string' ? body.length : body.byteLength) > MAX_BYTES)
    throw new UsageError('The body is larger than 1 MiB.', { field: 'body', code: 'webhook_too_large' })
  const given = signature?.trim().toLowerCase() ?? ''
  if (given === '') throw new ShopWebhookSignatureError('missing')
  if (!shopWebhook.pattern.test(given)) throw new ShopWebhookSignatureError('malformed')
  let matches = false
  for (const secret of [appSecret].flat())
    if (await hmacMatches(plain(secret), [appKey, body], given)) matches = true
  if (!matches) throw new ShopWebhookSignatureError('mismatch')
  return readEvent(typeof body === 'string' ? body : new TextDecoder().decode(body))
}

/** Signs a body as TikTok does, for tests of a receiver. @returns the value of the `Authorization` header */
export function signShopWebhook(webhook: {
  appKey: string
  appSecret: string | Secret
  body: string | Uint8Array
}): Promise<string> {
  return hmacHex(plain(webhook.appSecret), [webhook.appKey, webhook.body])
}

function plain(secret: string | Secret): string {
  return secret instanceof Secret ? secret.reveal() : secret
}

function readEvent(text: string): ShopWebhookEvent {
  const unclear = (what: string): ContractError =>
    new ContractError(`A webhook of TikTok Shop: ${what}.`, {
      code: 'webhook_unclear',
      retry: 'never',
      action: 'Report it with the topic; what we know of this webhook is out of date.',
    })
  let body: unknown
  try {
    body = readShopJson(text)
  } catch {
    throw unclear('it is not JSON')
  }
  if (!isRecord(body)) throw unclear('it is not an object')
  const { type, timestamp } = body
  if (type !== undefined && !Number.isSafeInteger(type)) throw unclear('type is no whole number')
  const id = body.tts_notification_id ?? body.event_id
  if (typeof id !== 'string' || id === '') throw unclear('it has neither tts_notification_id nor event_id')
  const field = shopOwnerFields.find((name) => typeof body[name] === 'string' && body[name] !== '')
  const topic = topicOf(type as number | undefined, body)
  // The inventory topic is documented flat: everything stands on the outside.
  const data = isRecord(body.data) ? body.data : body
  const misfit = topic === 'unknown' ? undefined : misfitOf(topic, data)
  return {
    type: type as number | undefined,
    topic,
    notificationId: id,
    timestamp: typeof timestamp === 'number' ? timestamp : undefined,
    owner: field === undefined ? undefined : { field, id: body[field] as string },
    ...(misfit === undefined ? {} : { misfit }),
    data,
    // The topic decides which member of the union it is, and `misfit` says where its data do not keep to that.
  } as ShopWebhookEvent
}

function misfitOf(topic: ShopTopic, data: Record<string, unknown>): string | undefined {
  const issue = z.safeParse(shopWebhookModels[topic], data).error?.issues[0]
  return issue === undefined ? undefined : `data.${issue.path.join('.')}: ${issue.message}`
}

function topicOf(type: number | undefined, body: Record<string, unknown>): ShopWebhookEvent['topic'] {
  if (type === undefined) return 'quantity_snapshot_after_change' in body ? shopTopics[68] : 'unknown'
  return Object.hasOwn(shopTopics, type) ? shopTopics[type as keyof typeof shopTopics] : 'unknown'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
