import { viewOf } from '../byte-reader.ts'
import { type Box, children, childrenByType } from './boxes.ts'
import type { SampleRun } from './sample-runs.ts'

const TFHD = { baseOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, baseIsMoof: 0x20000 } as const
const TRUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  shift: 0x800,
} as const

/** `trex`: what holds for the samples of a track's fragments unless a fragment says otherwise. */
export function usualSampleSize(moov: Uint8Array, mvex: Box, trackId: number): number {
  const view = viewOf(moov)
  for (const box of children(moov, mvex.body, mvex.end))
    if (box.type === 'trex' && box.end - box.body >= 24 && view.getUint32(box.body + 4) === trackId)
      return view.getUint32(box.body + 16)
  return 0
}

/**
 * The samples of one track in one `moof` (its content; `start` is where the box begins in the file), in the order of
 * decoding. Source: ISO/IEC 14496-12, 8.8.7 and 8.8.8. Work is bounded by the box's bytes and by `fileSize`.
 * @returns undefined where it does not say where its samples lie, or claims more than the file holds
 */
export function fragmentRuns(
  moof: Uint8Array,
  track: { id: number; usualSize: number },
  { start, fileSize }: { start: number; fileSize: number },
): SampleRun[] | undefined {
  const view = viewOf(moof)
  const runs: SampleRun[] = []
  let isFirst = true
  for (const traf of children(moof)) {
    if (traf.type !== 'traf') continue
    const header = childrenByType(moof, traf.body, traf.end).get('tfhd')
    if (header === undefined || header.end - header.body < 8) return undefined
    if (view.getUint32(header.body + 4) !== track.id) {
      isFirst = false
      continue
    }
    const given = headerOf(view, header)
    if (given === undefined) return undefined
    // Otherwise it begins where another track's samples end, which only old writers leave it to.
    if (given.base === undefined && !given.baseIsMoof && !isFirst) return undefined
    isFirst = false
    let next = given.base ?? start
    for (const trun of children(moof, traf.body, traf.end)) {
      if (trun.type !== 'trun') continue
      const run = runOf(view, trun, {
        base: given.base ?? start,
        next,
        size: given.size ?? track.usualSize,
        fileSize,
      })
      if (run === undefined) return undefined
      next = run.offset + run.sizes.reduce((sum, size) => sum + size, 0)
      runs.push(run)
    }
  }
  return runs
}

function headerOf(
  view: DataView,
  { body, end }: Box,
): { base: number | undefined; baseIsMoof: boolean; size: number | undefined } | undefined {
  const flags = view.getUint32(body) & 0xffffff
  const baseAt = body + 8
  const sizeAt =
    baseAt +
    (flags & TFHD.baseOffset ? 8 : 0) +
    (flags & TFHD.description ? 4 : 0) +
    (flags & TFHD.duration ? 4 : 0)
  if ((flags & TFHD.size ? sizeAt + 4 : sizeAt) > end) return undefined
  return {
    base: flags & TFHD.baseOffset ? Number(view.getBigUint64(baseAt)) : undefined,
    baseIsMoof: (flags & TFHD.baseIsMoof) !== 0,
    size: flags & TFHD.size ? view.getUint32(sizeAt) : undefined,
  }
}

function runOf(
  view: DataView,
  { body, end }: Box,
  { base, next, size, fileSize }: { base: number; next: number; size: number; fileSize: number },
): SampleRun | undefined {
  if (end - body < 8) return undefined
  const flags = view.getUint32(body) & 0xffffff
  const count = view.getUint32(body + 4)
  const hasOffset = (flags & TRUN.dataOffset) !== 0
  const first = body + 8 + (hasOffset ? 4 : 0) + (flags & TRUN.firstFlags ? 4 : 0)
  const each = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.shift].filter((flag) => flags & flag).length * 4
  if (first + count * each > end) return undefined
  const offset = hasOffset ? base + view.getInt32(body + 8) : next
  if (flags & TRUN.size) {
    const sizeAt = first + (flags & TRUN.duration ? 4 : 0)
    return { offset, sizes: Array.from({ length: count }, (_, i) => view.getUint32(sizeAt + i * each)) }
  }
  // A count is only a number: four billion samples of nothing, or of more than there is, are no pictures.
  if (count > 0 && (size === 0 || count * size > fileSize)) return undefined
  return { offset, sizes: new Array<number>(count).fill(size) }
}
