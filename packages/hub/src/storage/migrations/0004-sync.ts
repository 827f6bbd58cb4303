import { type Kysely, sql } from 'kysely'

/** Profiles, videos and their counters, and where each account's reading of them stands. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // `cursor` is where the present run goes on; null before its first page. `run_started_at` null: no run is open.
  `create table account_syncs (
    account_id text primary key references accounts on delete cascade,
    workspace_id text not null references workspaces on delete cascade, due_at timestamptz,
    lease_until timestamptz, lease_holder text, run_started_at timestamptz, profile_done boolean not null default false,
    cursor text, completed_at timestamptz, requested_at timestamptz, failures integer not null default 0,
    last_failure text, skipped text[] not null default '{}')`,
  `create index account_syncs_due on account_syncs (due_at) where due_at is not null`,

  `create table profiles (
    account_id text primary key references accounts on delete cascade,
    workspace_id text not null references workspaces on delete cascade, data jsonb not null,
    source_call text not null, read_at timestamptz not null)`,

  `create table videos (
    account_id text not null references accounts on delete cascade, video_id text not null,
    workspace_id text not null references workspaces on delete cascade, posted_at timestamptz not null,
    data jsonb not null, source_call text not null, read_at timestamptz not null, gone_at timestamptz,
    primary key (account_id, video_id))`,
  `create index on videos (account_id, posted_at desc, video_id desc)`,
  `create index on videos (workspace_id, video_id)`,

  // One a day for each video, and with an empty video_id for the account; the day's latest reading wins.
  `create table metric_points (
    account_id text not null references accounts on delete cascade, video_id text not null, day date not null,
    at timestamptz not null, views bigint, likes bigint, comments bigint, shares bigint, followers bigint,
    following bigint, videos bigint, primary key (account_id, video_id, day))`,

  `insert into account_syncs (account_id, workspace_id, due_at)
    select id, workspace_id, now() + random() * interval '12 hours' from accounts where status = 'connected'`,
] as const
