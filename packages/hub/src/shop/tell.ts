/** What sellers go through, as events of the catalogue. */
import type { Clock, Random } from '@tockwork/kernel'
import { findAccount } from '../storage/accounts.ts'
import { recordEvent } from '../webhooks/record-event.ts'
import type { OnAuthorizationEnding } from './sellers.ts'

export function tellOfEndings(parts: { clock: Clock; random: Random }): OnAuthorizationEnding {
  return async (work, { workspaceId, accountId, endsAt, at }) => {
    const account = await findAccount(work.tx, workspaceId, accountId)
    if (account === undefined) return
    const data = {
      account_id: accountId,
      app_id: account.appId,
      external_user_id: account.externalUserId,
      status: account.status,
      reason: account.statusReason,
      scopes: account.scopes,
      missing_scopes: account.missingScopes,
      authorization_ends_at: new Date(endsAt).toISOString(),
    }
    await recordEvent(work, { type: 'account.authorization_ending', workspaceId, accountId, data, at }, parts)
  }
}
