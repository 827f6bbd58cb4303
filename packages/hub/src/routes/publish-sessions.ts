import { problem, type publishSessionOperations } from '@tockwork/api'
import type { Handlers } from '../http/ports.ts'
import type { PublishSessions } from '../publish-page/publish-sessions.ts'
import { findAccount } from '../storage/accounts.ts'
import type { Database } from '../storage/database.ts'
import {
  findPublishSession,
  listSessionAccounts,
  type PublishSession,
  type SessionAccount,
} from '../storage/publish-sessions.ts'
import { findWorkspace } from '../storage/workspaces.ts'
import { actorOf } from '../tenancy/principal.ts'
import { isInReach, reachableAccount } from './connected-accounts.ts'
import { iso } from './iso-time.ts'

export interface PublishSessionRouteParts {
  db: Database
  clock: { now(): number }
  sessions: PublishSessions
}

export function publishSessionHandlers({
  db,
  clock,
  sessions,
}: PublishSessionRouteParts): Handlers<typeof publishSessionOperations> {
  const toJson = (session: PublishSession, accounts: readonly SessionAccount[]) => ({
    id: session.id,
    mode: session.mode,
    kind: session.kind,
    accounts: accounts.map(({ accountId, postId, postState }) => ({
      account_id: accountId,
      post_id: postId ?? null,
      state: postState ?? null,
    })),
    asset_id: session.assetId ?? null,
    created_at: iso(session.createdAt),
    expires_at: iso(session.expiresAt),
    status: statusOf(session, accounts, clock.now()),
  })
  return {
    'publishSessions.create': async ({ body }, { caller, remember }) => {
      const approves = caller.scopes.includes('posts:approve')
      const workspace = approves ? undefined : await findWorkspace(db, caller.workspaceId)
      const accounts = await Promise.all(
        body.accounts.map(async (id) => {
          const account = await findAccount(db, caller.workspaceId, id)
          return account !== undefined && (await isInReach(db, caller, account)) ? account : { missing: id }
        }),
      )
      const untouched = body.accounts.map((accountId) => ({
        accountId,
        postId: undefined,
        postState: undefined,
        submittedAt: undefined,
      }))
      const { session, url } = await sessions.create(
        {
          workspaceId: caller.workspaceId,
          createdBy: actorOf(caller),
          approvalRequired: workspace?.approvalRequired === true,
          isDemo: body.demo,
          mode: body.mode,
          accounts,
          video: body.video === undefined ? undefined : { assetId: body.video.asset_id, url: body.video.url },
          photos:
            body.photos === undefined
              ? undefined
              : { urls: body.photos.urls, coverIndex: body.photos.cover_index },
          mayUpload: body.allow_upload,
          title: body.title,
          description: body.description,
          scheduledAt: body.scheduled_at,
          timeZone: body.time_zone,
          origins: body.origins,
          livesForMs: body.expires_in * 1000,
        },
        (tx, made) => remember(tx, { ...toJson(made.session, untouched), url: made.url }),
      )
      return { ...toJson(session, untouched), url }
    },

    'publishSessions.get': async ({ params }, { caller }) => {
      const session = await findPublishSession(db, caller.workspaceId, params.publish_session_id)
      if (session === undefined) throw missing()
      const accounts = await listSessionAccounts(db, session.id)
      // A test key reaches a page only through accounts that it reaches.
      if (caller.mode === 'test')
        for (const { accountId } of accounts)
          await reachableAccount(db, caller, accountId).catch(() => {
            throw missing()
          })
      return toJson(session, accounts)
    },
  }
}

function missing() {
  return problem('not_found', 'There is no such publish session.')
}

function statusOf(
  { expiresAt }: PublishSession,
  accounts: readonly SessionAccount[],
  now: number,
): 'open' | 'submitted' | 'expired' {
  if (accounts.length > 0 && accounts.every(({ postId }) => postId !== undefined)) return 'submitted'
  return now >= expiresAt ? 'expired' : 'open'
}
