/** Webhooks: where a product is told of events, and what was told. */
import { defineOperation, problem } from '@tockwork/api'
import type { Clock, Random, Secret } from '@tockwork/kernel'
import { z } from 'zod'
import { newId } from '../ids.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { findWebhook, listWebhooks, renameWebhook } from '../storage/unified-webhooks.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { findDelivery, listDeliveries } from '../storage/webhook-deliveries.ts'
import {
  countEndpoints,
  insertEndpoint,
  insertSecret,
  listSecrets,
  nextGeneration,
  type WebhookEndpoint,
} from '../storage/webhook-endpoints.ts'
import { actorOf } from '../tenancy/principal.ts'
import { keyVersionOf, type Vault } from '../vault/sealing.ts'
import type { WebhookEndpoints } from '../webhooks/endpoints.ts'
import { webhookSecretPlace } from '../webhooks/secrets.ts'
import { UNIFIED_EVENTS, unifiedBodyOf } from '../webhooks/unified-format.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { notFound } from './refusals.ts'
import { recordNews } from './tell.ts'
import { newUuid } from './uuid.ts'
import { idParam, listOf, pageQuery, time, uuid } from './wire.ts'

export interface UnifiedWebhookParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  endpoints: WebhookEndpoints
}

const JOBS = [
  'CREATOR_SEARCH_EXPORT',
  'PROFILE_ANALYTICS',
  'EMAIL_LOOKUP',
  'AUDIENCE_OVERLAP',
  'CONTENTS_FETCH',
  'CONTENT_COMMENTS_FETCH',
  'COMMENTS_ANALYTICS',
  'PROFILE_COMMENTS_ANALYTICS',
]
/** Taken, so that a list of events that works elsewhere works here; there are no such jobs, and nothing is sent. */
const NEVER_SENT = JOBS.flatMap((job) => [`${job}.SUCCESS`, `${job}.FAILURE`])
const EVENTS: readonly string[] = [...Object.keys(UNIFIED_EVENTS), ...NEVER_SENT]

const events = z
  .array(z.string().refine((name) => EVENTS.includes(name), 'There is no such event'))
  .min(1)
  .max(EVENTS.length)

const webhook = z
  .object({
    id: uuid,
    created_at: time,
    updated_at: time,
    url: z.string(),
    name: z.string().nullable(),
    events: z.array(z.string()),
    is_active: z.boolean(),
  })
  .meta({ id: 'Webhook' })

const wish = z.object({ url: z.url().max(2000), events, name: z.string().max(200).optional() })

const delivery = z
  .object({
    id: z.string(),
    event: z.string(),
    state: z.enum(['pending', 'delivered', 'dead']),
    attempts: z.int(),
    created_at: time,
    delivered_at: time.nullable(),
    next_attempt_at: time.nullable(),
    body: z.record(z.string(), z.unknown()).meta({ description: 'As it was, or will be, sent' }),
    log: z.array(
      z.object({ at: z.string(), status: z.int().nullable(), error: z.string().nullable(), ms: z.int() }),
    ),
  })
  .meta({ id: 'WebhookDelivery' })

const params = z.object({ webhook_id: idParam })
const mock = z.object({
  payload: z.object({
    event: z.string().refine((name) => EVENTS.includes(name), 'There is no such event'),
    name: z.string().max(200).optional(),
    data: z
      .record(z.string(), z.unknown())
      .refine((data) => JSON.stringify(data).length <= 65_536, 'Too large'),
  }),
})

