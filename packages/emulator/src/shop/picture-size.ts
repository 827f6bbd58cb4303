/** What a picture is and how large, by its first bytes. Sources: PNG, JPEG, WebP, BMP and HEIF specifications. */

export interface PictureSize {
  format: 'PNG' | 'JPEG' | 'WEBP' | 'BMP' | 'HEIC'
  width: number
  height: number
}

/** Nothing for what is none of them, or is cut off. */
export function pictureSize(bytes: Buffer): PictureSize | undefined {
  if (bytes.length < 30) return undefined
  const text = (from: number, to: number): string => bytes.toString('latin1', from, to)
  if (bytes.readUInt32BE(0) === 0x89504e47)
    return { format: 'PNG', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  if (text(0, 2) === 'BM')
    return { format: 'BMP', width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) }
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return webp(bytes)
  if (bytes.readUInt16BE(0) === 0xffd8) return jpeg(bytes)
  if (text(4, 8) === 'ftyp' && /hei[cx]|mif1/.test(text(8, 32))) return heic(bytes)
  return undefined
}

function webp(bytes: Buffer): PictureSize | undefined {
  const kind = bytes.toString('latin1', 12, 16)
  if (kind === 'VP8X')
    return { format: 'WEBP', width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  if (kind === 'VP8 ')
    return { format: 'WEBP', width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  if (kind !== 'VP8L') return undefined
  const bits = bytes.readUInt32LE(21)
  return { format: 'WEBP', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

function jpeg(bytes: Buffer): PictureSize | undefined {
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] as number
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame)
      return { format: 'JPEG', width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

function heic(bytes: Buffer): PictureSize | undefined {
  const at = bytes.indexOf('ispe', 0, 'latin1')
  if (at < 0 || at + 16 > bytes.length) return undefined
  return { format: 'HEIC', width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) }
}
