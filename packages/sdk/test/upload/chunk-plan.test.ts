import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Chunk, type ChunkPlan, chunkAt, planChunks } from '../../src/upload/index.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const MAX_SIZE = 4 * GIB
const MIN_CHUNK = 5 * MIB
const MAX_CHUNK = 64_000_000

/** Sizes where a rule begins or ends come as often as any other. */
const borders = [
  1,
  5_000_000,
  MIN_CHUNK,
  10_000_000,
  MAX_CHUNK,
  64 * MIB,
  128_000_000,
  128 * MIB,
  GIB,
  MAX_SIZE,
]
const sizes = fc.oneof(
  fc.integer({ min: 1, max: MAX_SIZE }),
  fc.integer({ min: 1, max: 130 * MIB }),
  fc
    .tuple(fc.constantFrom(...borders), fc.integer({ min: -3, max: 3 }))
    .map(([border, by]) => Math.min(MAX_SIZE, Math.max(1, border + by))),
)
const preferred = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: MIN_CHUNK, max: MAX_CHUNK }),
  fc.constantFrom(MIN_CHUNK, MAX_CHUNK),
)

function chunksOf(plan: ChunkPlan): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 0; at < plan.size; at = (chunks.at(-1)?.last ?? 0) + 1) chunks.push(chunkAt(plan, at))
  return chunks
}

test("every size is cut by TikTok's rules, whatever chunk is preferred", () => {
  fc.assert(
    fc.property(sizes, preferred, (size, chunk) => {
      const plan = planChunks(size, chunk)
      const chunks = chunksOf(plan)
      expect(plan.count).toBe(Math.floor(size / plan.chunkSize))
      expect(plan.count).toBeGreaterThanOrEqual(1)
      expect(plan.count).toBeLessThanOrEqual(1000)
      expect(chunks.length).toBe(plan.count)
      let next = 0
      chunks.forEach(({ number, first, last }, index) => {
        expect(number).toBe(index + 1)
        expect(first).toBe(next)
        next = last + 1
        const length = last + 1 - first
        if (index < plan.count - 1) {
          expect(length).toBe(plan.chunkSize)
          expect(length).toBeGreaterThanOrEqual(MIN_CHUNK)
          expect(length).toBeLessThanOrEqual(MAX_CHUNK)
        } else {
          expect(length).toBeLessThanOrEqual(128_000_000)
        }
      })
      expect(next).toBe(size)
      if (size < MIN_CHUNK) expect(plan).toEqual({ size, chunkSize: size, count: 1 })
      if (size > MAX_CHUNK) expect(plan.count).toBeGreaterThan(1)
    }),
    { numRuns: 1500 },
  )
})

test('from any byte the rest of its chunk is next', () => {
  fc.assert(
    fc.property(
      sizes,
      preferred,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (size, chunk, where) => {
        const plan = planChunks(size, chunk)
        const offset = Math.floor(where * size)
        const rest = chunkAt(plan, offset)
        const whole = chunkAt(plan, (rest.number - 1) * plan.chunkSize)
        expect(rest.first).toBe(offset)
        expect(rest.last).toBe(whole.last)
        expect(offset).toBeGreaterThanOrEqual(whole.first)
        expect(offset).toBeLessThanOrEqual(whole.last)
      },
    ),
  )
})

describe('the worked samples of the media transfer guide', () => {
  test('50,000,123 bytes in chunks of 10,000,000', () => {
    const plan = planChunks(50_000_123, 10_000_000)
    expect(plan).toEqual({ size: 50_000_123, chunkSize: 10_000_000, count: 5 })
    expect(chunksOf(plan).at(-1)).toEqual({ number: 5, first: 40_000_000, last: 50_000_122 })
  })

  test('4,194,304 bytes in one', () => {
    expect(chunksOf(planChunks(4_194_304))).toEqual([{ number: 1, first: 0, last: 4_194_303 }])
  })
})

test.each([
  [0, undefined, 'source.size'],
  [MAX_SIZE + 1, undefined, 'source.size'],
  [1.5, undefined, 'source.size'],
  [Number.NaN, undefined, 'source.size'],
  [20_000_000, MIN_CHUNK - 1, 'chunkSize'],
  [20_000_000, MAX_CHUNK + 1, 'chunkSize'],
  [20_000_000, 6_000_000.5, 'chunkSize'],
])('%d bytes in chunks of %s are refused, naming %s', (size, chunk, field) => {
  expect(() => planChunks(size, chunk)).toThrow(expect.objectContaining({ name: 'UsageError', field }))
})

test('a plan read back from what it said of itself is the same plan', () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const plan = planChunks(size)
      expect(planChunks(size, plan.chunkSize)).toEqual(plan)
    }),
  )
})
