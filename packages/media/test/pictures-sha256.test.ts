import {
  BufferSource,
  BufferTarget,
  Conversion,
  Input,
  MkvOutputFormat,
  MP4,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
} from 'mediabunny'
import { describe, expect, test } from 'vitest'
import { picturesSha256 } from '../src/fingerprint/pictures-sha256.ts'
import {
  decodeFingerprint,
  encodeFingerprint,
  matchFingerprints,
  type QueryFingerprint,
  type StoredFingerprint,
} from '../src/originality.ts'
import { makeSampleVideo } from '../src/sample/index.ts'
import { ascii, box, concat, u32 } from '../src/sample/mp4-writer.ts'
import { evenTimes, mux } from './muxed.ts'

const of = (bytes: Uint8Array, container = 'mp4') => picturesSha256({ kind: 'bytes', bytes }, container)
const clip = makeSampleVideo({ durationSec: 2 })

async function remuxed(bytes: Uint8Array, format: OutputFormat): Promise<Uint8Array> {
  const input = new Input({ source: new BufferSource(bytes), formats: [MP4] })
  const output = new Output({ format, target: new BufferTarget() })
  await (await Conversion.init({ input, output })).execute()
  return new Uint8Array(output.target.buffer as ArrayBuffer)
}

interface Way {
  /** Who says how large a picture is. */
  size: 'run' | 'fragment' | 'track'
  /** What offsets count from: the `moof`, the file, or the end of the run before. */
  base: 'fragment' | 'file' | 'run'
}

const WAYS: readonly Way[] = (['run', 'fragment', 'track'] as const).flatMap((size) =>
  (['fragment', 'file', 'run'] as const).map((base): Way => ({ size, base })),
)

/** The pictures of a clip in a movie without samples and two fragments. */
function inFragments(whole: Uint8Array, way: Way): Uint8Array {
  const { sizes, bytes } = samplesOf(whole)
  const usual = sizes[0] ?? 0
  const handler = box('hdlr', u32(0), u32(0), ascii('vide'), new Uint8Array(13))
  const minf = box('minf', box('stbl', box('stsz', u32(0), u32(0), u32(0))))
  const header = box('tkhd', u32(0), u32(0), u32(0), u32(1), new Uint8Array(68))
  const trex = box('trex', u32(0), u32(1), u32(1), u32(1), u32(way.size === 'track' ? usual : 7), u32(0))
  const moov = box('moov', box('trak', header, box('mdia', handler, minf)), box('mvex', trex))
  let file = concat(box('ftyp', ascii('iso5'), u32(0)), moov)
  const half = Math.ceil(sizes.length / 2)
  let taken = 0
  for (const part of [sizes.slice(0, half), sizes.slice(half)]) {
    const data = bytes.subarray(taken, taken + sum(part))
    taken += data.length
    // Its length does not change with what it says, so a first try tells where the pictures begin.
    const { length } = fragment(part, { ...way, usual, start: file.length, dataAt: 0 })
    const dataAt = file.length + length + 8
    file = concat(file, fragment(part, { ...way, usual, start: file.length, dataAt }), box('mdat', data))
  }
  return file
}

function fragment(
  sizes: readonly number[],
  { size, base, usual, start, dataAt }: Way & { usual: number; start: number; dataAt: number },
): Uint8Array {
  const nothing = new Uint8Array(0)
  const [first = 0] = sizes
  const own = size === 'fragment'
  const flags = (base === 'fragment' ? 0x20000 : 1) | (own ? 0x10 : 0)
  const from = base === 'fragment' ? nothing : concat(u32(0), u32(base === 'file' ? 0 : dataAt))
  const offset = base === 'fragment' ? u32(dataAt - start) : base === 'file' ? u32(dataAt) : nothing
  const hasOffset = base === 'run' ? 0 : 1
  // The pictures differ in size, so a run that leaves it to others has only the first.
  const short = own || (size === 'track' && first === usual)
  const runs = short
    ? [
        box('trun', u32(hasOffset), u32(1), offset),
        box('trun', u32(0x200), u32(sizes.length - 1), ...sizes.slice(1).map(u32)),
      ]
    : [box('trun', u32(0x200 | hasOffset), u32(sizes.length), offset, ...sizes.map(u32))]
  return box('moof', box('traf', box('tfhd', u32(flags), u32(1), from, own ? u32(first) : nothing), ...runs))
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)

