import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { API_SCOPES, defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const scopes = z.array(z.enum(API_SCOPES)).min(1)

const apiKey = z
  .object({
    id: idOf('key'),
    name: z.string(),
    prefix: z.string().meta({ description: 'The beginning of the key, to recognise it by' }),
    mode: z
      .enum(['live', 'test'])
      .meta({ description: 'Test keys reach sandbox apps and their accounts only' }),
    scopes: z.array(z.string()),
    created_at: moment,
    expires_at: moment.nullable(),
    last_used_at: moment.nullable().meta({ description: 'To the minute' }),
    revoked_at: moment.nullable(),
    replaced_by: idOf('key').nullable(),
  })
  .meta({ id: 'ApiKey' })

export const madeApiKey = z
  .object({ ...apiKey.shape, key: z.string().meta({ description: 'The key itself; shown this once' }) })
  .meta({ id: 'MadeApiKey' })

const params = z.object({ key_id: idOf('key') })

const listApiKeys = defineOperation({
  id: 'apiKeys.list',
  method: 'GET',
  path: '/v1/api-keys',
  summary: 'List API keys',
  scope: 'keys:read',
  query: pageQuery,
  answer: pageOf(apiKey),
  status: 200,
  errors: {},
})

const createApiKey = defineOperation({
  id: 'apiKeys.create',
  method: 'POST',
  path: '/v1/api-keys',
  summary: 'Make an API key',
  description:
    'A key can give scopes that it has itself. The new key is shown this once; only its hash is kept.',
  scope: 'keys:write',
  body: z.object({
    name: z.string().trim().min(1).max(100),
    mode: z.enum(['live', 'test']).default('live'),
    scopes,
    expires_at: z.iso.datetime({ offset: true }).optional(),
  }),
  answer: madeApiKey,
  status: 201,
  errors: {},
})

const getApiKey = defineOperation({
  id: 'apiKeys.get',
  method: 'GET',
  path: '/v1/api-keys/{key_id}',
  summary: 'Read an API key',
  scope: 'keys:read',
  params,
  answer: apiKey,
  status: 200,
  errors: {},
})

const rotateApiKey = defineOperation({
  id: 'apiKeys.rotate',
  method: 'POST',
  path: '/v1/api-keys/{key_id}/rotate',
  summary: 'Replace an API key',
  description:
    'The successor has the same rights; the old key goes on for the overlap, so that users can change over.',
  scope: 'keys:write',
  params,
  body: z.object({
    overlap_seconds: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(86_400),
  }),
  answer: madeApiKey,
  status: 201,
  errors: {},
})

const revokeApiKey = defineOperation({
  id: 'apiKeys.revoke',
  method: 'DELETE',
  path: '/v1/api-keys/{key_id}',
  summary: 'End an API key at once',
  scope: 'keys:write',
  params,
  answer: apiKey,
  status: 200,
  errors: {},
})

export const apiKeyOperations = [listApiKeys, createApiKey, getApiKey, rotateApiKey, revokeApiKey] as const