export const webhookOperations = [
  defineOperation({
    id: 'webhooks.list',
    method: 'GET',
    path: '/v1/webhooks',
    summary: 'List webhooks',
    scope: 'webhooks:read',
    query: pageQuery,
    answer: listOf(webhook),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'webhooks.create',
    method: 'POST',
    path: '/v1/webhooks',
    summary: 'Have events sent to an address',
    description:
      'Signed with the client secret of the request that makes it. Change it with another client secret, and both sign for a day.',
    scope: 'webhooks:write',
    body: wish,
    answer: webhook,
    status: 201,
    errors: { webhook_url_refused: { status: 422, title: 'Webhooks are not sent to this address' } },
  }),
  defineOperation({
    id: 'webhooks.send',
    method: 'POST',
    path: '/v1/webhooks/send',
    summary: 'Send an event that did not happen, to try a receiver',
    scope: 'webhooks:write',
    body: mock,
    answer: mock,
    status: 200,
    idempotency: 'natural',
    errors: {},
  }),
  defineOperation({
    id: 'webhooks.get',
    method: 'GET',
    path: '/v1/webhooks/{webhook_id}',
    summary: 'Read a webhook',
    scope: 'webhooks:read',
    params,
    answer: webhook,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'webhooks.update',
    method: 'PUT',
    path: '/v1/webhooks/{webhook_id}',
    summary: 'Change a webhook, or start it again',
    scope: 'webhooks:write',
    params,
    body: wish.extend({ is_active: z.boolean().optional() }),
    answer: webhook,
    status: 200,
    errors: { webhook_url_refused: { status: 422, title: 'Webhooks are not sent to this address' } },
  }),
  defineOperation({
    id: 'webhooks.delete',
    method: 'DELETE',
    path: '/v1/webhooks/{webhook_id}',
    summary: 'Remove a webhook with its log',
    scope: 'webhooks:write',
    params,
    answer: null,
    status: 204,
    errors: {},
  }),
  defineOperation({
    id: 'webhooks.deliveries',
    method: 'GET',
    path: '/v1/webhooks/{webhook_id}/deliveries',
    summary: 'List what was sent, newest first',
    description: 'Kept for 30 days.',
    scope: 'webhooks:read',
    params,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(10),
      state: z.enum(['pending', 'delivered', 'dead']).optional(),
      before: z.string().max(64).optional().meta({ description: 'The id of a delivery' }),
    }),
    answer: z.object({ data: z.array(delivery) }),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'webhooks.replay',
    method: 'POST',
    path: '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay',
    summary: 'Send a delivery again',
    scope: 'webhooks:write',
    params: params.extend({ delivery_id: z.string().max(64) }),
    body: z.object({}).optional(),
    answer: delivery,
    status: 200,
    idempotency: 'natural',
    errors: { endpoint_disabled: { status: 409, title: 'The webhook is not active' } },
  }),
] as const

const MOST_WEBHOOKS = 50
/** How long the secret before signs too, after a webhook was changed with another one. */
const OVERLAP_MS = 24 * 3_600_000

