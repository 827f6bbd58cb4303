import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { hashPictures, VIDEO_LYING } from '../src/fingerprint/hash-pictures.ts'
import { FingerprintLibrary, type QueryFingerprint, type StoredFingerprint } from '../src/originality.ts'
import { crop, Scene } from './scenes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-library-'))
  return () => rmSync(folder, { recursive: true, force: true })
})

const addedAt = new Date('2026-11-28T12:00:00Z')
const sha = (name: string): string => Buffer.from(name).toString('hex').padEnd(64, '0')

function fingerprint(
  seed: number,
  name: string,
  cropped = false,
): { query: QueryFingerprint; stored: StoredFingerprint } {
  const pictures = new Scene(seed).clip(4, cropped ? { edit: crop(0.05, 0.05, 0.9, 0.9) } : {})
  const { query, stored } = hashPictures(pictures, { aspect: 1, storeEvery: 2, lying: VIDEO_LYING })
  const common = { kind: 'video', durationSec: 4, fileSha256: sha(name) } as const
  return { query: { ...common, ...query }, stored: { ...common, aspect: 1, grid: stored } }
}

const one = fingerprint(1, 'one')
const two = fingerprint(2, 'two')
const copy = fingerprint(1, 'copy', true)

function filled(): FingerprintLibrary {
  const library = FingerprintLibrary.open(folder, { mode: 'write' })
  library.add({ id: 'one', label: 'one.mp4', addedAt }, one.stored)
  library.add({ id: 'two', label: 'zwei.mp4', addedAt }, two.stored)
  return library
}

const read = <Result>(look: (library: FingerprintLibrary) => Result): Result => {
  const library = FingerprintLibrary.open(folder, { mode: 'read' })
  try {
    return look(library)
  } finally {
    library.close()
  }
}

const file = (): string => join(folder, 'default.fingerprints')

describe('a library in a folder', () => {
  test('is read by the next process as it was left', () => {
    filled().close()
    const [first, ...rest] = read((library) => library.match(copy.query))
    expect(first).toMatchObject({ id: 'one', label: 'one.mp4', verdict: 'duplicate' })
    expect(rest.filter(({ verdict }) => verdict !== 'distinct')).toEqual([])
    expect(read((library) => library.list())).toEqual([
      { id: 'one', label: 'one.mp4', addedAt, kind: 'video', durationSec: 4 },
      { id: 'two', label: 'zwei.mp4', addedAt, kind: 'video', durationSec: 4 },
    ])
    expect(read((library) => library.findExact(sha('two'))?.id)).toBe('two')
  })

  test('of nobody yet matches nothing, and reading makes no file', () => {
    expect(read((library) => library.match(copy.query))).toEqual([])
    expect(() => statSync(file())).toThrow()
  })

  test('loses nothing but the record that was being written when the machine stopped', () => {
    filled().close()
    const whole = readFileSync(file())
    for (const cut of [1, 7, 500, 3000]) {
      writeFileSync(file(), whole)
      truncateSync(file(), whole.length - cut)
      expect(read((library) => library.list().map(({ id }) => id))).toEqual(['one'])
      const library = FingerprintLibrary.open(folder, { mode: 'write' })
      library.add({ id: 'three', label: '', addedAt }, two.stored)
      library.close()
      expect(read((library) => library.list().map(({ id }) => id))).toEqual(['one', 'three'])
    }
  })

  test('begins anew when it was killed while it made the file', () => {
    writeFileSync(file(), 'TWLI')
    expect(read((library) => library.size)).toBe(0)
    filled().close()
    expect(read((library) => library.size)).toBe(2)
  })

  test('stops before bytes that the disk has changed', () => {
    filled().close()
    const bytes = readFileSync(file())
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1
    writeFileSync(file(), bytes)
    expect(read((library) => library.size)).toBe(1)
    appendFileSync(file(), 'no record at all, whatever it says of its length')
    expect(read((library) => library.size)).toBe(1)
  })

  test('adds with one write at its end: what is there stays byte by byte', () => {
    const library = filled()
    const before = readFileSync(file())
    library.add({ id: 'three', label: 'x', addedAt }, two.stored)
    library.close()
    const after = readFileSync(file())
    expect(after.subarray(0, before.length).equals(before)).toBe(true)
    expect(after.length - before.length).toBeLessThan(before.length)
  })

  test('forgets, and is smaller when it was written anew', () => {
    const library = filled()
    expect(library.remove('one')).toBe(true)
    expect(library.remove('one')).toBe(false)
    expect(library.match(copy.query).filter(({ verdict }) => verdict !== 'distinct')).toEqual([])
    const before = statSync(file()).size
    const { entries, bytes } = library.rebuild()
    expect(entries).toBe(1)
    expect(statSync(file()).size).toBe(bytes)
    expect(bytes).toBeLessThan(before * 0.6)
    library.add({ id: 'again', label: '', addedAt }, one.stored)
    library.close()
    expect(read((each) => each.match(copy.query)[0]?.id)).toBe('again')
    expect(read((each) => each.list().map(({ id }) => id))).toEqual(['two', 'again'])
  })

  test('keeps workspaces apart', () => {
    filled().close()
    const theirs = FingerprintLibrary.open(folder, { mode: 'write', workspace: 'theirs' })
    expect(theirs.match(copy.query)).toEqual([])
    expect(theirs.findExact(sha('one'))).toBeUndefined()
    theirs.close()
    expect(() => FingerprintLibrary.open(folder, { mode: 'read', workspace: '../default' })).toThrow(
      'a workspace is',
    )
  })

  test('has one writer: the second is told of the first, and takes over from one that is dead', () => {
    const library = filled()
    expect(() => FingerprintLibrary.open(folder, { mode: 'write' })).toThrow(`process ${process.pid}`)
    expect(read((each) => each.size)).toBe(2)
    library.close()
    const dead = spawnSync(process.execPath, ['-e', '0']).pid
    writeFileSync(`${file()}.lock`, JSON.stringify({ pid: dead, host: hostname() }))
    FingerprintLibrary.open(folder, { mode: 'write' }).close()
    writeFileSync(`${file()}.lock`, JSON.stringify({ pid: dead, host: 'another machine' }))
    expect(() => FingerprintLibrary.open(folder, { mode: 'write' })).toThrow('on another machine')
  })

  test('refuses to write what was opened for reading, and a file that is none of ours', () => {
    filled().close()
    expect(() => read((library) => library.remove('one'))).toThrow('opened for reading')
    writeFileSync(file(), 'something else entirely')
    expect(() => FingerprintLibrary.open(folder, { mode: 'write' })).toThrow('is not a library')
  })
})
