import type { AppEnvironment } from './apps.ts'
import type { Database } from './database.ts'

/** What a token of the Connect flow lets its holder do: connect accounts for one user. */
export interface StoredSdkToken {
  workspaceId: string
  userId: string
  environment: AppEnvironment
  /** `IDENTITY`, `ENGAGEMENT`, `PUBLISH.CONTENT` … */
  products: string[]
  /** The API key that asked for it: the token ends with it. */
  apiKeyId: string
  expiresAt: number
}

export async function insertSdkToken(
  db: Database,
  token: Omit<StoredSdkToken, 'environment'> & { hash: Uint8Array; now: number },
): Promise<void> {
  await db
    .insertInto('unified_sdk_tokens')
    .values({
      hash: token.hash,
      workspace_id: token.workspaceId,
      user_id: token.userId,
      api_key_id: token.apiKeyId,
      products: token.products,
      created_at: new Date(token.now),
      expires_at: new Date(token.expiresAt),
    })
    .execute()
}

/** A lookup that comes before the workspace is known: it is what makes it known. Not ended, and its key neither. */
export async function findSdkToken(
  db: Database,
  hash: Uint8Array,
  now: number,
): Promise<StoredSdkToken | undefined> {
  const at = new Date(now)
  const row = await db
    .selectFrom('unified_sdk_tokens as token')
    .innerJoin('unified_users as user', 'user.id', 'token.user_id')
    .innerJoin('api_keys as key', 'key.id', 'token.api_key_id')
    .select([
      'token.workspace_id',
      'token.user_id',
      'token.products',
      'token.api_key_id',
      'token.expires_at',
      'user.environment',
    ])
    .where('token.hash', '=', Buffer.from(hash))
    .where('token.expires_at', '>', at)
    .where('user.status', '=', 'ACTIVE')
    .where('key.revoked_at', 'is', null)
    .where((where) => where.or([where('key.expires_at', 'is', null), where('key.expires_at', '>', at)]))
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    workspaceId: row.workspace_id,
    userId: row.user_id,
    environment: row.environment,
    products: row.products,
    apiKeyId: row.api_key_id,
    expiresAt: row.expires_at.getTime(),
  }
}

export async function deleteOldSdkTokens(db: Database, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('unified_sdk_tokens')
    .where('expires_at', '<', new Date(before))
    .executeTakeFirst()
  return Number(numDeletedRows)
}
