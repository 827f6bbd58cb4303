import type { Database, Transaction } from './database.ts'
import { erasePublishSessions } from './publish-sessions.ts'
import { eraseShops } from './shops.ts'

/** How much of an account was erased. */
export interface ErasedData {
  tokenPairs: number
  /** Consents stay as a record of what was agreed and when; where from is gone. */
  consentsAnonymised: number
  connectSessions: number
  /** Names and pictures of the profile. */
  profileFields: number
  posts: number
  videos: number
  /** Counters of days, of the account and of its videos. */
  metricPoints: number
  /** Orders, products, stock, returns and statements of a seller's shops. */
  shopRecords: number
  /** Assets, and copies of what posts name by address, that this account's posts used and no other's. */
  assets: { id: string; hash: Uint8Array; sizeBytes: number }[]
}

/**
 * Erases what is known of a creator and leaves a tombstone: the account's id, app, dates and status. Posts go whole,
 * with their captions and history; media goes where no other account's post uses it.
 */
export async function eraseAccountData(
  tx: Transaction,
  workspaceId: string,
  accountId: string,
  now: number,
): Promise<ErasedData> {
  const account = await tx
    .selectFrom('accounts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  // First, so that a reading under way finds its lease gone and writes nothing more.
  await tx.deleteFrom('account_syncs').where('account_id', '=', accountId).execute()
  const profile = await tx
    .deleteFrom('profiles')
    .where('account_id', '=', accountId)
    .returning('data')
    .executeTakeFirst()
  await tx.deleteFrom('comments').where('account_id', '=', accountId).execute()
  const videos = await tx.deleteFrom('videos').where('account_id', '=', accountId).executeTakeFirst()
  const points = await tx.deleteFrom('metric_points').where('account_id', '=', accountId).executeTakeFirst()
  const shopRecords = await eraseShops(tx, accountId)
  const vault = await tx
    .deleteFrom('token_vault')
    .where('workspace_id', '=', workspaceId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  const consents = await tx
    .updateTable('consents')
    .set({ ip: null, user_agent: null })
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  const sessions = await tx
    .deleteFrom('connect_sessions')
    .where('workspace_id', '=', workspaceId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  await tx.deleteFrom('account_queues').where('account_id', '=', accountId).execute()
  await erasePublishSessions(tx, accountId)
  const copies = await copiesOf(tx, accountId)
  const posts = await tx
    .deleteFrom('posts')
    .where('workspace_id', '=', workspaceId)
    .where('account_id', '=', accountId)
    .returning('asset_id')
    .execute()
  const assets = await deleteUnusedAssets(tx, workspaceId, [
    ...posts.flatMap(({ asset_id }) => asset_id ?? []),
    ...copies,
  ])
  await tx
    .updateTable('accounts')
    .set({
      // Unique for the app, and the creator's real id stays free for a new connection.
      external_id: `erased:${accountId}`,
      external_user_id: null,
      username: null,
      display_name: null,
      avatar_url: null,
      scopes: [],
      missing_scopes: [],
      status: 'erased',
      status_reason: null,
      changed_at: new Date(now),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', accountId)
    .execute()
  const personal = [
    account.external_id,
    account.external_user_id,
    account.username,
    account.display_name,
    account.avatar_url,
  ]
  return {
    tokenPairs: Number(vault.numDeletedRows),
    consentsAnonymised: Number(consents.numUpdatedRows),
    connectSessions: Number(sessions.numDeletedRows),
    profileFields:
      personal.filter((value) => value !== null).length + Object.keys(profile?.data ?? {}).length,
    posts: posts.length,
    videos: Number(videos.numDeletedRows),
    metricPoints: Number(points.numDeletedRows),
    shopRecords,
    assets,
  }
}

/** Copies of what the account's posts name by address; what the library had before them is none of theirs. */
async function copiesOf(tx: Transaction, accountId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('post_media')
    .innerJoin('posts', 'posts.id', 'post_media.post_id')
    .innerJoin('assets', 'assets.id', 'post_media.asset_id')
    .select('assets.id')
    .where('posts.account_id', '=', accountId)
    .where('assets.origin', '=', 'post')
    .execute()
  return rows.map(({ id }) => id)
}

async function deleteUnusedAssets(
  tx: Transaction,
  workspaceId: string,
  ids: readonly string[],
): Promise<ErasedData['assets']> {
  if (ids.length === 0) return []
  // Held first: a post that is being written down with one of them goes before, and is seen, or waits.
  await tx
    .selectFrom('assets')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...new Set(ids)])
    .orderBy('id')
    .forUpdate()
    .execute()
  const rows = await tx
    .deleteFrom('assets')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...new Set(ids)])
    .where(({ exists, not, selectFrom }) =>
      not(exists(selectFrom('posts').select('posts.id').whereRef('posts.asset_id', '=', 'assets.id'))),
    )
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('post_media')
            .select('post_media.post_id')
            .whereRef('post_media.asset_id', '=', 'assets.id'),
        ),
      ),
    )
    .returning(['id', 'hash', 'size_bytes'])
    .execute()
  return rows.map(({ id, hash, size_bytes }) => ({ id, hash, sizeBytes: Number(size_bytes) }))
}

/** Which of these contents no workspace has any more, so that their bytes can go. */
export async function unreferencedContents(
  db: Database,
  hashes: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  if (hashes.length === 0) return []
  const rows = await db
    .selectFrom('assets')
    .select('hash')
    .where('hash', 'in', [...hashes])
    .execute()
  const kept = new Set(rows.map(({ hash }) => Buffer.from(hash).toString('hex')))
  return hashes.filter((hash) => !kept.has(Buffer.from(hash).toString('hex')))
}
