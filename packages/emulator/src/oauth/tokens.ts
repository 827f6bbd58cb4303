import { createHash } from 'node:crypto'
import { clientToken, exchangeCode, refreshToken, revoke } from '@tockwork/contracts/oauth'
import type { Handlers } from '../endpoint/handlers.ts'
import type { Platform } from '../platform.ts'
import type { AppRow, CodeRow, GrantRow } from '../state/model.ts'

export const tokenEndpoints = { exchangeCode, refreshToken, clientToken, revoke }

export const tokenHandlers: Handlers<typeof tokenEndpoints> = {
  exchangeCode({ platform, exchange, app, input, fail }) {
    const { world, clock } = platform
    const code = world.codes.get(input.code)
    if (code === undefined || code.clientKey !== app.id)
      throw fail('invalid_grant', 'Authorization code is invalid.')
    if (code.usedAt !== undefined) throw fail('invalid_grant', 'Authorization code was used before.')
    if (code.expiresAt <= clock.now()) throw fail('invalid_grant', 'Authorization code is expired.')
    if (code.redirectUri !== input.redirect_uri)
      throw fail('invalid_grant', 'Redirect_uri is not matched with the uri when requesting code.')
    if (code.challenge !== undefined && !verifierFits(input.code_verifier, code.challenge))
      throw fail('invalid_grant', 'Code verifier or code challenge is invalid.')
    if (code.challenge === undefined && input.code_verifier !== undefined) {
      // Clients that send one either way are common; without a challenge there is nothing to compare it with.
      const why = 'code_verifier: no code_challenge was sent for this code'
      if (platform.settings.strict) throw fail('invalid_request', why)
      exchange.warn(why)
    }
    world.codes.patch(code, { usedAt: clock.now() })
    return issue(platform, app, openGrant(platform, app, code))
  },

  refreshToken({ platform, app, input, fail }) {
    const { world, clock, settings } = platform
    const row = world.refreshTokens.get(input.refresh_token)
    const grant = row === undefined ? undefined : world.grants.get(row.grant)
    if (row === undefined || grant === undefined || grant.clientKey !== app.id)
      throw fail('invalid_grant', 'Refresh token is invalid or expired.')
    if (grant.endedAt !== undefined) throw fail('invalid_grant', 'Refresh token is revoked.')
    const until = row.graceUntil ?? row.expiresAt
    if (until <= clock.now()) throw fail('invalid_grant', 'Refresh token is invalid or expired.')
    if (settings.refreshRotation === 'keep') return issue(platform, app, grant, row.id)
    if (settings.refreshRotation === 'rotate') world.refreshTokens.delete(row.id)
    else if (row.graceUntil === undefined)
      world.refreshTokens.patch(row, { graceUntil: clock.now() + settings.refreshGraceSeconds * 1000 })
    return issue(platform, app, grant)
  },

  clientToken({ platform, app }) {
    const { world, clock, ids, settings } = platform
    for (const old of world.accessTokens.each('grant', '')) {
      if (old.expiresAt > clock.now()) break
      world.accessTokens.delete(old.id)
    }
    const token = ids.token('clt.')
    world.accessTokens.put({
      id: token,
      kind: 'client',
      clientKey: app.id,
      expiresAt: clock.now() + settings.clientTokenSeconds * 1000,
    })
    return { access_token: token, expires_in: settings.clientTokenSeconds, token_type: 'Bearer' }
  },

  revoke({ platform, app, input, fail }) {
    const { world, clock } = platform
    const row = world.accessTokens.get(input.token)
    const grant = row?.grant === undefined ? undefined : world.grants.get(row.grant)
    if (row === undefined || grant === undefined || row.clientKey !== app.id)
      throw fail('invalid_grant', 'Access token is invalid.')
    if (row.expiresAt <= clock.now()) throw fail('invalid_grant', 'Access token is expired.')
    endGrant(platform, grant, 5)
    return {}
  },
}

/** Hex is TikTok's way, base64url the standard's; clients in the wild send either. */
function verifierFits(verifier: string | undefined, challenge: string): boolean {
  if (verifier === undefined) return false
  const digest = createHash('sha256').update(verifier).digest()
  return challenge === digest.toString('hex') || challenge === digest.toString('base64url')
}

/** The user's grant for an app, anew or as it was. */
export function openGrant(platform: Platform, app: AppRow, code: CodeRow): GrantRow {
  const { world, clock, ids } = platform
  const id = `${app.id}:${code.creator}`
  const before = world.grants.get(id)
  // Consenting anew also makes single-use scopes good again.
  const fresh = { scopes: code.scopes, createdAt: clock.now(), usedScopes: [] }
  if (before !== undefined && before.endedAt === undefined) return world.grants.patch(before, fresh)
  return world.grants.put({
    id,
    clientKey: app.id,
    creator: code.creator,
    openId: before?.openId ?? ids.uuid(),
    ...fresh,
  })
}

function issue(platform: Platform, app: AppRow, grant: GrantRow, keepRefresh?: string) {
  const { world, clock, ids, settings } = platform
  const access = ids.token('act.')
  world.accessTokens.put({
    id: access,
    kind: 'user',
    clientKey: app.id,
    grant: grant.id,
    expiresAt: clock.now() + settings.accessTokenSeconds * 1000,
  })
  dropExpired(platform, grant)
  const refresh = keepRefresh ?? ids.token('rft.')
  const kept = world.refreshTokens.get(refresh)
  const expiresAt = kept?.expiresAt ?? clock.now() + settings.refreshTokenSeconds * 1000
  if (kept === undefined) world.refreshTokens.put({ id: refresh, grant: grant.id, expiresAt })
  return {
    access_token: access,
    expires_in: settings.accessTokenSeconds,
    open_id: grant.openId,
    refresh_expires_in: Math.floor((expiresAt - clock.now()) / 1000),
    refresh_token: refresh,
    scope: [...grant.scopes],
    token_type: 'Bearer',
  }
}

/** Keeps the books small: tokens that are past their time say the same as tokens that are not there. */
export function dropExpired({ world, clock }: Platform, grant: GrantRow): void {
  const now = clock.now()
  // Oldest first, and up to the first that lives: a grant refreshed a thousand times is not gone through each time.
  for (const token of world.accessTokens.each('grant', grant.id)) {
    if (token.expiresAt > now - 86_400_000) break
    world.accessTokens.delete(token.id)
  }
  for (const token of world.refreshTokens.each('grant', grant.id)) {
    if ((token.graceUntil ?? token.expiresAt) <= now) world.refreshTokens.delete(token.id)
  }
}

/** Ends a grant and tells the app. Reasons: contracts/webhooks `removalReasons`. */
export function endGrant(platform: Platform, grant: GrantRow, reason: number): void {
  const { world, clock } = platform
  if (grant.endedAt !== undefined) return
  world.grants.patch(grant, { endedAt: clock.now(), endReason: reason })
  for (const token of world.accessTokens.where('grant', grant.id)) world.accessTokens.delete(token.id)
  for (const token of world.refreshTokens.where('grant', grant.id)) world.refreshTokens.delete(token.id)
  platform.notify(grant.clientKey, 'authorization.removed', grant.openId, { reason })
}
