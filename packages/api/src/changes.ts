import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'

const day = z.iso.date()

const apiChange = z
  .object({
    id: z.string().meta({ description: 'Stays the same; the UID in the calendar is made of it' }),
    kind: z.enum(['begins', 'changes', 'ends', 'announced']).meta({
      description: 'announced: it will end, and TikTok has set no day',
    }),
    date: day.nullable().meta({ description: 'From which day it holds' }),
    announced: day.nullable(),
    what: z.string(),
    action: z.string().meta({ description: 'What to do' }),
    due: day.nullable().meta({ description: 'By when' }),
    days_left: z.int().nullable().meta({ description: 'Days of UTC; negative when the day has passed' }),
    touches: z.object({
      endpoints: z.array(z.string()),
      addresses: z.array(z.string()),
      fields: z.array(z.string()),
    }),
    used: z
      .array(z.object({ app_id: idOf('app'), endpoint: z.string(), last_called_at: moment }))
      .meta({ description: 'What of it this workspace has called' }),
    source: z.string(),
    unconfirmed: z.boolean().meta({ description: 'No page of TikTok that could be read says so' }),
  })
  .meta({ id: 'ApiChange' })

const listChanges = defineOperation({
  id: 'changes.list',
  method: 'GET',
  path: '/v1/changes',
  summary: 'What TikTok changes that touches this workspace',
  description:
    'What the installation knows of TikTok’s changes, held against the endpoints that this workspace’s apps have called. By day; what has none comes last.',
  scope: 'limits:read',
  query: z.object({
    since: day.optional().meta({ description: 'What took effect or was announced on this day or later' }),
    scope: z
      .enum(['used', 'all'])
      .default('used')
      .meta({ description: 'all: also what touches nothing that was called here' }),
  }),
  answer: z.object({ data: z.array(apiChange) }),
  status: 200,
  errors: {},
})

const makeCalendar = defineOperation({
  id: 'changes.makeCalendar',
  method: 'POST',
  path: '/v1/change-calendar',
  summary: 'Make the address of a calendar of what touches this workspace',
  description:
    'An iCalendar file that any calendar can subscribe to. Whoever has the address can read it, so it holds a token; making another ends the one before.',
  scope: 'webhooks:write',
  answer: z
    .object({ url: z.string().meta({ description: 'Shown once' }), created_at: moment })
    .meta({ id: 'ChangeCalendar' }),
  status: 201,
  errors: {},
})

const deleteCalendar = defineOperation({
  id: 'changes.deleteCalendar',
  method: 'DELETE',
  path: '/v1/change-calendar',
  summary: 'End the address of the calendar',
  scope: 'webhooks:write',
  answer: null,
  status: 204,
  errors: {},
})

export const changeOperations = [listChanges, makeCalendar, deleteCalendar] as const
