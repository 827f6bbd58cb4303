import { isDay, researchRules } from '@tockwork/contracts/research'
import { UsageError } from '@tockwork/kernel'

const DAY_MS = 86_400_000

/** A range of UTC days, `YYYYMMDD`, both ends counted. */
export interface DateWindow {
  from: string
  to: string
}

/** `YYYYMMDD` from that or from `YYYY-MM-DD`. */
export function dayOf(text: string, field: string): string {
  const day = text.replace(/^(\d{4})-(\d{2})-(\d{2})$/, '$1$2$3')
  if (!isDay(day))
    throw new UsageError(`${field}: ${JSON.stringify(text)} is not a day`, {
      field,
      action: 'Write a day that exists as YYYY-MM-DD.',
    })
  return day
}

/** Milliseconds since the epoch at which a UTC day begins. */
function startOfDay(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)))
}

export function addDays(day: string, days: number): string {
  return dayFrom(startOfDay(day) + days * DAY_MS)
}

/** The UTC day of a time. */
export function dayFrom(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
}

/** How many days a window has, both ends counted. */
export function daysIn({ from, to }: DateWindow): number {
  return Math.round((startOfDay(to) - startOfDay(from)) / DAY_MS) + 1
}

/**
 * Windows of at most `days` days that cover a range and share no day.
 * @throws {UsageError} when the range ends before it begins
 */
export function splitRange(
  range: DateWindow,
  days: number = researchRules.maxWindowDays.value,
): DateWindow[] {
  const from = dayOf(range.from, 'from')
  const to = dayOf(range.to, 'to')
  if (to < from)
    throw new UsageError(`to: ${to} is before ${from}`, {
      field: 'to',
      action: 'Hand over the later day as to.',
    })
  if (!Number.isInteger(days) || days < 1 || days > researchRules.maxWindowDays.value)
    throw new UsageError(`days: 1 to ${researchRules.maxWindowDays.value}`, { field: 'days' })
  const windows: DateWindow[] = []
  for (let start = from; start <= to; start = addDays(start, days)) {
    const last = addDays(start, days - 1)
    windows.push({ from: start, to: earlier(last, to) })
  }
  return windows
}

/** Two halves of a window, or nothing when it is a single day. */
export function halve(window: DateWindow): [DateWindow, DateWindow] | undefined {
  const days = daysIn(window)
  if (days < 2) return undefined
  const middle = addDays(window.from, Math.floor(days / 2) - 1)
  return [
    { from: window.from, to: middle },
    { from: addDays(middle, 1), to: window.to },
  ]
}

/**
 * What is asked for to get a window whole. Whether TikTok counts `end_date` itself is not said, so a day more is asked
 * for, up to `today`, and what lies outside of the window is dropped by its `create_time`.
 */
export function askedDates(window: DateWindow, today: string): { start_date: string; end_date: string } {
  const next = addDays(window.to, 1)
  return { start_date: window.from, end_date: next > today && window.to >= today ? window.to : next }
}

/** Whether a time in seconds lies in the window. */
export function inWindow(window: DateWindow, createTimeSec: number): boolean {
  const day = dayFrom(createTimeSec * 1000)
  return day >= window.from && day <= window.to
}

function earlier(day: string, other: string): string {
  return startOfDay(day) < startOfDay(other) ? day : other
}
