/** The configured database, for commands that work on it beside the hubs. */
import type { Config } from './config.ts'
import { JobQueue } from './jobs/queue.ts'
import { checkServer, type Database, openDatabase } from './storage/database.ts'
import { startEmbeddedPostgres } from './storage/embedded/index.ts'

/** @throws {DatabaseError} when it cannot be reached, or is too old */
export async function withDatabase<T>(
  config: Config,
  body: (db: Database, jobs: JobQueue) => Promise<T>,
): Promise<T> {
  const given = config.databaseUrl?.reveal()
  const embedded =
    given === undefined
      ? await startEmbeddedPostgres({ dataDir: config.dataDir, binaries: { searchPath: config.searchPath } })
      : undefined
  const url = embedded?.url ?? given ?? ''
  const database = openDatabase({ url, max: 4, applicationName: 'tockwork-command' })
  const jobs = new JobQueue({ url, max: 2 })
  try {
    await checkServer(database.db)
    return await body(database.db, jobs)
  } finally {
    await jobs.stop(1)
    await database.close()
    await embedded?.stop()
  }
}
