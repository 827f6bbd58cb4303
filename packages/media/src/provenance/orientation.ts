import { asciiAt, ByteReader, viewOf } from '../byte-reader.ts'
import type { MediaContainer, MediaSource } from '../media-info.ts'
import { exifEntries } from './photo-tags.ts'

const ORIENTATION = 0x0112
const MAX_SEGMENTS = 200

/** How a photo's pixels lie, as Exif counts it: 1 is upright, 5 to 8 lie on their side. 1 where nothing is said. */
export async function readOrientation(source: MediaSource, container: MediaContainer): Promise<number> {
  if (container !== 'jpeg' && container !== 'webp') return 1
  const reader = await ByteReader.open(source)
  try {
    const tiff = container === 'jpeg' ? await jpegExif(reader) : await webpExif(reader)
    for (const { tag, value } of exifEntries(tiff ?? new Uint8Array(0))) {
      if (tag === ORIENTATION && value >= 1 && value <= 8) return value
    }
    return 1
  } finally {
    await reader.close()
  }
}

async function jpegExif(reader: ByteReader): Promise<Uint8Array | undefined> {
  let offset = 2
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const head = await reader.read(offset, 10)
    if (head.length < 10 || head[0] !== 0xff || head[1] === 0xda) return undefined
    const length = viewOf(head).getUint16(2)
    if (head[1] === 0xe1 && asciiAt(head, 4, 6) === 'Exif\0\0') return reader.read(offset + 10, length - 8)
    offset += 2 + length
  }
  return undefined
}

async function webpExif(reader: ByteReader): Promise<Uint8Array | undefined> {
  let offset = 12
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const head = await reader.read(offset, 8)
    if (head.length < 8) return undefined
    const size = viewOf(head).getUint32(4, true)
    if (asciiAt(head, 0, 4) === 'EXIF') {
      const exif = await reader.read(offset + 8, Math.min(size, 2 ** 20))
      return asciiAt(exif, 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif
    }
    offset += 8 + size + (size & 1)
  }
  return undefined
}
