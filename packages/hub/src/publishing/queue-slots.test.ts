import { describe, expect, it } from 'vitest'
import { slotsBetween, type Timetable } from './queue-slots.ts'

const every = (time: string, timeZone = 'Europe/Berlin', days = [1, 2, 3, 4, 5, 6, 7]): Timetable => ({
  timeZone,
  slots: days.map((weekday) => ({ weekday, time })),
})
const list = (timetable: Timetable, from: string, to: string): string[] =>
  [...slotsBetween(timetable, Date.parse(from), Date.parse(to))].map((at) => new Date(at).toISOString())

describe('the slots of a queue', () => {
  it('come at their weekday and time in the zone, after the moment and up to the end', () => {
    const timetable = {
      timeZone: 'America/New_York',
      slots: [
        { weekday: 5, time: '18:00' },
        { weekday: 1, time: '09:30' },
        { weekday: 5, time: '08:00' },
      ],
    }
    // 30 November 2026 is a Monday; New York is five hours behind then.
    expect(list(timetable, '2026-11-30T14:30:00Z', '2026-12-07T14:30:00Z')).toEqual([
      '2026-12-04T13:00:00.000Z',
      '2026-12-04T23:00:00.000Z',
      '2026-12-07T14:30:00.000Z',
    ])
  })

  it('are of the day that the zone has, on either side of the date line', () => {
    expect(
      list(every('08:00', 'Pacific/Kiritimati', [2]), '2026-11-30T00:00:00Z', '2026-12-06T00:00:00Z'),
    ).toEqual(['2026-11-30T18:00:00.000Z'])
    expect(list(every('23:30', 'Pacific/Pago_Pago', [1]), '2026-11-30T00:00:00Z', '2026-12-06T00:00:00Z'))
      // Still Sunday there when Monday begins in UTC.
      .toEqual(['2026-12-01T10:30:00.000Z'])
  })

  it('keep the time of the clocks through summer time', () => {
    expect(list(every('09:00'), '2027-03-27T00:00:00Z', '2027-03-29T00:00:00Z')).toEqual([
      '2027-03-27T08:00:00.000Z',
      '2027-03-28T07:00:00.000Z',
    ])
  })

  it('that the clocks skip come after the skip, once, and in order', () => {
    const timetable = {
      timeZone: 'Europe/Berlin',
      slots: ['02:30', '03:15', '03:30'].map((time) => ({ weekday: 7, time })),
    }
    expect(list(timetable, '2027-03-27T12:00:00Z', '2027-03-28T12:00:00Z')).toEqual([
      '2027-03-28T01:15:00.000Z',
      '2027-03-28T01:30:00.000Z',
    ])
  })

  it('that come twice come at the first', () => {
    expect(list(every('02:30'), '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual([
      '2026-10-25T00:30:00.000Z',
    ])
  })

  it('of a zone whose clocks change at midnight are on their day', () => {
    // Cairo skips from 00:00 to 01:00 on 30 April 2027.
    expect(list(every('00:30', 'Africa/Cairo'), '2027-04-29T00:00:00Z', '2027-04-30T23:00:00Z')).toEqual([
      '2027-04-29T22:30:00.000Z',
      '2027-04-30T21:30:00.000Z',
    ])
  })

  it('of an empty timetable never come', () => {
    expect(list({ timeZone: 'UTC', slots: [] }, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual([])
  })
})
