import { ascii, box, concat, u16, u32 } from '../src/sample/mp4-writer.ts'

/** Just enough of formats that no platform takes, written out by hand. */

export function aviHeader(): Uint8Array {
  const low = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
  const avih = concat(
    low(33_333), // microseconds a frame
    low(0),
    low(0),
    low(0),
    low(90), // frames
    low(0),
    low(1),
    low(0),
    low(720),
    low(1280),
    new Uint8Array(16),
  )
  const strh = concat(ascii('vidsXVID'), new Uint8Array(48))
  const list = concat(
    ascii('hdrlavih'),
    low(avih.length),
    avih,
    ascii('LIST'),
    low(strh.length + 12),
    ascii('strlstrh'),
    low(strh.length),
    strh,
  )
  const body = concat(ascii('AVI LIST'), low(list.length), list)
  return concat(ascii('RIFF'), low(body.length), body)
}

export function gif(width: number, height: number): Uint8Array {
  const low = (value: number) => Uint8Array.of(value, value >>> 8)
  return concat(ascii('GIF89a'), low(width), low(height), Uint8Array.of(0, 0, 0, 0x3b))
}

export function heic(width: number, height: number, brand = 'heic'): Uint8Array {
  const ispe = (w: number, h: number) => box('ispe', u32(0), u32(w), u32(h))
  const ipco = box('ipco', ispe(320, 240), ispe(width, height), ispe(512, 512))
  const meta = box('meta', u32(0), box('iprp', ipco))
  return concat(box('ftyp', ascii(brand), u32(0), ascii('mif1')), meta, box('mdat', new Uint8Array(64)))
}

export function jpegHeader(width: number, height: number): Uint8Array {
  return concat(
    Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8),
    u16(height),
    u16(width),
    Uint8Array.of(1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x5a, 0xff, 0xd9),
  )
}

/** Replaces the content of every box of a type, found by name; for breaking files in one place. */
export function patchBox(file: Uint8Array, type: string, change: (body: DataView) => void): Uint8Array {
  const out = file.slice()
  const name = ascii(type)
  for (let i = 4; i + 4 <= out.length; i++) {
    if (name.every((byte, at) => out[i + at] === byte)) {
      change(new DataView(out.buffer, i + 4))
      return out
    }
  }
  throw new Error(`there is no ${type}`)
}
