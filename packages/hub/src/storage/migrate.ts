import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { checkServer, type Database, DatabaseError } from './database.ts'
import * as foundation from './migrations/0001-foundation.ts'
import * as publishing from './migrations/0002-publishing.ts'
import * as webhooks from './migrations/0003-webhooks.ts'
import * as sync from './migrations/0004-sync.ts'
import * as vault from './migrations/0006-vault.ts'
import * as libraryAndSync from './migrations/0007-library-and-sync.ts'
import * as idempotencyClaims from './migrations/0010-idempotency-claims.ts'
import * as approvalAndQueues from './migrations/0011-approval-and-queues.ts'
import * as mediaGate from './migrations/0012-media-gate.ts'
import * as unifiedApi from './migrations/0013-unified-api.ts'
import * as people from './migrations/0014-people.ts'
import * as publishPages from './migrations/0015-publish-pages.ts'
import * as platforms from './migrations/0016-platforms.ts'
import * as shop from './migrations/0017-shop.ts'
import * as connectProducts from './migrations/0018-connect-products.ts'
import * as mediaBehindAddresses from './migrations/0019-media-behind-addresses.ts'
import * as changeFeed from './migrations/0020-change-feed.ts'
import * as blueskyApps from './migrations/0021-bluesky-apps.ts'
import * as shopIncome from './migrations/0022-shop-income.ts'
import * as businessApps from './migrations/0023-business-apps.ts'

/** Every migration in order; names never change once released. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-foundation': foundation,
  '0002-publishing': publishing,
  '0003-webhooks': webhooks,
  '0004-sync': sync,
  '0006-vault': vault,
  '0007-library-and-sync': libraryAndSync,
  '0010-idempotency-claims': idempotencyClaims,
  '0011-approval-and-queues': approvalAndQueues,
  '0012-media-gate': mediaGate,
  '0013-unified-api': unifiedApi,
  '0014-people': people,
  '0015-publish-pages': publishPages,
  '0016-platforms': platforms,
  '0017-shop': shop,
  '0018-connect-products': connectProducts,
  '0019-media-behind-addresses': mediaBehindAddresses,
  '0020-change-feed': changeFeed,
  '0021-bluesky-apps': blueskyApps,
  '0022-shop-income': shopIncome,
  '0023-business-apps': businessApps,
}

/** The name of the newest migration: the version of the schema. */
export const SCHEMA_VERSION = Object.keys(MIGRATIONS).sort().at(-1) ?? ''

/** Any number that nothing else in the database uses; several starters queue here. */
const LOCK = 4_848_000_001

/**
 * Brings the schema up to this program's version; does nothing when it is there. Safe with several starters: one does
 * the work, the others wait for it. Each migration commits by itself or not at all.
 * @param to the name of the last migration to run; the newest unless told
 * @returns the names of the migrations that this call ran.
 * @throws {DatabaseError} when the server is too old or the schema is of a newer Tockwork.
 */
export async function migrate(db: Database, to: string = SCHEMA_VERSION): Promise<string[]> {
  await checkServer(db)
  return await db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${LOCK})`.execute(connection)
    try {
      const applied = await appliedMigrations(connection)
      const newer = applied.filter((name) => !(name in MIGRATIONS))
      if (newer.length > 0)
        throw new DatabaseError(
          'newer_schema',
          `The database was made by a newer Tockwork (it has ${newer.join(', ')}). Run that version, ` +
            'or export with it and import into an empty database.',
        )
      const migrator = new Migrator({
        db: connection,
        provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
        // Numbers are given out when work begins: a lower one may come after a higher one.
        allowUnorderedMigrations: true,
      })
      const last = Object.keys(MIGRATIONS)
        .sort()
        .filter((name) => name <= to && !applied.includes(name))
        .at(-1)
      const { error, results } = last === undefined ? {} : await migrator.migrateTo(last)
      if (error !== undefined) throw error
      return (results ?? []).map(({ migrationName }) => migrationName)
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(connection)
    }
  })
}

/** The migrations that the database has had, in order; empty for an empty database. */
export async function appliedMigrations(db: Database): Promise<string[]> {
  const { rows: found } = await sql<{ name: string | null }>`
    select to_regclass('kysely_migration')::text as name
  `.execute(db)
  if (found[0]?.name == null) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}
