import { type Kysely, sql } from 'kysely'

/** What platforms beside TikTok bring: comments under contents, posts of text alone, sign-ins by password. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Of persons who gave us no consent: they go with the account under whose content they stand.
  `create table comments (
    account_id text not null references accounts on delete cascade, comment_id text not null,
    video_id text not null, workspace_id text not null references workspaces on delete cascade,
    parent_id text, author_id text not null, author_name text, author_username text, author_url text,
    body text not null, likes bigint, replies bigint, posted_at timestamptz not null,
    source_call text not null, read_at timestamptz not null, first_read_at timestamptz not null,
    gone_at timestamptz, primary key (account_id, comment_id))`,
  `create index comments_page on comments (account_id, posted_at desc, comment_id desc)`,
  `create index comments_content on comments (account_id, video_id, posted_at desc, comment_id desc)`,
  // How many comments a content had when they were last read: they are read again when it has another number.
  `alter table videos add column comments_read bigint, add column comments_read_at timestamptz`,
  // When it was first sent. A platform that knows a post by a key of ours gets the same one at every try, and the key
  // begins with this time.
  `alter table posts add column first_sent_at timestamptz, drop constraint posts_kind_check,
    add constraint posts_kind_check check (kind in ('video', 'photo', 'text'))`,
  // Whoever has a link may try passwords behind it, a few.
  `alter table connect_sessions add column sign_ins integer not null default 0`,
] as const
