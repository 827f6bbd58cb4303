/**
 * Compares two versions of the contracts by their OpenAPI documents.
 *
 *   npm run contracts:diff -- BEFORE [AFTER] [--json] [--check]
 *
 * BEFORE and AFTER are git refs (docs/openapi there), folders with OpenAPI documents, such as TikTok's own, or `shop`:
 * the operations and models of TikTok Shop as they are now. AFTER is the working tree unless given, of the open API. With
 * --check the exit code is 1 when something is incompatible.
 *
 *   npm run contracts:diff -- shop tiktok-shop-specs/       what TikTok's specifications have and ours lack, and the other way round
 */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { compareDocuments, type Difference, type OpenApiDocument } from './contracts-diff/compare.ts'
import { shopDocuments, withoutSignature } from './contracts-diff/shop-document.ts'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDER = 'docs/openapi'

/** All documents of a folder or git ref, by file name. @throws {Error} saying that it is neither. */
export function readDocuments(root: string, name: string): Map<string, OpenApiDocument> {
  if (statSync(resolve(root, name), { throwIfNoEntry: false })?.isDirectory() === true) {
    const folder = resolve(root, name)
    return parsed(
      globSync('**/*.json', { cwd: folder }).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
      name,
    )
  }
  // A name that begins with a dash would be an option to git.
  if (name.startsWith('-')) throw new Error(`${name} is neither a folder nor a git ref`)
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: 'pipe' })
  let files: string[]
  try {
    files = git('ls-tree', '--name-only', name, `${FOLDER}/`).split('\n')
  } catch {
    throw new Error(`${name} is neither a folder nor a git ref`)
  }
  const documents = files.filter((file) => file.endsWith('.json'))
  return parsed(
    documents.map((file) => [file.slice(FOLDER.length + 1), git('show', `${name}:${file}`)]),
    name,
  )
}

function parsed(files: readonly [string, string][], from: string): Map<string, OpenApiDocument> {
  if (files.length === 0) throw new Error(`${from} has no OpenAPI documents`)
  return new Map(
    files.map(([file, text]) => {
      const value = JSON.parse(text) as OpenApiDocument
      if (typeof value.openapi !== 'string') throw new Error(`${from}: ${file} is no OpenAPI document`)
      return [file, value]
    }),
  )
}

const titles: Readonly<Record<Difference['kind'], string>> = {
  incompatible: 'Incompatible',
  removed: 'Removed',
  changed: 'Changed',
  added: 'Added',
}

function print(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'No difference.'
  return Object.entries(titles)
    .map(([kind, title]) => {
      const lines = differences
        .filter((each) => each.kind === kind)
        .map(({ where, what }) => `  ${where}: ${what}`)
      return lines.length === 0 ? '' : `${title} (${lines.length})\n${lines.join('\n')}`
    })
    .filter((part) => part !== '')
    .join('\n\n')
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [before, after = FOLDER] = positionals
  try {
    if (before === undefined) throw new Error('usage: npm run contracts:diff -- BEFORE [AFTER]')
    const ofShop = before === 'shop' || after === 'shop'
    const [was, is] = await Promise.all(
      [before, after].map(async (name) => {
        const documents = name === 'shop' ? await shopDocuments() : readDocuments(ROOT, name)
        return ofShop ? withoutSignature(documents) : documents
      }),
    )
    const differences = compareDocuments(was as typeof is & object, is as typeof is & object)
    console.log(values.json ? JSON.stringify(differences, null, 2) : print(differences))
    if (values.check && differences.some(({ kind }) => kind === 'incompatible')) process.exitCode = 1
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
  }
}
