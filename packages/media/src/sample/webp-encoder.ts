import { ascii, concat } from './mp4-writer.ts'

/**
 * A lossless WebP in some forty bytes, whatever its size (RFC 9649): each pixel is its left neighbour plus a constant,
 * and a code with a single symbol takes no bits. Gives saw-tooth gradients.
 */
export function encodeWebp(width: number, height: number): Uint8Array<ArrayBuffer> {
  const out = new LowBitFirst()
  out.bits(0x2f, 8)
  out.bits(width - 1, 14)
  out.bits(height - 1, 14)
  out.bits(0, 1) // no alpha
  out.bits(0, 3) // version
  out.bits(1, 1) // a transform follows
  out.bits(0, 2) // predictor
  out.bits(7, 3) // one mode for every 512x512 pixels
  out.bits(0, 1) // no colour cache for the modes
  singleSymbols(out, [1, 0, 0, 255, 0]) // mode 1: the pixel to the left
  out.bits(0, 1) // no further transform
  out.bits(0, 1) // no colour cache
  out.bits(0, 1) // one group of codes
  singleSymbols(out, [1, 2, 0, 0, 0])
  const data = out.bytes()
  const padded = data.length % 2 === 0 ? data : concat(data, Uint8Array.of(0))
  return concat(ascii('RIFF'), low32(padded.length + 12), ascii('WEBPVP8L'), low32(data.length), padded)
}

/** Codes of one symbol each: green, red, blue, alpha, distance. */
function singleSymbols(out: LowBitFirst, symbols: readonly number[]): void {
  for (const symbol of symbols) {
    out.bits(1, 1) // simple
    out.bits(0, 1) // one symbol
    out.bits(1, 1) // of eight bits
    out.bits(symbol, 8)
  }
}

class LowBitFirst {
  #bits: number[] = []

  bits(value: number, count: number): void {
    for (let bit = 0; bit < count; bit++) this.#bits.push((value >> bit) & 1)
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(Math.ceil(this.#bits.length / 8))
    this.#bits.forEach((bit, index) => {
      out[index >> 3]! |= bit << (index & 7)
    })
    return out
  }
}

function low32(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
}
