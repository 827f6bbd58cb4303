/**
 * PDQ, the perceptual hash that Meta published for matching pictures (facebook/ThreatExchange, `pdq/`): a 64x64 luma
 * picture, its 16x16 lowest cosine terms without the constant ones, each a bit: above their median or not.
 *
 * The cosine terms of a mirrored or turned picture are those of the picture itself with other signs and places, so its
 * hash costs next to nothing more.
 */
import { HASH_WORDS } from './hash.ts'

export const PDQ_SIDE = 64
const TERMS = 16
const HALF = PDQ_SIDE / 2

/** Row `i` holds the cosines of frequency `i + 1`; their second half is the first in reverse, with or without sign. */
const COSINES = Float64Array.from(
  Array.from({ length: TERMS * HALF }, (_, at) => {
    const frequency = Math.floor(at / HALF) + 1
    return Math.sqrt(2 / PDQ_SIDE) * Math.cos((Math.PI / (2 * PDQ_SIDE)) * frequency * (2 * (at % HALF) + 1))
  }),
)

/** The eight ways a picture can lie; `as-is` and `mirrored` are those of videos. */
export const ORIENTATIONS = [
  'as-is',
  'mirrored',
  'upside-down',
  'half-turn',
  'transposed',
  'quarter-right',
  'quarter-left',
  'anti-transposed',
] as const
export type Orientation = (typeof ORIENTATIONS)[number]

const FLIPS: Record<Orientation, { swap: boolean; flipX: boolean; flipY: boolean }> = {
  'as-is': { swap: false, flipX: false, flipY: false },
  mirrored: { swap: false, flipX: true, flipY: false },
  'upside-down': { swap: false, flipX: false, flipY: true },
  'half-turn': { swap: false, flipX: true, flipY: true },
  transposed: { swap: true, flipX: false, flipY: false },
  'quarter-right': { swap: true, flipX: true, flipY: false },
  'quarter-left': { swap: true, flipX: false, flipY: true },
  'anti-transposed': { swap: true, flipX: true, flipY: true },
}

/** Hashes one picture after another in the same working memory. */
export class Pdq {
  readonly #sums = new Float64Array(HALF * PDQ_SIDE)
  readonly #differences = new Float64Array(HALF * PDQ_SIDE)
  readonly #rows = new Float64Array(TERMS * PDQ_SIDE)
  readonly #terms = new Float64Array(TERMS * TERMS)
  readonly #turned = new Float64Array(TERMS * TERMS)
  readonly #sorting = new Float64Array(TERMS * TERMS)

  /** @param luma 64x64 from 0 to 255; the later calls of `hash` are about this picture */
  load(luma: Float32Array): void {
    const sums = this.#sums
    const differences = this.#differences
    for (let y = 0; y < HALF; y++) {
      const near = y * PDQ_SIDE
      const far = (PDQ_SIDE - 1 - y) * PDQ_SIDE
      for (let x = 0; x < PDQ_SIDE; x++) {
        sums[near + x] = (luma[near + x] as number) + (luma[far + x] as number)
        differences[near + x] = (luma[near + x] as number) - (luma[far + x] as number)
      }
    }
    const rows = this.#rows.fill(0)
    for (let i = 0; i < TERMS; i++) {
      // Odd frequencies (even i) change sign from one half to the other.
      const folded = i % 2 === 0 ? differences : sums
      const to = i * PDQ_SIDE
      for (let y = 0; y < HALF; y++) {
        const cosine = COSINES[i * HALF + y] as number
        const from = y * PDQ_SIDE
        for (let x = 0; x < PDQ_SIDE; x++)
          rows[to + x] = (rows[to + x] as number) + cosine * (folded[from + x] as number)
      }
    }
    for (let i = 0; i < TERMS; i++) {
      const row = i * PDQ_SIDE
      for (let x = 0; x < HALF; x++) {
        const near = rows[row + x] as number
        const far = rows[row + PDQ_SIDE - 1 - x] as number
        sums[x] = near + far
        differences[x] = near - far
      }
      for (let j = 0; j < TERMS; j++) {
        const folded = j % 2 === 0 ? differences : sums
        let term = 0
        for (let x = 0; x < HALF; x++) term += (COSINES[j * HALF + x] as number) * (folded[x] as number)
        this.#terms[i * TERMS + j] = term
      }
    }
  }

  /** Writes the hash of the loaded picture, lying as said, as the hash number `index`. */
  hash(target: Uint32Array, index: number, orientation: Orientation = 'as-is'): void {
    const { swap, flipX, flipY } = FLIPS[orientation]
    let terms = this.#terms
    if (swap || flipX || flipY) {
      terms = this.#turned
      for (let i = 0; i < TERMS; i++) {
        for (let j = 0; j < TERMS; j++) {
          const term = this.#terms[swap ? j * TERMS + i : i * TERMS + j] as number
          // Odd frequencies are the even indexes.
          const negative = (flipX && j % 2 === 0) !== (flipY && i % 2 === 0)
          terms[i * TERMS + j] = negative ? -term : term
        }
      }
    }
    const sorted = this.#sorting
    sorted.set(terms)
    sorted.sort()
    const median = sorted[(TERMS * TERMS) / 2 - 1] as number
    const base = index * HASH_WORDS
    for (let word = 0; word < HASH_WORDS; word++) {
      let bits = 0
      for (let bit = 0; bit < 32; bit++) if ((terms[word * 32 + bit] as number) > median) bits |= 1 << bit
      target[base + word] = bits
    }
  }
}

/**
 * PDQ's measure of how much there is to see, 0 to 100: the sum of the steps between neighbours. Below 50 a single
 * picture's hash says little.
 */
export function pdqQuality(luma: Float32Array): number {
  let sum = 0
  for (let y = 0; y < PDQ_SIDE; y++) {
    for (let x = 0; x < PDQ_SIDE; x++) {
      const at = y * PDQ_SIDE + x
      if (y < PDQ_SIDE - 1)
        sum += Math.abs(Math.trunc((((luma[at] as number) - (luma[at + PDQ_SIDE] as number)) * 100) / 255))
      if (x < PDQ_SIDE - 1)
        sum += Math.abs(Math.trunc((((luma[at] as number) - (luma[at + 1] as number)) * 100) / 255))
    }
  }
  return Math.min(100, Math.trunc(sum / 90))
}
