/** The refresh duty: collected videos that TikTok no longer confirms are removed or flagged, and that is recorded. */
import { createHash } from 'node:crypto'
import { appendFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { researchRules } from '@tockwork/contracts/research'
import { type Clock, stringifyJson } from '@tockwork/kernel'
import type { Research } from '@tockwork/sdk/research'
import { readIfThere } from '../state/private-file.ts'
import { journalSegments, pagesIn } from './journal.ts'
import { type Manifest, readManifest, writeManifest } from './manifest.ts'
import { rowsOf } from './rows.ts'
import { writeTables } from './table-files.ts'
import { addWithdrawn, withdrawnOf } from './withdrawn.ts'

export interface ComplyOptions {
  research: Research
  clock: Clock
  signal: AbortSignal
  policy: 'remove' | 'flag'
  onProgress: (checked: number, all: number) => void
}

interface Batch {
  /** Of the ids that were asked about. */
  digest: string
  gone: string[]
}

/**
 * Checks every id in files of 10,000. A check that was cut off goes on with the next file of ids; data is touched only
 * when all of them were checked.
 */
export async function comply(folder: string, options: ComplyOptions): Promise<Manifest> {
  const { research, clock, signal, policy } = options
  const manifest = await readManifest(folder)
  const unfinished = join(folder, 'compliance', 'unfinished.jsonl')
  await mkdir(join(folder, 'compliance'), { recursive: true, mode: 0o700 })
  const done = await finishedBatches(unfinished)
  const gone: string[] = []
  let checked = 0
  const all = manifest.counts.videos
  const check = async (ids: string[]): Promise<void> => {
    const digest = createHash('sha256').update(ids.join()).digest('hex')
    const known = done.get(digest)
    let missing: string[]
    if (known === undefined) {
      const valid = await research.validIds('video', ids, { signal })
      missing = ids.filter((id) => !valid.has(id))
      const batch: Batch = { digest, gone: missing }
      await appendFile(unfinished, `${stringifyJson(batch)}\n`, { mode: 0o600 })
    } else missing = known
    gone.push(...missing)
    checked += ids.length
    options.onProgress(checked, Math.max(all, checked))
  }
  const { withdrawn = new Map<string, string>() } = await withdrawnOf(folder)
  let ids: string[] = []
  for await (const { id } of rowsOf(folder, manifest).videos) {
    if (id === undefined || withdrawn.has(id)) continue
    ids.push(id)
    if (ids.length < researchRules.maxComplianceIds.value) continue
    await check(ids)
    ids = []
  }
  if (ids.length > 0) await check(ids)

  const at = new Date(clock.now()).toISOString()
  if (gone.length > 0) {
    if (policy === 'remove') await removeVideos(folder, new Set(gone))
    else await addWithdrawn(folder, gone, at)
  }
  const noted: Manifest = {
    ...manifest,
    compliance: {
      ...manifest.compliance,
      checks: [...manifest.compliance.checks, { at, checked, gone: gone.length, policy }],
    },
  }
  const written =
    manifest.state === 'complete' && gone.length > 0
      ? await writeTables(folder, noted, await withdrawnOf(folder))
      : noted
  await writeManifest(folder, written)
  await rm(unfinished, { force: true })
  return written
}

/** What was answered before a check was cut off: missing ids by the digest of those that were asked about. */
async function finishedBatches(path: string): Promise<Map<string, string[]>> {
  const done = new Map<string, string[]>()
  for (const line of ((await readIfThere(path)) ?? '').split('\n')) {
    try {
      const { digest, gone } = JSON.parse(line) as Batch
      done.set(digest, gone)
    } catch {
      // The empty end, or the last line of a run that was cut off: its ids are asked about again.
    }
  }
  return done
}

/** Takes videos out of the pages, a file at a time; a crash leaves each file as it was or without them. */
async function removeVideos(folder: string, gone: ReadonlySet<string>): Promise<void> {
  for (const path of await journalSegments(folder)) {
    const draft = `${path}.part`
    const file = await open(draft, 'w', 0o600)
    let changed = false
    try {
      for await (const page of pagesIn(path)) {
        const videos = page.videos.filter(({ id }) => !gone.has(id ?? ''))
        changed ||= videos.length < page.videos.length
        await file.appendFile(`${stringifyJson({ ...page, videos })}\n`)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    if (changed) await rename(draft, path)
    else await rm(draft, { force: true })
  }
}
