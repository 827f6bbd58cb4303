import { describe, expect, test } from 'vitest'
import { judgePhoto, judgeVideo, type MediaInfo, probe } from '../src/index.ts'
import { makeSamplePhoto, makeSampleVideo, type SampleVideoOptions } from '../src/sample/index.ts'
import { ascii, box, concat, u32 } from '../src/sample/mp4-writer.ts'
import { aviHeader, gif, heic, jpegHeader, patchBox } from './headers.ts'
import { evenTimes, mux } from './muxed.ts'
import { photoRules, videoRules } from './rules.ts'

const look = (bytes: Uint8Array): Promise<MediaInfo> => probe({ kind: 'bytes', bytes })
const small = (options: SampleVideoOptions = {}) =>
  makeSampleVideo({ width: 360, height: 640, durationSec: 1, ...options })
const clip = small()
const { format, duration, frameRate, pictureSize } = videoRules.failReasons

interface Row {
  name: string
  bytes: () => Uint8Array | Promise<Uint8Array>
  container: string
  problems?: string[]
  /** What a video of this content is refused for; none when it is taken. */
  refused?: string[]
  video?: Partial<NonNullable<MediaInfo['video']>>
}

const videos: Row[] = [
  {
    name: 'a good MP4',
    bytes: () => clip,
    container: 'mp4',
    video: { codec: 'h264', width: 360, height: 640, frameRate: 30 },
  },
  {
    name: 'a good MOV with its header last',
    bytes: () => small({ container: 'mov', moovLast: true }),
    container: 'mov',
  },
  {
    name: 'a fragmented MP4',
    bytes: () => mux({ format: 'fragmented-mp4', codec: 'avc' }),
    container: 'mp4',
    video: { codec: 'h264', codecString: 'avc1.42c01f', frameRate: 30, variableFrameRate: false },
  },
  {
    name: 'a WebM with VP8',
    bytes: () => mux({ format: 'webm' }),
    container: 'webm',
    video: { codec: 'vp8', width: 720, height: 1280, frameRate: 30 },
  },
  {
    name: 'a WebM with VP9 and sound, recorded live',
    bytes: () => mux({ format: 'webm-live', codec: 'vp9', sound: true }),
    container: 'webm',
    video: { codec: 'vp9' },
  },
  {
    name: 'a WebM at 60 frames, whose milliseconds read a little more',
    bytes: () => mux({ format: 'webm', times: evenTimes(60, 120) }),
    container: 'webm',
  },
  {
    name: 'a WebM with AV1',
    bytes: () => mux({ format: 'webm', codec: 'av1' }),
    container: 'webm',
    refused: [format],
    video: { codec: 'av1' },
  },
  {
    name: 'a Matroska',
    bytes: () => mux({ format: 'mkv', codec: 'avc' }),
    container: 'mkv',
    refused: [format],
    video: { codec: 'h264' },
  },
  {
    name: 'an AVI',
    bytes: aviHeader,
    container: 'avi',
    refused: [format, format],
    video: { codec: 'XVID', width: 720, frameRate: 30 },
  },
  {
    name: '23.976 frames',
    bytes: () => small({ frameRate: 23.976 }),
    container: 'mp4',
    video: { frameRate: 23.98 },
  },
  { name: '23 frames', bytes: () => small({ frameRate: 23 }), container: 'mp4' },
  { name: '22 frames', bytes: () => small({ frameRate: 22 }), container: 'mp4', refused: [frameRate] },
  {
    name: '15 frames',
    bytes: () => small({ frameRate: 15 }),
    container: 'mp4',
    refused: [frameRate],
    video: { frameRate: 15 },
  },
  { name: '60 frames', bytes: () => small({ frameRate: 60 }), container: 'mp4' },
  { name: '61 frames', bytes: () => small({ frameRate: 61 }), container: 'mp4', refused: [frameRate] },
  {
    name: '120 frames',
    bytes: () => small({ frameRate: 120 }),
    container: 'mp4',
    refused: [frameRate],
    video: { frameRate: 120 },
  },
  { name: '358 pixels', bytes: () => small({ width: 358 }), container: 'mp4', refused: [pictureSize] },
  { name: '360 pixels', bytes: () => small({ width: 360, height: 360 }), container: 'mp4' },
  { name: '4096 pixels', bytes: () => small({ width: 4096, height: 360 }), container: 'mp4' },
  {
    name: '4098 pixels',
    bytes: () => small({ width: 4098, height: 360 }),
    container: 'mp4',
    refused: [pictureSize],
  },
  {
    name: 'small and slow: both are said',
    bytes: () => small({ width: 200, frameRate: 10 }),
    container: 'mp4',
    refused: [pictureSize, frameRate],
  },
  {
    name: 'a turned picture',
    bytes: () => small({ rotation: 90 }),
    container: 'mp4',
    video: { width: 640, height: 360, rotation: 90 },
  },
  {
    name: 'a picture upside down',
    bytes: () => small({ rotation: 180 }),
    container: 'mp4',
    video: { width: 360, height: 640, rotation: 180 },
  },
  {
    name: 'a WebM turned by its projection',
    bytes: () => mux({ format: 'webm', rotation: 270 }),
    container: 'webm',
    video: { width: 1280, height: 720, rotation: 270 },
  },
  {
    name: 'wide pixels: too narrow as stored, wide enough as shown',
    bytes: () => small({ width: 270, pixelAspect: [4, 3] }),
    container: 'mp4',
    video: { width: 360, height: 640 },
  },
  {
    name: 'wide pixels: within limits as stored, too wide as shown',
    bytes: () => small({ width: 4096, height: 360, pixelAspect: [2, 1] }),
    container: 'mp4',
    refused: [pictureSize],
    video: { width: 8192 },
  },
  { name: '600 seconds', bytes: () => small({ durationSec: 600 }), container: 'mp4' },
  { name: '601 seconds', bytes: () => small({ durationSec: 601 }), container: 'mp4', refused: [duration] },
  { name: 'one frame', bytes: () => small({ durationSec: 1 / 30 }), container: 'mp4' },
  { name: 'a free box behind', bytes: () => small({ padToBytes: 500_000 }), container: 'mp4' },
  { name: 'zeros behind', bytes: () => concat(clip, new Uint8Array(300)), container: 'mp4' },
  {
    name: 'a last box of size 0, which means to the end',
    bytes: () => patchMdat(small({ container: 'mp4' })),
    container: 'mp4',
  },
  {
    name: 'a 64-bit box size',
    bytes: () => concat(clip, u32(1), ascii('free'), u32(0), u32(24), new Uint8Array(8)),
    container: 'mp4',
  },
  {
    name: 'cut off inside the media data behind a front header',
    bytes: () => clip.subarray(0, clip.length - 500),
    container: 'mp4',
    problems: ['truncated'],
    refused: [format],
  },
  {
    name: 'cut off with media data that claims to reach the end',
    bytes: () => patchMdat(clip).subarray(0, clip.length - 500),
    container: 'mp4',
    problems: ['truncated'],
    refused: [format],
  },
  {
    name: 'cut off before a header at the end',
    bytes: () => small({ moovLast: true }).subarray(0, 4000),
    container: 'mp4',
    problems: ['truncated', 'no-movie-header'],
    refused: [format, format],
  },
  {
    name: 'cut off inside the next box header',
    bytes: () => concat(clip, Uint8Array.of(0, 0, 1)),
    container: 'mp4',
    problems: ['truncated'],
    refused: [format],
  },
  {
    name: 'cut off right behind the header',
    bytes: () => clip.subarray(0, moovEnd(clip)),
    container: 'mp4',
    problems: ['truncated'],
    refused: [format],
  },
  {
    name: 'no movie header',
    bytes: () => concat(ftyp(), box('mdat', new Uint8Array(100))),
    container: 'mp4',
    problems: ['no-movie-header'],
    refused: [format],
  },
  {
    name: 'a movie header with nothing in it',
    bytes: () => concat(ftyp(), box('moov')),
    container: 'mp4',
    problems: ['no-video-track'],
    refused: [format],
  },
  {
    name: 'noise behind a good movie',
    bytes: () => concat(clip, new Uint8Array(40).fill(0x91)),
    container: 'mp4',
    problems: ['unreadable'],
    refused: [format],
  },
  {
    name: 'a movie header that claims 3 GiB',
    bytes: () => concat(ftyp(), u32(3 * 2 ** 30), ascii('moov'), new Uint8Array(64)),
    container: 'mp4',
    problems: ['truncated', 'no-movie-header'],
    refused: [format, format],
  },
  {
    name: 'a box that claims 2^63 bytes',
    bytes: () => concat(ftyp(), u32(1), ascii('mdat'), u32(0x7fffffff), u32(0)),
    container: 'mp4',
    problems: ['truncated', 'no-movie-header'],
    refused: [format, format],
  },
  {
    name: 'a box that claims less than its own header',
    bytes: () => concat(ftyp(), u32(4), ascii('mdat'), new Uint8Array(64)),
    container: 'mp4',
    problems: ['unreadable'],
    refused: [format],
  },
  {
    name: 'tables that claim four billion entries',
    bytes: () => withHugeCounts(clip),
    container: 'mp4',
  },
  {
    name: 'four billion frames of one size',
    bytes: () =>
      patchBox(clip, 'stsz', (body) => {
        body.setUint32(4, 1000)
        body.setUint32(8, 0xffffffff)
      }),
    container: 'mp4',
    problems: ['truncated'],
    refused: [format],
  },
  {
    name: 'a codec nobody takes',
    bytes: () => patchBox(clip, 'stsd', (body) => body.setUint32(12, 0x6d703476)),
    container: 'mp4',
    refused: [format],
    video: { codec: 'mp4v' },
  },
  {
    name: 'no byte',
    bytes: () => new Uint8Array(0),
    container: 'unknown',
    problems: ['empty'],
    refused: [format],
  },
  {
    name: 'one byte',
    bytes: () => ascii('x'),
    container: 'unknown',
    problems: ['unreadable'],
    refused: [format],
  },
  {
    name: 'text',
    bytes: () => ascii('Hello, this is a text file with a video name.\n'),
    container: 'unknown',
    problems: ['unreadable'],
    refused: [format],
  },
  {
    name: 'a WebM cut off',
    bytes: async () => (await mux({ format: 'webm' })).subarray(0, 9000),
    container: 'webm',
    problems: ['truncated'],
    refused: [format],
  },
  {
    name: 'a live WebM cut off in its last block',
    bytes: async () => (await mux({ format: 'webm-live' })).subarray(0, -20),
    container: 'webm',
    problems: ['truncated'],
    refused: [format],
  },
  {
    name: 'a photo where a video is wanted',
    bytes: () => makeSamplePhoto(),
    container: 'jpeg',
    refused: [format],
  },
]

