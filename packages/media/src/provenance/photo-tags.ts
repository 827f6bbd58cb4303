import { asciiAt } from '../byte-reader.ts'
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

/** Texts of the first directory of an Exif block (a TIFF file in small). */
export function readExif(tiff: Uint8Array, tags: Tags): void {
  const order = asciiAt(tiff, 0, 2)
  if ((order !== 'II' && order !== 'MM') || tiff.length < 8) return
  const little = order === 'II'
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return
  const count = Math.min(view.getUint16(directory, little), MAX_ENTRIES)
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + i * 12
    if (at + 12 > tiff.length) return
    const name = EXIF_NAMES[view.getUint16(at, little)]
    const length = view.getUint32(at + 4, little)
    if (name === undefined || view.getUint16(at + 2, little) !== 2 || length > 4096) continue
    const from = length <= 4 ? at + 8 : view.getUint32(at + 8, little)
    tags.add(name, utf8(tiff.subarray(from, from + length)))
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
