import type { Database, Transaction } from './database.ts'

/** What TikTok wants a creator to agree to before a post: its Music Usage Confirmation, and the Branded Content Policy. */
export type Agreement = 'music_usage' | 'branded_content'

/** What a creator agreed to before a post was made. */
export interface PostConsent {
  postId: string
  workspaceId: string
  /** Who says so: our own page, or a caller of the API. */
  source: 'publish_page' | 'api'
  agreed: Agreement[]
  /** Milliseconds since the epoch. */
  givenAt: number
  ip: string | undefined
  userAgent: string | undefined
}

export async function insertPostConsents(tx: Transaction, consents: readonly PostConsent[]): Promise<void> {
  if (consents.length === 0) return
  await tx
    .insertInto('post_consents')
    .values(
      consents.map((consent) => ({
        post_id: consent.postId,
        workspace_id: consent.workspaceId,
        source: consent.source,
        agreed: consent.agreed,
        given_at: new Date(consent.givenAt),
        ip: consent.ip ?? null,
        user_agent: consent.userAgent ?? null,
      })),
    )
    .execute()
}

export async function findPostConsent(db: Database, postId: string): Promise<PostConsent | undefined> {
  const row = await db
    .selectFrom('post_consents')
    .selectAll()
    .where('post_id', '=', postId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    postId: row.post_id,
    workspaceId: row.workspace_id,
    source: row.source,
    agreed: row.agreed as Agreement[],
    givenAt: row.given_at.getTime(),
    ip: row.ip ?? undefined,
    userAgent: row.user_agent ?? undefined,
  }
}
