import type { GrayImage, PixelBox } from './gray-image.ts'
import { SIDE_MULTIPLE } from './text-detection.ts'

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

/** Shares of the picture's height where marks are small: above the first and below the second. */
const UPPER_BAND = 0.2
const LOWER_BAND = 0.76
/** Small print is found when it is this much larger, whether or not that adds detail. */
const ENLARGED = 1.5

/** The upper and the lower edge of a picture, enlarged, one above the other, and the way back from there. */
export function enlargedBands(picture: GrayImage): { bands: GrayImage; toPicture(box: PixelBox): PixelBox } {
  const multiple = (side: number): number => Math.max(1, Math.round(side / SIDE_MULTIPLE)) * SIDE_MULTIPLE
  const width = multiple(picture.width * ENLARGED)
  const upperRows = Math.round(picture.height * UPPER_BAND)
  const lowerFrom = Math.round(picture.height * LOWER_BAND)
  const scale = width / picture.width
  const upperHeight = multiple(upperRows * scale)
  const lowerHeight = multiple((picture.height - lowerFrom) * scale)
  const pixels = new Uint8Array(width * (upperHeight + lowerHeight))
  enlarge(picture, 0, upperRows, pixels.subarray(0, width * upperHeight), width, upperHeight)
  enlarge(picture, lowerFrom, picture.height, pixels.subarray(width * upperHeight), width, lowerHeight)
  const rowOf = (y: number): number =>
    y < upperHeight
      ? (y * upperRows) / upperHeight
      : lowerFrom + ((y - upperHeight) * (picture.height - lowerFrom)) / lowerHeight
  return {
    bands: { width, height: upperHeight + lowerHeight, pixels },
    toPicture: ({ left, top, right, bottom }) => ({
      left: Math.round(left / scale),
      top: Math.round(rowOf(top)),
      right: Math.round(right / scale),
      bottom: Math.round(rowOf(bottom)),
    }),
  }
}

/** Rows of a picture, interpolated to a larger size. */
function enlarge(
  { width: sourceWidth, pixels }: GrayImage,
  fromRow: number,
  toRow: number,
  target: Uint8Array,
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y += 1) {
    const sourceY = fromRow + ((y + 0.5) * (toRow - fromRow)) / height - 0.5
    const upper = Math.max(fromRow, Math.floor(sourceY))
    const lower = Math.min(toRow - 1, upper + 1)
    const down = Math.max(0, sourceY - upper)
    for (let x = 0; x < width; x += 1) {
      const sourceX = ((x + 0.5) * sourceWidth) / width - 0.5
      const near = Math.max(0, Math.floor(sourceX))
      const far = Math.min(sourceWidth - 1, near + 1)
      const along = Math.max(0, sourceX - near)
      const above =
        (pixels[upper * sourceWidth + near] as number) * (1 - along) +
        (pixels[upper * sourceWidth + far] as number) * along
      const below =
        (pixels[lower * sourceWidth + near] as number) * (1 - along) +
        (pixels[lower * sourceWidth + far] as number) * along
      target[y * width + x] = above * (1 - down) + below * down
    }
  }
}
