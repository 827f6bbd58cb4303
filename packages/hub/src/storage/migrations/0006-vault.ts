import { type Kysely, sql } from 'kysely'

/** What tells which master keys are still needed, and whether a key is the one that it says it is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  /*
   * The version of the master key that an envelope stands under, out of the envelope itself (vault/sealing.ts): bytes 1
   * to 4, big endian. Null for what is too short to be one. Columns without a `key_version` beside them are found by it.
   */
  `create function sealed_under(envelope bytea) returns integer language sql immutable strict parallel safe as $$
    select case when length(envelope) >= 93 then (get_byte(envelope, 1) << 24) | (get_byte(envelope, 2) << 16)
      | (get_byte(envelope, 3) << 8) | get_byte(envelope, 4) end $$`,
  `create index connect_sessions_sealed_under on connect_sessions (sealed_under(verifier_sealed))
    where verifier_sealed is not null`,
  `create index idempotency_keys_sealed_under on idempotency_keys (sealed_under(answer_sealed))
    where answer_sealed is not null`,
  `create index posts_sealed_under on posts (sealed_under(upload_sealed)) where upload_sealed is not null`,
  `create index apps_key_version on apps (key_version)`,

  // Something known, sealed under each master key when it was first used: another key of that version does not open it.
  `create table vault_keys (
    version integer primary key, proof_sealed bytea not null, first_used_at timestamptz not null)`,

  // Deliveries of an endpoint by the time of their event, for replaying a stretch of time.
  `create index webhook_deliveries_made on webhook_deliveries (endpoint_id, created_at)`,
] as const
