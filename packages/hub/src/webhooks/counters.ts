/** What operators see of webhooks. */
import type { Metrics } from '../observability/metrics.ts'
import type { Database } from '../storage/database.ts'
import { countWaiting } from '../storage/webhook-deliveries.ts'

export interface WebhookCounters {
  /** A try of ours: `delivered`, `refused` (answered, but not 2xx), `unanswered`. */
  tried(outcome: 'delivered' | 'refused' | 'unanswered'): void
  /** One of TikTok's: `stored`, `repeated`, or `untrusted` (a signature that does not fit or is old). */
  received(outcome: 'stored' | 'repeated' | 'untrusted'): void
}

export function countWebhooks(metrics: Metrics, db: Database): WebhookCounters {
  const tries = metrics.counter('webhook_tries_total', 'Webhooks sent, by what came of it', ['outcome'])
  const received = metrics.counter('tiktok_webhooks_total', "TikTok's webhooks, by what became of them", [
    'outcome',
  ])
  const waiting = metrics.gauge('webhooks_waiting', 'Webhooks on their way, dead letters not among them', [])
  metrics.onScrape(async () => waiting.set(await countWaiting(db)))
  return {
    tried: (outcome) => tries.inc({ outcome }),
    received: (outcome) => received.inc({ outcome }),
  }
}

export const noCounters: WebhookCounters = { tried: () => undefined, received: () => undefined }
