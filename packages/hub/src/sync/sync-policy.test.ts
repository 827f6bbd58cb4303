import { seededRandom } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { nextSyncAt, readSince, retrySyncAt } from './sync-policy.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-11-24T12:00:00Z')

test.each([
  [0, 3 * HOUR],
  [1.9 * DAY, 3 * HOUR],
  [2 * DAY, 12 * HOUR],
  [29 * DAY, 12 * HOUR],
  [30 * DAY, DAY],
  [undefined, DAY],
])('with a newest video of %s ms, readings are spread around %i ms', (age, everyMs) => {
  const random = seededRandom(1)
  const newest = age === undefined ? undefined : NOW - age
  const pauses = Array.from({ length: 1000 }, () => nextSyncAt(NOW, newest, random) - NOW)
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0.8 * everyMs)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1.2 * everyMs)
  // Evenly: no tenth of the span has more than twice its share.
  const tenths = new Array<number>(10).fill(0)
  for (const pause of pauses) {
    const tenth = Math.min(9, Math.floor((pause / everyMs - 0.8) / 0.04))
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  expect(Math.max(...tenths)).toBeLessThan(200)
})

test('a run goes all the way when none did for a week', () => {
  expect(readSince(NOW, null)).toBeNull()
  expect(readSince(NOW, NOW - 7 * DAY)).toBeNull()
  expect(readSince(NOW, NOW - 7 * DAY + 1)).toBe(NOW - 30 * DAY)
})

test('failures are waited for ever longer, never less than TikTok asked for', () => {
  const random = seededRandom(2)
  const pauses = [1, 2, 5, 20, 1000].map((failures) => retrySyncAt(NOW, failures, undefined, random) - NOW)
  expect(pauses[0]).toBeLessThanOrEqual(30_000)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(2 * HOUR)
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(HOUR)
  expect(retrySyncAt(NOW, 1, NOW + DAY, random)).toBe(NOW + DAY)
})
