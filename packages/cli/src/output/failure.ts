/** From an error to what a person reads, what a program reads, and the exit code. */
import { AuthError, ContractError, redact, TockworkError, TransportError, UsageError } from '@tockwork/kernel'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Output } from './output.ts'

/** Ctrl-C or a signal; the message says what state things are in. */
export class Interrupted extends Error {
  readonly action: string | undefined

  constructor(message = 'Interrupted.', action?: string) {
    super(message)
    this.name = 'Interrupted'
    this.action = action
  }
}

/** The command has said what there is to say; only the exit code is left. */
export class Reported extends Error {
  readonly exit: ExitCode

  constructor(exit: ExitCode) {
    super(`exit code ${exit}`)
    this.exit = exit
  }
}

/** Something of this machine, such as a port that is taken. */
export class LocalError extends TockworkError {
  constructor(message: string, details: { code: string; action?: string; cause?: unknown }) {
    super(message, { retry: 'never', ...details })
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted || isAbort(error)) return exitCodes.interrupted
  if (error instanceof UsageError) return exitCodes.usage
  if (error instanceof AuthError && error.needs !== 'credentials') return exitCodes.login
  if (error instanceof TransportError) return exitCodes.unknown
  if (error instanceof ContractError || error instanceof LocalError) return exitCodes.failure
  if (error instanceof TockworkError) return exitCodes.refused
  return exitCodes.failure
}

/** Prints an error once and returns the exit code. */
export function reportFailure(out: Output, error: unknown): ExitCode {
  const exit = exitCodeOf(error)
  const { message, action, code, logId } = describe(error)
  if (out.json) {
    const more =
      error instanceof TockworkError
        ? error.toJSON()
        : { code: exit === exitCodes.interrupted ? 'interrupted' : 'failure' }
    out.result({ error: { ...more, message, ...(action === undefined ? {} : { action }), exit } }, '')
  } else {
    const facts = [code, logId === undefined ? undefined : `log_id ${logId}`].filter(
      (fact) => fact !== undefined,
    )
    const tail = facts.length === 0 ? '' : out.style('dim', ` [${facts.join(', ')}]`)
    out.stderr.write(`${out.style('red', exit === exitCodes.interrupted ? '■' : '✗')} ${message}${tail}\n`)
    if (action !== undefined) out.stderr.write(`  ${action}\n`)
  }
  if (out.verbose) for (const line of chain(error)) out.stderr.write(`${out.style('dim', line)}\n`)
  return exit
}

interface Described {
  message: string
  action?: string | undefined
  code?: string | undefined
  logId?: string | undefined
}

function describe(error: unknown): Described {
  if (error instanceof Interrupted) return { message: error.message, action: error.action }
  if (isAbort(error)) return { message: 'Interrupted.' }
  if (error instanceof TockworkError) {
    const { action, logId } = error
    const code = error.code === 'usage' || error.message.includes(`(${error.code})`) ? undefined : error.code
    return { message: redact(error.message), action: actionFor(error, action), code, logId }
  }
  const system = error as NodeJS.ErrnoException
  const message = redact(error instanceof Error ? error.message : String(error))
  switch (system?.code) {
    case 'ENOSPC':
      return { message: 'The disk is full.', action: 'Make room and try again.', code: system.code }
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { message, action: 'Check the permissions, or set TOCKWORK_DATA_DIR to another folder.' }
    default:
      return { message, action: 'If this is a bug, --verbose shows where it happened.' }
  }
}

/** The SDK speaks to programmers; a person at a shell has commands. */
function actionFor(error: TockworkError, action: string | undefined): string | undefined {
  if (!(error instanceof AuthError)) return action
  if (error.endpoint?.startsWith('shop.') === true) return shopActionFor(error, action)
  if (error.code === 'not_logged_in')
    return 'Run `tockwork login`; with the emulator, `--user mika` needs no browser.'
  if (error.needs === 'scope') return `${action ?? ''} Run \`tockwork login\` again and allow it.`.trim()
  if (error.needs === 'reconnect' || error.needs === 'refresh') return 'Run `tockwork login` again.'
  return action
}

/** A seller's consent is another command's. */
function shopActionFor({ needs, code }: AuthError, action: string | undefined): string | undefined {
  if (code === 'no_shop_connected')
    return 'Run `tockwork shop connect`; with the emulator, `--user Pinecart` needs no browser.'
  if (needs === 'scope') return `${action ?? ''} Run \`tockwork shop connect\` again and allow it.`.trim()
  return needs === 'credentials' ? action : 'Run `tockwork shop connect` again.'
}

function* chain(error: unknown): Generator<string> {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1) {
    yield redact(`${depth === 0 ? '' : 'caused by: '}${each.stack ?? each.message}`)
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
