import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { exportDatabase, importDatabase, parseConfig } from '../src/index.ts'
import { JobQueue } from '../src/jobs/queue.ts'
import type { Database } from '../src/storage/database.ts'
import { appliedMigrations, SCHEMA_VERSION } from '../src/storage/migrate.ts'
import { exportLines, importLines } from '../src/storage/transfer.ts'
import { scratchFolder, type TestDatabase, testDatabase } from './database.ts'
import { fillEveryTable, rowsOfEveryTable } from './fill-every-table.ts'

const AT = new Date('2026-11-24T12:00:00.123456Z')
const NOW = AT.getTime()
const KEY = Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64')

let source: TestDatabase
const opened: TestDatabase[] = []

beforeAll(async () => {
  source = await testDatabase()
  await fill(source.db)
})
afterAll(async () => {
  for (const database of [...opened, source]) await database.close()
})

async function empty(): Promise<TestDatabase> {
  const database = await testDatabase({ empty: true })
  opened.push(database)
  return database
}

async function fill(db: Database): Promise<void> {
  const names = Array.from({ length: 1_200 }, (_value, n) => ({
    id: `ws_${n}`,
    name: `Nº ${n} "quoted"\n🎬`,
    created_at: AT,
  }))
  await db.insertInto('workspaces').values(names).execute()
  await sql`
    insert into api_keys (id, workspace_id, name, prefix, hash, scopes, created_at)
    values ('key_1', 'ws_0', 'k', 'p', '\\x00ff10', '{a,"b,c"}', '2026-11-24 12:00:00.123456+00')`.execute(db)
  await sql`
    insert into audit_log (workspace_id, at, actor, action, detail)
    select 'ws_0', now(), 'hub', 'x', '{"big": 9007199254740993123, "deep": {"list": [1, null]}}' from generate_series(1, 3)`.execute(
    db,
  )
}

async function linesOf(db: Database): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportLines(db, { now: NOW })) lines.push(line)
  return lines
}

async function* from(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

describe('an export', () => {
  it('imported elsewhere and exported again is the same, to the last bit', async () => {
    const lines = await linesOf(source.db)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ tockwork: 'export', schema: SCHEMA_VERSION })
    expect(lines.join('')).toContain('9007199254740993123')
    const target = await empty()
    const counts = await importLines(target.db, from(lines))
    expect(counts).toMatchObject({ workspaces: 1_200, api_keys: 1, audit_log: 3, posts: 0 })
    expect((await linesOf(target.db)).toSorted()).toEqual(lines.toSorted())
    expect(await appliedMigrations(target.db)).toEqual(await appliedMigrations(source.db))
    // Numbers that the database gives go on where they were.
    const { rows } = await sql<{ id: number }>`
      insert into audit_log (workspace_id, at, actor, action) values ('ws_0', now(), 'hub', 'y') returning id`.execute(
      target.db,
    )
    expect(rows).toEqual([{ id: 4 }])
  })

  it('is of one moment, whatever is written meanwhile', async () => {
    const target = await empty()
    await importLines(target.db, from(await linesOf(source.db)))
    const export1 = exportLines(target.db, { now: NOW })
    const lines = [(await export1.next()).value as string, (await export1.next()).value as string]
    await sql`insert into audit_log (workspace_id, at, actor, action) values ('ws_0', now(), 'hub', 'late')`.execute(
      target.db,
    )
    await sql`delete from api_keys`.execute(target.db)
    for await (const line of export1) lines.push(line)
    expect(lines.join('')).toContain('key_1')
    expect(lines.join('')).not.toContain('late')
  })
})

describe('every table', () => {
  it('goes out and comes in, whichever there are', async () => {
    const full = await testDatabase()
    opened.push(full)
    const rows = await fillEveryTable(full.pool)
    expect(rows.size).toBeGreaterThan(20)
    for (const [table, found] of rows) expect(found, `${table} was not filled`).toHaveLength(1)
    const lines = await linesOf(full.db)
    const target = await empty()
    const counts = await importLines(target.db, from(lines))
    expect(Object.fromEntries([...rows.keys()].map((table) => [table, counts[table]]))).toEqual(
      Object.fromEntries([...rows.keys()].map((table) => [table, 1])),
    )
    expect(await rowsOfEveryTable(target.pool)).toEqual(rows)
  })
})