function withHugeCounts(file: Uint8Array): Uint8Array {
  let out = file
  for (const type of ['stts', 'stsz', 'stco', 'stsc']) {
    out = patchBox(out, type, (body) => body.setUint32(type === 'stsz' ? 8 : 4, 0xffffffff))
  }
  return out
}

function ftyp(): Uint8Array {
  return box('ftyp', ascii('isom'), u32(0), ascii('isom'))
}

function moovEnd(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset)
  const moovAt = view.getUint32(0)
  return moovAt + view.getUint32(moovAt)
}

function patchMdat(file: Uint8Array): Uint8Array {
  const out = file.slice()
  new DataView(out.buffer).setUint32(moovEnd(file), 0)
  return out
}

describe('videos', () => {
  test.each(videos)('$name', async ({ bytes, container, problems = [], refused = [], video }) => {
    const info = await look(await bytes())
    expect(info.problems.map((problem) => problem.code)).toEqual(problems)
    expect(info.container).toBe(container)
    if (video) expect(info.video).toMatchObject(video)
    const findings = judgeVideo(info, videoRules)
    expect(findings.map((finding) => finding.failReason)).toEqual(refused)
    for (const finding of findings) {
      for (const text of [finding.rule, finding.found, finding.allowed, finding.fix])
        expect(text).not.toBe('')
    }
  })
})

