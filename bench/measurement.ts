/** What a measurement is, how rounds become one figure, and how figures are shown. */

/** One line of the table. `value`, `unit`, `against` and `ratio` are what scripts read. */
export interface Measurement {
  value: number
  unit: string
  /** The same figure of what it is compared with, taken in the same run. */
  against: number
  /** `value / against`. */
  ratio: number
  /** What was measured, and what against. */
  what: string
  /** What it should be. */
  aim?: { of: 'value' | 'ratio'; limit: 'most' | 'least'; number: number }
  met?: boolean
  /** Lowest and highest round. */
  spread: [number, number]
  /** Anything that a reader of the figure must know. */
  note?: string
}

export type Measurements = Record<string, Measurement>

export interface Aim {
  of: 'value' | 'ratio'
  limit: 'most' | 'least'
  number: number
}

export interface Rounds {
  unit: string
  what: string
  /** One figure a round. */
  values: readonly number[]
  against: readonly number[]
  aim?: Aim
  note?: string | undefined
}

/** Medians of rounds; the ratio is that of the medians. */
export function measured({ unit, what, values, against, aim, note }: Rounds): Measurement {
  const value = median(values)
  const other = median(against)
  const ratio = value / other
  return {
    value: round(value),
    unit,
    against: round(other),
    ratio: round(ratio),
    what,
    ...(aim === undefined ? {} : { aim, met: isMet(aim, { value, ratio }) }),
    spread: [round(Math.min(...values)), round(Math.max(...values))],
    ...(note === undefined ? {} : { note }),
  }
}

function isMet(aim: Aim, figures: { value: number; ratio: number }): boolean {
  return aim.limit === 'most' ? figures[aim.of] <= aim.number : figures[aim.of] >= aim.number
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no rounds')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** The value below which the given share of all values lies. Sorts in place. */
export function quantile(values: Float64Array, share: number): number {
  if (values.length === 0) throw new RangeError('no values')
  values.sort()
  return values[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] as number
}

/** Four digits that count, so that a figure claims no more than was measured. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** The table that people read. */
export function table(measurements: Measurements): string {
  const rows = Object.entries(measurements).map(([name, one]) => [
    name,
    `${shown(one.value)} ${one.unit}`,
    `${shown(one.spread[0])} to ${shown(one.spread[1])}`,
    `${shown(one.against)} ${one.unit}`,
    one.ratio.toFixed(2),
    aimText(one),
    one.what,
  ])
  const head = ['', 'value', 'rounds', 'against', 'ratio', 'aim', 'what, against what']
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), title.length),
  )
  const line = (row: string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
  const notes = Object.entries(measurements).flatMap(([name, { note }]) =>
    note === undefined ? [] : [`${name}: ${note}`],
  )
  return [line(head), ...rows.map(line), ...notes].join('\n')
}

function aimText({ aim, met, unit }: Measurement): string {
  if (aim === undefined) return ''
  const number = aim.of === 'ratio' ? `${aim.number}x` : `${shown(aim.number)} ${unit}`
  return `${met === true ? 'yes' : 'NO '} ${aim.limit === 'most' ? '<=' : '>='} ${number}`
}

function shown(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  return Number(value.toPrecision(3)).toString()
}
