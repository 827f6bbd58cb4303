/** One run of vitest as a step of tools/test.ts. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunReport } from './run-reporter.ts'
import { runCommand } from './steps.ts'

export interface VitestRun extends RunReport {
  ok: boolean
  /** What vitest printed, and under it what it does not call a failure itself. */
  output: string
}

/**
 * @param args for vitest: parts of file names, `-t name`, `--config file`
 * @param env besides the environment that there is
 * @returns counts; a run that reports no failure and yet ends badly counts as one
 */
export async function runVitest(
  args: readonly string[],
  timeoutSeconds: number,
  env: Record<string, string> = {},
): Promise<VitestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-vitest-'))
  const file = join(folder, 'report.json')
  try {
    const { ok, output } = await runCommand(
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=./tools/run-reporter.ts',
        ...args,
      ],
      { env: { ...env, TOCKWORK_RUN_REPORT: file }, timeoutSeconds },
    )
    const report: RunReport = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as RunReport)
      : { passed: 0, failed: 0, skipped: 0, problems: [], claims: { documented: 0, observed: 0, assumed: 0 } }
    if (report.failed === 0 && (!ok || report.passed + report.skipped === 0)) {
      report.failed = 1
      report.problems.push(ok ? 'no test was run' : 'vitest failed outside the tests; its output says where')
    }
    return { ...report, ok: report.failed === 0, output: [output, ...report.problems].join('\n') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
