import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkServer, DatabaseError, openDatabase } from '../src/storage/database.ts'
import { appliedMigrations, MIGRATIONS, migrate, SCHEMA_VERSION } from '../src/storage/migrate.ts'
import { type TestDatabase, testDatabase } from './database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

describe('the schema', () => {
  it('has every migration, and running them again does nothing', async () => {
    expect(await appliedMigrations(database.db)).toEqual(Object.keys(MIGRATIONS))
    expect(await migrate(database.db)).toEqual([])
  })

  it('is described: the documentation names each table', async () => {
    const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_name not like 'kysely%' order by name`.execute(database.db)
    const page = readFileSync(new URL('../../../docs/hub.md', import.meta.url), 'utf8')
    expect(rows.map(({ name }) => name).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('is migrated once when four starters come at the same time', async () => {
    const empty = await testDatabase({ empty: true })
    const starters = Array.from({ length: 4 }, () => openDatabase({ url: empty.url, max: 2 }))
    try {
      const ran = await Promise.all(starters.map(({ db }) => migrate(db)))
      expect(ran.flat()).toEqual(Object.keys(MIGRATIONS))
      expect(await appliedMigrations(empty.db)).toEqual(Object.keys(MIGRATIONS))
    } finally {
      for (const starter of starters) await starter.close()
      await empty.close()
    }
  })

  it('of a newer program is refused, with what to do', async () => {
    const newer = await testDatabase()
    try {
      await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')`.execute(
        newer.db,
      )
      await expect(migrate(newer.db)).rejects.toMatchObject({
        code: 'newer_schema',
        message: expect.stringContaining('9999-later'),
      })
    } finally {
      await newer.close()
    }
  })

  it('agrees with the row types, column by column', async () => {
    const { rows } = await sql<{ table: string; columns: string[] }>`
      select table_name as table, array_agg(column_name::text order by column_name::text) as columns
      from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'
      group by table_name order by table_name`.execute(database.db)
    const written = writtenColumns()
    expect(Object.keys(written).length).toBeGreaterThan(10)
    expect(written).toEqual(Object.fromEntries(rows.map(({ table, columns }) => [table, columns])))
    expect(SCHEMA_VERSION).toBe(Object.keys(MIGRATIONS).sort().at(-1))
  })
})

describe('values', () => {
  it('keep their meaning: bigint as number, timestamptz as Date, jsonb parsed, bytea as bytes', async () => {
    const at = new Date('2026-11-24T12:00:00.123Z')
    await database.db
      .insertInto('workspaces')
      .values({ id: 'ws_1', name: 'One', created_at: at, settings: JSON.stringify({ list: [1, 'a'] }) })
      .execute()
    const row = await database.db.selectFrom('workspaces').selectAll().executeTakeFirstOrThrow()
    expect(row).toEqual({ id: 'ws_1', name: 'One', created_at: at, settings: { list: [1, 'a'] } })
    const { rows } = await sql`
      select 9007199254740991::bigint as small, 9007199254740993::bigint as big, '{1,null}'::bigint[] as list,
        '\\x00ff'::bytea as bytes, count(*) as count from workspaces`.execute(database.db)
    expect(rows[0]).toEqual({
      small: 9007199254740991,
      big: '9007199254740993',
      list: [1, null],
      bytes: Buffer.from([0, 255]),
      count: 1,
    })
  })
})

describe('the server', () => {
  it('is asked for its version', async () => {
    expect((await checkServer(database.db)).major).toBeGreaterThanOrEqual(15)
  })

  it('that is too old is refused, naming the variable', async () => {
    // A server cannot be asked to be older; what it says about itself can be covered by a function found earlier.
    const old = await testDatabase({ empty: true, max: 1 })
    try {
      await sql`create schema old`.execute(old.db)
      await sql`create function old.current_setting(name text) returns text language sql as
        $$ select case name when 'server_version' then '14.9' else '140009' end $$`.execute(old.db)
      await sql`set search_path = old, pg_catalog, public`.execute(old.db)
      const refusal = await migrate(old.db).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(DatabaseError)
      expect(refusal).toMatchObject({
        code: 'too_old',
        message: expect.stringContaining('TOCKWORK_DATABASE_URL'),
      })
      expect(String(refusal)).toContain('14.9')
    } finally {
      await old.close()
    }
  })

  it('that does not answer is told as such', async () => {
    const nobody = openDatabase({ url: 'postgres://x:y@127.0.0.1:1/none' })
    await expect(migrate(nobody.db)).rejects.toMatchObject({ code: 'unreachable' })
    await nobody.close()
  })
})

/** Table name -> column names, read from the source of the row types: types are gone when a test runs. */
function writtenColumns(): Record<string, string[]> {
  const source = globSync('../src/storage/*tables.ts', { cwd: import.meta.dirname })
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n')
  const bodyOf = (name: string): string =>
    new RegExp(`interface ${name}(?:\\s+extends [\\w,\\s]+?)? \\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ??
    ''
  const members = (body: string): string[][] =>
    [...body.matchAll(/^ {2}(\w+)\??: ([^\n]*)/gm)].map(([, name = '', type = '']) => [name, type])
  const lists = [...source.matchAll(/interface (\w*Tables)\b/g)].map(([, name = '']) => bodyOf(name))
  return Object.fromEntries(
    members(lists.join('\n')).map(([table = '', type = '']) => [
      table,
      members(bodyOf(type))
        .map(([column = '']) => column)
        .sort(),
    ]),
  )
}
