/**
 * How many edited copies the fingerprints find, and how often they take a stranger for a copy; how long a look takes and
 * what an index of millions costs. Clips and photos are made here. Thresholds were chosen on a third of the sources; the
 * figures are of the others.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFrameSource, probe } from '@tockwork/media'
import { fingerprintVideo } from '@tockwork/media/originality'
import { type Measurement, type Measurements, measured } from './measurement.ts'
import { PHOTO_EDITS, VIDEO_EDITS } from './media-originality/edits.ts'
import {
  crowdedIndex,
  isFound,
  judgeable,
  keepSources,
  plainly,
  type Trial,
  tryEdits,
  tryHardFamilies,
} from './media-originality/evaluate.ts'
import { measureIndex } from './media-originality/index-scale.ts'
import { findFont, Workshop } from './media-originality/material.ts'
import {
  findPhotos,
  hardFamilies,
  montage,
  photoSources,
  smallPhoto,
  videoSources,
} from './media-originality/sources.ts'

/** What a release must keep; see docs/media.md. */
const GATES = { videoRecall: 90, photoRecall: 80, clipSeconds: 12, indexMs: 10 }

export async function measureOriginality({ quick }: { quick: boolean }): Promise<Measurements> {
  const { source: frames, reason } = await openFrameSource({ env: process.env })
  if (frames === undefined) throw new Error(reason)
  if (!frames.name.startsWith('ffmpeg')) throw new Error('ffmpeg is needed to make the clips')
  // Kept between runs when it is set: making the clips takes longer than looking at them.
  const cache = process.env.TOCKWORK_BENCH_CACHE
  const folder = cache ?? mkdtempSync(join(tmpdir(), 'originality-'))
  try {
    const workshop = new Workshop(folder, frames)
    const photos: string[] = []
    for (const file of spread(findPhotos(), quick ? 16 : 94))
      photos.push(await workshop.file(smallPhoto(file)))
    if (photos.length < 16)
      throw new Error(
        'too few photos under /usr/share/backgrounds and /usr/share/wallpapers; on Debian: apt install gnome-backgrounds mate-backgrounds ukui-wallpapers plasma-workspace-wallpapers lomiri-wallpapers-16.04 lomiri-wallpapers-20.04',
      )
    const font = findFont()
    if (font === undefined) console.error('no font was found: edits with text are left out')
    const tools = { font, other: await workshop.file(montage(photos.slice(-3), 640, 360, 1)) }

    const videos = await keepSources(workshop, videoSources(photos, quick), 'video')
    const index = crowdedIndex(videos, quick ? 1200 : 4000)
    const trials = await tryEdits(workshop, videos, VIDEO_EDITS, tools, 'video', { index })
    const keyframes = await tryEdits(workshop, videos, VIDEO_EDITS, tools, 'video', { keyframes: true })
    const allShots = await keepSources(workshop, photoSources(photos, quick), 'photo')
    const shots = judgeable(allShots)
    console.error(
      `${allShots.length - shots.length} of ${allShots.length} photos show too little or are there twice, and are left out`,
    )
    const photoTrials = await tryEdits(workshop, shots, PHOTO_EDITS, tools, 'photo')
    console.error(`\n${report('Videos', trials)}\n\n${report('Photos', photoTrials)}`)
    for (const { family, matches } of await tryHardFamilies(workshop, hardFamilies(photos, font, quick))) {
      const count = (verdict: string): number => matches.filter((match) => match.verdict === verdict).length
      console.error(
        `${family}: ${count('distinct')} distinct, ${count('review')} review, ${count('duplicate')} duplicate`,
      )
    }
    const plain = await tryEdits(workshop, videos, VIDEO_EDITS, tools, 'video', { only: plainly })
    const plainPhotos = await tryEdits(workshop, shots, PHOTO_EDITS, tools, 'photo', { only: plainly })
    return failBelowAim({
      'originality-video-recall': recall(
        'edited videos found, against one hash of the whole picture',
        trials,
        plain,
        GATES.videoRecall,
      ),
      'originality-candidates': candidates(trials, index.stats.hashes),
      'originality-keyframes-recall': recall(
        'the same from a picture in two seconds, as key frames are',
        keyframes,
        plain,
      ),
      'originality-photo-recall': recall(
        'edited photos found, against one hash',
        photoTrials,
        plainPhotos,
        GATES.photoRecall,
      ),
      'originality-false': falseAlarms([...trials, ...photoTrials]),
      ...(await measureClip(workshop, frames, quick)),
      ...measureIndex(quick ? [1_000_000] : [1_000_000, 8_000_000], GATES.indexMs),
    })
  } finally {
    if (cache === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** The figures stand, and the run fails: a script and a person both notice. */
function failBelowAim(measurements: Measurements): Measurements {
  for (const [name, { met }] of Object.entries(measurements)) {
    if (met !== false) continue
    console.error(`${name} is not what it should be`)
    process.exitCode = 1
  }
  return measurements
}

const heldOut = (trials: readonly Trial[]): Trial[] => trials.filter(({ half }) => half === 'held out')

const percent = (part: number, all: number): number => (all === 0 ? 0 : (100 * part) / all)

/** Found: a duplicate, or put before a person. */
function foundShare(trials: readonly Trial[], least: 'duplicate' | 'review' = 'review'): number {
  return percent(trials.filter(({ own }) => isFound(own, least)).length, trials.length)
}

function recall(
  what: string,
  trials: readonly Trial[],
  plain: readonly Trial[],
  least?: number,
): Measurement {
  const ours = heldOut(trials)
  const usual = ours.filter(({ hard }) => !hard)
  return measured({
    unit: '%',
    what,
    values: [foundShare(ours)],
    against: [foundShare(heldOut(plain))],
    ...(least === undefined ? {} : { aim: { of: 'value', limit: 'least', number: least } as const }),
    note: `${ours.length} copies; ${foundShare(ours, 'duplicate').toFixed(1)} % called duplicates without a person; ${foundShare(usual).toFixed(1)} % of the usual edits`,
  })
}

/** Of the copies that a comparison finds, those whose original the index has named for it. */
function candidates(trials: readonly Trial[], hashes: number): Measurement {
  const found = heldOut(trials).filter(({ own }) => isFound(own, 'review'))
  return measured({
    unit: '%',
    what: 'originals that an index names among 50, against comparing with every upload',
    values: [percent(found.filter(({ candidate }) => candidate === true).length, found.length)],
    against: [100],
    note: `${hashes.toLocaleString('en-US')} hashes`,
  })
}

function falseAlarms(trials: readonly Trial[]): Measurement {
  const pairs = heldOut(trials).flatMap(({ strangers }) => strangers)
  const wrong = pairs.filter(({ match }) => match.verdict === 'duplicate')
  const reviews = pairs.filter(({ match }) => match.verdict === 'review')
  return measured({
    unit: 'a 10,000',
    what: 'pairs of strangers called duplicates, against those put before a person',
    values: [(wrong.length / pairs.length) * 10_000],
    against: [(Math.max(1, reviews.length) / pairs.length) * 10_000],
    aim: { of: 'value', limit: 'most', number: 0 },
    note: `${pairs.length} pairs; with 95 % certainty under ${(30_000 / pairs.length).toFixed(1)} in 10,000 when there is none${wrong.length === 0 ? '' : `; ${wrong.map(({ name }) => name).join(', ')}`}`,
  })
}

function report(title: string, trials: readonly Trial[]): string {
  const lines = [
    `${title}: found, % of copies (called duplicates without a person), on the sources used for tuning and on the others`,
  ]
  for (const edit of new Set(trials.map((trial) => trial.edit))) {
    const cell = (half: Trial['half']): string => {
      const some = trials.filter((trial) => trial.edit === edit && trial.half === half)
      return `${foundShare(some).toFixed(0)} (${foundShare(some, 'duplicate').toFixed(0)})`
    }
    lines.push(`  ${edit.padEnd(36)} ${cell('tuning').padStart(10)} ${cell('held out').padStart(10)}`)
  }
  return lines.join('\n')
}

/** A minute of 1080p from file to fingerprint, all of it and key frames alone. */
async function measureClip(
  workshop: Workshop,
  frames: Parameters<typeof fingerprintVideo>[2],
  quick: boolean,
): Promise<Measurements> {
  const seconds = quick ? 10 : 60
  const file = await workshop.file({
    kind: 'video',
    args: ['-f', 'lavfi', '-i', `testsrc2=s=1920x1080:rate=30:d=${seconds}`, '-vf', 'noise=alls=10:allf=t'],
    encoder: ['-c:v', 'libx264', '-preset', 'superfast', '-b:v', '4400k', '-g', '250'],
  })
  if (!existsSync(file)) throw new Error('the clip was not made')
  const info = await probe({ kind: 'file', path: file })
  const time = async (look: 'all' | 'keyframes'): Promise<number> => {
    const start = process.hrtime.bigint()
    await fingerprintVideo(file, info, frames, { look })
    return Number(process.hrtime.bigint() - start) / 1e9
  }
  const all = [await time('all'), await time('all')]
  const keys = [await time('keyframes'), await time('keyframes')]
  return {
    'originality-clip': measured({
      unit: 's',
      what: `${seconds} s of 1080p from file to fingerprint, against key frames alone`,
      values: all,
      against: keys,
      aim: { of: 'value', limit: 'most', number: GATES.clipSeconds },
      note: decoderNote(),
    }),
  }
}

function decoderNote(): string {
  return (
    execFileSync('ffmpeg', ['-version'], { encoding: 'utf8' }).split('\n')[0]?.split(' Copyright')[0] ?? ''
  )
}

/** Some of many, from everywhere, in an order that mixes folders. */
function spread(files: readonly string[], most: number): string[] {
  const mixed = files
    .map((file, i) => ({ file, key: (i * 7919) % files.length }))
    .sort((a, b) => a.key - b.key)
  return mixed.slice(0, most).map(({ file }) => file)
}
