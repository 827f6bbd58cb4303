/** Work platforms: what can be connected, and what there is of each. */
import { defineOperation } from '@tockwork/api'
import { z } from 'zod'
import type { PlainRoute } from '../http/ports.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { type LogoPlace, workPlatformRefOf } from './references.ts'
import { notFound } from './refusals.ts'
import { idParam, listOf, pageOf, pageQuery, time, workPlatformRef } from './wire.ts'
import { type Supported, WORK_PLATFORMS, type WorkPlatform, workPlatformById } from './work-platforms.ts'

const supported = z.object({ is_supported: z.boolean() })
const withAudience = z.object({ is_supported: z.boolean(), audience: supported })

const workPlatform = workPlatformRef
  .extend({
    category: z.string(),
    status: z.enum(['ACTIVE', 'INACTIVE']),
    url: z.string(),
    created_at: time,
    updated_at: time,
    products: z.object({
      identity: withAudience,
      engagement: withAudience,
      income: supported,
      switch: supported,
      activity: supported,
      publish_content: supported,
    }),
  })
  .meta({ id: 'WorkPlatform' })

export const platformOperations = [
  defineOperation({
    id: 'workPlatforms.list',
    method: 'GET',
    path: '/v1/work-platforms',
    summary: 'List platforms',
    description: 'Those that this hub cannot connect are `INACTIVE`, so that an id of theirs resolves.',
    scope: 'accounts:read',
    query: pageQuery.extend({
      name: z.string().max(100).optional().meta({ description: 'In whatever case' }),
    }),
    answer: listOf(workPlatform),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'workPlatforms.get',
    method: 'GET',
    path: '/v1/work-platforms/{work_platform_id}',
    summary: 'Read a platform',
    scope: 'accounts:read',
    params: z.object({ work_platform_id: idParam }),
    answer: workPlatform,
    status: 200,
    errors: {},
  }),
] as const

export function platformHandlers(place: LogoPlace): UnifiedHandlers<typeof platformOperations> {
  return {
    'workPlatforms.list': ({ query }, context) => {
      const name = query.name?.toLowerCase()
      const named = WORK_PLATFORMS.filter(
        (platform) => name === undefined || platform.name.toLowerCase() === name,
      )
      return pageOf(context, query, {
        list: async ({ limit, offset, after }) => {
          const from = after === undefined ? offset : after.at + 1
          return named.slice(from, from + limit)
        },
        count: async () => named.length,
        place: (platform) => ({ at: named.indexOf(platform), id: platform.id }),
        toItem: (platform) => toWire(platform, place, context),
      })
    },

    'workPlatforms.get': async ({ params }, context) => {
      const platform = workPlatformById(params.work_platform_id)
      if (platform === undefined) throw notFound('work_platform')
      return toWire(platform, place, context)
    },
  }
}

/** When this list of platforms was written down. */
const LISTED_AT = Date.UTC(2026, 10, 28)

function toWire(platform: WorkPlatform, place: LogoPlace, { time: at }: Pick<UnifiedContext, 'time'>) {
  const has = (product: Supported) => ({ is_supported: platform.supports.has(product) })
  return {
    ...workPlatformRefOf(platform, place),
    category: platform.category,
    status: platform.hub === null ? ('INACTIVE' as const) : ('ACTIVE' as const),
    url: platform.url,
    created_at: at(LISTED_AT),
    updated_at: at(LISTED_AT),
    products: {
      identity: { ...has('identity'), audience: has('identity.audience') },
      engagement: { ...has('engagement'), audience: has('engagement.audience') },
      income: has('income'),
      switch: { is_supported: false },
      activity: has('activity'),
      publish_content: has('publish_content'),
    },
  }
}

/** A picture for each platform, for whoever shows `logo_url`: its first letter, since the platforms' own marks are theirs. */
export const logoRoute: PlainRoute = {
  method: 'GET',
  path: '/v1/work-platforms/{work_platform_id}/logo',
  handle: async ({ params }) => {
    const platform = workPlatformById(params.work_platform_id ?? '')
    if (platform === undefined) return { status: 404 }
    return {
      status: 200,
      headers: {
        'content-type': 'image/svg+xml',
        'cache-control': 'public, max-age=86400',
        'cross-origin-resource-policy': 'cross-origin',
      },
      body:
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
        '<rect width="64" height="64" rx="14" fill="#30343b"/><text x="32" y="43" font-size="32" font-weight="600" ' +
        `font-family="system-ui,sans-serif" text-anchor="middle" fill="#fff">${platform.name.slice(0, 1)}</text></svg>`,
    }
  },
}
