import { CommanderError } from 'commander'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { Interrupted, reportFailure } from './output/failure.ts'
import type { Output } from './output/output.ts'
import { makeProgram } from './program.ts'

export interface Surroundings {
  version: string
  makeOutput: (options: { json: boolean; verbose: boolean }) => Output
  /** @throws {UsageError} when the environment is wrong. */
  makeContext: (out: Output) => Context
}

/** Runs one command line (without `node` and the program) and returns the exit code. Never throws. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { version, makeOutput, makeContext } = surroundings
  // Known before the options are parsed, so that a wrong option is told in the asked form too.
  let out = makeOutput({ json: args.includes('--json'), verbose: args.includes('--verbose') })
  let context: Context | undefined
  const program = makeProgram(version, (options) => {
    out = makeOutput(options)
    context = makeContext(out)
    return context
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    // Commander has said what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    const interrupted = context?.signal.aborted === true && !(error instanceof Interrupted)
    return reportFailure(out, interrupted ? new Interrupted() : error)
  }
}
