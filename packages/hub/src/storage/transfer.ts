import { type Kysely, sql } from 'kysely'
import { type Database, DatabaseError, type Transaction } from './database.ts'
import { appliedMigrations, MIGRATIONS, migrate, SCHEMA_VERSION } from './migrate.ts'

/** A job that waits, as it is carried along with the rows. */
export interface WaitingJob {
  name: string
  data: object
  key: string | null
  /** Milliseconds since the epoch. */
  at: number
}

export interface ExportOptions {
  /** Milliseconds since the epoch, for the header. */
  now: number
  /** Waiting jobs, read in the given transaction. */
  jobs?: (tx: Transaction) => AsyncIterable<WaitingJob>
}

export interface ImportOptions {
  /** Puts a job in, in the given transaction. */
  putJob?: (tx: Transaction, job: WaitingJob) => Promise<void>
}

/** Rows by table, and jobs. */
export type TransferCounts = Record<string, number>

/** The first line of an export. */
interface Header {
  tockwork: 'export'
  format: number
  schema: string
  exported_at: string
}

const FORMAT = 1
const ROWS_AT_ONCE = 500
const JOBS = 'jobs'

/**
 * Everything in the database as lines of JSON, as of one moment, while the hub may go on: a header with the version of the
 * schema, `["table",{row}]` for each row, `["jobs",{job}]`, and a last line with the counts, by which a file that was cut
 * off is recognised. Rows pass as PostgreSQL wrote them, in constant memory. Sealed values stay sealed: without the vault's
 * master key, which is not in it, nobody can use the tokens, and nor can you. Uploaded files are not in it either.
 */
export async function* exportLines(
  db: Database,
  options: ExportOptions,
): AsyncGenerator<string, TransferCounts> {
  const schema = (await appliedMigrations(db)).at(-1)
  if (schema !== SCHEMA_VERSION)
    throw new DatabaseError(
      'newer_schema',
      `The database is at ${schema ?? 'nothing'}, this Tockwork at ${SCHEMA_VERSION}`,
    )
  const header: Header = {
    tockwork: 'export',
    format: FORMAT,
    schema,
    exported_at: new Date(options.now).toISOString(),
  }
  yield `${JSON.stringify(header)}\n`
  const counts: TransferCounts = {}
  // One snapshot for all tables; a generator holds it open between its lines.
  const transaction = await db
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute()
  try {
    for (const table of await tablesInOrder(transaction)) {
      counts[table] = 0
      for await (const row of rowsOf(transaction, table)) {
        counts[table] += 1
        yield `["${table}",${row}]\n`
      }
    }
    counts[JOBS] = 0
    for await (const job of options.jobs?.(transaction) ?? []) {
      counts[JOBS] += 1
      yield `["${JOBS}",${JSON.stringify(job)}]\n`
    }
  } finally {
    await transaction.rollback().execute()
  }
  yield `${JSON.stringify({ end: true, counts })}\n`
  return counts
}

/**
 * Fills an empty database with an export, all or nothing. The schema is brought to the export's version first and to this
 * program's afterwards, so that what migrations do with rows is done with these too.
 * @throws {DatabaseError} `newer_schema` when the export is of a newer Tockwork, `not_empty`, `bad_export`.
 */
export async function importLines(
  db: Database,
  lines: AsyncIterable<string>,
  options: ImportOptions = {},
): Promise<TransferCounts> {
  const source = lines[Symbol.asyncIterator]()
  try {
    const first = await source.next()
    const header = headerOf(first.done === true ? '' : first.value)
    await migrate(db, header.schema)
    const applied = await appliedMigrations(db)
    if (applied.at(-1) !== header.schema)
      throw new DatabaseError(
        'not_empty',
        `The export is at ${header.schema}, the database at ${applied.at(-1)}: import into a new, empty database`,
      )
    const counts = await db.transaction().execute((tx) => importRows(tx, source, options))
    await migrate(db)
    return counts
  } finally {
    await source.return?.()
  }
}

function headerOf(line: string): Header {
  const header = parsed(line) as Partial<Header> | undefined
  if (header?.tockwork !== 'export' || typeof header.schema !== 'string')
    throw new DatabaseError('bad_export', 'This is not an export of Tockwork')
  if (header.format !== FORMAT || !(header.schema in MIGRATIONS))
    throw new DatabaseError(
      'newer_schema',
      `The export is of a newer Tockwork (format ${header.format}, schema ${header.schema}). Import it with that version`,
    )
  return header as Header
}

