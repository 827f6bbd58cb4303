/** Moving scenes without a file or a decoder: a painted world that a camera looks at, and what re-uploaders do to it. */
import { seededRandom } from '@tockwork/kernel'
import type { TimedLuma } from '../src/fingerprint/hash-pictures.ts'

const WORLD = 512
const SIDE = 256

/** Where on the original picture, in shares of it, the luma of a copy's pixel comes from; a number is the luma itself. */
export type Edit = (u: number, v: number) => readonly [u: number, v: number] | number

export class Scene {
  readonly #world = new Uint8Array(WORLD * WORLD)
  readonly #phase: number

  constructor(seed: number) {
    const random = seededRandom(seed)
    this.#phase = random.next() * 6
    const waves = Array.from({ length: 5 }, () => ({
      x: (random.next() - 0.5) * 0.12,
      y: (random.next() - 0.5) * 0.12,
      phase: random.next() * 6,
    }))
    const boxes = Array.from({ length: 60 }, () => ({
      x: random.next() * WORLD,
      y: random.next() * WORLD,
      width: 10 + random.next() * 90,
      height: 10 + random.next() * 90,
      luma: random.next() * 200 - 100,
    }))
    for (let y = 0; y < WORLD; y++) {
      for (let x = 0; x < WORLD; x++) {
        let luma = 120
        for (const wave of waves) luma += 14 * Math.sin(x * wave.x + y * wave.y + wave.phase)
        for (const box of boxes)
          if (x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height) luma += box.luma
        this.#world[y * WORLD + x] = Math.max(0, Math.min(255, luma))
      }
    }
  }

  /** The clip, at four pictures a second, as a copy with this edit shows it. */
  clip(
    seconds: number,
    {
      edit,
      speed = 1,
      fromSec = 0,
      light = 0,
    }: { edit?: Edit; speed?: number; fromSec?: number; light?: number } = {},
  ): TimedLuma[] {
    return Array.from({ length: Math.floor(seconds * 4) }, (_, i) => {
      const time = fromSec + (i / 4) * speed
      return { timeSec: i / 4, luma: this.#picture(time, edit, light) }
    })
  }

  #picture(time: number, edit: Edit | undefined, light: number): Uint8Array {
    const luma = new Uint8Array(SIDE * SIDE)
    const left = 100 + 90 * Math.sin(time * 0.5 + this.#phase)
    const top = 100 + 90 * Math.cos(time * 0.37 + this.#phase)
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const at =
          edit === undefined
            ? ([(x + 0.5) / SIDE, (y + 0.5) / SIDE] as const)
            : edit((x + 0.5) / SIDE, (y + 0.5) / SIDE)
        const value =
          typeof at === 'number'
            ? at
            : (this.#world[Math.floor(top + at[1] * 300) * WORLD + Math.floor(left + at[0] * 300)] ?? 0) +
              light
        luma[y * SIDE + x] = Math.max(0, Math.min(255, value))
      }
    }
    return luma
  }
}

const inside = (u: number): boolean => u >= 0 && u < 1

/** The original in a part of the copy, and something else around it. */
export function placed(
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  around: (u: number, v: number) => number,
): Edit {
  return (u, v) => {
    const x = (u - left) / width
    const y = (v - top) / height
    return inside(x) && inside(y) ? [x, y] : around(u, v)
  }
}

export const crop =
  (left: number, top: number, width: number, height: number): Edit =>
  (u, v) => [left + u * width, top + v * height]

export const mirror: Edit = (u, v) => [1 - u - 1e-9, v]

export function turn(degrees: number): Edit {
  const cos = Math.cos((degrees * Math.PI) / 180)
  const sin = Math.sin((degrees * Math.PI) / 180)
  return (u, v) => {
    const x = 0.5 + (u - 0.5) * cos - (v - 0.5) * sin
    const y = 0.5 + (u - 0.5) * sin + (v - 0.5) * cos
    return inside(x) && inside(y) ? [x, y] : 0
  }
}

/** Bars of light and dark where a caption would stand. */
export const caption =
  (top: number, height: number): Edit =>
  (u, v) =>
    v > top && v < top + height && u > 0.12 && u < 0.88 && Math.floor(u * 40) % 2 === 0 ? 250 : [u, v]
