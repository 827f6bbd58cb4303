import { describe, expect, test } from 'vitest'
import { PersistentEdges } from './persistent-edges.ts'

const WIDTH = 320
const HEIGHT = 192
const FRAMES = 24

type Ground = (x: number, y: number, turn: number) => number

/** Strong shapes of some twenty pixels, panned over by five a picture. */
const panned: Ground = (x, y, turn) =>
  128 +
  70 * Math.sin((x + 5 * turn) / 7) * Math.cos((y + 3 * turn) / 9) +
  30 * Math.sin((x + y + 8 * turn) / 5)
/** Flat, but for a thing that crosses it. */
const flat: Ground = (x, y, turn) => (Math.abs(x - 20 - turn * 11) < 12 && y > 80 && y < 140 ? 200 : 60)
/** Broad soft edges under a camera that shakes by less than they are wide. */
const shaken: Ground = (x, y, turn) => {
  const [dx, dy] = [6 * Math.sin(turn * 2.2), 5 * Math.cos(turn * 1.7)]
  return 128 + 110 * Math.tanh(Math.sin((x + dx) / 16) * 3) * Math.tanh(Math.cos((y + dy) / 15) * 3)
}
const still: Ground = (x, y) => panned(x, y, 0)

/** Near the upper right corner, 70 % opaque: a ring. */
function withRing(ground: Ground): Ground {
  return (x, y, turn) => {
    const away = Math.hypot(x - 285, y - 26)
    const value = ground(x, y, turn)
    return away < 17 && away > 10 ? value * 0.3 + 255 * 0.7 : value
  }
}

function marksOn(ground: Ground) {
  const edges = new PersistentEdges()
  for (let turn = 0; turn < FRAMES; turn += 1) {
    const pixels = new Uint8Array(WIDTH * HEIGHT)
    for (let y = 0, at = 0; y < HEIGHT; y += 1)
      for (let x = 0; x < WIDTH; x += 1, at += 1)
        pixels[at] = Math.max(0, Math.min(255, Math.round(ground(x, y, turn))))
    edges.add({ width: WIDTH, height: HEIGHT, pixels, timeSec: turn / 4 })
  }
  return edges.corners([])
}

describe('a logo without words', () => {
  test.each([
    ['on a picture that moves', panned],
    ['on flat ground, where little moves', flat],
  ])('%s is found in its corner', (_where, ground) => {
    const [mark, ...more] = marksOn(withRing(ground))
    expect(more).toEqual([])
    expect(mark).toMatchObject({ fromSec: 0, toSec: (FRAMES - 1) / 4 })
    expect(mark?.box.x).toBeGreaterThan(0.75)
    expect((mark?.box.y ?? 1) + (mark?.box.height ?? 1)).toBeLessThan(0.35)
  })

  test('cannot be told from a picture that stands still', () => {
    expect(marksOn(withRing(still))).toEqual([])
  })
})

test.each([
  ['that moves', panned],
  ['that is flat', flat],
  ['with soft edges under a shaking camera', shaken],
  ['that stands still', still],
])('a picture %s has none', (_what, ground) => {
  expect(marksOn(ground)).toEqual([])
})
