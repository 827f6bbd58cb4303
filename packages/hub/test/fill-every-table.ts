/** One row in every table that the database has, whatever tables those are: for tests of what must not forget one. */
import type pg from 'pg'

interface Column {
  name: string
  type: string
  generated: boolean
}

/** Tables of ours: everything outside PostgreSQL's own schemas, the queue's, and the list of migrations. */
async function ownTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema', 'pgboss')
        and table_name not like 'kysely%' order by table_name`,
  )
  return rows.map(({ name }) => name)
}

/** @returns each table's row as PostgreSQL writes it, once all are there */
export async function fillEveryTable(pool: pg.Pool): Promise<Map<string, unknown>> {
  const tables = await ownTables(pool)
  const filled = new Map<string, Record<string, unknown>>()
  while (filled.size < tables.length) {
    const before = filled.size
    for (const table of tables) {
      if (filled.has(table)) continue
      const keys = await foreignKeys(pool, table)
      if (keys.some(({ to }) => to !== table && !filled.has(to))) continue
      filled.set(table, await fill(pool, table, keys, filled))
    }
    if (filled.size === before) throw new Error('The tables that are left refer to each other')
  }
  return rowsOfEveryTable(pool)
}

export async function rowsOfEveryTable(pool: pg.Pool): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>()
  for (const table of await ownTables(pool)) {
    const { rows } = await pool.query(`select to_jsonb(t)::text as row from "${table}" t order by 1`)
    found.set(
      table,
      rows.map(({ row }) => row),
    )
  }
  return found
}

async function fill(
  pool: pg.Pool,
  table: string,
  keys: readonly ForeignKey[],
  filled: ReadonlyMap<string, Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const row: Record<string, unknown> = {}
  for (const { name, type, generated } of await columnsOf(pool, table))
    if (!generated) row[name] = sampleOf(table, name, type)
  for (const { columns, to, references } of keys)
    for (const [at, column] of columns.entries())
      row[column] = to === table ? null : filled.get(to)?.[references[at] ?? '']
  Object.assign(row, await allowedWords(pool, table))
  const names = Object.keys(row)
  const places = names.map((_name, at) => `$${at + 1}`)
  const { rows } = await pool.query(
    `insert into "${table}" (${names.map((name) => `"${name}"`).join(', ')}) values (${places.join(', ')}) returning *`,
    Object.values(row),
  )
  return rows[0]
}

async function columnsOf(pool: pg.Pool, table: string): Promise<Column[]> {
  const { rows } = await pool.query<Column>(
    `select column_name as name, udt_name as type, (is_identity = 'YES' or is_generated = 'ALWAYS') as generated
      from information_schema.columns where table_name = $1 and table_schema = current_schema()`,
    [table],
  )
  return rows
}

/** For columns that take certain words only, by a check such as `mode in ('live', 'test')`, the first of them. */
async function allowedWords(pool: pg.Pool, table: string): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ column: string; rule: string }>(
    `select a.attname::text as column, pg_get_constraintdef(k.oid) as rule from pg_constraint k
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.conrelid = $1::regclass and k.contype = 'c' and cardinality(k.conkey) = 1`,
    [table],
  )
  return Object.fromEntries(
    rows.flatMap(({ column, rule }) => {
      const word = /ARRAY\['([^']+)'::text/.exec(rule)?.[1]
      return word === undefined ? [] : [[column, word]]
    }),
  )
}

interface ForeignKey {
  columns: string[]
  to: string
  references: string[]
}

async function foreignKeys(pool: pg.Pool, table: string): Promise<ForeignKey[]> {
  const { rows } = await pool.query<ForeignKey>(
    `select k.confrelid::regclass::text as to,
        array(select a.attname::text from unnest(k.conkey) with ordinality u(n, i)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.i) as columns,
        array(select a.attname::text from unnest(k.confkey) with ordinality u(n, i)
          join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.i) as references
      from pg_constraint k where k.conrelid = $1::regclass and k.contype = 'f'`,
    [table],
  )
  return rows
}

/** Something that shows when it does not come through whole. */
function sampleOf(table: string, name: string, type: string): unknown {
  switch (type) {
    case 'text':
      return `${table}.${name} "quoted"\n🎬`
    case '_text':
      return ['a', 'b,c', '"d"']
    case 'bytea':
      return Buffer.from([0, 1, 0xff, 0x5c])
    case 'bool':
      return true
    case 'int2':
    case 'int4':
      return 7
    case 'int8':
      return '9007199254740993'
    case 'timestamptz':
      return '2026-11-24T12:00:00.123456Z'
    case 'jsonb':
      return '{"big": 9007199254740993123, "deep": {"list": [1, null]}}'
    case '_timestamptz':
      return ['2026-11-24T12:00:00.123456Z', '2026-11-25T12:00:00Z']
    case 'date':
      return '2026-11-24'
    case '_int4':
      return [7, 0]
    case '_int8':
      return ['9007199254740993', '2']
    case 'float8':
      return 0.1
    default:
      throw new Error(`${table}.${name}: no value is known for the type ${type}`)
  }
}
