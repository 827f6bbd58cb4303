import { addDays, daysIn, halve, inWindow, splitRange } from '@tockwork/sdk/research'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedDates } from '../../src/research/date-windows.ts'

test('a range is covered by windows of at most 30 days that share none', () => {
  expect(splitRange({ from: '2026-01-01', to: '2026-02-15' })).toEqual([
    { from: '20260101', to: '20260130' },
    { from: '20260131', to: '20260215' },
  ])
  expect(splitRange({ from: '20240228', to: '20240301' }, 1).map(({ from }) => from)).toEqual([
    '20240228',
    '20240229',
    '20240301',
  ])
})

test('whatever the range, every day is in exactly one window', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.nat(400), fc.integer({ min: 1, max: 30 }), (offset, length, days) => {
      const from = addDays('20180101', offset)
      const to = addDays(from, length)
      const windows = splitRange({ from, to }, days)
      expect(windows[0]?.from).toBe(from)
      expect(windows.at(-1)?.to).toBe(to)
      expect(windows.reduce((sum, window) => sum + daysIn(window), 0)).toBe(length + 1)
      for (const [index, window] of windows.entries()) {
        expect(daysIn(window)).toBeLessThanOrEqual(days)
        if (index > 0) expect(window.from).toBe(addDays(windows[index - 1]?.to as string, 1))
      }
    }),
  )
})

test('halves cover the whole; a day has none', () => {
  expect(halve({ from: '20260101', to: '20260103' })).toEqual([
    { from: '20260101', to: '20260101' },
    { from: '20260102', to: '20260103' },
  ])
  expect(halve({ from: '20260101', to: '20260101' })).toBeUndefined()
})

test('a day more is asked for, but never the future, and what lies in it does not count', () => {
  const window = { from: '20260101', to: '20260130' }
  expect(askedDates(window, '20261128')).toEqual({ start_date: '20260101', end_date: '20260131' })
  expect(askedDates({ from: '20261101', to: '20261128' }, '20261128').end_date).toBe('20261128')
  expect(inWindow(window, Date.UTC(2026, 0, 30, 23, 59, 59) / 1000)).toBe(true)
  expect(inWindow(window, Date.UTC(2026, 0, 31) / 1000)).toBe(false)
  expect(inWindow(window, Date.UTC(2025, 11, 31, 23) / 1000)).toBe(false)
})

test('ranges that cannot be are refused by the field that is wrong', () => {
  expect(() => splitRange({ from: '2026-02-30', to: '2026-03-01' })).toThrow(
    'from: "2026-02-30" is not a day',
  )
  expect(() => splitRange({ from: '2026-03-02', to: '2026-03-01' })).toThrow('is before')
  expect(() => splitRange({ from: '2026-03-01', to: '2026-03-02' }, 31)).toThrow('1 to 30')
})