/** Sizes and bytes of a clip's pictures, out of the tables of its only track. */
function samplesOf(whole: Uint8Array): { sizes: number[]; bytes: Uint8Array } {
  const at = (type: string): number => Buffer.from(whole).indexOf(type) + 4
  const view = new DataView(whole.buffer, whole.byteOffset)
  const count = view.getUint32(at('stsz') + 8)
  const sizes = Array.from({ length: count }, (_, i) => view.getUint32(at('stsz') + 12 + i * 4))
  const offset = view.getUint32(at('stco') + 8)
  return { sizes, bytes: whole.subarray(offset, offset + sum(sizes)) }
}

describe('the pictures of a video', () => {
  test('are the same in MP4 and MOV, with the header at either end, padded, or in Matroska', async () => {
    const sha256 = await of(clip)
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(await of(makeSampleVideo({ durationSec: 2, moovLast: true }))).toBe(sha256)
    expect(await of(makeSampleVideo({ durationSec: 2, container: 'mov' }), 'mov')).toBe(sha256)
    expect(await of(makeSampleVideo({ durationSec: 2, padToBytes: clip.length + 5000 }))).toBe(sha256)
    // Written by somebody else's muxer.
    expect(await of(await remuxed(clip, new MkvOutputFormat()), 'mkv')).toBe(sha256)
  })

  test('are the same in fragments, whatever writes them', async () => {
    const sha256 = await of(clip)
    const fragmented = await remuxed(clip, new Mp4OutputFormat({ fastStart: 'fragmented' }))
    expect(Buffer.from(fragmented).includes('moof')).toBe(true)
    expect(await of(fragmented)).toBe(sha256)
    // With sound between the pictures, and one picture a fragment.
    const plain = await of(await mux({ format: 'mkv', codec: 'avc' }), 'mkv')
    expect(plain).toBeDefined()
    expect(await of(await mux({ format: 'fragmented-mp4', codec: 'avc', sound: true }))).toBe(plain)
    const short = evenTimes(1, 90).map((time) => time * 1.5)
    expect(await of(await mux({ format: 'fragmented-mp4', codec: 'avc', times: short }))).toBe(plain)
    // Written by hand: sizes from the track, from the fragment and from the run; offsets from the file and the fragment.
    for (const way of WAYS) expect([way, await of(inFragments(clip, way))]).toEqual([way, sha256])
  })

  test('in fragments are others when one byte is, and none where a fragment claims what is not there', async () => {
    const whole = inFragments(clip, { size: 'run', base: 'fragment' })
    const changed = whole.slice()
    changed[whole.length - 3] = (changed[whole.length - 3] ?? 0) ^ 1
    expect(await of(changed)).not.toBe(await of(whole))
    const trun = Buffer.from(whole).indexOf('trun') + 4
    const claims = (at: number, value: number): Uint8Array => {
      const bytes = whole.slice()
      new DataView(bytes.buffer).setUint32(trun + at, value)
      return bytes
    }
    // Four billion samples; of no size each; before the file's beginning; without end.
    expect(await of(claims(4, 0xffffffff))).toBeUndefined()
    const usual = inFragments(clip, { size: 'fragment', base: 'fragment' })
    new DataView(usual.buffer).setUint32(Buffer.from(usual).indexOf('trun') + 8, 0xffffffff)
    expect(await of(usual)).toBeUndefined()
    expect(await of(claims(8, 0x80000000))).toBeUndefined()
    expect(await of(whole.subarray(0, whole.length - 1))).toBeUndefined()
    for (let length = 0; length < whole.length; length += 331)
      expect(await of(whole.subarray(0, length))).not.toBe(await of(whole))
  })

  test('are the same in WebM with and without sizes, index and sound', async () => {
    const sha256 = await of(await mux({ format: 'webm' }), 'webm')
    expect(sha256).toBeDefined()
    expect(await of(await mux({ format: 'webm-live' }), 'webm')).toBe(sha256)
    expect(await of(await mux({ format: 'mkv', sound: true }), 'mkv')).toBe(sha256)
  })

  test('are others when one byte, one length or one picture is another', async () => {
    const sha256 = await of(clip)
    const changed = clip.slice()
    changed[clip.length - 3] = (changed[clip.length - 3] ?? 0) ^ 1
    const known = new Set([sha256, await of(changed)])
    known.add(await of(makeSampleVideo({ durationSec: 2, seed: 2 })))
    known.add(await of(makeSampleVideo({ durationSec: 3 })))
    known.add(await of(await mux({ format: 'webm' }), 'webm'))
    known.add(await of(await mux({ format: 'webm', frameBytes: 201 }), 'webm'))
    expect(known.size).toBe(6)
    expect(known.has(undefined)).toBe(false)
  })

  test('are not named where they are not listed, cut off, or no video', async () => {
    expect(await of(clip.subarray(0, clip.length - 10))).toBeUndefined()
    expect(await of(clip, 'jpeg')).toBeUndefined()
    expect(await of(new Uint8Array(0))).toBeUndefined()
    const webm = await mux({ format: 'webm' })
    for (let length = 0; length < webm.length; length += 997)
      expect(await of(webm.subarray(0, length), 'webm')).not.toBe(await of(webm, 'webm'))
  })

  test('that name the same bytes again and again are not read again and again', async () => {
    const bytes = clip.slice()
    const view = new DataView(bytes.buffer)
    const at = Buffer.from(bytes).indexOf('stsz') + 4 + 12
    for (let i = 0; i < 60; i++) view.setUint32(at + i * 4, clip.length / 4)
    expect(await of(bytes)).toBeUndefined()
  })
})

