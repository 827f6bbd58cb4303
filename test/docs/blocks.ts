/** The fenced blocks of the pages, and which of them are programs. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Block {
  /** `docs/start/developer.md:12` */
  at: string
  page: string
  language: string
  text: string
  /** Why it cannot be run here, where it says so: `sh no-run: needs TikTok's servers`. */
  noRun: string | undefined
}

/** Pages for whoever uses the product. Design notes and generated pages hold no programs. */
export function pages(root: string): string[] {
  return ['README.md', ...globSync('docs/**/*.md', { cwd: root })]
    .map((page) => page.replaceAll('\\', '/'))
    .filter((page) => !page.startsWith('docs/reference/'))
    .sort()
}

const FENCE = /^```(\S*)[ \t]*([^\n]*)\n([\s\S]*?)^```[ \t]*$/gm

export function blocksOf(root: string, page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(FENCE)].map(({ index, 1: language = '', 2: rest = '', 3: code = '' }) => ({
    at: `${page}:${text.slice(0, index).split('\n').length}`,
    page,
    language,
    text: code,
    noRun: /^no-run: (.+)$/.exec(rest)?.[1],
  }))
}

/** What a block of another language is: data or output, which nothing runs. */
export const isProgram = ({ language }: Block): boolean =>
  ['sh', 'bash', 'ts', 'js', 'py', 'php'].includes(language)
