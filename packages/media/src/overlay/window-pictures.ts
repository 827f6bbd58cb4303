import type { GrayImage } from './gray-image.ts'

/** Mean change from one picture to the next above which footage counts as moving, in steps of 0 to 255. */
const MOVING = 2.5

/** What stays through a window while the picture moves: a mark stays sharp, everything else blurs. */
export function meanPicture(frames: readonly GrayImage[]): GrayImage {
  const [{ width, height }] = frames as [GrayImage]
  const sums = new Uint32Array(width * height)
  for (const { pixels } of frames)
    for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] as number) + (pixels[at] as number)
  return { width, height, pixels: Uint8Array.from(sums, (sum) => Math.round(sum / frames.length)) }
}

/** Whether most of the picture changes within the window. Every eighth pixel of every fourth row is looked at. */
export function isMoving(frames: readonly GrayImage[]): boolean {
  const first = frames[0]
  const last = frames.at(-1)
  const middle = frames[frames.length >> 1]
  if (first === undefined || last === undefined || middle === undefined || frames.length < 3) return false
  return sparseDifference(first, middle) > MOVING && sparseDifference(middle, last) > MOVING
}

function sparseDifference(a: GrayImage, b: GrayImage): number {
  let sum = 0
  let count = 0
  for (let y = 2; y < a.height; y += 4)
    for (let x = 4, at = y * a.width + 4; x < a.width; x += 8, at += 8) {
      sum += Math.abs((a.pixels[at] as number) - (b.pixels[at] as number))
      count += 1
    }
  return sum / Math.max(1, count)
}

/** Whether nearly all of a picture is one flat ground, as an end card is. */
export function isPlain({ width, height, pixels }: GrayImage): boolean {
  const histogram = new Uint32Array(32)
  let count = 0
  for (let y = 2; y < height; y += 4)
    for (let x = 2; x < width; x += 4) {
      const bin = (pixels[y * width + x] as number) >> 3
      histogram[bin] = (histogram[bin] as number) + 1
      count += 1
    }
  let fullest = 0
  for (let bin = 0; bin + 1 < 32; bin += 1)
    fullest = Math.max(fullest, (histogram[bin] as number) + (histogram[bin + 1] as number))
  return fullest / Math.max(1, count) > 0.8
}
