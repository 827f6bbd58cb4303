import type { HashGrid, QueryFingerprint, StoredFingerprint } from './fingerprint.ts'
import { distance } from './hash.ts'
import type { Orientation } from './pdq.ts'
import { comparable, isPart } from './regions.ts'
import { THRESHOLDS } from './thresholds.ts'

/** Two videos laid side by side: which regions, from where, and how far apart they are. */
export interface Alignment {
  readonly orientation: Orientation
  /** Numbers of the regions in their grids. */
  readonly queryRegion: number
  readonly storedRegion: number
  /** Seconds of the query for one second of what is stored. */
  readonly speed: number
  /** Pairs of pictures, in order of time. */
  readonly pairs: readonly { readonly query: number; readonly stored: number; readonly distance: number }[]
  /** Mean distance of the pairs. */
  readonly mean: number
  /** By how much pictures at the same time are closer than pictures at different times. */
  readonly contrast: number
}

/** Pictures of the query from which a match is sought. */
const MAX_SEED_PICTURES = 24
const SEED_GAP_SEC = 0.9
/** Pairs of regions that are followed up, best first, and places in each from where lines are tried. */
const MAX_REGION_PAIRS = 10
const MAX_ANCHORS = 3
const SPEEDS = [1, 0.95, 1.05, 0.9, 1.1, 0.85, 1.15]
const SHIFTS_SEC = [0, -0.25, 0.25, -0.5, 0.5]

interface Seed {
  readonly query: number
  readonly stored: number
  readonly distance: number
}

interface RegionPair {
  readonly orientation: Orientation
  readonly hashes: Uint32Array
  readonly queryRegion: number
  readonly storedRegion: number
  readonly seeds: Seed[]
  weight: number
}

/**
 * The best way to lay a query beside a stored video: some part of the one against some part of the other, shifted in
 * time and played at 0.85 to 1.15 times its speed. One pair of parts holds for the whole length: choosing anew for
 * each picture would make strangers look alike.
 *
 * @returns undefined when no picture of the one is near any of the other, or only for too short a time
 */
export function alignVideos(query: QueryFingerprint, stored: StoredFingerprint): Alignment | undefined {
  const pairs = findRegionPairs(query, stored)
  const needed = Math.min(THRESHOLDS.minSegmentSec, Math.min(query.durationSec, stored.durationSec) / 2)
  let best: { line: Line; pair: RegionPair; gain: number } | undefined
  for (const pair of pairs.slice(0, MAX_REGION_PAIRS)) {
    const handicap = isPart(query.grid.kinds[pair.queryRegion] as number) ? THRESHOLDS.video.partHandicap : 0
    for (const seed of anchors(pair.seeds)) {
      for (const speed of SPEEDS) {
        for (const shift of SHIFTS_SEC) {
          const line = followLine(query.grid, stored.grid, pair, seed, speed, shift, needed)
          if (line === undefined) continue
          const gain = line.gain - handicap * line.pairs.length
          if (best === undefined || gain > best.gain) best = { line, pair, gain }
        }
      }
    }
  }
  if (best === undefined) return undefined
  const { pair, line } = best
  const { orientation, queryRegion, storedRegion } = pair
  const mean = line.pairs.reduce((sum, one) => sum + one.distance, 0) / line.pairs.length
  const apart = distanceOutOfStep(query.grid, stored.grid, pair, line.pairs)
  return {
    orientation,
    queryRegion,
    storedRegion,
    speed: line.speed,
    pairs: line.pairs,
    mean,
    contrast: apart - mean,
  }
}

/** All ways in which single pictures of the two come close, most promising first. */
function findRegionPairs(query: QueryFingerprint, stored: StoredFingerprint): RegionPair[] {
  const queryKinds = query.grid.kinds
  const storedKinds = stored.grid.kinds
  const pictures = seedPictures(query.grid.times)
  const ways = [{ orientation: 'as-is' as const, hashes: query.grid.hashes }, ...query.turned]
  const found: RegionPair[] = []
  for (const { orientation, hashes } of ways) {
    for (let q = 0; q < queryKinds.length; q++) {
      for (let s = 0; s < storedKinds.length; s++) {
        if (!comparable(queryKinds[q] as number, storedKinds[s] as number, orientation === 'mirrored'))
          continue
        const pair: RegionPair = {
          orientation,
          hashes,
          queryRegion: q,
          storedRegion: s,
          seeds: [],
          weight: 0,
        }
        collectSeeds(query.grid, stored.grid, pair, pictures)
        if (pair.seeds.length > 0) found.push(pair)
      }
    }
  }
  return found.sort((a, b) => b.weight - a.weight)
}

