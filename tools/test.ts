/**
 * Everything that must hold, in one run: `npm test [-- filter…]`.
 *
 * Filters go to vitest (parts of test file names, `-t name`); with one, the packages are not built and installed. The
 * last line is `N passed, N failed`, checks and tests together. Tests that were skipped, since the machine lacks what they
 * need, are told in the line before.
 *
 * The hub's tests of the database run on the embedded PostgreSQL and, where the machine has one (15 or newer), once more on
 * that one. TOCKWORK_TEST_SYSTEM_POSTGRES=required, which `.ci/run` sets, makes its absence a failure.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  checkChangesets,
  checkLinks,
  checkLockFile,
  checkOpenApiFresh,
  checkWords,
  lintOpenApi,
} from './repository-checks.ts'
import { describeClaims } from './run-reporter.ts'
import { killSteps, runCommand, runSteps, type Step, type StepResult } from './steps.ts'
import { databaseTests, systemPostgres } from './system-postgres.ts'
import { runVitest, type VitestRun } from './vitest-run.ts'

const ROOT = resolve(import.meta.dirname, '..')
const filters = process.argv.slice(2)
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

const command = (name: string, ...args: string[]): Step => ({ name, run: () => runCommand(args) })

const check = (name: string, find: (root: string) => string[] | Promise<string[]>): Step => ({
  name,
  async run() {
    const found = await find(ROOT)
    return { ok: found.length === 0, output: found.join('\n') }
  },
})

/** Seconds of one core each. The longest first, so that two lanes end together. */
const checks: Step[] = [
  command('types', 'node_modules/typescript/bin/tsc', '--noEmit'),
  command(
    'unused code and dependencies (knip)',
    'node_modules/knip/bin/knip.js',
    '--no-progress',
    '--no-config-hints',
  ),
  command(
    'lint and format (biome)',
    'node_modules/@biomejs/biome/bin/biome',
    'check',
    '--max-diagnostics=12',
    '.',
  ),
  command('import boundaries', 'tools/boundaries.ts'),
  check('lock file', checkLockFile),
  check('changesets', checkChangesets),
  check('words', checkWords),
  check('links between pages', checkLinks),
  check('OpenAPI: fresh, and clean in lint', async (root) => [
    ...(scripts.openapi ? checkOpenApiFresh(root) : []),
    ...(await lintOpenApi(root)),
  ]),
]

const runs = new Map<string, VitestRun>()
const tests = (
  name: string,
  timeoutSeconds: number,
  args: readonly string[],
  env: Record<string, string> = {},
): Step => ({
  name,
  async run() {
    const run = await runVitest(args, timeoutSeconds, env)
    runs.set(name, run)
    const skipped = run.skipped > 0 ? `, ${run.skipped} skipped` : ''
    return { ok: run.ok, output: run.output, note: `${run.passed} passed, ${run.failed} failed${skipped}` }
  },
})

/**
 * What mostly waits: for a page to be drawn, for TikTok's minute to be over, for processes to start. It goes on beside the
 * other tests, whose two workers would stand still for it.
 */
const WAITING: Readonly<Record<string, string>> = {
  'screens in a browser': '.browser.test.ts',
  'a storm over the hub': 'test/chaos.test.ts',
  'the least of each bench': 'test/bench.test.ts',
}
const excluded = Object.values(WAITING).map((end) => (end.startsWith('.') ? `**/*${end}` : end))

/** The tests in one lane; what is built and installed, and what waits, in the other. */
const suites: Step[] =
  filters.length > 0
    ? [tests('tests (vitest)', 1800, filters)]
    : [
        tests(
          'tests (vitest)',
          1800,
          excluded.flatMap((glob) => ['--exclude', glob]),
        ),
        tests('packed tarballs in an empty folder', 300, ['--config', 'test/packed/vitest.config.ts']),
        {
          name: 'size of the SDK',
          async run() {
            const { ok, output } = await runCommand(['tools/size.ts'])
            return { ok, output, note: output.split('\n')[0] ?? '' }
          },
        },
        ...Object.entries(WAITING).map(([name, files]) => tests(name, 900, ['--maxWorkers=1', files])),
      ]

/** After everything else: beside it, four test workers would share the two cores of a small machine. */
function onSystemPostgres(): Step[] {
  if (filters.length > 0) return []
  const version = systemPostgres()
  if (version !== undefined) {
    const files = databaseTests(ROOT)
    return [tests(`hub on PostgreSQL ${version}`, 900, files, { TOCKWORK_TEST_POSTGRES: 'system' })]
  }
  const missing = 'this machine has no PostgreSQL 15 or newer: the hub was tested on the embedded one only'
  if (process.env.TOCKWORK_TEST_SYSTEM_POSTGRES === 'required')
    return [{ name: 'hub on a system PostgreSQL', run: async () => ({ ok: false, output: missing }) }]
  console.log(`– ${missing}`)
  return []
}

function report({ name, ok, seconds, note }: StepResult): void {
  console.log(
    `${ok ? '✓' : '✗'} ${name.padEnd(38)} ${seconds.toFixed(1).padStart(6)} s${note ? `  ${note}` : ''}`,
  )
}

process.on('SIGINT', () => {
  killSteps()
  process.exit(130)
})
process.on('SIGTERM', () => {
  killSteps()
  process.exit(143)
})

// Two lanes: the smallest machine this runs on has two cores, and vitest takes both by itself.
const results = [
  ...(await runSteps(checks, 2, report)),
  ...(await runSteps(suites, 2, report)),
  ...(await runSteps(onSystemPostgres(), 1, report)),
]

for (const { name, ok, output } of results) {
  if (!ok) console.log(`\n──── ${name}\n${output}`)
}

const claims = { documented: 0, observed: 0, assumed: 0 }
const total = { passed: 0, failed: 0, skipped: 0 }
for (const { name, ok } of results) {
  const run = runs.get(name)
  // A run of vitest counts its tests, every other step is one check.
  if (!run) total[ok ? 'passed' : 'failed'] += 1
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += run?.[key] ?? 0
  for (const key of ['documented', 'observed', 'assumed'] as const) claims[key] += run?.claims[key] ?? 0
}
const claimsLine = describeClaims(claims)
console.log(`\n${claimsLine ? `${claimsLine}\n` : ''}`.trimEnd())
if (total.skipped > 0) console.log(`${total.skipped} skipped: this machine lacks what they need`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 || results.some(({ ok }) => !ok) ? 1 : 0
