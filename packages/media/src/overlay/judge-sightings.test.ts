import { expect, test } from 'vitest'
import { judgeSightings, type Sighting } from './judge-sightings.ts'
import type { ReadMark } from './read-mark.ts'

const TIKTOK: ReadMark = {
  kind: 'platform-text',
  key: 'TikTok',
  platform: 'TikTok',
  everydayWord: false,
  fit: 1,
}
const SHORTS: ReadMark = {
  kind: 'platform-text',
  key: 'YouTube',
  platform: 'YouTube',
  everydayWord: true,
  fit: 1,
}
const corner = { x: 0.04, y: 0.05, width: 0.12, height: 0.05 }
const seen = (timeSec: number, more: Partial<Sighting> = {}): Sighting => ({
  mark: TIKTOK,
  text: 'TikTok',
  box: corner,
  score: 0.95,
  fromSec: timeSec,
  toSec: timeSec,
  persists: false,
  plain: false,
  ...more,
})
const verdicts = (...sightings: Sighting[]): string[] =>
  judgeSightings(sightings, true).map(({ verdict }) => verdict)

test('one reading is for a person to look at, a second moment blocks', () => {
  expect(verdicts(seen(1))).toEqual(['review'])
  expect(verdicts(seen(1), seen(1.1))).toEqual(['review'])
  expect(verdicts(seen(1), seen(3))).toEqual(['block'])
})

test('what stays through a moving window needs no second one', () => {
  expect(judgeSightings([seen(1, { toSec: 3, persists: true })], true)).toMatchObject([
    { verdict: 'block', fromSec: 1, toSec: 3, platform: 'TikTok', text: 'TikTok' },
  ])
})

test('a mark that jumps is one mark in each place', () => {
  const other = { x: 0.8, y: 0.8, width: 0.12, height: 0.05 }
  expect(judgeSightings([seen(1), seen(3, { box: other })], true)).toMatchObject([
    { box: corner, verdict: 'block' },
    { box: other, verdict: 'block' },
  ])
})

test('a word in the middle could be a subtitle; on a flat ground it is an end card', () => {
  const box = { x: 0.4, y: 0.8, width: 0.2, height: 0.06 }
  expect(verdicts(seen(1, { box }), seen(3, { box }))).toEqual(['review'])
  expect(verdicts(seen(5.2, { box, plain: true }), seen(5.7, { box, plain: true }))).toEqual(['block'])
})

test('an everyday word counts only where it stays, near the edge, and whole', () => {
  const word = { mark: SHORTS, text: 'Shorts' }
  expect(verdicts(seen(1, word))).toEqual([])
  const elsewhere = { x: 0.4, y: 0.3, width: 0.12, height: 0.05 }
  expect(verdicts(seen(1, word), seen(3, { ...word, box: elsewhere }))).toEqual([])
  expect(verdicts(seen(1, word), seen(3, word))).toEqual(['block'])
  const inside = { x: 0.3, y: 0.4, width: 0.12, height: 0.05 }
  expect(verdicts(seen(1, { ...word, box: inside }), seen(3, { ...word, box: inside }))).toEqual(['review'])
  const cut = { x: 0.9, y: 0.4, width: 0.1, height: 0.05 }
  expect(verdicts(seen(1, { ...word, box: cut }), seen(3, { ...word, box: cut }))).toEqual([])
})

test('every further moment makes it surer', () => {
  const confidence = (count: number): number =>
    judgeSightings(
      Array.from({ length: count }, (_, at) => seen(at)),
      true,
    )[0]?.confidence ?? 0
  expect(confidence(2)).toBeGreaterThan(confidence(1))
  expect(confidence(4)).toBeGreaterThan(confidence(2))
  expect(confidence(9)).toBeLessThanOrEqual(1)
})

test('a handle is foreign only to somebody whose own is known', () => {
  const handle: ReadMark = { kind: 'handle', key: 'lou.travels', everydayWord: false, fit: 1 }
  const twice = [seen(1, { mark: handle }), seen(3, { mark: handle })]
  expect(judgeSightings(twice, true)).toMatchObject([{ verdict: 'block' }])
  expect(judgeSightings(twice, false)).toMatchObject([{ verdict: 'review' }])
})
