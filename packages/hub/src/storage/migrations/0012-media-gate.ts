import { type Kysely, sql } from 'kysely'

/** What was seen in media, which files are alike, and what was decided about each post because of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table media_policies (
    workspace_id text primary key references workspaces on delete cascade,
    policy jsonb not null, changed_at timestamptz not null)`,
  /*
   * One row a workspace, held while a fingerprint is numbered: numbers are committed in their order, so whoever has read
   * up to one of them has missed none below it.
   */
  `create table media_libraries (
    workspace_id text primary key references workspaces on delete cascade,
    last_seq bigint not null)`,
  // \`report\` is null until somebody has looked.
  `create table media_looks (
    asset_id text primary key references assets on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    requested_at timestamptz not null, looked_at timestamptz, report jsonb)`,
  `create index media_looks_waiting on media_looks (requested_at) where looked_at is null`,
  `create table media_fingerprints (
    asset_id text primary key references assets on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    seq bigint not null, version integer not null, data bytea not null,
    unique (workspace_id, seq))`,
  // Of two files alike, the one that was numbered later is \`asset_id\`.
  `create table media_matches (
    asset_id text not null references assets on delete cascade,
    other_asset_id text not null references assets on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    verdict text not null check (verdict in ('duplicate', 'review')), score double precision not null,
    segments jsonb not null,
    primary key (asset_id, other_asset_id))`,
  `create index media_matches_other on media_matches (other_asset_id)`,
  `create table media_frames (
    id bigint generated always as identity primary key,
    asset_id text not null references assets on delete cascade,
    other_asset_id text references assets on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    kind text not null check (kind in ('match', 'watermark')),
    at_sec double precision not null, other_at_sec double precision, png bytea not null)`,
  `create index media_frames_asset on media_frames (asset_id)`,
  `create index media_frames_other on media_frames (other_asset_id)`,
  /*
   * A post that may go on has its claim here before it does, so that of two alike the later one sees the earlier.
   * \`content_hash\` finds the same file again when the library no longer has it.
   */
  `create table media_verdicts (
    post_id text primary key references posts on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    asset_id text not null, content_hash bytea not null,
    verdict text not null check (verdict in ('ok', 'warn', 'block', 'overruled')),
    is_aigc_suggested boolean not null, because text[] not null, skipped text[] not null,
    judged_at timestamptz not null,
    overruled_rules text[] not null default '{}', overruled_by text, overruled_at timestamptz, overrule_reason text)`,
  `create index media_verdicts_content on media_verdicts (workspace_id, content_hash)`,
  // A finding about another post goes with that post, when its account is erased.
  `create table media_findings (
    post_id text not null references posts on delete cascade, number integer not null,
    workspace_id text not null references workspaces on delete cascade,
    rule text not null, level text not null check (level in ('warn', 'block')), message text not null,
    other_post_id text references posts on delete cascade, other_account_id text, other_asset_id text,
    score double precision, segments jsonb not null,
    primary key (post_id, number))`,
  `create index media_findings_other on media_findings (other_post_id)`,
] as const
