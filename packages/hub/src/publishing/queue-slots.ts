import { localToInstant, offsetAt } from './schedule.ts'

/** A time that comes every week, by the clocks of the queue's zone. */
export interface WeeklySlot {
  /** 1 Monday to 7 Sunday, as ISO 8601 counts. */
  weekday: number
  /** `HH:MM` */
  time: string
}

export interface Timetable {
  /** IANA name. */
  timeZone: string
  slots: readonly WeeklySlot[]
}

const DAY_MS = 86_400_000

/**
 * The slots after `after` up to `until`, in order, each once: where the clocks skip or repeat an hour, a slot is where
 * `scheduled_at` would put it, and two that fall together are one.
 */
export function* slotsBetween(timetable: Timetable, after: number, until: number): Generator<number> {
  const { timeZone, slots } = timetable
  if (slots.length === 0) return
  const today = after + offsetAt(after, timeZone)
  let last = after
  // From the day before: a skip can move its last slots past midnight.
  for (let day = Math.floor(today / DAY_MS) - 1; ; day += 1) {
    const weekday = ((((day + 3) % 7) + 7) % 7) + 1
    const times = slots
      .filter((slot) => slot.weekday === weekday)
      .map(({ time }) => localToInstant(day * DAY_MS + minutesOf(time) * 60_000, timeZone).at)
      .sort((a, b) => a - b)
    for (const at of times) {
      if (at <= last) continue
      if (at > until) return
      last = at
      yield at
    }
    if (localToInstant(day * DAY_MS, timeZone).at > until) return
  }
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}
