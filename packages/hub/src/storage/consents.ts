import type { Database } from './database.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

/** Who consented to what, when, from where, and until when. */
export interface Consent {
  id: string
  accountId: string
  scopesAsked: string[]
  scopesGranted: string[]
  grantedAt: number
  /** When the grant runs out by itself: the end of the refresh token, renewed with it. */
  expiresAt: number | null
  ip: string | null
  userAgent: string | null
  endedAt: number | null
  /** `replaced`, `disconnected`, `erased`, or the account's reason. */
  endReason: string | null
}

export async function insertConsent(
  db: Database,
  consent: Omit<Consent, 'endedAt' | 'endReason'>,
): Promise<void> {
  await db
    .insertInto('consents')
    .values({
      id: consent.id,
      account_id: consent.accountId,
      scopes_asked: consent.scopesAsked,
      scopes_granted: consent.scopesGranted,
      granted_at: new Date(consent.grantedAt),
      expires_at: consent.expiresAt === null ? null : new Date(consent.expiresAt),
      ip: consent.ip,
      user_agent: consent.userAgent,
    })
    .execute()
}

/** Ends the consent that is in force, if one is. */
export async function endConsent(
  db: Database,
  accountId: string,
  reason: string,
  now: number,
): Promise<void> {
  await db
    .updateTable('consents')
    .set({ ended_at: new Date(now), end_reason: reason })
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .execute()
}

/** Takes back the end of the newest consent, when it ended for this reason. */
export async function reviveConsent(db: Database, accountId: string, reason: string): Promise<void> {
  await db
    .updateTable('consents')
    .set({ ended_at: null, end_reason: null })
    .where('id', '=', ({ selectFrom }) =>
      selectFrom('consents').select('id').where('account_id', '=', accountId).orderBy('id', 'desc').limit(1),
    )
    .where('end_reason', '=', reason)
    .execute()
}

/** Newest first. The account decides which workspace they belong to. */
export async function listConsents(
  db: Database,
  workspaceId: string,
  accountId: string,
  { limit, before }: Slice,
): Promise<Consent[]> {
  let query = db
    .selectFrom('consents')
    .innerJoin('accounts', 'accounts.id', 'consents.account_id')
    .leftJoin('token_vault', 'token_vault.account_id', 'consents.account_id')
    .selectAll('consents')
    // Each refresh moves the end of the grant in force; it is not written twice.
    .select('token_vault.refresh_expires_at as renewed_until')
    .where('accounts.workspace_id', '=', workspaceId)
    .where('consents.account_id', '=', accountId)
    .orderBy('consents.id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('consents.id', '<', before)
  const rows = await query.execute()
  return rows.map((row) =>
    toConsent(row.ended_at === null ? { ...row, expires_at: row.renewed_until ?? row.expires_at } : row),
  )
}

function toConsent(row: Row<'consents'>): Consent {
  return {
    id: row.id,
    accountId: row.account_id,
    scopesAsked: row.scopes_asked,
    scopesGranted: row.scopes_granted,
    grantedAt: row.granted_at.getTime(),
    expiresAt: row.expires_at?.getTime() ?? null,
    ip: row.ip,
    userAgent: row.user_agent,
    endedAt: row.ended_at?.getTime() ?? null,
    endReason: row.end_reason,
  }
}
