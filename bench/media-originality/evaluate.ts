/** Edited copies against everything that is stored: what is found, and what is wrongly found. */
import {
  FingerprintIndex,
  hashPictures,
  type Match,
  type MatchVerdict,
  matchFingerprints,
  PHOTO_LYING,
  type QueryFingerprint,
  type StoredFingerprint,
  VIDEO_LYING,
} from '@tockwork/media/originality'
import type { Edit, Tools } from './edits.ts'
import { PictureLikeHashes } from './index-scale.ts'
import type { Pictures, Recipe, Workshop } from './material.ts'
import type { HardFamily, Source } from './sources.ts'

const QUERY_FPS = 4

export interface Trial {
  readonly edit: string
  readonly hard: boolean
  readonly half: Source['half']
  readonly source: string
  /** The match with the original, and the nearest with anything else. */
  readonly own: Match
  /** Whether an index full of strangers names the original; absent when none was asked. */
  readonly candidate?: boolean
  readonly strangers: readonly { readonly name: string; readonly match: Match }[]
}

interface Kept {
  readonly source: Source
  readonly file: string
  readonly query: QueryFingerprint
  readonly stored: StoredFingerprint
}

export async function keepSources(
  workshop: Workshop,
  sources: readonly Source[],
  at: 'video' | 'photo',
): Promise<Kept[]> {
  const kept: Kept[] = []
  for (const source of sources) {
    const pictures = await workshop.pictures(source.recipe, { fps: QUERY_FPS }, true)
    const file = await workshop.file(source.recipe)
    kept.push({ source, file, ...fingerprint(pictures, at, source.name) })
  }
  return kept
}

/**
 * Those that can be judged: what shows too little to know itself again is called nothing by design, and a wallpaper that
 * two distributions ship is no stranger to itself.
 */
export function judgeable(kept: readonly Kept[]): Kept[] {
  const good: Kept[] = []
  for (const one of kept) {
    const again = { ...one.query, fileSha256: '' }
    if (!isFound(matchFingerprints(again, one.stored), 'review')) continue
    if (good.some(({ stored }) => isFound(matchFingerprints(again, stored), 'review'))) continue
    good.push(one)
  }
  return good
}

/** Every edit of every source against every source. */
export async function tryEdits(
  workshop: Workshop,
  kept: readonly Kept[],
  edits: readonly Edit[],
  tools: Tools,
  kind: 'video' | 'photo',
  {
    keyframes = false,
    only = (query) => query,
    index,
  }: {
    keyframes?: boolean
    only?: (query: QueryFingerprint) => QueryFingerprint
    index?: FingerprintIndex
  } = {},
): Promise<Trial[]> {
  const jobs = kept.flatMap((one) =>
    edits.flatMap((edit) => {
      const recipe = edit.recipe(one.file, one.source, tools)
      return recipe === undefined ? [] : [{ one, edit, recipe }]
    }),
  )
  const trials: Trial[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const job = jobs[next++]
      if (job === undefined) return
      const { one, edit, recipe } = job
      const all = await workshop.pictures(recipe, { fps: QUERY_FPS }, false)
      const pictures = keyframes ? asKeyframes(all) : all
      const query = only(fingerprint(pictures, kind, `${one.source.name}, ${edit.name}`).query)
      trials.push({
        edit: edit.name,
        hard: edit.hard === true,
        half: one.source.half,
        source: one.source.name,
        own: matchFingerprints(query, one.stored),
        ...(index === undefined ? {} : { candidate: index.candidates(query).includes(one.source.name) }),
        strangers: kept
          .filter((other) => other !== one)
          .map(({ source, stored }) => ({ name: source.name, match: matchFingerprints(query, stored) })),
      })
    }
  }
  // Two at a time: one encodes while the other is hashed.
  await Promise.all([work(), work()])
  return trials
}

/** The sources among uploads of nothing in particular, so many that not every one can be compared with. */
export function crowdedIndex(kept: readonly Kept[], strangers: number): FingerprintIndex {
  const index = new FingerprintIndex()
  const hash = new PictureLikeHashes()
  for (const { source, stored } of kept) index.add(source.name, stored)
  const [{ stored } = { stored: undefined }] = kept
  if (stored === undefined) return index
  for (let i = 0; i < strangers; i++) {
    const hashes = new Uint32Array(stored.grid.hashes.length)
    for (let at = 0; at < hashes.length; at += 8) hash.write(hashes.subarray(at, at + 8))
    index.add(`stranger ${i}`, {
      ...stored,
      grid: { ...stored.grid, hashes, quality: stored.grid.quality.map(() => 100) },
    })
  }
  return index
}

/** What was made to look alike, each against each of its family. */
export async function tryHardFamilies(
  workshop: Workshop,
  families: readonly HardFamily[],
): Promise<{ family: string; matches: readonly Match[] }[]> {
  const found: { family: string; matches: Match[] }[] = []
  for (const { name, recipes } of families) {
    const all = await Promise.all(
      recipes.map(async (recipe: Recipe, i) =>
        fingerprint(await workshop.pictures(recipe, { fps: QUERY_FPS }, false), recipe.kind, `${name} ${i}`),
      ),
    )
    const matches = all.flatMap(({ query }, i) =>
      all.flatMap(({ stored }, j) => (i === j ? [] : [matchFingerprints(query, stored)])),
    )
    found.push({ family: name, matches })
  }
  return found
}

function fingerprint(
  { aspect, durationSec, times, lumas }: Pictures,
  kind: 'video' | 'photo',
  name: string,
): { query: QueryFingerprint; stored: StoredFingerprint } {
  const hashed = hashPictures(
    lumas.map((luma, i) => ({ timeSec: times[i] ?? 0, luma })),
    kind === 'video'
      ? { aspect, storeEvery: Math.max(1, Math.min(4, Math.floor(lumas.length / 8))), lying: VIDEO_LYING }
      : { aspect, storeEvery: 1, lying: PHOTO_LYING, kind },
  )
  // Never the same file: what is measured is the pictures.
  const common = { kind, durationSec, fileSha256: Buffer.from(name).toString('hex') }
  return { query: { ...common, ...hashed.query }, stored: { ...common, aspect, grid: hashed.stored } }
}

export const isFound = (match: Match, least: MatchVerdict): boolean =>
  match.verdict === 'duplicate' || (least === 'review' && match.verdict === 'review')

/** One picture in two seconds, at uneven times, as encoders place those that decode by themselves. */
function asKeyframes({ aspect, durationSec, times, lumas }: Pictures): Pictures {
  const kept = times.map((_, i) => i).filter((i) => i % 15 === 0 || i % 15 === 7)
  return {
    aspect,
    durationSec,
    times: kept.map((i) => times[i] ?? 0),
    lumas: kept.map((i) => lumas[i] as Uint8Array),
  }
}

/** What one hash of the whole picture, as it is, would find: the measure to beat. */
export function plainly(query: QueryFingerprint): QueryFingerprint {
  const regions = query.grid.kinds.length
  const words = query.grid.hashes.length / (query.grid.times.length * regions)
  return {
    ...query,
    turned: [],
    grid: {
      times: query.grid.times,
      kinds: query.grid.kinds.slice(0, 1),
      quality: query.grid.quality.filter((_, i) => i % regions === 0),
      hashes: query.grid.hashes.filter((_, i) => i % (regions * words) < words),
    },
  }
}