const photoReasons = photoRules.failReasons
const photos: {
  name: string
  bytes: () => Uint8Array
  container: string
  size?: [number, number]
  problems?: string[]
  refused?: string[]
}[] = [
  { name: 'a JPEG', bytes: () => makeSamplePhoto(), container: 'jpeg', size: [1080, 1350] },
  {
    name: 'a WebP',
    bytes: () => makeSamplePhoto({ container: 'webp', width: 1080, height: 1920 }),
    container: 'webp',
    size: [1080, 1920],
  },
  {
    name: 'a PNG, whatever it is called',
    bytes: () => makeSamplePhoto({ container: 'png', width: 30, height: 20 }),
    container: 'png',
    size: [30, 20],
    refused: [photoReasons.format],
  },
  {
    name: 'a wide JPEG at the limit',
    bytes: () => jpegHeader(1920, 1080),
    container: 'jpeg',
    size: [1920, 1080],
  },
  {
    name: 'a short side of 1081',
    bytes: () => jpegHeader(1081, 1200),
    container: 'jpeg',
    size: [1081, 1200],
    refused: [photoReasons.pictureSize],
  },
  {
    name: 'a long side of 1921',
    bytes: () => jpegHeader(1921, 500),
    container: 'jpeg',
    size: [1921, 500],
    refused: [photoReasons.pictureSize],
  },
  {
    name: 'a JPEG that claims 65535 pixels',
    bytes: () => jpegHeader(65_535, 65_535),
    container: 'jpeg',
    size: [65_535, 65_535],
    refused: [photoReasons.pictureSize],
  },
  {
    name: 'a JPEG cut off in its picture',
    bytes: () => makeSamplePhoto().subarray(0, 20_000),
    container: 'jpeg',
    size: [1080, 1350],
    problems: ['truncated'],
    refused: [photoReasons.format],
  },
  {
    name: 'a JPEG cut off in its header',
    bytes: () => makeSamplePhoto().subarray(0, 22),
    container: 'jpeg',
    problems: ['truncated'],
    refused: [photoReasons.format],
  },
  {
    name: 'a WebP cut off',
    bytes: () => makeSamplePhoto({ container: 'webp' }).subarray(0, 34),
    container: 'webp',
    size: [1080, 1350],
    problems: ['truncated'],
    refused: [photoReasons.format],
  },
  {
    name: 'a PNG cut off',
    bytes: () => makeSamplePhoto({ container: 'png', width: 64, height: 64 }).subarray(0, -6),
    container: 'png',
    size: [64, 64],
    problems: ['truncated'],
    refused: [photoReasons.format, photoReasons.format],
  },
  {
    name: 'a GIF',
    bytes: () => gif(320, 200),
    container: 'gif',
    size: [320, 200],
    refused: [photoReasons.format],
  },
  {
    name: 'a HEIC',
    bytes: () => heic(1080, 1440),
    container: 'heic',
    size: [1080, 1440],
    refused: [photoReasons.format],
  },
  {
    name: 'a HEIC of the common brand',
    bytes: () => heic(1080, 1440, 'mif1'),
    container: 'heic',
    size: [1080, 1440],
    refused: [photoReasons.format],
  },
  {
    name: 'an AVIF',
    bytes: () => heic(800, 600, 'avif'),
    container: 'unknown',
    size: [800, 600],
    refused: [photoReasons.format],
  },
  {
    name: 'a video where a photo is wanted',
    bytes: () => clip,
    container: 'mp4',
    refused: [photoReasons.format],
  },
]

