/** What was collected, in numbers: read through once, whatever its size. */
import { type VideoLength, videoLengths } from '@tockwork/contracts/research'
import type { Manifest } from './manifest.ts'
import { rowsOf } from './rows.ts'

export interface Description {
  videos: number
  /** Videos a UTC day, every day of the range. */
  days: { day: string; count: number }[]
  regions: Counted[]
  hashtags: Counted[]
  authors: Counted[]
  lengths: { length: VideoLength; count: number }[]
  /** Views: the share of all that the most seen hundredth has, and quantiles to within a tenth. */
  views: { sum: number; median: number; p90: number; p99: number; max: number }
  authorCount: number
}

export interface Counted {
  name: string
  count: number
}

/** So many names are counted exactly; beyond, the rarest make room. */
const MOST_NAMES = 200_000
const SHOWN = 20
/** Views are counted in classes that grow by a tenth. */
const CLASS = Math.log(1.1)

export async function describeStudy(folder: string, manifest: Manifest): Promise<Description> {
  const days = new Map<string, number>()
  for (const { from, to } of manifest.windows)
    for (let day = from; day <= to; day = nextDay(day)) days.set(day, 0)
  const regions = new Tally()
  const hashtags = new Tally()
  const authors = new Tally()
  const lengths = new Map<VideoLength, number>()
  const classes = new Map<number, number>()
  let [videos, sum, max] = [0, 0, 0]
  for await (const video of rowsOf(folder, manifest).videos) {
    videos += 1
    const day = new Date((video.create_time ?? 0) * 1000).toISOString().slice(0, 10).replaceAll('-', '')
    days.set(day, (days.get(day) ?? 0) + 1)
    if (video.region_code !== undefined) regions.add(video.region_code)
    if (video.username !== undefined) authors.add(video.username)
    for (const tag of new Set(video.hashtag_names)) hashtags.add(tag)
    const seconds = video.video_duration
    if (seconds !== undefined)
      for (const [name, { from, below }] of Object.entries(videoLengths))
        if (seconds >= from && seconds < below)
          lengths.set(name as VideoLength, (lengths.get(name as VideoLength) ?? 0) + 1)
    const views = video.view_count
    if (views !== undefined) {
      sum += views
      max = Math.max(max, views)
      const place = Math.floor(Math.log(views + 1) / CLASS)
      classes.set(place, (classes.get(place) ?? 0) + 1)
    }
  }
  return {
    videos,
    days: [...days].map(([day, count]) => ({ day, count })),
    regions: regions.top(SHOWN),
    hashtags: hashtags.top(SHOWN),
    authors: authors.top(SHOWN),
    authorCount: authors.size,
    lengths: (Object.keys(videoLengths) as VideoLength[])
      .filter(() => lengths.size > 0)
      .map((length) => ({ length, count: lengths.get(length) ?? 0 })),
    views: {
      sum,
      max,
      median: quantile(classes, 0.5),
      p90: quantile(classes, 0.9),
      p99: quantile(classes, 0.99),
    },
  }
}

/** Counts of names in bounded memory. */
class Tally {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    if (this.#counts.size <= MOST_NAMES) return
    const rare = [...this.#counts].sort((a, b) => a[1] - b[1]).slice(0, MOST_NAMES / 2)
    for (const [one] of rare) this.#counts.delete(one)
  }

  get size(): number {
    return this.#counts.size
  }

  top(n: number): Counted[] {
    return [...this.#counts]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, n)
      .map(([name, count]) => ({ name, count }))
  }
}

function quantile(classes: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...classes].sort((a, b) => a[0] - b[0])
  const all = sorted.reduce((sum, [, count]) => sum + count, 0)
  let left = all * share
  for (const [place, count] of sorted) {
    left -= count
    if (left <= 0) return Math.round(Math.exp((place + 0.5) * CLASS) - 1)
  }
  return 0
}

function nextDay(day: string): string {
  const at = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)) + 1)
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
}
