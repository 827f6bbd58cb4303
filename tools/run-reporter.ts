/**
 * A vitest reporter that writes what tools/test.ts counts: tests, the reasons of skipped ones, and what the emulator
 * claims about TikTok with how it is known. A test of the emulator says it like this:
 *
 *     test('a code works once', { meta: { claim: { provenance: 'documented', source: 'https://…' } } }, async () => …)
 *
 * The file's path comes from TOCKWORK_RUN_REPORT.
 */
import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'

export interface Claim {
  provenance: 'documented' | 'observed' | 'assumed'
  /** The page, or who saw it when and where. For an assumption: why it is likely. */
  source: string
}

declare module 'vitest' {
  interface TaskMeta {
    claim?: Claim
  }
}

export interface RunReport {
  passed: number
  /** Failed tests, and files and groups that failed around their tests. */
  failed: number
  /** Tests skipped for a reason. Without one a skipped test is a failed one. */
  skipped: number
  /** What failed without vitest saying so itself. */
  problems: string[]
  /** Of the tests that passed: a claim that its own test refutes is none. */
  claims: Record<Claim['provenance'], number>
}

export default class RunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { message: string }[]): void {
    const file = process.env.TOCKWORK_RUN_REPORT
    if (!file) return
    const report = reportOn(modules)
    report.failed += unhandled.length
    for (const { message } of unhandled) report.problems.push(`outside any test: ${message}`)
    writeFileSync(file, JSON.stringify(report))
  }
}

function reportOn(modules: readonly TestModule[]): RunReport {
  const report: RunReport = {
    passed: 0,
    failed: 0,
    skipped: 0,
    problems: [],
    claims: { documented: 0, observed: 0, assumed: 0 },
  }
  for (const module of modules) {
    const groups: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()]
    report.failed += groups.filter((group) => group.errors().length > 0).length
    for (const test of module.children.allTests())
      count(test, `${module.relativeModuleId} > ${test.fullName}`, report)
  }
  return report
}

function count(test: TestCase, name: string, report: RunReport): void {
  const { claim } = test.meta()
  const { state } = test.result()
  const problem = problemOf(test)
  if (problem) report.problems.push(`${name}: ${problem}`)
  if (problem || state === 'failed') report.failed += 1
  else if (state === 'passed') {
    report.passed += 1
    if (claim) report.claims[claim.provenance] += 1
  } else if (!hasBrokenParent(test)) report.skipped += 1
}

/** What vitest lets pass and we do not. */
function problemOf(test: TestCase): string | undefined {
  const { claim } = test.meta()
  const result = test.result()
  if (claim && (!['documented', 'observed', 'assumed'].includes(claim.provenance) || !claim.source?.trim()))
    return 'its claim has no known provenance or no source'
  if (result.state === 'pending') return 'never ran'
  // When a hook around it failed, that is one failure, not one a test.
  const isSilent = result.state === 'skipped' && !result.note?.trim() && !hasBrokenParent(test)
  return isSilent ? 'skipped without a reason' : undefined
}

function hasBrokenParent(test: TestCase): boolean {
  for (let group = test.parent; ; group = group.parent) {
    if (group.errors().length > 0) return true
    if (group.type === 'module') return false
  }
}

/** `emulator claims: 120 documented (80 %), 10 observed (7 %), 20 assumed (13 %)`; empty when there are none. */
export function describeClaims(claims: RunReport['claims']): string {
  const total = claims.documented + claims.observed + claims.assumed
  if (total === 0) return ''
  const parts = Object.entries(claims).map(([name, n]) => `${n} ${name} (${Math.round((100 * n) / total)} %)`)
  return `emulator claims: ${parts.join(', ')}`
}
