/** A page of the repository as HTML, with its links turned to the site's own. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { Marked, type Tokens } from 'marked'
import { pageAt } from './page-list.ts'

export interface Section {
  anchor: string
  title: string
  depth: number
  /** Plain text of it, without its subsections. */
  text: string
}

export interface Page {
  /** `docs/hub.md` */
  source: string
  /** `hub.html` */
  path: string
  title: string
  markdown: string
  html: string
  anchors: ReadonlySet<string>
  sections: readonly Section[]
  anchorsUsed: readonly { source: string; anchor: string }[]
  /** Files of the repository that it links to and that are no pages. */
  linkedFiles: readonly string[]
  dead: readonly string[]
}

export function readPage(root: string, source: string): Page {
  const markdown = readFileSync(join(root, source), 'utf8')
  const seen = new Map<string, number>()
  const sections: Section[] = []
  const anchorsUsed: { source: string; anchor: string }[] = []
  const linkedFiles: string[] = []
  const dead: string[] = []
  const path = pageAt(source)

  const target = (href: string): string => {
    if (/^[a-z]+:/i.test(href)) return href
    const [file = '', anchor] = href.split('#')
    const to = file === '' ? source : posix.normalize(posix.join(dirname(source), decodeURI(file)))
    const page = pageOf(root, to)
    if (page === undefined) {
      if (!existsSync(join(root, to)) || to.startsWith('..')) dead.push(`${source}: ${href} leads nowhere`)
      else linkedFiles.push(to.replace(/\/$/, ''))
      return relative(path, `files/${isFolder(root, to) ? `${to.replace(/\/$/, '')}/index.html` : to}`)
    }
    if (anchor !== undefined) anchorsUsed.push({ source: page, anchor })
    const link = relative(path, pageAt(page))
    return anchor === undefined ? link : `${file === '' ? '' : link}#${anchor}`
  }

  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading): string {
        const name = plain(text)
        const base = slug(name)
        const count = seen.get(base) ?? 0
        seen.set(base, count + 1)
        const anchor = count === 0 ? base : `${base}-${count}`
        sections.push({ anchor, title: name, depth, text: '' })
        return `<h${depth} id="${escapeHtml(anchor)}">${this.parser.parseInline(tokens)} <a class="anchor" href="#${escapeHtml(anchor)}" aria-label="Link to this section">#</a></h${depth}>\n`
      },
      link({ href, title, tokens }: Tokens.Link): string {
        const named = title ? ` title="${escapeHtml(title)}"` : ''
        return `<a href="${escapeHtml(target(href))}"${named}>${this.parser.parseInline(tokens)}</a>`
      },
      image({ href, text }: Tokens.Image): string {
        return `<img src="${escapeHtml(target(href))}" alt="${escapeHtml(text)}" loading="lazy">`
      },
      code({ text, lang = '' }: Tokens.Code): string {
        const [language = ''] = lang.split(/\s/)
        return `<pre><code${language ? ` class="language-${escapeHtml(language)}"` : ''} tabindex="0">${escapeHtml(text)}</code></pre>\n`
      },
      table(token: Tokens.Table): string {
        const cells = (row: readonly Tokens.TableCell[], tag: string): string =>
          row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')
        const rows = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')
        // Wide tables scroll by themselves, and not the page.
        return `<div class="table" tabindex="0"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${rows}</tbody></table></div>\n`
      },
      // Pages are our own; raw HTML in them is shown as text, so that a stray `<id>` does not vanish.
      html({ text }: Tokens.HTML | Tokens.Tag): string {
        return text.startsWith('<!--') ? '' : escapeHtml(text)
      },
    },
  })
  const html = marked.parse(markdown, { async: false })
  const bodies = textsOf(markdown)
  return {
    source,
    path,
    title: sections[0]?.title ?? source,
    markdown,
    html,
    anchors: new Set(sections.map(({ anchor }) => anchor)),
    sections: sections.map((section, index) => ({ ...section, text: bodies[index] ?? '' })),
    anchorsUsed,
    linkedFiles: [...new Set(linkedFiles)],
    dead,
  }
}

/** The page that a link means: a folder stands for its README. */
function pageOf(root: string, to: string): string | undefined {
  const clean = to.replace(/\/$/, '')
  const file = isFolder(root, clean) ? posix.join(clean, 'README.md') : clean
  const inSite = file === 'README.md' || /^(docs|packages\/[^/]+)\/|^[A-Z]+\.md$/.test(file)
  return file.endsWith('.md') && inSite && existsSync(join(root, file)) ? file : undefined
}

function isFolder(root: string, path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true
}

/** As GitHub makes them, so that a link works in both places. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to)
  return path === '' ? posix.basename(to) : path
}

const plain = (text: string): string => text.replace(/[`*]|\[|\]\([^)]*\)/g, '')

/** What stands under each heading. Lines of fenced code that begin with # are no headings. */
function textsOf(markdown: string): string[] {
  const texts: string[][] = []
  let fenced = false
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced
    else if (!fenced && /^#{1,6} /.test(line)) texts.push([])
    else texts.at(-1)?.push(line)
  }
  return texts.map((lines) => lines.join(' ').replace(/\s+/g, ' ').trim())
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
