/**
 * Pages as they came, one a line, each with the place where to go on: appended and on the disk before the next request.
 * A crash leaves whole lines and at most a torn one at the end, which is cut off. So a page counts once or not at all.
 */
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ResearchVideo } from '@tockwork/contracts/research'
import { parseJson, stringifyJson } from '@tockwork/kernel'
import type { DateWindow, SearchPosition } from '@tockwork/sdk/research'
import { LocalError } from '../output/failure.ts'

export interface JournalPage {
  at: string
  window: DateWindow
  next: SearchPosition
  /** Pages and rows up to and with this one, in all runs: what a killed run read is known by it. */
  so_far: { pages: number; videos: number }
  videos: ResearchVideo[]
}

const FOLDER = 'journal'
const SEGMENT_BYTES = 64 * 1024 * 1024
/** More than any page has. */
const TAIL_BYTES = 64 * 1024 * 1024

export class Journal {
  readonly #folder: string
  #segment = 0
  #bytes = 0
  #file: FileHandle | undefined

  /** @param study the folder of the study */
  constructor(study: string) {
    this.#folder = join(study, FOLDER)
  }

  /** Cuts off a torn line and gives the last whole page. */
  async recover(): Promise<JournalPage | undefined> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = await segments(this.#folder)
    this.#segment = Math.max(1, names.length)
    for (let index = names.length - 1; index >= 0; index -= 1) {
      const path = join(this.#folder, names[index] as string)
      const { size } = await stat(path)
      const tail = await readTail(path, size)
      const end = tail.lastIndexOf('\n') + 1
      const whole = size - (tail.length - end)
      if (whole < size) await truncate(path, whole)
      if (index === names.length - 1) this.#bytes = whole
      if (end === 0) continue
      return readPage(lastLine(tail, end), path)
    }
    return undefined
  }

  /** Returns when the page is on the disk. */
  async append(page: JournalPage): Promise<void> {
    const line = `${stringifyJson(page)}\n`
    if (this.#bytes >= SEGMENT_BYTES) {
      await this.close()
      this.#segment += 1
      this.#bytes = 0
    }
    this.#file ??= await open(join(this.#folder, segmentName(Math.max(1, this.#segment))), 'a', 0o600)
    await this.#file.appendFile(line)
    await this.#file.datasync()
    this.#bytes += Buffer.byteLength(line)
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }
}

/** The last whole page, without changing anything; another process may be writing. */
export async function lastPage(study: string): Promise<JournalPage | undefined> {
  for (const path of (await journalSegments(study)).reverse()) {
    const tail = await readTail(path, (await stat(path)).size)
    const end = tail.lastIndexOf('\n') + 1
    if (end > 0) return readPage(lastLine(tail, end), path)
  }
  return undefined
}

function lastLine(tail: Buffer, end: number): string {
  return tail.subarray(tail.lastIndexOf('\n', end - 2) + 1, end - 1).toString('utf8')
}

/** Every page in the order in which it came, without holding more than one. */
export async function* journalPages(study: string): AsyncGenerator<JournalPage, void, undefined> {
  for (const path of await journalSegments(study)) yield* pagesIn(path)
}

/** The pages of one file of the journal. */
export async function* pagesIn(path: string): AsyncGenerator<JournalPage, void, undefined> {
  const input = createReadStream(path, 'utf8')
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const line of lines) if (line !== '') yield readPage(line, path)
  } finally {
    input.destroy()
  }
}

/** Paths of the files that hold the pages. */
export async function journalSegments(study: string): Promise<string[]> {
  const folder = join(study, FOLDER)
  return (await segments(folder)).map((name) => join(folder, name))
}

async function segments(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^\d{6}\.jsonl$/.test(name)).sort()
}

function segmentName(segment: number): string {
  return `${String(segment).padStart(6, '0')}.jsonl`
}

async function readTail(path: string, size: number): Promise<Buffer> {
  if (size <= TAIL_BYTES) return readFile(path)
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(TAIL_BYTES)
    await file.read(bytes, 0, TAIL_BYTES, size - TAIL_BYTES)
    return bytes
  } finally {
    await file.close()
  }
}

/** Ids are text in it, so that no number is cut. */
function readPage(line: string, path: string): JournalPage {
  try {
    const page = parseJson(line) as unknown as JournalPage
    if (Array.isArray(page.videos) && Array.isArray(page.next.windows) && page.so_far.videos >= 0) return page
  } catch {
    // Told below.
  }
  throw new LocalError(`${path} holds a line that is no page.`, {
    code: 'journal_damaged',
    action: 'Nothing was changed. Put the file back from a copy, or remove the line.',
  })
}
