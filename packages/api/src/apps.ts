import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const platform = z.enum(['tiktok', 'tiktok_shop', 'tiktok_business', 'bluesky'])
const market = z.enum(['ROW', 'US'])
const serviceId = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: "From the app's page in Partner Center; it is not the app key" })

const app = z
  .object({
    id: idOf('app'),
    name: z.string(),
    environment: z.enum(['sandbox', 'production']),
    client_key: z.string(),
    audited: z.boolean(),
    platform,
    service_id: z.string().nullable().meta({ description: 'Of an app of TikTok Shop' }),
    market: market
      .nullable()
      .meta({ description: 'Of an app of TikTok Shop: which consent page sellers see' }),
    redirect_uri: z.string().meta({ description: 'Register this address with the app at TikTok' }),
    created_at: moment,
  })
  .meta({ id: 'App' })

const name = z.string().trim().min(1).max(100).meta({ description: 'Shown to creators on the connect page' })
const clientSecret = z.string().min(1).max(256).meta({ description: 'Sealed at once and never shown again' })
const audited = z.boolean().meta({ description: 'Whether TikTok has audited the app for public posts' })
const params = z.object({ app_id: idOf('app') })

const listApps = defineOperation({
  id: 'apps.list',
  method: 'GET',
  path: '/v1/apps',
  summary: 'List TikTok apps',
  scope: 'apps:read',
  query: pageQuery,
  answer: pageOf(app),
  status: 200,
  errors: {},
})

const createApp = defineOperation({
  id: 'apps.create',
  method: 'POST',
  path: '/v1/apps',
  summary: 'Add a TikTok app',
  description: 'Several may stand side by side, since TikTok caps the active users of each.',
  scope: 'apps:write',
  body: z.object({
    name,
    environment: z.enum(['sandbox', 'production']),
    client_key: z.string().min(1).max(128).optional().meta({
      description:
        'The app key, of an app of TikTok Shop. Not for Bluesky, which knows an app by its address here',
    }),
    client_secret: clientSecret.optional(),
    audited: audited.default(false),
    platform: platform.default('tiktok'),
    service_id: serviceId.optional(),
    market: market.optional().meta({ description: 'ROW unless told; an invitation may name another' }),
  }),
  answer: app,
  status: 201,
  errors: {},
})

const getApp = defineOperation({
  id: 'apps.get',
  method: 'GET',
  path: '/v1/apps/{app_id}',
  summary: 'Read a TikTok app',
  scope: 'apps:read',
  params,
  answer: app,
  status: 200,
  errors: {},
})

const updateApp = defineOperation({
  id: 'apps.update',
  method: 'PATCH',
  path: '/v1/apps/{app_id}',
  summary: 'Change a TikTok app',
  description: 'A new secret is used by every process within half a minute.',
  scope: 'apps:write',
  params,
  body: z.object({
    name: name.optional(),
    client_secret: clientSecret.optional(),
    audited: audited.optional(),
    service_id: serviceId.optional(),
    market: market.optional(),
  }),
  answer: app,
  status: 200,
  errors: {},
})

const deleteApp = defineOperation({
  id: 'apps.delete',
  method: 'DELETE',
  path: '/v1/apps/{app_id}',
  summary: 'Remove a TikTok app',
  description: 'Only one through which no account was ever connected.',
  scope: 'apps:write',
  params,
  answer: null,
  status: 204,
  errors: {},
})

export const appOperations = [listApps, createApp, getApp, updateApp, deleteApp] as const
