import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseArrowTable } from './arrow-table.ts'
import { findViolations } from './boundaries.ts'

const table = `
| folder | is | may import |
|---|---|---|
| \`kernel\` | words | – |
| \`contracts\` | wire | kernel |
| \`media\` | rules | kernel |
| \`sdk\` | client | kernel, contracts |
| \`emulator\` | platform | kernel, contracts, media |
| \`connectors\` | port | kernel; its \`tiktok/\` also contracts and sdk |
| \`cli\` | command | all |
| \`testkit\` | tests | all; nothing shipped imports it |

Imports point only to rows above.
`

let root: string

function plant(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}

function manifest(
  folder: string,
  dependencies: string[] = [],
  exports: object = { '.': './src/index.ts' },
): string {
  const list = Object.fromEntries(dependencies.map((name) => [name, '0.1.0']))
  return JSON.stringify({ name: `@tockwork/${folder}`, exports, dependencies: list })
}

const found = () => findViolations(root).map(({ file, line, rule }) => `${file}:${line} ${rule}`)

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'boundaries-'))
  plant({
    'docs/ARCHITECTURE.md': table,
    'package.json': JSON.stringify({ name: 'root', devDependencies: { vitest: '1.0.0' } }),
    'packages/kernel/package.json': manifest('kernel'),
    'packages/kernel/src/index.ts': 'export const word = 1\n',
    'packages/contracts/package.json': manifest('contracts', ['@tockwork/kernel', 'zod'], {
      '.': './src/index.ts',
      './posting': './src/posting/index.ts',
    }),
    'packages/contracts/src/index.ts': "import { word } from '@tockwork/kernel'\nexport const wire = word\n",
    'packages/contracts/src/posting/index.ts': "export { wire } from '../index.ts'\n",
    'packages/sdk/package.json': manifest('sdk', ['@tockwork/kernel', '@tockwork/contracts', 'undici']),
    'packages/sdk/src/index.ts': "export { wire } from '@tockwork/contracts/posting'\n",
    'packages/sdk/src/node/file-source.ts':
      "import { open } from 'node:fs/promises'\nexport const o = open\n",
    'packages/emulator/package.json': manifest('emulator', [
      '@tockwork/kernel',
      '@tockwork/sdk',
      '@tockwork/testkit',
    ]),
    'packages/emulator/src/index.ts': 'export {}\n',
    'packages/testkit/package.json': manifest('testkit', ['@tockwork/sdk']),
    'packages/testkit/src/index.ts': "export * from '@tockwork/sdk'\n",
  })
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a tree that keeps to the plan has no violation', () => {
  expect(findViolations(root)).toEqual([])
})

describe('arrows', () => {
  test('a package imports only what its row names', () => {
    plant({
      'packages/kernel/src/bad.ts': "import { wire } from '@tockwork/contracts'\nexport const a = wire\n",
    })
    expect(found()).toContain('packages/kernel/src/bad.ts:1 arrow')
  })

  test('emulator and sdk never meet, not even for types', () => {
    plant({
      'packages/emulator/src/bad.ts':
        "export const a = 1\nimport type { X } from '@tockwork/sdk'\nexport type Y = X\n",
      'packages/sdk/src/bad.ts': "export type A = import('@tockwork/emulator').B\n",
    })
    expect(found()).toContain('packages/emulator/src/bad.ts:2 arrow')
    expect(found()).toContain('packages/sdk/src/bad.ts:1 arrow')
  })

  test('nothing shipped imports the testkit; tests may', () => {
    plant({
      'packages/emulator/src/bad.ts': "export const load = () => import('@tockwork/testkit')\n",
      'packages/emulator/test/good.test.ts': "import '@tockwork/testkit'\nimport 'vitest'\n",
      'packages/emulator/src/good.test.ts':
        "import { readFileSync } from 'node:fs'\nimport '@tockwork/sdk'\n",
    })
    expect(found()).toEqual(['packages/emulator/src/bad.ts:1 arrow'])
  })

  test('a clause opens one folder alone', () => {
    const { mayImport } = parseArrowTable(table)
    expect(mayImport('connectors', 'src/tiktok/connector.ts', 'sdk')).toBe(true)
    expect(mayImport('connectors', 'src/index.ts', 'sdk')).toBe(false)
    expect(mayImport('cli', 'src/index.ts', 'connectors')).toBe(true)
    expect(mayImport('emulator', 'src/index.ts', 'sdk')).toBe(false)
  })

  test('a table that names an unknown package is refused', () => {
    expect(() => parseArrowTable(table.replace('kernel, contracts, media', 'kernel, contrcats'))).toThrow(
      'contrcats',
    )
  })
})

