import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { lint, loadConfig } from '@redocly/openapi-core'
import { afterEach, expect, test } from 'vitest'
import { readWireSamples, samplesModule } from './openapi/wire-samples.ts'
import { generate, staleFiles } from './openapi.ts'

const ROOT = resolve(import.meta.dirname, '..')
const folders: string[] = []
const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-openapi-'))
  folders.push(folder)
  return folder
}
const put = (root: string, file: string, text: string): void => {
  mkdirSync(join(root, file, '..'), { recursive: true })
  writeFileSync(join(root, file), text)
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test('what is committed is what would be generated now', () => {
  expect(staleFiles(ROOT, generate(ROOT))).toEqual([])
})

test('the documents pass the linter without so much as a warning, samples against schemas included', async () => {
  const config = await loadConfig({ configPath: join(ROOT, 'redocly.yaml') })
  const files = [...generate(ROOT).keys()].filter((file) => file.endsWith('.json'))
  expect(files).toHaveLength(3)
  for (const file of files) {
    const problems = await lint({ ref: join(ROOT, file), config })
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([])
  }
})

test('a changed, a missing and a left-over file are stale', () => {
  const root = emptyFolder()
  const files = new Map([
    ['docs/openapi/a.json', 'a'],
    ['docs/openapi/b.json', 'b'],
    ['docs/reference/c.md', 'c'],
  ])
  put(root, 'docs/openapi/a.json', 'a')
  put(root, 'docs/openapi/b.json', 'changed')
  put(root, 'docs/openapi/old.json', 'old')
  expect(staleFiles(root, files)).toEqual([
    'docs/openapi/b.json',
    'docs/reference/c.md',
    'docs/openapi/old.json',
  ])
})

test('every generated file says that it is', () => {
  for (const [file, text] of generate(ROOT)) {
    expect(text.split('\n').slice(0, 2).join(''), file).toMatch(/generated/i)
  }
})

test('64-bit ids of a sample keep their digits on the way into the module', () => {
  const root = emptyFolder()
  put(
    root,
    'fixtures/open-api/x.json',
    '{"endpoints":[{"endpoint":"a.b","name":"n","response":{"id":7602997517160123666}}]}',
  )
  expect(samplesModule(readWireSamples(root))).toContain('"id": 7602997517160123666n')
})

test('a fixture that is no JSON, or has a part that nobody reads, is named', () => {
  const root = emptyFolder()
  put(root, 'fixtures/open-api/x.json', '{')
  expect(() => readWireSamples(root)).toThrow(/fixtures\/open-api\/x\.json/)
  put(root, 'fixtures/open-api/x.json', '{"endpoint":[]}')
  expect(() => readWireSamples(root)).toThrow(/endpoint is none of/)
})
