import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseError } from '../database.ts'
import type { Binaries } from './binaries.ts'
import { processState } from './postmaster.ts'
import type { RunAs } from './run-as.ts'

/** The folder of one embedded server, `<data folder>/postgres`. */
export interface Cluster {
  readonly folder: string
  /** PostgreSQL's own data folder. */
  readonly data: string
  /** Holds the password of the one user, mode 0600. */
  readonly passwordFile: string
  /** The port of the last start; the next one takes it again when it is free. */
  readonly portFile: string
  readonly logFile: string
}

/** The one user of the embedded server. */
export const USER = 'tockwork'

function clusterIn(dataDir: string): Cluster {
  return layout(join(dataDir, 'postgres'))
}

function layout(folder: string): Cluster {
  return {
    folder,
    data: join(folder, 'data'),
    passwordFile: join(folder, 'password'),
    portFile: join(folder, 'port'),
    logFile: join(folder, 'server.log'),
  }
}

/**
 * Makes sure that the folder exists as a whole: everything is made in a folder beside and renamed, so that a start
 * that was interrupted leaves nothing half made, and of several first starters one wins.
 * @param password used when the cluster is made now
 */
export async function prepareCluster(
  dataDir: string,
  binaries: Binaries,
  runner: RunAs,
  password: () => string,
): Promise<{ cluster: Cluster; created: boolean }> {
  const cluster = clusterIn(dataDir)
  removeLeftovers(dataDir)
  if (existsSync(cluster.folder)) {
    checkMajor(cluster, binaries)
    return { cluster, created: false }
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const made = layout(mkdtempSync(join(dataDir, `${LEFTOVER}${process.pid}-`)))
  inTheMaking.add(made.folder)
  // Passing through is allowed to the user that the server runs as; reading is not.
  chmodSync(made.folder, 0o711)
  try {
    mkdirSync(made.data, { mode: 0o700 })
    writeFileSync(made.passwordFile, `${password()}\n`, { mode: 0o600 })
    if (runner.owner !== undefined) {
      chownSync(made.data, runner.owner.uid, runner.owner.gid)
      chownSync(made.passwordFile, runner.owner.uid, runner.owner.gid)
    }
    await initdb(made, binaries, runner)
    if (runner.owner !== undefined) chownSync(made.passwordFile, 0, 0)
    try {
      renameSync(made.folder, cluster.folder)
      return { cluster, created: true }
    } catch (error) {
      // Another process was quicker; its folder is whole, because it came here by a rename too.
      if (!existsSync(cluster.folder)) throw error
      checkMajor(cluster, binaries)
      return { cluster, created: false }
    }
  } finally {
    rmSync(made.folder, { recursive: true, force: true })
    inTheMaking.delete(made.folder)
  }
}

const LEFTOVER = 'postgres.new-'

/** Folders that this process makes right now: in a container, the process that left one may have had our pid. */
const inTheMaking = new Set<string>()

/** Removes what interrupted first starts left; a name carries the pid of its maker. */
function removeLeftovers(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith(LEFTOVER)) continue
    const folder = join(dataDir, name)
    const maker = Number.parseInt(name.slice(LEFTOVER.length), 10)
    const alive = maker === process.pid ? inTheMaking.has(folder) : processState(maker) === 'running'
    if (!alive) rmSync(folder, { recursive: true, force: true })
  }
}

function checkMajor(cluster: Cluster, binaries: Binaries): void {
  let made: number
  try {
    made = Number.parseInt(readFileSync(join(cluster.data, 'PG_VERSION'), 'utf8'), 10)
  } catch (cause) {
    const denied = Reflect.get(Object(cause), 'code') === 'EACCES'
    throw new DatabaseError(
      'no_server',
      denied
        ? `${cluster.data} belongs to another user; run Tockwork as the user that made it, or as root`
        : `${cluster.data} is not a PostgreSQL data folder; move ${cluster.folder} away or restore it`,
      { cause },
    )
  }
  if (made === binaries.major) return
  throw new DatabaseError(
    'wrong_major',
    `The data in ${cluster.folder} is of PostgreSQL ${made}; this Tockwork runs ${binaries.version}. To take it along: ` +
      'with the Tockwork that made it run `tockwork db export backup.jsonl.gz`, move the folder away, then with this ' +
      'one run `tockwork db import backup.jsonl.gz`.',
  )
}

/** The host's locale would decide how text sorts, and a host without it could not open the data again: so C and UTF-8. */
async function initdb(cluster: Cluster, binaries: Binaries, runner: RunAs): Promise<void> {
  const { program, args, options } = runner.command(binaries.initdb, [
    `--pgdata=${cluster.data}`,
    `--username=${USER}`,
    `--pwfile=${cluster.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ])
  const child = spawn(program, args, {
    ...options,
    cwd: cluster.data,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0)
    throw new DatabaseError(
      'no_server',
      `initdb ended with ${code}: ${said.trim().split('\n').slice(-8).join('\n')}`,
    )
}

/** The server sees nothing of our environment: a PGPORT, PGDATA or LC_ALL of ours would change what it does. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}
