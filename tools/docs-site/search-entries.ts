import type { Page } from './read-page.ts'

/** A section that the search of the site finds; short keys, since every reader loads them all. */
export interface SearchEntry {
  id: number
  /** Address within the site. */
  u: string
  t: string
  /** The page's title. */
  p: string
  x: string
}

const MOST_TEXT = 600

export function searchEntries(pages: readonly Page[]): SearchEntry[] {
  return pages
    .flatMap(({ path, title, sections }) =>
      sections.map(({ anchor, title: name, text }) => ({
        u: `${path}#${anchor}`,
        t: name,
        p: title,
        x: text.replace(/[|`*]/g, ' ').slice(0, MOST_TEXT),
      })),
    )
    .map((entry, id) => ({ id, ...entry }))
}
