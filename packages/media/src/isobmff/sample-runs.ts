import { viewOf } from '../byte-reader.ts'
import type { Box } from './boxes.ts'
import { tableOf } from './sample-table.ts'

/** Samples that lie one behind the other in the file. */
export interface SampleRun {
  offset: number
  sizes: number[]
}

/**
 * All samples of a track in the order of decoding, from `stsc`, `stsz` and the chunk offsets. Nothing for a track whose
 * samples all have one size, as no video's have, or whose tables are of another kind. Work is bounded by the tables' bytes.
 */
export function* sampleRuns(moov: Uint8Array, tables: ReadonlyMap<string, Box>): Generator<SampleRun> {
  const view = viewOf(moov)
  const wide = tables.has('co64')
  const chunks = tableOf(view, tables.get(wide ? 'co64' : 'stco'), 4, wide ? 8 : 4)
  const steps = tableOf(view, tables.get('stsc'), 4, 12)
  const sizesBox = tables.get('stsz')
  const sizes = tableOf(view, sizesBox, 8, 4)
  if (sizesBox === undefined || sizes.count === 0 || view.getUint32(sizesBox.body + 4) > 0) return
  let sample = 0
  let step = -1
  let perChunk = 0
  let nextStepAt = 1
  for (let chunk = 1; chunk <= chunks.count && sample < sizes.count; chunk++) {
    while (chunk >= nextStepAt && step + 1 < steps.count) {
      step += 1
      perChunk = view.getUint32(steps.at + step * 12 + 4)
      nextStepAt =
        step + 1 < steps.count ? view.getUint32(steps.at + (step + 1) * 12) : Number.POSITIVE_INFINITY
    }
    const offsetAt = chunks.at + (chunk - 1) * (wide ? 8 : 4)
    const offset = wide ? Number(view.getBigUint64(offsetAt)) : view.getUint32(offsetAt)
    const inChunk = Math.min(perChunk, sizes.count - sample)
    const first = sample
    sample += inChunk
    yield {
      offset,
      sizes: Array.from({ length: inChunk }, (_, i) => view.getUint32(sizes.at + (first + i) * 4)),
    }
  }
}
