import { type Kysely, sql } from 'kysely'

/** Posts that wait for somebody's yes, queues of accounts with their weekly slots, and reading posts by time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // `made_by` and `decided_by` name whoever asked as the audit log does: a key outlives its revocation there.
  `alter table posts
    add column approval_required boolean not null default false, add column made_by text,
    add column decision text check (decision in ('approved', 'rejected')), add column decided_by text,
    add column decided_at timestamptz, add column decision_reason text,
    add column slot_at timestamptz`,
  // However many processes fill a queue at once, a slot is taken once.
  `create unique index posts_slot on posts (account_id, slot_at) where slot_at is not null`,
  // A calendar asks for a range of days: of what is planned by its time, of the rest by when it was asked for.
  `create index posts_calendar on posts (workspace_id, coalesce(scheduled_at, created_at), id)`,
  `create table account_queues (
    account_id text primary key references accounts on delete cascade,
    workspace_id text not null references workspaces on delete cascade, time_zone text not null,
    slots jsonb not null, paused_at timestamptz, changed_at timestamptz not null)`,
]
