import { createHash } from 'node:crypto'
import type { VideoQuery } from '@tockwork/contracts/research'
import { stringifyJson } from '@tockwork/kernel'
import type { Corpus } from './corpus.ts'
import { candidatesOf, matcherOf } from './matcher.ts'

export interface Search {
  query: VideoQuery
  /** UTC epoch seconds: at or after, and before. */
  from: number
  below: number
}

export interface Candidates {
  /** Videos that fit, newest first, those that are no longer public among them. */
  numbers: number[]
  hasMore: boolean
}

/** So many videos are looked at before others get their turn. */
const SLICE = 8_192
const MOST_PLACES = 20_000

/**
 * Searches over one corpus. A page begins where the one before it ended; where that was is remembered, and found again
 * by counting when it is not.
 */
export class VideoSearches {
  readonly #corpus: Corpus
  /** Search and cursor to the number at which the page begins. */
  readonly #places = new Map<string, number>()

  constructor(corpus: Corpus) {
    this.#corpus = corpus
  }

  /** The id of a result set: the same question has the same one, so that it outlives a restart. */
  id(app: string, search: Search): string {
    const { seed, size } = this.#corpus
    const digest = createHash('sha256')
      .update(stringifyJson([app, seed, size, search]))
      .digest()
    // 19 digits that begin with 7, like TikTok's.
    return (7_000_000_000_000_000_000n + (digest.readBigUInt64BE(0) % 1_000_000_000_000_000_000n)).toString()
  }

  /** The candidates from the `cursor`th on. */
  async page(id: string, search: Search, cursor: number, count: number): Promise<Candidates> {
    const from = this.#corpus.lowerBound(search.from)
    const below = this.#corpus.lowerBound(search.below)
    const named = candidatesOf(this.#corpus, search.query, from, below)
    const fits = matcherOf(this.#corpus, search.query)
    if (named !== undefined) {
      const all = named.filter(fits)
      return { numbers: all.slice(cursor, cursor + count), hasMore: all.length > cursor + count }
    }
    let skip = 0
    let start = below - 1
    if (cursor > 0) {
      const known = this.#places.get(`${id}:${cursor}`)
      if (known === undefined) skip = cursor
      else start = known
    }
    const numbers: number[] = []
    let looked = 0
    for (let n = start; n >= from; n -= 1) {
      looked += 1
      if (looked % SLICE === 0) await new Promise((resolve) => setImmediate(resolve))
      if (!fits(n)) continue
      if (skip > 0) {
        skip -= 1
        continue
      }
      if (numbers.length === count) {
        this.#remember(`${id}:${cursor + count}`, n)
        return { numbers, hasMore: true }
      }
      numbers.push(n)
    }
    return { numbers, hasMore: false }
  }

  /** Up to `count` that fit, in no order. */
  async random(search: Search, count: number, random: () => number): Promise<number[]> {
    const chosen: number[] = []
    let seen = 0
    let cursor = 0
    for (;;) {
      const { numbers, hasMore } = await this.page('random', search, cursor, 1000)
      for (const n of numbers) {
        seen += 1
        if (chosen.length < count) chosen.push(n)
        else {
          const place = Math.floor(random() * seen)
          if (place < count) chosen[place] = n
        }
      }
      cursor += 1000
      if (!hasMore || cursor >= 50_000) break
    }
    for (let k = chosen.length - 1; k > 0; k -= 1) {
      const other = Math.floor(random() * (k + 1))
      ;[chosen[k], chosen[other]] = [chosen[other] as number, chosen[k] as number]
    }
    return chosen
  }

  #remember(key: string, n: number): void {
    this.#places.delete(key)
    this.#places.set(key, n)
    if (this.#places.size > MOST_PLACES) this.#places.delete(this.#places.keys().next().value as string)
  }
}
