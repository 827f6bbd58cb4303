import { cropAsPgm, difference, type GrayImage, type PixelBox, toFractions } from './gray-image.ts'
import { judgeSightings, type Sighting } from './judge-sightings.ts'
import { stretchContrast, TemporalExtremes } from './lasting-views.ts'
import { PersistentEdges } from './persistent-edges.ts'
import { type Exempt, missingLetters, readMarks } from './read-mark.ts'
import type { TextLineBox } from './text-detection.ts'
import type { TextReader } from './text-reader.ts'
import type { FrameBox, Watermark } from './watermark.ts'
import { enlargedBands, isMoving, isPlain, meanPicture } from './window-pictures.ts'

/** Lines read in one picture; a screen full of text is no reason to read for a minute. */
const MAX_LINES = 12
const MAX_LINE_SHARE_OF_HEIGHT = 0.25
/** A line whose pixels changed less than this since it was read says the same. */
const SAME_PIXELS = 5
const MIN_READ_SCORE = 0.55

export interface TimedPicture extends GrayImage {
  readonly timeSec: number
}

type SeenWhen = Pick<Sighting, 'fromSec' | 'toSec' | 'persists' | 'plain'>

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
  /** Of all windows that moved, except the last, which an end card may hide. */
  readonly #extremes = new TemporalExtremes()
  #extremesSeen: SeenWhen | undefined

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
    const isFirst = this.#middle === undefined
    this.#middle ??= middle
    if (this.#options.reader === undefined) return
    const whole = { fromSec: first.timeSec, toSec: last.timeSec, persists: true, plain: false }
    const moment = (frame: TimedPicture): SeenWhen => ({
      fromSec: frame.timeSec,
      toSec: frame.timeSec,
      persists: false,
      plain: isPlain(frame),
    })
    if (isMoving(frames)) {
      const mean = meanPicture(frames)
      await this.#look(mean, whole)
      if (isFirst || isLast) await this.#lookAtBands(mean, whole)
      if (!isLast || isFirst) {
        for (const frame of frames) this.#extremes.add(frame)
        this.#extremesSeen = { ...whole, fromSec: this.#extremesSeen?.fromSec ?? whole.fromSec }
      }
    } else if (isFirst || isLast) {
      await this.#lookAtBands(middle, moment(middle))
      await this.#lookAtBands(stretchContrast(middle), moment(middle))
    }
    await this.#look(middle, moment(middle))
    if (!isLast) return
    if (this.#extremesSeen !== undefined)
      for (const view of this.#extremes.views)
        await this.#lookAtBands(stretchContrast(view), this.#extremesSeen)
    if (last === middle) return
    const marks = await this.#look(last, moment(last))
    // An end card that began just now is seen once more before it is believed.
    const before = frames.at(-3)
    if (marks > 0 && before !== undefined && before !== middle) await this.#look(before, moment(before))
  }

  finish(): Watermark[] {
    const texts = judgeSightings(this.#sightings, this.#options.exempt.handles.length > 0)
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

  /** @returns how many marks were read */
  #look(picture: GrayImage, seen: SeenWhen): Promise<number> {
    return this.#readLines(picture, seen, (line) => toFractions(line, picture))
  }

  #lookAtBands(picture: GrayImage, seen: SeenWhen): Promise<number> {
    const { bands, toPicture } = enlargedBands(picture)
    return this.#readLines(bands, seen, (line) => toFractions(toPicture(line), picture))
  }

  async #readLines(picture: GrayImage, seen: SeenWhen, toBox: (line: PixelBox) => FrameBox): Promise<number> {
    const { reader, exempt, evidence } = this.#options
    if (reader === undefined) return 0
    const lines = (await reader.detect(picture)).filter(
      ({ top, bottom }) => bottom - top <= picture.height * MAX_LINE_SHARE_OF_HEIGHT,
    )
    let marks = 0
    const known: ReadLine[] = []
    for (const line of lines.slice(0, MAX_LINES)) {
      const { text, score, box: inked } = await this.#read(reader, picture, line)
      known.push({ picture, box: inked, text, score })
      if (score < MIN_READ_SCORE) continue
      const box = toBox(inked)
      this.#textBoxes.push(box)
      for (const mark of readMarks(text, exempt)) {
        marks += 1
        this.#sightings.push({ mark, text, box, score, ...seen })
        if (evidence) this.#crops.set(box, cropAsPgm(picture, toFractions(inked, picture)))
      }
    }
    this.#known = [...known, ...this.#known].slice(0, 3 * MAX_LINES)
    return marks
  }

  async #read(reader: TextReader, picture: GrayImage, line: TextLineBox): Promise<ReadLine> {
    const same = this.#known.find(
      ({ box, picture: before }) =>
        before.width === picture.width &&
        before.height === picture.height &&
        Math.abs(box.left - line.left) <= 4 &&
        Math.abs(box.right - line.right) <= 4 &&
        Math.abs(box.top - line.top) <= 3 &&
        Math.abs(box.bottom - line.bottom) <= 3 &&
        difference(before, picture, line) < SAME_PIXELS,
    )
    if (same !== undefined) return same
    const read = { picture, box: line, ...(await reader.read(picture, line)) }
    if (readMarks(read.text, this.#options.exempt).length > 0) return read
    const letterWidth = (line.right - line.left) / Math.max(1, read.text.length)
    for (const missing of missingLetters(read.text)) {
      const more = Math.ceil(letterWidth * missing)
      const box = {
        left: Math.max(0, line.left - more),
        top: Math.max(0, line.top - 2),
        right: Math.min(picture.width, line.right + more),
        bottom: Math.min(picture.height, line.bottom + 2),
      }
      const wider = { picture, box, ...(await reader.read(picture, box)) }
      if (readMarks(wider.text, this.#options.exempt).length > 0) return wider
    }
    return read
  }
}
