/** A line over time. The same numbers stand beside it as a table, for those who do not see it. */
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useTheme } from '../shell/theme.ts'

const HEIGHT = 240
const DAY_S = 86_400
const short = new Intl.NumberFormat(undefined, { notation: 'compact' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

export function Chart({
  label,
  times,
  values,
}: {
  label: string
  times: readonly number[]
  values: readonly (number | null)[]
}) {
  const place = useRef<HTMLDivElement>(null)
  const { theme } = useTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew when the theme changes
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const colour = (name: string): string => colourOf(element, name)
    const axis = {
      stroke: colour('--soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line'), width: 1 },
      font: '12px system-ui, sans-serif',
    }
    const chart = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        cursor: { y: false },
        legend: { live: true },
        scales: { x: { range: stretchOf }, y: { range: rangeOf } },
        axes: [
          axis,
          { ...axis, size: 56, values: (_chart, marks) => marks.map((mark) => short.format(mark)) },
        ],
        series: [
          {
            label: 'Day',
            value: (_chart, seconds) => (seconds == null ? '–' : day.format(new Date(seconds * 1000))),
          },
          {
            label,
            stroke: colour('--brand'),
            fill: colour('--bad-bg'),
            width: 2,
            spanGaps: true,
            points: { show: times.length < 40, size: 6, fill: colour('--brand') },
            value: (_chart, value) => value?.toLocaleString() ?? '–',
          },
        ],
      },
      [[...times], [...values]],
      element,
    )
    const watcher = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      chart.destroy()
    }
  }, [label, times, values, theme])
  return (
    <figure>
      <div ref={place} className="chart" role="img" aria-label={`${label}. The numbers follow as a table.`} />
      <details>
        <summary className="soft small">As a table</summary>
        <div className="table-wrap chart-table">
          <table>
            <thead>
              <tr>
                <th>Day</th>
                <th className="number">{label}</th>
              </tr>
            </thead>
            <tbody>
              {times.map((at, index) => (
                <tr key={at}>
                  <td>{day.format(new Date(at * 1000))}</td>
                  <td className="number">{values[index]?.toLocaleString() ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

/** A single point lies in the middle of two days. */
function stretchOf(_chart: UPlot, first: number, last: number): [number, number] {
  return first === last ? [first - DAY_S, last + DAY_S] : [first, last]
}

/** Some air around the line; a level one lies in the middle. */
function rangeOf(_chart: UPlot, least: number, most: number): [number, number] {
  if (least === null || most === null) return [0, 1]
  const air = Math.max((most - least) * 0.1, Math.abs(most) * 0.02, 1)
  return [Math.max(0, least - air), most + air]
}

/** A canvas does not know `light-dark()`; what a style comes to, it does. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
