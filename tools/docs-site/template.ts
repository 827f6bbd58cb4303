/** The page around a page. */
import { posix } from 'node:path'
import { groupOf, groups } from './page-list.ts'
import { escapeHtml, type Page } from './read-page.ts'

export function layout(page: Page, pages: readonly Page[]): string {
  const up = posix.relative(posix.dirname(page.path), '.') || '.'
  const to = (path: string): string => `${up}/${path}`
  const menu = groups
    .map(({ title }) => {
      const own = pages.filter(({ source }) => groupOf(source) === title)
      const links = own.map(
        (each) =>
          `<li><a href="${to(each.path)}"${each === page ? ' aria-current="page"' : ''}>${escapeHtml(each.title)}</a></li>`,
      )
      return `<h2>${title}</h2><ul>${links.join('')}</ul>`
    })
    .join('')
  const contents = page.sections
    .filter(({ depth }) => depth === 2)
    .map(({ anchor, title }) => `<li><a href="#${escapeHtml(anchor)}">${escapeHtml(title)}</a></li>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)}${page.path === 'index.html' ? '' : ' · Tockwork'}</title>
<link rel="stylesheet" href="${to('site.css')}">
<script src="${to('minisearch.js')}" defer></script>
<script src="${to('site.js')}" defer data-root="${to('')}"></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="name" href="${to('index.html')}">Tockwork</a>
<div role="search"><input id="search" type="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off" aria-controls="hits"><ul id="hits" hidden></ul></div>
</header>
<details class="menu"><summary>All pages</summary><nav aria-label="Pages">${menu}</nav></details>
<main id="content">
${page.html}
</main>
${contents.length < 3 || contents.length > 40 ? '' : `<aside><nav aria-label="On this page"><h2>On this page</h2><ul>${contents.join('')}</ul></nav></aside>`}
</body>
</html>
`
}
