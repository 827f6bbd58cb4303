import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'
import { WEBHOOK_EVENT_TYPES, webhookBody } from './webhook-events.ts'

const states = ['pending', 'delivered', 'dead'] as const

const delivery = z
  .object({
    id: idOf('dlv'),
    endpoint_id: idOf('whk'),
    event_id: idOf('evt'),
    event_type: z.enum(WEBHOOK_EVENT_TYPES),
    account_id: idOf('acc').nullable(),
    state: z.enum(states).meta({ description: 'dead: given up; it can be replayed' }),
    dead_reason: z.enum(['given_up', 'endpoint_disabled']).nullable(),
    attempts: z.int(),
    next_attempt_at: moment.nullable(),
    created_at: moment,
    delivered_at: moment.nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

const attempt = z
  .object({
    at: moment,
    status: z.int().nullable().meta({ description: 'What the endpoint answered' }),
    error: z.string().nullable().meta({ description: 'Why there was no answer' }),
    ms: z.int(),
  })
  .meta({ id: 'WebhookAttempt' })

const params = z.object({ delivery_id: idOf('dlv') })

const listDeliveries = defineOperation({
  id: 'webhookDeliveries.list',
  method: 'GET',
  path: '/v1/webhook-deliveries',
  summary: 'List what was sent, newest first',
  description: 'Kept for 30 days.',
  scope: 'webhooks:read',
  query: pageQuery.extend({
    endpoint_id: idOf('whk').optional(),
    state: z.enum(states).optional(),
    event_type: z.enum(WEBHOOK_EVENT_TYPES).optional(),
  }),
  answer: pageOf(delivery),
  status: 200,
  errors: {},
})

const getDelivery = defineOperation({
  id: 'webhookDeliveries.get',
  method: 'GET',
  path: '/v1/webhook-deliveries/{delivery_id}',
  summary: 'Read a delivery with its latest tries and its body',
  scope: 'webhooks:read',
  params,
  answer: delivery
    .extend({ body: webhookBody, log: z.array(attempt) })
    .meta({ id: 'WebhookDeliveryWithLog' }),
  status: 200,
  errors: {},
})

const replayDelivery = defineOperation({
  id: 'webhookDeliveries.replay',
  method: 'POST',
  path: '/v1/webhook-deliveries/{delivery_id}/replay',
  summary: 'Send a delivery again',
  description: 'The same event with the same webhook-id. One that is still on its way is tried at once.',
  scope: 'webhooks:write',
  params,
  answer: delivery,
  status: 202,
  idempotency: 'natural',
  errors: { endpoint_disabled: { status: 409, title: 'The webhook endpoint is disabled; enable it first' } },
})

export const webhookDeliveryOperations = [listDeliveries, getDelivery, replayDelivery] as const
