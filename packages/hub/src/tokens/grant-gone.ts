/** A creator's grant is gone at TikTok, as TikTok's webhook or its refusals say. */
import { setAccountStatus } from '../storage/accounts.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { endConsent } from '../storage/consents.ts'
import { deleteTokens } from '../storage/token-vault.ts'
import type { Work } from '../storage/unit-of-work.ts'
import type { OnAccountEvent } from './account-events.ts'

export interface GoneGrant {
  workspaceId: string
  accountId: string
  /** Stands in the account, its consent, the audit log and the event. */
  reason: string
  now: number
  /** Only the grant of this moment; whichever there is unless told. */
  connectedAt?: number
  /** After a lost answer the old access token goes on until its end; otherwise nothing here is of use any more. */
  keepTokens?: boolean
}

/** In the caller's transaction: status, tokens, consent, audit log and event. Answers false when nothing was connected. */
export async function markGrantGone(
  work: Work,
  grant: GoneGrant,
  onAccountEvent: OnAccountEvent,
): Promise<boolean> {
  const { workspaceId, accountId, reason, now, connectedAt } = grant
  const changed = await setAccountStatus(work.tx, workspaceId, accountId, {
    from: ['connected'],
    to: 'reauthorization_required',
    reason,
    now,
    ...(connectedAt === undefined ? {} : { connectedAt }),
  })
  if (!changed) return false
  if (grant.keepTokens !== true) await deleteTokens(work.tx, workspaceId, accountId)
  await endConsent(work.tx, accountId, reason, now)
  const type = 'account.reauthorization_required'
  await appendAudit(work.tx, {
    workspaceId,
    at: now,
    actor: 'tiktok',
    action: type,
    subject: accountId,
    detail: { reason },
  })
  await onAccountEvent(work, { type, workspaceId, accountId, reason, at: now })
  return true
}
