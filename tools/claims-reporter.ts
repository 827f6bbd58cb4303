/**
 * A vitest reporter that writes what the JSON reporter leaves out, for tools/test.ts: what the emulator claims about
 * TikTok and how it is known, and the reasons of skipped tests. A test of the emulator says it like this:
 *
 *     test('a code works once', { meta: { claim: { provenance: 'documented', source: 'https://…' } } }, async () => …)
 *
 * The file's path comes from TOCKWORK_CLAIMS_FILE.
 */
import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

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

export interface ClaimsReport {
  claims: Record<Claim['provenance'], number>
  /** Tests whose claim says neither how it is known nor from where. */
  badClaims: string[]
  skipped: { name: string; reason: string | undefined }[]
}

export default class ClaimsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env.TOCKWORK_CLAIMS_FILE
    if (file) writeFileSync(file, JSON.stringify(reportOn(modules)))
  }
}

function reportOn(modules: readonly TestModule[]): ClaimsReport {
  const report: ClaimsReport = {
    claims: { documented: 0, observed: 0, assumed: 0 },
    badClaims: [],
    skipped: [],
  }
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const name = `${module.relativeModuleId} > ${test.fullName}`
      const result = test.result()
      if (result.state === 'skipped') report.skipped.push({ name, reason: result.note })
      const { claim } = test.meta()
      if (!claim) continue
      if (!(claim.provenance in report.claims) || !claim.source?.trim()) report.badClaims.push(name)
      // A claim that its own test refutes is none.
      else if (result.state === 'passed') report.claims[claim.provenance] += 1
    }
  }
  return report
}

/** `emulator claims: 120 documented (80 %), 10 observed (7 %), 20 assumed (13 %)`; empty when there are none. */
export function describeClaims(claims: ClaimsReport['claims']): string {
  const total = claims.documented + claims.observed + claims.assumed
  if (total === 0) return ''
  const parts = Object.entries(claims).map(
    ([name, count]) => `${count} ${name} (${Math.round((100 * count) / total)} %)`,
  )
  return `emulator claims: ${parts.join(', ')}`
}