function collectSeeds(
  query: HashGrid,
  stored: HashGrid,
  pair: RegionPair,
  pictures: readonly number[],
): void {
  const limit = THRESHOLDS.seed
  const queryRegions = query.kinds.length
  const storedRegions = stored.kinds.length
  for (const t of pictures) {
    const from = t * queryRegions + pair.queryRegion
    if ((query.quality[from] as number) < THRESHOLDS.minQuality) continue
    let nearest: Seed | undefined
    for (let u = 0; u < stored.times.length; u++) {
      const to = u * storedRegions + pair.storedRegion
      const bits = distance(pair.hashes, from, stored.hashes, to, limit)
      if (bits > limit || (stored.quality[to] as number) < THRESHOLDS.minQuality) continue
      if (nearest === undefined || bits < nearest.distance) nearest = { query: t, stored: u, distance: bits }
    }
    if (nearest === undefined) continue
    pair.seeds.push(nearest)
    pair.weight += limit + 1 - nearest.distance
  }
}

function seedPictures(times: Float32Array): number[] {
  const spaced: number[] = []
  let last = -Infinity
  for (const [i, time] of times.entries()) {
    if (time - last < SEED_GAP_SEC) continue
    spaced.push(i)
    last = time
  }
  if (spaced.length <= MAX_SEED_PICTURES) return spaced
  return Array.from(
    { length: MAX_SEED_PICTURES },
    (_, i) => spaced[Math.floor(((i + 0.5) * spaced.length) / MAX_SEED_PICTURES)] as number,
  )
}

function anchors(seeds: readonly Seed[]): Seed[] {
  return [...seeds].sort((a, b) => a.distance - b.distance).slice(0, MAX_ANCHORS)
}

interface Line {
  readonly speed: number
  readonly pairs: Alignment['pairs']
  readonly gain: number
}

function followLine(
  query: HashGrid,
  stored: HashGrid,
  pair: RegionPair,
  seed: Seed,
  speed: number,
  shift: number,
  neededSec: number,
): Line | undefined {
  const queryStart = (query.times[seed.query] as number) + shift
  const storedStart = stored.times[seed.stored] as number
  const queryGap = meanGap(query.times)
  const storedGap = meanGap(stored.times)
  // Walk along the one with fewer pictures, and look up the nearest of the other.
  const byStored = storedGap >= queryGap
  const walked = byStored ? stored.times : query.times
  const looked = byStored ? query.times : stored.times
  const tolerance = Math.max(0.26, 0.55 * Math.min(queryGap, storedGap))
  const all: { query: number; stored: number; distance: number }[] = []
  let near = 0
  for (let i = 0; i < walked.length; i++) {
    const time = walked[i] as number
    const wanted = byStored
      ? queryStart + (time - storedStart) * speed
      : storedStart + (time - queryStart) / speed
    while (
      near + 1 < looked.length &&
      Math.abs((looked[near + 1] as number) - wanted) <= Math.abs((looked[near] as number) - wanted)
    )
      near += 1
    if (Math.abs((looked[near] as number) - wanted) > tolerance) continue
    const q = byStored ? near : i
    const s = byStored ? i : near
    const from = q * query.kinds.length + pair.queryRegion
    const to = s * stored.kinds.length + pair.storedRegion
    if (Math.min(query.quality[from] as number, stored.quality[to] as number) < THRESHOLDS.minQuality)
      continue
    all.push({ query: q, stored: s, distance: distance(pair.hashes, from, stored.hashes, to) })
  }
  const pairs = longestAlike(all)
  const [first] = pairs
  const last = pairs.at(-1)
  if (first === undefined || last === undefined || pairs.length < 2) return undefined
  const gap = Math.max(queryGap, storedGap)
  const seconds = (stored.times[last.stored] as number) - (stored.times[first.stored] as number) + gap
  if (seconds < neededSec - 1e-3) return undefined
  const gain = pairs.reduce((sum, one) => sum + THRESHOLDS.segment - one.distance, 0)
  return { speed, pairs, gain }
}

/** The stretch whose pictures are together most below the threshold. */
function longestAlike<T extends { distance: number }>(all: readonly T[]): readonly T[] {
  let best = 0
  let bestFrom = 0
  let bestTo = 0
  let sum = 0
  let from = 0
  for (const [i, one] of all.entries()) {
    sum += THRESHOLDS.segment - one.distance
    if (sum <= 0) {
      sum = 0
      from = i + 1
    } else if (sum > best) {
      best = sum
      bestFrom = from
      bestTo = i + 1
    }
  }
  return all.slice(bestFrom, bestTo)
}

/** Mean distance of the same pictures when one video is held against another time of the other. */
function distanceOutOfStep(
  query: HashGrid,
  stored: HashGrid,
  pair: RegionPair,
  pairs: Alignment['pairs'],
): number {
  const away = Math.max(1, Math.floor(pairs.length / 2))
  let sum = 0
  for (const [i, one] of pairs.entries()) {
    const other = pairs[(i + away) % pairs.length] as Alignment['pairs'][number]
    const from = one.query * query.kinds.length + pair.queryRegion
    const to = other.stored * stored.kinds.length + pair.storedRegion
    sum += distance(pair.hashes, from, stored.hashes, to)
  }
  return sum / pairs.length
}

function meanGap(times: Float32Array): number {
  const first = times[0] ?? 0
  const last = times[times.length - 1] ?? 0
  return times.length < 2 ? 1 : Math.max(1e-3, (last - first) / (times.length - 1))
}
