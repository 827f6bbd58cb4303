import { BitWriter } from './bit-writer.ts'
import { ascii, bytes, concat, u16 } from './mp4-writer.ts'

/** Lengths of 1 to 16 bits and the values in order: ITU-T T.81 table K.3. */
const DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
const DC_VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]

/**
 * A baseline JPEG of flat 8x8 blocks (each block is its DC coefficient alone), without chroma subsampling.
 * `colourAt` gives Y, Cb, Cr of a block.
 */
export function encodeJpeg(
  width: number,
  height: number,
  colourAt: (column: number, row: number) => readonly [number, number, number],
): Uint8Array<ArrayBuffer> {
  const quantiser = segment(0xdb, bytes(0), new Uint8Array(64).fill(1))
  const frame = segment(0xc0, bytes(8), u16(height), u16(width), bytes(3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0))
  const dcTable = segment(0xc4, bytes(0x00, ...DC_COUNTS, ...DC_VALUES))
  // One code, of one bit, for the only thing said about AC coefficients: there are none.
  const acTable = segment(0xc4, bytes(0x10, 1, ...new Array<number>(15).fill(0), 0))
  const scan = segment(0xda, bytes(3, 1, 0, 2, 0, 3, 0, 0, 63, 0))
  const jfif = segment(0xe0, ascii('JFIF\0'), bytes(1, 1, 0), u16(1), u16(1), bytes(0, 0))
  const data = encodeScan(Math.ceil(width / 8), Math.ceil(height / 8), colourAt)
  return concat(bytes(0xff, 0xd8), jfif, quantiser, frame, dcTable, acTable, scan, data, bytes(0xff, 0xd9))
}

function encodeScan(
  columns: number,
  rows: number,
  colourAt: (column: number, row: number) => readonly [number, number, number],
): Uint8Array {
  const codes = huffmanCodes()
  const out = new BitWriter()
  const previous: [number, number, number] = [0, 0, 0]
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const colour = colourAt(column, row)
      for (const plane of [0, 1, 2] as const) {
        const dc = (colour[plane] - 128) * 8
        const difference = dc - previous[plane]
        previous[plane] = dc
        const size = 32 - Math.clz32(Math.abs(difference))
        out.bits(...codes[size]!)
        out.bits(difference < 0 ? difference + 2 ** size - 1 : difference, size)
        out.bits(0, 1) // end of block
      }
    }
  }
  return stuffed(out.align(1).bytes())
}

function huffmanCodes(): (readonly [code: number, length: number])[] {
  const codes: (readonly [number, number])[] = []
  let code = 0
  let next = 0
  DC_COUNTS.forEach((count, index) => {
    for (let i = 0; i < count; i++) codes[DC_VALUES[next++]!] = [code++, index + 1]
    code *= 2
  })
  return codes
}

/** A zero behind every 0xFF of coded data, so that it is no marker. */
function stuffed(data: Uint8Array): Uint8Array {
  const out: number[] = []
  for (const byte of data) {
    out.push(byte)
    if (byte === 0xff) out.push(0)
  }
  return Uint8Array.from(out)
}

function segment(marker: number, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concat(...content)
  return concat(bytes(0xff, marker), u16(body.length + 2), body)
}
