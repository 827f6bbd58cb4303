import { type Kysely, sql } from 'kysely'

/** TikTok's events as they came, and our own: what happened, who is told, and how far that is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // `body` is kept until it is processed; the hash stays a while, so that a late repetition is known.
  `create table inbound_events (
    id text primary key, app_id text not null references apps on delete cascade, app_ids text[] not null,
    hash bytea not null, body bytea, event text, received_at timestamptz not null, processed_at timestamptz,
    outcome text, unique (app_id, hash))`,
  `create index on inbound_events (received_at)`,

  `create table webhook_endpoints (
    id text primary key, workspace_id text not null references workspaces on delete cascade, url text not null,
    description text, events text[] not null default '{}', environment text,
    status text not null check (status in ('enabled', 'disabled')), disabled_reason text,
    failing_since timestamptz, created_at timestamptz not null, changed_at timestamptz not null)`,
  `create index on webhook_endpoints (workspace_id, id)`,

  // Several while a secret is being changed: each signs until its end.
  `create table webhook_secrets (
    endpoint_id text not null references webhook_endpoints on delete cascade, generation integer not null,
    workspace_id text not null, sealed bytea not null, key_version integer not null, created_at timestamptz not null,
    expires_at timestamptz, primary key (endpoint_id, generation))`,
  `create index on webhook_secrets (key_version)`,

  `create table webhook_events (
    id text primary key, workspace_id text not null references workspaces on delete cascade, type text not null,
    account_id text, data jsonb not null, created_at timestamptz not null)`,
  `create index on webhook_events (account_id) where account_id is not null`,
  `create index on webhook_events (created_at)`,

  /*
   * One event for one endpoint. A lane is what keeps its order: the events of one account for one endpoint. The pending
   * one with the lowest seq is the head of its lane, and only heads are sent.
   */
  `create table webhook_deliveries (
    id text primary key, seq bigint generated always as identity, workspace_id text not null,
    endpoint_id text not null references webhook_endpoints on delete cascade,
    event_id text not null references webhook_events on delete cascade, lane text not null,
    state text not null check (state in ('pending', 'delivered', 'dead')), dead_reason text,
    attempts integer not null default 0, next_at timestamptz, lease_until timestamptz, lease_owner text,
    begun_at timestamptz not null, log jsonb not null default '[]', created_at timestamptz not null,
    delivered_at timestamptz)`,
  `create index webhook_lanes on webhook_deliveries (endpoint_id, lane, seq) where state = 'pending'`,
  `create index webhook_due on webhook_deliveries (next_at) where state = 'pending'`,
  `create index on webhook_deliveries (workspace_id, id)`,
  `create index on webhook_deliveries (endpoint_id, id)`,
  `create index on webhook_deliveries (event_id)`,
] as const
