import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

/** What TikTok said of a thing, by its own field names; fields whose scope is missing are absent. */
export type Fields = Record<string, unknown>

export interface StoredProfile {
  data: Fields
  sourceCall: string
  readAt: number
}

export interface StoredVideo extends StoredProfile {
  /** Names its place in the list, newest first: `<posted at, ms>.<video id>`. */
  id: string
  accountId: string
  videoId: string
  postedAt: number
  /** When it was first missing from the creator's public videos: deleted, or no longer public. */
  goneAt: number | null
}

export interface ReadVideo {
  videoId: string
  postedAt: number
  data: Fields
}

export async function storeProfile(
  tx: Transaction,
  profile: { accountId: string; workspaceId: string } & StoredProfile,
): Promise<void> {
  const values = {
    data: JSON.stringify(profile.data),
    source_call: profile.sourceCall,
    read_at: new Date(profile.readAt),
  }
  await tx
    .insertInto('profiles')
    .values({ account_id: profile.accountId, workspace_id: profile.workspaceId, ...values })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
    .execute()
}

export async function findProfile(db: Database, accountId: string): Promise<StoredProfile | undefined> {
  const row = await db
    .selectFrom('profiles')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { data: row.data, sourceCall: row.source_call, readAt: row.read_at.getTime() }
}

/** Writes a page of videos in one statement; one that was gone and is back is no longer gone. */
export async function storeVideos(
  tx: Transaction,
  about: { accountId: string; workspaceId: string; sourceCall: string; readAt: number },
  videos: readonly ReadVideo[],
): Promise<void> {
  if (videos.length === 0) return
  await tx
    .insertInto('videos')
    .values(
      videos.map(({ videoId, postedAt, data }) => ({
        account_id: about.accountId,
        video_id: videoId,
        workspace_id: about.workspaceId,
        posted_at: new Date(postedAt),
        data: JSON.stringify(data),
        source_call: about.sourceCall,
        read_at: new Date(about.readAt),
        first_read_at: new Date(about.readAt),
        gone_at: null,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'video_id']).doUpdateSet(({ ref }) => ({
        posted_at: ref('excluded.posted_at'),
        data: ref('excluded.data'),
        source_call: ref('excluded.source_call'),
        read_at: ref('excluded.read_at'),
        gone_at: null,
      })),
    )
    .execute()
}

/**
 * Marks what a walk that began at `since` did not meet, of those that it was to meet: all, or those that were posted after
 * the time that it got to, `after`.
 */
export async function markGoneVideos(
  tx: Transaction,
  accountId: string,
  { since, now, after }: { since: number; now: number; after: number | undefined },
): Promise<void> {
  let query = tx
    .updateTable('videos')
    .set({ gone_at: new Date(now) })
    .where('account_id', '=', accountId)
    .where('gone_at', 'is', null)
    .where('read_at', '<', new Date(since))
  if (after !== undefined) query = query.where('posted_at', '>', new Date(after))
  await query.execute()
}

/** Marks these as gone, of those that an account has. */
export async function markGoneByIds(
  tx: Transaction,
  accountId: string,
  ids: readonly string[],
  now: number,
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('videos')
    .set({ gone_at: new Date(now) })
    .where('account_id', '=', accountId)
    .where('video_id', 'in', [...ids])
    .where('gone_at', 'is', null)
    .execute()
}

/** When an account's newest video was posted. */
export async function newestVideoAt(db: Database, accountId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('videos')
    .select('posted_at')
    .where('account_id', '=', accountId)
    .where('gone_at', 'is', null)
    .orderBy('posted_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.posted_at.getTime()
}

export async function findVideos(
  db: Database,
  accountId: string,
  ids: readonly string[],
): Promise<StoredVideo[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('videos')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('video_id', 'in', [...ids])
    .orderBy('posted_at', 'desc')
    .execute()
  return rows.map(toVideo)
}

/** An account's videos, newest first, those that are gone too. `before` is the `id` of a video in this list. */
export async function listVideos(
  db: Database,
  accountId: string,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<StoredVideo[]> {
  let query = db.selectFrom('videos').selectAll().where('account_id', '=', accountId)
  if (before !== undefined) {
    const dot = before.indexOf('.')
    const [postedAt, videoId] = [before.slice(0, dot), before.slice(dot + 1)]
    query = query.where(sql<boolean>`(posted_at, video_id) < (${new Date(Number(postedAt))}, ${videoId})`)
  }
  const rows = await query.orderBy('posted_at', 'desc').orderBy('video_id', 'desc').limit(limit).execute()
  return rows.map(toVideo)
}

/** Every account of a workspace that has this video: one creator may be connected through several apps. */
export async function findVideoAccounts(
  db: Database,
  workspaceId: string,
  videoId: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('videos')
    .select('account_id')
    .where('workspace_id', '=', workspaceId)
    .where('video_id', '=', videoId)
    .orderBy('account_id')
    .execute()
  return rows.map(({ account_id }) => account_id)
}

function toVideo(row: Row<'videos'>): StoredVideo {
  const postedAt = row.posted_at.getTime()
  return {
    id: `${postedAt}.${row.video_id}`,
    accountId: row.account_id,
    videoId: row.video_id,
    postedAt,
    data: row.data,
    sourceCall: row.source_call,
    readAt: row.read_at.getTime(),
    goneAt: row.gone_at?.getTime() ?? null,
  }
}
