import { expect, test } from 'vitest'
import { judgePhoto, judgeVideo, probe } from '../src/index.ts'
import { makeSampleVideo } from '../src/sample/index.ts'
import { fuzz, generator } from './fuzz.ts'
import { photoRules, videoRules } from './rules.ts'

const SEED = 20261124
/** `node packages/media/test/fuzz-long.ts 1000000` does more. */
const MUTATIONS = 10_000
/** Far above what a mutation takes (under a millisecond as a rule) and far below what a runaway loop does. */
const SLOWEST_MS = 5000

test(`${MUTATIONS} damaged files: never a throw, never a loop, always an answer that can be judged`, async () => {
  const { slowestMs, problems, verdicts } = await fuzz(SEED, MUTATIONS)
  expect(slowestMs).toBeLessThan(SLOWEST_MS)
  // The damage reached more than the first bytes.
  for (const code of [
    'empty',
    'unreadable',
    'truncated',
    'no-movie-header',
    'no-video-track',
    'damaged',
    'encrypted',
  ])
    expect(problems).toContain(code)
  expect(verdicts).toEqual(new Set(['ok', 'review', 'block']))
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
