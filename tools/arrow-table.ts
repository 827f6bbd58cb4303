/** Reads the table "Packages" of docs/ARCHITECTURE.md, so that the page people read and the check are one. */

export interface ArrowTable {
  folders: readonly string[]
  /** @param path the importing file inside its package: `src/tiktok/connector.ts` */
  mayImport(from: string, path: string, to: string): boolean
}

interface Row {
  everywhere: ReadonlySet<string>
  /** Further packages that only one folder of the package may import. */
  inside: readonly { folder: string; packages: ReadonlySet<string> }[]
}

/**
 * A row's third cell is a list of packages, `all` (the rows above), or `–` (none), then clauses after semicolons. A
 * clause with a folder in backticks names packages allowed there alone; other clauses are remarks.
 * @throws when the table is missing, or a cell names something that is no package
 */
export function parseArrowTable(markdown: string): ArrowTable {
  const rows = new Map<string, Row>()
  const lines = markdown.split('\n')
  const head = lines.findIndex((line) => /^\|\s*folder\s*\|.*\|\s*may import\s*\|/.test(line))
  if (head < 0) throw new Error('docs/ARCHITECTURE.md has no table "folder | is | may import"')
  const cells = lines
    .slice(
      head + 2,
      lines.findIndex((line, at) => at > head && !line.startsWith('|')),
    )
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const folders = cells.map(([, folder = '']) => folder.replaceAll('`', ''))
  for (const [at, [, , , may = '']] of cells.entries()) {
    const folder = folders[at] ?? ''
    const above = folders.slice(0, at)
    const [first = '', ...clauses] = may.split(';').map((clause) => clause.trim())
    const everywhere = first === 'all' ? above : first === '–' ? [] : first.split(/,\s*/)
    const inside = clauses.flatMap((clause) => {
      const path = /`([^`]+)`/.exec(clause)?.[1]
      if (!path) return []
      const names = folders.filter((name) => new RegExp(`\\b${name}\\b`).test(clause.replace(/`[^`]*`/g, '')))
      return [{ folder: path.replace(/^(src\/)?/, 'src/').replace(/\/?$/, '/'), packages: new Set(names) }]
    })
    for (const name of [...everywhere, ...inside.flatMap(({ packages }) => [...packages])]) {
      if (!above.includes(name))
        throw new Error(`docs/ARCHITECTURE.md: ${folder} may import "${name}", which is no row above it`)
    }
    rows.set(folder, { everywhere: new Set(everywhere), inside })
  }
  return {
    folders,
    mayImport(from, path, to) {
      const row = rows.get(from)
      if (!row) return false
      return (
        row.everywhere.has(to) ||
        row.inside.some(({ folder, packages }) => path.startsWith(folder) && packages.has(to))
      )
    },
  }
}
