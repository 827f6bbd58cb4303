/** Ids that TikTok no longer confirms, with the time at which that was found: a line each, kept apart from the rows. */
import { appendFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readIfThere } from '../state/private-file.ts'

const path = (folder: string): string => join(folder, 'compliance', 'withdrawn.csv')

/** For `writeTables`: nothing while no id was flagged. */
export async function withdrawnOf(folder: string): Promise<{ withdrawn?: Map<string, string> }> {
  const text = await readIfThere(path(folder))
  if (text === undefined) return {}
  const withdrawn = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [id, at] = line.split(',')
    if (id !== undefined && at !== undefined && /^\d+$/.test(id)) withdrawn.set(id, at)
  }
  return { withdrawn }
}

export async function addWithdrawn(folder: string, ids: readonly string[], at: string): Promise<void> {
  await mkdir(dirname(path(folder)), { recursive: true, mode: 0o700 })
  await appendFile(path(folder), ids.map((id) => `${id},${at}\n`).join(''), { mode: 0o600 })
}
