/**
 * Scales one plane by averaging areas: every output pixel is the mean of what it covers, whole or in part. Fine
 * structure turns into grey instead of into patterns that were not there.
 *
 * @param source `height` rows of `stride` bytes, of which the first `width * step` count
 * @param step bytes from one pixel to the next, so that one channel of several can be read
 */
export function averageAreas(
  source: Uint8Array,
  from: { width: number; height: number; stride: number; step?: number; offset?: number },
  to: { width: number; height: number; step?: number; offset?: number },
  target: Uint8Array,
): void {
  const { step = 1, offset = 0 } = from
  const { step: targetStep = 1, offset: targetOffset = 0 } = to
  const columns = spans(from.width, to.width)
  const rows = spans(from.height, to.height)
  const sums = new Float64Array(to.width)
  for (let y = 0; y < to.height; y++) {
    sums.fill(0)
    const { first: top, last: bottom, head: topPart, tail: bottomPart } = rows[y] as Span
    for (let row = top; row <= bottom; row++) {
      const weight = row === top ? topPart : row === bottom ? bottomPart : 1
      const base = offset + row * from.stride
      for (let x = 0; x < to.width; x++) {
        const { first, last, head, tail } = columns[x] as Span
        let sum = (source[base + first * step] as number) * head
        for (let column = first + 1; column < last; column++) sum += source[base + column * step] as number
        if (last > first) sum += (source[base + last * step] as number) * tail
        sums[x] = (sums[x] as number) + sum * weight
      }
    }
    const area = (from.width / to.width) * (from.height / to.height)
    for (let x = 0; x < to.width; x++)
      target[targetOffset + (y * to.width + x) * targetStep] = Math.round((sums[x] as number) / area)
  }
}

/** The pixels that one output pixel covers along one axis, and how much of the first and the last. */
interface Span {
  first: number
  last: number
  head: number
  tail: number
}

function spans(from: number, to: number): Span[] {
  return Array.from({ length: to }, (_, index) => {
    const start = (index * from) / to
    const end = ((index + 1) * from) / to
    const first = Math.min(from - 1, Math.floor(start))
    const last = Math.min(from - 1, Math.max(first, Math.ceil(end - 1e-9) - 1))
    if (first === last) return { first, last, head: end - start, tail: 0 }
    return { first, last, head: first + 1 - start, tail: end - last }
  })
}

/** Turns a picture clockwise by a quarter, half or three quarters. */
export function turn(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: number,
  degrees: number,
): Uint8Array {
  const quarter = degrees === 90 || degrees === 270
  const out = new Uint8Array(pixels.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const toX = degrees === 90 ? height - 1 - y : degrees === 180 ? width - 1 - x : y
      const toY = degrees === 90 ? x : degrees === 180 ? height - 1 - y : width - 1 - x
      const from = (y * width + x) * channels
      const to = (toY * (quarter ? height : width) + toX) * channels
      for (let channel = 0; channel < channels; channel++)
        out[to + channel] = pixels[from + channel] as number
    }
  }
  return out
}
