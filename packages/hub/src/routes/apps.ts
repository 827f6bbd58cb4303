import { type appOperations, problem } from '@tockwork/api'
import { Secret } from '@tockwork/kernel'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import { type App, findApp, listApps } from '../storage/apps.ts'
import type { Database } from '../storage/database.ts'
import type { Apps } from '../tenancy/apps.ts'
import { actorOf, environmentOf } from '../tenancy/principal.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'

export interface AppRouteParts {
  db: Database
  apps: Apps
  /** The callback address to register at TikTok. */
  redirectUri: string
}

export function appHandlers({ db, apps, redirectUri }: AppRouteParts): Handlers<typeof appOperations> {
  const toJson = (app: App) => ({
    id: app.id,
    name: app.name,
    environment: app.environment,
    client_key: app.clientKey,
    audited: app.audited,
    platform: app.platform,
    service_id: app.serviceId,
    market: app.market,
    redirect_uri: redirectUri,
    created_at: iso(app.createdAt),
  })
  return {
    'apps.list': ({ query }, { caller }) => {
      const environment = environmentOf(caller)
      const list = (slice: { limit: number; before: string | undefined }) =>
        listApps(db, caller.workspaceId, { ...slice, environment })
      return pageOfItems(query, idPattern('app'), list, toJson)
    },

    'apps.create': async ({ body }, { caller }) => {
      if (environmentOf(caller) === 'sandbox' && body.environment !== 'sandbox')
        throw problem('scope_missing', 'A test key can add sandbox apps only.', { field: 'environment' })
      // Bluesky hands out no keys: an app is whoever answers at its address.
      const wantsKeys = body.platform !== 'bluesky'
      for (const field of ['client_key', 'client_secret'] as const)
        if ((body[field] !== undefined) !== wantsKeys)
          throw problem('invalid_request', `${field}: ${wantsKeys ? 'it is needed' : 'Bluesky has none'}`, {
            field,
          })
      const wish = {
        name: body.name,
        environment: body.environment,
        clientKey: body.client_key,
        clientSecret: body.client_secret === undefined ? undefined : new Secret(body.client_secret),
        audited: body.audited,
        platform: body.platform,
        serviceId: body.service_id,
        market: body.market,
      }
      const isShop = body.platform === 'tiktok_shop'
      if (isShop !== (body.service_id !== undefined) || (!isShop && body.market !== undefined))
        throw problem(
          'invalid_request',
          isShop
            ? 'service_id: an app of TikTok Shop needs the service id of its page in Partner Center'
            : 'service_id and market: only an app of tiktok_shop has them',
          { field: isShop || body.service_id !== undefined ? 'service_id' : 'market' },
        )
      return toJson(await apps.create(caller.workspaceId, wish, actorOf(caller)))
    },

    'apps.get': async ({ params }, { caller }) => toJson(await reachableApp(db, caller, params.app_id)),

    'apps.update': async ({ params, body }, { caller }) => {
      const { platform } = await reachableApp(db, caller, params.app_id)
      const { name, audited, client_secret, service_id: serviceId, market } = body
      if (platform === 'bluesky' && client_secret !== undefined)
        throw problem('invalid_request', 'client_secret: Bluesky has none', { field: 'client_secret' })
      if (platform !== 'tiktok_shop' && (serviceId !== undefined || market !== undefined))
        throw problem('invalid_request', 'service_id and market: only an app of tiktok_shop has them', {
          field: serviceId === undefined ? 'market' : 'service_id',
        })
      const clientSecret = client_secret === undefined ? undefined : new Secret(client_secret)
      const change = { name, audited, clientSecret, serviceId, market }
      return toJson(await apps.update(caller.workspaceId, params.app_id, change, actorOf(caller)))
    },

    'apps.delete': async ({ params }, { caller }) => {
      await reachableApp(db, caller, params.app_id)
      await apps.delete(caller.workspaceId, params.app_id, actorOf(caller))
      return undefined
    },
  }
}

/** An app of the caller's workspace, and of the environment that the key reaches. @throws {Problem} `not_found` */
export async function reachableApp(db: Database, caller: Caller, appId: string): Promise<App> {
  const app = await findApp(db, caller.workspaceId, appId)
  const environment = environmentOf(caller)
  if (app === undefined || (environment !== undefined && app.environment !== environment))
    throw problem('not_found', 'There is no such app.')
  return app
}
