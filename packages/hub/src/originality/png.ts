import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const COLOR_TYPE = { 1: 0, 3: 2 } as const

/** A picture as PNG: `channels` 1 is grey, 3 is red, green, blue; rows from top to bottom without padding. */
export function encodePng(
  pixels: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: 1 | 3 },
): Uint8Array {
  const stride = width * channels
  const rows = new Uint8Array(height * (stride + 1))
  for (let y = 0; y < height; y += 1) {
    const at = y * (stride + 1)
    // Each byte as the difference to the row above, which photographs deflate better by.
    rows[at] = y === 0 ? 0 : 2
    for (let x = 0; x < stride; x += 1) {
      const above = y === 0 ? 0 : (pixels[(y - 1) * stride + x] as number)
      rows[at + 1 + x] = (pixels[y * stride + x] as number) - above
    }
  }
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header[8] = 8
  header[9] = COLOR_TYPE[channels]
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Reads a binary PGM picture (`P5`), as crops of watermarks are handed out. Undefined when it is none. */
export function readPgm(
  bytes: Uint8Array,
): { width: number; height: number; pixels: Uint8Array } | undefined {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(Buffer.from(bytes.subarray(0, 40)).toString('latin1'))
  if (head === null) return undefined
  const [whole, width, height] = [head[0], Number(head[1]), Number(head[2])]
  const pixels = bytes.subarray(whole.length, whole.length + width * height)
  return pixels.length === width * height && pixels.length > 0 ? { width, height, pixels } : undefined
}
