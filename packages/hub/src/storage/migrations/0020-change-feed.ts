import { type Kysely, sql } from 'kysely'

/** What was called, what was told of changes at TikTok, and the address of a workspace's calendar. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Which endpoints an app calls, not how often: a row is touched once an hour at most.
  `create table called_endpoints (
    workspace_id text not null references workspaces on delete cascade,
    app_id text not null references apps on delete cascade, endpoint text not null,
    first_called_at timestamptz not null, last_called_at timestamptz not null,
    primary key (app_id, endpoint))`,
  `create index on called_endpoints (workspace_id)`,
  `insert into called_endpoints (workspace_id, app_id, endpoint, first_called_at, last_called_at)
    select apps.workspace_id, apps.id, rate_slots.endpoint, min(rate_slots.changed_at), max(rate_slots.changed_at)
    from rate_slots join apps on apps.id = rate_slots.app_id group by 1, 2, 3`,

  // `days_before`: 90, 30 or 7. A change whose day is moved is told of anew.
  `create table change_notices (
    workspace_id text not null references workspaces on delete cascade, change_id text not null, due date not null,
    days_before smallint not null, told_at timestamptz not null,
    primary key (workspace_id, change_id, due, days_before))`,

  `create table change_calendars (
    workspace_id text primary key references workspaces on delete cascade, token_hash bytea not null unique,
    created_at timestamptz not null)`,
] as const
