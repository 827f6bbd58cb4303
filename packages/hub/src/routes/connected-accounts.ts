import { type connectedAccountOperations, problem } from '@tockwork/api'
import type { AccountEnd, ErasureReport } from '../connect/account-end.ts'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import { connectorCapabilities } from '../platforms/capabilities.ts'
import { isConnectorName } from '../platforms/registry.ts'
import { type Account, findAccount, listAccounts } from '../storage/accounts.ts'
import { findApp } from '../storage/apps.ts'
import { type Consent, listConsents } from '../storage/consents.ts'
import type { Database } from '../storage/database.ts'
import { actorOf, environmentOf } from '../tenancy/principal.ts'
import { capabilitiesOf } from '../tiktok/capabilities.ts'
import { sellerCapabilities } from '../tiktok/shop/capabilities.ts'
import { pageOfItems } from './cursor.ts'
import { iso, isoOrNull } from './iso-time.ts'

export interface ConnectedAccountRouteParts {
  db: Database
  accountEnd: AccountEnd
}

export function connectedAccountHandlers({
  db,
  accountEnd,
}: ConnectedAccountRouteParts): Handlers<typeof connectedAccountOperations> {
  return {
    'connectedAccounts.list': ({ query }, { caller }) => {
      const { app_id: appId, status, external_user_id: externalUserId } = query
      const filter = { appId, status, externalUserId, environment: environmentOf(caller) }
      const list = (slice: { limit: number; before: string | undefined }) =>
        listAccounts(db, caller.workspaceId, { ...slice, ...filter })
      return pageOfItems(query, idPattern('acc'), list, accountToJson)
    },

    'connectedAccounts.get': async ({ params }, { caller }) =>
      accountToJson(await reachableAccount(db, caller, params.account_id)),

    'connectedAccounts.listConsents': async ({ params, query }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      const list = (slice: { limit: number; before: string | undefined }) =>
        listConsents(db, caller.workspaceId, id, slice)
      return pageOfItems(query, idPattern('con'), list, consentToJson)
    },

    'connectedAccounts.disconnect': async ({ params }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      return accountToJson(await accountEnd.disconnect(caller.workspaceId, id, actorOf(caller)))
    },

    'connectedAccounts.erase': async ({ params }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      return reportToJson(await accountEnd.erase(caller.workspaceId, id, actorOf(caller)))
    },
  }
}

/** An account of the caller's workspace, and of the environment that the key reaches. @throws {Problem} `not_found` */
export async function reachableAccount(db: Database, caller: Caller, accountId: string): Promise<Account> {
  const account = await findAccount(db, caller.workspaceId, accountId)
  if (account === undefined || !(await isInReach(db, caller, account)))
    throw problem('not_found', 'There is no such account.')
  return account
}

/** Whether the key reaches an account of its workspace: test keys reach those of sandbox apps only. */
export async function isInReach(db: Database, caller: Caller, account: Account): Promise<boolean> {
  const environment = environmentOf(caller)
  if (environment === undefined) return true
  return (await findApp(db, caller.workspaceId, account.appId))?.environment === environment
}

function accountToJson(account: Account) {
  return {
    id: account.id,
    app_id: account.appId,
    platform: account.platform,
    external_id: account.externalId,
    external_user_id: account.externalUserId,
    username: account.username,
    display_name: account.displayName,
    avatar_url: account.avatarUrl,
    status: account.status,
    status_reason: account.statusReason,
    scopes: account.scopes,
    missing_scopes: account.missingScopes,
    capabilities: capabilitiesToJson(account),
    connected_at: iso(account.connectedAt),
    changed_at: iso(account.changedAt),
  }
}

function capabilitiesToJson({ platform, status, scopes }: Account) {
  if (platform === 'tiktok_shop') return sellerCapabilities()
  return isConnectorName(platform)
    ? connectorCapabilities(platform, status, scopes)
    : capabilitiesOf(status, scopes)
}

function consentToJson(consent: Consent) {
  return {
    id: consent.id,
    scopes_asked: consent.scopesAsked,
    scopes_granted: consent.scopesGranted,
    granted_at: iso(consent.grantedAt),
    expires_at: isoOrNull(consent.expiresAt),
    ip: consent.ip,
    user_agent: consent.userAgent,
    ended_at: isoOrNull(consent.endedAt),
    end_reason: consent.endReason,
  }
}

function reportToJson(report: ErasureReport) {
  const { erased } = report
  return {
    account_id: report.accountId,
    erased_at: iso(report.erasedAt),
    grant_at_tiktok: report.grantAtTikTok,
    revocation_failure: report.revocationFailure,
    erased: {
      token_pairs: erased.tokenPairs,
      profile_fields: erased.profileFields,
      consents_anonymised: erased.consentsAnonymised,
      connect_sessions: erased.connectSessions,
      posts: erased.posts,
      videos: erased.videos,
      metric_points: erased.metricPoints,
      shop_records: erased.shopRecords,
      assets: erased.assets,
      asset_bytes: erased.assetBytes,
    },
  }
}
