/** What stock is to be set: from arguments, or from a table of comma-separated values. */
import { UsageError } from '@tockwork/kernel'

export interface StockEntry {
  /** Id of a SKU, or the seller's own name of it. */
  sku: string
  quantity: number
  warehouse: string | undefined
  /** Where it stands, for complaints. */
  at: string
}

const MOST_QUANTITY = 99_999
const MOST_ROWS = 100_000
export const MOST_FILE_BYTES = 16 * 1024 * 1024

/** `SKU=QUANTITY`; the name may hold `=` itself. @throws {UsageError} */
export function entriesOfArguments(given: readonly string[], warehouse: string | undefined): StockEntry[] {
  return given.map((pair, at) => {
    const sign = pair.lastIndexOf('=')
    if (sign < 1)
      throw new UsageError(`${pair}: expected SKU=QUANTITY.`, {
        field: 'skus',
        action: 'Example: tockwork shop stock set MUG-BLUE=12',
      })
    const where = `argument ${at + 1}`
    return {
      sku: pair.slice(0, sign),
      quantity: readQuantity(pair.slice(sign + 1), where),
      warehouse,
      at: where,
    }
  })
}

const SKU_COLUMNS = ['sku', 'sku_id', 'seller_sku']

/**
 * A header line with `sku` (or `sku_id` or `seller_sku`) and `quantity`, and `warehouse_id` where wanted; other columns are
 * passed over. @throws {UsageError} naming line and column
 */
export function entriesOfTable(text: string, warehouse: string | undefined): StockEntry[] {
  const rows = readCsv(text)
  const [header] = rows
  if (header === undefined) throw new UsageError('The table is empty.', { field: '--from' })
  const names = header.cells.map((name) => name.trim().toLowerCase())
  const skus = SKU_COLUMNS.map((name) => names.indexOf(name)).filter((at) => at >= 0)
  const quantity = names.indexOf('quantity')
  if (skus.length === 0 || quantity < 0)
    throw new UsageError(
      `The table needs a column ${skus.length === 0 ? SKU_COLUMNS.join(' or ') : 'quantity'}.`,
      {
        field: '--from',
        action: 'Its first line names the columns: sku,quantity',
      },
    )
  const place = names.indexOf('warehouse_id')
  if (rows.length - 1 > MOST_ROWS)
    throw new UsageError(`The table has ${rows.length - 1} rows; at most ${MOST_ROWS}.`, { field: '--from' })
  return rows.slice(1).map(({ cells, line }) => {
    const sku = skus.map((at) => (cells[at] ?? '').trim()).find((cell) => cell !== '')
    if (sku === undefined)
      throw new UsageError(`line ${line}, column ${names[skus[0] as number]}: is empty.`, { field: '--from' })
    const where = `line ${line}`
    return {
      sku,
      quantity: readQuantity((cells[quantity] ?? '').trim(), `${where}, column quantity`),
      warehouse: (place < 0 ? '' : (cells[place] ?? '').trim()) || warehouse,
      at: where,
    }
  })
}

/** The same place set twice would leave to chance which one counts. @throws {UsageError} */
export function refuseRepeats(entries: readonly StockEntry[]): void {
  const seen = new Map<string, StockEntry>()
  for (const entry of entries) {
    const key = `${entry.sku}\n${entry.warehouse ?? ''}`
    const before = seen.get(key)
    if (before !== undefined)
      throw new UsageError(`${entry.sku} is set twice: ${before.at} and ${entry.at}.`, { field: 'skus' })
    seen.set(key, entry)
  }
}

function readQuantity(text: string, where: string): number {
  const value = Number(text)
  if (/^\d{1,5}$/.test(text) && value <= MOST_QUANTITY) return value
  throw new UsageError(
    `${where}: ${JSON.stringify(text.slice(0, 40))} is no whole number from 0 to ${MOST_QUANTITY}.`,
    {
      field: 'quantity',
    },
  )
}

/** RFC 4180, and `;` where a spreadsheet of a country with decimal commas wrote it. Empty lines are passed over. */
function readCsv(text: string): { cells: string[]; line: number }[] {
  const source = text.replace(/^\uFEFF/, '')
  const first = source.slice(0, source.search(/\r?\n|$/))
  const separator = !first.includes(',') && first.includes(';') ? ';' : ','
  const rows: { cells: string[]; line: number }[] = []
  let cells: string[] = []
  let cell = ''
  let line = 1
  let begun = 1
  let quoted = false
  const endCell = (): void => {
    cells.push(cell)
    cell = ''
  }
  const endRow = (): void => {
    endCell()
    if (cells.some((each) => each.trim() !== '')) rows.push({ cells, line: begun })
    cells = []
    begun = line
  }
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] as string
    if (char === '\n') line += 1
    if (quoted) {
      if (char !== '"') cell += char
      else if (source[at + 1] === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === separator) endCell()
    else if (char === '\n') endRow()
    else if (char !== '\r') cell += char
  }
  if (quoted) throw new UsageError(`line ${begun}: a quotation mark is not closed.`, { field: '--from' })
  endRow()
  return rows
}
