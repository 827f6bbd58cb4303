/** Where a command speaks: results to stdout, everything on the way to stderr, and colours only for a terminal. */
import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'
import { stringifyJson } from '@tockwork/kernel'

type Style = Parameters<typeof styleText>[0]
type Stream = Writable & { isTTY?: boolean; columns?: number }

export interface OutputOptions {
  stdin: Readable & { isTTY?: boolean }
  stdout: Stream
  stderr: Stream
  json: boolean
  verbose: boolean
  /** Whether the surroundings allow colours (NO_COLOR). */
  colours: boolean
}

export class Output {
  readonly stdin: OutputOptions['stdin']
  readonly stdout: Stream
  readonly stderr: Stream
  readonly json: boolean
  readonly verbose: boolean
  readonly #colours: boolean

  constructor(options: OutputOptions) {
    this.stdin = options.stdin
    this.stdout = options.stdout
    this.stderr = options.stderr
    this.json = options.json
    this.verbose = options.verbose
    this.#colours = options.colours && options.stdout.isTTY === true
  }

  /** Whether a person sits there and can be asked. */
  get interactive(): boolean {
    return !this.json && this.stdin.isTTY === true && this.stdout.isTTY === true
  }

  /** Whether a line that changes in place makes sense. */
  get animated(): boolean {
    return !this.json && this.stderr.isTTY === true
  }

  /** The result: one JSON document with `--json`, else the lines for a person. */
  result(value: unknown, lines: string | readonly string[]): void {
    if (this.json) this.stdout.write(`${stringifyJson(value, 2)}\n`)
    else this.stdout.write(`${[lines].flat().join('\n')}\n`)
  }

  /** One of several results: a JSON document a line with `--json`. */
  item(value: unknown, line: string): void {
    this.stdout.write(`${this.json ? stringifyJson(value) : line}\n`)
  }

  /** Said on the way; nothing with `--json`. */
  note(line: string): void {
    if (!this.json) this.stderr.write(`${line}\n`)
  }

  detail(line: string): void {
    if (this.verbose) this.stderr.write(`${this.style('dim', line)}\n`)
  }

  style(style: Style, text: string): string {
    return this.#colours ? styleText(style, text, { validateStream: false }) : text
  }
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
