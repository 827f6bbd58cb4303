import { sql } from 'kysely'
import type { Database } from './database.ts'

/**
 * Counts one attempt before it is looked at, in one statement, so that many at once are counted one by one.
 * @returns how many there were since the window began, this one included, and when it began
 */
export async function countAttempt(
  db: Database,
  keyHash: Uint8Array,
  now: number,
  windowMs: number,
): Promise<{ count: number; since: number }> {
  const row = await db
    .insertInto('sign_in_attempts')
    .values({ key_hash: keyHash, count: 1, since: new Date(now) })
    .onConflict((conflict) =>
      conflict.column('key_hash').doUpdateSet(() => {
        const over = sql<boolean>`sign_in_attempts.since <= ${new Date(now - windowMs)}`
        return {
          count: sql<number>`case when ${over} then 1 else least(sign_in_attempts.count + 1, 1000000) end`,
          since: sql<Date>`case when ${over} then ${new Date(now)}::timestamptz else sign_in_attempts.since end`,
        }
      }),
    )
    .returning(['count', 'since'])
    .executeTakeFirstOrThrow()
  return { count: row.count, since: row.since.getTime() }
}

export async function forgetAttempts(db: Database, keyHash: Uint8Array): Promise<void> {
  await db.deleteFrom('sign_in_attempts').where('key_hash', '=', keyHash).execute()
}

export async function deleteOldAttempts(db: Database, before: number): Promise<void> {
  await db.deleteFrom('sign_in_attempts').where('since', '<=', new Date(before)).execute()
}
