/** TikTok's webhooks as the hub understands them: who signed, and what is to be done. */
import { signature } from '@tockwork/contracts/webhooks'
import { type Clock, ContractError, type Secret } from '@tockwork/kernel'
import { parseWebhook, verifyWebhook, WebhookSignatureError } from '@tockwork/sdk'

/** Lower case, as headers are read. */
export const SIGNATURE_HEADER = signature.header.toLowerCase()

export type Verification =
  | { ok: true; clientKey: string }
  /** `code` names what is wrong; 401 unless TikTok signed something that is no event. */
  | { ok: false; status: 400 | 401; code: string; message: string }

/** Whether the bytes were signed with the app's secret within the last five minutes. */
export async function verifyTikTokWebhook(delivery: {
  body: Uint8Array
  signature: string | undefined
  secret: Secret
  clock: Clock
}): Promise<Verification> {
  try {
    const event = await verifyWebhook(delivery)
    return { ok: true, clientKey: event.client_key }
  } catch (error) {
    if (error instanceof WebhookSignatureError)
      return { ok: false, status: 401, code: error.code, message: error.message }
    if (error instanceof ContractError)
      return { ok: false, status: 400, code: error.code, message: error.message }
    throw error
  }
}

/** What an event asks of the hub. */
export type TikTokNews =
  | { kind: 'post'; event: string; publishId: string }
  | { kind: 'removed'; event: string; clientKey: string; openId: string; reason: number; createTime: number }
  | { kind: 'other'; event: string }

/** Reads a body that was verified when it came. */
export function readTikTokWebhook(body: Uint8Array): TikTokNews {
  const event = parseWebhook(body)
  switch (event.type) {
    case 'authorization.removed':
      if (event.user_openid === undefined) break
      return {
        kind: 'removed',
        event: event.event,
        clientKey: event.client_key,
        openId: event.user_openid,
        reason: Number(event.content.reason),
        createTime: event.create_time,
      }
    case 'post.publish.failed':
    case 'post.publish.complete':
    case 'post.publish.inbox_delivered':
    case 'post.publish.publicly_available':
    case 'post.publish.no_longer_publicaly_available':
      return { kind: 'post', event: event.event, publishId: event.content.publish_id }
    default:
      break
  }
  return { kind: 'other', event: event.event }
}
