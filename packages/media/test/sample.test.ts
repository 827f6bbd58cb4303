import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { probe } from '../src/index.ts'
import {
  makeSamplePhoto,
  makeSampleVideo,
  type SampleVideoOptions,
  sampleVideoChunks,
  sampleVideoStream,
  writeSampleVideo,
} from '../src/sample/index.ts'
import { concat } from '../src/sample/mp4-writer.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-media-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shapes: SampleVideoOptions[] = [
  {},
  { container: 'mov', moovLast: true, durationSec: 2 },
  { width: 402, height: 718, frameRate: 23.976, durationSec: 3, seed: 7 },
  { width: 360, height: 640, frameRate: 29.97, durationSec: 12, rotation: 90 },
  { width: 960, height: 1080, pixelAspect: [4, 3], durationSec: 1 },
  { width: 1920, height: 1080, frameRate: 60, durationSec: 1.5 },
  { width: 16, height: 16, durationSec: 0.1 },
]

test('the default clip is small, and the same seed gives the same bytes', () => {
  expect(makeSampleVideo().length).toBeLessThan(100_000)
  expect(makeSampleVideo()).toEqual(makeSampleVideo({ seed: 1 }))
  expect(makeSampleVideo({ seed: 2 })).not.toEqual(makeSampleVideo())
})

test.each(shapes)('another reader sees what was asked for: %j', async (options) => {
  const bytes = makeSampleVideo(options)
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) })
  const track = (await input.getPrimaryVideoTrack())!
  const stats = await track.computePacketStats()
  const ours = await probe({ kind: 'bytes', bytes })
  expect(ours.problems).toEqual([])
  expect(await track.getCodecParameterString()).toBe(ours.video?.codecString)
  expect(await track.getDisplayWidth()).toBe(ours.video?.width)
  expect(await track.getDisplayHeight()).toBe(ours.video?.height)
  expect(await track.getRotation()).toBe(ours.video?.rotation)
  expect(stats.averagePacketRate).toBeCloseTo(ours.video!.frameRate, 1)
  expect(await input.computeDuration()).toBeCloseTo(ours.durationSec!, 2)
  expect(ours.video?.frameRate).toBeCloseTo(options.frameRate ?? 30, 1)
  expect(ours.durationSec).toBeCloseTo(options.durationSec ?? 5, 1)
})

describe('padding', () => {
  const plain = makeSampleVideo({ width: 360, height: 640, durationSec: 1 })
  const options = { width: 360, height: 640, durationSec: 1, padToBytes: 3 * 2 ** 20 + 17 }

  test('the file has exactly the size asked for, in every way of making it', async () => {
    const padded = makeSampleVideo(options)
    expect(padded.length).toBe(options.padToBytes)
    expect(padded.subarray(0, plain.length)).toEqual(plain)
    expect(concat(...sampleVideoChunks(options))).toEqual(padded)
    const { stream, sizeBytes } = sampleVideoStream(options)
    expect(sizeBytes).toBe(options.padToBytes)
    expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(padded)
    const path = join(folder, 'padded.mp4')
    expect(await writeSampleVideo(path, options)).toBe(options.padToBytes)
    expect(Buffer.compare(readFileSync(path), padded)).toBe(0)
  })

  test('no padding, the smallest padding, and what lies between', () => {
    const sized = (padToBytes: number) => makeSampleVideo({ ...options, padToBytes }).length
    expect(sized(plain.length)).toBe(plain.length)
    expect(sized(plain.length + 8)).toBe(plain.length + 8)
    expect(() => sized(plain.length + 7)).toThrow(/padToBytes/)
    expect(() => sized(plain.length - 1)).toThrow(/padToBytes/)
  })
})

test('a wrong option is named', () => {
  expect(() => makeSampleVideo({ width: 361 })).toThrow(/width is 361.*even/)
  expect(() => makeSampleVideo({ frameRate: 0 })).toThrow(/frameRate/)
  expect(() => makeSampleVideo({ durationSec: Number.NaN })).toThrow(/durationSec/)
  expect(() => makeSamplePhoto({ height: 0 })).toThrow(/height/)
})

test.each([
  ['jpeg', 1, 1],
  ['jpeg', 1081, 13],
  ['png', 33, 17],
  ['webp', 16_383, 2],
] as const)('a %s of %i by %i', async (container, width, height) => {
  const info = await probe({ kind: 'bytes', bytes: makeSamplePhoto({ container, width, height }) })
  expect(info).toMatchObject({ kind: 'photo', container, photo: { width, height }, problems: [] })
})

