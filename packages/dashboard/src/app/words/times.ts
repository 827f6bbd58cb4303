/** Between instants and what a `datetime-local` field holds, by the clocks of this machine. */

export function instantToInput(at: string | null): string {
  const date = at === null ? new Date(Date.now() + 3_600_000) : new Date(at)
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

export function inputToInstant(text: string): string {
  return new Date(text).toISOString()
}

/** `2026-11-28`, by the clocks of this machine. */
export function dayOf(at: string | Date): string {
  const date = new Date(at)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}

export function addDays(date: Date, days: number): Date {
  const next = new Date(date)
  next.setDate(next.getDate() + days)
  return next
}

/** The Monday at or before, at midnight. */
export function weekStart(date: Date): Date {
  const start = new Date(date.getFullYear(), date.getMonth(), date.getDate())
  return addDays(start, -((start.getDay() + 6) % 7))
}
