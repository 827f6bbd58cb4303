import { asciiAt, viewOf } from '../byte-reader.ts'
import type { Tags } from './tags.ts'

const EXIF_NAMES: Record<number, string> = {
  270: 'description',
  271: 'make',
  272: 'model',
  305: 'software',
  315: 'artist',
  33432: 'copyright',
}
const MAX_ENTRIES = 500

/** Texts of the first directory of an Exif block. */
export function readExif(tiff: Uint8Array, tags: Tags): void {
  for (const { tag, type, count, at, value } of exifEntries(tiff)) {
    const name = EXIF_NAMES[tag]
    if (name === undefined || type !== TEXT || count > 4096) continue
    const from = count <= 4 ? at : value
    tags.add(name, utf8(tiff.subarray(from, from + count)))
  }
}

const TEXT = 2
const SHORT = 3

interface ExifEntry {
  tag: number
  type: number
  count: number
  /** Where its four bytes of value stand. */
  at: number
  /** A short number, or where a longer value stands. */
  value: number
}

/** The entries of the first directory of an Exif block, which is a TIFF file in small. */
export function* exifEntries(tiff: Uint8Array): Generator<ExifEntry> {
  const order = asciiAt(tiff, 0, 2)
  if ((order !== 'II' && order !== 'MM') || tiff.length < 8) return
  const little = order === 'II'
  const view = viewOf(tiff)
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return
  const entries = Math.min(view.getUint16(directory, little), MAX_ENTRIES)
  for (let i = 0; i < entries; i++) {
    const start = directory + 2 + i * 12
    if (start + 12 > tiff.length) return
    const type = view.getUint16(start + 2, little)
    const at = start + 8
    yield {
      tag: view.getUint16(start, little),
      type,
      count: view.getUint32(start + 4, little),
      at,
      value: type === SHORT ? view.getUint16(at, little) : view.getUint32(at, little),
    }
  }
}

const IPTC_NAMES: Record<number, string> = {
  40: 'instructions',
  65: 'software',
  80: 'artist',
  120: 'caption',
}

/** IPTC data sets in a Photoshop block; they begin with 0x1C, the record (2), the number and a length. */
export function readIptc(segment: Uint8Array, tags: Tags): void {
  if (!asciiAt(segment, 0, 14).startsWith('Photoshop 3.0\0')) return
  for (let at = 14; at + 5 <= segment.length; ) {
    if (segment[at] !== 0x1c || segment[at + 1] !== 2) {
      at += 1
      continue
    }
    const length = (segment[at + 3]! << 8) | segment[at + 4]!
    const name = IPTC_NAMES[segment[at + 2]!]
    if (name !== undefined && at + 5 + length <= segment.length) {
      tags.add(name, utf8(segment.subarray(at + 5, at + 5 + length)))
    }
    at += 5 + (length < 0x8000 ? length : 0)
  }
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
