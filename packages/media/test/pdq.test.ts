import { seededRandom } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { distance, hashToHex } from '../src/fingerprint/hash.ts'
import { ORIENTATIONS, type Orientation, PDQ_SIDE, Pdq, pdqQuality } from '../src/fingerprint/pdq.ts'
import { AreaSums, PICTURE_SIDE } from '../src/fingerprint/picture.ts'

/**
 * The definition, written down again without any of the shortcuts: every term by its double sum, the median by sorting,
 * the bits from the highest to the lowest. (The published hash of the reference photo cannot be checked here: the photo
 * is not redistributed.)
 */
function plainPdq(luma: Float32Array): string {
  const terms: number[] = []
  for (let i = 1; i <= 16; i++) {
    for (let j = 1; j <= 16; j++) {
      let sum = 0
      for (let y = 0; y < 64; y++)
        for (let x = 0; x < 64; x++)
          sum +=
            (luma[y * 64 + x] as number) *
            Math.cos((Math.PI * i * (2 * y + 1)) / 128) *
            Math.cos((Math.PI * j * (2 * x + 1)) / 128)
      terms.push(sum)
    }
  }
  const median = [...terms].sort((a, b) => a - b)[127] as number
  let bits = 0n
  for (const [k, term] of terms.entries()) if (term > median) bits |= 1n << BigInt(k)
  return bits.toString(16).padStart(64, '0')
}

function picture(seed: number): Float32Array {
  const random = seededRandom(seed)
  const waves = Array.from({ length: 8 }, () => [
    random.next() * 0.6,
    random.next() * 0.6,
    random.next() * 6,
    random.next() * 20,
  ])
  return Float32Array.from({ length: PDQ_SIDE * PDQ_SIDE }, (_, at) => {
    const [x, y] = [at % PDQ_SIDE, Math.floor(at / PDQ_SIDE)]
    return waves.reduce(
      (sum, [a = 0, b = 0, c = 0, d = 0]) => sum + d * Math.sin(a * x + b * y + c),
      128 + random.next() * 30,
    )
  })
}

function hash(luma: Float32Array, orientation: Orientation = 'as-is'): Uint32Array {
  const pdq = new Pdq()
  pdq.load(luma)
  const out = new Uint32Array(8)
  pdq.hash(out, 0, orientation)
  return out
}

describe('PDQ', () => {
  test('is what its definition says, bit by bit', () => {
    for (let seed = 1; seed <= 12; seed++)
      expect(hashToHex(hash(picture(seed)))).toBe(plainPdq(picture(seed)))
  })

  test('has half of its bits set', () => {
    expect(distance(hash(picture(3)), 0, new Uint32Array(8), 0)).toBe(128)
  })

  const last = PDQ_SIDE - 1
  const sources: Record<Orientation, (x: number, y: number) => [number, number]> = {
    'as-is': (x, y) => [x, y],
    mirrored: (x, y) => [last - x, y],
    'upside-down': (x, y) => [x, last - y],
    'half-turn': (x, y) => [last - x, last - y],
    transposed: (x, y) => [y, x],
    'quarter-right': (x, y) => [y, last - x],
    'quarter-left': (x, y) => [last - y, x],
    'anti-transposed': (x, y) => [last - y, last - x],
  }
  test.each(ORIENTATIONS)(
    'of a picture lying %s comes from the terms of the picture as it is',
    (orientation) => {
      const luma = picture(5)
      const lying = Float32Array.from({ length: luma.length }, (_, at) => {
        const [x, y] = sources[orientation](at % PDQ_SIDE, Math.floor(at / PDQ_SIDE))
        return luma[y * PDQ_SIDE + x] as number
      })
      // Rounding may turn over the terms next to the median.
      expect(distance(hash(luma, orientation), 0, hash(lying), 0)).toBeLessThanOrEqual(2)
    },
  )

  test('quality: nothing to see, a little, and enough', () => {
    expect(pdqQuality(new Float32Array(4096).fill(80))).toBe(0)
    expect(pdqQuality(picture(1))).toBeGreaterThan(50)
    expect(pdqQuality(Float32Array.from({ length: 4096 }, (_, i) => (i % 64 < 32 ? 0 : 255)))).toBe(71)
  })
})

describe('areas of a picture', () => {
  const random = seededRandom(3)
  const luma = Uint8Array.from({ length: PICTURE_SIDE * PICTURE_SIDE }, () => random.next() * 256)
  const sums = new AreaSums()
  sums.load(luma)

  test('the whole is the mean of four by four', () => {
    const out = new Float32Array(4096)
    sums.sample({ left: 0, top: 0, width: 1, height: 1 }, 1, out)
    for (const [x, y] of [
      [0, 0],
      [63, 63],
      [17, 40],
    ] as const) {
      let sum = 0
      for (let row = 0; row < 4; row++)
        for (let column = 0; column < 4; column++)
          sum += luma[(y * 4 + row) * PICTURE_SIDE + x * 4 + column] as number
      expect(out[y * 64 + x]).toBeCloseTo(sum / 16, 3)
    }
  })

  test('a part counts pixels at its edge by the share that lies in it', () => {
    const out = new Float32Array(4096)
    sums.sample({ left: 10.5 / 256, top: 0, width: 64 / 256, height: 64 / 256 }, 1, out)
    expect(out[0]).toBeCloseTo(((luma[10] as number) + (luma[11] as number)) / 2, 3)
  })
})
