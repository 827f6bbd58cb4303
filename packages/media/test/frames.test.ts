import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { averageAreas, turn } from '../src/frames/area-average.ts'
import {
  DecodeError,
  type DecoderLimits,
  type Frame,
  type FrameRequest,
  type FrameSource,
} from '../src/frames/frame-source.ts'
import { openFrameSource } from '../src/frames/open-frame-source.ts'
import { makeSamplePhoto, makeSampleVideo } from '../src/sample/index.ts'

let folder: string
let clip: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-frames-'))
  clip = save('clip.mp4', makeSampleVideo({ width: 320, height: 240, durationSec: 4 }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function save(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function take(
  source: FrameSource,
  path: string,
  request: Partial<FrameRequest> = {},
): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of source.frames(path, {
    width: 32,
    height: 24,
    channels: 1,
    at: { fps: 4 },
    ...request,
  }))
    frames.push(frame)
  return frames
}

async function opened(env: NodeJS.ProcessEnv, limits?: Partial<DecoderLimits>): Promise<FrameSource> {
  const { source, reason } = await openFrameSource({ env, ...(limits && { limits }) })
  if (source === undefined) throw new Error(reason)
  return source
}

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0
/** The optional package is there on every platform that it has a binary for. */
const shipped = await openFrameSource({ env: { ...process.env, TOCKWORK_FFMPEG: 'none' } })
const decoders: [string, NodeJS.ProcessEnv][] = [
  ...(shipped.source === undefined
    ? []
    : [
        ['the decoder that is shipped', { ...process.env, TOCKWORK_FFMPEG: 'none' }] as [
          string,
          NodeJS.ProcessEnv,
        ],
      ]),
  ...(hasFfmpeg ? [['ffmpeg', process.env] as [string, NodeJS.ProcessEnv]] : []),
]

test('there is a decoder on this machine', () => expect(decoders.length).toBeGreaterThan(0))

describe.each(decoders)('%s', (_, env) => {
  test('hands out four pictures a second, scaled to what was asked for', async () => {
    const frames = await take(await opened(env), clip)
    expect(frames.map(({ timeSec }) => timeSec)).toEqual(Array.from({ length: 16 }, (__, i) => i / 4))
    for (const { width, height, channels, pixels } of frames) {
      expect([width, height, channels]).toEqual([32, 24, 1])
      expect(pixels.length).toBe(32 * 24)
      expect(new Set(pixels).size).toBeGreaterThan(5)
    }
  })

  test('in colour, and only a stretch of it', async () => {
    const frames = await take(await opened(env), clip, {
      channels: 3,
      at: { fps: 2 },
      fromSec: 1,
      toSec: 2.9,
    })
    expect(frames.map(({ timeSec }) => timeSec)).toEqual([1, 1.5, 2, 2.5])
    for (const { pixels } of frames) {
      expect(pixels.length).toBe(32 * 24 * 3)
      expect(pixels.some((value, i) => i % 3 === 0 && Math.abs(value - (pixels[i + 1] ?? 0)) > 20)).toBe(true)
    }
  })

  test('those that decode by themselves', async () => {
    const frames = await take(await opened(env), clip, { at: 'keyframes' })
    expect(frames.map(({ timeSec }) => Math.round(timeSec))).toEqual([0, 1, 2, 3])
  })

  test('those at given times: a few are sought, many are picked on the way', async () => {
    const source = await opened(env)
    const few = await take(source, clip, { at: { timesSec: [2.5, 0.5] } })
    expect(few.map(({ timeSec }) => Math.round(timeSec * 10) / 10)).toEqual([0.5, 2.5])
    const many = await take(source, clip, { at: { timesSec: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5] } })
    expect(many.map(({ timeSec }) => Math.round(timeSec * 10) / 10)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])
    expect(many[5]?.pixels).toEqual(few[1]?.pixels)
  })

  test('turns them as a player does', async () => {
    const source = await opened(env)
    const upright = save('upright.mp4', makeSampleVideo({ width: 320, height: 240, durationSec: 1 }))
    const lying = save(
      'lying.mp4',
      makeSampleVideo({ width: 320, height: 240, durationSec: 1, rotation: 90 }),
    )
    const [before] = await take(source, upright)
    const [after] = await take(source, lying, { width: 24, height: 32 })
    const expected = turn((before as Frame).pixels, 32, 24, 1, 90)
    const off = expected.reduce(
      (sum, value, i) => sum + Math.abs(value - ((after as Frame).pixels[i] ?? 0)),
      0,
    )
    expect(off / expected.length).toBeLessThan(4)
  })

  test.each(['jpeg', 'png', 'webp'] as const)('a photo is one picture: %s', async (container) => {
    const photo = save(`photo.${container}.bin`, makeSamplePhoto({ container, width: 64, height: 48 }))
    const frames = await take(await opened(env), photo, { at: { timesSec: [0] } })
    expect(frames).toHaveLength(1)
    expect(frames[0]?.pixels.length).toBe(32 * 24)
  })

  test('says why there are none', async () => {
    const source = await opened(env)
    const half = readFileSync(clip).subarray(0, 300)
    await expect(take(source, save('half.mp4', half))).rejects.toThrow(DecodeError)
    await expect(take(source, save('text.mp4', 'not a video'))).rejects.toThrow('not a photo or video format')
    await expect(take(source, join(folder, 'missing.mp4'))).rejects.toThrow('cannot open')
  })

  test('opens no file that a playlist names', async () => {
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${clip}\n#EXT-X-ENDLIST\n`
    await expect(take(await opened(env), save('list.mp4', playlist))).rejects.toThrow(DecodeError)
    const concat = `ffconcat version 1.0\nfile '${clip}'\n`
    await expect(take(await opened(env), save('concat.mp4', concat))).rejects.toThrow(DecodeError)
  })

  test('refuses a picture that is too large before it is decoded', async () => {
    const source = await opened(env, { pixels: 320 * 100 })
    await expect(take(source, clip)).rejects.toThrow(DecodeError)
  })

  test('ends when nobody wants any more, and when it is aborted', async () => {
    const source = await opened(env)
    for await (const frame of source.frames(clip, { width: 8, height: 8, channels: 1, at: { fps: 30 } })) {
      expect(frame.timeSec).toBe(0)
      break
    }
    const stop = new AbortController()
    const all = take(source, clip, { at: { fps: 30 }, signal: stop.signal })
    stop.abort(new Error('changed my mind'))
    await expect(all).rejects.toThrow('changed my mind')
  })

  test('takes no longer than it may', async () => {
    await expect(take(await opened(env, { timeMs: 1 }), clip)).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('a decoder that misbehaves', () => {
  function program(body: string): NodeJS.ProcessEnv {
    const path = save(
      `decoder-${Math.round(body.length)}-${body.charCodeAt(0)}.mjs`,
      `#!${process.execPath}\nif (process.argv.includes('-version')) { console.log('ffmpeg version 7.1 of a test'); process.exit() }\n${body}\n`,
    )
    chmodSync(path, 0o755)
    return { PATH: '', TOCKWORK_FFMPEG: path, TOCKWORK_SECRET_KEY: 'not for a decoder' }
  }

  test('is told apart by its complaint', async () => {
    const env = program(`console.error('[x @ 0x55] [error] the sky is falling'); process.exit(3)`)
    await expect(take(await opened(env), clip)).rejects.toThrow(
      'ffmpeg 7.1 ended with code 3: [error] the sky is falling',
    )
    const silent = program('')
    await expect(take(await opened(silent), clip)).rejects.toThrow('found no picture')
    const hungry = program(`console.error('[fatal] Cannot allocate memory'); process.exit(1)`)
    await expect(take(await opened(hungry), clip)).rejects.toMatchObject({ code: 'memory' })
  })

  test('never sees our secrets', async () => {
    const env = program(
      `process.stdout.write(Buffer.alloc(32 * 24, 'TOCKWORK_SECRET_KEY' in process.env ? 1 : 2))`,
    )
    const [frame] = await take(await opened(env), clip)
    expect(frame?.pixels[0]).toBe(2)
  })

  test('is killed when it hangs', async () => {
    const env = program('setInterval(() => {}, 1000)')
    await expect(take(await opened(env, { timeMs: 300 }), clip)).rejects.toThrow('longer than')
  })
})

describe('which decoder there is', () => {
  test('a path that was set and does not work is an answer, not a reason to look on', async () => {
    const choice = await openFrameSource({
      env: { ...process.env, TOCKWORK_FFMPEG: join(folder, 'nothing') },
    })
    expect(choice).toMatchObject({
      source: undefined,
      reason: expect.stringContaining('TOCKWORK_FFMPEG: there is no'),
    })
  })

  test('one that is too old, or is something else', async () => {
    const old = save('old', `#!/bin/sh\necho 'ffmpeg version 4.2.1 Copyright'\n`)
    chmodSync(old, 0o755)
    expect(await openFrameSource({ env: { TOCKWORK_FFMPEG: old } })).toMatchObject({
      reason: expect.stringContaining('is 4.2.1; 5.0 is the oldest'),
    })
    expect(await openFrameSource({ env: { TOCKWORK_FFMPEG: '/bin/echo' } })).toMatchObject({
      reason: expect.stringContaining('is not ffmpeg'),
    })
  })

  test('a request that no caller means is refused', async () => {
    const { source } = shipped
    for (const bad of [
      { width: 0 },
      { height: 9000 },
      { at: { fps: 0 } },
      { at: { timesSec: [-1] } },
      { fromSec: -2 },
    ] as Partial<FrameRequest>[])
      if (source !== undefined) await expect(take(source, clip, bad)).rejects.toThrow(RangeError)
  })
})

test('areas are averaged, in part where they are met in part', () => {
  const out = new Uint8Array(2)
  averageAreas(Uint8Array.of(0, 90, 180), { width: 3, height: 1, stride: 3 }, { width: 2, height: 1 }, out)
  expect([...out]).toEqual([30, 150])
  const larger = new Uint8Array(4)
  averageAreas(Uint8Array.of(10, 20), { width: 2, height: 1, stride: 2 }, { width: 4, height: 1 }, larger)
  expect([...larger]).toEqual([10, 10, 20, 20])
})
