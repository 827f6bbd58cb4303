import type { Grant } from '@tockwork/connectors'
import { UsageError } from '@tockwork/kernel'
import type { PlatformTokens } from '../tiktok/tokens.ts'

/** For platforms whose tokens do not end, or whose end nobody tells: looked at again after so long. */
const UNTOLD_MS = 30 * 86_400_000

/** A grant as the vault keeps it. @throws {UsageError} when it has no refresh token, which the vault cannot keep alive */
export function toTokens(grant: Grant): PlatformTokens {
  const { accountId, access, refresh, scopes, obtainedAt, expiresAt, refreshExpiresAt, home, binding } = grant
  if (refresh === undefined)
    throw new UsageError('a grant without a refresh token cannot be kept', { code: 'refresh_missing' })
  const accessEnd = expiresAt ?? obtainedAt + UNTOLD_MS
  return {
    openId: accountId,
    accessToken: access,
    refreshToken: refresh,
    scopes,
    obtainedAt,
    expiresAt: accessEnd,
    refreshExpiresAt: refreshExpiresAt ?? Math.max(accessEnd, obtainedAt + UNTOLD_MS),
    ...(home === undefined ? {} : { home }),
    ...(binding === undefined ? {} : { binding }),
  }
}

export function toGrant(tokens: PlatformTokens): Grant {
  const { openId, accessToken, refreshToken, scopes, obtainedAt, expiresAt, refreshExpiresAt } = tokens
  return {
    accountId: openId,
    access: accessToken,
    refresh: refreshToken,
    scopes,
    obtainedAt,
    expiresAt,
    refreshExpiresAt,
    ...(tokens.home === undefined ? {} : { home: tokens.home }),
    ...(tokens.binding === undefined ? {} : { binding: tokens.binding }),
  }
}
