import { describe, expect, test } from 'vitest'
import { hashPictures, PHOTO_LYING, type TimedLuma, VIDEO_LYING } from '../src/fingerprint/hash-pictures.ts'
import {
  decodeFingerprint,
  encodeFingerprint,
  FingerprintFormatError,
  matchFingerprints,
  type QueryFingerprint,
  type StoredFingerprint,
} from '../src/originality.ts'
import { caption, crop, type Edit, mirror, placed, Scene, turn } from './scenes.ts'

const SECONDS = 6
const scenes = [1, 2, 3].map((seed) => new Scene(seed))
const originals = scenes.map((scene, i) => video(scene.clip(SECONDS), `original ${i}`).stored)

function video(
  pictures: readonly TimedLuma[],
  name: string,
): { query: QueryFingerprint; stored: StoredFingerprint } {
  const { query, stored } = hashPictures(pictures, { aspect: 9 / 16, storeEvery: 3, lying: VIDEO_LYING })
  const common = {
    kind: 'video',
    durationSec: pictures.length / 4,
    fileSha256: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64),
  } as const
  return { query: { ...common, ...query }, stored: { ...common, aspect: 9 / 16, grid: stored } }
}

function photo({ luma }: TimedLuma, name: string): { query: QueryFingerprint; stored: StoredFingerprint } {
  const { query, stored } = hashPictures([{ timeSec: 0, luma }], {
    aspect: 0.75,
    storeEvery: 1,
    lying: PHOTO_LYING,
    kind: 'photo',
  })
  const common = { kind: 'photo', durationSec: 0, fileSha256: name } as const
  return { query: { ...common, ...query }, stored: { ...common, aspect: 0.75, grid: stored } }
}

const other = new Scene(99)
const otherPicture = other.clip(1)[0] as TimedLuma
/** What another, unmoved picture shows there. */
const elsewhere = (u: number, v: number): number =>
  otherPicture.luma[Math.floor(v * 256) * 256 + Math.floor(u * 256)] ?? 0

const edits: Record<
  string,
  { edit?: Edit; speed?: number; fromSec?: number; light?: number; seconds?: number }
> = {
  'the same, brighter': { light: 30 },
  'cropped by 10 %': { edit: crop(0.05, 0.05, 0.9, 0.9) },
  'cropped off centre': { edit: crop(0.01, 0.08, 0.9, 0.9) },
  mirrored: { edit: mirror },
  'with bars': { edit: placed({ left: 0, top: 0.22, width: 1, height: 0.56 }, () => 0) },
  'with a border': { edit: placed({ left: 0.06, top: 0.06, width: 0.88, height: 0.88 }, () => 180) },
  'turned by 3 degrees': { edit: turn(3) },
  'with a caption': { edit: caption(0.7, 0.16) },
  '10 % faster': { speed: 1.1, seconds: SECONDS / 1.1 },
  'without head and tail': { fromSec: 1.25, seconds: 3.5 },
  'in a corner of another picture': {
    edit: placed({ left: 0.38, top: 0.03, width: 0.6, height: 0.6 }, elsewhere),
  },
  'above another picture': { edit: placed({ left: 0, top: 0, width: 1, height: 0.55 }, elsewhere) },
}

describe('a copy is found, and is no copy of anything else', () => {
  for (const [name, { seconds = SECONDS, ...how }] of Object.entries(edits)) {
    test(name, () => {
      for (const [i, scene] of scenes.entries()) {
        const { query } = video(scene.clip(seconds, how), `${name} of ${i}`)
        const verdicts = originals.map((stored) => matchFingerprints(query, stored).verdict)
        expect(verdicts, `${name} of scene ${i}`).toEqual(
          originals.map((_, j) => (i === j ? 'duplicate' : 'distinct')),
        )
      }
    })
  }

  test('the segment says where: the tail of the original at the head of the copy', () => {
    const scene = scenes[0] as Scene
    const { query } = video(scene.clip(3, { fromSec: 3, edit: mirror }), 'tail')
    const { segments } = matchFingerprints(query, originals[0] as StoredFingerprint)
    expect(segments).toHaveLength(1)
    const [segment] = segments
    expect(segment?.orientation).toBe('mirrored')
    expect(segment?.stored.fromSec).toBeGreaterThanOrEqual(2.25)
    expect(segment?.stored.toSec).toBeGreaterThanOrEqual(5.25)
    expect((segment?.stored.fromSec ?? 0) - (segment?.query.fromSec ?? 0)).toBeCloseTo(3, 0)
  })

  test('the same bytes, whatever their pictures', () => {
    const { query } = video((scenes[1] as Scene).clip(1), 'original 0')
    expect(matchFingerprints(query, originals[0] as StoredFingerprint)).toMatchObject({
      verdict: 'duplicate',
      score: 1,
    })
  })
})

