import { PICTURE_SIDE } from './picture.ts'
import { type Region, WHOLE } from './regions.ts'

/** How many pictures are looked at: bars stay where they are. */
const MAX_LOOKS = 16
/** Luma by which a pixel may differ from the middle of its row and still be of the bar. */
const FLAT = 14
/** Mean change over time of a pixel that stays the same. */
const STILL = 4
/** Share of a row that must be flat and still; a logo or a line of text may stand in a bar. */
const SHARE = 0.85
/** Bars on both sides together never take more than this. */
const MAX_CUT = 0.75
/** A border thinner than this changes no hash. */
const MIN_CUT = 0.012

/**
 * The part of the picture between bars and borders: rows and columns at the edges that are of one colour and never
 * change.
 *
 * @param pictures 256x256 luma each, in order of time
 */
export function activeArea(pictures: readonly Uint8Array[]): Region {
  const looks = evenly(pictures, MAX_LOOKS)
  const { mean, change } = overTime(looks)
  const flatLine = (line: number, vertical: boolean): boolean => {
    const at = (i: number): number => (vertical ? i * PICTURE_SIDE + line : line * PICTURE_SIDE + i)
    const values = Float32Array.from({ length: PICTURE_SIDE }, (_, i) => mean[at(i)] as number).sort()
    const middle = values[PICTURE_SIDE / 2] as number
    let flat = 0
    for (let i = 0; i < PICTURE_SIDE; i++)
      if (Math.abs((mean[at(i)] as number) - middle) < FLAT && (change[at(i)] as number) < STILL) flat += 1
    return flat >= SHARE * PICTURE_SIDE
  }
  const cut = (vertical: boolean): [number, number] => {
    let first = 0
    let last = PICTURE_SIDE
    while (first < PICTURE_SIDE && flatLine(first, vertical)) first += 1
    while (last > first && flatLine(last - 1, vertical)) last -= 1
    if (PICTURE_SIDE - (last - first) > MAX_CUT * PICTURE_SIDE) return [0, 1]
    // The line beside a bar is half bar: scaling mixed them.
    const start = first < MIN_CUT * PICTURE_SIDE ? 0 : first + 1
    const end = PICTURE_SIDE - last < MIN_CUT * PICTURE_SIDE ? PICTURE_SIDE : last - 1
    return [start / PICTURE_SIDE, (end - start) / PICTURE_SIDE]
  }
  const [top, height] = cut(false)
  const [left, width] = cut(true)
  return width === 1 && height === 1 ? WHOLE : { left, top, width, height }
}

/** Mean of each pixel, and how far it is from that on average. */
function overTime(pictures: readonly Uint8Array[]): { mean: Float32Array; change: Float32Array } {
  const mean = new Float32Array(PICTURE_SIDE * PICTURE_SIDE)
  const change = new Float32Array(PICTURE_SIDE * PICTURE_SIDE)
  for (const picture of pictures)
    for (let i = 0; i < mean.length; i++)
      mean[i] = (mean[i] as number) + (picture[i] as number) / pictures.length
  for (const picture of pictures)
    for (let i = 0; i < mean.length; i++)
      change[i] =
        (change[i] as number) + Math.abs((picture[i] as number) - (mean[i] as number)) / pictures.length
  return { mean, change }
}

export function evenly<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all]
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)] as T)
}
