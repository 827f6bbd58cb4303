/**
 * Typed rows in memory, with a journal on disk: what an answer tells has been written before the answer leaves, so
 * that killing the process loses nothing that anyone was told.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '@tockwork/kernel'

export interface Row {
  id: string
}

type Change = [collection: string, id: string, row: Row | null]
export type StoreContents = Record<string, Row[]>

const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024

export class Collection<T extends Row> {
  readonly #rows = new Map<string, T>()
  readonly #indexes = new Map<
    string,
    { key: (row: T) => string; ids: Map<string, Set<string>>; keys: Map<string, string> }
  >()
  readonly #changed: (id: string, row: T | null) => void
  #version = 0

  constructor(
    changed: (id: string, row: T | null) => void,
    indexes: Record<string, (row: T) => string> = {},
  ) {
    this.#changed = changed
    for (const [name, key] of Object.entries(indexes))
      this.#indexes.set(name, { key, ids: new Map(), keys: new Map() })
  }

  get size(): number {
    return this.#rows.size
  }

  /** Grows with each change: whoever keeps something made from the rows sees by it that it is out of date. */
  get version(): number {
    return this.#version
  }

  get(id: string): T | undefined {
    return this.#rows.get(id)
  }

  /** Adds or replaces; also to be called after changing a row in place. */
  put(row: T): T {
    this.load(row)
    this.#changed(row.id, row)
    return row
  }

  /** Changes some fields of a row. */
  patch(row: T, fields: Partial<T>): T {
    return this.put(Object.assign(row, fields))
  }

  delete(id: string): void {
    if (!this.#rows.delete(id)) return
    this.#version += 1
    for (const index of this.#indexes.values()) this.#unindex(index, id)
    this.#changed(id, null)
  }

  values(): IterableIterator<T> {
    return this.#rows.values()
  }

  /** Rows whose index has this key, oldest first. */
  where(index: string, key: string): T[] {
    const ids = this.#indexes.get(index)?.ids.get(key)
    if (ids === undefined) return [...this.each(index, key)]
    const rows: T[] = []
    for (const id of ids) rows.push(this.#rows.get(id) as T)
    return rows
  }

  /** The same one by one, for those who stop early. */
  *each(index: string, key: string): Generator<T> {
    const found = this.#indexes.get(index)
    if (found === undefined) throw new Error(`no index ${index}`)
    for (const id of found.ids.get(key) ?? []) yield this.#rows.get(id) as T
  }

  /** Puts a row that is already on disk. */
  load(row: T): void {
    this.#version += 1
    this.#rows.set(row.id, row)
    for (const index of this.#indexes.values()) {
      const key = index.key(row)
      if (index.keys.get(row.id) === key) continue
      this.#unindex(index, row.id)
      const ids = index.ids.get(key) ?? new Set()
      index.ids.set(key, ids.add(row.id))
      index.keys.set(row.id, key)
    }
  }

  unload(id: string): void {
    this.#version += 1
    this.#rows.delete(id)
    for (const index of this.#indexes.values()) this.#unindex(index, id)
  }

  clear(): void {
    for (const id of [...this.#rows.keys()]) this.delete(id)
  }

  #unindex(index: { ids: Map<string, Set<string>>; keys: Map<string, string> }, id: string): void {
    const key = index.keys.get(id)
    if (key === undefined) return
    index.keys.delete(id)
    const ids = index.ids.get(key)
    ids?.delete(id)
    if (ids?.size === 0) index.ids.delete(key)
  }
}

/** Rows by the name of their collection. Names that are not known here are of another version, and are left out. */
export function isContents(value: unknown): value is StoreContents {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(
      (rows) =>
        Array.isArray(rows) && rows.every((row: { id?: unknown } | null) => typeof row?.id === 'string'),
    )
  )
}

function isChange(value: unknown): value is Change {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || typeof value[1] !== 'string') return false
  return value[2] === null || (value[2] as Partial<Row> | undefined)?.id === value[1]
}

function read(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Nothing is thrown away silently: what cannot be read stays where it is, and someone decides. */
function damaged(path: string, why: string): UsageError {
  return new UsageError(`${path} is damaged: ${why}.`, {
    code: 'state_damaged',
    action: `Move ${dirname(path)} away to start with an empty world, or put a copy back.`,
  })
}

export class Store {
  // biome-ignore lint/suspicious/noExplicitAny: a collection's row type is known where it is made
  readonly #collections = new Map<string, Collection<any>>()
  #pending = new Map<string, Change>()
  readonly #folder: string | undefined
  #journal: number | undefined
  #journalBytes = 0

  constructor(folder?: string) {
    this.#folder = folder
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  collection<T extends Row>(name: string, indexes: Record<string, (row: T) => string> = {}): Collection<T> {
    const made = new Collection<T>((id, row) => {
      if (this.#folder !== undefined) this.#pending.set(`${name}\n${id}`, [name, id, row])
    }, indexes)
    this.#collections.set(name, made)
    return made
  }

  /** Reads what an earlier process left; a half-written last line of the journal was never answered and is dropped. */
  load(): void {
    if (this.#folder === undefined) return
    const state = this.#path('state.json')
    if (existsSync(state)) {
      const contents = read(readFileSync(state, 'utf8'))
      if (!isContents(contents)) throw damaged(state, 'it does not hold the rows of an emulated world')
      this.#fill(contents)
    }
    const journal = this.#path('journal.ndjson')
    if (existsSync(journal)) {
      const lines = readFileSync(journal, 'utf8').split('\n')
      for (const [index, line] of lines.entries()) {
        if (line === '') continue
        const change = read(line)
        if (!isChange(change)) {
          if (index === lines.length - 1) break
          throw damaged(journal, `line ${index + 1} is no change of a row`)
        }
        const [name, id, row] = change
        if (row === null) this.#collections.get(name)?.unload(id)
        else this.#collections.get(name)?.load(row)
      }
    }
    this.#compact()
  }

  /** Writes changes since the last flush; cheap when there are none. */
  flush(): void {
    if (this.#journal === undefined || this.#pending.size === 0) return
    const lines = `${[...this.#pending.values()].map((change) => JSON.stringify(change)).join('\n')}\n`
    this.#pending.clear()
    appendFileSync(this.#journal, lines)
    this.#journalBytes += lines.length
    if (this.#journalBytes > COMPACT_ABOVE_BYTES) this.#compact()
  }

  close(): void {
    if (this.#journal === undefined) return
    this.flush()
    this.#compact()
    closeSync(this.#journal)
    this.#journal = undefined
  }

  contents(): StoreContents {
    return Object.fromEntries(
      [...this.#collections].map(([name, collection]) => [name, [...collection.values()]]),
    )
  }

  /** Replaces everything; collections that the contents lack become empty. */
  restore(contents: StoreContents): void {
    for (const collection of this.#collections.values()) collection.clear()
    for (const [name, rows] of Object.entries(contents)) {
      const collection = this.#collections.get(name)
      for (const row of rows) collection?.put(structuredClone(row))
    }
  }

  #fill(contents: StoreContents): void {
    for (const [name, rows] of Object.entries(contents)) {
      const collection = this.#collections.get(name)
      for (const row of rows) collection?.load(row)
    }
  }

  /** Whole state into one file by rename, then an empty journal. */
  #compact(): void {
    this.#pending.clear()
    const state = this.#path('state.json')
    writeFileSync(`${state}.new`, JSON.stringify(this.contents()), { mode: 0o600 })
    renameSync(`${state}.new`, state)
    if (this.#journal !== undefined) closeSync(this.#journal)
    this.#journal = openSync(this.#path('journal.ndjson'), 'w', 0o600)
    this.#journalBytes = statSync(this.#path('journal.ndjson')).size
  }

  #path(name: string): string {
    return join(this.#folder as string, name)
  }
}
