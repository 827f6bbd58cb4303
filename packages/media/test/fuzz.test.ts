import { seededRandom } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { judgePhoto, judgeVideo, probe } from '../src/index.ts'
import { makeSamplePhoto, makeSampleVideo } from '../src/sample/index.ts'
import { aviHeader, gif, heic, jpegHeader } from './headers.ts'
import { mux } from './muxed.ts'
import { photoRules, videoRules } from './rules.ts'

const SEED = 20261124
const MUTATIONS = 6000
/** Far above what a mutation takes (under a millisecond as a rule) and far below what a runaway loop does. */
const SLOWEST_MS = 1000

test(`${MUTATIONS} damaged files: never a throw, never a loop, always an answer that can be judged`, async () => {
  const random = generator(SEED)
  const seeds = [
    makeSampleVideo({ width: 360, height: 640, durationSec: 0.5 }),
    makeSampleVideo({ width: 64, height: 64, container: 'mov', moovLast: true, durationSec: 0.5 }),
    await mux({ format: 'fragmented-mp4', codec: 'avc', frameBytes: 20 }),
    await mux({ format: 'webm', sound: true, frameBytes: 20 }),
    await mux({ format: 'webm-live', codec: 'vp9', frameBytes: 20 }),
    await mux({ format: 'mkv', codec: 'avc', frameBytes: 20 }),
    makeSamplePhoto({ width: 64, height: 64 }),
    makeSamplePhoto({ width: 64, height: 64, container: 'png' }),
    makeSamplePhoto({ container: 'webp' }),
    jpegHeader(640, 480),
    aviHeader(),
    gif(320, 200),
    heic(640, 480),
  ]
  const seen = new Set<string>()
  let slowest = 0
  for (let round = 0; round < MUTATIONS; round++) {
    const bytes = mutate(seeds[round % seeds.length]!, random)
    const begun = performance.now()
    const info = await probe({ kind: 'bytes', bytes })
    slowest = Math.max(slowest, performance.now() - begun)
    expect(info.sizeBytes).toBe(bytes.length)
    for (const problem of info.problems) seen.add(problem.code)
    for (const number of [info.durationSec ?? 0, info.video?.frameRate ?? 0, info.video?.width ?? 0]) {
      expect(Number.isFinite(number) && number >= 0).toBe(true)
    }
    expect(Array.isArray(judgeVideo(info, videoRules))).toBe(true)
    expect(Array.isArray(judgePhoto(info, photoRules))).toBe(true)
  }
  expect(slowest).toBeLessThan(SLOWEST_MS)
  // The damage reached more than the first bytes.
  for (const code of ['empty', 'unreadable', 'truncated', 'no-movie-header', 'no-video-track']) {
    expect(seen).toContain(code)
  }
})

test('noise is never taken for media that is in order', async () => {
  const random = generator(SEED + 1)
  for (let round = 0; round < 1000; round++) {
    const bytes = Uint8Array.from({ length: random(2000) }, () => random(256))
    const info = await probe({ kind: 'bytes', bytes })
    expect(judgeVideo(info, videoRules)).not.toEqual([])
    expect(judgePhoto(info, photoRules)).not.toEqual([])
  }
})

test('a file cut at any byte is never taken', async () => {
  const whole = [
    makeSampleVideo({ width: 360, height: 360, durationSec: 0.2 }),
    makeSampleVideo({ width: 360, height: 360, durationSec: 0.2, moovLast: true }),
  ]
  for (const file of whole) {
    expect(judgeVideo(await probe({ kind: 'bytes', bytes: file }), videoRules)).toEqual([])
    for (let length = 0; length < file.length; length++) {
      const info = await probe({ kind: 'bytes', bytes: file.subarray(0, length) })
      expect(judgeVideo(info, videoRules), `cut to ${length} bytes`).not.toEqual([])
    }
  }
})

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

function generator(seed: number): (below: number) => number {
  const random = seededRandom(seed)
  return (below) => Math.floor(random.next() * below)
}
