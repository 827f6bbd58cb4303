import { appendFile, mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileSource } from './file-source.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-file-'))
})
afterAll(() => rm(folder, { recursive: true }))

const bytes = Uint8Array.from({ length: 10_007 }, (_byte, index) => (index * 7 + (index >> 8)) & 0xff)

async function file(name: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

test('any range comes whole, in pieces of the given size, memory used again or not', async () => {
  const source = await fileSource(await file('ranges.mp4'), { pieceBytes: 1000 })
  expect(source).toMatchObject({ size: 10_007, name: 'ranges.mp4', repeatable: true })
  const offset = fc.integer({ min: 0, max: 10_006 })
  await fc.assert(
    fc.asyncProperty(offset, offset, fc.boolean(), async (a, b, reuse) => {
      const [first, last] = [Math.min(a, b), Math.max(a, b)]
      const got: number[] = []
      for await (const piece of source.slice(first, last, { reuse })) {
        expect(piece.byteLength).toBeLessThanOrEqual(1000)
        got.push(...piece)
      }
      expect(Buffer.from(got).equals(bytes.subarray(first, last + 1))).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('a piece keeps its bytes when memory is not to be used again', async () => {
  const source = await fileSource(await file('kept.mp4'), { pieceBytes: 1000 })
  const pieces: Uint8Array[] = []
  for await (const piece of source.slice(0, 10_006)) pieces.push(piece)
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
})

test('a slice that is given up disturbs neither the file nor the next slice', async () => {
  const source = await fileSource(await file('given-up.mp4'), { pieceBytes: 1000 })
  for await (const piece of source.slice(0, 10_006, { reuse: true })) {
    expect(piece.byteLength).toBe(1000)
    break
  }
  const pieces: Buffer[] = []
  for await (const piece of source.slice(5000, 10_006, { reuse: true })) pieces.push(Buffer.from(piece))
  expect(Buffer.concat(pieces).equals(bytes.subarray(5000))).toBe(true)
})

test.each([
  ['longer', (path: string) => appendFile(path, 'more')],
  ['shorter', (path: string) => truncate(path, 5000)],
  ['written anew', (path: string) => utimes(path, new Date(), new Date(1))],
  ['replaced', async (path: string) => rename(await file('other.mp4'), path)],
])('a file that became %s is not sent to its end', async (_how, change) => {
  const path = await file('changing.mp4')
  const source = await fileSource(path, { pieceBytes: 1000 })
  await change(path)
  let sent = 0
  const read = async (): Promise<void> => {
    for await (const piece of source.slice(0, 10_006)) sent += piece.byteLength
  }
  await expect(read()).rejects.toMatchObject({ name: 'UsageError', code: 'source_changed', field: 'source' })
  expect(sent).toBeLessThan(10_007)
})

test('what is no video file is refused by name', async () => {
  const empty = join(folder, 'empty.mp4')
  await writeFile(empty, '')
  await expect(fileSource(join(folder, 'missing.mp4'))).rejects.toThrow(
    /missing\.mp4 cannot be read: there is no such file/,
  )
  await expect(fileSource(folder)).rejects.toThrow(/is a directory/)
  await expect(fileSource(empty)).rejects.toMatchObject({
    code: 'source_empty',
    message: expect.stringContaining('is empty'),
  })
  await expect(fileSource('/dev/null')).rejects.toThrow(/not a plain file/)
})
