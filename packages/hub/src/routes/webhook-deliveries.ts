import { problem, type WebhookEventType, type webhookDeliveryOperations } from '@tockwork/api'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { type Delivery, findDelivery, listDeliveries } from '../storage/webhook-deliveries.ts'
import { environmentOf } from '../tenancy/principal.ts'
import { bodyOf } from '../webhooks/body.ts'
import type { WebhookEndpoints } from '../webhooks/endpoints.ts'
import { pageOfItems } from './cursor.ts'
import { iso, isoOrNull } from './iso-time.ts'
import { reachableEndpoint } from './webhook-endpoints.ts'

export function webhookDeliveryHandlers({
  db,
  endpoints,
}: {
  db: Database
  endpoints: WebhookEndpoints
}): Handlers<typeof webhookDeliveryOperations> {
  const reach = async (caller: Caller, id: string) => {
    const delivery = await findDelivery(db, id, caller.workspaceId)
    if (delivery === undefined) throw problem('not_found', 'There is no such webhook delivery.')
    return { delivery, endpoint: await reachableEndpoint(db, caller, delivery.endpointId) }
  }
  return {
    'webhookDeliveries.list': ({ query }, { caller }) => {
      const filter = { endpointId: query.endpoint_id, state: query.state, type: query.event_type }
      const environment = environmentOf(caller)
      return pageOfItems(
        query,
        idPattern('dlv'),
        (slice) => listDeliveries(db, caller.workspaceId, { ...slice, ...filter, environment }),
        toJson,
      )
    },

    'webhookDeliveries.get': async ({ params }, { caller }) => {
      const { delivery } = await reach(caller, params.delivery_id)
      return { ...toJson(delivery), body: bodyOf(delivery.event), log: delivery.log }
    },

    'webhookDeliveries.replay': async ({ params }, { caller }) => {
      const { delivery, endpoint } = await reach(caller, params.delivery_id)
      await endpoints.replay(endpoint, delivery)
      return toJson((await reach(caller, params.delivery_id)).delivery)
    },
  }
}

function toJson(delivery: Delivery) {
  return {
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    event_id: delivery.event.id,
    event_type: delivery.event.type as WebhookEventType,
    account_id: delivery.event.accountId,
    state: delivery.state,
    dead_reason: delivery.deadReason as 'given_up' | 'endpoint_disabled' | null,
    attempts: delivery.attempts,
    next_attempt_at: isoOrNull(delivery.nextAt),
    created_at: iso(delivery.createdAt),
    delivered_at: isoOrNull(delivery.deliveredAt),
  }
}
