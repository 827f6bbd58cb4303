import type { QueryFingerprint, StoredFingerprint } from '../fingerprint/fingerprint.ts'
import { distance, HASH_WORDS } from '../fingerprint/hash.ts'
import { REGION } from '../fingerprint/regions.ts'
import { THRESHOLDS } from '../fingerprint/thresholds.ts'
import { HashIndex } from './hash-index.ts'

/** Pictures of one upload that are looked for, each unlike the one before. */
const MAX_INDEXED_PICTURES = 6
const MAX_QUERY_PICTURES = 12
/** A picture this near to the last one adds nothing. */
const SAME_PICTURE = 31
/** Regions of what is stored that are looked for; the rest is compared only with what these have found. */
const INDEXED_KINDS = new Set<number>([
  REGION.active,
  REGION.centre90,
  REGION.centre80,
  REGION.band9x16,
  REGION.topPart,
  REGION.bottomPart,
])
/** Up to here every upload is compared with: nothing can be missed, and it takes no longer. */
const COMPARE_ALL = 64
/**
 * How wide a search is, so that a lookup of a whole video, some 700 searches, takes a fraction of a second: up to so many
 * hashes within 47 bits, up to so many within 31, and beyond that the whole picture within 31 and its parts within 15.
 */
const WIDE_SEARCH = 20_000
const NARROW_SEARCH = 400_000
const MAX_CANDIDATES = 50

export interface FingerprintIndexStats {
  readonly assets: number
  readonly hashes: number
  readonly bytes: number
}

/**
 * Which uploads of one workspace may be the original of a file. It knows one workspace's uploads only: there is no
 * way to ask it about another's. Comparing with what it names is `matchFingerprints`'s part.
 */
export class FingerprintIndex {
  #index: HashIndex | undefined
  /** What is small enough is kept as it is, and put into an index when it no longer is. */
  readonly #assets = new Map<string, { number: number; ids: number[]; hashes: Uint32Array }>()
  readonly #names: (string | undefined)[] = []

  /** Adds an upload, or puts it in the place of what had its id. Costs the same however many there are. */
  add(assetId: string, stored: StoredFingerprint): void {
    this.remove(assetId)
    const asset = { number: this.#names.length, ids: [] as number[], hashes: indexedHashes(stored) }
    this.#names.push(assetId)
    this.#assets.set(assetId, asset)
    if (this.#index !== undefined) this.#insert(this.#index, asset)
    else if (this.#assets.size > COMPARE_ALL) this.#build()
  }

  /** @returns whether it was there */
  remove(assetId: string): boolean {
    const asset = this.#assets.get(assetId)
    if (asset === undefined) return false
    for (const id of asset.ids) this.#index?.remove(id)
    this.#names[asset.number] = undefined
    this.#assets.delete(assetId)
    if (this.#index !== undefined && this.#index.size > 1000 && this.#index.waste > 0.5) this.#build()
    return true
  }

  /**
   * Ids of uploads that come near, nearest first; those of a small workspace are all named.
   *
   * @param most more are not named
   */
  candidates(query: QueryFingerprint, most = MAX_CANDIDATES): string[] {
    const index = this.#index
    if (index === undefined) return [...this.#assets.keys()]
    const nearest = new Map<number, { bits: number; times: number }>()
    const { kinds, quality } = query.grid
    for (const t of differentPictures(
      query.grid.hashes,
      kinds.length,
      query.grid.times.length,
      MAX_QUERY_PICTURES,
    )) {
      for (const hashes of [query.grid.hashes, ...query.turned.map((one) => one.hashes)]) {
        for (let r = 0; r < kinds.length; r++) {
          const at = t * kinds.length + r
          if ((quality[at] as number) < THRESHOLDS.minQuality) continue
          index.search(hashes, at, radiusFor(index.size, kinds[r] as number), (owner, bits) => {
            const known = nearest.get(owner)
            if (known === undefined) nearest.set(owner, { bits, times: 1 })
            else {
              known.bits = Math.min(known.bits, bits)
              known.times += 1
            }
          })
        }
      }
    }
    return [...nearest]
      .sort(([, a], [, b]) => a.bits - Math.log2(a.times) - (b.bits - Math.log2(b.times)))
      .slice(0, most)
      .flatMap(([number]) => this.#names[number] ?? [])
  }

  get stats(): FingerprintIndexStats {
    let hashes = 0
    for (const asset of this.#assets.values()) hashes += asset.hashes.length / HASH_WORDS
    return { assets: this.#assets.size, hashes, bytes: this.#index?.bytes ?? hashes * HASH_WORDS * 4 }
  }

  #build(): void {
    const index = new HashIndex()
    for (const asset of this.#assets.values()) this.#insert(index, asset)
    this.#index = index
  }

  #insert(index: HashIndex, asset: { number: number; ids: number[]; hashes: Uint32Array }): void {
    asset.ids = []
    for (let i = 0; i < asset.hashes.length / HASH_WORDS; i++)
      asset.ids.push(index.add(asset.hashes, i, asset.number))
  }
}

function radiusFor(hashes: number, kind: number): number {
  // Hundreds of places of a photo, a step apart: the nearest of them is near enough.
  if (kind === REGION.slid) return hashes <= WIDE_SEARCH ? 31 : 15
  if (hashes <= WIDE_SEARCH) return 47
  return hashes <= NARROW_SEARCH || kind === REGION.full || kind === REGION.active ? 31 : 15
}

function indexedHashes({ grid }: StoredFingerprint): Uint32Array {
  const regions = grid.kinds.length
  const kept: number[] = []
  for (const t of differentPictures(grid.hashes, regions, grid.times.length, MAX_INDEXED_PICTURES)) {
    for (let r = 0; r < regions; r++) {
      const at = t * regions + r
      if (INDEXED_KINDS.has(grid.kinds[r] as number) && (grid.quality[at] as number) >= THRESHOLDS.minQuality)
        kept.push(at)
    }
  }
  const hashes = new Uint32Array(kept.length * HASH_WORDS)
  for (const [i, at] of kept.entries())
    hashes.set(grid.hashes.subarray(at * HASH_WORDS, (at + 1) * HASH_WORDS), i * HASH_WORDS)
  return hashes
}

/** Numbers of pictures that differ from the last one taken; of too many, some from everywhere. */
function differentPictures(hashes: Uint32Array, regions: number, pictures: number, most: number): number[] {
  const different: number[] = []
  for (let t = 0; t < pictures; t++) {
    const last = different.at(-1)
    if (last === undefined || distance(hashes, t * regions, hashes, last * regions) > SAME_PICTURE)
      different.push(t)
  }
  if (different.length <= most) return different
  return Array.from(
    { length: most },
    (_, i) => different[Math.floor(((i + 0.5) * different.length) / most)] as number,
  )
}
