/** Pages over rows that may change between two of them: a page token names the row after which the next begins. */
import type { Collection, Row } from '../state/store.ts'
import { ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'

interface Sorted<T> {
  version: number
  rows: T[]
}

const kept = new WeakMap<object, Map<string, Sorted<Row>>>()

/**
 * Rows of one index key, by a number and then by id. Kept until something changes, since walking 100,000 orders asks a
 * thousand times; what is nearly in order already sorts in a moment.
 */
export function sorted<T extends Row>(
  collection: Collection<T>,
  index: string,
  key: string,
  by: { name: string; value: (row: T) => number },
): readonly T[] {
  const views = kept.get(collection) ?? new Map<string, Sorted<Row>>()
  kept.set(collection, views)
  const id = `${index}\n${key}\n${by.name}`
  const known = views.get(id) as Sorted<T> | undefined
  if (known?.version === collection.version) return known.rows
  const rows = collection
    .where(index, key)
    .sort((a, b) => by.value(a) - by.value(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  views.set(id, { version: collection.version, rows })
  return rows
}

export interface Page<T> {
  rows: T[]
  next_page_token: string
  total_count: number
}

/** Reads `page_size` and `page_token` of a call. @throws {ShopRefusal} */
export function pageOf(
  fields: Fields,
  sizes: { default?: number; min?: number; max?: number },
): { size: number; after: [number, string] | undefined } {
  const { min = 1, max = 100 } = sizes
  const size =
    fields.integer('page_size', { min, max }) ?? sizes.default ?? fields.refuse('page_size', 'is required')
  const token = fields.optional('page_token')
  if (token === undefined) return { size, after: undefined }
  const read = readToken(token)
  if (read === undefined) return fields.refuse('page_token', 'is not one of this list')
  return { size, after: read }
}

function readToken(token: string): [number, string] | undefined {
  const [value, id, ...more] = Buffer.from(token, 'base64url').toString('latin1').split('|')
  return more.length === 0 && id !== undefined && /^-?\d+$/.test(value ?? '')
    ? [Number(value), id]
    : undefined
}

/**
 * The page after a token, of rows in ascending order; `descending` walks them backwards.
 * @param filter what `wanted` goes by, as text: under the same one the rows are counted once, however many pages are read
 */
export function page<T extends Row>(
  rows: readonly T[],
  by: (row: T) => number,
  request: { size: number; after: [number, string] | undefined; descending?: boolean },
  wanted?: (row: T) => boolean,
  filter?: string,
): Page<T> {
  const { size, after, descending = false } = request
  const step = descending ? -1 : 1
  const found: T[] = []
  let at = startOf(rows, by, after, descending)
  for (; at >= 0 && at < rows.length && found.length <= size; at += step) {
    const row = rows[at] as T
    if (wanted === undefined || wanted(row)) found.push(row)
  }
  const more = found.length > size
  if (more) found.pop()
  const last = found.at(-1)
  const token =
    more && last !== undefined ? Buffer.from(`${by(last)}|${last.id}`, 'latin1').toString('base64url') : ''
  return { rows: found, next_page_token: token, total_count: counted(rows, wanted, filter) }
}

/** By list: `sorted` makes another one when something changes. */
const counts = new WeakMap<readonly unknown[], Map<string, number>>()
const MOST_FILTERS = 100

function counted<T>(
  rows: readonly T[],
  wanted: ((row: T) => boolean) | undefined,
  filter: string | undefined,
): number {
  if (wanted === undefined || filter === undefined) return count(rows, wanted)
  const known = counts.get(rows) ?? new Map<string, number>()
  const total = known.get(filter) ?? count(rows, wanted)
  if (known.size >= MOST_FILTERS) known.clear()
  counts.set(rows, known.set(filter, total))
  return total
}

function count<T>(rows: readonly T[], wanted: ((row: T) => boolean) | undefined): number {
  if (wanted === undefined) return rows.length
  let total = 0
  for (const row of rows) if (wanted(row)) total += 1
  return total
}

/** Where the first row after a token stands. */
function startOf<T extends Row>(
  rows: readonly T[],
  by: (row: T) => number,
  after: [number, string] | undefined,
  descending: boolean,
): number {
  if (after === undefined) return descending ? rows.length - 1 : 0
  const [value, id] = after
  let low = 0
  let high = rows.length
  // The first row that is behind the token, or for a walk backwards the first that is not before it.
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle] as T
    const order = by(row) - value || (row.id < id ? -1 : row.id > id ? 1 : 0)
    if (order < 0 || (order === 0 && !descending)) low = middle + 1
    else high = middle
  }
  return descending ? low - 1 : low
}

/** The same for a list that is at hand, in its own order. */
export function slice<T>(
  items: readonly T[],
  request: { size: number; after: [number, string] | undefined },
): { items: T[]; next_page_token: string; total_count: number } {
  const start = request.after === undefined ? 0 : request.after[0]
  if (start < 0 || start > items.length)
    throw new ShopRefusal(36009004, 'page_token: is not one of this list')
  const end = start + request.size
  return {
    items: items.slice(start, end),
    next_page_token: end < items.length ? Buffer.from(`${end}|at`, 'latin1').toString('base64url') : '',
    total_count: items.length,
  }
}
