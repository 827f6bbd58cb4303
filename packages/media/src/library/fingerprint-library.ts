/**
 * A library of fingerprints in a folder: one file a workspace that is only ever appended to, so that an addition costs
 * the same however many there are and a crash leaves at most one unfinished record, which the next start cuts off.
 *
 * A record: length of what follows (4 bytes), CRC-32 of it (4), then kind (1: added, 2: removed), length of the id (2),
 * the id in UTF-8, and for an addition the time (8, milliseconds, float), length of the label (2), the label, and the
 * encoded fingerprint.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { UsageError } from '@tockwork/kernel'
import { decodeFingerprint, encodeFingerprint, FingerprintFormatError } from '../fingerprint/encoding.ts'
import type { Match, QueryFingerprint, StoredFingerprint } from '../fingerprint/fingerprint.ts'
import { matchFingerprints } from '../fingerprint/match.ts'
import { FingerprintIndex } from './fingerprint-index.ts'
import { LibraryLock } from './library-lock.ts'

const MAGIC = Buffer.from('TWLIB001')
const MAX_RECORD_BYTES = 16 * 2 ** 20
const ADDED = 1
const REMOVED = 2

export interface LibraryEntry {
  readonly id: string
  /** What a person calls it: most often the file's name. */
  readonly label: string
  readonly addedAt: Date
  readonly kind: StoredFingerprint['kind']
  readonly durationSec: number
}

export interface LibraryMatch extends Match {
  readonly id: string
  readonly label: string
}

interface Place extends LibraryEntry {
  readonly fileSha256: string
  readonly picturesSha256: string | undefined
  /** Of the encoded fingerprint in the file. */
  readonly offset: number
  readonly length: number
}

export interface LibraryOptions {
  /** `write` waits for no other writer: it fails with a UsageError when there is one. */
  readonly mode: 'read' | 'write'
  /** A workspace's uploads are never compared with another's. */
  readonly workspace?: string
}

export class FingerprintLibrary {
  /** Absent for a reader of a library that is not there yet. */
  #file: number | undefined
  readonly #path: string
  readonly #lock: LibraryLock | undefined
  readonly #places = new Map<string, Place>()
  #index = new FingerprintIndex()
  #end = 0

  private constructor(path: string, file: number | undefined, lock: LibraryLock | undefined) {
    this.#path = path
    this.#file = file
    this.#lock = lock
  }

