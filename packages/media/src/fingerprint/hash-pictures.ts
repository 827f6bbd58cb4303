import type { HashGrid, QueryFingerprint } from './fingerprint.ts'
import { HASH_WORDS } from './hash.ts'
import { findInsets } from './insets.ts'
import { ORIENTATIONS, type Orientation, PDQ_SIDE, Pdq, pdqQuality } from './pdq.ts'
import { AreaSums } from './picture.ts'
import { activeArea } from './picture-area.ts'
import { type NamedRegion, queryRegions, storedRegions } from './regions.ts'

/** Luma of one picture, 256x256, and when it is shown. */
export interface TimedLuma {
  readonly timeSec: number
  readonly luma: Uint8Array
}

export interface HashedPictures {
  readonly query: Pick<QueryFingerprint, 'grid' | 'turned'>
  readonly stored: HashGrid
}

/**
 * Hashes the pictures of one video, or the one picture of a photo.
 *
 * @param storeEvery which of the pictures are stored: each, each second, …
 * @param lying the ways other than its own that a copy may lie
 * @param kind of a photo more parts are looked at
 */
export function hashPictures(
  pictures: readonly TimedLuma[],
  {
    aspect,
    storeEvery,
    lying,
    kind = 'video',
  }: { aspect: number; storeEvery: number; lying: readonly Orientation[]; kind?: 'video' | 'photo' },
): HashedPictures {
  const lumas = pictures.map(({ luma }) => luma)
  const active = activeArea(lumas)
  const query = queryRegions(active, findInsets(lumas, active), aspect, kind)
  const stored = storedRegions(active, aspect)
  const sums = new AreaSums()
  const pdq = new Pdq()
  const sample = new Float32Array(PDQ_SIDE * PDQ_SIDE)
  const kept = pictures.filter((_, i) => i % storeEvery === 0)
  const queryGrid = emptyGrid(pictures, query)
  const storedGrid = emptyGrid(kept, stored)
  const turned = lying.map((orientation) => ({
    orientation,
    hashes: new Uint32Array(queryGrid.hashes.length),
  }))
  for (const [t, { luma }] of pictures.entries()) {
    sums.load(luma)
    for (const [r, { region }] of query.entries()) {
      sums.sample(region, aspect, sample)
      pdq.load(sample)
      const at = t * query.length + r
      pdq.hash(queryGrid.hashes, at)
      queryGrid.quality[at] = pdqQuality(sample)
      for (const { orientation, hashes } of turned) pdq.hash(hashes, at, orientation)
    }
    if (t % storeEvery !== 0) continue
    for (const [r, { region }] of stored.entries()) {
      sums.sample(region, aspect, sample)
      pdq.load(sample)
      const at = (t / storeEvery) * stored.length + r
      pdq.hash(storedGrid.hashes, at)
      storedGrid.quality[at] = pdqQuality(sample)
    }
  }
  return { query: { grid: queryGrid, turned }, stored: storedGrid }
}

/** Videos are mirrored by re-uploaders; photos are also laid on their side by cameras that note it in a tag. */
export const VIDEO_LYING: readonly Orientation[] = ['mirrored']
export const PHOTO_LYING: readonly Orientation[] = ORIENTATIONS.filter((one) => one !== 'as-is')

function emptyGrid(pictures: readonly TimedLuma[], regions: readonly NamedRegion[]): HashGrid {
  const count = pictures.length * regions.length
  return {
    times: Float32Array.from(pictures, ({ timeSec }) => timeSec),
    kinds: Uint8Array.from(regions, ({ kind }) => kind),
    hashes: new Uint32Array(count * HASH_WORDS),
    quality: new Uint8Array(count),
  }
}
