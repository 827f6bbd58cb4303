import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { buildSite, writeSite } from './docs-site.ts'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'tockwork-site-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const site = buildSite(root)

test('no link and no anchor of the documentation leads nowhere', () => {
  expect(site.dead).toEqual([])
})

test('every page is reached from the menu, and every address in the files exists', () => {
  writeSite(site, join(folder, 'out'))
  const all = new Set([...site.files.keys(), ...site.copies.keys()])
  const pages = [...site.files].filter(([path]) => path.endsWith('.html'))
  expect(pages.length).toBeGreaterThan(20)
  for (const [path, html] of pages) {
    for (const [, address = ''] of html.matchAll(/(?:href|src)="(?![a-z]+:|#)([^"#]+)/g)) {
      const { pathname } = new URL(address, `http://site/${path}`)
      expect(all.has(pathname.slice(1)), `${path}: ${address}`).toBe(true)
    }
    if (!path.startsWith('files/')) expect(site.files.get('index.html')).toContain(path)
  }
  expect(readFileSync(join(folder, 'out/minisearch.js'), 'utf8')).toContain('MiniSearch')
})

test('the search knows every section, and language models get a list and the whole', () => {
  const entries = JSON.parse(site.files.get('search.json') ?? '') as { u: string; t: string }[]
  expect(entries.find(({ t }) => t === 'posting.initVideo')?.u).toBe(
    'reference/endpoints.html#postinginitvideo',
  )
  expect(site.files.get('llms.txt')).toMatch(/^# Tockwork\n\n> Everything between/)
  expect(site.files.get('llms.txt')).toContain('(operations.html)')
  expect(site.files.get('llms-full.txt')).toContain('# Running the hub')
})

test('what leads nowhere is found: a page, an anchor, a file', () => {
  const broken = join(folder, 'broken')
  mkdirSync(join(broken, 'docs'), { recursive: true })
  cpSync(join(root, 'LICENSE'), join(broken, 'LICENSE'))
  writeFileSync(
    join(broken, 'README.md'),
    '# R\n\n[a](docs/a.md#here) [b](docs/a.md#gone) [c](docs/gone.md) [d](LICENSE) [e](gone.ts)\n\n```sh\n# no heading [f](gone.md)\n```\n',
  )
  writeFileSync(join(broken, 'docs/a.md'), '# A\n\n## Here\n\n[up](../README.md) [self](#nowhere)\n')
  expect(buildSite(broken).dead).toEqual([
    'README.md: docs/gone.md leads nowhere',
    'README.md: gone.ts leads nowhere',
    'README.md: a.html#gone leads nowhere',
    'docs/a.md: a.html#nowhere leads nowhere',
  ])
})
