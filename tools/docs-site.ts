/**
 * Builds the documentation as a site of plain files: `npm run docs`, into `build/docs-site/`, for any static host.
 *
 *   npm run docs                 writes, and fails on a link or an anchor that leads nowhere
 *   npm run docs -- --out DIR    writes elsewhere
 *
 * Its pages are the Markdown of the repository, so there is no second copy; the reference among them is generated from the
 * contracts. Search works in the browser, without a service. `llms.txt` and `llms-full.txt` are for language models.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { llmsFull, llmsIndex } from './docs-site/llms.ts'
import { pageAt, pageList } from './docs-site/page-list.ts'
import { escapeHtml, type Page, readPage } from './docs-site/read-page.ts'
import { searchEntries } from './docs-site/search-entries.ts'
import { layout } from './docs-site/template.ts'

const ROOT = resolve(import.meta.dirname, '..')

export interface Site {
  /** Every file by its path in the site. */
  files: Map<string, string>
  /** Files that are linked and copied as they are: path in the site, and in the repository. */
  copies: Map<string, string>
  /** Links that lead nowhere. */
  dead: string[]
}

export function buildSite(root: string): Site {
  const pages = pageList(root).map((source) => readPage(root, source))
  const bySource = new Map(pages.map((page) => [page.source, page]))
  const files = new Map<string, string>()
  const copies = new Map<string, string>([
    ['minisearch.js', minisearchFile()],
    ['site.css', join(import.meta.dirname, 'docs-site/site.css')],
    ['site.js', join(import.meta.dirname, 'docs-site/site.js')],
  ])
  for (const page of pages) {
    for (const linked of page.linkedFiles) {
      const folder = filesIn(root, linked)
      for (const file of folder ?? [linked]) copies.set(`files/${file}`, join(root, file))
      if (folder !== undefined) files.set(`files/${linked}/index.html`, folderPage(linked, folder))
    }
    files.set(page.path, layout(page, pages))
  }
  files.set('search.json', JSON.stringify(searchEntries(pages)))
  files.set('llms.txt', llmsIndex(pages))
  files.set('llms-full.txt', llmsFull(pages))
  return { files, copies, dead: pages.flatMap((page) => [...page.dead, ...deadAnchors(page, bySource)]) }
}

function deadAnchors(page: Page, bySource: ReadonlyMap<string, Page>): string[] {
  return page.anchorsUsed
    .filter(({ source, anchor }) => bySource.get(source)?.anchors.has(anchor) === false)
    .map(({ source, anchor }) => `${page.source}: ${pageAt(source)}#${anchor} leads nowhere`)
}

/** The files of a folder, or undefined where it is none. */
function filesIn(root: string, path: string): string[] | undefined {
  if (!statSync(join(root, path)).isDirectory()) return undefined
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${path}/${name}`)
    .sort()
}

/** A static host lists no folders. */
function folderPage(folder: string, files: readonly string[]): string {
  const items = files
    .map((file) => basename(file))
    .map((name) => `<li><a href="${escapeHtml(name)}">${escapeHtml(name)}</a></li>`)
  return `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>${escapeHtml(folder)}</title><h1>${escapeHtml(folder)}</h1><ul>${items.join('')}</ul></html>\n`
}

/** The build of MiniSearch that a page loads without a bundler. */
function minisearchFile(): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('minisearch')), '../umd/index.js')
}

export function writeSite(site: Site, out: string): void {
  rmSync(out, { recursive: true, force: true })
  const place = (path: string): string => {
    const target = join(out, path)
    mkdirSync(dirname(target), { recursive: true })
    return target
  }
  for (const [path, text] of site.files) writeFileSync(place(path), text)
  for (const [path, from] of site.copies) copyFileSync(from, place(path))
  // Hosts that run Jekyll over what they are given would leave files out.
  writeFileSync(place('.nojekyll'), '')
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'build/docs-site' } } })
  const site = buildSite(ROOT)
  for (const link of site.dead) console.error(link)
  if (site.dead.length > 0) process.exitCode = 1
  else {
    writeSite(site, resolve(values.out))
    const size = [...site.files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    console.log(
      `${values.out}: ${site.files.size} files, ${(size / 1e6).toFixed(1)} MB; open index.html, or serve the folder`,
    )
  }
}
