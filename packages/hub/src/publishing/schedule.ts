/**
 * When a post is due. A local time in a zone is resolved as RFC 5545 and Temporal's `compatible` do: a time that the
 * clocks skip (spring) means the same distance after the skip, so 02:30 becomes 03:30; a time that comes twice (autumn)
 * means the first. The zone rules are those of the JavaScript engine (ICU), so they follow its updates.
 */

export type ScheduleResult =
  | { ok: true; at: number; timeZone: string | undefined; adjusted: 'gap' | 'overlap' | undefined }
  | { ok: false; field: 'scheduled_at' | 'time_zone'; rule: string; message: string }

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/
const DAY_MS = 86_400_000
/** Further ahead a grant will have ended: TikTok's refresh tokens last a year. */
const FURTHEST_MS = 365 * DAY_MS

/** Resolves `scheduled_at` (an instant with `Z` or an offset, or a local time with `time_zone`); the past is refused. */
export function resolveSchedule(
  scheduledAt: string,
  timeZone: string | undefined,
  now: number,
): ScheduleResult {
  if (timeZone !== undefined && !isTimeZone(timeZone))
    return {
      ok: false,
      field: 'time_zone',
      rule: 'unknown_time_zone',
      message: `${JSON.stringify(timeZone)} is no IANA time zone; write one such as Europe/Berlin.`,
    }
  let at: number
  let adjusted: 'gap' | 'overlap' | undefined
  if (INSTANT.test(scheduledAt)) {
    at = Date.parse(scheduledAt)
    if (Number.isNaN(at)) return malformed(scheduledAt)
  } else {
    const local = parseLocal(scheduledAt)
    if (local === undefined) return malformed(scheduledAt)
    if (timeZone === undefined)
      return {
        ok: false,
        field: 'time_zone',
        rule: 'time_zone_needed',
        message: 'scheduled_at is a local time: say in which time_zone, or write it with Z or an offset.',
      }
    ;({ at, adjusted } = localToInstant(local, timeZone))
  }
  if (at <= now)
    return {
      ok: false,
      field: 'scheduled_at',
      rule: 'in_the_past',
      message: `${new Date(at).toISOString()} is not in the future; leave scheduled_at out to post now.`,
    }
  if (at - now > FURTHEST_MS)
    return {
      ok: false,
      field: 'scheduled_at',
      rule: 'too_far_ahead',
      message: 'A post can be scheduled up to 365 days ahead: a grant of TikTok lasts no longer.',
    }
  return { ok: true, at, timeZone, adjusted }
}

/** Whether the engine knows the zone by this name. Offsets such as `+02:00` are no zones: they know no summer. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

/** The local wall time as if it were UTC; `undefined` for what is no date. */
function parseLocal(text: string): number | undefined {
  const match = LOCAL.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0))
  const milliseconds = Number((match[7] ?? '0').padEnd(3, '0'))
  const wall = Date.UTC(
    year as number,
    (month as number) - 1,
    day as number,
    hour as number,
    minute as number,
    second as number,
    milliseconds,
  )
  // Date.UTC carries over what does not exist, such as 31 February or 24:00; here that is a mistake.
  return new Date(wall).toISOString().slice(0, 16) === text.slice(0, 16) ? wall : undefined
}

/** The instant of a wall time, which is given as if it were UTC. */
export function localToInstant(
  wall: number,
  timeZone: string,
): { at: number; adjusted: 'gap' | 'overlap' | undefined } {
  // The offsets of a day before and after are all that can hold at the wall time itself.
  const before = offsetAt(wall - DAY_MS, timeZone)
  const after = offsetAt(wall + DAY_MS, timeZone)
  const fits = [...new Set([wall - before, wall - after])]
    .filter((at) => at + offsetAt(at, timeZone) === wall)
    .sort((a, b) => a - b)
  const [first] = fits
  if (first === undefined) return { at: wall - before, adjusted: 'gap' }
  return { at: first, adjusted: fits.length > 1 ? 'overlap' : undefined }
}

/** Milliseconds that the wall clock of the zone is ahead of UTC. */
export function offsetAt(at: number, timeZone: string): number {
  const parts = formatterOf(timeZone).formatToParts(at)
  const value = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value)
  const wall = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  )
  const wholeSeconds = Math.floor(at / 1000) * 1000
  return wall - wholeSeconds
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Making a formatter costs about 50 µs; there are some 600 zones at most. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(timeZone, formatter)
  }
  return formatter
}

function malformed(text: string): ScheduleResult {
  return {
    ok: false,
    field: 'scheduled_at',
    rule: 'not_a_time',
    message: `${JSON.stringify(text)} is no time; write 2026-12-01T09:00:00 with a time_zone, or 2026-12-01T09:00:00Z.`,
  }
}
