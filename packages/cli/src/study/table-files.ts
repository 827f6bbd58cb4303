/** A study's rows as files that other programs read, written beside the old ones and put in their place when whole. */
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResearchVideo } from '@tockwork/contracts/research'
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { type Cell, Cleaner, type Column, cellOf, columnsOf } from './columns.ts'
import type { Manifest, StudyFormat } from './manifest.ts'
import { rowsOf } from './rows.ts'

interface TableWriter {
  row(video: ResearchVideo): void
  finish(): void
}

/** Rows of a Parquet row group; they are held while it fills. */
const GROUP_ROWS = 10_000

/** Writes the files of a study and notes in the manifest what is in them. */
export async function writeTables(
  folder: string,
  manifest: Manifest,
  options: {
    withdrawn?: ReadonlyMap<string, string>
    onRow?: (rows: number) => void
    signal?: AbortSignal
  } = {},
): Promise<Manifest> {
  const columns = columnsOf(manifest.question.fields)
  const rows = rowsOf(folder, manifest)
  const cleaner = new Cleaner()
  const drafts = manifest.formats.map((format) => {
    const name = `videos.${format}`
    const path = join(folder, `${name}.part`)
    const file = openSync(path, 'w', 0o600)
    return { name, path, file, writer: writerOf(format, file, columns, cleaner, options.withdrawn) }
  })
  let count = 0
  try {
    for await (const video of rows.videos) {
      options.signal?.throwIfAborted()
      for (const { writer } of drafts) writer.row(video)
      count += 1
      options.onRow?.(count)
    }
    for (const { writer, file } of drafts) {
      writer.finish()
      fsyncSync(file)
    }
  } finally {
    for (const { file } of drafts) closeSync(file)
  }
  const files: Manifest['files'] = []
  for (const { name, path } of drafts) {
    files.push({ name, rows: count, bytes: (await stat(path)).size, sha256: await digest(path) })
    await rename(path, join(folder, name))
  }
  for (const old of manifest.files)
    if (!files.some(({ name }) => name === old.name)) await rm(join(folder, old.name), { force: true })
  const each = drafts.length === 0 ? 1 : drafts.length
  return {
    ...manifest,
    files,
    counts: { videos: count, repeated: rows.repeated, nul_removed: cleaner.removed / each },
  }
}

function writerOf(
  format: StudyFormat,
  file: number,
  columns: readonly Column[],
  cleaner: Cleaner,
  withdrawn: ReadonlyMap<string, string> | undefined,
): TableWriter {
  if (format === 'parquet') return parquetWriter(file, columns, cleaner, withdrawn)
  const put = buffered(file)
  if (format === 'csv') {
    const names = columns.map(({ name }): string => name)
    put.text(`${[...names, ...(withdrawn === undefined ? [] : ['withdrawn_at'])].join(',')}\r\n`)
  }
  return {
    row(video) {
      const cells = columns.map((column) => [column.name, cellOf(video, column, cleaner)] as const)
      const gone = withdrawn?.get(video.id ?? '')
      if (format === 'csv') {
        const values = cells.map(([name, cell]) => csvCell(name === 'create_time' ? isoTime(cell) : cell))
        put.text(`${[...values, ...(withdrawn === undefined ? [] : [csvCell(gone)])].join(',')}\r\n`)
        return
      }
      const plain = Object.fromEntries(
        columns.flatMap(({ name, kind }, index) => {
          const cell = cells[index]?.[1]
          if (cell === undefined) return []
          return [[name, kind === 'json' ? JSON.parse(String(cell)) : cell]]
        }),
      )
      put.text(`${JSON.stringify(gone === undefined ? plain : { ...plain, withdrawn_at: gone })}\n`)
    },
    finish: () => put.flush(),
  }
}

function buffered(file: number): { text: (part: string) => void; flush: () => void } {
  let parts: string[] = []
  let length = 0
  const flush = (): void => {
    writeAll(file, Buffer.from(parts.join(''), 'utf8'))
    parts = []
    length = 0
  }
  return {
    text: (part) => {
      parts.push(part)
      length += part.length
      if (length > 1_000_000) flush()
    },
    flush,
  }
}

/** By RFC 4180. A list is joined by blanks, which names of tags and users cannot hold. */
function csvCell(cell: Cell): string {
  if (cell === undefined) return ''
  const text = Array.isArray(cell) ? cell.join(' ') : String(cell)
  // A spreadsheet takes these for a formula; a quotation mark before them keeps the text a text.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function isoTime(cell: Cell): Cell {
  return typeof cell === 'number' ? new Date(cell * 1000).toISOString() : cell
}

function parquetWriter(
  file: number,
  columns: readonly Column[],
  cleaner: Cleaner,
  withdrawn: ReadonlyMap<string, string> | undefined,
): TableWriter {
  const bytes = new ByteWriter()
  const all = [
    ...columns.map(({ name, kind }) => ({ name: name as string, kind })),
    ...(withdrawn === undefined ? [] : [{ name: 'withdrawn_at', kind: 'text' as const }]),
  ]
  const drain = (): void => {
    writeAll(file, new Uint8Array(bytes.buffer, 0, bytes.index))
    // The library counts the whole file in `offset` and what is held in `index`.
    bytes.index = 0
  }
  const parquet = new ParquetWriter({
    writer: Object.assign(bytes, { flush: drain }),
    schema: schemaOf(all),
    createdBy: 'tockwork',
    statistics: true,
  })
  let held: unknown[][] = all.map(() => [])
  const write = (): void => {
    if ((held[0]?.length ?? 0) === 0) return
    // It writes into memory and is done when it returns.
    void parquet.write({
      columnData: all.map(({ name }, index) => ({ name, data: held[index] as never })),
      rowGroupSize: GROUP_ROWS,
    })
    held = all.map(() => [])
    drain()
  }
  return {
    row(video) {
      columns.forEach((column, index) => {
        const cell = cellOf(video, column, cleaner)
        held[index]?.push(parquetCell(cell, column.kind))
      })
      if (withdrawn !== undefined) held.at(-1)?.push(withdrawn.get(video.id ?? ''))
      if ((held[0]?.length ?? 0) === GROUP_ROWS) write()
    },
    finish() {
      write()
      void parquet.finish()
      drain()
    },
  }
}

function parquetCell(cell: Cell, kind: Column['kind']): unknown {
  if (cell === undefined) return undefined
  if (kind === 'count') return BigInt(cell as number)
  if (kind === 'time') return BigInt(cell as number) * 1000n
  return cell
}

function schemaOf(columns: readonly { name: string; kind: Column['kind'] }[]): SchemaElement[] {
  const elements = columns.flatMap(({ name, kind }): SchemaElement[] => {
    const optional = { name, repetition_type: 'OPTIONAL' as const }
    switch (kind) {
      case 'count':
        return [{ ...optional, type: 'INT64' }]
      case 'time':
        return [
          {
            ...optional,
            type: 'INT64',
            converted_type: 'TIMESTAMP_MILLIS',
            logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
          },
        ]
      case 'flag':
        return [{ ...optional, type: 'BOOLEAN' }]
      case 'list':
        return [
          { ...optional, num_children: 1, converted_type: 'LIST' },
          { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
          { name: 'element', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
        ]
      default:
        return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }]
    }
  })
  return [{ name: 'root', num_children: columns.length }, ...elements]
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}
