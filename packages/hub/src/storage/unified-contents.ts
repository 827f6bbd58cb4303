/** Contents as the unified API lists them: the hub's videos and posts under ids of their own. */
import { sql } from 'kysely'
import { contentId } from '../unified/uuid.ts'
import type { Database } from './database.ts'
import type { Row } from './tables.ts'
import type { UnifiedPage, UserScope } from './unified-users.ts'
import type { Fields } from './videos.ts'

export interface UnifiedContent {
  /** A UUID. */
  id: string
  accountId: string
  /** The platform's id. */
  externalId: string
  postedAt: number
  data: Fields
  sourceCall: string
  readAt: number
  firstReadAt: number
  goneAt: number | null
}

/** Milliseconds since the epoch; `to` is not included. */
export interface TimeRange {
  from: number | undefined
  to: number | undefined
}

/** As the index on `videos` has it. */
const ID = sql<string>`unified_content_id(account_id, video_id)`

/** Those that are still on the platform, newest first. */
export async function listContents(
  db: Database,
  accountId: string,
  range: TimeRange,
  { limit, offset, after }: UnifiedPage,
): Promise<UnifiedContent[]> {
  let query = present(db, accountId, range)
    .selectAll()
    .orderBy('posted_at', 'desc')
    .orderBy('video_id', 'desc')
    .limit(limit)
    .offset(offset)
  if (after !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('posted_at', 'video_id'), '<', tuple(new Date(after.at), after.id)),
    )
  return (await query.execute()).map(toContent)
}

export async function countContents(db: Database, accountId: string, range: TimeRange): Promise<number> {
  const row = await present(db, accountId, range)
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** By the ids that the unified API shows, in no order; also those that are gone from the platform. */
export async function findContents(
  db: Database,
  { workspaceId, environment }: UserScope,
  ids: readonly string[],
): Promise<UnifiedContent[]> {
  if (ids.length === 0) return []
  let query = db
    .selectFrom('videos')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`${ID} = any(${[...ids]}::text[])`)
  if (environment !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('unified_accounts as bond')
          .innerJoin('unified_users as user', 'user.id', 'bond.user_id')
          .select('bond.account_id')
          .whereRef('bond.account_id', '=', 'videos.account_id')
          .where('user.environment', '=', environment),
      ),
    )
  return (await query.execute()).map(toContent)
}

/** Of one account, by the platform's ids. */
export async function findContentsByExternalId(
  db: Database,
  accountId: string,
  ids: readonly string[],
): Promise<UnifiedContent[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('videos')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('video_id', 'in', [...ids])
    .execute()
  return rows.map(toContent)
}

function present(db: Database, accountId: string, { from, to }: TimeRange) {
  let query = db.selectFrom('videos').where('account_id', '=', accountId).where('gone_at', 'is', null)
  if (from !== undefined) query = query.where('posted_at', '>=', new Date(from))
  if (to !== undefined) query = query.where('posted_at', '<', new Date(to))
  return query
}

function toContent(row: Row<'videos'>): UnifiedContent {
  return {
    // Worked out here: in the query it would be for every row that an offset passes over.
    id: contentId(row.account_id, row.video_id),
    accountId: row.account_id,
    externalId: row.video_id,
    postedAt: row.posted_at.getTime(),
    data: row.data,
    sourceCall: row.source_call,
    readAt: row.read_at.getTime(),
    firstReadAt: row.first_read_at.getTime(),
    goneAt: row.gone_at?.getTime() ?? null,
  }
}
