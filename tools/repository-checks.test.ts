import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkChangesets, checkLinks, checkLockFile, checkWords, lintOpenApi } from './repository-checks.ts'

let root: string

function plant(files: Record<string, unknown>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'repository-checks-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const lock = (dep: object, a: object = {}) => ({
  packages: {
    '': { name: 'root', devDependencies: { dep: '1.0.0' } },
    'packages/a': { name: 'a', version: '0.1.0', ...a },
    'node_modules/a': { resolved: 'packages/a', link: true },
    'node_modules/dep': { version: '1.0.0', integrity: 'sha512-x', ...dep },
  },
})

test('a lock file without hosts that matches its manifests is fine', () => {
  plant({
    'package-lock.json': lock({}),
    'package.json': { devDependencies: { dep: '1.0.0' } },
    'packages/a/package.json': { name: 'a' },
  })
  expect(checkLockFile(root)).toEqual([])
})

test('a host, an install script, a missing integrity and loose versions are found', () => {
  const host = ['https:', '', 'packages.example', 'dep.tgz'].join('/')
  plant({
    'package-lock.json': lock({ resolved: host, integrity: undefined, hasInstallScript: true }),
    'package.json': { devDependencies: { dep: '1.0.0' } },
    'packages/a/package.json': { name: 'a', dependencies: { other: '^2.0.0' } },
    'packages/b/package.json': { name: 'b' },
    '.npmrc': 'registry=elsewhere\n',
  })
  expect(checkLockFile(root)).toEqual([
    'packages/a/package.json: other differs from the lock file; run npm install',
    'packages/a/package.json: other is not pinned (^2.0.0)',
    'package-lock.json: node_modules/dep names a host',
    'package-lock.json: node_modules/dep has no integrity',
    'package-lock.json: node_modules/dep runs code while it is installed',
    'packages/b/package.json: not in the lock file; run npm install',
    '.npmrc: names a registry or holds a credential',
  ])
})

test('a build for another platform that the lock file leaves out is found: npm ci refuses such a file', () => {
  plant({
    'package-lock.json': lock({ optionalDependencies: { 'dep-linux': '1.0.0', a: '0.1.0' } }),
    'package.json': { devDependencies: { dep: '1.0.0' } },
    'packages/a/package.json': { name: 'a' },
  })
  expect(checkLockFile(root)).toEqual([
    'package-lock.json: node_modules/dep needs dep-linux, which is not in it; npm ci would refuse',
  ])
})

test('paths of a machine and unresolved merges are found with their line', () => {
  const path = ['', 'home', 'somebody', 'tockwork'].join('/')
  plant({
    'docs/a.md': `fine\nsee ${path}\n`,
    'docs/b.md': 'a path such as /v2/post/publish/ or ./home/page.ts is fine\n',
    'docs/c.md': `${'<'.repeat(7)} HEAD\n`,
  })
  expect(checkWords(root).sort()).toEqual([
    "docs/a.md:2: an absolute path of one person's machine",
    'docs/c.md:1: an unresolved merge',
  ])
})

test('links to pages that are not there are found', () => {
  plant({
    'docs/a.md':
      '[b](b.md) [c](../c.md#part) [gone](gone.md) [web](https://example.org/x) [here](#a) `[no](link.md)`\n',
    'docs/b.md': '',
    'c.md': '',
  })
  expect(checkLinks(root)).toEqual(['docs/a.md: gone.md leads nowhere'])
})

test('the OpenAPI linter finds a broken document and passes a whole one', async () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'A', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: 'https://open.example.org' }],
    security: [],
    paths: {
      '/a': {
        get: {
          operationId: 'a',
          summary: 'A',
          responses: { 200: { description: 'ok' }, 400: { description: 'no' } },
        },
      },
    },
  }
  plant({ 'packages/contracts/openapi/a.json': document })
  expect(await lintOpenApi(root)).toEqual([])
  const broken = { '/a/{id}': { get: { operationId: 'a', summary: 'A', responses: { 200: {} } } } }
  plant({ 'packages/contracts/openapi/a.json': { ...document, paths: broken } })
  const found = (await lintOpenApi(root)).join('\n')
  expect(found).toContain('description')
  expect(found).toContain('path-parameters-defined')
  plant({ 'packages/contracts/openapi/a.json': '{}' })
  expect(await lintOpenApi(root)).toEqual(['packages/contracts/openapi/a.json: Unsupported specification'])
})

test('a changeset about a package that does not exist is found', () => {
  plant({
    'packages/a/package.json': { name: '@x/a' },
    'packages/b/package.json': { name: 'b' },
    '.changeset/README.md': '# What this is\n',
    '.changeset/good.md': `---\n'@x/a': minor\n"b": patch\n---\n\nNote: fine.\n`,
    '.changeset/bad.md': "---\n'@x/b': minor\n---\n\nWords.\n",
  })
  expect(checkChangesets(root)).toEqual(['.changeset/bad.md: there is no package @x/b'])
})
