import type { GrayImage } from './gray-image.ts'

/**
 * The darkest and the lightest value of every pixel over a while. Where the picture moves, what is filmed turns dark in the
 * one and light in the other, but a light mark stays light in the darkest, and a dark mark dark in the lightest: a faint
 * mark over busy ground stands out more than in the mean, which keeps the ground's own lightness.
 */
export class TemporalExtremes {
  #darkest: GrayImage | undefined
  #lightest: GrayImage | undefined

  add({ width, height, pixels }: GrayImage): void {
    if (this.#darkest?.width !== width || this.#darkest.height !== height) {
      this.#darkest = { width, height, pixels: pixels.slice() }
      this.#lightest = { width, height, pixels: pixels.slice() }
      return
    }
    const darkest = this.#darkest.pixels
    const lightest = (this.#lightest as GrayImage).pixels
    for (let at = 0; at < darkest.length; at += 1) {
      const value = pixels[at] as number
      if (value < (darkest[at] as number)) darkest[at] = value
      if (value > (lightest[at] as number)) lightest[at] = value
    }
  }

  /** Nothing before the first picture. The pictures go on changing with what is added. */
  get views(): readonly GrayImage[] {
    return this.#darkest === undefined || this.#lightest === undefined ? [] : [this.#darkest, this.#lightest]
  }
}

/** Half the side of the square that is a pixel's surroundings: about three times the height of small print. */
const REACH = 32
/** Surroundings flatter than this (standard deviation in steps of luma) are not stretched further: noise would turn into edges. */
const MIN_DEVIATION = 9
/** Steps of luma that one standard deviation of the surroundings becomes. */
const STRETCHED_DEVIATION = 48

/**
 * Every pixel measured against its surroundings, so that 20 steps of a faint mark on even ground weigh as much as 100 of a
 * strong one beside it.
 */
export function stretchContrast({ width, height, pixels }: GrayImage): GrayImage {
  // Sums over rectangles from the corner, one row and column larger than the picture.
  const stride = width + 1
  const sums = new Float64Array(stride * (height + 1))
  const squares = new Float64Array(stride * (height + 1))
  for (let y = 0; y < height; y += 1) {
    let row = 0
    let rowOfSquares = 0
    for (let x = 0; x < width; x += 1) {
      const value = pixels[y * width + x] as number
      row += value
      rowOfSquares += value * value
      const at = (y + 1) * stride + x + 1
      sums[at] = (sums[at - stride] as number) + row
      squares[at] = (squares[at - stride] as number) + rowOfSquares
    }
  }
  const inside = (of: Float64Array, left: number, top: number, right: number, bottom: number): number =>
    (of[bottom * stride + right] as number) -
    (of[bottom * stride + left] as number) -
    (of[top * stride + right] as number) +
    (of[top * stride + left] as number)
  const stretched = new Uint8Array(pixels.length)
  for (let y = 0; y < height; y += 1) {
    const top = Math.max(0, y - REACH)
    const bottom = Math.min(height, y + REACH + 1)
    for (let x = 0; x < width; x += 1) {
      const left = Math.max(0, x - REACH)
      const right = Math.min(width, x + REACH + 1)
      const count = (right - left) * (bottom - top)
      const mean = inside(sums, left, top, right, bottom) / count
      const variance = inside(squares, left, top, right, bottom) / count - mean * mean
      const deviation = Math.max(MIN_DEVIATION, Math.sqrt(Math.max(0, variance)))
      const value = 128 + (((pixels[y * width + x] as number) - mean) * STRETCHED_DEVIATION) / deviation
      stretched[y * width + x] = Math.max(0, Math.min(255, Math.round(value)))
    }
  }
  return { width, height, pixels: stretched }
}
