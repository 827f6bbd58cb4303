/** Findings as SARIF 2.1.0, which code hosts and editors show beside the code. */
import { type Diagnosis, type Level, rules } from './diagnosis.ts'

const levels: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', note: 'note' }

/** @param codeFolder what files of findings are relative to, as a path from where the command runs; `''` for that folder. */
export function toSarif(
  found: readonly Diagnosis[],
  version: string,
  codeFolder = '',
): Record<string, unknown> {
  const ids = Object.keys(rules)
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tockwork doctor',
            version,
            rules: Object.entries(rules).map(([id, text]) => ({ id, shortDescription: { text } })),
          },
        },
        results: found.map(({ rule, level, what, evidence, why, fix, link, where }) => ({
          ruleId: rule,
          ruleIndex: ids.indexOf(rule),
          level: levels[level],
          message: { text: `${what} ${evidence}. ${why} ${fix} (${link})` },
          locations: [locationOf(where, codeFolder)],
        })),
      },
    ],
  }
}

function locationOf(where: string, codeFolder: string): Record<string, unknown> {
  const [, file, line] = /^([^\s:]+\.\w+):(\d+)$/.exec(where) ?? []
  // A variable, an account or an endpoint is no file; a logical location says what it is about.
  if (file === undefined) return { logicalLocations: [{ name: where, kind: 'resource' }] }
  const uri = [...codeFolder.split(/[\\/]/), ...file.split('/')].filter((part) => part !== '' && part !== '.')
  return {
    physicalLocation: {
      artifactLocation: { uri: uri.map(encodeURIComponent).join('/') },
      region: { startLine: Number(line) },
    },
  }
}
