import { PDQ_SIDE } from './pdq.ts'
import type { Region } from './regions.ts'

/** Pictures are looked at in this size, whatever their shape. */
export const PICTURE_SIDE = 256

const SUM_SIDE = PICTURE_SIDE + 1

/** Sums over areas of one picture, from which any part of it is scaled to 64x64 in the same time. */
export class AreaSums {
  readonly #sums = new Uint32Array(SUM_SIDE * SUM_SIDE)

  /** @param luma 256x256 bytes */
  load(luma: Uint8Array): void {
    const sums = this.#sums
    for (let y = 0; y < PICTURE_SIDE; y++) {
      let row = 0
      for (let x = 0; x < PICTURE_SIDE; x++) {
        row += luma[y * PICTURE_SIDE + x] as number
        sums[(y + 1) * SUM_SIDE + x + 1] = (sums[y * SUM_SIDE + x + 1] as number) + row
      }
    }
  }

  /**
   * The part, scaled to 64x64.
   *
   * @param aspect width by height of the whole picture as it is seen; a part is turned in that shape, not in the square
   */
  sample(region: Region, aspect: number, target: Float32Array): void {
    if (region.turned === undefined) this.#straight(region, target)
    else this.#turned(region, region.turned, aspect, target)
  }

  #straight(region: Region, target: Float32Array): void {
    const sums = this.#sums
    const xs = edges(region.left, region.width)
    const ys = edges(region.top, region.height)
    let above = new Float64Array(PDQ_SIDE + 1)
    let below = new Float64Array(PDQ_SIDE + 1)
    const area = (region.width * region.height * PICTURE_SIDE * PICTURE_SIDE) / (PDQ_SIDE * PDQ_SIDE)
    for (let row = 0; row <= PDQ_SIDE; row++) {
      const y = ys[row] as number
      const wholeY = Math.min(PICTURE_SIDE - 1, Math.floor(y))
      const partY = y - wholeY
      const base = wholeY * SUM_SIDE
      for (let column = 0; column <= PDQ_SIDE; column++) {
        const x = xs[column] as number
        const wholeX = Math.min(PICTURE_SIDE - 1, Math.floor(x))
        const partX = x - wholeX
        const at = base + wholeX
        const upper = (sums[at] as number) * (1 - partX) + (sums[at + 1] as number) * partX
        const lower =
          (sums[at + SUM_SIDE] as number) * (1 - partX) + (sums[at + SUM_SIDE + 1] as number) * partX
        below[column] = upper * (1 - partY) + lower * partY
      }
      if (row > 0) {
        const to = (row - 1) * PDQ_SIDE
        for (let column = 0; column < PDQ_SIDE; column++)
          target[to + column] =
            ((below[column + 1] as number) -
              (below[column] as number) -
              (above[column + 1] as number) +
              (above[column] as number)) /
            area
      }
      const spare = above
      above = below
      below = spare
    }
  }

  #turned(region: Region, degrees: number, aspect: number, target: Float32Array): void {
    const middleX = region.left + region.width / 2
    const middleY = region.top + region.height / 2
    const cos = Math.cos((degrees * Math.PI) / 180)
    const sin = Math.sin((degrees * Math.PI) / 180)
    const halfX = Math.max(0.5, (region.width * PICTURE_SIDE) / PDQ_SIDE / 2)
    const halfY = Math.max(0.5, (region.height * PICTURE_SIDE) / PDQ_SIDE / 2)
    for (let row = 0; row < PDQ_SIDE; row++) {
      const v = ((row + 0.5) / PDQ_SIDE - 0.5) * region.height
      for (let column = 0; column < PDQ_SIDE; column++) {
        const u = ((column + 0.5) / PDQ_SIDE - 0.5) * region.width * aspect
        const x = (middleX + (u * cos - v * sin) / aspect) * PICTURE_SIDE
        const y = (middleY + u * sin + v * cos) * PICTURE_SIDE
        target[row * PDQ_SIDE + column] = this.#mean(x, y, halfX, halfY)
      }
    }
  }

  #mean(x: number, y: number, halfX: number, halfY: number): number {
    const left = clamp(Math.round(x - halfX), 0, PICTURE_SIDE - 1)
    const top = clamp(Math.round(y - halfY), 0, PICTURE_SIDE - 1)
    const right = clamp(Math.round(x + halfX), left + 1, PICTURE_SIDE)
    const bottom = clamp(Math.round(y + halfY), top + 1, PICTURE_SIDE)
    const sums = this.#sums
    const sum =
      (sums[bottom * SUM_SIDE + right] as number) -
      (sums[top * SUM_SIDE + right] as number) -
      (sums[bottom * SUM_SIDE + left] as number) +
      (sums[top * SUM_SIDE + left] as number)
    return sum / ((right - left) * (bottom - top))
  }
}

function edges(start: number, length: number): Float64Array {
  const at = new Float64Array(PDQ_SIDE + 1)
  for (let i = 0; i <= PDQ_SIDE; i++)
    at[i] = clamp((start + (length * i) / PDQ_SIDE) * PICTURE_SIDE, 0, PICTURE_SIDE)
  return at
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
