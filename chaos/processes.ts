/** Processes that are started, killed without a word, and started again. */
import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const running = new Set<ChildProcess>()
const databases = new Set<string>()
const START_TRIES = 20
const START_MS = 60_000

/** Ends whatever still runs, at once: for the end of the program, however it comes. */
export function killEverything(): void {
  for (const child of running) child.kill('SIGKILL')
  for (const folder of databases) killPostmaster(folder)
}

/** Starts a program of `chaos/children`; resolves with its first message. */
export async function startChild<T>(
  name: string,
  options: { args?: readonly string[]; env?: NodeJS.ProcessEnv; logFile: string },
): Promise<{ child: ChildProcess; said: Promise<T> }> {
  const log = openSync(options.logFile, 'a', 0o600)
  const child = fork(join(import.meta.dirname, 'children', `${name}.ts`), options.args ?? [], {
    env: options.env ?? process.env,
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  running.add(child)
  child.once('exit', () => running.delete(child))
  const said = new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`${name} ended (${signal ?? code})`)))
  })
  // Whoever kills it does not wait for what it would have said.
  said.catch(() => undefined)
  return { child, said }
}

/** SIGKILL: nothing is said, nothing is finished. Resolves when the process is gone. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** An orderly end. */
export async function stop(child: ChildProcess, patienceMs = 30_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(late)
}

/** Kills the embedded PostgreSQL of a data folder. False when none runs. */
export function killPostmaster(dataDir: string): boolean {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])
    if (!Number.isInteger(pid) || pid < 2) return false
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}

export interface HubSettings {
  index: number
  /** Holds the data folder that all hub processes of a run share, and their logs. */
  folder: string
  env: Record<string, string>
}

/** One hub process and those that took its place. */
export class HubSlot {
  readonly #settings: HubSettings
  #child: ChildProcess | undefined
  #port: number
  url: string | undefined
  adminKeyFile: string | undefined
  /** The last words of every start that ended in an error. */
  readonly failedStarts: string[] = []

  private constructor(settings: HubSettings, port: number) {
    this.#settings = settings
    this.#port = port
    databases.add(dataDirOf(settings.folder))
  }

  static async make(settings: HubSettings): Promise<HubSlot> {
    return new HubSlot(settings, await freePort())
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get #logFile(): string {
    return join(this.#settings.folder, `hub-${this.#settings.index}.log`)
  }

  /**
   * Starts it, again and again while it does not come up: as a service manager does.
   * @param killAfterMs kills this start after so long, and starts once more; says by `onKill` that it did
   */
  async start(killAfterMs?: number, onKill?: () => void): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      const { child, said } = await startChild<{ hub: string; admin_key_file: string }>('hub-process', {
        logFile: this.#logFile,
        env: {
          ...this.#settings.env,
          TOCKWORK_HUB_PORT: String(this.#port),
        },
      })
      this.#child = child
      if (tried === 1 && killAfterMs !== undefined) {
        await pause(killAfterMs)
        await kill(child)
        onKill?.()
        continue
      }
      try {
        const up = await Promise.race([said, late(START_MS)])
        this.url = this.origin
        this.adminKeyFile = up.admin_key_file
        return
      } catch (error) {
        await kill(child)
        this.failedStarts.push(lastWords(this.#logFile) || String(error))
        if (tried >= START_TRIES) throw error
        // Someone else may have taken the port while nobody listened.
        if (tried >= 3) this.#port = await freePort()
        await pause(200)
      }
    }
  }

  async kill(): Promise<void> {
    this.url = undefined
    if (this.#child !== undefined) await kill(this.#child)
  }

  async stop(): Promise<void> {
    this.url = undefined
    if (this.#child !== undefined) await stop(this.#child)
  }
}

export function dataDirOf(folder: string): string {
  return join(folder, 'hub')
}

/** What was said last that is no line of the log. */
function lastWords(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines
    .slice(-3)
    .filter((line) => !line.startsWith('{'))
    .join(' ')
}

async function late(ms: number): Promise<never> {
  await pause(ms, undefined, { ref: false })
  throw new Error(`not up after ${ms / 1000} s`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
