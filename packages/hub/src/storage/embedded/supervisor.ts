import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { type Clock, cryptoRandom, type Random, systemClock } from '@tockwork/kernel'
import pg from 'pg'
import { type Log, silentLog } from '../../observability/log.ts'
import { DatabaseError } from '../database.ts'
import { type Binaries, type FindBinariesOptions, findBinaries } from './binaries.ts'
import { type Cluster, prepareCluster, serverEnvironment, USER } from './cluster.ts'
import {
  orphansIn,
  type Postmaster,
  processState,
  readPostmaster,
  removeLockFile,
  worksIn,
} from './postmaster.ts'
import { type RunAs, runAs } from './run-as.ts'

export interface EmbeddedPostgresOptions {
  /** The hub's data folder; the server's own things go into `postgres/` below it. */
  dataDir: string
  log?: Log
  clock?: Clock
  random?: Random
  /** Server settings besides ours, for tests: `{ fsync: 'off' }`. */
  settings?: Readonly<Record<string, string>>
  binaries?: FindBinariesOptions
}

/** A running server of this folder. Several programs on one folder share it; the last one to stop ends it. */
export interface EmbeddedPostgres {
  /** With the password in it: not for logs. */
  readonly url: string
  readonly version: string
  /** Whether it ran already: kept by another program, or left by one that was killed. */
  readonly adopted: boolean
  readonly pid: number
  /** Call it after the pools are closed. Ends the server unless another program uses it. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Every program that uses the server holds this lock shared; the one that can have it alone is the last. */
const MEMBER_LOCK = 4_848_000_002
const DATABASE = 'tockwork'
const HOST = '127.0.0.1'
/** Recovery after a crash replays the log since the last checkpoint, which can take a while on a slow disk. */
const START_TIMEOUT = 120_000
const STOP_TIMEOUT = 30_000
const LOG_LIMIT = 10 * 2 ** 20
const START_ATTEMPTS = 10
/** How long the children of a killed server may take to notice. */
const ORPHAN_PATIENCE = 1_000
/** Reasons that go away: another starter was quicker, children of a killed server still end, the port was taken. */
const PASSING = /lock file|shared memory|could not bind|could not create any TCP/

/** Loopback only and no socket: a password in a file of mode 0600 is the one way in. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Short queries by index; compiling them costs more than it saves.
  jit: 'off',
  // After a crash every file is synced first; one by one that takes seconds, and Linux can do all at once.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
}

/**
 * Brings up the embedded PostgreSQL of a data folder, or joins the one that runs there already. While it is in use it is
 * watched: a server that dies is started again on the same port.
 * @throws {DatabaseError} with what to do, when it cannot run here or the data is of another major version.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  // Root hands the server to another user, who has to pass through; what is inside has modes of its own.
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  const binaries = findBinaries(options.binaries)
  const runner = runAs(
    [binaries.postgres, join(dataDir, 'postgres', 'data', 'x')],
    join(dataDir, 'postgres', 'data'),
  )
  const random = options.random ?? cryptoRandom
  const { cluster, created } = await prepareCluster(dataDir, binaries, runner, () =>
    Buffer.from(random.bytes(24)).toString('base64url'),
  )
  const supervisor = new Supervisor(cluster, binaries, runner, options)
  await supervisor.start(created)
  return supervisor
}

class Supervisor implements EmbeddedPostgres {
  readonly #cluster: Cluster
  readonly #binaries: Binaries
  readonly #runner: RunAs
  readonly #log: Log
  readonly #clock: Clock
  readonly #settings: Readonly<Record<string, string>>
  readonly #password: string
  readonly #ended = new AbortController()
  #member: pg.Client | undefined
  #port = 0
  #stopping: Promise<void> | undefined
  #recovering: Promise<void> | undefined
  adopted = false
  pid = 0

  constructor(cluster: Cluster, binaries: Binaries, runner: RunAs, options: EmbeddedPostgresOptions) {
    this.#cluster = cluster
    this.#binaries = binaries
    this.#runner = runner
    this.#log = options.log ?? silentLog
    this.#clock = options.clock ?? systemClock
    this.#settings = options.settings ?? {}
    this.#password = readFileSync(cluster.passwordFile, 'utf8').trim()
  }

  get url(): string {
    return this.#urlOf(this.#port, DATABASE)
  }

  get version(): string {
    return this.#binaries.version
  }

  async start(created: boolean): Promise<void> {
    await this.#ensure()
    await this.#createDatabase()
    this.#log.info(
      { version: this.version, port: this.#port, pid: this.pid, adopted: this.adopted, created },
      this.adopted ? 'Joined the embedded PostgreSQL that runs already' : 'Embedded PostgreSQL is up',
    )
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #urlOf(port: number, database: string): string {
    return `postgres://${USER}:${this.#password}@${HOST}:${port}/${database}`
  }

  /** Joins the server of the folder when one lives, starts one when none does, until a join has worked. */
  async #ensure(): Promise<void> {
    const { data } = this.#cluster
    const deadline = this.#clock.now() + START_TIMEOUT
    let child: ChildProcess | undefined
    let failures = 0
    for (;;) {
      this.#ended.signal.throwIfAborted()
      const found = readPostmaster(data)
      const lives =
        found !== undefined && processState(found.pid) === 'running' && worksIn(found.pid, data) !== false
      if (lives) {
        // Not yet joined: it starts, replays its log, or is on its way out. All three pass.
        if (await this.#join(found)) {
          this.adopted = child?.pid !== found.pid
          return
        }
      } else if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        if (child !== undefined) {
          failures += 1
          const words = this.#lastWords()
          if (failures >= (PASSING.test(words) ? START_ATTEMPTS : 2)) throw this.#startError(words)
          await this.#clock.sleep(Math.min(100 * failures, 500), this.#ended.signal)
        }
        await this.#clearStale(found, deadline)
        child = await this.#spawn(await this.#choosePort())
      }
      if (this.#clock.now() > deadline) throw this.#startError('it does not answer')
      await this.#clock.sleep(20, this.#ended.signal)
    }
  }

  #startError(reason: string): DatabaseError {
    return new DatabaseError(
      'no_server',
      `The embedded PostgreSQL does not start: ${reason}\nIts log is ${this.#cluster.logFile}`,
    )
  }

  /** Connects and takes part; false while the server cannot be talked to. */
  async #join(found: Postmaster): Promise<boolean> {
    if (found.port === 0) return false
    const client = new pg.Client({
      connectionString: this.#urlOf(found.port, 'postgres'),
      application_name: 'tockwork-supervisor',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query<{ folder: string }>(
        "select current_setting('data_directory') as folder",
      )
      if (realpathSync(rows[0]?.folder ?? '') !== realpathSync(this.#cluster.data))
        throw this.#startError(`port ${found.port} belongs to the server of another folder`)
      await client.query('select pg_advisory_lock_shared($1)', [MEMBER_LOCK])
    } catch (error) {
      await client.end().catch(() => undefined)
      if (error instanceof DatabaseError) throw error
      if (Reflect.get(Object(error), 'code') === '28P01')
        throw this.#startError(`the password in ${this.#cluster.passwordFile} is not the server's`)
      return false
    }
    if (this.#port !== 0 && this.#port !== found.port)
      this.#log.error(
        { port: found.port, before: this.#port },
        'The embedded PostgreSQL came back on another port',
      )
    this.#port = found.port
    this.pid = found.pid
    writeFileSync(this.#cluster.portFile, `${found.port}\n`)
    this.#member = client
    client.once('end', () => this.#lost(client))
    return true
  }

  /** The connection that makes us a member broke: the server died, or at least that process of it. */
  #lost(client: pg.Client): void {
    if (this.#member !== client || this.#stopping !== undefined) return
    this.#member = undefined
    this.#log.warn({ pid: this.pid, port: this.#port }, 'The embedded PostgreSQL went away; bringing it back')
    this.#recovering ??= this.#recover().finally(() => {
      this.#recovering = undefined
    })
  }

  async #recover(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      try {
        await this.#ensure()
        this.#log.info({ pid: this.pid, port: this.#port }, 'The embedded PostgreSQL is back')
        return
      } catch (error) {
        if (this.#ended.signal.aborted) return
        this.#log.error({ err: error }, 'The embedded PostgreSQL cannot be brought back yet')
        await this.#clock.sleep(1_000, this.#ended.signal).catch(() => undefined)
      }
    }
  }

  /**
   * Makes room for a new server. Children of one that was killed are given a moment to notice, and then ended: with their
   * server gone they can do nothing that recovery does not set right. A lock file is PostgreSQL's to judge, except that it
   * takes a zombie, or a stranger that was given the same pid, for a live server.
   */
  async #clearStale(found: Postmaster | undefined, deadline: number): Promise<void> {
    const { data } = this.#cluster
    const patience = this.#clock.now() + ORPHAN_PATIENCE
    let ended = false
    for (let orphans = orphansIn(data); orphans.length > 0; orphans = orphansIn(data)) {
      const now = this.#clock.now()
      // What the kernel holds up, as in writing to a busy disk, ends when that does.
      if (now > deadline)
        throw this.#startError(`processes of a killed server do not end: ${orphans.join(', ')}`)
      if (!ended && now > patience) {
        ended = true
        this.#log.warn({ pids: orphans }, 'Ending processes of a server that was killed')
        for (const pid of orphans) killIfThere(pid)
      }
      await this.#clock.sleep(50, this.#ended.signal)
    }
    if (found === undefined || processState(found.pid) === 'gone') return
    if (removeLockFile(data, found.pid))
      this.#log.warn({ pid: found.pid }, 'Removed the lock file of a server that is gone')
  }

  /** The port of before when it is free, so that what others know stays true; else any that is. */
  async #choosePort(): Promise<number> {
    // Pools that exist already come back to this port and no other.
    if (this.#port !== 0) return this.#port
    const recorded = Number(readIfThere(this.#cluster.portFile))
    if (recorded > 0 && (await isFree(recorded))) return recorded
    return await freePort()
  }

  async #spawn(port: number): Promise<ChildProcess> {
    const { data, logFile } = this.#cluster
    if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT)
      renameSync(logFile, `${logFile}.1`)
    const settings = { ...SETTINGS, ...this.#settings, port: String(port) }
    const { program, args, options } = this.#runner.command(this.#binaries.postgres, [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    const log = openSync(logFile, 'a', 0o600)
    try {
      // In a session of its own: Ctrl-C in our terminal must not reach the server before the pools are closed.
      const child = spawn(program, args, {
        ...options,
        cwd: data,
        env: serverEnvironment(),
        detached: true,
        windowsHide: true,
        stdio: ['ignore', log, log],
      })
      await new Promise<void>((done, fail) => {
        child.once('spawn', done)
        child.once('error', fail)
      })
      child.unref()
      return child
    } finally {
      closeSync(log)
    }
  }

  #lastWords(): string {
    const text = readIfThere(this.#cluster.logFile)
    return text.trim().split('\n').slice(-4).join('\n') || 'it ended at once'
  }

  async #createDatabase(): Promise<void> {
    const { rowCount } =
      (await this.#member?.query('select 1 from pg_database where datname = $1', [DATABASE])) ?? {}
    if (rowCount !== 0) return
    try {
      await this.#member?.query(`create database ${DATABASE}`)
    } catch (error) {
      // Two first starters at once: 42P04 duplicate database, 23505 the same while the other still commits.
      if (!['42P04', '23505'].includes(String(Reflect.get(Object(error), 'code')))) throw error
    }
  }

  async #stop(): Promise<void> {
    this.#ended.abort(new Error('The embedded PostgreSQL is being stopped'))
    await this.#recovering
    const member = this.#member
    this.#member = undefined
    if (member === undefined) return
    try {
      await member.query('select pg_advisory_unlock_shared($1)', [MEMBER_LOCK])
      const { rows } = await member.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [
        MEMBER_LOCK,
      ])
      // Held alone until the server is gone: who comes now waits, is thrown out, and starts it anew.
      if (rows[0]?.alone === true) await this.#end()
      else this.#log.info({ pid: this.pid }, 'Another program uses the embedded PostgreSQL; it stays up')
    } catch (error) {
      this.#log.warn({ err: error }, 'The embedded PostgreSQL was gone before it was stopped')
    } finally {
      await member.end().catch(() => undefined)
    }
  }

  async #end(): Promise<void> {
    if (process.platform === 'win32')
      spawn(this.#binaries.pgCtl, ['stop', '-D', this.#cluster.data, '-m', 'fast'], { stdio: 'ignore' })
    else process.kill(this.pid, 'SIGINT')
    const patience = this.#clock.now() + STOP_TIMEOUT
    let asked = false
    while (processState(this.pid) === 'running') {
      if (!asked && this.#clock.now() > patience) {
        asked = true
        this.#log.warn({ pid: this.pid }, 'The embedded PostgreSQL takes too long; ending it at once')
        process.kill(this.pid, 'SIGQUIT')
      }
      await this.#clock.sleep(10)
    }
    this.#log.info({ pid: this.pid }, 'Embedded PostgreSQL is down')
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen({ host: HOST, port, exclusive: true }, () => probe.close(() => done(true)))
  })
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen({ host: HOST, port: 0, exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
