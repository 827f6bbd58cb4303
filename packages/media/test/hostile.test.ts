import { describe, expect, test } from 'vitest'
import { checkMedia, reportJson } from '../src/index.ts'
import { makeSamplePhoto, makeSampleVideo } from '../src/sample/index.ts'
import { ascii, box, bytes, concat, u16, u32 } from '../src/sample/mp4-writer.ts'
import { cbor, inJpeg, inMp4, jumb, manifestStore, withSegments } from './content-credentials.ts'
import { jpegHeader } from './headers.ts'
import { mux } from './muxed.ts'
import { photoRules, videoRules } from './rules.ts'

/** Generous on a busy machine; what is looked for are seconds, minutes, and never. */
const SOON_MS = 5000

const clip = makeSampleVideo({ width: 360, height: 640, durationSec: 0.5 })
const photo = makeSamplePhoto({ width: 64, height: 64 })

function nest(depth: number, wrap: (inner: Uint8Array) => Uint8Array): Uint8Array {
  let inner: Uint8Array = new Uint8Array(0)
  for (let i = 0; i < depth; i++) inner = wrap(inner)
  return inner
}

/** The same bytes many times over, without joining lists of a million. */
function repeat(part: Uint8Array, times: number): Uint8Array {
  return new Uint8Array(Buffer.alloc(part.length * times, part))
}

function chunk(type: string, content = new Uint8Array(0)): Uint8Array {
  return concat(u32(content.length), ascii(type), content, u32(0))
}

const png = makeSamplePhoto({ container: 'png', width: 64, height: 64 })
const pngHeader = png.subarray(0, 33)

const files: [string, () => Uint8Array | Promise<Uint8Array>][] = [
  [
    'boxes in boxes, a thousand deep',
    () =>
      concat(
        clip,
        nest(1000, (inner) => box('moov', inner)),
      ),
  ],
  [
    'a manifest in a manifest, a thousand deep',
    () =>
      inMp4(
        clip,
        nest(1000, (inner) => jumb('c2pa', inner)),
      ),
  ],
  [
    'a manifest whose lists are a hundred thousand deep',
    () =>
      inJpeg(
        photo,
        jumb('c2pa', jumb('c2pa.claim', box('cbor', new Uint8Array(100_000).fill(0x81)))),
        60_000,
      ),
  ],
  [
    'a manifest with a million actions',
    () => {
      const actions = concat(
        bytes(0xa1),
        cbor('actions'),
        bytes(0x9a),
        u32(1_000_000),
        repeat(bytes(0xa0), 1_000_000),
      )
      return inMp4(clip, jumb('c2pa', jumb('c2pa.actions', box('cbor', actions))))
    },
  ],
  [
    'a manifest that claims four gigabytes',
    () => concat(clip, u32(0xffffffff), ascii('uuid'), new Uint8Array(100)),
  ],
  [
    'an XMP packet made to keep a pattern searching',
    () => withSegments(photo, [0xe1, xmpOf(`x:DigitalSourceType${' '.repeat(60_000)}`)]),
  ],
  ['an XMP packet of names alone', () => withSegments(photo, [0xe1, xmpOf('a-a-a-a-a-'.repeat(6_000))])],
  [
    'a JPEG of a million markers',
    () => concat(bytes(0xff, 0xd8), repeat(bytes(0xff, 0xe0, 0, 2), 1_000_000)),
  ],
  ['a JPEG of fill bytes', () => concat(bytes(0xff, 0xd8, 0xff), new Uint8Array(4_000_000).fill(0xff))],
  ['a JPEG that claims four gigapixels', () => jpegHeader(65_535, 65_535)],
  ['a PNG of half a million chunks', () => concat(pngHeader, repeat(chunk('tEXt'), 500_000), chunk('IEND'))],
  [
    'a PNG that claims 2^31 pixels a side',
    () => {
      const out = png.slice()
      out.set(concat(u32(0x7fffffff), u32(0x7fffffff)), 16)
      return out
    },
  ],
  ['Exif whose texts lie outside', () => withSegments(photo, [0xe1, exifOutside()])],
  [
    'a WebM of a million empty elements',
    async () => concat(await mux({ format: 'webm', frameBytes: 20 }), repeat(bytes(0xec, 0x80), 1_000_000)),
  ],
  ['two hundred thousand fragments', () => concat(clip, repeat(box('moof', box('traf')), 200_000))],
  [
    'a fragment with four billion frames',
    () =>
      concat(
        clip,
        box('moof', box('traf', box('tfhd', u32(0), u32(1)), box('trun', u32(0), u32(0xffffffff)))),
      ),
  ],
  [
    'ten thousand tracks',
    () => concat(box('ftyp', ascii('isom'), u32(0)), box('moov', repeat(box('trak', box('mdia')), 10_000))),
  ],
  ['an edit list that lasts for a million years', () => edited()],
]

describe('hostile files: an answer, soon, in a report that can be printed', () => {
  test.each(files)('%s', async (_, make) => {
    const content = await make()
    const begun = performance.now()
    const memory = process.memoryUsage().arrayBuffers
    const report = await checkMedia(
      { kind: 'bytes', bytes: content },
      { rules: { video: videoRules, photo: photoRules }, watermarks: false },
    )
    expect(performance.now() - begun).toBeLessThan(SOON_MS)
    expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(64 * 2 ** 20)
    expect(JSON.stringify(reportJson(report)).length).toBeLessThan(100_000)
  })
})

test('a manifest that cannot be read is named, and does not hide the rest', async () => {
  const store = manifestStore()
  store.fill(0xff, 8)
  const report = await checkMedia(
    { kind: 'bytes', bytes: inMp4(clip, store) },
    { rules: { video: videoRules }, watermarks: false },
  )
  expect(report.verdict).toBe('ok')
  expect(report.skipped.join()).toContain('Not all of its origin was read: C2PA manifest')
})

function xmpOf(content: string): Uint8Array {
  return ascii(`http://ns.adobe.com/xap/1.0/\0${content}`)
}

function exifOutside(): Uint8Array {
  const entry = concat(u16(0x131), u16(2), u32(4000), u32(0x7fffffff))
  return concat(ascii('Exif\0\0'), ascii('MM\0*'), u32(8), u16(0xffff), repeat(entry, 1000))
}

/** The clip with a list of one edit, as long as 32 bits can say, in a movie with one tick a second. */
function edited(): Uint8Array {
  const moovAt = Buffer.from(clip).indexOf('moov') - 4
  const trakAt = Buffer.from(clip).indexOf('trak') - 4
  const edts = box('edts', box('elst', u32(0), u32(1), u32(0xffffffff), u32(0), u32(0x10000)))
  const out = concat(clip.subarray(0, trakAt + 8), edts, clip.subarray(trakAt + 8))
  const view = new DataView(out.buffer)
  for (const at of [moovAt, trakAt]) view.setUint32(at, view.getUint32(at) + edts.length)
  view.setUint32(moovAt + 8 + 8 + 12, 1)
  return out
}
