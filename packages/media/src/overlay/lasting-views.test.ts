import { describe, expect, test } from 'vitest'
import type { GrayImage } from './gray-image.ts'
import { stretchContrast, TemporalExtremes } from './lasting-views.ts'

const WIDTH = 160
const HEIGHT = 96

/** Stripes that move by some pixels from picture to picture, with a square of an opacity over them. */
function stripes(turn: number, light: number, opacity: number): GrayImage {
  const pixels = new Uint8Array(WIDTH * HEIGHT)
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 0; x < WIDTH; x += 1) {
      const ground = (x + turn * 7) % 20 < 10 ? 230 : 150
      pixels[y * WIDTH + x] = isMarked(x, y) ? ground * (1 - opacity) + light * opacity : ground
    }
  return { width: WIDTH, height: HEIGHT, pixels }
}

const isMarked = (x: number, y: number): boolean => x >= 70 && x < 90 && y >= 40 && y < 52

/** How far the square's mean lies above that of a ring around it. */
function contrast({ pixels }: GrayImage): number {
  const sums = { mark: 0, ring: 0 }
  const counts = { mark: 0, ring: 0 }
  for (let y = 30; y < 62; y += 1)
    for (let x = 50; x < 110; x += 1) {
      const where = isMarked(x, y) ? 'mark' : 'ring'
      sums[where] += pixels[y * WIDTH + x] as number
      counts[where] += 1
    }
  return sums.mark / counts.mark - sums.ring / counts.ring
}

describe('the darkest and the lightest of a moving picture', () => {
  test('a light mark stands out of the darkest more than it ever does out of one picture', () => {
    const extremes = new TemporalExtremes()
    for (let turn = 0; turn < 10; turn += 1) extremes.add(stripes(turn, 255, 0.4))
    const [darkest] = extremes.views as [GrayImage]
    const oneByOne = Array.from({ length: 10 }, (_, turn) => contrast(stripes(turn, 255, 0.4)))
    expect(contrast(darkest)).toBeCloseTo(0.4 * (255 - 150), 0)
    expect(contrast(darkest)).toBeGreaterThan(1.3 * Math.max(...oneByOne))
  })

  test('a dark mark stays in the lightest', () => {
    const extremes = new TemporalExtremes()
    for (let turn = 0; turn < 10; turn += 1) extremes.add(stripes(turn, 0, 0.4))
    expect(contrast(extremes.views[1] as GrayImage)).toBeCloseTo(-0.4 * 230, 0)
  })

  test('pictures that were added are left as they are; another size begins anew', () => {
    const extremes = new TemporalExtremes()
    expect(extremes.views).toEqual([])
    const first = stripes(0, 255, 0.4)
    extremes.add(first)
    extremes.add(stripes(1, 255, 0.4))
    expect(first).toEqual(stripes(0, 255, 0.4))
    const small = { width: 2, height: 1, pixels: Uint8Array.of(3, 9) }
    extremes.add(small)
    expect(extremes.views).toEqual([small, small])
  })
})

describe('contrast within the surroundings', () => {
  test('a faint mark becomes a strong one, wherever the ground is lighter or darker', () => {
    for (const ground of [40, 200]) {
      const pixels = new Uint8Array(WIDTH * HEIGHT).map((_, at) => {
        const x = at % WIDTH
        return ground + (isMarked(x, (at - x) / WIDTH) ? 15 : 0)
      })
      const stretched = stretchContrast({ width: WIDTH, height: HEIGHT, pixels })
      expect(contrast({ width: WIDTH, height: HEIGHT, pixels })).toBeCloseTo(15, 5)
      expect(contrast(stretched)).toBeGreaterThan(60)
    }
  })

  test('flat ground stays flat, and noise of a step or two stays small', () => {
    const noise = new Uint8Array(WIDTH * HEIGHT).map((_, at) => 100 + ((at * 7919) % 3))
    const { pixels } = stretchContrast({ width: WIDTH, height: HEIGHT, pixels: noise })
    expect(Math.max(...pixels) - Math.min(...pixels)).toBeLessThan(16)
  })
})
