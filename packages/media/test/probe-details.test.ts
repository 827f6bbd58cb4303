import { describe, expect, test } from 'vitest'
import { judgeVideo, type MediaInfo, type MediaSource, probe } from '../src/index.ts'
import { videoDetails } from '../src/isobmff/video-details.ts'
import { makeSampleVideo, type SampleVideoOptions } from '../src/sample/index.ts'
import { ascii, box, bytes, concat, u16, u32 } from '../src/sample/mp4-writer.ts'
import { patchBox } from './headers.ts'
import { evenTimes, mux } from './muxed.ts'
import { videoRules } from './rules.ts'

const look = (content: Uint8Array): Promise<MediaInfo> => probe({ kind: 'bytes', bytes: content })
const small = (options: SampleVideoOptions = {}) =>
  makeSampleVideo({ width: 360, height: 640, durationSec: 1, ...options })

describe('what a decoder’s setup says', () => {
  const high10 = bytes(1, 110, 0, 41, 0xff, 0xe1, 0, 2, 0x67, 0, 1, 0, 1, 0x68, 0xfd, 0xfa, 0xfa, 0)
  const hevc = new Uint8Array(23)
  hevc.set([1, 2])
  hevc[12] = 123
  hevc[17] = 0xfa
  const colr = (transfer: number) => box('colr', ascii('nclx'), u16(9), u16(transfer), u16(9), bytes(0))

  test.each([
    ['H.264 High 10', box('avcC', high10), { profile: 'High 10', level: '4.1', bitDepth: 10 }],
    [
      'H.264 Constrained Baseline',
      box('avcC', bytes(1, 66, 0xc0, 30, 0xff, 0xe0, 0)),
      { profile: 'Constrained Baseline', level: '3', bitDepth: 8 },
    ],
    [
      'H.265 with PQ',
      concat(box('hvcC', hevc), colr(16)),
      { profile: 'Main 10', level: '4.1', bitDepth: 10, hdr: 'pq' },
    ],
    ['hybrid log-gamma', colr(18), { hdr: 'hlg' }],
    ['ordinary colours', colr(1), {}],
    ['Dolby Vision', concat(colr(16), box('dvcC', new Uint8Array(24))), { hdr: 'dolby-vision' }],
    [
      'VP9, profile 2',
      box('vpcC', u32(0), bytes(2, 51, 0xa2, 9, 16, 9)),
      { profile: 'Profile 2', level: '5.1', bitDepth: 10, hdr: 'pq' },
    ],
    ['AV1', box('av1C', bytes(0x81, 0x08, 0x40)), { profile: 'Main', level: '4.0', bitDepth: 10 }],
    ['nothing', new Uint8Array(0), {}],
    ['a setup that ends early', box('avcC', bytes(1)), {}],
  ])('%s', (_, inner, expected) => {
    expect(videoDetails(inner)).toEqual(expected)
  })
})

test('the facts of a plain clip', async () => {
  expect(await look(small({ pixelAspect: [4, 3], rotation: 90 }))).toMatchObject({
    video: {
      profile: 'Constrained Baseline',
      bitDepth: 8,
      width: 640,
      height: 480,
      stored: { width: 360, height: 640 },
    },
    tracks: [{ kind: 'video', codec: 'h264' }],
    moovFirst: true,
  })
})

test('fragments and tracks are named', async () => {
  const info = await look(await mux({ format: 'fragmented-mp4', codec: 'avc', sound: true }))
  expect(info.fragmented).toBe(true)
  expect(info.tracks?.map(({ kind }) => kind)).toEqual(['video', 'audio'])
})

test('copy protection is found, with the codec beneath it', async () => {
  const schm = box('schm', u32(0), ascii('cbcs'), u32(0x10000))
  const sinf = box('sinf', box('frma', ascii('avc1')), schm)
  const plain = small()
  const info = await look(inSampleEntry(plain, 'encv', sinf))
  expect(info.problems).toMatchObject([{ code: 'encrypted', detail: expect.stringContaining('cbcs') }])
  expect(info.video).toMatchObject({ codec: 'h264', width: 360, height: 640 })
  expect(judgeVideo(info, videoRules).map(({ failReason }) => failReason)).toEqual([
    videoRules.failReasons.format,
  ])
})

