import { type Alignment, alignVideos } from './align.ts'
import type { Match, MatchVerdict, QueryFingerprint, StoredFingerprint } from './fingerprint.ts'
import { distance, HASH_BITS } from './hash.ts'
import type { Orientation } from './pdq.ts'
import { comparable, isPart } from './regions.ts'
import { THRESHOLDS } from './thresholds.ts'

/** Strangers differ in half of the bits. */
const STRANGERS = HASH_BITS / 2

/** Compares a file with an earlier upload. Photos are not compared with videos: a still in common is no copy. */
export function matchFingerprints(query: QueryFingerprint, stored: StoredFingerprint): Match {
  if (query.kind !== stored.kind) return NO_MATCH
  if (query.fileSha256 === stored.fileSha256 || samePictures(query, stored)) return sameFile(query, stored)
  return query.kind === 'video' ? matchVideos(query, stored) : matchPhotos(query, stored)
}

/** Put into another container or given other tags, but not encoded again. */
function samePictures(query: QueryFingerprint, stored: StoredFingerprint): boolean {
  return query.picturesSha256 !== undefined && query.picturesSha256 === stored.picturesSha256
}

const NO_MATCH: Match = { verdict: 'distinct', score: 0, distance: STRANGERS, contrast: 0, segments: [] }

function sameFile(query: QueryFingerprint, stored: StoredFingerprint): Match {
  const whole = { fromSec: 0, toSec: seconds(query.durationSec) }
  const segment = {
    query: whole,
    stored: { ...whole, toSec: seconds(stored.durationSec) },
    speed: 1,
    orientation: 'as-is' as const,
  }
  return {
    verdict: 'duplicate',
    score: 1,
    distance: 0,
    contrast: 0,
    segments: query.kind === 'video' ? [segment] : [],
  }
}

function matchVideos(query: QueryFingerprint, stored: StoredFingerprint): Match {
  const line = alignVideos(query, stored)
  if (line === undefined) return NO_MATCH
  const verdict = videoVerdict(line, isPart(query.grid.kinds[line.queryRegion] as number))
  const [first] = line.pairs
  const last = line.pairs.at(-1)
  if (first === undefined || last === undefined) return NO_MATCH
  const stretch = (times: Float32Array, from: number, to: number, end: number) => {
    // A picture stands for the time until the next one.
    const next = times[to + 1] ?? end
    return { fromSec: seconds(times[from] ?? 0), toSec: seconds(Math.max(next, times[to] ?? 0)) }
  }
  return {
    verdict,
    score: scoreOf(line.mean),
    distance: line.mean,
    contrast: line.contrast,
    segments: [
      {
        query: stretch(query.grid.times, first.query, last.query, query.durationSec),
        stored: stretch(stored.grid.times, first.stored, last.stored, stored.durationSec),
        speed: line.speed,
        orientation: line.orientation,
      },
    ],
  }
}

/** Still pictures, or pictures that do not move in step, are left to a person unless all of them is the same. */
function videoVerdict({ mean, contrast }: Alignment, part: boolean): MatchVerdict {
  const { contrast: least, moving, still } = THRESHOLDS.video
  if (contrast < least.bits) {
    const verdict = verdictOf(mean, still)
    return part && verdict === 'duplicate' ? 'review' : verdict
  }
  const verdict = verdictOf(mean, moving)
  return verdict === 'duplicate' && contrast < mean * least.shareOfDistance ? 'review' : verdict
}

function matchPhotos(query: QueryFingerprint, stored: StoredFingerprint): Match {
  const { photo } = THRESHOLDS
  const best = closestRegions(query, stored)
  if (best === undefined) return NO_MATCH
  return {
    verdict: verdictOf(best.bits, photo),
    score: scoreOf(best.bits),
    distance: best.bits,
    contrast: 0,
    segments: [],
  }
}

/** Nearest pair of regions of two photos that show enough. */
function closestRegions(
  query: QueryFingerprint,
  stored: StoredFingerprint,
): { bits: number; orientation: Orientation } | undefined {
  const { minQuality } = THRESHOLDS.photo
  const { kinds, quality } = query.grid
  const ways = [{ orientation: 'as-is' as const, hashes: query.grid.hashes }, ...query.turned]
  let best: { bits: number; orientation: Orientation } | undefined
  for (const { orientation, hashes } of ways) {
    for (let q = 0; q < kinds.length; q++) {
      if ((quality[q] as number) < minQuality) continue
      for (let s = 0; s < stored.grid.kinds.length; s++) {
        if ((stored.grid.quality[s] as number) < minQuality) continue
        if (!comparable(kinds[q] as number, stored.grid.kinds[s] as number, orientation === 'mirrored'))
          continue
        const bits = distance(hashes, q, stored.grid.hashes, s, best?.bits)
        if (best === undefined || bits < best.bits) best = { bits, orientation }
      }
    }
  }
  return best
}

function verdictOf(bits: number, limits: { duplicate: number; review: number }): MatchVerdict {
  if (bits <= limits.duplicate) return 'duplicate'
  return bits <= limits.review ? 'review' : 'distinct'
}

function scoreOf(bits: number): number {
  return Math.round(Math.max(0, 1 - bits / STRANGERS) * 1000) / 1000
}

function seconds(value: number): number {
  return Math.round(value * 100) / 100
}
