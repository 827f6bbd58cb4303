import { type Kysely, sql } from 'kysely'

/** Income of shops under the ids of the unified API, found by index. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index shop_things_unified_id on shop_things (unified_content_id(shop_id, kind || '/' || external_id))
    where kind in ('transactions', 'statements')`.execute(db)
}
