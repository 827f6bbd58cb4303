import { type Kysely, sql } from 'kysely'

/**
 * Creators as the unified API shows them: users with their accounts, tokens of the Connect flow, publications, and webhooks
 * of another format.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // `implicit`: made by the hub for an account that was connected without a user, and gone with its last account.
  `create table unified_users (
    id text primary key, workspace_id text not null references workspaces on delete cascade,
    environment text not null check (environment in ('sandbox', 'production')),
    name text not null, external_id text not null,
    status text not null default 'ACTIVE' check (status in ('ACTIVE', 'INACTIVE')),
    implicit boolean not null default false,
    created_at timestamptz not null, updated_at timestamptz not null,
    unique (workspace_id, environment, external_id))`,
  `create index on unified_users (workspace_id, created_at desc, id desc)`,
  // Of a token only the hash is kept, as of an API key.
  `create table unified_sdk_tokens (
    hash bytea primary key, workspace_id text not null references workspaces on delete cascade,
    user_id text not null references unified_users on delete cascade,
    api_key_id text not null references api_keys on delete cascade, products text[] not null,
    created_at timestamptz not null, expires_at timestamptz not null)`,
  `create index on unified_sdk_tokens (expires_at)`,
  `create index on unified_sdk_tokens (user_id)`,
  `create table unified_accounts (
    account_id text primary key references accounts on delete cascade,
    id text not null unique, profile_id text not null unique,
    workspace_id text not null references workspaces on delete cascade,
    user_id text not null references unified_users, products text[] not null,
    monitoring jsonb not null default '{}', disconnection_source text,
    created_at timestamptz not null, updated_at timestamptz not null)`,
  `create index on unified_accounts (workspace_id, created_at desc, id desc)`,
  `create index on unified_accounts (user_id, created_at desc, id desc)`,
  `create table unified_publications (
    id text primary key, workspace_id text not null references workspaces on delete cascade,
    account_id text not null references accounts on delete cascade,
    post_id text unique references posts on delete cascade,
    request jsonb not null, failure jsonb, created_by text not null,
    created_at timestamptz not null, updated_at timestamptz not null)`,
  `create index on unified_publications (account_id)`,
  // A UUID of version 3 (RFC 9562) in a name space of sixteen letters: a content has its id from the first reading on,
  // in whichever process, and is found by it. An expression, because an import cannot fill generated columns.
  `create function unified_content_id(account text, content text) returns text
    language sql immutable parallel safe return
    regexp_replace(
      overlay(overlay(md5('tockwork-content' || account || '/' || content) placing '3' from 13)
        placing translate(substr(md5('tockwork-content' || account || '/' || content), 17, 1),
          '0123456789abcdef', '89ab89ab89ab89ab') from 17),
      '^(.{8})(.{4})(.{4})(.{4})(.{12})$', '\\1-\\2-\\3-\\4-\\5')`,
  `create index videos_unified_id on videos (unified_content_id(account_id, video_id))`,
  `alter table videos add column first_read_at timestamptz not null default now()`,
  `update videos set first_read_at = read_at`,
  // Whether it is read only when somebody asks for it.
  `alter table account_syncs add column on_demand boolean not null default false`,
  `alter table webhook_endpoints
    add column format text not null default 'tockwork' check (format in ('tockwork', 'unified')),
    add column unified_id text unique, add column name text`,
  // Who is connected already gets a user too.
  `insert into unified_users (id, workspace_id, environment, name, external_id, implicit, created_at, updated_at)
    select gen_random_uuid()::text, a.workspace_id, apps.environment, coalesce(a.external_user_id, a.id),
      coalesce(a.external_user_id, a.id), true, min(a.connected_at), min(a.connected_at)
    from accounts a join apps on apps.id = a.app_id where a.status <> 'erased'
    group by a.workspace_id, apps.environment, coalesce(a.external_user_id, a.id)`,
  `insert into unified_accounts
      (account_id, id, profile_id, workspace_id, user_id, products, created_at, updated_at)
    select a.id, gen_random_uuid()::text, gen_random_uuid()::text, a.workspace_id, u.id, '{IDENTITY,ENGAGEMENT}',
      a.connected_at, a.changed_at
    from accounts a join apps on apps.id = a.app_id
    join unified_users u on u.workspace_id = a.workspace_id and u.environment = apps.environment
      and u.external_id = coalesce(a.external_user_id, a.id)
    where a.status <> 'erased'`,
]
