import { envelope, eventAliases, events, type WebhookEventName } from '@tockwork/contracts/webhooks'
import { ContractError, parseJson, redact } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { checkSignature, type SignedWebhook } from './signature.ts'

interface WebhookBase {
  /** The name as TikTok sent it. */
  event: string
  client_key: string
  /** Epoch seconds. */
  create_time: number
  /** Missing in the documented sample of `portability.download.ready`. */
  user_openid?: string | undefined
}

/** An event of the contracts, its content parsed. `type` is the one spelling that the contracts use. */
export type KnownWebhookEvent = {
  [Name in WebhookEventName]: WebhookBase & {
    type: Name
    content: z.output<(typeof events)[Name]['content']>
  }
}[WebhookEventName]

/** An event that the contracts do not know, or one whose content is of another shape than they say. */
export interface UnknownWebhookEvent extends WebhookBase {
  type: 'unknown'
  /** The inner JSON parsed (64-bit integers as `bigint`), or the text when it is not JSON. */
  content: unknown
}

/** Switch on `type`; the misspelt names that TikTok has used arrive under one spelling. */
export type WebhookEvent = KnownWebhookEvent | UnknownWebhookEvent

/**
 * Verifies a webhook and reads it. Deliveries can repeat: what it does must be harmless the second time.
 * @throws {WebhookSignatureError} when it cannot be trusted, {@link ContractError} when TikTok signed something that is
 * no event.
 */
export async function verifyWebhook(webhook: SignedWebhook): Promise<WebhookEvent> {
  await checkSignature(webhook)
  return parseWebhook(webhook.body)
}

/** Reads a body that has been verified already. */
export function parseWebhook(body: string | Uint8Array): WebhookEvent {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const outer = z.safeDecode(envelope, parseOrKeep(text) as z.input<typeof envelope>)
  if (!outer.success) {
    throw new ContractError('The webhook is signed by TikTok but is not an event as documented.', {
      code: 'webhook_malformed',
      retry: 'never',
      answer: redact(text.slice(0, 500)),
    })
  }
  const { event } = outer.data
  const content = parseOrKeep(outer.data.content)
  const type = Object.hasOwn(events, event) ? (event as WebhookEventName) : eventAliases[event]
  if (type !== undefined) {
    const inner = z.safeDecode(events[type].content as z.ZodMiniType, content)
    // The table pairs each name with its content, which the type system cannot follow through the lookup.
    if (inner.success) return { ...outer.data, type, content: inner.data } as KnownWebhookEvent
  }
  return { ...outer.data, type: 'unknown', content }
}

function parseOrKeep(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
