import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planPhoto } from '../src/fix/plan-photo.ts'
import { planVideo } from '../src/fix/plan-video.ts'
import { fixMedia, type MediaInfo, probe } from '../src/index.ts'
import { picturesSha256 } from '../src/originality.ts'
import { makeSamplePhoto, makeSampleVideo } from '../src/sample/index.ts'
import { exifOrientation, withSegments } from './content-credentials.ts'
import { gif, heic, jpegHeader } from './headers.ts'
import { mux } from './muxed.ts'
import { photoRules, videoRules } from './rules.ts'

const rules = { video: videoRules, photo: photoRules }
const { env } = process
const only = (path: string) => ({ env: { TOCKWORK_FFMPEG: path } })
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-fix-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const video = (
  more: Partial<NonNullable<MediaInfo['video']>> = {},
  rest: Partial<MediaInfo> = {},
): MediaInfo => ({
  kind: 'video',
  container: 'mp4',
  sizeBytes: 1000,
  problems: [],
  durationSec: 10,
  video: { codec: 'h264', width: 720, height: 1280, rotation: 0, frameRate: 30, ...more },
  audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
  ...rest,
})

describe('the plan for a video', () => {
  const plan = (info: MediaInfo, trim = false, maxDurationSec?: number) =>
    planVideo(info, { rules: videoRules, trim, ...(maxDurationSec && { maxDurationSec }) })

  test('a file that passes needs nothing; a header at the end is moved without loss', () => {
    expect(plan(video({}, { moovFirst: true }))).toBeUndefined()
    expect(plan(video({}, { moovFirst: false }))).toMatchObject({
      video: 'copy',
      audio: 'copy',
      lossless: true,
    })
  })

  test.each([
    ['h264', 'aac', { container: 'mp4', video: 'copy', audio: 'copy', lossless: true }],
    ['h264', 'vorbis', { container: 'mp4', video: 'copy', audio: 'aac', lossless: false }],
    ['vp8', 'vorbis', { container: 'webm', video: 'copy', audio: 'copy', lossless: true }],
    ['vp8', 'aac', { container: 'webm', video: 'copy', audio: 'opus', lossless: false }],
    ['vp9', 'opus', { container: 'webm', video: 'copy', audio: 'copy', lossless: true }],
    ['vp9', 'aac', { container: 'mp4', video: 'copy', audio: 'copy', lossless: true }],
    ['av1', 'opus', { container: 'mp4', video: 'h264', audio: 'aac', lossless: false }],
  ])('a Matroska with %s and %s', (codec, sound, expected) => {
    const info = video(
      { codec },
      { container: 'mkv', audio: { codec: sound, sampleRate: 48_000, channels: 2 } },
    )
    expect(plan(info)).toMatchObject(expected)
  })

  test.each([
    [15, 30],
    [12, 24],
    [10, 30],
    [1, 23],
    [61, 30.5],
    [120, 60],
    [119.88, 59.94],
    [240, 60],
    [100, 50],
  ])('%d frames a second become %d', (from, to) => {
    expect(plan(video({ frameRate: from }))?.frameRate).toBe(to)
  })

  test.each([
    [358, 640, { width: 360, height: 644 }, undefined],
    [5000, 2800, { width: 4096, height: 2294 }, undefined],
    [5000, 400, { width: 4096, height: 328 }, { width: 4096, height: 360 }],
    [16, 4000, { width: 16, height: 4096 }, { width: 360, height: 4096 }],
  ])('%dx%d is scaled and padded', (width, height, scale, pad) => {
    const made = plan(video({ width, height }))
    expect(made?.scale).toEqual(scale)
    expect(made?.pad).toEqual(pad)
    const { width: w, height: h } = pad ?? scale
    for (const side of [w, h]) expect(side % 2 === 0 && side >= 360 && side <= 4096).toBe(true)
  })

  test('nothing is cut unasked', () => {
    const long = video({}, { durationSec: 700 })
    expect(plan(long)).toMatchObject({
      steps: [],
      left: [expect.stringContaining('only when that is asked for')],
    })
    expect(plan(long, true)).toMatchObject({ keepSec: 600, video: 'copy', lossless: false })
    expect(plan(video({}, { durationSec: 200 }), true, 180)).toMatchObject({ keepSec: 180 })
  })

  test('HDR stays HDR when it has to be encoded again', () => {
    expect(plan(video({ frameRate: 120, hdr: 'pq' }))).toMatchObject({ video: 'h265' })
  })

  test('too many bytes get a bit rate that fits', () => {
    const made = plan(video({}, { sizeBytes: 5 * 2 ** 30, durationSec: 600 }))
    expect((made!.bitRate! / 8) * 600).toBeLessThan(videoRules.maxBytes)
  })
})

