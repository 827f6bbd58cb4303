import { type Clock, type Secret, UsageError } from '@tockwork/kernel'
import type { StatusFeed } from './posts/status-feed.ts'
import type { WebhookOptions } from './webhooks/receive-delivery.ts'
import type { SignedWebhook } from './webhooks/signature.ts'
import { verifyWebhook, type WebhookEvent } from './webhooks/webhook-event.ts'
import { webhookHandler } from './webhooks/webhook-handler.ts'

interface AppWebhooksParts {
  secret: Secret | undefined
  feed: StatusFeed
  clock: Clock
}

/** `tiktok.webhooks`: receives this app's webhooks, and wakes whoever waits in `post.completed()`. */
export class AppWebhooks {
  readonly #parts: AppWebhooksParts

  constructor(parts: AppWebhooksParts) {
    this.#parts = parts
  }

  /**
   * Verifies one delivery by the app's secret, wakes waiters and gives the event.
   * @throws {WebhookSignatureError} when it cannot be trusted.
   */
  async verify(
    delivery: Pick<SignedWebhook, 'body' | 'signature' | 'toleranceSeconds'>,
  ): Promise<WebhookEvent> {
    const event = await verifyWebhook({ ...delivery, secret: this.#secret(), clock: this.#parts.clock })
    this.deliver(event)
    return event
  }

  /** A receiver for `Request`/`Response` runtimes, with this app's secret. */
  handler(options: Omit<WebhookOptions, 'secret'>): (request: Request) => Promise<Response> {
    return webhookHandler(this.options(options))
  }

  /** Options for `expressWebhook`, `fastifyWebhook` and `honoWebhook`, with this app's secret. */
  options(options: Omit<WebhookOptions, 'secret'>): WebhookOptions {
    const { onEvent, clock = this.#parts.clock } = options
    return {
      ...options,
      clock,
      secret: this.#secret(),
      onEvent: (event) => {
        this.deliver(event)
        return onEvent(event)
      },
    }
  }

  /** Hands on an event that was verified elsewhere. Returns whether anyone was waiting for it. */
  deliver(event: Pick<WebhookEvent, 'event' | 'content'>): boolean {
    return this.#parts.feed.deliver(event)
  }

  #secret(): Secret {
    const { secret } = this.#parts
    if (secret !== undefined) return secret
    throw new UsageError('clientSecret is needed to verify webhooks', {
      field: 'clientSecret',
      action: 'Give the client its secret (from the portal).',
    })
  }
}
