import { sql } from 'kysely'
import type { Database } from './database.ts'

/** Posts by the time of their next step, in that order; `from` does not count, `until` does. */
export async function comingPosts(
  db: Database,
  range: {
    from: number | undefined
    until: number
    /** The last one of the page before. */
    after: { at: number; id: string } | undefined
    limit: number
  },
): Promise<{ id: string; version: number; at: number }[]> {
  let query = db
    .selectFrom('posts')
    .select(['id', 'version', 'step_at as at'])
    .where('step_at', '<=', new Date(range.until))
    .orderBy('step_at')
    .orderBy('id')
    .limit(range.limit)
  if (range.from !== undefined) query = query.where('step_at', '>', new Date(range.from))
  if (range.after !== undefined)
    query = query.where(sql<boolean>`(step_at, id) > (${new Date(range.after.at)}, ${range.after.id})`)
  const rows = await query.execute()
  return rows.flatMap(({ id, version, at }) => (at === null ? [] : [{ id, version, at: at.getTime() }]))
}
