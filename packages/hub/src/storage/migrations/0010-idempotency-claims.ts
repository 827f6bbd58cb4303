import { type Kysely, sql } from 'kysely'

/** Which request holds a key, so that one that stood still cannot end the claim of the one that took over. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table idempotency_keys add column claim_id text`.execute(db)
}
