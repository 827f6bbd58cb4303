/**
 * Writes what is generated from the contracts: the OpenAPI documents, the reference pages, and the module of wire
 * samples.
 *
 *   npm run openapi              writes
 *   npm run openapi -- --check   says what is stale, and exits with 1 when something is
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { EndpointExample } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { noteFields, openApiDocuments } from '@tockwork/contracts/openapi'
import { stringifyJson } from '@tockwork/kernel'
import { readFieldNotes } from './openapi/field-notes.ts'
import { endpointsPage, errorsPage, knowledgePage } from './openapi/reference-pages.ts'
import { readWireSamples, samplesModule } from './openapi/wire-samples.ts'

const ROOT = resolve(import.meta.dirname, '..')

/** Every generated file by its path from the root. */
export function generate(root: string): Map<string, string> {
  const samples = readWireSamples(root)
  // The samples of the files, not those that an earlier run put into the module.
  const current = endpoints.map((endpoint) => ({
    ...endpoint,
    examples: (samples.endpoints[endpoint.id] ?? []) as unknown as EndpointExample[],
  }))
  const notes = readFieldNotes(root)
  for (const endpoint of current) {
    for (const part of ['query', 'input', 'output'] as const)
      noteFields(endpoint, part, notes[endpoint.id]?.[part] ?? {})
  }
  const files = new Map<string, string>()
  files.set('packages/contracts/src/examples.generated.ts', samplesModule(samples))
  for (const [host, document] of Object.entries(openApiDocuments(current)))
    files.set(`docs/openapi/${host}.json`, `${stringifyJson(document, 2)}\n`)
  files.set('docs/reference/endpoints.md', endpointsPage(current))
  files.set('docs/reference/errors.md', errorsPage(current))
  files.set('docs/reference/knowledge.md', knowledgePage())
  return files
}

/** Files that differ from what would be generated now, and documents that nothing generates any more. */
export function staleFiles(root: string, files: ReadonlyMap<string, string>): string[] {
  const differing = [...files].filter(([file, text]) => {
    const path = join(root, file)
    return !existsSync(path) || readFileSync(path, 'utf8') !== text
  })
  return [...differing.map(([file]) => file), ...leftovers(root, files)]
}

function leftovers(root: string, files: ReadonlyMap<string, string>): string[] {
  return globSync('docs/openapi/*.json', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !files.has(file))
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const files = generate(ROOT)
  const stale = staleFiles(ROOT, files)
  if (values.check) {
    for (const file of stale) console.error(`${file}: stale; run npm run openapi and commit`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    for (const file of leftovers(ROOT, files)) rmSync(join(ROOT, file))
    for (const [file, text] of files) {
      mkdirSync(dirname(join(ROOT, file)), { recursive: true })
      writeFileSync(join(ROOT, file), text)
    }
    console.log(
      stale.length === 0 ? 'Everything was up to date.' : stale.map((file) => `wrote ${file}`).join('\n'),
    )
  }
}
