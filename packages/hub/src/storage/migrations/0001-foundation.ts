import { type Kysely, sql } from 'kysely'

/**
 * Tenancy, vault, consent, publishing and limits. Times are `timestamptz`; ids are prefixed and sort by time
 * (`post_01J…`). Nothing here is a secret in the clear: `*_sealed` columns hold envelopes of the vault.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table workspaces (
    id text primary key, name text not null, created_at timestamptz not null, settings jsonb not null default '{}')`,

  `create table api_keys (
    id text primary key, workspace_id text not null references workspaces on delete cascade, name text not null,
    prefix text not null, hash bytea not null unique, scopes text[] not null, created_at timestamptz not null,
    expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz, replaced_by text)`,
  `create index on api_keys (workspace_id, created_at)`,

  `create table apps (
    id text primary key, workspace_id text not null references workspaces on delete cascade, name text not null,
    environment text not null check (environment in ('sandbox', 'production')), client_key text not null,
    secret_sealed bytea not null, key_version integer not null, audited boolean not null default false, created_at timestamptz not null,
    unique (workspace_id, client_key))`,

  `create table accounts (
    id text primary key, workspace_id text not null references workspaces on delete cascade,
    app_id text not null references apps, platform text not null, external_id text not null,
    external_user_id text, username text, display_name text, avatar_url text,
    status text not null check (status in ('connected', 'reauthorization_required', 'disconnected', 'erased')),
    status_reason text, scopes text[] not null, missing_scopes text[] not null default '{}',
    connected_at timestamptz not null, changed_at timestamptz not null,
    unique (app_id, external_id))`,
  `create index on accounts (workspace_id, id)`,

  `create table consents (
    id text primary key, account_id text not null references accounts on delete cascade,
    scopes_asked text[] not null, scopes_granted text[] not null, granted_at timestamptz not null,
    expires_at timestamptz, ip text, user_agent text, ended_at timestamptz, end_reason text)`,
  `create index on consents (account_id, granted_at)`,
  // What is in force now; a new grant ends the one before.
  `create unique index on consents (account_id) where ended_at is null`,

  // One row an account: the sealed token pair, and when it is due. Small rows and an index on what is due next.
  `create table token_vault (
    account_id text primary key references accounts on delete cascade, workspace_id text not null,
    app_id text not null, sealed bytea not null,
    key_version integer not null, access_expires_at timestamptz not null, refresh_expires_at timestamptz not null,
    due_at timestamptz, lease_until timestamptz, lease_holder text, refresh_sent_at timestamptz,
    refused_at timestamptz, failures integer not null default 0,
    last_failure text, generation bigint not null default 1, changed_at timestamptz not null)`,
  // A lease moves due_at to its own end, so that what is due is what nobody works on; null: nothing to refresh any more.
  `create index token_vault_due on token_vault (due_at)`,
  `create index token_vault_key_version on token_vault (key_version)`,

  `create table connect_sessions (
    id text primary key, workspace_id text not null references workspaces on delete cascade,
    app_id text not null references apps on delete cascade, scopes text[] not null, return_url text,
    external_user_id text, state_hash bytea unique, verifier_sealed bytea, redirect_uri text,
    created_by text not null, created_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz,
    account_id text, outcome text, outcome_code text)`,
  `create index on connect_sessions (workspace_id, id)`,

  `create table idempotency_keys (
    workspace_id text not null references workspaces on delete cascade, key text not null, operation text not null,
    body_hash bytea not null, status integer, answer_sealed bytea, created_at timestamptz not null, locked_until timestamptz,
    primary key (workspace_id, key))`,
  `create index on idempotency_keys (created_at)`,

  `create table audit_log (
    id bigint generated always as identity primary key, workspace_id text, at timestamptz not null, actor text not null,
    action text not null, subject text, detail jsonb not null default '{}')`,
  `create index on audit_log (workspace_id, id)`,

  `create table assets (
    id text primary key, workspace_id text not null references workspaces on delete cascade, hash bytea not null,
    size_bytes bigint not null, content_type text not null, name text, tags text[] not null default '{}',
    info jsonb not null default '{}', created_at timestamptz not null, unique (workspace_id, hash))`,

  // A post is one row an account; posts made by one request share a group.
  `create table posts (
    id text primary key, workspace_id text not null references workspaces on delete cascade, group_id text not null,
    account_id text not null references accounts, kind text not null check (kind in ('video', 'photo')),
    mode text not null check (mode in ('direct', 'draft')), state text not null, state_reason text,
    options jsonb not null, source jsonb not null, asset_id text references assets,
    scheduled_at timestamptz, time_zone text, publish_id text, upload_sealed bytea, upload jsonb,
    uploaded_bytes bigint not null default 0, init_attempt integer not null default 0, init_sent_at timestamptz,
    post_ids text[] not null default '{}', fail_reason text, attempt integer not null default 1,
    step_at timestamptz, version integer not null default 1, created_at timestamptz not null, changed_at timestamptz not null)`,
  `create index on posts (workspace_id, id)`,
  `create index on posts (account_id, created_at)`,
  `create unique index on posts (publish_id) where publish_id is not null`,

  `create table post_transitions (
    id bigint generated always as identity primary key, post_id text not null references posts on delete cascade,
    at timestamptz not null, from_state text, to_state text not null, cause text not null, detail jsonb not null default '{}')`,
  `create index on post_transitions (post_id, id)`,

  // The last grants of each window, oldest first: one row says when the next call may go.
  `create table rate_slots (
    key text primary key, granted timestamptz[] not null, blocked_until timestamptz, changed_at timestamptz not null)`,
] as const
