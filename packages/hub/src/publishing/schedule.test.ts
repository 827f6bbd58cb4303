import { describe, expect, it } from 'vitest'
import { isTimeZone, resolveSchedule } from './schedule.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const iso = (text: string, zone?: string, now = NOW) => {
  const result = resolveSchedule(text, zone, now)
  return result.ok ? `${new Date(result.at).toISOString()} ${result.adjusted ?? ''}`.trim() : result.rule
}

describe('a scheduled time', () => {
  it('is an instant, or a local time in a zone', () => {
    expect(iso('2026-07-01T09:00:00Z')).toBe('2026-07-01T09:00:00.000Z')
    expect(iso('2026-07-01T09:00:00+05:30')).toBe('2026-07-01T03:30:00.000Z')
    expect(iso('2026-07-01T09:00', 'Europe/Berlin')).toBe('2026-07-01T07:00:00.000Z')
    expect(iso('2026-12-01T09:00:00.250', 'Europe/Berlin')).toBe('2026-12-01T08:00:00.250Z')
    expect(iso('2026-07-01T09:00', 'Asia/Kathmandu')).toBe('2026-07-01T03:15:00.000Z')
    expect(iso('2026-07-01T09:00', 'Pacific/Kiritimati')).toBe('2026-06-30T19:00:00.000Z')
    expect(iso('2026-07-01T00:30', 'UTC')).toBe('2026-07-01T00:30:00.000Z')
  })

  it('that the clocks skip means the same distance after the skip', () => {
    expect(iso('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z gap')
    expect(iso('2026-03-08T02:15', 'America/New_York')).toBe('2026-03-08T07:15:00.000Z gap')
    // Half an hour, in the southern spring.
    expect(iso('2026-10-04T02:10', 'Australia/Lord_Howe')).toBe('2026-10-03T15:40:00.000Z gap')
    expect(iso('2026-03-29T03:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z')
    expect(iso('2026-03-29T01:59', 'Europe/Berlin')).toBe('2026-03-29T00:59:00.000Z')
  })

  it('that comes twice means the first', () => {
    expect(iso('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z overlap')
    expect(iso('2026-11-01T01:30', 'America/New_York')).toBe('2026-11-01T05:30:00.000Z overlap')
    expect(iso('2026-10-25T03:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z')
  })

  it('is refused in the past, beyond a grant, malformed, or without a zone', () => {
    expect(iso('2025-12-31T23:59:59Z')).toBe('in_the_past')
    expect(iso('2026-01-01T00:00:00Z')).toBe('in_the_past')
    expect(iso('2026-01-01T00:30', 'Europe/Berlin')).toBe('in_the_past')
    expect(iso('2027-06-01T00:00:00Z')).toBe('too_far_ahead')
    expect(iso('2026-02-30T09:00', 'Europe/Berlin')).toBe('not_a_time')
    expect(iso('2026-02-03T24:00', 'Europe/Berlin')).toBe('not_a_time')
    expect(iso('tomorrow', 'Europe/Berlin')).toBe('not_a_time')
    expect(iso('2026-07-01T09:00')).toBe('time_zone_needed')
    expect(iso('2026-07-01T09:00', 'Europe/Berln')).toBe('unknown_time_zone')
    expect(iso('2026-07-01T09:00:00Z', 'Mars/Olympus')).toBe('unknown_time_zone')
  })

  it('knows every zone of the engine and no offsets', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) expect(isTimeZone(zone), zone).toBe(true)
    expect(isTimeZone('+02:00')).toBe(false)
  })

  it('goes to an instant whose wall time is the one asked for, all year and everywhere', () => {
    for (const zone of [
      'America/St_Johns',
      'Africa/Casablanca',
      'Asia/Tehran',
      'Pacific/Apia',
      'Europe/London',
    ]) {
      const format = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'short',
      })
      for (let hour = 24; hour < 360 * 24; hour += 7) {
        const wall = new Date(NOW + hour * 3_600_000).toISOString().slice(0, 16)
        const result = resolveSchedule(wall, zone, NOW)
        if (!result.ok) throw new Error(`${zone} ${wall}: ${result.rule}`)
        if (result.adjusted !== 'gap') expect(format.format(result.at)).toBe(wall.replace('T', ' '))
      }
    }
  })
})
