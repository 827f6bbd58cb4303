import { type Kysely, sql } from 'kysely'

/** An app may be one of TikTok API for Business, which is another platform than TikTok's. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table apps drop constraint apps_platform_check,
      add constraint apps_platform_check
        check (platform in ('tiktok', 'tiktok_shop', 'tiktok_business', 'bluesky'))`.execute(db)
}
