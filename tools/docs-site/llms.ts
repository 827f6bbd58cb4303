/** The documentation for language models: a list of pages (the llms.txt convention), and all of them in one file. */
import { groupOf, groups } from './page-list.ts'
import type { Page } from './read-page.ts'

/** Long lists that a model looks up by tool, rather than reads. */
const LISTS = /^docs\/reference\/|^CHANGELOG/

export function llmsIndex(pages: readonly Page[]): string {
  const [first] = pages
  const lines = groups.flatMap(({ title }) => {
    const own = pages.filter(({ source }) => groupOf(source) === title)
    return own.length === 0
      ? []
      : [
          '',
          `## ${title}`,
          '',
          ...own.map((page) => `- [${page.title}](${page.path}): ${firstSentence(page)}`),
        ]
  })
  return [
    `# ${first?.title ?? ''}`,
    '',
    `> ${first === undefined ? '' : firstSentence(first)}`,
    ...lines,
    '',
  ].join('\n')
}

export function llmsFull(pages: readonly Page[]): string {
  return pages
    .filter(({ source }) => !LISTS.test(source))
    .map(({ path, markdown }) => `<!-- ${path} -->\n\n${markdown.trim()}\n`)
    .join('\n')
}

function firstSentence({ sections }: Page): string {
  const text = (sections.find((section) => section.text !== '')?.text ?? '').replace(/\]\([^)]*\)|[[`*]/g, '')
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text.slice(0, 200)
}
