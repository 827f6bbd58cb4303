import { type Kysely, sql } from 'kysely'

/** An app may be one of Bluesky. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table apps drop constraint apps_platform_check,
      add constraint apps_platform_check check (platform in ('tiktok', 'tiktok_shop', 'bluesky'))`.execute(db)
}
