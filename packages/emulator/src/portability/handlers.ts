import {
  addDataRequest,
  cancelDataRequest,
  categoryScopes,
  checkDataRequest,
  downloadData,
  exportRules,
} from '@tockwork/contracts/portability'
import type { Handlers } from '../endpoint/handlers.ts'
import type { Platform } from '../platform.ts'
import type { DataRequestRow, GrantRow } from '../state/model.ts'
import { archive } from './archive.ts'

export const portabilityEndpoints = { addDataRequest, checkDataRequest, cancelDataRequest, downloadData }

const READY = 'portability.ready'
const UNKNOWN = 'Incorrect `request_id`. Please validate the request.'

export const portabilityHandlers: Handlers<typeof portabilityEndpoints> = {
  addDataRequest({ platform, app, creator, grant, input, query, fail }) {
    const { world, clock, ids, settings, timers } = platform
    if (query.fields.length === 0) throw fail('invalid_params', 'fields: is required')
    const asked = [...new Set(input.category_selection_list)]
    if (asked.length === 0) throw fail('invalid_params', 'category_selection_list: names no category')
    const overriding = exportRules.overridingCategory
    const categories = asked.includes(overriding) ? [overriding] : asked
    // How TikTok refuses users of other regions is not documented.
    if (creator.region === 'other')
      throw fail('scope_not_authorized', `Only users of ${exportRules.regions.join(' and ')} have exports.`)
    const used: string[] = []
    for (const category of categories) {
      const scope = scopeFor(grant, category)
      if (scope === undefined)
        throw fail(
          'scope_not_authorized',
          `${category} needs one of ${candidates(category).join(', ')} that is not used up`,
        )
      if (scope.endsWith('.single') && !used.includes(scope)) used.push(scope)
    }
    if (used.length > 0)
      world.grants.patch(grant, { usedScopes: [...new Set([...(grant.usedScopes ?? []), ...used])] })
    const request = world.dataRequests.put({
      id: ids.postId(clock.seconds()),
      clientKey: app.id,
      creator: creator.id,
      grant: grant.id,
      format: input.data_format,
      categories,
      state: 'pending',
      createdAt: clock.now(),
    })
    timers.after(settings.exportSeconds, READY, request.id)
    return { request_id: request.id }
  },

  checkDataRequest({ platform, grant, input, query, fail }) {
    if (query.fields.length === 0) throw fail('invalid_params', 'fields: is required')
    const request = mine(platform, grant, input.request_id) ?? refuseUnknown(fail)
    const values = {
      request_id: request.id,
      apply_time: Math.floor(request.createdAt / 1000),
      // Left out while there is nothing to collect (assumed).
      ...(request.readyAt === undefined ? {} : { collect_time: Math.floor(request.readyAt / 1000) }),
      status: statusOf(platform, request),
      data_format: request.format,
      category_selection_list: request.categories,
    }
    return Object.fromEntries(Object.entries(values).filter(([name]) => query.fields.includes(name as never)))
  },

  cancelDataRequest({ platform, grant, input, fail }) {
    const request = mine(platform, grant, input.request_id) ?? refuseUnknown(fail)
    const status = statusOf(platform, request)
    if (status === 'cancelled') return {}
    if (status !== 'pending')
      throw fail('invalid_params', `request_id: the request is ${status}, not pending`)
    platform.world.dataRequests.patch(request, { state: 'cancelled' })
    platform.timers.drop(READY, request.id)
    return {}
  },

  downloadData({ platform, creator, grant, input, fail }) {
    const request = mine(platform, grant, input.request_id) ?? refuseUnknown(fail)
    const status = statusOf(platform, request)
    if (status !== 'downloading')
      throw fail('invalid_params', `request_id: the request is ${status}, not downloading`)
    return archive(platform, request, creator)
  },
}

/** Registers what happens by time: an export becomes ready, and the app is told. */
export function registerExports(platform: Platform): void {
  platform.timers.on(READY, (id) => {
    const request = platform.world.dataRequests.get(id)
    if (request?.state !== 'pending') return
    // An export whose grant has ended is not handed out (assumed): it stays pending and nobody is told.
    if (platform.world.grants.get(request.grant)?.endedAt !== undefined) return
    platform.world.dataRequests.patch(request, { state: 'ready', readyAt: platform.clock.now() })
    // The documented sample has no user_openid.
    platform.notify(request.clientKey, 'portability.download.ready', undefined, { request_id: BigInt(id) })
  })
}

/** Scopes that open a category, the broadest first. */
function candidates(category: keyof typeof categoryScopes): string[] {
  return [...new Set([...categoryScopes.all_data, ...categoryScopes[category]])]
}

/**
 * The scope that a category is asked for with. A lasting one goes before one that would be used up (assumed); among
 * those, the broadest (documented).
 */
function scopeFor(grant: GrantRow, category: keyof typeof categoryScopes): string | undefined {
  const open = candidates(category).filter(
    (scope) => grant.scopes.includes(scope) && grant.usedScopes?.includes(scope) !== true,
  )
  return open.find((scope) => scope.endsWith('.ongoing')) ?? open[0]
}

function mine({ world }: Platform, grant: GrantRow, id: string): DataRequestRow | undefined {
  const request = world.dataRequests.get(id)
  return request?.grant === grant.id ? request : undefined
}

function refuseUnknown(fail: (code: 'invalid_params', message: string) => Error): never {
  throw fail('invalid_params', UNKNOWN)
}

function statusOf({ clock }: Platform, request: DataRequestRow): string {
  if (request.state !== 'ready') return request.state
  return clock.now() < (request.readyAt ?? 0) + exportRules.readySeconds * 1000 ? 'downloading' : 'expired'
}
