import {
  accountTokenInfo,
  accountTokenRules,
  exchangeAccountCode,
  refreshAccountToken,
  revokeAccountToken,
} from '@tockwork/contracts/business'
import type { Handlers } from '../endpoint/handlers.ts'
import { dropExpired, endGrant, openGrant } from '../oauth/tokens.ts'
import type { Platform } from '../platform.ts'
import type { AccessTokenRow, AppRow, GrantRow } from '../state/model.ts'

export const tokenEndpoints = {
  exchangeAccountCode,
  refreshAccountToken,
  revokeAccountToken,
  accountTokenInfo,
}

export const tokenHandlers: Handlers<typeof tokenEndpoints> = {
  exchangeAccountCode({ platform, app, input, fail }) {
    const { world, clock } = platform
    const code = world.codes.get(input.auth_code)
    if (code === undefined) throw fail('40110', 'auth_code: is unknown')
    if (code.clientKey !== app.id) throw fail('40101', 'auth_code: is of another app')
    if (code.usedAt !== undefined) throw fail('40110', 'auth_code: was used before')
    if (code.expiresAt <= clock.now()) throw fail('40131', 'auth_code: has expired')
    if (code.redirectUri !== input.redirect_uri)
      throw fail('40002', 'redirect_uri: is not the one that the code was asked for with')
    world.codes.patch(code, { usedAt: clock.now() })
    const grant = openGrant(platform, app, code)
    // A new consent begins the year anew, and what came before no longer counts.
    for (const old of world.refreshTokens.where('grant', grant.id)) world.refreshTokens.delete(old.id)
    return issue(platform, app, grant, clock.now() + accountTokenRules.refreshSeconds * 1000)
  },

  refreshAccountToken({ platform, app, input, fail }) {
    const { world, clock, settings } = platform
    const row = world.refreshTokens.get(input.refresh_token)
    const grant = row === undefined ? undefined : world.grants.get(row.grant)
    if (row === undefined || grant === undefined || grant.clientKey !== app.id || grant.endedAt !== undefined)
      throw fail('40107', 'refresh_token: is wrong or was revoked')
    if ((row.graceUntil ?? row.expiresAt) <= clock.now()) throw fail('40103', 'refresh_token: has expired')
    const { expiresAt } = row
    if (settings.refreshRotation === 'keep') return issue(platform, app, grant, expiresAt, row.id)
    if (settings.refreshRotation === 'rotate') world.refreshTokens.delete(row.id)
    else if (row.graceUntil === undefined)
      world.refreshTokens.patch(row, { graceUntil: clock.now() + settings.refreshGraceSeconds * 1000 })
    return issue(platform, app, grant, expiresAt)
  },

  revokeAccountToken({ platform, app, input, fail }) {
    const { row, grant } = find(platform, app, input.access_token)
    if (row === undefined || grant === undefined) throw fail('40105', 'access_token: is wrong or was revoked')
    if (row.expiresAt <= platform.clock.now()) throw fail('40102', 'access_token: has expired')
    endGrant(platform, grant, 5)
    return {}
  },

  accountTokenInfo({ platform, app, input, fail }) {
    const { row, grant } = find(platform, app, input.access_token)
    if (row === undefined || grant === undefined) throw fail('40105', 'access_token: is wrong or was revoked')
    if (row.expiresAt <= platform.clock.now()) throw fail('40102', 'access_token: has expired')
    return { app_id: app.id, scope: [...grant.scopes], creator_id: grant.openId }
  },
}

function find(
  { world }: Platform,
  app: AppRow,
  token: string,
): { row: AccessTokenRow | undefined; grant: GrantRow | undefined } {
  const row = world.accessTokens.get(token)
  if (row?.kind !== 'business' || row.clientKey !== app.id) return { row: undefined, grant: undefined }
  return { row, grant: row.grant === undefined ? undefined : world.grants.get(row.grant) }
}

/** @param refreshUntil when the refresh token ends: a refresh does not move it */
function issue(platform: Platform, app: AppRow, grant: GrantRow, refreshUntil: number, kept?: string) {
  const { world, clock, ids } = platform
  const access = ids.token('act.')
  world.accessTokens.put({
    id: access,
    kind: 'business',
    clientKey: app.id,
    grant: grant.id,
    expiresAt: clock.now() + accountTokenRules.accessSeconds * 1000,
  })
  dropExpired(platform, grant)
  const refresh = kept ?? ids.token('rft.')
  if (kept === undefined) world.refreshTokens.put({ id: refresh, grant: grant.id, expiresAt: refreshUntil })
  return {
    access_token: access,
    token_type: 'Bearer',
    scope: [...grant.scopes],
    expires_in: accountTokenRules.accessSeconds,
    refresh_token: refresh,
    refresh_token_expires_in: Math.floor((refreshUntil - clock.now()) / 1000),
    open_id: grant.openId,
  }
}