export function webhookHandlers(parts: UnifiedWebhookParts): UnifiedHandlers<typeof webhookOperations> {
  const { clock, db, endpoints, random, unitOfWork, vault } = parts
  const must = async (context: UnifiedContext, id: string): Promise<WebhookEndpoint> => {
    const found = await findWebhook(db, context.scope, id)
    if (found === undefined) throw notFound('webhook')
    return found
  }
  /** The client secret that a webhook is signed with from now on; nothing to do when it is that already. */
  const signWith = async (
    tx: Transaction,
    { id, workspaceId }: WebhookEndpoint,
    secret: Secret,
    overlapMs: number,
  ) => {
    const now = clock.now()
    const [newest] = await listSecrets(tx, id, now)
    if (newest !== undefined) {
      const present = await vault.open(newest.sealed, webhookSecretPlace(newest))
      if (present.reveal() === secret.reveal()) return
    }
    const generation = await nextGeneration(tx, id)
    const row = { endpointId: id, workspaceId, generation }
    const sealed = await vault.seal(secret, webhookSecretPlace(row))
    await insertSecret(
      tx,
      { ...row, sealed },
      { keyVersion: keyVersionOf(sealed), now, othersEndAt: now + overlapMs },
    )
  }
  const deliveryOf = async (context: UnifiedContext, endpoint: WebhookEndpoint, id: string) => {
    const found = await findDelivery(db, id, context.scope.workspaceId)
    if (found === undefined || found.endpointId !== endpoint.id) throw notFound('delivery')
    return found
  }
  return {
    'webhooks.list': async ({ query }, context) => {
      const { limit, offset } = query
      const rows = await listWebhooks(db, context.scope, { limit, offset })
      // Live answers leave all four empty, however the page was asked for.
      const metadata = { offset: null, limit: null, from_date: null, to_date: null }
      return { data: rows.map((row) => webhookToWire(row, context)), metadata }
    },

    'webhooks.create': async ({ body }, context) => {
      const { workspaceId, environment } = context.scope
      const url = endpoints.checkedUrl(body.url)
      const now = clock.now()
      const made: WebhookEndpoint = {
        id: newId('whk', clock, random),
        workspaceId,
        url,
        description: null,
        events: [...new Set(body.events)],
        environment: environment ?? null,
        status: 'enabled',
        disabledReason: null,
        failingSince: null,
        createdAt: now,
        changedAt: now,
        format: 'unified',
        unifiedId: newUuid(random),
        name: body.name ?? null,
      }
      const answer = webhookToWire(made, context)
      await db.transaction().execute(async (tx) => {
        if ((await countEndpoints(tx, workspaceId)) >= MOST_WEBHOOKS)
          throw problem('conflict', `A workspace has ${MOST_WEBHOOKS} webhooks at most.`)
        await insertEndpoint(tx, made)
        await signWith(tx, made, context.secret, 0)
        await appendAudit(tx, {
          workspaceId,
          at: now,
          actor: actorOf(context.caller),
          action: 'webhook_endpoint.create',
          subject: made.id,
          detail: {},
        })
        await context.remember(tx, answer)
      })
      return answer
    },

    'webhooks.send': async ({ body }, context) => {
      const { workspaceId, environment = 'production' } = context.scope
      const { event, name, data } = body.payload
      const mocked = name === undefined ? data : { ...data, mock_name: name }
      const news = { workspaceId, environment, accountId: null, type: event, data: mocked, at: clock.now() }
      await unitOfWork((work) => recordNews(work, news, parts))
      return body
    },

    'webhooks.get': async ({ params: { webhook_id } }, context) =>
      webhookToWire(await must(context, webhook_id), context),

    'webhooks.update': async ({ params: { webhook_id }, body }, context) => {
      const found = await must(context, webhook_id)
      const { url, is_active } = body
      const status =
        is_active === undefined ? undefined : is_active ? ('enabled' as const) : ('disabled' as const)
      const change = { url, events: [...new Set(body.events)], status }
      await endpoints.update(found, change, actorOf(context.caller))
      await db.transaction().execute(async (tx) => {
        await renameWebhook(tx, found.id, body.name ?? found.name)
        await signWith(tx, found, context.secret, OVERLAP_MS)
      })
      return webhookToWire(await must(context, webhook_id), context)
    },

    'webhooks.delete': async ({ params: { webhook_id } }, context) => {
      await endpoints.delete(await must(context, webhook_id), actorOf(context.caller))
      return undefined
    },

    'webhooks.deliveries': async ({ params: { webhook_id }, query }, context) => {
      const { id: endpointId } = await must(context, webhook_id)
      const filter = { endpointId, state: query.state, limit: query.limit, before: query.before }
      const rows = await listDeliveries(db, context.scope.workspaceId, { ...filter, format: 'unified' })
      return { data: rows.map((row) => deliveryToWire(row, context)) }
    },

    'webhooks.replay': async ({ params: { webhook_id, delivery_id } }, context) => {
      const endpoint = await must(context, webhook_id)
      await endpoints.replay(endpoint, await deliveryOf(context, endpoint, delivery_id))
      return deliveryToWire(await deliveryOf(context, endpoint, delivery_id), context)
    },
  }
}

function webhookToWire(row: WebhookEndpoint, { time: at }: UnifiedContext) {
  return {
    id: row.unifiedId ?? '',
    created_at: at(row.createdAt),
    updated_at: at(row.changedAt),
    url: row.url,
    name: row.name,
    events: row.events,
    is_active: row.status === 'enabled',
  }
}

function deliveryToWire(
  row: NonNullable<Awaited<ReturnType<typeof findDelivery>>>,
  { time: at, timeOrNull }: UnifiedContext,
) {
  return {
    id: row.id,
    event: row.event.type,
    state: row.state,
    attempts: row.attempts,
    created_at: at(row.createdAt),
    delivered_at: timeOrNull(row.deliveredAt),
    next_attempt_at: timeOrNull(row.nextAt),
    body: unifiedBodyOf(row.event),
    log: row.log,
  }
}
