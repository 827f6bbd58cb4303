import { createHash } from 'node:crypto'
import { globSync, readFileSync, statfsSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { cryptoRandom } from '@tockwork/kernel'
import pg from 'pg'
import { type OpenDatabase, openDatabase } from '../src/storage/database.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/storage/embedded/index.ts'
import { migrate } from '../src/storage/migrate.ts'

/** A database of its own for one test file, with the schema in it. */
export interface TestDatabase extends OpenDatabase {
  readonly url: string
}

const ROOMY = 2 ** 30

/**
 * Where test servers keep their data: in memory where there is room, because a test kills processes, not the machine, and
 * a busy disk would decide how long it takes.
 */
export function scratchFolder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > ROOMY ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Databases of runs that were killed are dropped after this long. */
const STALE_MS = 3_600_000
const ANY_LOCK = 4_848_000_777

/**
 * The one server of all test files: the embedded PostgreSQL on a folder that outlives the run. Test files share it,
 * because several programs on one folder do; the last one that stops ends it. Nothing is synced to disk here: tests
 * of durability start servers of their own.
 */
function testServer(): Promise<EmbeddedPostgres> {
  // The suite once more on the machine's own PostgreSQL: TOCKWORK_TEST_POSTGRES=system.
  const system = process.env['TOCKWORK_TEST_POSTGRES'] === 'system'
  return startEmbeddedPostgres({
    dataDir: join(scratchFolder(), `tockwork-hub-test-${userInfo().username}${system ? '-system' : ''}`),
    ...(system ? { binaries: { native: false, searchPath: process.env['PATH'] } } : {}),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  })
}

/**
 * A fresh, migrated database: `const database = await testDatabase()` in `beforeAll`, `await database.close()` in
 * `afterAll`. `{ empty: true }` leaves the schema out.
 */
export async function testDatabase(options: { empty?: boolean; max?: number } = {}): Promise<TestDatabase> {
  const server = await testServer()
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  const name = `test_${Date.now()}_${Buffer.from(cryptoRandom.bytes(5)).toString('hex')}`
  try {
    await dropStale(admin)
    const template = options.empty === true ? 'template1' : await templateDatabase(admin, server.url)
    await admin.query(`create database ${name} template ${template}`)
  } finally {
    await admin.end()
  }
  const url = databaseUrl(server.url, name)
  const open = openDatabase({ url, max: options.max ?? 5, applicationName: 'tockwork-test' })
  return {
    ...open,
    url,
    close: async () => {
      await open.close()
      const last = new pg.Client({ connectionString: server.url })
      await last.connect()
      await last.query(`drop database if exists ${name} with (force)`)
      await last.end()
      await server.stop()
    },
  }
}

/** A database with the schema, made once for each state of the migrations and copied for each test file. */
async function templateDatabase(admin: pg.Client, serverUrl: string): Promise<string> {
  const files = globSync('../src/storage/{migrate,migrations/*}.ts', { cwd: import.meta.dirname }).sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(join(import.meta.dirname, file)))
  const name = `template_${hash.digest('hex').slice(0, 16)}`
  await admin.query('select pg_advisory_lock($1)', [ANY_LOCK])
  try {
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) {
      await admin.query(`drop database if exists ${name}_new with (force)`)
      await admin.query(`create database ${name}_new`)
      const open = openDatabase({ url: databaseUrl(serverUrl, `${name}_new`), max: 2 })
      try {
        await migrate(open.db)
      } finally {
        await open.close()
      }
      await admin.query(`alter database ${name}_new rename to ${name}`)
    }
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [ANY_LOCK])
  }
  return name
}

async function dropStale(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    "select datname from pg_database where datname like 'test\\_%'",
  )
  for (const { datname } of rows) {
    if (Date.now() - Number(datname.split('_')[1]) < STALE_MS) continue
    await admin.query(`drop database if exists ${datname} with (force)`).catch(() => undefined)
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
