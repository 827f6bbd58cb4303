import { cryptoRandom, ManualClock, type Random, systemClock } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { idPattern, newId, RisingIds } from './ids.ts'

const at = (now: number) => new ManualClock(now)
const of = (byte: number): Random =>
  ({ bytes: (length: number) => new Uint8Array(length).fill(byte) }) as Random

test('an id is its time and its random bits, the highest digit first', () => {
  expect(newId('post', at(0), of(0))).toBe(`post_${'0'.repeat(26)}`)
  expect(newId('post', at(2 ** 48 - 1), of(255))).toBe(`post_7ZZZZZZZZZ${'Z'.repeat(16)}`)
  expect(newId('acc', at(Date.UTC(2026, 0, 1)), cryptoRandom)).toMatch(idPattern('acc'))
})

test('ids of different milliseconds sort by time', () => {
  const ids = [1, 2, 31, 32, 33, 1e9, 1e12].map((now) => newId('post', at(now), cryptoRandom))
  expect(ids.toSorted()).toEqual(ids)
})

test('rising ids sort in the order in which they were made, also within a millisecond', () => {
  let now = 1_800_000_000_000
  const ids = new RisingIds('post', { ...systemClock, now: () => now }, cryptoRandom)
  const made = Array.from({ length: 3000 }, (_, index) => {
    if (index % 1000 === 999) now += 1
    return ids.next()
  })
  expect(made.toSorted()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
  expect(made.every((id) => idPattern('post').test(id))).toBe(true)
})

test('rising ids have room above the highest beginning', () => {
  const ids = new RisingIds('post', at(5), of(255))
  const [first, second] = [ids.next(), ids.next()]
  expect(first).toBe(`post_0000000005F${'Z'.repeat(15)}`)
  expect(second).toBe(`post_0000000005G${'0'.repeat(15)}`)
})
