import { seededRandom } from '@tockwork/kernel'
import { picturesSha256 } from '../src/fingerprint/pictures-sha256.ts'
import { checkMedia, reportJson } from '../src/index.ts'
import { makeSamplePhoto, makeSampleVideo } from '../src/sample/index.ts'
import {
  exifSoftware,
  inJpeg,
  inMp4,
  manifestStore,
  withKeys,
  withSegments,
  withTags,
  xmp,
} from './content-credentials.ts'
import { aviHeader, gif, heic, jpegHeader } from './headers.ts'
import { mux } from './muxed.ts'
import { photoRules, videoRules } from './rules.ts'

export interface FuzzResult {
  slowestMs: number
  /** Codes of the problems that were found. */
  problems: Set<string>
  verdicts: Set<string>
}

/**
 * Damages files of every kind in every way and lets them be checked, tags and manifests included.
 * @throws whatever a file makes the check throw, or an error that says which answer made no sense; with the round in it
 */
export async function fuzz(
  seed: number,
  rounds: number,
  onRound?: (round: number) => void,
): Promise<FuzzResult> {
  const random = generator(seed)
  const seeds = await wholeFiles()
  const result: FuzzResult = { slowestMs: 0, problems: new Set(), verdicts: new Set() }
  for (let round = 0; round < rounds; round++) {
    const bytes = mutate(seeds[round % seeds.length]!, random)
    const begun = performance.now()
    try {
      const rules = { video: videoRules, photo: photoRules }
      const report = await checkMedia({ kind: 'bytes', bytes }, { rules, watermarks: false })
      const { info, verdict } = report
      // What the hub reads besides when it looks at a file.
      await picturesSha256({ kind: 'bytes', bytes }, info.container)
      const numbers = [
        info.durationSec ?? 0,
        info.video?.frameRate ?? 0,
        info.video?.width ?? 0,
        info.photo?.width ?? 0,
      ]
      if (
        info.sizeBytes !== bytes.length ||
        !numbers.every((number) => Number.isFinite(number) && number >= 0)
      )
        throw new Error(`no sensible answer: ${JSON.stringify(info)}`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach a terminal
      if (/\\u00[01]|\x1b/.test(JSON.stringify(reportJson(report).provenance)))
        throw new Error('control characters')
      for (const { code } of info.problems) result.problems.add(code)
      result.verdicts.add(verdict)
    } catch (cause) {
      throw new Error(`seed ${seed}, round ${round}`, { cause })
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - begun)
    onRound?.(round)
  }
  return result
}

async function wholeFiles(): Promise<Uint8Array[]> {
  const clip = makeSampleVideo({ width: 360, height: 640, durationSec: 0.5, moovLast: true })
  const photo = makeSamplePhoto({ width: 64, height: 64 })
  const encrypted = clip.slice()
  encrypted.set(Buffer.from('encv'), Buffer.from(clip).indexOf('avc1', Buffer.from(clip).indexOf('stsd')))
  const hollow = clip.slice()
  hollow.fill(0, 100, 3000)
  return [
    makeSampleVideo({ width: 360, height: 640, durationSec: 0.5 }),
    makeSampleVideo({ width: 64, height: 64, container: 'mov', moovLast: true, durationSec: 0.5 }),
    await mux({ format: 'fragmented-mp4', codec: 'avc', frameBytes: 20 }),
    await mux({ format: 'webm', sound: true, frameBytes: 20 }),
    await mux({ format: 'webm-live', codec: 'vp9', frameBytes: 20 }),
    await mux({ format: 'mkv', codec: 'avc', frameBytes: 20 }),
    photo,
    makeSamplePhoto({ width: 64, height: 64, container: 'png' }),
    makeSamplePhoto({ container: 'webp' }),
    jpegHeader(640, 480),
    aviHeader(),
    gif(320, 200),
    heic(640, 480),
    encrypted,
    hollow,
    inMp4(clip, manifestStore()),
    inJpeg(photo, manifestStore()),
    withTags(clip, { '\xa9cmt': 'vid:v0f044gc0000abcdef', aigc_info: '{"aigc_label_type": 2}' }),
    withKeys(clip, { 'com.apple.quicktime.software': '17.1' }),
    withSegments(photo, [0xe1, exifSoftware('Midjourney 7')], [0xe1, xmp('trainedAlgorithmicMedia')]),
  ]
}

/** Flips, overwrites with extreme numbers, cuts, doubles, moves. */
function mutate(seed: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = seed.slice()
  const interesting = [0, 1, 7, 8, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff]
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(Math.max(1, random(2) ? bytes.length : Math.min(bytes.length, 1200)))
    switch (random(6)) {
      case 0:
        if (bytes.length > 0) bytes[at] = random(256)
        break
      case 1:
        if (at + 4 <= bytes.length)
          new DataView(bytes.buffer).setUint32(at, interesting[random(interesting.length)]!)
        break
      case 2:
        bytes = bytes.slice(0, at)
        break
      case 3: {
        const part = bytes.slice(at, at + random(400))
        const grown = new Uint8Array(bytes.length + part.length)
        grown.set(bytes.subarray(0, at))
        grown.set(part, at)
        grown.set(bytes.subarray(at), at + part.length)
        bytes = grown
        break
      }
      case 4:
        bytes.copyWithin(at, random(Math.max(1, bytes.length)), at + random(200))
        break
      case 5:
        bytes.fill(random(256), at, at + random(64))
        break
    }
  }
  return bytes
}

export function generator(seed: number): (below: number) => number {
  const random = seededRandom(seed)
  return (below) => Math.floor(random.next() * below)
}
