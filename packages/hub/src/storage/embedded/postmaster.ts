import { execFileSync } from 'node:child_process'
import { linkSync, readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** What a running server writes about itself into its data folder. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** `starting`, `ready`, `stopping`, `standby`; empty right after the file was made. */
  readonly status: string
}

const LOCK_FILE = 'postmaster.pid'

/** Reads `postmaster.pid`; undefined when there is none or it is not whole yet. */
export function readPostmaster(data: string): Postmaster | undefined {
  return readLockFile(join(data, LOCK_FILE))
}

/**
 * Removes the lock file of a server that is gone, and no other: another starter may have been quicker, and then the file
 * is that of a living server, which without it lets nobody in and ends itself within a minute. So the file is taken aside
 * in one step, looked at, and put back when it is not the one. Answers whether it was.
 */
export function removeLockFile(data: string, pid: number): boolean {
  const file = join(data, LOCK_FILE)
  if (readLockFile(file)?.pid !== pid) return false
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return false
    throw error
  }
  const taken = readLockFile(aside)?.pid
  // Unlike a rename, a link takes no other file's place.
  try {
    if (taken !== pid) linkSync(aside, file)
  } catch (error) {
    // A third one starts: it sees the living server's memory, and gives up.
    if (Reflect.get(Object(error), 'code') !== 'EEXIST') throw error
  } finally {
    rmSync(aside)
  }
  return taken === pid
}

function readLockFile(file: string): Postmaster | undefined {
  let lines: string[]
  try {
    lines = readFileSync(file, 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number.parseInt(lines[0] ?? '', 10)
  const port = Number.parseInt(lines[3] ?? '', 10)
  if (!(pid > 0)) return undefined
  return { pid, port: Number.isNaN(port) ? 0 : port, status: (lines[7] ?? '').trim() }
}

/**
 * `running`; `gone`; `zombie`: ended, but a pid 1 that reaps nobody keeps the entry, so that `kill(pid, 0)` and
 * PostgreSQL itself take it for alive.
 */
export function processState(pid: number): 'running' | 'gone' | 'zombie' {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'EPERM') return 'gone'
  }
  const state = stateLetter(pid)
  return state === 'Z' || state === 'X' ? 'zombie' : 'running'
}

function stateLetter(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name in parentheses may itself hold parentheses and spaces.
      return stat.slice(stat.lastIndexOf(')') + 2).charAt(0)
    }
    if (process.platform === 'win32') return undefined
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 5_000,
    }).charAt(0)
  } catch {
    return undefined
  }
}

/**
 * Whether a running process is a server on this data folder, and not one that was given a dead server's pid. Every
 * PostgreSQL process works inside its data folder, which Linux tells; where it does not (another system, or a container
 * without the right to look at another user's process) the name decides that it is none, and otherwise the answer is
 * undefined: it has to be asked.
 */
export function worksIn(pid: number, data: string): boolean | undefined {
  if (process.platform === 'win32') return undefined
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'EACCES') return false
  }
  return /postgres/.test(programOf(pid)) ? undefined : false
}

function programOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 })
  } catch {
    return ''
  }
}

/**
 * Processes that still work in the data folder (Linux; elsewhere none are found). After the death of the first server
 * process its children may live for a moment, and a new server beside them would damage the data.
 */
function processesIn(data: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksIn(pid, data) === true && processState(pid) === 'running')
}

/**
 * Children of a server that died, which still use its shared memory: a new server refuses to start beside them. Most see
 * the death and end at once; one that waits for a lock of another that is gone, or was stopped, never does. The name
 * spares whatever is no server process, and the parent spares the children of a server that another program has started.
 */
export function orphansIn(data: string): number[] {
  const pids = processesIn(data)
  const within = new Set(pids)
  return pids.filter((pid) => {
    const parent = parentOf(pid)
    return programOf(pid).startsWith('postgres: ') && parent !== undefined && !within.has(parent)
  })
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
