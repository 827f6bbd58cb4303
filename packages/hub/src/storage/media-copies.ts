/** Copies of what posts name by address: their bytes go when no post is about to go out with them. */
import { sql } from 'kysely'
import type { Database } from './database.ts'

/** Before the platform has what it needs, or a person has decided: the copy may be looked at again. */
const NEED_COPIES = [
  'accepted',
  'waiting_for_approval',
  'rejected',
  'waiting_for_time',
  'waiting_for_rate',
  'checking',
  'media_blocked',
  'initialising',
]

/**
 * Lets the bytes of copies go that no post needs any more, and forgets copies that no post names at all. What was seen in
 * a copy stays with the posts that it was made for, so that the same pictures are known when they come again.
 * @param unseenBefore copies that nobody has looked at are let go only when they came before this time
 * @returns how many copies it looked at; as many as `limit`: there may be more
 */
export async function letCopiesGo(
  db: Database,
  { now, unseenBefore, limit }: { now: number; unseenBefore: number; limit: number },
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    // Held first: a post that takes one of them over at this moment goes before, and is seen, or waits.
    const { rows } = await sql<{ id: string }>`
      select id from assets where origin = 'post' and (
        not exists (select from post_media m where m.asset_id = assets.id)
        or released_at is null and not exists (
          select from post_media m join posts p on p.id = m.post_id
            where m.asset_id = assets.id and p.state = any(${NEED_COPIES}::text[]))
        and (created_at < ${new Date(unseenBefore)}
          or exists (select from media_looks l where l.asset_id = assets.id and l.report is not null)))
      order by id limit ${limit} for update skip locked`.execute(tx)
    const ids = rows.map(({ id }) => id)
    if (ids.length === 0) return 0
    await sql`
      delete from assets where id = any(${ids}::text[]) and origin = 'post'
        and not exists (select from post_media m where m.asset_id = assets.id)`.execute(tx)
    await sql`
      update assets set released_at = ${new Date(now)}
        where id = any(${ids}::text[]) and origin = 'post' and released_at is null and not exists (
          select from post_media m join posts p on p.id = m.post_id
            where m.asset_id = assets.id and p.state = any(${NEED_COPIES}::text[]))`.execute(tx)
    return ids.length
  })
}
