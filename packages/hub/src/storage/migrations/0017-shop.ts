import { type Kysely, sql } from 'kysely'

/** TikTok Shop: apps of that platform, the shops of a seller, what was read of them, and how far the reading is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // `client_key` and `secret_sealed` are the app key and secret; the consent page of a seller wants the service id.
  `alter table apps
    add column platform text not null default 'tiktok' check (platform in ('tiktok', 'tiktok_shop')),
    add column service_id text,
    add column market text check (market in ('ROW', 'US'))`,
  `alter table connect_sessions add column market text check (market in ('ROW', 'US'))`,
  // A seller: when the list of shops is due to be read, and when the authorization ends. `ends_told` is the end that was
  // warned of, so that each is warned of once.
  `create table shop_sellers (
    account_id text primary key references accounts on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    app_id text not null references apps,
    due_at timestamptz, lease_until timestamptz, lease_holder text,
    failures integer not null default 0, last_failure text,
    read_at timestamptz, ends_at timestamptz, ends_told timestamptz)`,
  `create index on shop_sellers (due_at) where due_at is not null`,
  `create index on shop_sellers (ends_at) where ends_told is distinct from ends_at`,
  `create table shops (
    id text primary key, account_id text not null references accounts on delete cascade,
    workspace_id text not null references workspaces on delete cascade,
    app_id text not null references apps,
    external_id text not null, cipher text not null, name text, region text, seller_type text, code text,
    created_at timestamptz not null, read_at timestamptz not null, gone_at timestamptz,
    unique (account_id, external_id))`,
  `create index on shops (workspace_id, id desc)`,
  `create index on shops (app_id, external_id)`,
  // `position`: everything up to this second was read; `run_from`: where a run that is under way goes on.
  `create table shop_syncs (
    shop_id text not null references shops on delete cascade,
    kind text not null check (kind in ('orders', 'products', 'stock', 'returns', 'statements')),
    workspace_id text not null references workspaces on delete cascade,
    account_id text not null references accounts on delete cascade,
    due_at timestamptz, lease_until timestamptz, lease_holder text,
    position bigint, run_from bigint, run_started_at timestamptz, completed_at timestamptz, whole_at timestamptz,
    requested_at timestamptz, wished_at timestamptz, failures integer not null default 0, last_failure text,
    primary key (shop_id, kind))`,
  `create index on shop_syncs (due_at) where due_at is not null`,
  // What a webhook named: read by itself, before the next walk over what changed.
  `create table shop_wishes (
    shop_id text not null, kind text not null, external_id text not null, asked_at timestamptz not null,
    primary key (shop_id, kind, external_id),
    foreign key (shop_id, kind) references shop_syncs on delete cascade)`,
  // One row a thing, as TikTok told it last. `parent_id`: the product of a stock row, the order of a return, the
  // statement of a transaction. `order_id`: of a transaction.
  `create table shop_things (
    shop_id text not null references shops on delete cascade,
    kind text not null check (kind in ('orders', 'products', 'stock', 'returns', 'statements', 'transactions')),
    external_id text not null, workspace_id text not null references workspaces on delete cascade,
    parent_id text, status text, created_at timestamptz not null, updated_at timestamptz not null,
    amount text, currency text, data jsonb not null,
    source_call text not null, read_at timestamptz not null, gone_at timestamptz,
    primary key (shop_id, kind, external_id))`,
  `create index on shop_things (shop_id, kind, created_at, external_id)`,
  `create index on shop_things (shop_id, kind, updated_at, external_id)`,
  `create index on shop_things (shop_id, kind, parent_id) where parent_id is not null`,
]
