/** What a lookup among millions of hashes costs, in time and memory. */
import { HashIndex } from '@tockwork/media/originality'
import { type Measurements, measured, quantile } from '../measurement.ts'

const WORDS = 8
const RADIUS = 31
const QUERIES = 2000
const ADDITIONS = 5000

/**
 * Hashes like those of pictures: neighbouring terms go together, so their bits do; buckets of the index fill unevenly,
 * which costs more than evenly random bits would.
 */
export class PictureLikeHashes {
  #state = 0x9e3779b9
  readonly #shapes: Uint32Array

  constructor() {
    this.#shapes = Uint32Array.from({ length: 512 * WORDS }, () => this.#next())
  }

  write(target: Uint32Array): void {
    const shape = (this.#next() & 511) * WORDS
    for (let word = 0; word < WORDS; word++) {
      // Three in eight bits follow one of a few hundred common shapes, the others are the picture's own.
      const common = this.#next() & this.#next() & (this.#next() | this.#next())
      target[word] = ((this.#next() & ~common) | ((this.#shapes[shape + word] as number) & common)) >>> 0
    }
  }

  #next(): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return this.#state >>> 0
  }
}

export function measureIndex(sizes: readonly number[], mostMs: number): Measurements {
  const results: Measurements = {}
  const hashes = new PictureLikeHashes()
  const hash = new Uint32Array(WORDS)
  const index = new HashIndex()
  for (const size of sizes) {
    const started = performance.now()
    const before = index.size
    while (index.size < size) {
      hashes.write(hash)
      index.add(hash, 0, index.size)
    }
    const built = performance.now() - started
    const lookups = timed(QUERIES, () => {
      hashes.write(hash)
      return () => index.search(hash, 0, RADIUS, () => undefined)
    })
    const additions = timed(ADDITIONS, () => {
      hashes.write(hash)
      return () => index.add(hash, 0, index.size)
    })
    const p99 = quantile(lookups, 0.99)
    const name = `${size / 1e6}m`
    results[`originality-index-${name}`] = measured({
      unit: 'ms',
      what: `p99 of a lookup within ${RADIUS} bits of ${size.toLocaleString('en-US')} hashes, against its median`,
      values: [p99],
      against: [quantile(lookups, 0.5)],
      ...(size <= 1_000_000 ? { aim: { of: 'value', limit: 'most', number: mostMs } as const } : {}),
      note: `${Math.round(index.bytes / 2 ** 20)} MiB; ${Math.round((size - before) / built)} hashes a ms when built; an addition takes ${(quantile(additions, 0.5) * 1000).toFixed(1)} µs, p99 ${(quantile(additions, 0.99) * 1000).toFixed(1)} µs`,
    })
  }
  return results
}

function timed(count: number, prepare: () => () => void): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const run = prepare()
    const start = performance.now()
    run()
    return performance.now() - start
  })
}
