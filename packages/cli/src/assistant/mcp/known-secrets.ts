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
  const root = join(config.dataDir, 'cli')
  for (const target of await namesIn(root))
    for (const folder of ['tokens', 'posts'])
      for (const name of await namesIn(join(root, target, folder))) {
        const text = await readIfThere(join(root, target, folder, name)).catch(() => undefined)
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

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}
