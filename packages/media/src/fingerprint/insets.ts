import { PICTURE_SIDE } from './picture.ts'
import { evenly } from './picture-area.ts'
import { overlap, type Region, within } from './regions.ts'

/** How many pictures are looked at; an edge must show in nearly all of them. */
const MAX_LOOKS = 12
/** Lines that may be an edge of an inset, on each side. */
const MAX_LINES = 6
const MAX_INSETS = 3
/** Smallest side of an inset, in shares of the picture. */
const MIN_SIDE = 0.3
/** Step in luma across an edge that counts, and share of the looks in which it must be there. */
const STEP = 6
const SHARE_OF_LOOKS = 0.6
/** Share of an inset's side along which the edge must be seen. */
const SHARE_OF_SIDE = 0.7

/**
 * Rectangles inside the picture that look like pictures of their own: one laid over another, one between blurred
 * sides, one in a decorated frame. Their sides are straight edges that stay where they are.
 *
 * @param pictures 256x256 luma each
 * @param active what is left without bars; nothing is found twice
 */
export function findInsets(pictures: readonly Uint8Array[], active: Region): Region[] {
  const looks = evenly(pictures, MAX_LOOKS)
  if (looks.length < 4) return []
  const vertical = persistentEdges(looks, 1)
  const horizontal = persistentEdges(looks, PICTURE_SIDE)
  const xs = [0, ...strongLines(vertical, true), PICTURE_SIDE]
  const ys = [0, ...strongLines(horizontal, false), PICTURE_SIDE]
  const found: { region: Region; seen: number }[] = []
  const side = MIN_SIDE * PICTURE_SIDE
  for (const left of xs) {
    for (const right of xs) {
      if (right - left < side) continue
      for (const top of ys) {
        for (const bottom of ys) {
          if (bottom - top < side) continue
          const sides = [
            left === 0 ? undefined : along(vertical, left, top, bottom, true),
            right === PICTURE_SIDE ? undefined : along(vertical, right, top, bottom, true),
            top === 0 ? undefined : along(horizontal, top, left, right, false),
            bottom === PICTURE_SIDE ? undefined : along(horizontal, bottom, left, right, false),
          ].filter((one) => one !== undefined)
          if (sides.length === 0 || Math.min(...sides) < SHARE_OF_SIDE) continue
          // Half a pixel inside: the line itself is a mixture.
          const region = {
            left: (left + (left === 0 ? 0 : 1)) / PICTURE_SIDE,
            top: (top + (top === 0 ? 0 : 1)) / PICTURE_SIDE,
            width: (right - left - 2) / PICTURE_SIDE,
            height: (bottom - top - 2) / PICTURE_SIDE,
          }
          // More sides seen is better, and of those the clearer.
          found.push({ region, seen: sides.length + sides.reduce((sum, one) => sum + one, 0) / sides.length })
        }
      }
    }
  }
  found.sort((a, b) => b.seen - a.seen)
  const kept: Region[] = []
  for (const { region } of found) {
    if (kept.length === MAX_INSETS) break
    if (
      overlap(region, active) > 0.9 ||
      overlap(region, within(active, { left: 0, top: 0, width: 1, height: 1 })) > 0.9
    )
      continue
    if (kept.some((one) => overlap(one, region) > 0.8)) continue
    kept.push(region)
  }
  return kept
}

/** For each pixel the share of pictures with a step to the pixel before it. */
function persistentEdges(looks: readonly Uint8Array[], stride: 1 | typeof PICTURE_SIDE): Float32Array {
  const share = new Float32Array(PICTURE_SIDE * PICTURE_SIDE)
  for (const picture of looks) {
    for (let i = stride * 2; i < share.length; i++) {
      const step = Math.abs((picture[i] as number) - (picture[i - stride] as number))
      if (step >= STEP) share[i] = (share[i] as number) + 1 / looks.length
    }
  }
  return share
}

/** The lines with most edge on them, at least two pixels apart. */
function strongLines(edges: Float32Array, vertical: boolean): number[] {
  const sums = Array.from({ length: PICTURE_SIDE }, (_, line) => {
    let sum = 0
    for (let i = 0; i < PICTURE_SIDE; i++) {
      const at = vertical ? i * PICTURE_SIDE + line : line * PICTURE_SIDE + i
      if ((edges[at] as number) >= SHARE_OF_LOOKS) sum += 1
    }
    return { line, sum }
  })
  const strong = sums
    .filter(
      ({ line, sum }) =>
        line >= 4 && line <= PICTURE_SIDE - 4 && sum >= MIN_SIDE * SHARE_OF_SIDE * PICTURE_SIDE,
    )
    .sort((a, b) => b.sum - a.sum)
  const kept: number[] = []
  for (const { line } of strong) {
    if (kept.length === MAX_LINES) break
    if (kept.every((other) => Math.abs(other - line) > 2)) kept.push(line)
  }
  return kept.sort((a, b) => a - b)
}

/** Share of a line's stretch that is edge; an edge between two pixels may show at either. */
function along(edges: Float32Array, line: number, from: number, to: number, vertical: boolean): number {
  let seen = 0
  for (let i = from; i < to; i++) {
    const at = (offset: number): number =>
      (vertical ? edges[i * PICTURE_SIDE + line + offset] : edges[(line + offset) * PICTURE_SIDE + i]) ?? 0
    if (Math.max(at(-1), at(0), at(1)) >= SHARE_OF_LOOKS) seen += 1
  }
  return seen / (to - from)
}
