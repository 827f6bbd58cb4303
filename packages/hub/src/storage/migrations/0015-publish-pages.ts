import { type Kysely, sql } from 'kysely'

/** Links to the publish page, what was agreed to there, and how a connect link was opened. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Of the token only a hash: whoever reads the table cannot open the page.
  `create table publish_sessions (
    id text primary key,
    workspace_id text not null references workspaces on delete cascade,
    token_hash bytea not null unique,
    created_by text not null, approval_required boolean not null, is_demo boolean not null,
    mode text not null check (mode in ('direct', 'draft')),
    kind text not null check (kind in ('video', 'photo')),
    asset_id text references assets on delete set null, may_upload boolean not null,
    video_url text, photo_urls text[] not null, cover_index integer not null,
    title text, description text, scheduled_at text, time_zone text,
    origins text[] not null,
    created_at timestamptz not null, expires_at timestamptz not null)`,
  `create index publish_sessions_workspace on publish_sessions (workspace_id, id)`,
  `create index publish_sessions_expiry on publish_sessions (expires_at)`,
  `create index publish_sessions_asset on publish_sessions (asset_id)`,
  `create table publish_session_accounts (
    session_id text not null references publish_sessions on delete cascade,
    account_id text not null references accounts on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    position integer not null, post_id text references posts on delete set null, submitted_at timestamptz,
    primary key (session_id, account_id))`,
  `create index publish_session_accounts_account on publish_session_accounts (account_id)`,
  `create index publish_session_accounts_post on publish_session_accounts (post_id)`,
  // What a creator agreed to before a post of theirs was made, and who says so: our page, or a caller of the API.
  `create table post_consents (
    post_id text primary key references posts on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    source text not null check (source in ('publish_page', 'api')),
    agreed text[] not null, given_at timestamptz not null, ip text, user_agent text)`,
  // A connect link that was opened by a product's page knows whom to tell, in which language, and for which user.
  `alter table connect_sessions add column language text, add column opener_origin text,
    add column unified_user_id text`,
] as const