  /**
   * Opens the library in a folder, which is made when it is not there.
   *
   * @throws UsageError when another process is writing to it, or it is none of ours
   */
  static open(folder: string, { mode, workspace = 'default' }: LibraryOptions): FingerprintLibrary {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(workspace))
      throw new UsageError('a workspace is 1 to 64 letters, digits, - and _', { field: 'workspace' })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, `${workspace}.fingerprints`)
    const lock = mode === 'write' ? LibraryLock.take(`${path}.lock`) : undefined
    try {
      const there = existsSync(path)
      const file =
        mode === 'write'
          ? openSync(path, there ? 'r+' : 'wx+', 0o600)
          : there
            ? openSync(path, 'r')
            : undefined
      const library = new FingerprintLibrary(path, file, lock)
      library.#load(mode)
      return library
    } catch (error) {
      lock?.release()
      throw error
    }
  }

  get size(): number {
    return this.#places.size
  }

  list(): LibraryEntry[] {
    return [...this.#places.values()].map(({ id, label, addedAt, kind, durationSec }) => ({
      id,
      label,
      addedAt,
      kind,
      durationSec,
    }))
  }

  /** Adds an upload. When this returns, it is on the disk. */
  add(entry: { id: string; label: string; addedAt: Date }, stored: StoredFingerprint): void {
    this.#mustWrite()
    const head = Buffer.alloc(1 + 2 + 8 + 2)
    const id = Buffer.from(entry.id)
    const label = Buffer.from(entry.label.slice(0, 200))
    if (id.length === 0 || id.length > 200) throw new UsageError('an id has 1 to 200 bytes', { field: 'id' })
    head.writeUInt8(ADDED, 0)
    head.writeUInt16LE(id.length, 1)
    head.writeDoubleLE(entry.addedAt.getTime(), 3)
    head.writeUInt16LE(label.length, 11)
    const body = Buffer.concat([head.subarray(0, 3), id, head.subarray(3), label, encodeFingerprint(stored)])
    this.#append(body)
    this.#take(body, this.#end - body.length)
  }

  /** @returns whether it was there */
  remove(id: string): boolean {
    this.#mustWrite()
    if (!this.#places.has(id)) return false
    const name = Buffer.from(id)
    const head = Buffer.alloc(3)
    head.writeUInt8(REMOVED, 0)
    head.writeUInt16LE(name.length, 1)
    const body = Buffer.concat([head, name])
    this.#append(body)
    this.#take(body, this.#end - body.length)
    return true
  }

  /** The file with the same bytes, when it was uploaded before: known without looking at a picture. */
  findExact(fileSha256: string): LibraryEntry | undefined {
    for (const place of this.#places.values()) if (place.fileSha256 === fileSha256) return place
    return undefined
  }

  /** The video with the same encoded pictures: the same stream in another file, known without decoding it. */
  findSamePictures(picturesSha256: string): LibraryEntry | undefined {
    for (const place of this.#places.values()) if (place.picturesSha256 === picturesSha256) return place
    return undefined
  }

  /** How the same bytes match, of the file or of its pictures. */
  exactMatch({ id, label, kind, durationSec }: LibraryEntry): LibraryMatch {
    const whole = { fromSec: 0, toSec: Math.round(durationSec * 100) / 100 }
    const segment = { query: whole, stored: whole, speed: 1, orientation: 'as-is' as const }
    return {
      id,
      label,
      verdict: 'duplicate',
      score: 1,
      distance: 0,
      contrast: 0,
      segments: kind === 'video' ? [segment] : [],
    }
  }

  /** What may be the original of a file, best first; `distinct` ones came near but are not. */
  match(query: QueryFingerprint): LibraryMatch[] {
    const exact = this.findExact(query.fileSha256)
    const ids = new Set([...(exact === undefined ? [] : [exact.id]), ...this.#index.candidates(query)])
    const matches: LibraryMatch[] = []
    for (const id of ids) {
      const place = this.#places.get(id)
      if (place === undefined) continue
      const match = matchFingerprints(query, this.#read(place))
      if (match.segments.length > 0 || match.verdict !== 'distinct')
        matches.push({ id, label: place.label, ...match })
    }
    const rank = { duplicate: 0, review: 1, distinct: 2 }
    return matches.sort((a, b) => rank[a.verdict] - rank[b.verdict] || b.score - a.score)
  }

  /**
   * Writes the file anew without what was removed or is of a version that is no longer read, and the index from it. A
   * crash leaves the old file or the new one.
   */
  rebuild(): { entries: number; bytes: number } {
    this.#mustWrite()
    const fresh = `${this.#path}.new`
    const file = openSync(fresh, 'w', 0o600)
    let bytes = 0
    try {
      bytes += writeSync(file, MAGIC)
      for (const place of this.#places.values()) bytes += writeSync(file, recordOf(this.#body(place)))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, this.#path)
    syncFolder(dirname(this.#path))
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = openSync(this.#path, 'r+')
    this.#places.clear()
    this.#index = new FingerprintIndex()
    this.#load('write')
    return { entries: this.#places.size, bytes }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#lock?.release()
  }

  #mustWrite(): void {
    if (this.#lock === undefined)
      throw new UsageError('this library was opened for reading', { field: 'mode' })
  }

  #load(mode: LibraryOptions['mode']): void {
    const file = this.#file
    if (file === undefined) return
    const { size } = fstatSync(file)
    // The process that made it may have been killed before it had written its first bytes.
    if (size < MAGIC.length && MAGIC.subarray(0, size).equals(this.#bytes(0, size))) {
      if (mode === 'write') {
        writeSync(file, MAGIC, 0, MAGIC.length, 0)
        fsyncSync(file)
        syncFolder(dirname(this.#path))
      }
      this.#end = MAGIC.length
      return
    }
    const magic = this.#bytes(0, MAGIC.length)
    if (!magic.equals(MAGIC))
      throw new UsageError(`${this.#path} is not a library of fingerprints`, { field: 'library' })
    let at = MAGIC.length
    while (at + 8 <= size) {
      const head = this.#bytes(at, 8)
      const length = head.readUInt32LE(0)
      if (length > MAX_RECORD_BYTES || at + 8 + length > size) break
      const body = this.#bytes(at + 8, length)
      if (crc32(body) !== head.readUInt32LE(4)) break
      this.#take(body, at + 8)
      at += 8 + length
    }
    this.#end = at
    if (at === size || mode === 'read') return
    // Only the last record can be unfinished: what follows a broken one was never acknowledged, or the disk lost it.
    ftruncateSync(file, at)
    fsyncSync(file)
  }

  #append(body: Buffer): void {
    const file = this.#file
    if (file === undefined) throw new UsageError('this library is closed', { field: 'library' })
    const record = recordOf(body)
    let written = 0
    while (written < record.length)
      written += writeSync(file, record, written, record.length - written, this.#end + written)
    fsyncSync(file)
    this.#end += record.length
  }

  #take(body: Buffer, at: number): void {
    const idLength = body.readUInt16LE(1)
    const id = body.subarray(3, 3 + idLength).toString()
    if (body.readUInt8(0) === REMOVED) {
      this.#places.delete(id)
      this.#index.remove(id)
      return
    }
    const afterId = 3 + idLength
    const labelLength = body.readUInt16LE(afterId + 8)
    const start = afterId + 10 + labelLength
    let stored: StoredFingerprint
    try {
      stored = decodeFingerprint(body.subarray(start))
    } catch (error) {
      // Of a later version: it stays in the file for the program that wrote it.
      if (error instanceof FingerprintFormatError) return
      throw error
    }
    this.#places.delete(id)
    this.#places.set(id, {
      id,
      label: body.subarray(afterId + 10, start).toString(),
      addedAt: new Date(body.readDoubleLE(afterId)),
      kind: stored.kind,
      durationSec: stored.durationSec,
      fileSha256: stored.fileSha256,
      picturesSha256: stored.picturesSha256,
      offset: at + start,
      length: body.length - start,
    })
    this.#index.add(id, stored)
  }

  #read({ offset, length }: Place): StoredFingerprint {
    return decodeFingerprint(this.#bytes(offset, length))
  }

  #body({ id, label, addedAt, offset, length }: Place): Buffer {
    const head = Buffer.alloc(3)
    head.writeUInt8(ADDED, 0)
    head.writeUInt16LE(Buffer.byteLength(id), 1)
    const middle = Buffer.alloc(10)
    middle.writeDoubleLE(addedAt.getTime(), 0)
    middle.writeUInt16LE(Buffer.byteLength(label), 8)
    return Buffer.concat([head, Buffer.from(id), middle, Buffer.from(label), this.#bytes(offset, length)])
  }

  #bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    let filled = 0
    while (filled < length) {
      const got =
        this.#file === undefined ? 0 : readSync(this.#file, bytes, filled, length - filled, offset + filled)
      if (got === 0) throw new UsageError(`${this.#path} ends where more was expected`, { field: 'library' })
      filled += got
    }
    return bytes
  }
}

/** A new name in a folder is on the disk only when the folder is. Windows has no such thing, and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function recordOf(body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(body.length, 0)
  head.writeUInt32LE(crc32(body), 4)
  return Buffer.concat([head, body])
}