test('zeros where the frames should be: a download that stopped behind a header in order', async () => {
  const clip = small({ durationSec: 3 })
  const mdat = clip.length - mdatBytes(clip)
  const hollow = clip.slice()
  hollow.fill(0, mdat + Math.floor((clip.length - mdat) / 2))
  expect((await look(hollow)).problems.map(({ code }) => code)).toEqual(['damaged'])
  expect((await look(clip)).problems).toEqual([])
})

test('the same file through ranges: same facts, and only what is needed is asked for', async () => {
  const clip = small({ moovLast: true, padToBytes: 40 * 2 ** 20, durationSec: 20 })
  let asked = 0
  let requests = 0
  const ranges: MediaSource = {
    kind: 'ranges',
    size: clip.length,
    read: (offset, length) => {
      asked += length
      requests += 1
      return Promise.resolve(clip.subarray(offset, offset + length))
    },
  }
  const info = await probe(ranges)
  const { problems: _, ...facts } = await look(clip)
  expect(info).toMatchObject(facts)
  expect(requests).toBeLessThan(6)
  expect(asked).toBeLessThan(2 ** 20)
})

test.each(['webm', 'webm-live'] as const)('a long %s is not walked block by block', async (format) => {
  const times = evenTimes(30, 9000)
  const clip = await mux({ format, times, frameBytes: 9000 })
  let requests = 0
  const info = await probe({
    kind: 'ranges',
    size: clip.length,
    read: (offset, length) => {
      requests += 1
      return Promise.resolve(clip.subarray(offset, offset + length))
    },
  })
  expect(info.problems).toEqual([])
  expect(info.durationSec).toBeCloseTo(300, 1)
  expect(info.video?.frameRate).toBeCloseTo(30, 1)
  expect(info.video?.variableFrameRate).toBe(false)
  const whole = await look(clip)
  expect(info.video?.frameRate).toBeCloseTo(whole.video!.frameRate, 1)
  expect(whole.durationSec).toBe(info.durationSec)
  expect(requests).toBeLessThan(500)
  const { problems } = await probe({
    kind: 'ranges',
    size: clip.length - 100,
    read: (offset, length) =>
      Promise.resolve(clip.subarray(offset, Math.min(offset + length, clip.length - 100))),
  })
  expect(problems.map(({ code }) => code)).toEqual(['truncated'])
})

function mdatBytes(clip: Uint8Array): number {
  const view = new DataView(clip.buffer, clip.byteOffset)
  let at = 0
  while (view.getUint32(at + 4) !== 0x6d646174) at += view.getUint32(at)
  return view.getUint32(at) - 8
}

/** Renames the sample entry and puts one more box into it; the sizes around grow with it. */
function inSampleEntry(clip: Uint8Array, name: string, extra: Uint8Array): Uint8Array {
  let out = clip
  let at = clip.findIndex((_, index) =>
    ascii('avc1').every((byte, i) => clip[index + i] === byte && index > 100),
  )
  at -= 4
  const size = new DataView(clip.buffer, clip.byteOffset).getUint32(at)
  out = concat(out.subarray(0, at + size), extra, out.subarray(at + size))
  out.set(ascii(name), at + 4)
  const view = new DataView(out.buffer)
  view.setUint32(at, size + extra.length)
  for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']) {
    out = patchBox(out, type, (body) => {
      const whole = new DataView(body.buffer, body.byteOffset - 8)
      whole.setUint32(0, whole.getUint32(0) + extra.length)
    })
  }
  return patchBox(out, 'stco', (body) => body.setUint32(8, body.getUint32(8) + extra.length))
}