test('the plan for a photo never ends above a limit', () => {
  const photo = (width: number, height: number): MediaInfo => ({
    kind: 'photo',
    container: 'jpeg',
    sizeBytes: 1000,
    problems: [],
    photo: { width, height },
  })
  expect(planPhoto(photo(1080, 1920), photoRules, 1)).toBeUndefined()
  for (let side = 1081; side < 9000; side += 97) {
    const plan = planPhoto(photo(side, 4000), photoRules, 1)!
    expect(Math.min(plan.width, plan.height)).toBeLessThanOrEqual(1080)
    expect(Math.max(plan.width, plan.height)).toBeLessThanOrEqual(1920)
  }
  expect(planPhoto(photo(4000, 3000), photoRules, 6)).toMatchObject({ width: 1080, height: 1440 })
  expect(planPhoto(photo(65_535, 65_535), photoRules, 1)).toMatchObject({
    steps: [],
    left: [expect.any(String)],
  })
})

describe('photos, by sharp', () => {
  test.each([
    ['a PNG', 'a.png', () => makeSamplePhoto({ container: 'png', width: 90, height: 60 }), 90, 60],
    ['a JPEG that is too large', 'b.jpg', () => makeSamplePhoto({ width: 2000, height: 1500 }), 1440, 1080],
    [
      'a WebP that is too large',
      'c.webp',
      () => makeSamplePhoto({ container: 'webp', width: 3000, height: 1000 }),
      1920,
      640,
    ],
  ])('%s', async (_, name, make, width, height) => {
    const path = save(name, make())
    const before = readFileSync(path)
    const result = await fixMedia(path, { rules, env })
    expect(result).toMatchObject({ status: 'fixed', with: 'sharp', findings: [], lossless: false })
    const made = await probe({ kind: 'file', path: result.path! })
    expect(made).toMatchObject({ container: 'jpeg', photo: { width, height }, problems: [] })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('a photo that lies on its side is set upright', async () => {
    const lying = withSegments(makeSamplePhoto({ width: 2000, height: 1500 }), [0xe1, exifOrientation(6)])
    const result = await fixMedia(save('side.jpg', lying), { rules, env })
    expect((await probe({ kind: 'file', path: result.path! })).photo).toEqual({ width: 1080, height: 1440 })
  })

  test('a picture of four gigapixels in a hundred bytes is not decoded', async () => {
    const result = await fixMedia(save('bomb.jpg', jpegHeader(65_535, 65_535)), { rules, env })
    expect(result).toMatchObject({
      status: 'not-possible',
      left: [expect.stringContaining('safe to decode')],
    })
  })

  test('a broken picture fails with a sentence and leaves nothing behind', async () => {
    const path = save('broken.gif', gif(320, 200))
    await expect(fixMedia(path, { rules, ...only('/nowhere') })).rejects.toThrow()
    expect(readdirSync(folder).filter((name) => name.includes('broken'))).toEqual(['broken.gif'])
  })
})

test('what is missing is named', async () => {
  const mkv = save('no-tool.mkv', await mux({ format: 'mkv', codec: 'avc' }))
  expect(await fixMedia(mkv, { rules, ...only('/nowhere/ffmpeg') })).toMatchObject({
    status: 'tool-missing',
    missing: expect.stringContaining('ffmpeg 5'),
    steps: ['put it into MP4 instead of mkv'],
  })
  const photo = save('no-tool.heic', heic(800, 600))
  expect(await fixMedia(photo, { rules, ...only('/nowhere/ffmpeg') })).toMatchObject({
    status: 'tool-missing',
    missing: expect.stringContaining('7.1'),
  })
})

test('a file that cannot be read cannot be mended', async () => {
  const path = save('cut.mp4', makeSampleVideo({ durationSec: 1 }).subarray(0, 9000))
  expect(await fixMedia(path, { rules, env })).toMatchObject({
    status: 'not-possible',
    left: [expect.any(String)],
  })
})

// A stand-in for ffmpeg, so that everything around it is tested on machines without one.
describe.skipIf(process.platform === 'win32')('around the converter', () => {
  function converter(body: string, version = '6.1'): string {
    const path = save(
      `ffmpeg-${Math.abs(hash(body + version))}.mjs`,
      new TextEncoder().encode(`#!${process.execPath}
import { copyFileSync, writeFileSync } from 'node:fs'
const args = process.argv.slice(2)
if (args.includes('-version')) { console.log('ffmpeg version ${version} Copyright'); process.exit(0) }
const output = args.at(-1).replace(/^file:/, '')
${body}
`),
    )
    chmodSync(path, 0o700)
    return path
  }
  const hash = (text: string) =>
    [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7)
  const source = async (name: string) => save(name, await mux({ format: 'mkv', codec: 'avc' }))

  test('arguments: no shell, no terminal, no network, the original untouched', async () => {
    const good = save('good.mp4', makeSampleVideo({ durationSec: 3 }))
    const log = join(folder, 'args.json')
    const ffmpegPath = converter(
      `writeFileSync(${JSON.stringify(log)}, JSON.stringify(args)); copyFileSync(${JSON.stringify(good)}, output)`,
    )
    const path = await source('-loop $(x).mkv')
    expect(await fixMedia(path, { rules, ...only(ffmpegPath) })).toMatchObject({
      status: 'fixed',
      lossless: true,
    })
    const args: string[] = JSON.parse(readFileSync(log, 'utf8'))
    expect(args).toEqual(expect.arrayContaining(['-nostdin', '-n', '-max_alloc', `file:${path}`]))
    expect(args[args.indexOf('-protocol_whitelist') + 1]).toBe('file,pipe')
    expect(args[args.indexOf('-f') + 1]).toBe('matroska')
    expect(existsSync(join(folder, '-loop $(x).fixed.mp4'))).toBe(true)
  })

  test('an old one is none', async () => {
    const result = await fixMedia(await source('old.mkv'), { rules, ...only(converter('', '4.4.2')) })
    expect(result.status).toBe('tool-missing')
  })

  test('what it made is checked, not believed', async () => {
    const cut = save('made-badly.mp4', makeSampleVideo({ durationSec: 3 }).subarray(0, 9000))
    const ffmpegPath = converter(`copyFileSync(${JSON.stringify(cut)}, output)`)
    await expect(fixMedia(await source('bad.mkv'), { rules, ...only(ffmpegPath) })).rejects.toMatchObject({
      code: 'media_fix_failed',
    })
    const slow = save('made-slow.mp4', makeSampleVideo({ durationSec: 1, frameRate: 15 }))
    const other = converter(`copyFileSync(${JSON.stringify(slow)}, output)`)
    expect(await fixMedia(await source('slow.mkv'), { rules, ...only(other) })).toMatchObject({
      status: 'partly',
      findings: [{ rule: 'frame-rate' }],
    })
  })

  test('nothing is overwritten, not even the original by name', async () => {
    const path = await source('twice.mkv')
    const standing = save('twice.fixed.mp4', new Uint8Array([1]))
    await expect(fixMedia(path, { rules, ...only(converter('')) })).rejects.toThrow(/there already/)
    await expect(fixMedia(path, { rules, ...only(converter('')), out: path })).rejects.toThrow(
      /there already/,
    )
    expect(statSync(standing).size).toBe(1)
  })

  test('one that hangs is ended, and so is one that nobody waits for any more', async () => {
    const ffmpegPath = converter("writeFileSync(output, 'x'); setInterval(() => {}, 1000)")
    const path = await source('hang.mkv')
    await expect(fixMedia(path, { rules, ...only(ffmpegPath), timeLimitMs: 500 })).rejects.toThrow(
      /longer than/,
    )
    const stop = new AbortController()
    const waiting = fixMedia(path, { rules, ...only(ffmpegPath), signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('its last words reach the person, without paths', async () => {
    const ffmpegPath = converter(
      "console.error('/secret/place/clip.mkv: Invalid data found'); process.exit(1)",
    )
    await expect(fixMedia(await source('words.mkv'), { rules, ...only(ffmpegPath) })).rejects.toThrow(
      'words.mkv could not be converted: clip.mkv: Invalid data found',
    )
  })
})

if (spawnSync('ffmpeg', ['-version']).status === 0) {
  describe('with ffmpeg, found on this machine', () => {
    const make = (name: string, input: string, ...args: string[]): string => {
      const path = join(folder, name)
      const sources = [
        '-f',
        'lavfi',
        '-i',
        `testsrc2=${input}`,
        '-f',
        'lavfi',
        '-i',
        'sine=duration=2',
        '-shortest',
      ]
      const run = spawnSync('ffmpeg', ['-v', 'error', '-y', ...sources, ...args, path], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      return path
    }

    test.each([
      [
        'a Matroska without loss',
        'size=384x640:rate=25:duration=2',
        'mkv',
        ['-c:v', 'libx264', '-c:a', 'aac'],
        true,
      ],
      ['15 frames', 'size=384x640:rate=15:duration=2', 'mp4', ['-c:v', 'libx264'], false],
      ['120 frames in AVI, too small', 'size=200x300:rate=120:duration=1', 'avi', ['-c:v', 'mpeg4'], false],
      ['too wide and too low', 'size=4400x300:rate=25:duration=0.5', 'mp4', ['-c:v', 'libx264'], false],
      [
        'VP8 in Matroska',
        'size=384x640:rate=25:duration=1',
        'mkv',
        ['-c:v', 'libvpx', '-c:a', 'libvorbis'],
        true,
      ],
    ])('%s', async (name, input, ending, args, lossless) => {
      const path = make(`${name}.${ending}`, input, ...args)
      const shares: number[] = []
      const result = await fixMedia(path, { rules, env, onProgress: (share) => shares.push(share) })
      expect(result).toMatchObject({ status: 'fixed', lossless, findings: [] })
      const pictures = await picturesSha256({ kind: 'file', path }, ending)
      const { container } = await probe({ kind: 'file', path: result.path! })
      const fixed = await picturesSha256({ kind: 'file', path: result.path! }, container)
      expect(fixed).toBeDefined()
      expect(fixed === pictures).toBe(lossless)
      expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true)
    })

    test('a header at the end moves to the front, and every frame stays what it was', async () => {
      const path = make('last.mp4', 'size=384x640:rate=25:duration=1', '-c:v', 'libx264', '-c:a', 'aac')
      const result = await fixMedia(path, { rules, env })
      expect(result).toMatchObject({ status: 'fixed', lossless: true })
      expect((await probe({ kind: 'file', path: result.path! })).moovFirst).toBe(true)
      const sums = (file: string) =>
        spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-map', '0', '-c', 'copy', '-f', 'streamhash', '-'], {
          encoding: 'utf8',
        }).stdout
      expect(sums(result.path!)).toBe(sums(path))
      const pictures = await picturesSha256({ kind: 'file', path }, 'mp4')
      expect(pictures).toBeDefined()
      expect(await picturesSha256({ kind: 'file', path: result.path! }, 'mp4')).toBe(pictures)
    })

    test('cut on request, and only then', async () => {
      const path = make(
        'long.mp4',
        'size=384x640:rate=25:duration=2',
        '-c:v',
        'libx264',
        '-movflags',
        '+faststart',
      )
      expect((await fixMedia(path, { rules, env, creatorMaxDurationSec: 1 })).status).toBe('not-possible')
      const result = await fixMedia(path, { rules, env, creatorMaxDurationSec: 1, trim: true })
      expect(result.status).toBe('fixed')
    })
  })
}
