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
      const wish = {
        name: body.name,
        environment: body.environment,
        clientKey: body.client_key,
        clientSecret: new Secret(body.client_secret),
        audited: body.audited,
      }
      return toJson(await apps.create(caller.workspaceId, wish, actorOf(caller)))
    },

    'apps.get': async ({ params }, { caller }) => toJson(await reachableApp(db, caller, params.app_id)),

    'apps.update': async ({ params, body }, { caller }) => {
      await reachableApp(db, caller, params.app_id)
      const { name, audited, client_secret } = body
      const clientSecret = client_secret === undefined ? undefined : new Secret(client_secret)
      const change = { name, audited, clientSecret }
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
