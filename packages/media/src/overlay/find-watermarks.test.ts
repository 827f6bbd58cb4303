import { expect, test } from 'vitest'
import { stretchedBy } from './find-watermarks.ts'

test('a look has as much more time as others keep the machine busy, within bounds', () => {
  expect([0, 1, 2].map((busy) => stretchedBy(2, busy))).toEqual([1, 1, 1])
  expect(stretchedBy(2, 4)).toBe(2)
  expect(stretchedBy(2, 50)).toBe(3)
  // Where the system does not say.
  expect(stretchedBy(2)).toBe(1)
})
