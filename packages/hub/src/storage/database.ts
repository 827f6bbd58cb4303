import { Kysely, type Transaction as KyselyTransaction, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Tables } from './tables.ts'

/** The hub's database, or a transaction of it: storage functions take either. */
export type Database = Kysely<Tables>
export type Transaction = KyselyTransaction<Tables>

/** The oldest PostgreSQL that is tested; `server_version_num` of its first release. */
const OLDEST_MAJOR = 15

/** The database cannot be used as it is; the message says what to do. */
export class DatabaseError extends Error {
  readonly code:
    | 'too_old'
    | 'unreachable'
    | 'newer_schema'
    | 'wrong_major'
    | 'no_server'
    | 'not_empty'
    | 'bad_export'

  constructor(code: DatabaseError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DatabaseError'
    this.code = code
  }
}

export interface OpenDatabaseOptions {
  /** `postgres://user:password@host:port/name` */
  url: string
  /** Connections at most; 10 unless told. */
  max?: number
  /** Shown in `pg_stat_activity`. */
  applicationName?: string
  /** Told when an idle connection breaks (the pool replaces it by itself). */
  onError?: (error: Error) => void
}

export interface OpenDatabase {
  readonly db: Database
  readonly pool: pg.Pool
  /** Waits for running queries, then closes every connection. */
  close(): Promise<void>
}

/** Opens a pool; connects with the first query. Nothing is migrated and no version is checked here. */
export function openDatabase(options: OpenDatabaseOptions): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'tockwork-hub',
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types: { getTypeParser },
  })
  // Without a listener, an idle connection that breaks would end the process.
  pool.on('error', (error) => options.onError?.(error))
  // The pool's listener covers a connection only while nobody has it. One that breaks between two statements of a
  // transaction would end the process too; its next statement fails, which is all that has to happen.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined
  return {
    db,
    pool,
    close: () => {
      closing ??= db.destroy()
      return closing
    },
  }
}

const INT8 = 20
const INT8_ARRAY = 1016

/** `bigint` as a number where it fits (ours all do), else as its digits. */
function int8(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8 && format !== 'binary') return int8
  if (oid === INT8_ARRAY && format !== 'binary') {
    const parse = pg.types.getTypeParser(INT8_ARRAY as number, 'text') as (text: string) => (string | null)[]
    return (text: string) => parse(text).map((item) => (item === null ? null : int8(item)))
  }
  return pg.types.getTypeParser(oid, format as 'text')
}) as typeof pg.types.getTypeParser

/** Connection classes of SQLSTATE, the server stopping or starting, no connection left, and the socket's own codes. */
const LOST_CODES = /^(08\w{3}|57P0\d|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/
/** The driver gives these no code, so that their text is all there is to go by. */
const LOST_WORDS =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/

/** Whether the database could not be reached or went away: it passes, so the same may be tried again. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    LOST_CODES.test(String(Reflect.get(error, 'code'))) ||
    LOST_WORDS.test(error.message) ||
    isConnectionLost(error.cause)
  )
}

/**
 * Makes sure that the server answers and is new enough.
 * @throws {DatabaseError} `unreachable` or `too_old`, with what to do.
 */
export async function checkServer(db: Database): Promise<{ version: string; major: number }> {
  let version: string
  let number: number
  try {
    const { rows } = await sql<{ version: string; number: number }>`
      select current_setting('server_version') as version, current_setting('server_version_num')::int as number
    `.execute(db)
    version = rows[0]?.version ?? ''
    number = rows[0]?.number ?? 0
  } catch (cause) {
    const reason =
      cause instanceof Error ? cause.message || String(Reflect.get(cause, 'code')) : String(cause)
    throw new DatabaseError('unreachable', `The database does not answer: ${reason}`, { cause })
  }
  const major = Math.floor(number / 10_000)
  if (major < OLDEST_MAJOR)
    throw new DatabaseError(
      'too_old',
      `The database is PostgreSQL ${version}; Tockwork needs ${OLDEST_MAJOR} or newer. ` +
        'Upgrade it, point TOCKWORK_DATABASE_URL at a newer one, or unset it to use the embedded one.',
    )
  return { version, major }
}