describe('an import', () => {
  it.each([
    ['cut off', (lines: string[]) => lines.slice(0, -1), 'bad_export'],
    ['cut in a row', (lines: string[]) => [...lines.slice(0, 5), '["workspaces",{"id":"ws'], 'bad_export'],
    ['that lacks a row', (lines: string[]) => lines.filter((line) => !line.includes('"ws_7"')), 'bad_export'],
    ['of something else', () => ['{"hello":1}\n'], 'bad_export'],
    [
      'of a newer Tockwork',
      (lines: string[]) => [(lines[0] ?? '').replace(SCHEMA_VERSION, '9999-later'), ...lines.slice(1)],
      'newer_schema',
    ],
    [
      'of a newer format',
      (lines: string[]) => [(lines[0] ?? '').replace('"format":1', '"format":2')],
      'newer_schema',
    ],
  ])('of an export %s is refused and leaves nothing behind', async (_what, spoil, code) => {
    const target = await empty()
    await expect(importLines(target.db, from(spoil(await linesOf(source.db))))).rejects.toMatchObject({
      code,
    })
    if ((await appliedMigrations(target.db)).length > 0)
      expect(await target.db.selectFrom('workspaces').select('id').execute()).toEqual([])
  })

  it('into a database that is in use is refused', async () => {
    const before = await linesOf(source.db)
    await expect(importLines(source.db, from(before))).rejects.toMatchObject({ code: 'not_empty' })
    expect(await linesOf(source.db)).toEqual(before)
  })
})

describe('files', () => {
  it('carry rows and waiting jobs from a PostgreSQL to the embedded one', async () => {
    const folder = mkdtempSync(join(scratchFolder(), 'tockwork-transfer-'))
    const first = new JobQueue({ url: source.url })
    first.define('remember-me', { handler: () => Promise.resolve() })
    await first.start({ work: false })
    await first.send('remember-me', { n: 1 }, { key: 'k', at: NOW })
    await first.stop()
    try {
      const file = join(folder, 'backup.jsonl.gz')
      const fromConfig = parseConfig({ TOCKWORK_DATABASE_URL: source.url, TOCKWORK_SECRET_KEY: KEY })
      expect(await exportDatabase(fromConfig, file)).toMatchObject({ workspaces: 1_200, jobs: 1 })
      expect(gunzipSync(readFileSync(file)).toString()).toContain('remember-me')
      const toConfig = parseConfig({ TOCKWORK_DATA_DIR: join(folder, 'data') })
      expect(await importDatabase(toConfig, file)).toMatchObject({ workspaces: 1_200, jobs: 1 })
      await expect(importDatabase(toConfig, file)).rejects.toMatchObject({ code: 'not_empty' })
      await expect(importDatabase(toConfig, join(folder, 'none.jsonl'))).rejects.toMatchObject({
        code: 'bad_export',
        message: `There is no such file: ${join(folder, 'none.jsonl')}`,
      })

      const half = join(folder, 'half.jsonl.gz')
      writeFileSync(half, readFileSync(file).subarray(0, 2_000))
      const elsewhere = parseConfig({ TOCKWORK_DATABASE_URL: (await empty()).url, TOCKWORK_SECRET_KEY: KEY })
      await expect(importDatabase(elsewhere, half)).rejects.toMatchObject({ code: 'bad_export' })

      // Out again, in the clear: the job is still there, and what a hub there would run.
      const plain = join(folder, 'again.jsonl')
      expect(await exportDatabase(toConfig, plain)).toMatchObject({ jobs: 1 })
      expect(readFileSync(plain, 'utf8')).toContain(
        `["jobs",${JSON.stringify({ name: 'remember-me', data: { n: 1 }, key: 'k', at: NOW })}]`,
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('jobs that were carried over run where they arrive', async () => {
    const target = await empty()
    const ran: unknown[] = []
    const lines = await linesOf(source.db)
    const last = JSON.parse(lines.pop() ?? '') as { end: boolean; counts: Record<string, number> }
    last.counts['jobs'] = 1
    const carried = [
      '["jobs",{"name":"run-here","data":{"n":2},"key":null,"at":1}]\n',
      `${JSON.stringify(last)}\n`,
    ]
    const queue = new JobQueue({ url: target.url })
    queue.define('run-here', {
      handler: async (data) => {
        ran.push(data)
      },
    })
    await queue.start()
    try {
      await importLines(target.db, from([...lines, ...carried]), {
        putJob: async (tx, { name, data, at }) => {
          await queue.send(name, data, { tx, at })
        },
      })
      await vi.waitFor(() => expect(ran).toEqual([{ n: 2 }]), { timeout: 20_000, interval: 20 })
    } finally {
      await queue.stop(1)
    }
  })
})
