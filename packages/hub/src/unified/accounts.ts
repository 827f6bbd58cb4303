/** Accounts: what a creator connected, and how it ends. */
import { defineOperation } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import { z } from 'zod'
import type { AccountEnd, ErasureReport } from '../connect/account-end.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { listConsents } from '../storage/consents.ts'
import type { Database } from '../storage/database.ts'
import { countUnifiedAccounts, listUnifiedAccounts, setMonitoring } from '../storage/unified-accounts.ts'
import { deleteUser, findUser } from '../storage/unified-users.ts'
import { actorOf } from '../tenancy/principal.ts'
import { account, accountToWire, disconnected, MONITORING } from './account-wire.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { accountFilterOf, mustFindAccount } from './references.ts'
import { notFound } from './refusals.ts'
import { idParam, listOf, pageOf, pageQuery, time, uuid } from './wire.ts'

export interface AccountParts {
  db: Database
  clock: Clock
  accountEnd: AccountEnd
  publicUrl: string
}

/** Live answers spell it `monitor_type`, the documentation `monitoring_type`: both are read. */
const monitored = z.object({
  monitor_type: z.enum(MONITORING).optional(),
  monitoring_type: z.enum(MONITORING).optional(),
})
const monitoredWithAudience = monitored.extend({ audience: monitored.optional() })

const erasureReport = z
  .object({
    id: uuid,
    erased_at: time,
    platform_grant: z
      .enum(['revoked', 'already_gone', 'none', 'not_revoked'])
      .meta({ description: 'What became of the consent at the platform' }),
    revocation_failure: z.string().nullable(),
    erased: z.object({
      token_pairs: z.int(),
      profile_fields: z.int(),
      consents_anonymised: z.int(),
      connect_sessions: z.int(),
      publications: z.int(),
      contents: z.int(),
      metric_points: z.int(),
      assets: z.int(),
      asset_bytes: z.int(),
    }),
  })
  .meta({ id: 'ErasureReport' })

const consent = z
  .object({
    id: z.string(),
    scopes_asked: z.array(z.string()),
    scopes_granted: z.array(z.string()),
    granted_at: time,
    expires_at: time.nullable(),
    ended_at: time.nullable(),
    end_reason: z.string().nullable(),
  })
  .meta({ id: 'Consent' })

const params = z.object({ account_id: idParam })

export const accountOperations = [
  defineOperation({
    id: 'accounts.list',
    method: 'GET',
    path: '/v1/accounts',
    summary: 'List accounts, newest first',
    scope: 'accounts:read',
    query: pageQuery.extend({ user_id: idParam.optional(), work_platform_id: idParam.optional() }),
    answer: listOf(account),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'accounts.get',
    method: 'GET',
    path: '/v1/accounts/{account_id}',
    summary: 'Read an account',
    scope: 'accounts:read',
    params,
    answer: account,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'accounts.update',
    method: 'PATCH',
    path: '/v1/accounts/{account_id}',
    summary: 'Say how an account is read',
    description:
      'Profile and contents are one reading: it is made by itself while either is `STANDARD`, and only on a refresh once both are `ON_DEMAND`.',
    scope: 'accounts:write',
    params,
    body: z.object({
      data: z.object({
        identity: monitoredWithAudience.optional(),
        engagement: monitoredWithAudience.optional(),
        income: monitored.optional(),
      }),
    }),
    answer: account,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'accounts.disconnect',
    method: 'POST',
    path: '/v1/accounts/{account_id}/disconnect',
    summary: 'Revoke the consent at the platform and forget the tokens',
    description: 'What was read stays readable. When the platform cannot be reached nothing changes: 502.',
    scope: 'accounts:write',
    params,
    body: z.object({}).optional(),
    answer: disconnected,
    status: 200,
    idempotency: 'natural',
    errors: {},
  }),
  defineOperation({
    id: 'accounts.consents',
    method: 'GET',
    path: '/v1/accounts/{account_id}/consents',
    summary: 'List what the creator agreed to, and when',
    scope: 'accounts:read',
    params,
    answer: z.object({ data: z.array(consent) }),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'accounts.erase',
    method: 'DELETE',
    path: '/v1/accounts/{account_id}',
    summary: 'Erase an account with everything that was read of it',
    description: 'The report says how much of what is gone. The account is not found afterwards.',
    scope: 'accounts:write',
    params,
    answer: erasureReport,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'users.erase',
    method: 'DELETE',
    path: '/v1/users/{user_id}',
    summary: 'Erase a user with all accounts',
    scope: 'accounts:write',
    params: z.object({ user_id: idParam }),
    answer: z
      .object({ id: uuid, erased_at: time, accounts: z.array(erasureReport) })
      .meta({ id: 'UserErasureReport' }),
    status: 200,
    errors: {},
  }),
] as const

