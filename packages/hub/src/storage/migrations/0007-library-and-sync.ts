import { type Kysely, sql } from 'kysely'

/** Contents apart from the files that name them, so that bytes go when nobody has them; and readings that stop early. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  /*
   * One row for each content in the blob store. It is written before the bytes and deleted after them, so that nothing is
   * in the store that no row names. `check_at` is when to look whether anybody still has it; null while somebody does.
   */
  `create table blobs (hash bytea primary key, size_bytes bigint not null, check_at timestamptz)`,
  `insert into blobs (hash, size_bytes) select distinct on (hash) hash, size_bytes from assets`,
  // Who is about to use a content; a claim whose process died ends by itself.
  `create table blob_claims (asset_id text primary key, hash bytea not null, until timestamptz not null)`,
  `create index blob_claims_hash on blob_claims (hash)`,
  `create index blobs_check on blobs (check_at) where check_at is not null`,
  // Keeps a content from going while a file of it is being written down.
  `alter table assets add constraint assets_hash_fkey foreign key (hash) references blobs`,
  `create index assets_hash on assets (hash)`,
  `create index assets_page on assets (workspace_id, id)`,
  `create index assets_tags on assets using gin (tags)`,

  // Whatever deletes a file, a workspace's end too: its content is looked at next.
  `create function blob_may_be_unused() returns trigger language plpgsql as $$
    begin
      update blobs set check_at = '-infinity' where hash = old.hash;
      return null;
    end $$`,
  `create trigger assets_deleted after delete on assets for each row execute function blob_may_be_unused()`,

  // What was posted stays in the post's own \`source\`; the file itself may go.
  `alter table posts drop constraint posts_asset_id_fkey,
    add constraint posts_asset_id_fkey foreign key (asset_id) references assets on delete set null`,
  `create index posts_asset on posts (asset_id, id) where asset_id is not null`,

  // A run that began with \`run_since\` reads no further back than that; without one it reads every video.
  `alter table account_syncs add column whole_at timestamptz, add column run_since timestamptz`,
  `update account_syncs set whole_at = completed_at`,
] as const
