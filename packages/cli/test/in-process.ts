/** Runs the command in this process, with streams that the test holds: fast, and as if somebody sat at a terminal. */
import { PassThrough } from 'node:stream'
import { type Clock, cryptoRandom, systemClock } from '@tockwork/kernel'
import { Output, readConfig, run } from '../src/index.ts'

export interface Options {
  cwd: string
  env?: Record<string, string>
  signal?: AbortSignal
  clock?: Clock
  /** What standard input holds. */
  input?: string
}

export async function runHere(args: readonly string[], options: Options) {
  return new Session(options).run(args)
}

/** A terminal with somebody at it. `typed` is asked for keys whenever something new is on the screen. */
export class Session {
  readonly #options: Options
  readonly #stdin = new PassThrough()
  readonly #stdout = new PassThrough()
  readonly #stderr = new PassThrough()
  #tty = false
  stdout = ''
  stderr = ''

  constructor(options: Options) {
    this.#options = options
    this.#stdout.on('data', (piece) => {
      this.stdout += piece
    })
    this.#stderr.on('data', (piece) => {
      this.stderr += piece
    })
  }

  /** @param answers the question that is waited for, and the keys to press then, in order. */
  atTerminal(answers: readonly [RegExp, string][]): this {
    this.#tty = true
    const left = [...answers]
    let seen = 0
    this.#stdout.on('data', () => {
      const [next] = left
      if (next === undefined || !next[0].test(this.stdout.slice(seen))) return
      left.shift()
      seen = this.stdout.length
      // After the question has begun to listen.
      setTimeout(() => this.#stdin.write(next[1]), 20)
    })
    return this
  }

  async run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { cwd, env = {}, signal = new AbortController().signal, clock = systemClock } = this.#options
    if (this.#options.input !== undefined) this.#stdin.end(this.#options.input)
    const terminal = { isTTY: this.#tty, columns: 120, rows: 40 }
    const code = await run(args, {
      version: '0.0.0',
      makeOutput: (options) =>
        new Output({
          stdin: Object.assign(this.#stdin, { isTTY: this.#tty, setRawMode: () => this.#stdin }),
          stdout: Object.assign(this.#stdout, terminal),
          // A progress line is no part of what is said.
          stderr: Object.assign(this.#stderr, { isTTY: false }),
          ...options,
          colours: false,
        }),
      makeContext: (out) => ({
        config: readConfig({ TOCKWORK_EMULATOR_PORT: '0', ...env }, cwd),
        cwd,
        clock,
        random: cryptoRandom,
        fetch: globalThis.fetch,
        out,
        signal,
        pid: process.pid,
      }),
    })
    return { code, stdout: this.stdout, stderr: this.stderr }
  }
}