test('a card that says something else on the same backdrop is for a person to decide', () => {
  const still = (scenes[0] as Scene).clip(1)[0] as TimedLuma
  const card = (top: number): TimedLuma[] =>
    Array.from({ length: 24 }, (_, i) => {
      const luma = still.luma.slice()
      for (let y = Math.floor(top * 256); y < (top + 0.12) * 256; y++)
        for (let x = 40; x < 216; x++) if (Math.floor(x / (5 + i / 12)) % 2 === 0) luma[y * 256 + x] = 245
      return { timeSec: i / 4, luma }
    })
  const { query } = video(card(0.2), 'one card')
  const { stored } = video(card(0.55), 'another card')
  expect(matchFingerprints(query, stored).verdict).not.toBe('duplicate')
})

describe('photos', () => {
  const shots = scenes.map((scene, i) => photo(scene.clip(1)[0] as TimedLuma, `${i}`))
  const shown = (i: number, edit: Edit): QueryFingerprint =>
    photo((scenes[i] as Scene).clip(1, { edit })[0] as TimedLuma, `${i} edited`).query

  test.each([
    ['cropped', crop(0.05, 0.05, 0.9, 0.9)],
    ['mirrored', mirror],
    ['lying on its side', ((u, v) => [v, 1 - u - 1e-9]) as Edit],
    ['with bars', placed({ left: 0, top: 0.2, width: 1, height: 0.6 }, () => 255)],
    ['cropped off centre', crop(0.02, 0.09, 0.9, 0.9)],
    ['cropped by less, towards a corner', crop(0.045, 0.005, 0.95, 0.95)],
    ['turned by 5 degrees', turn(5)],
  ])('%s', (_, edit) => {
    for (const i of scenes.keys()) {
      const query = shown(i, edit)
      for (const [j, { stored }] of shots.entries())
        expect(matchFingerprints(query, stored).verdict).toBe(i === j ? 'duplicate' : 'distinct')
    }
  })

  test('are not compared with videos', () => {
    expect(matchFingerprints(shown(0, mirror), originals[0] as StoredFingerprint).verdict).toBe('distinct')
  })

  test('with next to nothing to see match by their bytes alone', () => {
    const flat = { timeSec: 0, luma: new Uint8Array(256 * 256).fill(90) }
    expect(matchFingerprints(photo(flat, 'a').query, photo(flat, 'b').stored).verdict).toBe('distinct')
    expect(matchFingerprints(photo(flat, 'a').query, photo(flat, 'a').stored).verdict).toBe('duplicate')
  })
})

describe('what is stored', () => {
  const [stored] = originals as [StoredFingerprint]
  const bytes = encodeFingerprint(stored)

  test('comes back as it was', () => {
    const back = decodeFingerprint(bytes)
    expect(back.grid).toEqual(stored.grid)
    expect(back.fileSha256).toBe(stored.fileSha256)
    expect(back.kind).toBe('video')
    expect(back.durationSec).toBe(SECONDS)
  })

  test('is refused when it is cut, of another version, or something else', () => {
    const later = bytes.slice()
    later[4] = 2
    const many = bytes.slice()
    many[6] = 255
    for (const bad of [
      bytes.subarray(0, 40),
      bytes.subarray(0, bytes.length - 1),
      later,
      many,
      new Uint8Array(100),
    ])
      expect(() => decodeFingerprint(bad)).toThrow(FingerprintFormatError)
  })
})
