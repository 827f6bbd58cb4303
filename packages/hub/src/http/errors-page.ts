import { COMMON_PROBLEMS, type OperationShape } from '@tockwork/api'

interface Explained {
  status: number
  title: string
  operations: string[]
}

/** The page that every problem's `type` links to: each code with status, meaning and where it can come from. */
export function errorsPage(operations: readonly OperationShape[]): string {
  const codes = new Map<string, Explained>(
    Object.entries(COMMON_PROBLEMS).map(([code, { status, title }]) => [
      code,
      { status, title, operations: [] },
    ]),
  )
  for (const operation of operations)
    for (const [code, { status, title }] of Object.entries(operation.errors)) {
      const known = codes.get(code) ?? { status, title, operations: [] }
      known.operations.push(operation.id)
      codes.set(code, known)
    }
  const rows = [...codes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { status, title, operations: from }]) =>
        `<section id="${inHtml(code)}"><h2><code>${inHtml(code)}</code> <small>${status}</small></h2>` +
        `<p>${inHtml(title)}.</p><p><small>${from.length === 0 ? 'Any operation' : from.map(escape).join(', ')}</small></p></section>`,
    )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Error codes · Tockwork</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
h2{font-size:1.1rem;margin:1.5rem 0 0}p{margin:.2rem 0}section:target{outline:2px solid;outline-offset:.5rem}</style>
<h1>Error codes</h1><p>Compare the code, never the text.</p>
${rows.join('\n')}
</html>`
}

function inHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
