import { type Kysely, sql } from 'kysely'

/** People who sign in to the dashboard, their passkeys, sessions and invitations; and what tells it of changes at once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // A login is unique in the installation: signing in comes before the workspace is known.
  `create table people (
    id text primary key,
    workspace_id text not null references workspaces on delete cascade,
    login text not null unique check (login = lower(login)), name text not null,
    role text not null check (role in ('owner', 'approver', 'publisher', 'viewer')),
    runs_installation boolean not null default false,
    password_hash text, created_at timestamptz not null, changed_at timestamptz not null)`,
  `create index people_workspace on people (workspace_id, id)`,
  `create table passkeys (
    id text primary key,
    person_id text not null references people on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    name text not null, public_key bytea not null, counter bigint not null, transports text[] not null,
    created_at timestamptz not null, last_used_at timestamptz)`,
  `create index passkeys_person on passkeys (person_id)`,
  // What a browser is to sign: used once, for a few minutes. Nothing is known of whoever asks for one to sign in with.
  `create table passkey_challenges (
    hash bytea primary key, person_id text references people on delete cascade, expires_at timestamptz not null)`,
  `create index passkey_challenges_person on passkey_challenges (person_id)`,
  `create table person_sessions (
    id text primary key, token_hash bytea not null unique,
    person_id text not null references people on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    created_at timestamptz not null, seen_at timestamptz not null, expires_at timestamptz not null, user_agent text)`,
  `create index person_sessions_person on person_sessions (person_id)`,
  `create index person_sessions_expiry on person_sessions (expires_at)`,
  // first: of an installation without people; invite: a new person; reset: another password for one who is there.
  `create table person_invitations (
    id text primary key, token_hash bytea not null unique,
    workspace_id text not null references workspaces on delete cascade,
    kind text not null check (kind in ('first', 'invite', 'reset')),
    person_id text references people on delete cascade,
    role text not null check (role in ('owner', 'approver', 'publisher', 'viewer')),
    runs_installation boolean not null default false,
    created_by text not null, created_at timestamptz not null, expires_at timestamptz not null)`,
  `create index person_invitations_workspace on person_invitations (workspace_id, id)`,
  `create index person_invitations_person on person_invitations (person_id)`,
  // Counted by hashes: neither what was typed as a login nor an address stands here.
  `create table sign_in_attempts (
    key_hash bytea primary key, count integer not null, since timestamptz not null)`,
  `create index sign_in_attempts_since on sign_in_attempts (since)`,

  // Numbers tell notifications apart; they are in no order across transactions.
  `create sequence live_events_number`,
  `create function tell_live(workspace text, kind text, subject text, state text) returns void language sql as $$
    select pg_notify('tockwork_live', json_build_object('i', nextval('live_events_number'),
      'w', workspace, 'k', kind, 's', subject, 't', state)::text) $$`,
  `create function tell_live_posts() returns trigger language plpgsql as $$ begin
    perform tell_live(p.workspace_id, 'post', p.id, c.to_state) from changed c join posts p on p.id = c.post_id;
    return null; end $$`,
  `create trigger post_transitions_live after insert on post_transitions
    referencing new table as changed for each statement execute function tell_live_posts()`,
  `create function tell_live_new_accounts() returns trigger language plpgsql as $$ begin
    perform tell_live(c.workspace_id, 'account', c.id, c.status) from changed c;
    return null; end $$`,
  `create trigger accounts_live_insert after insert on accounts
    referencing new table as changed for each statement execute function tell_live_new_accounts()`,
  `create function tell_live_accounts() returns trigger language plpgsql as $$ begin
    perform tell_live(c.workspace_id, 'account', c.id, c.status) from changed c join before b on b.id = c.id
      where (b.status, b.scopes, b.username, b.changed_at) is distinct from (c.status, c.scopes, c.username, c.changed_at);
    return null; end $$`,
  `create trigger accounts_live_update after update on accounts
    referencing old table as before new table as changed for each statement execute function tell_live_accounts()`,
  `create function tell_live_deliveries() returns trigger language plpgsql as $$ begin
    perform tell_live(c.workspace_id, 'delivery', c.id, c.state) from changed c join before b on b.id = c.id
      where (b.state, b.attempts) is distinct from (c.state, c.attempts);
    return null; end $$`,
  `create trigger webhook_deliveries_live after update on webhook_deliveries
    referencing old table as before new table as changed for each statement execute function tell_live_deliveries()`,
] as const