describe('a fingerprint with the SHA-256 of its pictures', () => {
  const sha = (digit: string) => digit.repeat(64)
  const grid = {
    times: Float32Array.of(0),
    kinds: Uint8Array.of(0),
    hashes: new Uint32Array(8),
    // Nothing to see: by its pictures alone it could not be called the same.
    quality: Uint8Array.of(0),
  }
  const stored: StoredFingerprint = {
    ...{ kind: 'video', durationSec: 2, aspect: 1, fileSha256: sha('a'), picturesSha256: sha('b'), grid },
  }
  const query = (picturesSha256: string | undefined): QueryFingerprint => ({
    ...{ kind: 'video', durationSec: 2, fileSha256: sha('c'), grid, turned: [] },
    ...(picturesSha256 === undefined ? {} : { picturesSha256 }),
  })

  test('is kept and read, and so is one without it', () => {
    expect(decodeFingerprint(encodeFingerprint(stored))).toEqual(stored)
    const { picturesSha256: _, ...older } = stored
    expect(decodeFingerprint(encodeFingerprint(older))).toEqual(older)
    expect(() => decodeFingerprint(encodeFingerprint(stored).subarray(0, -1))).toThrow('wrong length')
  })

  test('is a certain duplicate of the same pictures, and of no others', () => {
    expect(matchFingerprints(query(sha('b')), stored)).toMatchObject({ verdict: 'duplicate', score: 1 })
    expect(matchFingerprints(query(sha('d')), stored).verdict).toBe('distinct')
    expect(matchFingerprints(query(undefined), stored).verdict).toBe('distinct')
    const { picturesSha256: _, ...older } = stored
    expect(matchFingerprints(query(undefined), older).verdict).toBe('distinct')
  })
})
