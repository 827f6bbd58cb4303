/** Runs the real command as a child process, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../bin/tockwork.mjs', import.meta.url))

export interface Result {
  code: number | null
  stdout: string
  stderr: string
}

export class Shop {
  readonly folder: string
  readonly #children = new Set<ChildProcess>()

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<Shop> {
    return new Shop(await mkdtemp(join(tmpdir(), 'tockwork-cli-')))
  }

  /** Starts a command without waiting for it. */
  start(args: readonly string[], env: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: this.folder,
      // Nothing of the developer's own setup, and no usual port on which something may answer.
      env: {
        PATH: process.env.PATH ?? '',
        TOCKWORK_EMULATOR_PORT: '0',
        TOCKWORK_HUB_PORT: '0',
        NO_COLOR: '1',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#children.add(child)
    return new Running(child)
  }

  run(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
    return this.start(args, env).ended
  }

  /** Runs with `--json` and reads the one document that comes back. */
  async json(...args: string[]): Promise<{ code: number | null; value: Json; stderr: string }> {
    const { code, stdout, stderr } = await this.run([...args, '--json'])
    return { code, value: JSON.parse(stdout) as Json, stderr }
  }

  /** An emulator on a free port that finishes posts at once; resolves when it answers. */
  async emulate(...args: string[]): Promise<Running & { origin: string }> {
    const running = this.start([
      'emulate',
      '--json',
      '--port',
      '0',
      '--setting',
      'processingSeconds=0',
      '--setting',
      'moderationSeconds=0',
      ...args,
    ])
    const line = await running.line()
    return Object.assign(running, { origin: (JSON.parse(line) as { emulator: string }).emulator })
  }

  async close(): Promise<void> {
    for (const child of this.#children) if (child.exitCode === null) child.kill('SIGKILL')
    await rm(this.folder, { recursive: true, force: true })
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
export type Json = any

export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Result>
  stdout = ''
  stderr = ''

  constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.on('data', (piece) => {
      this.stdout += piece
    })
    child.stderr?.on('data', (piece) => {
      this.stderr += piece
    })
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }))
    })
  }

  /** The first line of stdout. */
  async line(): Promise<string> {
    await this.until(() => this.stdout.includes('\n'))
    return this.stdout.slice(0, this.stdout.indexOf('\n'))
  }

  /** Waits until what the process wrote, or left on the disk, is as expected; fails when it ends before. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!(await holds())) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`it did not happen; exit ${this.child.exitCode}\n${this.stdout}\n${this.stderr}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async kill(signal: NodeJS.Signals): Promise<Result> {
    this.child.kill(signal)
    return this.ended
  }
}
