import { sql } from 'kysely'
import type { PostKind, PostMode } from '../publishing/post.ts'
import type { PostState } from '../publishing/post-states.ts'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

/** A link to the publish page. Times are milliseconds since the epoch. */
export interface PublishSession {
  id: string
  workspaceId: string
  /** As the audit log names them. */
  createdBy: string
  /** What is submitted waits for somebody's yes. */
  approvalRequired: boolean
  isDemo: boolean
  mode: PostMode
  kind: Exclude<PostKind, 'text'>
  assetId: string | undefined
  mayUpload: boolean
  videoUrl: string | undefined
  photoUrls: string[]
  coverIndex: number
  /** What caption and description begin with. */
  title: string | undefined
  description: string | undefined
  scheduledAt: string | undefined
  timeZone: string | undefined
  /** Origins that may frame the page. */
  origins: string[]
  createdAt: number
  expiresAt: number
}

/** One account of a session, and the post that was made for it. */
export interface SessionAccount {
  accountId: string
  postId: string | undefined
  postState: PostState | undefined
  /** Set by whoever submits, before the post is made, and taken back when it is refused. */
  submittedAt: number | undefined
}

export async function insertPublishSession(
  tx: Transaction,
  session: PublishSession,
  more: { tokenHash: Uint8Array; accountIds: readonly string[] },
): Promise<void> {
  await tx
    .insertInto('publish_sessions')
    .values({
      id: session.id,
      workspace_id: session.workspaceId,
      token_hash: more.tokenHash,
      created_by: session.createdBy,
      approval_required: session.approvalRequired,
      is_demo: session.isDemo,
      mode: session.mode,
      kind: session.kind,
      asset_id: session.assetId ?? null,
      may_upload: session.mayUpload,
      video_url: session.videoUrl ?? null,
      photo_urls: session.photoUrls,
      cover_index: session.coverIndex,
      title: session.title ?? null,
      description: session.description ?? null,
      scheduled_at: session.scheduledAt ?? null,
      time_zone: session.timeZone ?? null,
      origins: session.origins,
      created_at: new Date(session.createdAt),
      expires_at: new Date(session.expiresAt),
    })
    .execute()
  await tx
    .insertInto('publish_session_accounts')
    .values(
      more.accountIds.map((accountId, position) => ({
        session_id: session.id,
        account_id: accountId,
        workspace_id: session.workspaceId,
        position,
        post_id: null,
        submitted_at: null,
      })),
    )
    .execute()
}

export async function findPublishSession(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<PublishSession | undefined> {
  const row = await db
    .selectFrom('publish_sessions')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toSession(row)
}

/** By the hash of its token, which is what makes the workspace known. */
export async function findPublishSessionByToken(
  db: Database,
  tokenHash: Uint8Array,
): Promise<PublishSession | undefined> {
  const row = await db
    .selectFrom('publish_sessions')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
  return row === undefined ? undefined : toSession(row)
}

/** In the order in which they were named. */
export async function listSessionAccounts(db: Database, sessionId: string): Promise<SessionAccount[]> {
  const rows = await db
    .selectFrom('publish_session_accounts as of')
    .leftJoin('posts', 'posts.id', 'of.post_id')
    .select(['of.account_id', 'of.post_id', 'of.submitted_at', 'posts.state'])
    .where('of.session_id', '=', sessionId)
    .orderBy('of.position')
    .execute()
  return rows.map((row) => ({
    accountId: row.account_id,
    postId: row.post_id ?? undefined,
    postState: (row.state as PostState | null) ?? undefined,
    submittedAt: row.submitted_at?.getTime(),
  }))
}

/** The creator chose another file on the page. */
export async function setSessionAsset(db: Database, sessionId: string, assetId: string): Promise<void> {
  await db
    .updateTable('publish_sessions')
    .set({ asset_id: assetId })
    .where('id', '=', sessionId)
    .where('may_upload', '=', true)
    .execute()
}

/**
 * Takes the one place that each account of a session has for a post; false when it is taken. A place whose holder died
 * before its post was made is free again after `heldMs`.
 */
export async function claimSessionAccount(
  db: Database,
  of: { sessionId: string; accountId: string; now: number; heldMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('publish_session_accounts')
    .set({ submitted_at: new Date(of.now) })
    .where('session_id', '=', of.sessionId)
    .where('account_id', '=', of.accountId)
    .where('post_id', 'is', null)
    .where((is) =>
      is.or([is('submitted_at', 'is', null), is('submitted_at', '<', new Date(of.now - of.heldMs))]),
    )
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Writes the post of a claimed place down, in the transaction that makes it. False when somebody else took the place
 * over meanwhile: then there must be no post of ours.
 */
export async function fillSessionAccount(
  tx: Transaction,
  of: { sessionId: string; accountId: string; claimedAt: number; postId: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('publish_session_accounts')
    .set({ post_id: of.postId })
    .where('session_id', '=', of.sessionId)
    .where('account_id', '=', of.accountId)
    .where('submitted_at', '=', new Date(of.claimedAt))
    .where('post_id', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Refused: the creator may correct it and submit again. */
export async function releaseSessionAccount(
  db: Database,
  of: { sessionId: string; accountId: string; claimedAt: number },
): Promise<void> {
  await db
    .updateTable('publish_session_accounts')
    .set({ submitted_at: null })
    .where('session_id', '=', of.sessionId)
    .where('account_id', '=', of.accountId)
    .where('submitted_at', '=', new Date(of.claimedAt))
    .where('post_id', 'is', null)
    .execute()
}

/** Removes sessions that ended before, across all workspaces. Returns how many. */
export async function deleteOldPublishSessions(db: Database, expiredBefore: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('publish_sessions')
    .where('expires_at', '<', new Date(expiredBefore))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** For an erasure: the account's places, and sessions that were for this account alone, with their captions. */
export async function erasePublishSessions(tx: Transaction, accountId: string): Promise<void> {
  const places = await tx
    .deleteFrom('publish_session_accounts')
    .where('account_id', '=', accountId)
    .returning('session_id')
    .execute()
  if (places.length === 0) return
  await tx
    .deleteFrom('publish_sessions')
    .where(
      'id',
      'in',
      places.map(({ session_id }) => session_id),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('publish_session_accounts as other')
            .select(sql.lit(1).as('one'))
            .whereRef('other.session_id', '=', 'publish_sessions.id'),
        ),
      ),
    )
    .execute()
}

function toSession(row: Row<'publish_sessions'>): PublishSession {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    createdBy: row.created_by,
    approvalRequired: row.approval_required,
    isDemo: row.is_demo,
    mode: row.mode,
    kind: row.kind,
    assetId: row.asset_id ?? undefined,
    mayUpload: row.may_upload,
    videoUrl: row.video_url ?? undefined,
    photoUrls: row.photo_urls,
    coverIndex: row.cover_index,
    title: row.title ?? undefined,
    description: row.description ?? undefined,
    scheduledAt: row.scheduled_at ?? undefined,
    timeZone: row.time_zone ?? undefined,
    origins: row.origins,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }
}