async function importRows(
  tx: Transaction,
  source: AsyncIterator<string>,
  options: ImportOptions,
): Promise<TransferCounts> {
  const tables = await tablesInOrder(tx)
  for (const table of tables) {
    const { rows } = await sql<{
      filled: boolean
    }>`select exists (select from ${sql.table(table)}) as filled`.execute(tx)
    if (rows[0]?.filled !== false)
      throw new DatabaseError(
        'not_empty',
        `The database is in use: ${table} has rows. Import into a new, empty one`,
      )
  }
  const counts: TransferCounts = Object.fromEntries([...tables, JOBS].map((table) => [table, 0]))
  let batch: { table: string; rows: string[] } = { table: '', rows: [] }
  const flush = async (): Promise<void> => {
    if (batch.rows.length > 0) await insertRows(tx, batch.table, batch.rows)
    batch = { table: '', rows: [] }
  }
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    // The row itself is not parsed here: it goes to PostgreSQL as PostgreSQL wrote it, 64-bit numbers and all.
    const [, table, row] = /^\["(\w+)",(\{.*\})\]\s*$/s.exec(next.value) ?? []
    if (table === undefined || row === undefined) {
      await flush()
      return await finish(tx, tables, counts, parsed(next.value))
    }
    const known = counts[table]
    if (known === undefined)
      throw new DatabaseError('bad_export', `The export has rows of ${table}, which does not exist`)
    counts[table] = known + 1
    if (table === JOBS) {
      await flush()
      await options.putJob?.(tx, JSON.parse(row) as WaitingJob)
      continue
    }
    if (batch.table !== table || batch.rows.length >= ROWS_AT_ONCE) await flush()
    batch.table = table
    batch.rows.push(row)
  }
  throw new DatabaseError('bad_export', 'The export was cut off: its last line is missing')
}

async function finish(
  tx: Transaction,
  tables: readonly string[],
  counts: TransferCounts,
  last: unknown,
): Promise<TransferCounts> {
  const said = (last as { end?: boolean; counts?: TransferCounts } | undefined) ?? {}
  const differs = Object.keys(counts).find((table) => counts[table] !== (said.counts?.[table] ?? 0))
  if (said.end !== true || differs !== undefined)
    throw new DatabaseError(
      'bad_export',
      `The export is damaged${differs === undefined ? '' : ` in ${differs}`}`,
    )
  for (const table of tables) await continueNumbering(tx, table)
  return counts
}

/** Tables of ours, each after those that it refers to. */
async function tablesInOrder(db: Kysely<never> | Database | Transaction): Promise<string[]> {
  const { rows } = await sql<{ table: string; refers: string[] }>`
    select c.relname as table,
      array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as refers
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and c.relname not like 'kysely%'
    order by c.relname`.execute(db as Database)
  const ordered: string[] = []
  while (ordered.length < rows.length) {
    const next = rows.find(
      ({ table, refers }) => !ordered.includes(table) && refers.every((other) => ordered.includes(other)),
    )
    if (next === undefined) throw new Error('Tables refer to each other in a circle')
    ordered.push(next.table)
  }
  return ordered
}

async function* rowsOf(tx: Transaction, table: string): AsyncGenerator<string> {
  await sql`declare export_rows no scroll cursor for select to_jsonb(t)::text as row from ${sql.table(table)} t`.execute(
    tx,
  )
  for (;;) {
    const { rows } = await sql<{ row: string }>`fetch ${sql.lit(ROWS_AT_ONCE)} from export_rows`.execute(tx)
    if (rows.length === 0) break
    for (const { row } of rows) yield row
  }
  await sql`close export_rows`.execute(tx)
}

async function insertRows(tx: Transaction, table: string, rows: readonly string[]): Promise<void> {
  const name = sql.table(table)
  await sql`
    insert into ${name} overriding system value
    select * from jsonb_populate_recordset(null::${name}, ${`[${rows.join(',')}]`}::jsonb)`.execute(tx)
}

/** Numbers that the database gives go on after the highest that came. */
async function continueNumbering(tx: Transaction, table: string): Promise<void> {
  const { rows } = await sql<{ column: string }>`
    select column_name as column from information_schema.columns
    where table_schema = current_schema() and table_name = ${table} and is_identity = 'YES'`.execute(tx)
  for (const { column } of rows)
    await sql`
      select setval(pg_get_serial_sequence(${table}, ${column}),
        (select coalesce(max(${sql.ref(column)}), 0) + 1 from ${sql.table(table)}), false)`.execute(tx)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
