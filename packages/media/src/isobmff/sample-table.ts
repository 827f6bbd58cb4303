import { viewOf } from '../byte-reader.ts'
import type { Box } from './boxes.ts'

/** Count and length of a track's frames, taken in as runs, so that a hundred thousand cost as much as one. */
export class FrameTimes {
  count = 0
  ticks = 0
  #shortest = Number.POSITIVE_INFINITY
  #longest = 0

  /** `judged: false` for a frame whose length says nothing about the rate being even. */
  add(count: number, delta: number, judged = true): void {
    this.count += count
    this.ticks += count * delta
    if (count === 0 || !judged) return
    this.#shortest = Math.min(this.#shortest, delta)
    this.#longest = Math.max(this.#longest, delta)
  }

  /**
   * True when frames differ in length by more than a tick of rounding or a tenth; the tenth forgives the uneven
   * clock of a camera.
   */
  get variable(): boolean {
    return this.#longest - this.#shortest > Math.max(1, this.#shortest * 0.1)
  }
}

/** Where one sample lies in the file. */
export interface SampleSpot {
  offset: number
  size: number
}

/** Enough to notice that an eighth of a file is a hole, few enough to look at in a blink. */
const SPOTS = 16

/**
 * Reads `stts` into `frames`, finds where in the file the last sample ends (0 if there is none), from `stsc`, `stsz`
 * and the chunk offsets, and picks some samples. Work is bounded by the tables' bytes, whatever counts they claim.
 */
export function readSampleTable(
  moov: Uint8Array,
  tables: Map<string, Box>,
  frames: FrameTimes,
): { samplesEnd: number; spots: SampleSpot[] } {
  const view = viewOf(moov)
  const stts = tableOf(view, tables.get('stts'), 4, 8)
  for (let i = 0; i < stts.count; i++) {
    frames.add(view.getUint32(stts.at + i * 8), view.getUint32(stts.at + i * 8 + 4))
  }
  return samplePlaces(view, tables)
}

function samplePlaces(view: DataView, tables: Map<string, Box>): { samplesEnd: number; spots: SampleSpot[] } {
  const sizes = tables.get('stsz')
  const wide = tables.has('co64')
  const chunks = tableOf(view, tables.get(wide ? 'co64' : 'stco'), 4, wide ? 8 : 4)
  const runs = tableOf(view, tables.get('stsc'), 4, 12)
  const spots: SampleSpot[] = []
  if (!sizes || sizes.end - sizes.body < 12 || chunks.count === 0) return { samplesEnd: 0, spots }
  const constant = view.getUint32(sizes.body + 4)
  const table = tableOf(view, sizes, 8, 4)
  const total = constant > 0 ? view.getUint32(sizes.body + 8) : table.count
  const spotAt = (index: number): number => Math.floor((index * total) / SPOTS)
  let end = 0
  let sample = 0
  let run = -1
  let perChunk = 0
  let nextRunAt = 1
  for (let chunk = 1; chunk <= chunks.count && sample < total; chunk++) {
    while (chunk >= nextRunAt && run + 1 < runs.count) {
      run += 1
      perChunk = view.getUint32(runs.at + run * 12 + 4)
      nextRunAt = run + 1 < runs.count ? view.getUint32(runs.at + (run + 1) * 12) : Number.POSITIVE_INFINITY
    }
    const inChunk = Math.min(perChunk, total - sample)
    const offsetAt = chunks.at + (chunk - 1) * (wide ? 8 : 4)
    const offset = wide ? Number(view.getBigUint64(offsetAt)) : view.getUint32(offsetAt)
    let bytes = 0
    if (constant === 0) {
      for (let i = 0; i < inChunk; i++) {
        const size = view.getUint32(table.at + (sample + i) * 4)
        if (spots.length < SPOTS && sample + i >= spotAt(spots.length))
          spots.push({ offset: offset + bytes, size })
        bytes += size
      }
    } else {
      bytes = constant * inChunk
    }
    sample += inChunk
    if (bytes > 0) end = Math.max(end, offset + bytes)
  }
  return { samplesEnd: end, spots }
}

/** A table that begins with a count at `countAt` of its box; the count is cut to what the box really holds. */
export function tableOf(view: DataView, box: Box | undefined, countAt: number, entryBytes: number) {
  if (!box || box.end - box.body < countAt + 4) return { at: 0, count: 0 }
  const at = box.body + countAt + 4
  const room = Math.floor((box.end - at) / entryBytes)
  return { at, count: Math.min(view.getUint32(box.body + countAt), room) }
}
