/**
 * A process on the embedded PostgreSQL that writes a row after the other and says each number once it is acknowledged, so
 * that a test can kill it: `node embedded-writer.ts FOLDER`. First line: the server's pid.
 */
import { writeSync } from 'node:fs'
import pg from 'pg'
import { startEmbeddedPostgres } from '../src/storage/embedded/index.ts'

const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '' })
// Written at once: what a pipe would still hold back is lost with the process.
writeSync(1, `${server.pid}\n`)
const pool = new pg.Pool({ connectionString: server.url, max: 2 })
pool.on('error', () => undefined)
await pool.query('create table if not exists acknowledged (n int primary key)')
const { rows } = await pool.query<{ n: number }>('select coalesce(max(n), 0)::int as n from acknowledged')
for (let n = (rows[0]?.n ?? 0) + 1; ; n += 1) {
  await pool.query('insert into acknowledged values ($1)', [n])
  writeSync(1, `${n}\n`)
}
