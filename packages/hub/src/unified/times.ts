/** As every service of this kind writes times: UTC with microseconds and without a zone. */
export function naiveTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000')
}

/** The same time with its zone. */
export function utcTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** The first moment of a UTC day. @param day `2026-11-28` */
export function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}

/** The first moment after a UTC day, which is itself included wherever a day is an end. */
export function dayEnd(day: string): number {
  return dayStart(day) + 86_400_000
}
