/** Data Portability (EEA and UK users). Source: developers.tiktok.com/doc/data-portability-api-get-started. */
import * as z from 'zod/mini'
import * as limits from '../limits.ts'
import { count, fieldList, int64, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

export { categoryScopes, exportRules } from './export-rules.ts'

const doc = (slug: string) => ({ url: `https://developers.tiktok.com/doc/data-portability-api-${slug}` })
const activityScopes = [
  'portability.all.single',
  'portability.all.ongoing',
  'portability.activity.single',
  'portability.activity.ongoing',
  'portability.directmessages.single',
  'portability.directmessages.ongoing',
  'portability.postsandprofile.single',
  'portability.postsandprofile.ongoing',
] as const
const base = {
  host: 'open.tiktokapis.com',
  method: 'POST',
  auth: 'user',
  encoding: 'json',
  envelope: 'standard',
  scopes: activityScopes,
  errors: [
    'access_token_invalid',
    'internal_error',
    'invalid_params',
    'rate_limit_exceeded',
    'scope_not_authorized',
  ],
  limits: limits.portability,
} as const

export const exportStatuses = ['pending', 'downloading', 'expired', 'cancelled'] as const
export const categories = ['all_data', 'video', 'profile', 'activity', 'direct_message'] as const
const checkFields = [
  'request_id',
  'apply_time',
  'collect_time',
  'status',
  'data_format',
  'category_selection_list',
] as const

export const addDataRequest = defineEndpoint({
  ...base,
  id: 'portability.addDataRequest',
  title: "Ask for an export of the user's data",
  path: '/v2/user/data/add/',
  doc: doc('add-data-request'),
  query: z.looseObject({ fields: fieldList(['request_id']) }),
  input: z.looseObject({
    data_format: z.enum(['text', 'json']),
    category_selection_list: z.array(z.enum(categories)),
  }),
  output: z.looseObject({ request_id: int64() }),
  // A `.single` scope is used up by the first request.
  repeat: 'unless-sent',
})

export const checkDataRequest = defineEndpoint({
  ...base,
  id: 'portability.checkDataRequest',
  title: 'Ask whether an export is ready',
  path: '/v2/user/data/check/',
  doc: doc('check-status-of-data-request'),
  query: z.looseObject({ fields: fieldList(checkFields) }),
  input: z.looseObject({ request_id: int64() }),
  output: z.looseObject({
    request_id: z.optional(int64()),
    apply_time: z.optional(count()),
    collect_time: z.optional(count()),
    /** `downloading` means ready; ready data lives four days. */
    status: z.optional(openEnum(exportStatuses)),
    data_format: z.optional(openEnum(['text', 'json'])),
    category_selection_list: z.optional(z.array(z.string())),
  }),
  repeat: 'safe',
})

export const cancelDataRequest = defineEndpoint({
  ...base,
  id: 'portability.cancelDataRequest',
  title: 'Cancel an export',
  path: '/v2/user/data/cancel/',
  doc: doc('cancel-data-request'),
  input: z.looseObject({ request_id: int64() }),
  output: z.looseObject({}),
  repeat: 'safe',
})

export const downloadData = defineEndpoint({
  ...base,
  id: 'portability.downloadData',
  title: 'Download an export as a ZIP',
  path: '/v2/user/data/download/',
  doc: doc('download'),
  envelope: 'bytes',
  input: z.looseObject({ request_id: int64() }),
  repeat: 'safe',
})
