/**
 * How many marks the watermark finder finds, and how often it takes something harmless for one, on clips made here: photos
 * of the distribution and ffmpeg's patterns, marked by drawtext. Thresholds were chosen on one half of the sources; the
 * figures are of the other.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFrameSource, probe, type Watermark, WatermarkFinder } from '@tockwork/media'
import { type Measurements, measured } from './measurement.ts'
import { BRAND_WORDS, harmlessFor, marksFor, type Overlay, OWN_HANDLES } from './media-watermarks/overlays.ts'
import { encode, listFonts, listSources, type Source } from './media-watermarks/sources.ts'

/** What a release must keep; see docs/media.md. */
const LEAST_TEXT_RECALL = 95
const PATIENCE_SEC = 600

interface Tally {
  /** What is looked for in these clips. */
  as: 'text' | 'wordless' | 'harmless'
  clips: number
  /** The mark that is there was named. */
  found: number
  blocked: number
  /** On clips without a mark: named one, with which verdict; wordless ones apart. */
  wronglyBlocked: number
  wronglyReviewed: number
  wordless: number
  milliseconds: number[]
  misses: string[]
  /** Marks by size and opacity: how many there were, and how many were found. */
  variants: Map<string, { clips: number; found: number }>
}

export async function measureWatermarks({
  quick,
  half = 'held out',
  from = 0,
  to = quick ? 3 : Number.POSITIVE_INFINITY,
}: {
  quick: boolean
  half?: Source['half']
  /** Which of that half's sources. */
  from?: number
  to?: number
}): Promise<Measurements> {
  if (!hasFfmpeg()) throw new Error('ffmpeg with drawtext is needed to make the clips')
  const { source: frames, reason } = await openFrameSource({ env: process.env })
  if (frames === undefined) throw new Error(reason)
  const fonts = listFonts()
  const sources = listSources().filter((source) => source.half === half)
  const folder = mkdtempSync(join(tmpdir(), 'watermarks-'))
  const tallies = new Map<string, Tally>()
  const finder = new WatermarkFinder()
  try {
    for (const [turn, source] of sources.entries()) {
      if (turn < from || turn >= to) continue
      const clean = join(folder, 'clean.mp4')
      await source.make(clean)
      for (const overlay of [...marksFor(source, turn, fonts), ...harmlessFor(source, turn, fonts)]) {
        const clip = join(folder, 'clip.mp4')
        const scene = join(folder, 'scene.mp4')
        if (overlay.scene !== undefined)
          await source.make(scene, { text: overlay.scene, font: fonts[0] ?? '' })
        await encode([
          '-i',
          overlay.scene === undefined ? clean : scene,
          '-vf',
          overlay.filter,
          '-crf',
          '26',
          clip,
        ])
        const info = await probe({ kind: 'file', path: clip })
        const started = performance.now()
        const { watermarks, skipped } = await finder.find(clip, info, {
          frames,
          ownHandles: OWN_HANDLES,
          brandWords: BRAND_WORDS,
          // What is judged here is what is found, on however busy a machine.
          timeLimitSec: PATIENCE_SEC,
        })
        if (skipped.length > 0) throw new Error(skipped.join(' '))
        count(tallyOf(tallies, overlay), overlay, watermarks, performance.now() - started, source.name)
      }
    }
  } finally {
    await finder[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  const measurements = summarise(tallies)
  // A run that finds less than was promised fails, for scripts that do not read the table.
  if (Object.values(measurements).some(({ met }) => met === false)) process.exitCode = 1
  return measurements
}

function hasFfmpeg(): boolean {
  try {
    return execFileSync('ffmpeg', ['-v', 'error', '-filters'], { encoding: 'utf8' }).includes(' drawtext ')
  } catch {
    return false
  }
}

function tallyOf(tallies: Map<string, Tally>, { kind, expected }: Overlay): Tally {
  const known = tallies.get(kind)
  if (known !== undefined) return known
  const fresh: Tally = {
    as: expected === undefined ? 'harmless' : expected === 'wordless' ? 'wordless' : 'text',
    clips: 0,
    found: 0,
    blocked: 0,
    wronglyBlocked: 0,
    wronglyReviewed: 0,
    wordless: 0,
    milliseconds: [],
    misses: [],
    variants: new Map(),
  }
  tallies.set(kind, fresh)
  return fresh
}

function count(
  tally: Tally,
  overlay: Overlay,
  watermarks: readonly Watermark[],
  milliseconds: number,
  source: string,
): void {
  tally.clips += 1
  tally.milliseconds.push(milliseconds)
  const seen = watermarks.map(
    ({ kind, platform, text, verdict }) => `${kind} ${platform ?? text ?? ''} ${verdict}`,
  )
  if (overlay.expected !== undefined) {
    const right = watermarks.filter((mark) => isExpected(mark, overlay))
    const variant = tally.variants.get(overlay.variant) ?? { clips: 0, found: 0 }
    tally.variants.set(overlay.variant, variant)
    variant.clips += 1
    if (right.length > 0) variant.found += 1
    if (right.length > 0) tally.found += 1
    else tally.misses.push(`${source} (${overlay.variant}): ${seen.join(', ') || 'nothing'}`)
    if (right.some(({ verdict }) => verdict === 'block')) tally.blocked += 1
    return
  }
  const texts = watermarks.filter(({ kind }) => kind !== 'unknown-mark')
  if (texts.some(({ verdict }) => verdict === 'block')) tally.wronglyBlocked += 1
  else if (texts.length > 0) tally.wronglyReviewed += 1
  if (texts.length < watermarks.length) tally.wordless += 1
  if (watermarks.length > 0) tally.misses.push(`${source}: ${seen.join(', ')}`)
}

function isExpected({ kind, platform, text = '' }: Watermark, { expected }: Overlay): boolean {
  if (expected === 'wordless') return kind === 'unknown-mark'
  if (expected === undefined) return false
  if ('platform' in expected) return kind === 'platform-text' && platform === expected.platform
  return kind === 'handle' && text.includes('@')
}

/** Of the marks with words, over all kinds. */
function byVariant(tallies: readonly Tally[]): [string, { clips: number; found: number }][] {
  const sums = new Map<string, { clips: number; found: number }>()
  for (const { as, variants } of tallies)
    for (const [variant, { clips, found }] of as === 'text' ? variants : []) {
      const sum = sums.get(variant) ?? { clips: 0, found: 0 }
      sums.set(variant, { clips: sum.clips + clips, found: sum.found + found })
    }
  return [...sums].sort(([a], [b]) => a.localeCompare(b))
}

function summarise(tallies: ReadonlyMap<string, Tally>): Measurements {
  const rows = [...tallies]
  for (const [kind, tally] of rows) {
    console.error(
      [
        kind.padEnd(32),
        `${String(tally.clips).padStart(3)} clips`,
        `found ${tally.found}, blocked ${tally.blocked}`,
        `wrongly blocked ${tally.wronglyBlocked}, for review ${tally.wronglyReviewed}, wordless ${tally.wordless}`,
      ].join('  '),
    )
    for (const miss of tally.misses) console.error(`    ${miss}`)
  }
  for (const [variant, { clips, found }] of byVariant(rows.map(([, tally]) => tally)))
    console.error(`${variant.padEnd(32)}  ${String(clips).padStart(3)} clips  found ${found}`)
  const texts = rows.filter(([, tally]) => tally.as === 'text')
  const harmless = rows.filter(([, tally]) => tally.as === 'harmless')
  const sum = (some: typeof rows, of: (tally: Tally) => number): number =>
    some.reduce((total, [, tally]) => total + of(tally), 0)
  const textClips = sum(texts, ({ clips }) => clips)
  const harmlessClips = sum(harmless, ({ clips }) => clips)
  const wrong = sum(harmless, ({ wronglyBlocked, wronglyReviewed }) => wronglyBlocked + wronglyReviewed)
  const times = rows.flatMap(([, { milliseconds }]) => milliseconds)
  const logos = rows.filter(([, tally]) => tally.as === 'wordless')
  return {
    'watermark-text-recall': measured({
      unit: '%',
      what: `marks with words that were found, of ${textClips}; against: those that block`,
      values: [(100 * sum(texts, ({ found }) => found)) / textClips],
      against: [(100 * sum(texts, ({ blocked }) => blocked)) / textClips],
      aim: { of: 'value', limit: 'least', number: LEAST_TEXT_RECALL },
    }),
    'watermark-false-alarms': measured({
      unit: 'clips',
      what: `harmless clips in which a name or handle was seen; against: all of them`,
      values: [wrong],
      against: [harmlessClips],
      aim: { of: 'value', limit: 'most', number: 0 },
    }),
    'watermark-wordless': measured({
      unit: '%',
      what: 'logos without words that are shown for review; against: harmless clips that are too',
      values: [(100 * sum(logos, ({ found }) => found)) / sum(logos, ({ clips }) => clips)],
      against: [(100 * sum(harmless, ({ wordless }) => wordless)) / harmlessClips],
    }),
    'watermark-time': measured({
      unit: 'ms',
      what: 'to look at one clip of 6 s at 480 lines, networks loaded; against: its length',
      values: times,
      against: [6_000],
    }),
  }
}
