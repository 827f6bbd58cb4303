import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { UsageError } from '@tockwork/kernel'

/** One writer a library: a file that only one process can create. What a killed process left is recognised and taken over. */
export class LibraryLock {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /** @throws UsageError when another process holds it */
  static take(path: string): LibraryLock {
    for (let attempt = 0; ; attempt++) {
      try {
        const file = openSync(path, 'wx', 0o600)
        writeSync(file, JSON.stringify({ pid: process.pid, host: hostname() }))
        closeSync(file)
        return new LibraryLock(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const holder = readHolder(path)
        if (attempt < 3 && isGone(holder) && clearAway(path)) continue
        throw new UsageError(
          `another process is writing to this library${holder === undefined ? '' : ` (process ${holder.pid} on ${holder.host})`}`,
          {
            field: 'library',
            action: `Wait for it. If there is none, remove ${path}.`,
            cause: error,
          },
        )
      }
    }
  }

  release(): void {
    rmSync(this.#path, { force: true })
  }
}

interface Holder {
  readonly pid: number
  readonly host: string
}

function readHolder(path: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>
    return typeof value.pid === 'number' && typeof value.host === 'string'
      ? { pid: value.pid, host: value.host }
      : undefined
  } catch {
    return undefined
  }
}

/** Takes a dead process's file away, unless another process has done so first and its own stands there by now. */
function clearAway(path: string): boolean {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
    if (!isGone(readHolder(aside))) {
      linkSync(aside, path)
      return false
    }
    return true
  } catch {
    // It was cleared away, or there is a new one: either way the next attempt tells.
    return true
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Another machine's process cannot be asked after; a file that is being written to is not old. */
function isGone(holder: Holder | undefined): boolean {
  if (holder === undefined || holder.host !== hostname()) return false
  try {
    process.kill(holder.pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
