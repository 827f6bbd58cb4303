/** The videos of a study, each once. */
import type { ResearchVideo } from '@tockwork/contracts/research'
import { journalPages } from './journal.ts'
import type { Manifest } from './manifest.ts'

export interface Rows {
  videos: AsyncIterable<ResearchVideo>
  /** Known when all were read: how many came again. */
  readonly repeated: number
}

/**
 * A window that was begun anew brings what it had brought before. Windows share no day, so only the ids of the one that
 * is being read have to be remembered.
 */
export function rowsOf(folder: string, manifest: Manifest): Rows {
  let repeated = 0
  async function* read(): AsyncGenerator<ResearchVideo, void, undefined> {
    repeated = 0
    let place = -1
    let seen = new Set<string>()
    for await (const { window, videos } of journalPages(folder)) {
      const now = manifest.windows.findIndex(({ from, to }) => window.from >= from && window.to <= to)
      if (now !== place) {
        place = now
        seen = new Set()
      }
      for (const video of videos) {
        const id = video.id ?? ''
        if (seen.has(id)) repeated += 1
        else {
          seen.add(id)
          yield video
        }
      }
    }
  }
  return {
    videos: { [Symbol.asyncIterator]: read },
    get repeated() {
      return repeated
    },
  }
}
