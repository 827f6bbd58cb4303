import { type ChunkPlan, chunkAt } from './chunk-plan.ts'

/** What the second number of an answer's `Content-Range: bytes 0-N/TOTAL` means. TikTok does not say. */
export type RangeReading = 'last-index' | 'count'

/** Reads N of `bytes 0-N/TOTAL`; `undefined` when the header is missing or of another form. */
export function rangeEnd(header: string | undefined): number | undefined {
  const match = /^bytes\s+\d+-(\d+)\/(?:\d+|\*)$/i.exec(header?.trim() ?? '')
  const end = match === null ? Number.NaN : Number(match[1])
  return Number.isSafeInteger(end) ? end : undefined
}

/**
 * How many bytes TikTok has by an answer to a chunk that it took. When either reading gives what is expected, that is
 * the one, remembered by the caller for answers where nothing is expected. Else TikTok took a part only.
 */
export function readAccepted(
  end: number,
  expected: number,
  known: RangeReading | undefined,
): { received: number; reading: RangeReading | undefined } {
  if (end + 1 === expected) return { received: expected, reading: 'last-index' }
  if (end === expected) return { received: expected, reading: 'count' }
  return { received: known === 'count' ? end : end + 1, reading: known }
}

/**
 * How many bytes TikTok has by a 416. A reading known from earlier answers decides; else the one that falls on a border
 * between chunks, where an upload stands when nothing was cut; else HTTP's own, the last index.
 */
export function readPosition(end: number, plan: ChunkPlan, known: RangeReading | undefined): number {
  const reading =
    known ?? (isBorder(end + 1, plan) ? 'last-index' : isBorder(end, plan) ? 'count' : 'last-index')
  return reading === 'last-index' ? end + 1 : end
}

function isBorder(offset: number, plan: ChunkPlan): boolean {
  if (offset === plan.size) return true
  return offset === (chunkAt(plan, offset).number - 1) * plan.chunkSize
}
