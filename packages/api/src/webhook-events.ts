import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { POST_STATES } from './posts.ts'

const accountData = z.object({
  account_id: idOf('acc'),
  app_id: idOf('app'),
  external_user_id: z.string().nullable().meta({ description: 'Your own id of the person' }),
  status: z.enum(['connected', 'reauthorization_required', 'disconnected', 'erased']),
  reason: z.string().nullable().meta({ description: 'Why, where it was not your own wish' }),
  scopes: z.array(z.string()),
  missing_scopes: z.array(z.string()),
})

const postData = z.object({
  post_id: idOf('post'),
  group_id: idOf('grp'),
  account_id: idOf('acc'),
  mode: z.enum(['direct', 'draft']),
  from: z.enum(POST_STATES).nullable(),
  state: z.enum(POST_STATES),
  cause: z.string(),
  post_ids: z.array(z.string()).meta({ description: "TikTok's public ids; they come with moderation" }),
  failure: z
    .object({ reason: z.string(), detail: z.string().nullable(), action: z.string().nullable() })
    .nullable(),
})

const endpointData = z.object({
  endpoint_id: idOf('whk'),
  url: z.string(),
  reason: z.enum(['failing', 'gone']).meta({ description: 'gone: it answered 410' }),
  failing_since: moment.nullable(),
  dead_letters: z.int().meta({ description: 'What waited for it and can be replayed' }),
})

const changeData = z.object({
  change_id: z.string(),
  kind: z.enum(['begins', 'changes', 'ends', 'announced']),
  what: z.string(),
  action: z.string().meta({ description: 'What to do' }),
  due: z.iso.date().meta({ description: 'By when' }),
  days_left: z.int(),
  endpoints: z.array(z.string()).meta({ description: 'What of it this workspace has called' }),
  source: z.string(),
  unconfirmed: z.boolean().meta({ description: 'No page of TikTok that could be read says so' }),
})

/** Every event that the hub tells of: what it means, and what `data` holds. */
export const WEBHOOK_EVENTS = {
  'account.connected': {
    description: 'A creator connected an account, for the first time or again.',
    data: accountData,
  },
  'account.reauthorization_required': {
    description: 'TikTok says that the grant is gone; the creator has to connect again.',
    data: accountData,
  },
  'account.authorization_ending': {
    description:
      'The authorization of a TikTok Shop seller ends within 30 days; told once for each end. Only a new consent renews it.',
    data: accountData.extend({ authorization_ends_at: moment }),
  },
  'account.disconnected': {
    description: 'You disconnected an account; its grant was revoked.',
    data: accountData,
  },
  'account.erased': {
    description: 'Tokens, personal data and media of an account were erased.',
    data: accountData,
  },
  'post.state_changed': {
    description: 'A post went from one state to another; every change is told.',
    data: postData,
  },
  'post.approval_requested': {
    description: 'A post waits for somebody to approve it as it is now.',
    data: postData,
  },
  'post.approved': { description: 'A post was approved and goes out at its time.', data: postData },
  'post.rejected': {
    description: 'A post was rejected; the post says by whom and why. Changed, it waits for approval again.',
    data: postData,
  },
  'post.published': { description: 'A post is published.', data: postData },
  'post.in_inbox': {
    description: 'A draft is in the inbox of the creator, who has to finish it.',
    data: postData,
  },
  'post.publicly_available': {
    description: 'A published post got a public id: moderation is over.',
    data: postData,
  },
  'post.failed': { description: 'A post failed; failure says why and what can be done.', data: postData },
  'post.cancelled': { description: 'A post was cancelled.', data: postData },
  'post.needs_attention': {
    description: 'Whether a post happened is in doubt, and only a person can tell.',
    data: postData,
  },
  'api_change.due': {
    description:
      'TikTok changes or ends something that this workspace calls; told when 90, 30 and 7 days are left.',
    data: changeData,
  },
  'webhook_endpoint.disabled': {
    description: 'The hub gave up on a webhook endpoint; told to the other ones of the workspace.',
    data: endpointData,
  },
} as const satisfies Record<string, { description: string; data: z.ZodObject }>

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS
/** `data` of an event. */
export type WebhookEventData<T extends WebhookEventType> = z.infer<(typeof WEBHOOK_EVENTS)[T]['data']>

export const WEBHOOK_EVENT_TYPES = Object.keys(WEBHOOK_EVENTS) as [WebhookEventType, ...WebhookEventType[]]

/** The body of a webhook. `id` is the `webhook-id` header too: the same for every try, so that repetitions are known. */
export const webhookBody = z
  .object({
    id: idOf('evt'),
    type: z.enum(WEBHOOK_EVENT_TYPES),
    timestamp: moment.meta({ description: 'When it happened' }),
    workspace_id: idOf('ws'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'WebhookBody' })

const listWebhookEvents = defineOperation({
  id: 'webhookEvents.list',
  method: 'GET',
  path: '/v1/webhook-events',
  summary: 'The catalogue of events, with the schema of each',
  scope: null,
  answer: z.object({
    data: z.array(
      z
        .object({
          type: z.enum(WEBHOOK_EVENT_TYPES),
          description: z.string(),
          schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `data`' }),
        })
        .meta({ id: 'WebhookEventType' }),
    ),
  }),
  status: 200,
  errors: {},
})

export const webhookEventOperations = [listWebhookEvents] as const
