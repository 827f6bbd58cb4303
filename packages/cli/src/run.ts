import { CommanderError } from 'commander'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { Interrupted, Reported, reportFailure } from './output/failure.ts'
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
  // Help is for a person in any case; what is wrong with the command line comes as JSON when that was asked for.
  let complaint = ''
  const program = makeProgram({
    version,
    makeContext: (options) => {
      out = makeOutput(options)
      context = makeContext(out)
      return context
    },
    write: {
      out: (text) => out.stdout.write(text),
      err: (text) => {
        complaint += text
      },
    },
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    if (error instanceof CommanderError) return reportCommandLine(out, error, complaint)
    if (error instanceof Reported) return error.exit
    const interrupted = context?.signal.aborted === true && !(error instanceof Interrupted)
    return reportFailure(out, interrupted ? new Interrupted() : error)
  }
}

/** Commander's own complaint, and help when no command was named. */
function reportCommandLine(out: Output, error: CommanderError, complaint: string): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok
  if (!out.json || error.code === 'commander.help') {
    out.stderr.write(complaint.replace(/^error: /, `${out.style('red', '✗')} `))
    if (error.code !== 'commander.help') out.stderr.write('  --help shows what is possible.\n')
    return exitCodes.usage
  }
  const message = complaint.trim().replace(/^error: /, '')
  out.result({ error: { name: 'UsageError', message, code: error.code, exit: exitCodes.usage } }, '')
  return exitCodes.usage
}
