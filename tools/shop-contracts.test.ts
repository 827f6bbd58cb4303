import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { generateShop } from './shop-contracts.ts'

const ROOT = resolve(import.meta.dirname, '..')

test('what is generated is what the tables say now', () => {
  const files = generateShop(ROOT)
  expect(files.size).toBe(5)
  for (const [file, text] of files) expect(readFileSync(join(ROOT, file), 'utf8'), file).toBe(text)
})

test.each([
  [
    'a verb that is none',
    (text: string) => text.replace('\tGET\t', '\tFETCH\t'),
    /GetAccessToken\.v2: method FETCH/,
  ],
  ['a flag that nobody knows', (text: string) => text.replace('unsigned', 'odd'), /flag odd/],
  ['a row with too few cells', (text: string) => `${text}oauth\tv2\n`, /line 516: 12 cells/],
  ['a row twice', (text: string) => `${text}${text.split('\n')[1]}\n`, /stands there twice/],
  ['a date that is none', (text: string) => text.replace('2026-08-15', '15.08.2026'), /is no date/],
])('%s is refused, and named', (_name, change, message) => {
  const root = mkdtempSync(join(tmpdir(), 'shop-tables-'))
  try {
    cpSync(join(ROOT, 'fixtures/shop'), join(root, 'fixtures/shop'), { recursive: true })
    const table = join(root, 'fixtures/shop/operations.tsv')
    writeFileSync(table, change(readFileSync(table, 'utf8')))
    expect(() => generateShop(root)).toThrow(message)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
