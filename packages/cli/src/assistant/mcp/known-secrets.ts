/** Learns every secret of this installation, so that none can leave in an answer even where a tool has a fault. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@tockwork/kernel'
import type { Context } from '../../context.ts'
import { readIfThere } from '../../state/private-file.ts'
import { Scrubber } from '../scrubber.ts'

/** Read anew for each call: tokens are renewed while the server runs. */
export async function knownSecrets({ config }: Pick<Context, 'config'>): Promise<Scrubber> {
  const scrubber = new Scrubber()
  for (const [name, value] of Object.entries(config.environment)) {
    scrubber.hideNamed(name, value ?? '')
    scrubber.learnUrl(value ?? '')
  }
  for (const name of ['admin.key', 'master.key', 'cli/mcp.token']) {
    const text = await readIfThere(join(config.dataDir, name)).catch(() => undefined)
    if (text !== undefined) scrubber.hide(text.trim())
  }
  // Logins, posts and sellers of every target, wherever a later version puts them.
  for (const path of await jsonFilesIn(join(config.dataDir, 'cli'))) {
    const text = await readIfThere(path).catch(() => undefined)
    if (text !== undefined) learnFile(scrubber, text)
  }
  return scrubber
}

function learnFile(scrubber: Scrubber, text: string): void {
  try {
    scrubber.learn(parseJson(text))
  } catch {
    // A damaged file is not shown by anything, so it has nothing to hide.
  }
}

const MOST_FILES = 5000

async function jsonFilesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .slice(0, MOST_FILES)
    .map((entry) => join(entry.parentPath, entry.name))
}