test('no way round the front door: relative paths, deep paths, undeclared names', () => {
  plant({
    'packages/sdk/src/bad.ts': [
      "export * from '../../contracts/src/index.ts'",
      "export * from '@tockwork/contracts/src/index.ts'",
      "export * from 'left-pad'",
      "export * from 'vitest'",
      "export * from './gone.ts'",
      "export * from '#http'",
    ].join('\n'),
    'tools/bad.ts': "import '../packages/sdk/src/index.ts'\n",
  })
  expect(found()).toEqual([
    'packages/sdk/src/bad.ts:1 relative',
    'packages/sdk/src/bad.ts:2 deep path',
    'packages/sdk/src/bad.ts:3 undeclared',
    'packages/sdk/src/bad.ts:4 undeclared',
    'packages/sdk/src/bad.ts:5 missing file',
    'packages/sdk/src/bad.ts:6 undeclared',
    'tools/bad.ts:1 relative',
  ])
})

test('imports in a circle are found; those that vanish or wait are none', () => {
  plant({
    'packages/sdk/src/a.ts': "export * from './b.ts'\n",
    'packages/sdk/src/b.ts': "export * from './c.ts'\n",
    'packages/sdk/src/c.ts': "import { x } from './a.ts'\nexport const y = x\n",
    'packages/sdk/src/d.ts': "import type { E } from './e.ts'\nexport type D = E\n",
    'packages/sdk/src/e.ts': "export * from './d.ts'\nexport type E = 1\n",
    'packages/sdk/src/f.ts': "export const later = () => import('./g.ts')\n",
    'packages/sdk/src/g.ts': "export { later } from './f.ts'\n",
    'packages/contracts/src/posting/self.ts': "export * from '@tockwork/contracts/posting'\n",
    'packages/contracts/src/posting/index.ts': "export * from './self.ts'\n",
  })
  expect(found()).toEqual(['packages/contracts/src/posting/self.ts:1 cycle', 'packages/sdk/src/c.ts:1 cycle'])
})

test('Node stays out of what runs everywhere', () => {
  plant({
    'packages/kernel/src/bad.ts': "import type { Readable } from 'node:stream'\nexport type R = Readable\n",
    'packages/contracts/src/bad.ts': "import { join } from 'path'\nexport const j = join\n",
    'packages/sdk/src/bad.ts': "export const load = () => import('node:fs')\n",
    'packages/emulator/src/good.ts':
      "import { createServer } from 'node:http'\nexport const s = createServer\n",
  })
  expect(found()).toEqual([
    'packages/contracts/src/bad.ts:1 node-only',
    'packages/kernel/src/bad.ts:1 node-only',
    'packages/sdk/src/bad.ts:1 node-only',
  ])
})

describe('surroundings', () => {
  test.each([
    ['Date.now()', true],
    ['globalThis.Date.now()', true],
    ["Date['now']()", true],
    ['(Date as any).now()', true],
    ['new Date()', true],
    ['new Date(0)', false],
    ['Date.parse(text)', false],
    ['performance.now()', true],
    ['Math.random()', true],
    ['crypto.randomUUID()', true],
    ['crypto.subtle', false],
    ['process.env.HOME', true],
    ['fetch(url)', true],
    ['globalThis.fetch', true],
    ['options.fetch ?? fetch', true],
    ['client.fetch(url)', false],
    ['{ fetch: 1 }', false],
    ['{ fetch }', true],
    ['(fetch: (url: string) => void) => fetch("x")', false],
    ['({ fetch }: { fetch: () => void }) => fetch()', false],
    ['null as unknown as typeof fetch', false],
    ['(clock: { now(): number }) => clock.now()', false],
  ])('%s', (code, isFound) => {
    plant({ 'packages/emulator/src/state.ts': `export const x = (${code})\n` })
    expect(found()).toEqual(isFound ? ['packages/emulator/src/state.ts:1 ambient'] : [])
  })

  test('named imports bring the same things under another roof', () => {
    plant({
      'packages/emulator/src/bad.ts': [
        "import { randomUUID, createHash } from 'node:crypto'",
        "import { env } from 'node:process'",
        "import nodeCrypto, * as crypto from 'node:crypto'",
        'export const x = [randomUUID(), createHash, env, nodeCrypto, crypto.randomBytes(4)]',
      ].join('\n'),
    })
    expect(found()).toEqual([1, 2, 4].map((line) => `packages/emulator/src/bad.ts:${line} ambient`))
  })

  test('each thing has its own place', () => {
    plant({
      'packages/emulator/src/clock.ts': 'export const now = () => Date.now()\n',
      'packages/emulator/src/config.ts': 'export const e = () => process.env\n',
      'packages/emulator/src/main.ts': 'export const m = () => [process.env, Date.now(), fetch]\n',
      'packages/sdk/src/http-fetch.ts': 'export const f = () => fetch\n',
      'packages/emulator/src/random.ts': 'export const now = () => Date.now()\n',
      'packages/emulator/src/state.test.ts': 'export const now = () => Date.now()\n',
    })
    expect(found()).toEqual(['packages/emulator/src/random.ts:1 ambient'])
  })
})