const MOST_CONSENTS = 100

export function accountHandlers(parts: AccountParts): UnifiedHandlers<typeof accountOperations> {
  const { db, clock, accountEnd } = parts
  const shown = async (context: UnifiedContext, id: string) =>
    accountToWire(await mustFindAccount(db, context.scope, id), parts, context)
  const erase = async (context: UnifiedContext, found: { id: string; accountId: string }) => {
    const report = await accountEnd.erase(context.scope.workspaceId, found.accountId, actorOf(context.caller))
    return reportToWire(found.id, report, context)
  }
  return {
    'accounts.list': async ({ query }, context) => {
      const filter = await accountFilterOf(db, context.scope, query)
      return pageOf(context, query, {
        list: (slice) => listUnifiedAccounts(db, context.scope, filter, slice),
        count: () => countUnifiedAccounts(db, context.scope, filter),
        place: ({ createdAt, id }) => ({ at: createdAt, id }),
        toItem: (row) => accountToWire(row, parts, context),
      })
    },

    'accounts.get': ({ params: { account_id } }, context) => shown(context, account_id),

    'accounts.update': async ({ params: { account_id }, body }, context) => {
      const found = await mustFindAccount(db, context.scope, account_id)
      const { identity, engagement, income } = body.data
      const said = {
        identity,
        'identity.audience': identity?.audience,
        engagement,
        'engagement.audience': engagement?.audience,
        income,
      }
      const monitoring = { ...found.monitoring }
      for (const [name, value] of Object.entries(said)) {
        const type = value?.monitor_type ?? value?.monitoring_type
        if (type !== undefined) monitoring[name] = type
      }
      const onDemand = monitoring.identity === 'ON_DEMAND' && monitoring.engagement === 'ON_DEMAND'
      const now = clock.now()
      await db
        .transaction()
        .execute((tx) => setMonitoring(tx, found.accountId, monitoring, { onDemand, now }))
      return shown(context, account_id)
    },

    'accounts.disconnect': async ({ params: { account_id } }, context) => {
      const { accountId } = await mustFindAccount(db, context.scope, account_id)
      await accountEnd.disconnect(context.scope.workspaceId, accountId, actorOf(context.caller))
      return shown(context, account_id)
    },

    'accounts.consents': async ({ params: { account_id } }, context) => {
      const { accountId } = await mustFindAccount(db, context.scope, account_id)
      const slice = { limit: MOST_CONSENTS, before: undefined }
      const consents = await listConsents(db, context.scope.workspaceId, accountId, slice)
      return {
        data: consents.map((row) => ({
          id: row.id,
          scopes_asked: row.scopesAsked,
          scopes_granted: row.scopesGranted,
          granted_at: context.time(row.grantedAt),
          expires_at: context.timeOrNull(row.expiresAt),
          ended_at: context.timeOrNull(row.endedAt),
          end_reason: row.endReason,
        })),
      }
    },

    'accounts.erase': async ({ params: { account_id } }, context) =>
      erase(context, await mustFindAccount(db, context.scope, account_id)),

    'users.erase': async ({ params: { user_id } }, context) => {
      const { scope } = context
      if ((await findUser(db, scope, user_id)) === undefined) throw notFound('user')
      const accounts: ReturnType<typeof reportToWire>[] = []
      for (;;) {
        const [next] = await listUnifiedAccounts(db, scope, { userId: user_id }, { limit: 1, offset: 0 })
        if (next === undefined) break
        if (accounts.some(({ id }) => id === next.id)) throw new Error(`${next.id} is still there, erased`)
        accounts.push(await erase(context, next))
      }
      const now = clock.now()
      await db.transaction().execute(async (tx) => {
        await deleteUser(tx, scope.workspaceId, user_id)
        await appendAudit(tx, {
          workspaceId: scope.workspaceId,
          at: now,
          actor: actorOf(context.caller),
          action: 'unified_user.erase',
          subject: user_id,
          detail: { accounts: accounts.length },
        })
      })
      return { id: user_id, erased_at: context.time(now), accounts }
    },
  }
}

function reportToWire(id: string, report: ErasureReport, { time: at }: UnifiedContext) {
  const { erased } = report
  return {
    id,
    erased_at: at(report.erasedAt),
    platform_grant: report.grantAtTikTok,
    revocation_failure: report.revocationFailure,
    erased: {
      token_pairs: erased.tokenPairs,
      profile_fields: erased.profileFields,
      consents_anonymised: erased.consentsAnonymised,
      connect_sessions: erased.connectSessions,
      publications: erased.posts,
      contents: erased.videos,
      metric_points: erased.metricPoints,
      assets: erased.assets,
      asset_bytes: erased.assetBytes,
    },
  }
}
