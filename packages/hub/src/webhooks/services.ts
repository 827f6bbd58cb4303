/** Webhooks in both directions, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import { webhookDeliveryHandlers } from '../routes/webhook-deliveries.ts'
import { webhookEndpointHandlers } from '../routes/webhook-endpoints.ts'
import type { Database } from '../storage/database.ts'
import { deleteOldInboundEvents } from '../storage/inbound-events.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { overdueLanes } from '../storage/webhook-deliveries.ts'
import { deleteEventsOfErased, deleteOldWebhookEvents } from '../storage/webhook-events.ts'
import type { Vault } from '../vault/sealing.ts'
import { type AddressRules, type Resolve, systemResolve } from './addresses.ts'
import { countWebhooks } from './counters.ts'
import { WebhookDeliverer } from './deliverer.ts'
import { WebhookEndpoints } from './endpoints.ts'
import { type InboundParts, InboundWebhooks, PROCESS_TIKTOK_EVENT } from './inbound.ts'
import { DELIVER_WEBHOOKS, type LaneJob } from './record-event.ts'

export interface WebhookServiceParts extends Pick<InboundParts, 'onPublishEvent' | 'onAuthorizationRemoved'> {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  /** Names this process in leases. */
  holder: string
  rules: AddressRules
  /** Where operators see what is sent and received. */
  metrics?: Metrics | undefined
  /** Addresses of names; the system's unless told. */
  resolve?: Resolve | undefined
}

const DAY_MS = 86_400_000
const EVENTS_KEPT_MS = 30 * DAY_MS
const HASHES_KEPT_MS = 7 * DAY_MS
const SWEEP_SECONDS = 60
const OVERDUE_MS = 60_000

/** `handlers` and `plainRoutes` go to the HTTP server; `defineJobs` is called before the queue starts. */
export function createWebhookServices(parts: WebhookServiceParts) {
  const { db, clock } = parts
  const endpoints = new WebhookEndpoints(parts)
  const counters = parts.metrics === undefined ? undefined : countWebhooks(parts.metrics, db)
  const inbound = new InboundWebhooks({ ...parts, counters })
  const resolve = parts.resolve ?? systemResolve
  const deliverer = new WebhookDeliverer({ ...parts, owner: parts.holder, resolve, counters })
  const housekeeping = async (): Promise<void> => {
    await deleteEventsOfErased(db)
    await deleteOldWebhookEvents(db, clock.now() - EVENTS_KEPT_MS)
    await deleteOldInboundEvents(db, clock.now() - HASHES_KEPT_MS)
  }
  return {
    deliverer,
    endpoints,
    inbound,
    housekeeping,
    plainRoutes: [inbound.route()],
    handlers: {
      ...webhookEndpointHandlers({ db, endpoints }),
      ...webhookDeliveryHandlers({ db, endpoints }),
    },
    defineJobs: (jobs: JobQueue): void => {
      jobs.define<LaneJob>(DELIVER_WEBHOOKS, {
        handler: async (lane, { signal, stopping }) => {
          const again = await deliverer.run(lane, AbortSignal.any([signal, stopping]))
          return again === undefined ? undefined : { again }
        },
        concurrency: 4,
        batch: 4,
      })
      jobs.define<{ eventId: string }>(PROCESS_TIKTOK_EVENT, {
        handler: async ({ eventId }) => {
          const again = await inbound.process(eventId)
          return again === undefined ? undefined : { again }
        },
        batch: 8,
      })
      jobs.define('sweep-webhooks', {
        everySeconds: SWEEP_SECONDS,
        handler: async () => {
          const now = clock.now()
          for (const lane of await overdueLanes(db, { before: now - OVERDUE_MS, now, limit: 500 }))
            await jobs.send(DELIVER_WEBHOOKS, lane, { key: `${lane.endpointId}:${lane.lane}:sweep` })
        },
      })
    },
  }
}
