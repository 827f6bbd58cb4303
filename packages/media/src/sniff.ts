import { asciiAt } from './byte-reader.ts'

export type Sniffed =
  | 'isobmff'
  | 'heic'
  | 'avif'
  | 'matroska'
  | 'avi'
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  | { other: string }

/** Boxes an old QuickTime file may begin with, having no `ftyp`. */
const QUICKTIME_FIRST_BOXES = new Set(['moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'moof', 'styp'])

const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'])

/** Names a file's format by its first bytes (64 are enough). */
export function sniff(head: Uint8Array): Sniffed {
  const at = (offset: number, length: number) => asciiAt(head, offset, length)
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg'
  if (at(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (at(0, 6) === 'GIF87a' || at(0, 6) === 'GIF89a') return 'gif'
  if (at(0, 4) === 'RIFF') {
    const form = at(8, 4)
    if (form === 'WEBP') return 'webp'
    if (form === 'AVI ') return 'avi'
    return { other: form === 'WAVE' ? 'a WAVE sound file' : 'a RIFF file of an unknown kind' }
  }
  if (head[0] === 0x1a && head[1] === 0x45 && head[2] === 0xdf && head[3] === 0xa3) return 'matroska'
  const box = at(4, 4)
  if (box === 'ftyp') {
    const brand = at(8, 4)
    if (brand === 'avif' || brand === 'avis') return 'avif'
    if (!HEIC_BRANDS.has(brand)) return 'isobmff'
    const compatible = at(16, 48)
    return brand.startsWith('m') && compatible.includes('avif') ? 'avif' : 'heic'
  }
  if (QUICKTIME_FIRST_BOXES.has(box)) return 'isobmff'
  if (at(0, 4) === 'OggS') return { other: 'an Ogg file' }
  if (at(0, 3) === 'FLV') return { other: 'a Flash video' }
  if (at(0, 3) === 'ID3' || (head[0] === 0xff && (head[1]! & 0xe0) === 0xe0)) return { other: 'a sound file' }
  if (at(0, 4) === '%PDF') return { other: 'a PDF document' }
  if (head[0] === 0x47 && (head.length < 189 || head[188] === 0x47))
    return { other: 'an MPEG transport stream' }
  if (head[0] === 0x30 && head[1] === 0x26 && head[2] === 0xb2 && head[3] === 0x75) {
    return { other: 'a Windows Media file' }
  }
  if (at(0, 2) === 'BM') return { other: 'a BMP picture' }
  return { other: 'not a photo or video format we know' }
}
