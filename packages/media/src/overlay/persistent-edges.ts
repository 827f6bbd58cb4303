import { type GrayImage, overlap, type PixelBox, toFractions } from './gray-image.ts'
import type { FrameBox } from './watermark.ts'

/** Steps of luma from one side of an edge to the other. */
const MIN_EDGE = 16
/**
 * How much of an edge stays as it is, of 1: the length of its mean over the root of its mean square. A soft edge of the
 * scene under a shaking camera keeps its direction too, but not its strength.
 */
const MIN_STEADINESS = 0.8
/** Root of the mean square from which on a pixel counts as an edge that could have moved. */
const SEEN_EDGE = 12
/** Of so many edges at the most that stay, in a picture without a mark, some are looked at more closely. */
const STEADY_SCENE = 0.006
/** Where the scene has edges that stay, this share of a mark's own must. */
const STEADY_MARK = 0.85
/** A row or column of which so much is edge that stays is a bar's or a frame's. */
const LINE_SHARE = 0.4
/** Pixels whose luma varies less than this stand still. */
const STILL_DEVIATION = 3
const CELL = 8
const CELL_MIN_EDGES = 6
const MIN_AREA = 0.0012
const MAX_AREA = 0.06
const CORNER = 0.3
const MIN_FRAMES = 8

export interface PersistentMark {
  readonly box: FrameBox
  readonly fromSec: number
  readonly toSec: number
  readonly confidence: number
}

/**
 * Edges that stay while the picture moves (the observation of Dekel et al., CVPR 2017, that a mark's gradients are what all
 * pictures of a collection have in common). Answers only where there was enough movement to tell.
 */
export class PersistentEdges {
  #width = 0
  #height = 0
  #sumX = new Float32Array(0)
  #sumY = new Float32Array(0)
  #sumEdgeSquares = new Float32Array(0)
  #sum = new Float32Array(0)
  #sumSquares = new Float32Array(0)
  #frames = 0
  #fromSec = 0
  #toSec = 0

