/** `doctor`: what is wrong with this installation. */
import { relative, resolve } from 'node:path'
import { stringifyJson, UsageError } from '@tockwork/kernel'
import type { Diagnosis, Level } from '../assistant/doctor/diagnosis.ts'
import { examine } from '../assistant/doctor/examine.ts'
import { gatherFacts } from '../assistant/doctor/facts.ts'
import { toSarif } from '../assistant/doctor/sarif.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { Reported } from '../output/failure.ts'

export interface DoctorOptions {
  json?: boolean
  sarif?: boolean
  /** Folder of the app's own code. */
  code?: string
  version: string
}

/** Exit code 1 when something fails or will; notes alone are no failure. */
export async function doctor(context: Context, options: DoctorOptions): Promise<void> {
  const { out } = context
  if (options.json === true && options.sarif === true)
    throw new UsageError('--json and --sarif exclude each other.', { field: '--sarif' })
  const facts = await gatherFacts(
    context,
    options.code === undefined ? undefined : resolve(context.cwd, options.code),
  )
  const findings = await examine(facts)
  const folder = facts.code === undefined ? '' : relative(context.cwd, facts.code.folder)
  if (options.sarif === true)
    out.stdout.write(`${stringifyJson(toSarif(findings, options.version, folder), 2)}\n`)
  else {
    const looked = {
      logins: facts.logins.length,
      requests: facts.requests.length,
      hub: facts.hub?.origin ?? null,
      clocks: facts.dates.length,
      code_files: facts.code?.files ?? 0,
      shop_listings: facts.shop?.listings.length ?? 0,
    }
    out.result({ findings, looked_at: looked }, [
      ...findings.flatMap((each) => [...describe(each, out), '']),
      findings.length === 0 ? `${out.style('green', '✓')} Nothing is wrong.` : summary(findings),
      `Looked at the environment, ${looked.logins} logins, ${looked.requests} requests of the emulator, ${looked.clocks} clocks, ${facts.code === undefined ? '' : `${looked.code_files} files of code, `}${facts.shop === undefined ? '' : `${looked.shop_listings} listings${facts.shop.unread === 0 ? '' : ` (${facts.shop.unread} more were not read)`}, `}and ${looked.hub === null ? 'no hub (none answers, or no key)' : `the hub at ${looked.hub}`}.`,
    ])
  }
  if (findings.some(({ level }) => level !== 'note')) throw new Reported(exitCodes.failure)
}

const marks: Readonly<Record<Level, [Parameters<Context['out']['style']>[0], string]>> = {
  error: ['red', '✗'],
  warning: ['yellow', '!'],
  note: ['dim', '·'],
}

function describe({ rule, level, what, evidence, why, fix, link }: Diagnosis, out: Context['out']): string[] {
  return [
    `${out.style(...marks[level])} ${what} ${out.style('dim', `[${rule}]`)}`,
    `  Seen by  ${evidence}`,
    `  Why      ${why}`,
    `  Fix      ${fix}`,
    `  More     ${link}`,
  ]
}

function summary(findings: readonly Diagnosis[]): string {
  const count = (level: Level) => findings.filter((each) => each.level === level).length
  return `${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes.`
}
