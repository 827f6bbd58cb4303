import fc from 'fast-check'
import { expect, test } from 'vitest'
import { streamSource } from './stream-source.ts'

const bytes = Uint8Array.from({ length: 5000 }, (_byte, index) => (index * 13 + (index >> 8)) & 0xff)

async function* pieces(lengths: readonly number[], log: { pulled: number }): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1
    const piece = bytes.subarray(at, at + length)
    at += piece.byteLength
    log.pulled = at
    yield piece
  }
}

async function take(slice: AsyncIterable<Uint8Array>, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const got: Buffer[] = []
  let length = 0
  for await (const piece of slice) {
    got.push(Buffer.from(piece))
    length += piece.byteLength
    if (length >= most) break
  }
  return Buffer.concat(got)
}

test('slices onward, each asked for as often as needed and given up anywhere, hold the right bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 0, max: 1500 })), {
        minLength: 1,
        maxLength: 9,
      }),
      async (lengths, slices) => {
        const log = { pulled: 0 }
        const source = streamSource({ stream: pieces(lengths, log), size: bytes.length })
        let first = 0
        for (const [length, givenUpAfter] of slices) {
          const last = Math.min(first + length, bytes.length) - 1
          await take(source.slice(first, last), givenUpAfter)
          const got = await take(source.slice(first, last))
          expect(got.equals(bytes.subarray(first, last + 1))).toBe(true)
          // Read no further than the slice needs.
          expect(log.pulled).toBeLessThanOrEqual(last + 1 + 900)
          first = last + 1
          if (first >= bytes.length) break
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a slice may begin further on, as after a resumption', async () => {
  const source = streamSource({ stream: pieces([700], { pulled: 0 }), size: bytes.length })
  expect((await take(source.slice(3000, 3999))).equals(bytes.subarray(3000, 4000))).toBe(true)
})

test('what lies before the latest slice is gone, and that is said', async () => {
  const source = streamSource({ stream: pieces([700], { pulled: 0 }), size: bytes.length })
  await take(source.slice(0, 999))
  await take(source.slice(1000, 1999))
  await expect(take(source.slice(999, 1999))).rejects.toMatchObject({
    name: 'UsageError',
    code: 'source_not_repeatable',
  })
})

test('a stream that ends early or goes on too long is caught before its last byte leaves', async () => {
  for (const size of [4999, 5001]) {
    const source = streamSource({ stream: pieces([700], { pulled: 0 }), size })
    let sent = 0
    const read = async (): Promise<void> => {
      for await (const piece of source.slice(0, size - 1)) sent += piece.byteLength
    }
    await expect(read()).rejects.toMatchObject({ code: 'source_size_mismatch', field: 'source.size' })
    expect(sent).toBeLessThan(size)
  }
})
