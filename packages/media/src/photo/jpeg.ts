import { type ByteReader, MalformedMedia, viewOf } from '../byte-reader.ts'
import type { ParsedMedia } from '../media-info.ts'

/** Metadata before the picture (profiles, thumbnails, depth maps) is longer than this in no real photo. */
const MAX_SEGMENTS = 4096
const SCAN_STEP = 2 ** 20

/** Reads a JPEG's frame header and looks for its end-of-image marker. */
export async function parseJpeg(reader: ByteReader): Promise<ParsedMedia> {
  const parsed: ParsedMedia = { kind: 'photo', container: 'jpeg', problems: [] }
  let offset = 2
  for (let segment = 0; segment < MAX_SEGMENTS; segment++) {
    const head = await reader.read(offset, 4)
    if (head.length < 4) return truncated(parsed, `inside a header at byte ${offset}`)
    if (head[0] !== 0xff) throw new MalformedMedia(`no marker at byte ${offset}`)
    const marker = head[1]!
    if (marker === 0xff) {
      offset += 1
      continue
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      offset += 2
      continue
    }
    if (marker === 0xd9) throw new MalformedMedia('it ends before any picture')
    const length = viewOf(head).getUint16(2)
    if (length < 2) throw new MalformedMedia(`a segment without length at byte ${offset}`)
    if (isFrameHeader(marker)) {
      const frame = await reader.read(offset + 4, 5)
      if (frame.length < 5) return truncated(parsed, 'inside its frame header')
      const view = viewOf(frame)
      // A height of 0 is legal (it follows the first scan) and written by nobody.
      parsed.photo = { width: view.getUint16(3), height: view.getUint16(1) }
    }
    offset += 2 + length
    if (marker === 0xda) {
      if (!parsed.photo) throw new MalformedMedia('a scan before any frame header')
      return (await hasEnd(reader, offset)) ? parsed : truncated(parsed, 'before the end of its picture')
    }
  }
  throw new MalformedMedia('too many segments')
}

/** SOF0–SOF15 without DHT, JPG and DAC, which share the range. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** A picture beyond this is refused for its size everywhere; whether its end is there does not matter any more. */
const MAX_SCAN_BYTES = 64 * 2 ** 20
/** What cameras put behind a picture (depth maps, a clip) is longer; then the whole is searched. */
const TAIL = 64 * 2 ** 10

/**
 * In coded data 0xFF is always followed by 0x00 or a restart marker, so FF D9 anywhere behind the header of the scan is
 * the picture's end, or something that stands behind it. As a rule it is among the last bytes.
 */
async function hasEnd(reader: ByteReader, from: number): Promise<boolean> {
  if (reader.size > MAX_SCAN_BYTES) return true
  const tail = Math.max(from, reader.size - TAIL)
  if (hasMarker(await reader.read(tail, TAIL))) return true
  for (let offset = from; offset < tail; offset += SCAN_STEP) {
    // One byte more, for a marker across the seam.
    if (hasMarker(await reader.read(offset, SCAN_STEP + 1))) return true
  }
  return false
}

function hasMarker(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('\xff\xd9', 0, 'latin1')
}

function truncated(parsed: ParsedMedia, where: string): ParsedMedia {
  parsed.problems.push({ code: 'truncated', detail: `the file ends ${where}` })
  return parsed
}
