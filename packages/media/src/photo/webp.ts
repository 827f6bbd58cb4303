import { asciiAt, type ByteReader, MalformedMedia, viewOf } from '../byte-reader.ts'
import type { ParsedMedia } from '../media-info.ts'

/** Reads the first chunk of a WebP: its canvas, or the header of its only picture. Layout: RFC 9649. */
export async function parseWebp(reader: ByteReader): Promise<ParsedMedia> {
  const parsed: ParsedMedia = { kind: 'photo', container: 'webp', problems: [] }
  const head = await reader.read(0, 30)
  const view = viewOf(head)
  const declared = view.getUint32(4, true) + 8
  if (declared > reader.size) {
    parsed.problems.push({
      code: 'truncated',
      detail: `it should have ${declared} bytes and has ${reader.size}`,
    })
  }
  const chunk = asciiAt(head, 12, 4)
  const need = { 'VP8 ': 30, VP8L: 25, VP8X: 30 }[chunk]
  if (need === undefined) throw new MalformedMedia('it does not begin with a picture')
  if (head.length < need) return parsed
  if (chunk === 'VP8X') {
    parsed.photo = { width: uint24(head, 24) + 1, height: uint24(head, 27) + 1 }
  } else if (chunk === 'VP8L') {
    if (head[20] !== 0x2f) throw new MalformedMedia('its lossless picture has no signature')
    const bits = view.getUint32(21, true)
    parsed.photo = { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  } else {
    if (uint24(head, 23) !== 0x2a019d) throw new MalformedMedia('its picture has no start code')
    parsed.photo = { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  return parsed
}

function uint24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
}
