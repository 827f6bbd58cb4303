import type { ByteReader } from '../byte-reader.ts'
import type { Track } from './movie.ts'
import type { SampleSpot } from './sample-table.ts'

/** A frame is cut into slices, a few dozen at the very most; more hops than this say nothing new. */
const MAX_UNITS = 64

/**
 * True when two or more of the samples looked at cannot be frames: the lengths that H.264 and H.265 put before each
 * unit do not add up to the sample. A preallocated download that stopped half way has zeros there, behind a header
 * that is in perfect order. No picture is decoded.
 */
export async function looksDamaged(reader: ByteReader, track: Track): Promise<boolean> {
  const unitLengthBytes = track.picture?.unitLengthBytes
  if (unitLengthBytes === undefined || track.protection !== undefined) return false
  let bad = 0
  for (const spot of track.spots) if (!(await isWhole(reader, spot, unitLengthBytes))) bad += 1
  return bad >= 2
}

async function isWhole(reader: ByteReader, spot: SampleSpot, unitLengthBytes: number): Promise<boolean> {
  const end = spot.offset + spot.size
  let at = spot.offset
  for (let unit = 0; unit < MAX_UNITS && at < end; unit++) {
    const head = await reader.read(at, unitLengthBytes)
    if (head.length < unitLengthBytes) return false
    const length = head.reduce((value, byte) => value * 256 + byte, 0)
    // An empty unit is no unit: zeros would otherwise hop to the end of the sample four by four.
    if (length === 0 || at + unitLengthBytes + length > end) return false
    at += unitLengthBytes + length
  }
  return spot.size > 0
}
