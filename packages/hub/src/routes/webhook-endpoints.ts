import {
  problem,
  WEBHOOK_EVENTS,
  type WebhookEventType,
  type webhookEndpointOperations,
  type webhookEventOperations,
} from '@tockwork/api'
import type { Secret } from '@tockwork/kernel'
import { z } from 'zod'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { findEndpoint, listEndpoints, type WebhookEndpoint } from '../storage/webhook-endpoints.ts'
import { actorOf, environmentOf } from '../tenancy/principal.ts'
import type { WebhookEndpoints } from '../webhooks/endpoints.ts'
import { pageOfItems } from './cursor.ts'
import { iso, isoOrNull } from './iso-time.ts'

export function webhookEndpointHandlers({
  db,
  endpoints,
}: {
  db: Database
  endpoints: WebhookEndpoints
}): Handlers<typeof webhookEndpointOperations> & Handlers<typeof webhookEventOperations> {
  return {
    'webhookEvents.list': () => Promise.resolve({ data: catalogue }),

    'webhookEndpoints.list': ({ query }, { caller }) =>
      pageOfItems(
        query,
        idPattern('whk'),
        (slice) => listEndpoints(db, caller.workspaceId, { ...slice, environment: environmentOf(caller) }),
        toJson,
      ),

    'webhookEndpoints.create': async ({ body }, { caller, remember }) => {
      const wish = {
        url: body.url,
        description: body.description ?? null,
        events: body.events,
        environment: environmentOf(caller) ?? null,
      }
      return withSecret(
        await endpoints.create(caller.workspaceId, wish, actorOf(caller), (tx, made) =>
          remember(tx, withSecret(made)),
        ),
      )
    },

    'webhookEndpoints.get': async ({ params }, { caller }) =>
      toJson(await reachableEndpoint(db, caller, params.endpoint_id)),

    'webhookEndpoints.update': async ({ params, body }, { caller }) => {
      const endpoint = await reachableEndpoint(db, caller, params.endpoint_id)
      return toJson(await endpoints.update(endpoint, body, actorOf(caller)))
    },

    'webhookEndpoints.delete': async ({ params }, { caller }) => {
      const endpoint = await reachableEndpoint(db, caller, params.endpoint_id)
      await endpoints.delete(endpoint, actorOf(caller))
      return undefined
    },

    'webhookEndpoints.rotateSecret': async ({ params, body }, { caller, remember }) => {
      const endpoint = await reachableEndpoint(db, caller, params.endpoint_id)
      return withSecret(
        await endpoints.rotate(endpoint, body.overlap_seconds * 1000, actorOf(caller), (tx, made) =>
          remember(tx, withSecret(made)),
        ),
      )
    },

    'webhookEndpoints.replay': async ({ params, body }, { caller }) => {
      const endpoint = await reachableEndpoint(db, caller, params.endpoint_id)
      const [from, to] = [msOrNone(body.from), msOrNone(body.to)]
      if (from !== undefined && to !== undefined && from >= to)
        throw problem('invalid_request', 'to must be later than from', { field: 'to' })
      const { replayed, continueFrom } = await endpoints.replayMany(endpoint, {
        from,
        to,
        include: body.include,
      })
      return { replayed, continue_from: isoOrNull(continueFrom ?? null) }
    },
  }
}

const msOrNone = (moment: string | undefined) => (moment === undefined ? undefined : Date.parse(moment))

const catalogue = Object.entries(WEBHOOK_EVENTS).map(([type, { description, data }]) => ({
  type: type as WebhookEventType,
  description,
  schema: z.toJSONSchema(data) as Record<string, unknown>,
}))

/** An endpoint of the caller's workspace that the key reaches. @throws {Problem} `not_found` */
export async function reachableEndpoint(db: Database, caller: Caller, id: string): Promise<WebhookEndpoint> {
  const endpoint = await findEndpoint(db, caller.workspaceId, id)
  const environment = environmentOf(caller)
  const inReach = environment === undefined || endpoint?.environment === environment
  // Those of the unified API are told of other events, and are read and changed there.
  if (endpoint === undefined || !inReach || endpoint.format !== 'tockwork')
    throw problem('not_found', 'There is no such webhook endpoint.')
  return endpoint
}

function withSecret({ endpoint, secret }: { endpoint: WebhookEndpoint; secret: Secret }) {
  return { ...toJson(endpoint), secret: secret.reveal() }
}

function toJson(endpoint: WebhookEndpoint) {
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    events: endpoint.events as WebhookEventType[],
    environment: endpoint.environment,
    status: endpoint.status,
    disabled_reason: endpoint.disabledReason as 'by_you' | 'failing' | 'gone' | null,
    failing_since: isoOrNull(endpoint.failingSince),
    created_at: iso(endpoint.createdAt),
    changed_at: iso(endpoint.changedAt),
  }
}
