/** Plots of text, for a terminal. */
import type { Counted, Description } from './describe.ts'

const BARS = '▁▂▃▄▅▆▇█'
const EIGHTHS = ' ▏▎▍▌▋▊▉'

/** A column for each day, or for several where there are more days than columns. */
export function daysPlot(days: Description['days'], width: number): string[] {
  if (days.length === 0) return []
  const each = Math.ceil(days.length / Math.max(10, width))
  const sums: number[] = []
  for (let at = 0; at < days.length; at += each)
    sums.push(days.slice(at, at + each).reduce((sum, { count }) => sum + count, 0))
  const most = Math.max(1, ...sums)
  const rows = [3, 2, 1, 0].map((row) =>
    sums
      .map((count) => {
        const eighths = Math.round((count / most) * 32) - row * 8
        if (count > 0 && row === 0 && eighths < 1) return BARS[0]
        return eighths <= 0 ? ' ' : (BARS[Math.min(7, eighths - 1)] as string)
      })
      .join(''),
  )
  const first = pretty(days[0]?.day ?? '')
  const last = pretty(days.at(-1)?.day ?? '')
  const gap = Math.max(1, sums.length - first.length - last.length)
  return [
    ...rows,
    `${first}${' '.repeat(gap)}${last}`,
    `highest: ${most.toLocaleString('en')} ${each === 1 ? 'a day' : `in ${each} days`}`,
  ]
}

/** A bar for each name. */
export function barsPlot(counted: readonly Counted[], width: number): string[] {
  const most = Math.max(1, ...counted.map(({ count }) => count))
  const label = Math.min(28, Math.max(0, ...counted.map(({ name }) => name.length)))
  const cells = Math.max(10, width - label - 14)
  return counted.map(({ name, count }) => {
    const eighths = Math.round((count / most) * cells * 8)
    const bar = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] as string).trim()
    return `${name.slice(0, label).padEnd(label)}  ${bar.padEnd(cells)}  ${count.toLocaleString('en')}`
  })
}

export function pretty(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`
}
