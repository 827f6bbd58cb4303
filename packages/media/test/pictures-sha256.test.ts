import { BufferSource, BufferTarget, Conversion, Input, MkvOutputFormat, MP4, Output } from 'mediabunny'
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
import { mux } from './muxed.ts'

const of = (bytes: Uint8Array, container = 'mp4') => picturesSha256({ kind: 'bytes', bytes }, container)
const clip = makeSampleVideo({ durationSec: 2 })

describe('the pictures of a video', () => {
  test('are the same in MP4 and MOV, with the header at either end, padded, or in Matroska', async () => {
    const sha256 = await of(clip)
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(await of(makeSampleVideo({ durationSec: 2, moovLast: true }))).toBe(sha256)
    expect(await of(makeSampleVideo({ durationSec: 2, container: 'mov' }), 'mov')).toBe(sha256)
    expect(await of(makeSampleVideo({ durationSec: 2, padToBytes: clip.length + 5000 }))).toBe(sha256)
    // Written by somebody else's muxer.
    const input = new Input({ source: new BufferSource(clip), formats: [MP4] })
    const output = new Output({ format: new MkvOutputFormat(), target: new BufferTarget() })
    await (await Conversion.init({ input, output })).execute()
    expect(await of(new Uint8Array(output.target.buffer as ArrayBuffer), 'mkv')).toBe(sha256)
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
    expect(await of(await mux({ format: 'fragmented-mp4', codec: 'avc' }))).toBeUndefined()
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
