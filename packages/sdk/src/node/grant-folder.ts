/**
 * What users granted, in a folder of this machine, a file each.
 *
 * Files have mode 0600 and are replaced whole by a rename after they are on the disk, so that a crash leaves the old
 * or the new set, never half of one. A lock file keeps several processes from renewing the same token at once.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock, UsageError } from '@tockwork/kernel'

export interface FileTokenStoreOptions {
  clock?: Clock
  /** A lock that nobody has renewed for so long belongs to a process that died. 10 s. */
  staleLockMs?: number
}

const SUFFIX = '.json'
const POLL_MS = 25

/** How a file's text becomes what it stands for. */
export interface GrantFormat<T> {
  parse(text: string): T
  serialize(grant: T): string
}

export class GrantFolder<T extends { openId: string }> {
  readonly #folder: string
  readonly #format: GrantFormat<T>
  readonly #clock: Clock
  readonly #staleMs: number
  /** Read files, good while the file is the same. */
  readonly #cache = new Map<string, { version: string; tokens: T }>()

  /** @param folder made when it does not exist, with mode 0700. */
  constructor(folder: string, format: GrantFormat<T>, options: FileTokenStoreOptions = {}) {
    this.#folder = folder
    this.#format = format
    this.#clock = options.clock ?? systemClock
    this.#staleMs = options.staleLockMs ?? 10_000
  }

  async get(openId: string): Promise<T | undefined> {
    const path = this.#path(openId)
    try {
      const { ino, mtimeNs, size } = await stat(path, { bigint: true })
      const version = `${ino}:${mtimeNs}:${size}`
      const cached = this.#cache.get(openId)
      if (cached?.version === version) return cached.tokens
      const tokens = this.#format.parse(await readFile(path, 'utf8'))
      this.#cache.set(openId, { version, tokens })
      return tokens
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      this.#cache.delete(openId)
      return undefined
    }
  }

  async put(tokens: T): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#path(tokens.openId)
    const draft = `${path}.${randomUUID()}.tmp`
    try {
      const file = await open(draft, 'wx', 0o600)
      try {
        await file.writeFile(this.#format.serialize(tokens))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    await syncFolder(this.#folder)
  }

  async delete(openId: string): Promise<void> {
    await rm(this.#path(openId), { force: true })
    this.#cache.delete(openId)
  }

  async list(): Promise<string[]> {
    let names: string[]
    try {
      names = await readdir(this.#folder)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
    const users: string[] = []
    for (const name of names.filter((each) => each.endsWith(SUFFIX)).sort()) {
      try {
        users.push(this.#format.parse(await readFile(join(this.#folder, name), 'utf8')).openId)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
      }
    }
    return users
  }

  async lock<T>(openId: string, fn: () => Promise<T>): Promise<T> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = `${this.#path(openId)}.lock`
    const mark = randomUUID()
    let file: FileHandle | undefined
    while (file === undefined) {
      file = await create(path)
      if (file === undefined) {
        if (await this.#isStale(path)) await this.#breakLock(path)
        await this.#clock.sleep(POLL_MS)
      }
    }
    await file.writeFile(mark)
    await file.close()
    // The machine's timer, not the clock's: other processes judge by the file's time.
    const heartbeat = setInterval(() => {
      const now = new Date()
      utimes(path, now, now).catch(() => {})
    }, this.#staleMs / 4)
    heartbeat.unref()
    try {
      return await fn()
    } finally {
      clearInterval(heartbeat)
      // Not when somebody took it from us for dead.
      if ((await readFile(path, 'utf8').catch(() => '')) === mark) await rm(path, { force: true })
    }
  }

  /**
   * Removes a dead process's lock. Looking and removing must be one step, or two who found the same dead lock would
   * remove it and then each other's: a second lock makes it one.
   */
  async #breakLock(path: string): Promise<void> {
    const guard = `${path}.break`
    const file = await create(guard)
    if (file === undefined) {
      // Held for microseconds; an old one was left by a crash in between.
      if (await this.#isStale(guard)) await rm(guard, { force: true })
      return
    }
    try {
      await file.close()
      if (await this.#isStale(path)) await rm(path, { force: true })
    } finally {
      await rm(guard, { force: true })
    }
  }

  async #isStale(path: string): Promise<boolean> {
    try {
      return Date.now() - (await stat(path)).mtimeMs > this.#staleMs
    } catch {
      return false
    }
  }

  /** Ids are TikTok's and opaque: what is not plainly a file name becomes a hash. */
  #path(openId: string): string {
    if (openId === '') throw new UsageError('openId is empty', { field: 'openId' })
    const plain = /^[A-Za-z0-9_-]{1,100}$/.test(openId)
    // Names that differ only in case would be one file on some systems, so a hash tells them apart.
    const hash = createHash('sha256').update(openId).digest('hex')
    return join(this.#folder, `${plain ? `${openId}.${hash.slice(0, 8)}` : hash}${SUFFIX}`)
  }
}

async function create(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined
    throw error
  }
}

/** The rename itself reaches the disk with its folder; Windows has no such thing. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
