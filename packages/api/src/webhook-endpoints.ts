import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'
import { WEBHOOK_EVENT_TYPES } from './webhook-events.ts'

const webhookEndpoint = z
  .object({
    id: idOf('whk'),
    url: z.string(),
    description: z.string().nullable(),
    events: z.array(z.enum(WEBHOOK_EVENT_TYPES)).meta({ description: 'Empty: all' }),
    environment: z
      .enum(['sandbox', 'production'])
      .nullable()
      .meta({ description: 'Whose accounts it hears of; null: all. Test keys make sandbox ones.' }),
    status: z.enum(['enabled', 'disabled']),
    disabled_reason: z.enum(['by_you', 'failing', 'gone']).nullable().meta({
      description:
        'failing: nothing got through for three days; what it misses waits as dead letters. gone: it answered 410, and nothing is recorded for it',
    }),
    failing_since: moment.nullable(),
    created_at: moment,
    changed_at: moment,
  })
  .meta({ id: 'WebhookEndpoint' })

const secret = z.string().meta({
  description: 'Signs by Standard Webhooks. Shown once.',
  example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
})
const endpointWithSecret = webhookEndpoint.extend({ secret }).meta({ id: 'WebhookEndpointWithSecret' })

const url = z.string().min(1).max(2048).meta({
  description: 'https; the address it resolves to must be public. Redirects are not followed.',
})
const description = z.string().max(200)
const events = z.array(z.enum(WEBHOOK_EVENT_TYPES)).max(50)
const params = z.object({ endpoint_id: idOf('whk') })

const URL_REFUSED = {
  webhook_url_refused: { status: 422, title: 'Webhooks are not sent to this address' },
} as const

const listEndpoints = defineOperation({
  id: 'webhookEndpoints.list',
  method: 'GET',
  path: '/v1/webhook-endpoints',
  summary: 'List webhook endpoints',
  scope: 'webhooks:read',
  query: pageQuery,
  answer: pageOf(webhookEndpoint),
  status: 200,
  errors: {},
})

const createEndpoint = defineOperation({
  id: 'webhookEndpoints.create',
  method: 'POST',
  path: '/v1/webhook-endpoints',
  summary: 'Be told of events',
  description:
    'Every event is sent at least once, signed by Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature), and tried again for three days until the answer is 2xx. Events of one account come in their order: a later one waits while an earlier one is being tried.',
  scope: 'webhooks:write',
  body: z.object({ url, description: description.optional(), events: events.default([]) }),
  answer: endpointWithSecret,
  status: 201,
  errors: URL_REFUSED,
})

const getEndpoint = defineOperation({
  id: 'webhookEndpoints.get',
  method: 'GET',
  path: '/v1/webhook-endpoints/{endpoint_id}',
  summary: 'Read a webhook endpoint',
  scope: 'webhooks:read',
  params,
  answer: webhookEndpoint,
  status: 200,
  errors: {},
})

const updateEndpoint = defineOperation({
  id: 'webhookEndpoints.update',
  method: 'PATCH',
  path: '/v1/webhook-endpoints/{endpoint_id}',
  summary: 'Change a webhook endpoint',
  description:
    'What waits for its next try is tried at once. While you keep it disabled, nothing is recorded for it.',
  scope: 'webhooks:write',
  params,
  body: z.object({
    url: url.optional(),
    description: description.nullable().optional(),
    events: events.optional(),
    status: z.enum(['enabled', 'disabled']).optional(),
  }),
  answer: webhookEndpoint,
  status: 200,
  errors: URL_REFUSED,
})

const deleteEndpoint = defineOperation({
  id: 'webhookEndpoints.delete',
  method: 'DELETE',
  path: '/v1/webhook-endpoints/{endpoint_id}',
  summary: 'Remove a webhook endpoint with its deliveries',
  scope: 'webhooks:write',
  params,
  answer: null,
  status: 204,
  errors: {},
})

const rotateSecret = defineOperation({
  id: 'webhookEndpoints.rotateSecret',
  method: 'POST',
  path: '/v1/webhook-endpoints/{endpoint_id}/rotate-secret',
  summary: 'Give a webhook endpoint a new secret',
  description: 'Until the overlap is over, both secrets sign: webhook-signature holds two signatures.',
  scope: 'webhooks:write',
  params,
  body: z.object({ overlap_seconds: z.int().min(0).max(2_592_000).default(86_400) }),
  answer: endpointWithSecret,
  status: 200,
  errors: {},
})

const replayMany = defineOperation({
  id: 'webhookEndpoints.replay',
  method: 'POST',
  path: '/v1/webhook-endpoints/{endpoint_id}/replay',
  summary: 'Send dead letters of a webhook endpoint again, or all of a stretch of time',
  description:
    'The same events with the same webhook-id, those of one account in their order. Without a body: all dead letters.',
  scope: 'webhooks:write',
  params,
  body: z
    .object({
      from: moment.optional().meta({ description: 'Events from this time on' }),
      to: moment.optional().meta({ description: 'Events before this time' }),
      include: z
        .enum(['dead', 'all'])
        .default('dead')
        .meta({ description: 'all: also what was delivered, for a receiver that lost it' }),
    })
    .default({ include: 'dead' }),
  answer: z.object({
    replayed: z.int(),
    continue_from: moment
      .nullable()
      .meta({ description: 'There is more: ask again with this as from; null when that was all' }),
  }),
  status: 202,
  idempotency: 'natural',
  errors: { endpoint_disabled: { status: 409, title: 'The webhook endpoint is disabled; enable it first' } },
})

export const webhookEndpointOperations = [
  listEndpoints,
  createEndpoint,
  getEndpoint,
  updateEndpoint,
  deleteEndpoint,
  rotateSecret,
  replayMany,
] as const