// Everything above stands without it; where ffmpeg is installed, it is the judge of whether the pictures are real.
if (spawnSync('ffmpeg', ['-version']).status === 0) {
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 })
  const save = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }

  describe('with ffmpeg, found on this machine', () => {
    test.each(shapes)('it decodes every frame without a complaint: %j', async (options) => {
      const path = save(`shape.${options.container ?? 'mp4'}`, makeSampleVideo(options))
      const decoded = run(
        'ffmpeg',
        '-v',
        'warning',
        '-xerror',
        '-err_detect',
        'explode',
        '-i',
        path,
        '-f',
        'null',
        '-',
      )
      expect(decoded.stderr).toBe('')
      expect(decoded.status).toBe(0)
      const frames = run(
        'ffprobe',
        '-v',
        'error',
        '-count_frames',
        '-show_entries',
        'stream=nb_read_frames',
        '-of',
        'csv=p=0',
        path,
      )
      expect(Number.parseInt(frames.stdout, 10)).toBe(
        Math.round((options.durationSec ?? 5) * (options.frameRate ?? 30)),
      )
    })

    test('the blocks come out in exactly the colours that were encoded, and change over the clip', () => {
      const path = save('colours.mp4', makeSampleVideo({ width: 320, height: 320, durationSec: 3 }))
      const raw = execFileSync(
        'ffmpeg',
        ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'],
        {
          maxBuffer: 64 * 2 ** 20,
        },
      )
      const frameBytes = (320 * 320 * 3) / 2
      expect(raw.length).toBe(90 * frameBytes)
      const lumaAt = (frame: number, x: number, y: number) => raw[frame * frameBytes + y * 320 + x]
      // Twenty rows of blocks: brightness 48 + row * 128 / 20, at the right edge, away from the square.
      for (let row = 0; row < 20; row++) {
        for (const y of [row * 16, row * 16 + 15]) {
          expect(lumaAt(0, 319, y)).toBe(48 + Math.floor((row * 128) / 20))
          expect(lumaAt(29, 319, y)).toBe(48 + Math.floor((row * 128) / 20))
        }
      }
      expect(lumaAt(0, 0, 160)).toBe(225)
      expect(raw.subarray(0, frameBytes).equals(raw.subarray(29 * frameBytes, 30 * frameBytes))).toBe(true)
      expect(raw.subarray(0, frameBytes).equals(raw.subarray(30 * frameBytes, 31 * frameBytes))).toBe(false)
    })

    test.each(['jpeg', 'png', 'webp'] as const)('it decodes the %s', (container) => {
      const path = save(`photo.${container}`, makeSamplePhoto({ container, width: 90, height: 50 }))
      const decoded = run('ffmpeg', '-v', 'error', '-xerror', '-i', path, '-f', 'null', '-')
      expect(decoded).toMatchObject({ status: 0, stderr: '' })
    })

    test.each([
      ['libx264', 'mp4', ['-bf', '2']],
      ['libx264', 'mov', []],
      ['libx264', 'mp4', ['-movflags', 'frag_keyframe+empty_moov']],
      ['libx265', 'mp4', ['-tag:v', 'hvc1']],
      ['libvpx', 'webm', []],
      ['libvpx-vp9', 'webm', ['-deadline', 'realtime', '-cpu-used', '8']],
      ['libvpx-vp9', 'mp4', ['-deadline', 'realtime', '-cpu-used', '8']],
      ['mpeg4', 'mp4', []],
      ['mpeg4', 'avi', []],
      ['libx264', 'mkv', []],
    ] as const)('probe agrees with ffprobe on %s in %s %j', async (encoder, container, extra) => {
      const path = join(folder, `made.${container}`)
      const sources = [
        '-f',
        'lavfi',
        '-i',
        'testsrc=size=384x640:rate=25:duration=2',
        '-f',
        'lavfi',
        '-i',
        'sine=duration=2',
      ]
      const sound =
        container === 'webm' ? ['-c:a', 'libopus'] : container === 'avi' ? ['-an'] : ['-c:a', 'aac']
      const made = run(
        'ffmpeg',
        '-v',
        'error',
        '-y',
        ...sources,
        '-c:v',
        encoder,
        '-pix_fmt',
        'yuv420p',
        ...extra,
        ...sound,
        path,
      )
      expect(made.status, made.stderr).toBe(0)
      const shown = JSON.parse(
        run('ffprobe', '-v', 'error', '-of', 'json', '-show_streams', '-show_format', path).stdout,
      )
      const stream = shown.streams.find((each: { codec_type: string }) => each.codec_type === 'video')
      const info = await probe({ kind: 'file', path })
      const names: Record<string, string[]> = {
        h264: ['h264'],
        hevc: ['h265'],
        vp8: ['vp8'],
        vp9: ['vp9'],
        mpeg4: ['mp4v', 'FMP4', 'XVID'],
      }
      expect(info.problems).toEqual([])
      expect(info.container).toBe(container)
      expect(names[stream.codec_name]).toContain(info.video?.codec)
      expect([info.video?.width, info.video?.height]).toEqual([stream.width, stream.height])
      expect(info.video?.frameRate).toBeCloseTo(25, 1)
      expect(Math.abs(info.durationSec! - Number(shown.format.duration))).toBeLessThan(0.07)
      if (container !== 'avi') expect(info.audio).toMatchObject({ channels: 1 })
      if (!info.video?.codecString) return
      const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(readFileSync(path)) })
      const track = await input.getPrimaryVideoTrack()
      const theirs = await track?.getCodecParameterString()
      // The other reader says hev1 for both kinds of H.265 entry.
      const ours = info.video.codecString.replace('hvc1', 'hev1')
      expect(theirs?.startsWith(ours), `${theirs} and ${ours}`).toBe(true)
    })
  })
}
