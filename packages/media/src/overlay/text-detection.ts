import type { GrayImage, PixelBox } from './gray-image.ts'

/**
 * Before and after the detection network of PP-OCRv4, which is a "differentiable binarization" net (Liao et al., AAAI
 * 2020): it answers for every pixel how likely it lies inside the core of a line of text. The figures are those the
 * network was trained and published with (PaddleOCR, `configs/det/ch_PP-OCRv4`).
 */
const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]
const CORE_THRESHOLD = 0.3
const LINE_THRESHOLD = 0.5
/** Cores are trained shrunk; this grows them back. */
const GROWTH = 1.6
/** Sides the network takes. */
export const SIDE_MULTIPLE = 32

/** Three planes, one a colour; a grey picture fills all three. */
export function toDetectionInput({ pixels }: GrayImage): Float32Array<ArrayBuffer> {
  const input = new Float32Array(pixels.length * 3)
  for (const [plane, mean] of MEAN.entries()) {
    const deviation = DEVIATION[plane] as number
    const byValue = Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / deviation)
    for (let at = 0, to = plane * pixels.length; at < pixels.length; at += 1, to += 1)
      input[to] = byValue[pixels[at] as number] as number
  }
  return input
}

export interface TextLineBox extends PixelBox {
  /** Mean likelihood of the line's core, 0 to 1. */
  score: number
}

/**
 * Lines of text in a likelihood map, surest first. Boxes are upright: marks are, and a line that leans by a few degrees
 * is still read inside its upright box.
 */
export function findLines(map: Float32Array, width: number, height: number): TextLineBox[] {
  const seen = new Uint8Array(map.length)
  const stack: number[] = []
  const lines: TextLineBox[] = []
  for (let start = 0; start < map.length; start += 1) {
    if (seen[start] === 1 || (map[start] as number) <= CORE_THRESHOLD) continue
    let left = width
    let right = 0
    let top = height
    let bottom = 0
    let sum = 0
    let count = 0
    seen[start] = 1
    stack.push(start)
    while (stack.length > 0) {
      const at = stack.pop() as number
      const x = at % width
      const y = (at - x) / width
      sum += map[at] as number
      count += 1
      if (x < left) left = x
      if (x >= right) right = x + 1
      if (y < top) top = y
      if (y >= bottom) bottom = y + 1
      for (let dy = -1; dy <= 1; dy += 1) {
        const ny = y + dy
        if (ny < 0 || ny >= height) continue
        for (let dx = -1; dx <= 1; dx += 1) {
          const nx = x + dx
          const next = ny * width + nx
          if (nx < 0 || nx >= width || seen[next] === 1 || (map[next] as number) <= CORE_THRESHOLD) continue
          seen[next] = 1
          stack.push(next)
        }
      }
    }
    const score = sum / count
    if (right - left < 4 || bottom - top < 3 || score < LINE_THRESHOLD) continue
    const grow = ((right - left) * (bottom - top) * GROWTH) / (2 * (right - left + bottom - top))
    lines.push({
      left: Math.max(0, Math.floor(left - grow)),
      top: Math.max(0, Math.floor(top - grow)),
      right: Math.min(width, Math.ceil(right + grow)),
      bottom: Math.min(height, Math.ceil(bottom + grow)),
      score,
    })
  }
  return lines.sort((a, b) => b.score - a.score)
}
