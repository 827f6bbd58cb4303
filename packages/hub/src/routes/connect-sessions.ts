import { type connectSessionOperations, problem } from '@tockwork/api'
import type { ConnectFlow } from '../connect/connect-flow.ts'
import type { Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import { type ConnectSession, findConnectSession, listConnectSessions } from '../storage/connect-sessions.ts'
import type { Database } from '../storage/database.ts'
import { actorOf, environmentOf } from '../tenancy/principal.ts'
import { reachableApp } from './apps.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'

export interface ConnectSessionRouteParts {
  db: Database
  flow: ConnectFlow
}

export function connectSessionHandlers({
  db,
  flow,
}: ConnectSessionRouteParts): Handlers<typeof connectSessionOperations> {
  const toJson = (session: ConnectSession) => ({
    id: session.id,
    url: flow.linkOf(session.id),
    app_id: session.appId,
    scopes: session.scopes,
    return_url: session.returnUrl,
    external_user_id: session.externalUserId,
    created_at: iso(session.createdAt),
    expires_at: iso(session.expiresAt),
    outcome: session.outcome,
    outcome_code: session.outcomeCode,
    account_id: session.accountId,
  })
  return {
    'connectSessions.create': async ({ body }, { caller, remember }) => {
      await reachableApp(db, caller, body.app_id)
      const wish = {
        appId: body.app_id,
        scopes: body.scopes,
        market: body.market,
        returnUrl: body.return_url,
        externalUserId: body.external_user_id,
        livesFor: body.expires_in * 1000,
      }
      const session = await flow.create(caller.workspaceId, wish, actorOf(caller), (tx, made) =>
        remember(tx, toJson(made)),
      )
      return toJson(session)
    },

    'connectSessions.get': async ({ params }, { caller }) => {
      const session = await findConnectSession(db, caller.workspaceId, params.session_id)
      if (session === undefined) throw problem('not_found', 'There is no such connect session.')
      await reachableApp(db, caller, session.appId)
      return toJson(session)
    },

    'connectSessions.list': ({ query }, { caller }) => {
      const environment = environmentOf(caller)
      const list = (slice: { limit: number; before: string | undefined }) =>
        listConnectSessions(db, caller.workspaceId, { ...slice, environment })
      return pageOfItems(query, idPattern('cs'), list, toJson)
    },
  }
}
