/** Which pages the site has, and in which order and group they stand. */
import { globSync } from 'node:fs'

export interface Group {
  title: string
  /** Patterns of files in the repository; what an earlier group has is not repeated. */
  pages: readonly string[]
}

export const groups: readonly Group[] = [
  { title: 'Start', pages: ['README.md', 'docs/start/*.md'] },
  {
    title: 'Guides',
    pages: [
      'packages/sdk/README.md',
      'docs/going-live.md',
      'docs/publish-page.md',
      'docs/creators.md',
      'docs/media.md',
      'docs/shop.md',
      'docs/research.md',
      'docs/business.md',
      'docs/assistant.md',
      'docs/guides/*.md',
    ],
  },
  {
    title: 'Hub',
    pages: ['docs/hub.md', 'docs/operations.md', 'docs/dashboard.md', 'docs/performance.md', 'docs/chaos.md'],
  },
  { title: 'Reference', pages: ['docs/reference/*.md', 'packages/*/README.md'] },
  {
    title: 'About',
    pages: [
      'docs/ARCHITECTURE.md',
      'docs/alternatives.md',
      'SECURITY.md',
      'CONTRIBUTING.md',
      'docs/STYLE.md',
      'CHANGELOG.md',
      'docs/*.md',
    ],
  },
]

/** Every page once, by group. A new page in `docs/` comes in by itself. */
export function pageList(root: string): string[] {
  const found = groups.flatMap(({ pages }) =>
    pages.flatMap((pattern) =>
      globSync(pattern, { cwd: root })
        .map((file) => file.replaceAll('\\', '/'))
        .sort(),
    ),
  )
  return [...new Set(found)]
}

/** The group that lists a page first. */
export function groupOf(source: string): string {
  const matches = (pattern: string): boolean =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`).test(source)
  return groups.find(({ pages }) => pages.some(matches))?.title ?? 'About'
}

/** Where a page of the repository stands in the site. */
export function pageAt(source: string): string {
  if (source === 'README.md') return 'index.html'
  return source
    .replace(/^docs\//, '')
    .replace(/\/README\.md$/, '.html')
    .replace(/\.md$/, '.html')
}
