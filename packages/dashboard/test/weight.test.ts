import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openDashboard } from '@tockwork/dashboard'
import { expect, test } from 'vitest'

const MOST_BYTES = 200_000

interface Chunk {
  file: string
  css?: string[]
  imports?: string[]
  isEntry?: boolean
}

test('what a first visit of any page loads is under 200 kB, compressed', { timeout: 120_000 }, async () => {
  const dashboard = openDashboard()
  await dashboard.settled
  expect(dashboard.problem).toBeUndefined()
  const manifest = JSON.parse(readFileSync(join(dashboard.folder, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >
  const filesOf = (key: string, files = new Set<string>()): Set<string> => {
    const chunk = manifest[key]
    if (chunk === undefined || files.has(chunk.file)) return files
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    for (const other of chunk.imports ?? []) filesOf(other, files)
    return files
  }
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry) ?? ''
  const pages = Object.keys(manifest).filter((key) => key.startsWith('src/app/pages/'))
  expect(pages.length).toBeGreaterThan(10)
  for (const page of pages) {
    const files = filesOf(page, filesOf(entry))
    const bytes = [...files].map(
      (file) => gzipSync(readFileSync(join(dashboard.folder, file)), { level: 9 }).length,
    )
    const sum = bytes.reduce((all, one) => all + one, 0)
    expect(sum, `${page}: ${sum} bytes in ${files.size} files`).toBeLessThan(MOST_BYTES)
  }
})
