import type { GrayImage, PixelBox } from './gray-image.ts'

/** Height in pixels that the recognition network of PP-OCRv4 reads at. */
export const LINE_HEIGHT = 48
const MIN_WIDTH = 48
const MAX_WIDTH = 1_200

/** One line, scaled to the network's height; the same plane three times, each value from -1 to 1. */
export function toRecognitionInput(
  image: GrayImage,
  box: PixelBox,
): { width: number; data: Float32Array<ArrayBuffer> } {
  const boxWidth = box.right - box.left
  const boxHeight = box.bottom - box.top
  const inked = Math.max(1, Math.min(MAX_WIDTH, Math.round((boxWidth * LINE_HEIGHT) / boxHeight)))
  // The network halves its width several times; odd remainders would be cut off.
  const width = Math.max(MIN_WIDTH, Math.ceil(inked / 8) * 8)
  const plane = width * LINE_HEIGHT
  const data = new Float32Array(plane * 3)
  const rowOf = (y: number): number => Math.min(box.bottom - 1, Math.max(box.top, y)) * image.width
  const columnOf = (x: number): number => Math.min(box.right - 1, Math.max(box.left, x))
  for (let y = 0; y < LINE_HEIGHT; y += 1) {
    const sourceY = box.top + ((y + 0.5) * boxHeight) / LINE_HEIGHT - 0.5
    const upper = rowOf(Math.floor(sourceY))
    const lower = rowOf(Math.floor(sourceY) + 1)
    const down = sourceY - Math.floor(sourceY)
    for (let x = 0; x < inked; x += 1) {
      const sourceX = box.left + ((x + 0.5) * boxWidth) / inked - 0.5
      const near = columnOf(Math.floor(sourceX))
      const far = columnOf(Math.floor(sourceX) + 1)
      const along = sourceX - Math.floor(sourceX)
      const above =
        (image.pixels[upper + near] as number) * (1 - along) + (image.pixels[upper + far] as number) * along
      const below =
        (image.pixels[lower + near] as number) * (1 - along) + (image.pixels[lower + far] as number) * along
      data[y * width + x] = (above * (1 - down) + below * down) / 127.5 - 1
    }
  }
  data.copyWithin(plane, 0, plane)
  data.copyWithin(plane * 2, 0, plane)
  return { width, data }
}

export interface ReadText {
  text: string
  /** Mean likelihood of the letters, 0 to 1. */
  score: number
}

/**
 * Greedy decoding of a connectionist temporal classification: in every column the likeliest letter, repeats merged,
 * blanks (class 0) dropped.
 *
 * @param likelihoods `columns * classes`, one row a column
 * @param letters by class, the first of them class 1; one class more than letters and blank is the space
 */
export function decodeText(
  likelihoods: Float32Array,
  columns: number,
  classes: number,
  letters: readonly string[],
): ReadText {
  let text = ''
  let sum = 0
  let count = 0
  let previous = 0
  for (let column = 0; column < columns; column += 1) {
    let best = 0
    let likelihood = -1
    for (let one = 0, at = column * classes; one < classes; one += 1, at += 1) {
      const value = likelihoods[at] as number
      if (value > likelihood) {
        likelihood = value
        best = one
      }
    }
    if (best !== 0 && best !== previous) {
      text += letters[best - 1] ?? ' '
      sum += likelihood
      count += 1
    }
    previous = best
  }
  return { text: text.trim(), score: count === 0 ? 0 : sum / count }
}
