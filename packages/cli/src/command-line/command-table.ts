import type { Command, CommandOptions } from 'commander'
import type { Context } from '../context.ts'

/** Makes the context once the options are known. */
export type MakeContext = (options: { json: boolean; verbose: boolean }) => Context

/** Adds commands with what they all have in common. */
export class CommandTable {
  readonly #program: Command
  readonly #makeContext: MakeContext

  constructor(program: Command, makeContext: MakeContext) {
    this.#program = program
    this.#makeContext = makeContext
  }

  /** A command with `--json` and `--verbose`. */
  add(usage: string, description: string, parent?: Command, options?: CommandOptions): Command {
    return this.addPlain(usage, description, parent, options).option(
      '--json',
      'print one JSON document on stdout',
    )
  }

  /** A command whose `--json`, if it has one, means something else. */
  addPlain(usage: string, description: string, parent = this.#program, options?: CommandOptions): Command {
    return parent.command(usage, options).description(description).option('--verbose', 'say more on stderr')
  }

  /** A word that commands stand under, such as `webhooks`. */
  group(name: string, description: string): Command {
    return this.#program.command(name).description(description)
  }

  context(options: { json?: unknown; verbose?: boolean }): Context {
    return this.#makeContext({ json: options.json === true, verbose: options.verbose === true })
  }
}

/** For an option that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

/** Examples under a command's help. */
export function examples(...lines: string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
