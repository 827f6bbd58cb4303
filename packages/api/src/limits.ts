import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const rateWindow = z
  .object({
    app_id: idOf('app'),
    account_id: idOf('acc').nullable().meta({ description: 'null: the window is the whole app’s' }),
    endpoint: z.string().meta({ description: 'posting.initVideo' }),
    limit: z.int().meta({ description: 'Calls in any window' }),
    window_ms: z.int().meta({ description: 'TikTok’s window and our safety margin' }),
    used: z.int(),
    remaining: z.int(),
    waiting: z.int().meta({ description: 'Calls that wait for a slot' }),
    next_free_at: moment.meta({ description: 'When the next call may go; in the past: now' }),
    blocked_until: moment.nullable().meta({ description: 'TikTok said so, by a 429 or its headers' }),
  })
  .meta({ id: 'RateWindow' })

const listLimits = defineOperation({
  id: 'limits.list',
  method: 'GET',
  path: '/v1/limits',
  summary: 'The rate windows as they stand',
  description: 'Windows that were ever used; one that is not listed is free.',
  scope: 'limits:read',
  query: pageQuery.extend({ account_id: idOf('acc').optional() }),
  answer: pageOf(rateWindow),
  status: 200,
  errors: {},
})

export const limitOperations = [listLimits] as const
