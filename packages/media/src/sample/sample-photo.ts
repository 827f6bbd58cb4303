import { crc32, deflateSync } from 'node:zlib'
import { UsageError } from '@tockwork/kernel'
import { encodeJpeg } from './jpeg-encoder.ts'
import { ascii, bytes, concat, u32 } from './mp4-writer.ts'
import { encodeWebp } from './webp-encoder.ts'

export interface SamplePhotoOptions {
  /** Pixels; default 1080. */
  width?: number
  /** Pixels; default 1350. */
  height?: number
  /** Default `jpeg`. */
  container?: 'jpeg' | 'png' | 'webp'
}

/**
 * A real picture that any viewer decodes: a colour gradient, a few kilobytes.
 * @throws UsageError when a side is not a whole number from 1 to 16383
 */
export function makeSamplePhoto(options: SamplePhotoOptions = {}): Uint8Array<ArrayBuffer> {
  const width = side('width', options.width ?? 1080)
  const height = side('height', options.height ?? 1350)
  switch (options.container ?? 'jpeg') {
    case 'png':
      return encodePng(width, height)
    case 'webp':
      return encodeWebp(width, height)
    case 'jpeg': {
      const columns = Math.ceil(width / 8)
      const rows = Math.ceil(height / 8)
      const part = (at: number, of: number) => Math.floor((at * 128) / of)
      return encodeJpeg(width, height, (column, row) => [
        64 + part(row, rows),
        64 + part(column, columns),
        192 - part(row, rows),
      ])
    }
  }
}

function encodePng(width: number, height: number): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(height * (width * 3 + 1))
  for (let y = 0; y < height; y++) {
    const start = y * (width * 3 + 1) + 1 // behind the filter type, which is none
    for (let x = 0; x < width; x++) {
      rows[start + x * 3] = Math.floor((x * 256) / width)
      rows[start + x * 3 + 1] = Math.floor((y * 256) / height)
      rows[start + x * 3 + 2] = 128
    }
  }
  return concat(
    ascii('\x89PNG\r\n\x1a\n'),
    pngChunk('IHDR', concat(u32(width), u32(height), bytes(8, 2, 0, 0, 0))),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', bytes()),
  )
}

function pngChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = concat(ascii(type), data)
  return concat(u32(data.length), body, u32(crc32(body)))
}

function side(field: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 16_383) return value
  throw new UsageError(`${field} is ${value}; allowed is a whole number from 1 to 16383`, { field })
}
