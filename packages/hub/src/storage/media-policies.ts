import { DEFAULT_MEDIA_POLICY, type MediaPolicy } from '../originality/media-policy.ts'
import type { Database, Transaction } from './database.ts'

/** The workspace's policy, or the one that holds until somebody sets another. */
export async function findMediaPolicy(db: Database | Transaction, workspaceId: string): Promise<MediaPolicy> {
  const row = await db
    .selectFrom('media_policies')
    .select('policy')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  // Written by this program; a rule that a later version added has its default.
  return { ...DEFAULT_MEDIA_POLICY, ...(row?.policy as Partial<MediaPolicy> | undefined) }
}

export async function saveMediaPolicy(
  tx: Transaction,
  workspaceId: string,
  policy: MediaPolicy,
  now: number,
): Promise<void> {
  const values = { policy: JSON.stringify(policy), changed_at: new Date(now) }
  await tx
    .insertInto('media_policies')
    .values({ workspace_id: workspaceId, ...values })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(values))
    .execute()
}

/** Names of the workspace's own accounts, without `@`. */
export async function ownUsernames(db: Database, workspaceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('accounts')
    .select('username')
    .where('workspace_id', '=', workspaceId)
    .where('username', 'is not', null)
    .limit(10_000)
    .execute()
  return rows.flatMap(({ username }) => username ?? [])
}
