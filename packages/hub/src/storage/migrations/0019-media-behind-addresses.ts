import { type Kysely, sql } from 'kysely'

/** Copies of what posts name by address, so that the media gate looks at it like at any file. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  /*
   * `post`: a copy of what a post names by address; it is in no library. `released_at`: its bytes are gone, since no post
   * is about to go out with it; what was seen in it stays, so that it is known when it comes again.
   */
  `alter table assets add column origin text not null default 'library' check (origin in ('library', 'post')),
    add column released_at timestamptz`,
  `drop index assets_page`,
  `create index assets_library on assets (workspace_id, id) where origin = 'library'`,
  `create index assets_copies on assets (id) where origin = 'post'`,
  // Its content is looked at next, as when a file is deleted.
  `create trigger assets_released after update of released_at on assets for each row
    when (old.released_at is null and new.released_at is not null) execute function blob_may_be_unused()`,

  /*
   * What a post names by address, one row each, in the post's order. Of the address a hash, which says whether the row is
   * about what the post names now. `content_hash` stays when the copy does not.
   */
  `create table post_media (
    post_id text not null references posts on delete cascade, position integer not null,
    workspace_id text not null references workspaces on delete cascade,
    address_sha256 bytea not null,
    state text not null check (state in ('wanted', 'fetched', 'failed')),
    asset_id text references assets on delete set null, content_hash bytea,
    requested_at timestamptz not null, settled_at timestamptz, tries integer not null default 0,
    failure text, failure_detail text,
    primary key (post_id, position))`,
  `create index post_media_asset on post_media (asset_id) where asset_id is not null`,
  `create index post_media_content on post_media (workspace_id, content_hash) where content_hash is not null`,
  `create index post_media_address on post_media (workspace_id, address_sha256, settled_at)
    where state = 'fetched'`,

  /*
   * A verdict is about media, whatever files hold it: of several, `content_hash` is a hash of their hashes. It counts while
   * the post's `source` is the one that `source_sha256` was made of.
   */
  `alter table media_verdicts alter column asset_id drop not null,
    add column source_sha256 bytea, add column fetched_at timestamptz`,
  `update media_verdicts v set source_sha256 = sha256(convert_to(p.source::text, 'UTF8')) from posts p
    where p.id = v.post_id and v.asset_id = p.source ->> 'assetId'`,
  // Which of the post's media a finding is about, counted from 0.
  `alter table media_findings add column positions integer[] not null default '{0}'`,
] as const
