import { describe, expect, test } from 'vitest'
import { probe, readProvenance } from '../src/index.ts'
import { decodeCbor } from '../src/provenance/cbor.ts'
import { makeSamplePhoto, makeSampleVideo } from '../src/sample/index.ts'
import { ascii, bytes, concat, u32 } from '../src/sample/mp4-writer.ts'
import {
  cbor,
  exifSoftware,
  inJpeg,
  inMp4,
  manifestStore,
  withKeys,
  withSegments,
  withTags,
  xmp,
} from './content-credentials.ts'
import { mux } from './muxed.ts'

const clip = makeSampleVideo({ width: 360, height: 640, durationSec: 0.5, moovLast: true })
const photo = makeSamplePhoto({ width: 64, height: 64 })

async function look(content: Uint8Array) {
  const { container, problems } = await probe({ kind: 'bytes', bytes: content })
  expect(problems).toEqual([])
  return readProvenance({ kind: 'bytes', bytes: content }, container)
}

test('a plain file says nothing', async () => {
  for (const each of [
    clip,
    photo,
    makeSamplePhoto({ container: 'webp' }),
    makeSamplePhoto({ container: 'png' }),
  ]) {
    expect(await look(each)).toMatchObject({ origins: [], aiSigns: [], unreadable: [] })
  }
})

describe('Content Credentials', () => {
  const claims = {
    claimGenerator: 'Maker',
    title: 'A hill',
    digitalSourceTypes: ['trainedAlgorithmicMedia'],
    actions: ['c2pa.created'],
    softwareAgents: ['Picture Engine'],
    manifests: 1,
  }

  test.each([
    ['an MP4', inMp4(clip, manifestStore())],
    ['a JPEG, in several segments', inJpeg(photo, manifestStore())],
    ['a PNG', inPng(manifestStore())],
    ['a WebP', inWebp(manifestStore())],
  ])('in %s', async (_, content) => {
    const found = await look(content)
    expect(found.c2pa).toEqual(claims)
    expect(found.aiSigns).toEqual(['its Content Credentials name the source type trainedAlgorithmicMedia'])
  })

  test('of a camera: shown, and no AI', async () => {
    const found = await look(inJpeg(photo, manifestStore('digitalCapture')))
    expect(found.c2pa?.digitalSourceTypes).toEqual(['digitalCapture'])
    expect(found.aiSigns).toEqual([])
  })

  test('broken at any byte: never a throw', async () => {
    const store = manifestStore()
    for (let at = 0; at < store.length; at++) {
      const broken = store.slice()
      broken[at] = 0xff
      const found = await look(inMp4(clip, broken))
      expect(found.c2pa !== undefined || found.unreadable.length > 0 || at < 40).toBe(true)
    }
  })
})

describe('tags', () => {
  test('a download from TikTok, by its comment', async () => {
    const found = await look(
      withTags(clip, { '\xa9cmt': 'vid:v0f044gc0000abcdef', aigc_info: '{"aigc_label_type": 0}' }),
    )
    expect(found.origins).toMatchObject([{ name: 'TikTok', kind: 'download' }])
    expect(found.aiSigns).toEqual([])
  })

  test('its AI label', async () => {
    const found = await look(withTags(clip, { aigc_info: '{"aigc_label_type": 2}' }))
    expect(found.aiSigns).toHaveLength(1)
  })

  test('a phone’s keys', async () => {
    const found = await look(
      withKeys(clip, { 'com.apple.quicktime.software': '17.1', 'com.apple.quicktime.make': 'Apple' }),
    )
    expect(found.tags).toMatchObject({
      'com.apple.quicktime.software': '17.1',
      'com.apple.quicktime.make': 'Apple',
    })
    expect(found.origins).toEqual([])
  })

  test('an editor is named and no offence', async () => {
    const found = await look(withTags(clip, { '\xa9too': 'HandBrake 1.7' }))
    expect(found.origins).toEqual([{ name: 'HandBrake', kind: 'editor', because: 'encoder: HandBrake 1.7' }])
  })

  test('a WebM names its writer', async () => {
    const found = await look(await mux({ format: 'webm' }))
    expect(Object.keys(found.tags)).toContain('muxer')
  })

  test('Exif, IPTC and XMP of photos', async () => {
    const fbmd = concat(
      ascii('Photoshop 3.0\0'),
      ascii('8BIM'),
      bytes(4, 4, 0, 0, 0, 0, 0, 21),
      bytes(0x1c, 2, 40, 0, 16),
      ascii('FBMD0123456789ab'),
    )
    const found = await look(
      withSegments(
        photo,
        [0xe1, exifSoftware('Midjourney 7')],
        [0xe1, xmp('compositeWithTrainedAlgorithmicMedia')],
        [0xed, fbmd],
      ),
    )
    expect(found).toMatchObject({
      digitalSourceType: 'compositeWithTrainedAlgorithmicMedia',
      creatorTool: 'Hill Painter 2',
      origins: [{ name: 'Facebook or Instagram', kind: 'download' }],
    })
    expect(found.aiSigns).toEqual([
      'its XMP names the source type compositeWithTrainedAlgorithmicMedia',
      'it names Midjourney 7 as its software',
    ])
  })

  test('control characters do not reach a terminal', async () => {
    const found = await look(withTags(clip, { '\xa9cmt': '\x1b[31mred\u202e' }))
    expect(found.tags.comment).toBe('[31mred')
  })
})

describe('CBOR', () => {
  test('what a manifest uses', () => {
    expect(decodeCbor(cbor({ a: [1, 'x'], b: 300 }))).toEqual(
      new Map<string, unknown>([
        ['a', [1, 'x']],
        ['b', 300],
      ]),
    )
    // Indefinite lengths, a tag, a negative number, a double.
    expect(decodeCbor(bytes(0x9f, 0xc1, 0x20, 0x7f, 0x61, 0x61, 0x61, 0x62, 0xff, 0xf5, 0xff))).toEqual([
      -1,
      'ab',
      true,
    ])
  })

  test.each([
    ['a list in a list, a thousand deep', new Uint8Array(1000).fill(0x81)],
    ['four billion items', concat(bytes(0x9a), u32(0xffffffff))],
    ['a text of four gigabytes', concat(bytes(0x7a), u32(0xffffffff))],
    ['a break alone', bytes(0xff)],
  ])('%s ends', (_, content) => {
    expect(() => decodeCbor(content)).toThrow()
  })
})

function inPng(store: Uint8Array): Uint8Array {
  const png = makeSamplePhoto({ container: 'png', width: 32, height: 32 })
  const end = png.length - 12
  return concat(png.subarray(0, end), u32(store.length), ascii('caBX'), store, u32(0), png.subarray(end))
}

function inWebp(store: Uint8Array): Uint8Array {
  const webp = makeSamplePhoto({ container: 'webp', width: 32, height: 32 })
  const low = (value: number) => bytes(value, value >>> 8, value >>> 16, value >>> 24)
  const out = concat(webp, ascii('C2PA'), low(store.length), store, new Uint8Array(store.length & 1))
  out.set(low(out.length - 8), 4)
  return out
}
