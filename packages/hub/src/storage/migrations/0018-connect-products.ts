import { type Kysely, sql } from 'kysely'

/** A connect link that an SDK token opened binds the account to the products that the token names. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table connect_sessions add column products text[]').execute(db)
}