  add({ width, height, pixels, timeSec }: GrayImage & { readonly timeSec: number }): void {
    if (this.#frames === 0) {
      this.#width = width
      this.#height = height
      this.#fromSec = timeSec
      this.#sumX = new Float32Array(width * height)
      this.#sumY = new Float32Array(width * height)
      this.#sumEdgeSquares = new Float32Array(width * height)
      this.#sum = new Float32Array(width * height)
      this.#sumSquares = new Float32Array(width * height)
    }
    if (width !== this.#width || height !== this.#height) return
    this.#frames += 1
    this.#toSec = timeSec
    const [sumX, sumY, sumEdgeSquares] = [this.#sumX, this.#sumY, this.#sumEdgeSquares]
    const [sum, sumSquares] = [this.#sum, this.#sumSquares]
    for (let y = 1; y + 1 < height; y += 1)
      for (let x = 1, at = y * width + 1; x + 1 < width; x += 1, at += 1) {
        const dx = (pixels[at + 1] as number) - (pixels[at - 1] as number)
        const dy = (pixels[at + width] as number) - (pixels[at - width] as number)
        const value = pixels[at] as number
        sumX[at] = (sumX[at] as number) + dx
        sumY[at] = (sumY[at] as number) + dy
        sumEdgeSquares[at] = (sumEdgeSquares[at] as number) + dx * dx + dy * dy
        sum[at] = (sum[at] as number) + value
        sumSquares[at] = (sumSquares[at] as number) + value * value
      }
  }

  /** @param texts places where something is written, which is judged by what it says */
  corners(texts: readonly FrameBox[]): PersistentMark[] {
    if (this.#frames < MIN_FRAMES) return []
    const { share, count } = this.#steadyEdges(texts)
    // Flat ground stands still by nature; that the scene moved is then seen by its few edges.
    if (this.#stillShare() > 0.5 && share > 0.5) return []
    const strict = count > STEADY_SCENE * this.#width * this.#height
    const cells = this.#steadyCells()
    return connectedBoxes(cells.counts, cells.columns, cells.rows)
      .filter(({ box }) => this.#isCornerMark(box))
      .map(({ box, edges }) => ({ pixels: this.#inPixels(box), edges }))
      .filter(({ pixels }) => !strict || this.#steadyWithin(pixels) >= STEADY_MARK)
      .map(({ pixels, edges }) => ({ box: toFractions(pixels, this), edges }))
      .filter(({ box }) => !texts.some((text) => overlap(text, box) > 0.2))
      .map(({ box, edges }) => ({
        box,
        fromSec: this.#fromSec,
        toSec: this.#toSec,
        confidence: Math.round(Math.min(0.7, 0.35 + edges / 1_500) * 100) / 100,
      }))
  }

  get width(): number {
    return this.#width
  }

  get height(): number {
    return this.#height
  }

  #stillShare(): number {
    let still = 0
    let count = 0
    for (let y = 2; y < this.#height; y += 4)
      for (let x = 2; x < this.#width; x += 4) {
        const at = y * this.#width + x
        const mean = (this.#sum[at] as number) / this.#frames
        const variance = (this.#sumSquares[at] as number) / this.#frames - mean * mean
        if (variance < STILL_DEVIATION ** 2) still += 1
        count += 1
      }
    return still / Math.max(1, count)
  }

  #isEdge(at: number): boolean {
    return (this.#sumEdgeSquares[at] as number) >= SEEN_EDGE ** 2 * this.#frames
  }

  #isSteady(at: number): boolean {
    const [x, y] = [this.#sumX[at] as number, this.#sumY[at] as number]
    return x * x + y * y >= MIN_STEADINESS ** 2 * (this.#sumEdgeSquares[at] as number) * this.#frames
  }

  /** Edges that stay: their share of all, and how many there are besides writing, bars and frames. */
  #steadyEdges(texts: readonly FrameBox[]): { share: number; count: number } {
    const [width, height] = [this.#width, this.#height]
    const rows = new Uint32Array(height)
    const columns = new Uint32Array(width)
    const steady: number[] = []
    let edges = 0
    for (let y = 1; y + 1 < height; y += 1)
      for (let x = 1, at = y * width + 1; x + 1 < width; x += 1, at += 1) {
        if (!this.#isEdge(at)) continue
        edges += 1
        if (!this.#isSteady(at)) continue
        steady.push(at)
        rows[y] = (rows[y] as number) + 1
        columns[x] = (columns[x] as number) + 1
      }
    const written = texts.map((box) => ({
      left: box.x * width,
      top: box.y * height,
      right: (box.x + box.width) * width,
      bottom: (box.y + box.height) * height,
    }))
    const isOwn = (at: number): boolean => {
      const [x, y] = [at % width, Math.floor(at / width)]
      if ((rows[y] as number) > LINE_SHARE * width || (columns[x] as number) > LINE_SHARE * height)
        return false
      return !written.some(({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom)
    }
    return { share: steady.length / Math.max(1, edges), count: steady.filter(isOwn).length }
  }

  /** Of the edges inside, the share that stays. */
  #steadyWithin({ left, top, right, bottom }: PixelBox): number {
    let edges = 0
    let steady = 0
    for (let y = top; y < bottom; y += 1)
      for (let x = left, at = y * this.#width + left; x < right; x += 1, at += 1) {
        if (!this.#isEdge(at)) continue
        edges += 1
        if (this.#isSteady(at)) steady += 1
      }
    return steady / Math.max(1, edges)
  }

  #steadyCells(): { counts: Uint16Array; columns: number; rows: number } {
    const columns = Math.ceil(this.#width / CELL)
    const rows = Math.ceil(this.#height / CELL)
    const counts = new Uint16Array(columns * rows)
    for (let y = 1; y + 1 < this.#height; y += 1)
      for (let x = 1; x + 1 < this.#width; x += 1) {
        const at = y * this.#width + x
        const strength = Math.hypot(this.#sumX[at] as number, this.#sumY[at] as number)
        if (strength / this.#frames < MIN_EDGE || !this.#isSteady(at)) continue
        const cell = Math.floor(y / CELL) * columns + Math.floor(x / CELL)
        counts[cell] = (counts[cell] as number) + 1
      }
    return { counts, columns, rows }
  }

  #inPixels({ left, top, right, bottom }: PixelBox): PixelBox {
    return {
      left: left * CELL,
      top: top * CELL,
      right: Math.min(this.#width, right * CELL),
      bottom: Math.min(this.#height, bottom * CELL),
    }
  }

  /** Small, in a corner, and not a line along the picture's side as bars and frames are. */
  #isCornerMark(cells: PixelBox): boolean {
    const box = toFractions(this.#inPixels(cells), this)
    const area = box.width * box.height
    const centreX = box.x + box.width / 2
    const centreY = box.y + box.height / 2
    const pixelWidth = box.width * this.#width
    const pixelHeight = box.height * this.#height
    return (
      area >= MIN_AREA &&
      area <= MAX_AREA &&
      (centreX < CORNER || centreX > 1 - CORNER) &&
      (centreY < CORNER || centreY > 1 - CORNER) &&
      Math.max(pixelWidth, pixelHeight) < 6 * Math.min(pixelWidth, pixelHeight) &&
      box.width < 0.4 &&
      box.height < 0.4
    )
  }
}

/** Groups of cells with steady edges that touch, or have one empty cell between them. */
function connectedBoxes(
  counts: Uint16Array,
  columns: number,
  rows: number,
): { box: PixelBox; edges: number }[] {
  const seen = new Uint8Array(counts.length)
  const found: { box: PixelBox; edges: number }[] = []
  for (let start = 0; start < counts.length; start += 1) {
    if (seen[start] === 1 || (counts[start] as number) < CELL_MIN_EDGES) continue
    const box = { left: columns, top: rows, right: 0, bottom: 0 }
    let edges = 0
    const stack = [start]
    seen[start] = 1
    while (stack.length > 0) {
      const cell = stack.pop() as number
      const x = cell % columns
      const y = (cell - x) / columns
      edges += counts[cell] as number
      box.left = Math.min(box.left, x)
      box.right = Math.max(box.right, x + 1)
      box.top = Math.min(box.top, y)
      box.bottom = Math.max(box.bottom, y + 1)
      for (let ny = Math.max(0, y - 2); ny <= Math.min(rows - 1, y + 2); ny += 1)
        for (let nx = Math.max(0, x - 2); nx <= Math.min(columns - 1, x + 2); nx += 1) {
          const next = ny * columns + nx
          if (seen[next] === 1 || (counts[next] as number) < CELL_MIN_EDGES) continue
          seen[next] = 1
          stack.push(next)
        }
    }
    found.push({ box, edges })
  }
  return found
}
