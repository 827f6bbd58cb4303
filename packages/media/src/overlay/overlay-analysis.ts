import { cropAsPgm, difference, type GrayImage, type PixelBox, toFractions } from './gray-image.ts'
import { judgeSightings, type Sighting } from './judge-sightings.ts'
import { PersistentEdges } from './persistent-edges.ts'
import { type Exempt, readMarks } from './read-mark.ts'
import type { TextLineBox } from './text-detection.ts'
import type { TextReader } from './text-reader.ts'
import type { FrameBox, Watermark } from './watermark.ts'
import { isMoving, isPlain, meanPicture } from './window-pictures.ts'

/** Lines read in one picture; a screen full of text is no reason to read for a minute. */
const MAX_LINES = 12
const MAX_LINE_SHARE_OF_HEIGHT = 0.25
/** A line whose pixels changed less than this since it was read says the same. */
const SAME_PIXELS = 5
const MIN_READ_SCORE = 0.55

export interface TimedPicture extends GrayImage {
  readonly timeSec: number
}

interface ReadLine {
  picture: GrayImage
  box: PixelBox
  text: string
  score: number
}

export interface AnalysisOptions {
  /** Absent: only marks without words are found. */
  readonly reader: TextReader | undefined
  readonly exempt: Exempt
  readonly evidence: boolean
}

/** Takes the pictures of a clip window by window and says in the end what lies over them. */
export class OverlayAnalysis {
  readonly #options: AnalysisOptions
  readonly #edges = new PersistentEdges()
  readonly #sightings: Sighting[] = []
  /** Where text was, marks or not: what is written there is no wordless mark. */
  readonly #textBoxes: FrameBox[] = []
  #known: ReadLine[] = []
  #crops = new Map<FrameBox, Uint8Array>()
  #middle: GrayImage | undefined

  constructor(options: AnalysisOptions) {
    this.#options = options
  }

  /**
   * @param frames of one size, in order of time, from two or three seconds
   * @param isLast the clip ends with this window: its last picture is read too, because end cards are short
   */
  async addWindow(frames: readonly TimedPicture[], isLast: boolean): Promise<void> {
    const first = frames[0]
    const last = frames.at(-1)
    const middle = frames[frames.length >> 1]
    if (first === undefined || last === undefined || middle === undefined) return
    for (const frame of frames) this.#edges.add(frame)
    this.#middle ??= middle
    if (this.#options.reader === undefined) return
    const moving = isMoving(frames)
    if (moving)
      await this.#look(meanPicture(frames), {
        fromSec: first.timeSec,
        toSec: last.timeSec,
        persists: true,
        plain: false,
      })
    const single = (frame: TimedPicture): Promise<void> =>
      this.#look(frame, {
        fromSec: frame.timeSec,
        toSec: frame.timeSec,
        persists: false,
        plain: isPlain(frame),
      })
    await single(middle)
    if (isLast && last !== middle) await single(last)
  }

  finish(): Watermark[] {
    const texts = judgeSightings(this.#sightings)
    const wordless = this.#edges
      .corners(this.#textBoxes)
      .map((found): Watermark => ({ kind: 'unknown-mark', ...found, verdict: 'review' }))
    const all = [...texts, ...wordless]
    if (!this.#options.evidence) return all
    return all.map((mark) => {
      const evidence =
        this.#crops.get(mark.box) ??
        (this.#middle === undefined ? undefined : cropAsPgm(this.#middle, mark.box))
      return evidence === undefined ? mark : { ...mark, evidence }
    })
  }

  async #look(
    picture: GrayImage,
    seen: Pick<Sighting, 'fromSec' | 'toSec' | 'persists' | 'plain'>,
  ): Promise<void> {
    const { reader, exempt, evidence } = this.#options
    if (reader === undefined) return
    const lines = (await reader.detect(picture)).filter(
      ({ top, bottom }) => bottom - top <= picture.height * MAX_LINE_SHARE_OF_HEIGHT,
    )
    const known: ReadLine[] = []
    for (const line of lines.slice(0, MAX_LINES)) {
      const { text, score } = await this.#read(reader, picture, line)
      known.push({ picture, box: line, text, score })
      if (score < MIN_READ_SCORE) continue
      const box = toFractions(line, picture)
      this.#textBoxes.push(box)
      for (const mark of readMarks(text, exempt)) {
        this.#sightings.push({ mark, text, box, score, ...seen })
        if (evidence) this.#crops.set(box, cropAsPgm(picture, box))
      }
    }
    this.#known = [...known, ...this.#known].slice(0, 3 * MAX_LINES)
  }

  async #read(
    reader: TextReader,
    picture: GrayImage,
    line: TextLineBox,
  ): Promise<{ text: string; score: number }> {
    const same = this.#known.find(
      ({ box, picture: before }) =>
        Math.abs(box.left - line.left) <= 4 &&
        Math.abs(box.right - line.right) <= 4 &&
        Math.abs(box.top - line.top) <= 3 &&
        Math.abs(box.bottom - line.bottom) <= 3 &&
        difference(before, picture, line) < SAME_PIXELS,
    )
    return same ?? (await reader.read(picture, line))
  }
}
