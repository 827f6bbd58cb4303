/** Options that several of the shop commands take. */
import { UsageError } from '@tockwork/kernel'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * A day, a time, or so long ago: `2026-11-01`, `2026-11-01T09:30:00Z`, `36h`, `7d`.
 * @returns epoch seconds
 */
export function readTime(given: string | undefined, flag: string, now: number): number | undefined {
  if (given === undefined) return undefined
  const ago = /^(\d{1,6})([smhd])$/.exec(given)
  if (ago !== null) return Math.floor(now / 1000) - Number(ago[1]) * (UNITS[ago[2] as string] as number)
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(given)
    ? Date.parse(given)
    : Number.NaN
  if (!Number.isNaN(time)) return Math.floor(time / 1000)
  throw new UsageError(
    `${flag} is ${JSON.stringify(given)}; a day (2026-11-01, in UTC), a time with its zone, or 36h or 7d ago are possible.`,
    { field: flag },
  )
}

/** A number in its bounds. @throws {UsageError} naming the flag */
export function readNumber(
  given: string | undefined,
  flag: string,
  { least, most, preset, whole = true }: { least: number; most: number; preset: number; whole?: boolean },
): number {
  const value = given === undefined ? preset : Number(given)
  if (given?.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value)))
    return value
  throw new UsageError(`${flag} is ${given}; ${least} to ${most} are possible.`, { field: flag })
}

/** One of the words, in any case and with `-` for `_`. */
export function readWord<T extends string>(
  given: string | undefined,
  flag: string,
  words: readonly T[],
): T | undefined {
  if (given === undefined) return undefined
  const wanted = given.trim().toUpperCase().replaceAll('-', '_')
  const word = words.find((each) => each.toUpperCase() === wanted)
  if (word !== undefined) return word
  throw new UsageError(`${flag} ${given} is not known.`, {
    field: flag,
    action: `There are: ${words.join(', ')}.`,
  })
}

/** Ids are decimal text. */
export function demandIds(ids: readonly string[], what: string): void {
  for (const id of ids)
    if (!/^\d{1,25}$/.test(id))
      throw new UsageError(`${id} is no id of ${what}: such an id is decimal text.`, { field: what })
}

/** `2026-11-24 12:00`, or a dash. */
export function timeText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || seconds === 0) return '-'
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

export function shorten(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