describe('photos', () => {
  test.each(photos)('$name', async ({ bytes, container, size, problems = [], refused = [] }) => {
    const info = await look(bytes())
    expect(info.problems.map((problem) => problem.code)).toEqual(problems)
    expect(info.container).toBe(container)
    expect(info.photo && [info.photo.width, info.photo.height]).toEqual(size)
    expect(judgePhoto(info, photoRules).map((finding) => finding.failReason)).toEqual(refused)
  })
})

test('an uneven frame rate is the frames over the whole length, and is said to be uneven', async () => {
  const times = [...evenTimes(10, 20), ...evenTimes(60, 120).map((time) => 2 + 1 / 60 + time)]
  for (const format of ['fragmented-mp4', 'webm'] as const) {
    const info = await look(await mux({ format, codec: format === 'webm' ? 'vp8' : 'avc', times }))
    const frames = times.length - 1
    expect(info.video?.frameRate).toBeCloseTo(frames / times.at(-1)!, 0)
    expect(info.video?.variableFrameRate).toBe(true)
  }
})

test('a creator with less than ten minutes is told so', async () => {
  const info = await look(small({ durationSec: 200 }))
  expect(judgeVideo(info, videoRules)).toEqual([])
  expect(judgeVideo(info, videoRules, { maxDurationSec: 180 })).toEqual([
    {
      rule: 'duration',
      failReason: 'duration_check_failed',
      found: '200 seconds',
      allowed: 'at most 180 seconds for this creator',
      fix: 'cut it to 180 seconds',
    },
  ])
})

test('a file over the size limit is refused by its size alone', async () => {
  const info = await look(clip)
  const findings = judgeVideo({ ...info, sizeBytes: videoRules.maxBytes + 1 }, videoRules)
  expect(findings.map((finding) => finding.rule)).toEqual(['file-size'])
  expect(judgeVideo({ ...info, sizeBytes: videoRules.maxBytes }, videoRules)).toEqual([])
})
